"""Walks all trees the way practitioners do: at random, changing their minds, for several children."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import assistant, content
from bot.check import everything
from bot.model import COMMON, HAND_OFFS, LEVELS, NOT_SURE, URGENCIES
from bot.standing import question_at, where

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ASKERS = {
    "dchs": {"person": "practitioner", "name": "A", "role": "practitioner", "organisation": "dchs"},
    "gp-practice": {"person": "gp", "name": "B", "role": "gp", "organisation": "gp-practice"},
}
CONTENT = content.content()
TREES = sorted(CONTENT.trees)
Reply = list[dict[str, Any]]


def begun(tree: str | None = None, organisation: str = "gp-practice") -> dict[str, Any]:
    slots = assistant.fold(None, assistant.begin(ASKERS[organisation], "chat", NOW))
    return assistant.fold(slots, [{"event": "slot", "name": "chosen", "value": [tree]}]) if tree else slots


def take(slots: dict[str, Any], text: str) -> tuple[dict[str, Any], Reply]:
    turn = assistant.take(slots, "s", text, NOW, None, CONTENT)
    assert turn.slots == assistant.fold(slots, turn.events), "the events alone are the truth"
    return turn.slots, turn.reply


def well_shaped(reply: Reply) -> dict[str, Any]:
    """Holds a reply to the contract, section 2, and gives its `custom`."""
    assert [set(r) - {"recipient_id"} == {"custom"} for r in reply] == [False] * (len(reply) - 1) + [True]
    assert all("buttons" not in r for r in reply[:-2])
    custom = reply[-1]["custom"]
    assert set(custom) == {
        "status",
        "with",
        "tree",
        "question",
        "child",
        "concerns",
        "red_flags",
        "suggested",
        "falls_away",
        "urgency",
        "note",
        "can",
        "outcome",
    }
    outcome = custom["outcome"]
    if outcome is not None:
        assert set(outcome) == {
            "at_least",
            "at_most",
            "indicated",
            "says",
            "do_next",
            "route",
            "because",
            "would_change",
            "would_settle",
            "hand_off",
            "children",
            "trees",
        }
        assert outcome["says"] and outcome["do_next"] and outcome["route"]
        if outcome["at_least"] is not None:
            low, high = LEVELS.index(outcome["at_least"]), LEVELS.index(outcome["at_most"])
            assert low <= high and outcome["indicated"] == (outcome["at_least"] if low == high else None)
        if custom["question"] is None:
            assert not any(r.get("buttons") for r in reply)
    assert not any("at least 1" in r.get("text", "").casefold() for r in reply)
    return custom


def test_the_content_has_no_fault() -> None:
    checked = everything(content.texts_in(*content.folders()))
    assert not checked.faults, "\n".join(str(f) for f in checked.faults)


def test_every_concern_and_every_feature_has_a_home() -> None:
    covered = {c for tree in CONTENT.trees.values() for c in tree.covers}
    concerns = {a.partition("#")[2] for a in CONTENT.guidance.passages if re.fullmatch(r"concerns\.md#C\d\d", a)}
    assert concerns and concerns <= covered, sorted(concerns - covered)
    features = {a.partition("#")[2] for a in CONTENT.guidance.passages if "#X-" in a}
    assert features == {flag.flag for flag in CONTENT.common.red_flags}


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
@pytest.mark.parametrize("tree", TREES)
def test_every_journey_ends_in_an_outcome_or_a_person(tree: str, data: st.DataObject) -> None:
    slots = begun(tree, data.draw(st.sampled_from(sorted(ASKERS))))
    slots, reply = take(slots, "/start")
    urgency = "none"
    for _ in range(60):
        custom = well_shaped(reply)
        assert URGENCIES.index(custom["urgency"]) >= URGENCIES.index(urgency), "urgency never falls without a person"
        urgency = custom["urgency"]
        buttons = [b for r in reply for b in r.get("buttons", [])]
        if not buttons:
            break
        slots, reply = take(slots, data.draw(st.sampled_from(buttons))["payload"])
    custom = well_shaped(reply)
    assert custom["outcome"] is not None
    if any(v == NOT_SURE for k, v in slots.items() if "/" in k and k in on_the_way(slots)):
        assert custom["outcome"]["hand_off"] != "none", "a 'Not sure' never ends without a person"
    if custom["outcome"]["hand_off"] in ("today", "now") and slots["asker"]["organisation"] == "dchs":
        assert custom["status"] == "waiting"


def on_the_way(slots: dict[str, Any]) -> set[str]:
    return {step.key for journey in where(slots, CONTENT).journeys for step in journey.steps}


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
@pytest.mark.parametrize("tree", TREES)
def test_a_change_to_a_worse_answer_never_lowers_a_bound_already_shown(tree: str, data: st.DataObject) -> None:
    slots, reply = take(begun(tree), "/start")
    while buttons := [b for r in reply for b in r.get("buttons", [])]:
        slots, reply = take(slots, data.draw(st.sampled_from(buttons))["payload"])
    before = reply[-1]["custom"]["outcome"]
    journeys = where(slots, CONTENT).journeys
    steps = [(s, j.child) for j in journeys for s in j.steps if s.question.ordered and s.answer not in (NOT_SURE,)]
    worse = [
        (s, c, a.text)
        for s, c in steps
        for a in s.question.known_answers[: [x.text for x in s.question.answers].index(s.answer)]
    ]
    if not worse or before["at_least"] is None:
        return
    step, child, answer = data.draw(st.sampled_from(worse))
    body = {"q": step.key.partition("#")[0], **({"child": child} if step.question.about == "child" else {})}
    slots, reply = take(slots, f"/change{json_of(body)}")
    assert reply[-1]["custom"]["question"] == body["q"]
    slots, reply = take(slots, f"/answer{json_of({**body, 'a': answer})}")
    after = reply[-1]["custom"]["outcome"]
    complete = where(slots, CONTENT).complete
    if after["at_least"] is not None and not complete:
        assert LEVELS.index(after["at_least"]) >= LEVELS.index(before["at_least"])
    assert HAND_OFFS.index(after["hand_off"]) >= 0


def json_of(value: dict[str, Any]) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("flag", sorted({f.flag for f in CONTENT.common.red_flags}))
def test_a_confirmed_feature_is_never_indicated_below_its_floor(flag: str) -> None:
    found = next(f for f in CONTENT.common.red_flags if f.flag == flag)
    question = CONTENT.common.questions[found.next]
    floor = CONTENT.common.outcomes[next(a.next for a in question.answers if a.next)]
    heard = {"event": "slot", "name": "red_flags", "value": [{"id": flag, "quotes": ["words"], "label": "stated"}]}
    slots, reply = take(assistant.fold(begun(), [heard]), "/start")
    custom = well_shaped(reply)
    assert custom["outcome"] is not None and URGENCIES.index(custom["urgency"]) >= URGENCIES.index(found.urgency)
    assert custom["outcome"]["hand_off"] != "none"
    slots, reply = take(slots, f"/answer{json_of({'q': f'{COMMON}/{question.id}', 'a': 'Yes'})}")
    told = reply[-1]["custom"]["outcome"]
    if floor.level in LEVELS:
        assert told["indicated"] == floor.level == told["at_least"]
    else:
        assert told["at_least"] is None and told["indicated"] is None


@pytest.mark.parametrize("label", ["denied", "past", "other"])
def test_a_denied_past_or_other_flag_is_quoted_and_asked_before_any_other_question(label: str) -> None:
    heard = {"event": "slot", "name": "red_flags", "value": [{"id": "X-02", "quotes": ["no bruising"], "label": label}]}
    _, reply = take(assistant.fold(begun(), [heard]), "/start")
    custom = well_shaped(reply)
    assert custom["question"] == f"{COMMON}/flag-injury-not-mobile" and custom["urgency"] == "none"
    assert any("no bruising" in r.get("text", "") for r in reply)


def test_every_answer_of_every_question_can_be_found_by_its_slot() -> None:
    for tree in CONTENT.trees.values():
        for question in tree.questions.values():
            key = f"{COMMON}/{question.shares}" if question.shares else f"{tree.id}/{question.id}"
            asked = question_at(begun(tree.id), CONTENT, key)
            assert asked is not None and [a.text for a in asked.question.answers] == [a.text for a in question.answers]
