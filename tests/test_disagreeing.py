"""Disagreeing with what the answers point to: up at once, down only with a person; recorded with why."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot import assistant, content, disagreeing, writing
from bot.disagreeing import View
from bot.model import LEVELS, NOT_SURE

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
CONTENT = content.content()
Slots = dict[str, Any]


def with_outcome(organisation: str = "gp-practice", unsure: bool = False) -> Slots:
    """A conversation about early help that came to its end."""
    asker = {"person": "p", "name": "P", "role": "practitioner", "organisation": organisation}
    slots = assistant.fold(None, assistant.begin(asker, "chat", NOW))
    slots = assistant.fold(slots, [{"event": "slot", "name": "chosen", "value": ["early-help"]}])
    slots, reply = said(slots, "/start")
    while buttons := next((r["buttons"] for r in reversed(reply) if r.get("buttons")), []):
        wanted = [b for b in buttons if b["title"] == NOT_SURE and unsure and "danger" not in b["payload"]]
        slots, reply = said(slots, (wanted or buttons[-2:])[0]["payload"])
    assert slots["outcome"] is not None
    return slots


def said(slots: Slots, text: str) -> tuple[Slots, list[dict[str, Any]]]:
    turn = assistant.take(slots, "s", text, NOW, None, CONTENT)
    assert turn.slots == assistant.fold(slots, turn.events), "the events alone are the truth"
    return {**turn.slots, "_events": turn.events}, turn.reply


def differ(slots: Slots, level: str, code: str = "pattern", words: str = "") -> tuple[Slots, list[dict[str, Any]]]:
    slots = {k: v for k, v in slots.items() if k != "_events"}
    return said(slots, "/differ" + json.dumps({"level": level, "code": code, "words": words}))


def recorded(slots: Slots) -> list[dict[str, Any]]:
    return [e["metadata"] for e in slots["_events"] if e.get("name") == disagreeing.EVENT]


def test_going_up_is_always_allowed_and_recorded_and_nobody_has_to_agree() -> None:
    before = with_outcome("dchs")
    slots, reply = differ(before, "4-CP", "knows-more", "The grandmother told me more.")
    (told,) = recorded(slots)
    assert (told["direction"], told["level"], told["code"]) == ("up", "4-CP", "knows-more")
    assert told["words"] == "The grandmother told me more."
    assert told["at_most"] == before["outcome"]["at_most"] and told["trees"] == before["outcome"]["trees"]
    assert CONTENT.phrases["differs-up"] in " ".join(r.get("text", "") for r in reply)
    assert slots["status"] == before["status"]


def test_going_down_lowers_nothing_and_goes_to_a_person() -> None:
    before = with_outcome("dchs", unsure=True)
    before = assistant.fold(before, [{"event": "action", "name": "took-back", "metadata": {}}])
    before = {**before, "queued_at": None}
    slots, _ = differ(before, "1")
    assert recorded(slots)[0]["direction"] == "down"
    assert slots["status"] == "waiting"
    for name in ("at_least", "at_most", "indicated"):
        assert slots["outcome"][name] == before["outcome"][name]


def test_going_down_where_there_is_no_advice_line_tells_whom_to_ring() -> None:
    slots, reply = differ(with_outcome(unsure=True), "1")
    assert recorded(slots)[0]["direction"] == "down"
    assert CONTENT.phrases["no-line"] in " ".join(r.get("text", "") for r in reply)


def test_anything_below_the_upper_end_is_down_for_it_could_still_turn_out_so() -> None:
    def way(level: str, low: str, high: str) -> str:
        return disagreeing.direction(View(level, "other", ""), {"at_least": low, "at_most": high})

    assert way("3", "2", "4-CP") == "down" and way("4-CP", "2", "4-CP") == "up"
    assert way("3", "3", "3") == "same" and way("4-CIN", "3", "3") == "up" and way("2", "3", "3") == "down"
    none = {"at_least": None, "at_most": None}
    assert disagreeing.direction(View("4-CP", "other", ""), none) == "up"


def test_what_is_pointed_to_already_is_no_disagreement() -> None:
    slots = with_outcome()
    level = slots["outcome"]["indicated"]
    if level is not None:
        assert not recorded(differ(slots, level)[0])


def test_danger_in_the_words_is_heard() -> None:
    slots, reply = differ(with_outcome(), "4-CP", words="he has strangled her")
    assert reply[-1]["custom"]["urgency"] != "none"
    assert any(f["id"] == "X-13" for f in slots["red_flags"])


def test_it_stands_in_the_note_with_why_and_the_words() -> None:
    slots, _ = differ(with_outcome(), "4-CP", "guidance", "Our own policy says so.")
    note = writing.note(slots, CONTENT, NOW, events=slots.pop("_events"))
    assert CONTENT.phrases["differs-guidance"] in note and "Our own policy says so." in note


@pytest.mark.parametrize(
    "body",
    [
        {"level": "5", "code": "other"},
        {"level": "3", "code": "because"},
        {"level": "3"},
        {"level": "3", "code": "other", "words": 1},
        {"level": "3", "code": "other", "words": "x" * 2001},
        {"level": "3", "code": "other", "more": ""},
        [],
    ],
)
def test_anything_else_is_no_disagreement(body: Any) -> None:
    assert disagreeing.read(body) is None


def test_every_code_and_direction_has_its_words() -> None:
    for name in (*disagreeing.CODES, "up", "down", "same"):
        assert CONTENT.phrases[f"differs-{name}"]
    assert disagreeing.read({"level": LEVELS[0], "code": "other"}) == View("1", "other", "")


def test_before_any_outcome_there_is_nothing_to_disagree_with() -> None:
    asker = {"person": "p", "name": "P", "role": "practitioner", "organisation": "dchs"}
    slots, _ = differ(assistant.fold(None, assistant.begin(asker, "chat", NOW)), "4-CP")
    assert not recorded(slots)
