"""The reason beside the first step is about this child: what was written, or the answer that decided it."""

from __future__ import annotations

from bot.content import content
from test_reasons import begun, take
from web.decided_by import decided_by

HELD = content()
UNSAFE = "Not asked, it was not safe to"


def test_typed_words_are_quoted_and_said_to_be_unchecked() -> None:
    slots, _ = take(begun(), "6 week old baby with a bruise on the cheek")
    told = decided_by(slots, HELD)
    assert "6 week old baby with a bruise on the cheek" in told
    feature = HELD.guidance.passages["threshold_guidance.md#X-02"].title.removeprefix("X-02 ")
    assert f"That is taken as the red flag: {feature[0].lower()}{feature[1:]}, until" in told
    slots, _ = take(begun(), "I wonder whether she may have taken an overdose, 13 years old, not sure")
    assert "It does not say whether it is: " in decided_by(slots, HELD)


def test_an_answer_that_confirms_danger_is_the_reason() -> None:
    slots, _ = take(begun("neglect"), "/start")
    slots, _ = take(slots, '/answer{"q":"every-tree/danger-now","a":"Yes"}')
    assert decided_by(slots, HELD).endswith("you answered: Yes.")


def test_the_last_question_about_danger_is_no_reason() -> None:
    slots, reply = take(begun("housing-and-money"), "/start")
    while buttons := next((r["buttons"] for r in reversed(reply) if r.get("buttons")), []):
        calm = [b for b in buttons if b["title"] == "No"] if "danger" in reply[-1]["custom"]["question"] else []
        slots, reply = take(slots, (calm or buttons)[0]["payload"])
    told = decided_by(slots, HELD)
    assert told and "danger today or tonight" not in told


def test_a_red_flag_that_was_denied_is_no_reason() -> None:
    slots, reply = take(begun("domestic-abuse"), "/start")
    while buttons := next((r["buttons"] for r in reversed(reply) if r.get("buttons")), []):
        asked = reply[-1]["custom"]["question"]
        denied = [b for b in buttons if b["title"] == "No"] if "danger-" in asked or "flag-" in asked else []
        slots, reply = take(slots, (denied or buttons)[0]["payload"])
    assert any(key.startswith("every-tree/flag-") and said == "No" for key, said in slots.items())
    told = decided_by(slots, HELD)
    assert told and not told.endswith("you answered: No.")


def test_nothing_answered_is_no_reason() -> None:
    assert decided_by(begun("neglect"), HELD) == ""


def test_an_answer_that_leads_on_whatever_it_is_decided_nothing() -> None:
    slots, reply = take(begun("early-help"), "/start")
    wanted = ("No", "Derby", "Needs begin to show, and the child feels it", "More than one service", UNSAFE)
    while buttons := next((r["buttons"] for r in reversed(reply) if r.get("buttons")), []):
        slots, reply = take(slots, next((b for b in buttons if b["title"] in wanted), buttons[0])["payload"])
    assert decided_by(slots, HELD).endswith(f"you answered: {UNSAFE}.")
