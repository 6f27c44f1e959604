"""Why, what would raise it and what would settle it: held to trying everything, over all trees and several children."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import assistant, bounding, content, own_view, reasons
from bot.model import COMMON, LEVELS, NOT_SURE, rank
from bot.preview import previews
from bot.standing import Standing, where

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
CONTENT = content.content()
TREES = sorted(CONTENT.trees)
SLOW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
Slots = dict[str, Any]


def begun(*trees: str) -> Slots:
    asker = {"person": "gp", "name": "B", "role": "gp", "organisation": "gp-practice"}
    slots = assistant.fold(None, assistant.begin(asker, "chat", NOW))
    return assistant.fold(slots, [{"event": "slot", "name": "chosen", "value": list(trees)}])


def take(slots: Slots, text: str) -> tuple[Slots, list[dict[str, Any]]]:
    turn = assistant.take(slots, "s", text, NOW, None, CONTENT)
    return turn.slots, turn.reply


def walked(data: st.DataObject, slots: Slots) -> tuple[Slots, list[str]]:
    """To an outcome by answers drawn at random, danger mostly answered No; and the questions as they were asked."""
    slots, reply = take(slots, "/start")
    asked: list[str] = []
    while buttons := next((r["buttons"] for r in reversed(reply) if r.get("buttons")), []):
        custom = reply[-1]["custom"]
        asked.append(f"{custom['question']}#{custom['child']}")
        sure = [b for b in buttons if b["title"] == "No"] if "danger" in custom["question"] else []
        slots, reply = take(slots, data.draw(st.sampled_from(sure or buttons))["payload"])
    return slots, asked


def ends(slots: Slots) -> tuple[int | None, int | None]:
    """The range by walking everything anew."""
    slots = {**slots, "held": None}
    found = bounding.bounds_of(slots, CONTENT, where(slots, CONTENT))
    return found.at_least, found.at_most


def changed(slots: Slots, standing: Standing) -> Iterator[tuple[str, str, Slots]]:
    """Every question met and answered, with every other answer it has."""
    steps = {s.key: s.question for j in standing.journeys for s in j.steps}
    for key, question in steps.items():
        for answer in question.known_answers:
            if answer.text != slots[key]:
                yield key, answer.text, {**slots, key: answer.text}


@SLOW
@given(data=st.data())
@pytest.mark.parametrize("tree", TREES)
def test_what_would_raise_it_is_what_trying_every_single_answer_gives(tree: str, data: st.DataObject) -> None:
    slots, _ = walked(data, begun(tree))
    told = slots["outcome"]
    if told["at_least"] is None:
        return
    low, high = rank(told["at_least"]), rank(told["at_most"])
    tried = set()
    for key, answer, there in changed(slots, where(slots, CONTENT)):
        least, most = ends(there)
        if least is not None and most is not None and (least > low or most > high):
            tried.add((key, answer, LEVELS[least], LEVELS[most]))
    named = {
        (c["q"] + (f"#{c['child']}" if c.get("child", 1) > 1 else ""), c["answer"], c["at_least"], c["at_most"])
        for c in told["would_change"]
    }
    assert named == tried
    least_first = [(rank(c["at_least"]), rank(c["at_most"])) for c in told["would_change"]]
    assert least_first == sorted(least_first), "the nearest level comes first"


@SLOW
@given(data=st.data())
@pytest.mark.parametrize("tree", TREES)
def test_authors_see_what_would_lower_it_and_practitioners_never_do(tree: str, data: st.DataObject) -> None:
    slots, _ = walked(data, begun(tree))
    standing = where(slots, CONTENT)
    bounds = bounding.bounds_of(slots, CONTENT, standing)
    if bounds.at_least is None or bounds.at_most is None:
        return
    lower = [(c["q"], c["answer"]) for c in reasons.would_lower(slots, CONTENT, standing, bounds)]
    tried = []
    for key, answer, there in changed(slots, standing):
        least, most = ends(there)
        if least is not None and most is not None and (least < bounds.at_least or most < bounds.at_most):
            tried.append((key.partition("#")[0], answer))
    assert sorted(lower) == sorted(tried)
    for change in slots["outcome"]["would_change"]:
        assert rank(change["at_least"]) > bounds.at_least or rank(change["at_most"]) > bounds.at_most


@SLOW
@given(data=st.data())
@pytest.mark.parametrize("tree", TREES)
def test_the_facts_that_would_settle_it_settle_it_and_none_is_idle(tree: str, data: st.DataObject) -> None:
    slots, _ = walked(data, begun(tree))
    standing = where(slots, CONTENT)
    told = slots["outcome"]
    if told["indicated"] or told["at_least"] is None or not standing.complete:
        assert told["at_least"] is None or told["indicated"] is None or not told["would_settle"]
        return
    unsure = {s.key: s.question for j in standing.journeys for s in j.steps if s.answer == NOT_SURE}
    named = {f["q"] + (f"#{f['child']}" if f.get("child", 1) > 1 else "") for f in told["would_settle"]}
    assert named <= set(unsure)
    answers = [[a.text for a in q.known_answers] for q in unsure.values()]
    ways = 1
    for each in answers:
        ways *= len(each)
    if ways > 200:
        return
    found: dict[tuple[str, ...], set[tuple[int | None, int | None]]] = {}
    matters = set()
    every = [dict(zip(unsure, way, strict=True)) for way in product(*answers)]
    where_it_ends = [ends({**slots, **way}) for way in every]
    for way, end in zip(every, where_it_ends, strict=True):
        found.setdefault(tuple(way[k] for k in sorted(named)), set()).add(end)
    for key in unsure:
        others: dict[tuple[str, ...], set[tuple[int | None, int | None]]] = {}
        for way, end in zip(every, where_it_ends, strict=True):
            others.setdefault(tuple(v for k, v in way.items() if k != key), set()).add(end)
        if any(len(each) > 1 for each in others.values()):
            matters.add(key)
    assert all(len(each) == 1 for each in found.values()), "known, they leave nothing open that the others could close"
    assert named == matters, "the shortest list: each of them makes a difference, and no other does"


def test_facts_that_can_be_found_out_come_before_those_nobody_can_know() -> None:
    slots, reply = take(begun("domestic-abuse"), "/start")
    kinds = iter(["cannot", "declined", "yet", "cannot", "yet", "declined"] * 3)
    while buttons := next((r["buttons"] for r in reversed(reply) if r.get("buttons")), []):
        question = reply[-1]["custom"]["question"]
        body = {"q": question, "a": "No" if "danger" in question else NOT_SURE}
        if "danger" not in question:
            body["not_known"] = next(kinds)
        slots, reply = take(slots, "/answer" + json.dumps(body))
        del buttons
    order = [slots["not_known"][fact["q"]] for fact in slots["outcome"]["would_settle"]]
    assert order == sorted(order, key=["yet", "declined", "cannot"].index)


@SLOW
@given(data=st.data())
@pytest.mark.parametrize("tree", TREES)
def test_what_a_change_takes_away_is_known_before_it_is_made(tree: str, data: st.DataObject) -> None:
    slots, _ = walked(data, begun(tree))
    steps = [s for j in where(slots, CONTENT).journeys for s in j.steps]
    step = data.draw(st.sampled_from(steps))
    seen = dict(slots)
    foreseen = {p.answer: p for p in previews(slots, CONTENT, step.key)}
    assert slots == seen, "nothing is changed by looking"
    assert not foreseen[step.answer].falls_away
    answer = data.draw(st.sampled_from([a.text for a in step.question.answers]))
    slots, reply = take(slots, "/change" + json.dumps({"q": step.key}))
    slots, reply = take(slots, "/answer" + json.dumps({"q": step.key, "a": answer}))
    away = foreseen[answer].falls_away
    if reply[-1]["custom"]["status"] == "with-assistant" and reply[-1]["custom"]["question"]:
        assert reply[-1]["custom"]["question"] == (foreseen[answer].asks_more or "").partition("#")[0]
    assert all(slots[key] == seen[key] for key in seen if "/" in key and key != step.key), "the rest is kept"
    while buttons := next((r["buttons"] for r in reversed(reply) if r.get("buttons")), []):
        slots, reply = take(slots, data.draw(st.sampled_from(buttons))["payload"])
    met = {s.key for j in where(slots, CONTENT).journeys for s in j.steps}
    assert not met & set(away)


@SLOW
@given(data=st.data())
def test_three_children_and_two_concerns_are_one_conversation(data: st.DataObject) -> None:
    slots = begun("neglect", "police-notification") | {f"{COMMON}/children": "3 children"}
    slots, asked = walked(data, slots)
    assert len(asked) == len(set(asked)), "what concerns or children share is asked once"
    told, standing = slots["outcome"], where(slots, CONTENT)
    assert len({t["tree"] for t in told["trees"]}) == 2
    assert [row["child"] for row in told["children"]] == [1, 2, 3]
    if told["at_least"] is None:
        return
    rows = [r for r in told["children"] if r["at_least"] is not None]
    assert rank(told["at_most"]) == max(rank(r["at_most"]) for r in rows), "the highest stands over all"
    assert rank(told["at_least"]) >= max(rank(r["at_least"]) for r in rows)
    if standing.complete:
        assert own_view.KEY in {q.partition("#")[0] for q in asked} or own_view.LAST_KEY not in slots


@pytest.mark.parametrize("answer", ["Yes", "No"])
def test_a_feature_on_one_child_holds_for_that_child_and_is_possible_for_the_others(answer: str) -> None:
    slots = begun("neglect") | {
        f"{COMMON}/children": "3 children",
        f"{COMMON}/danger-now": "No",
        f"{COMMON}/flag-injury-not-mobile": "Yes",
        f"{COMMON}/flag-injury-not-mobile#2": answer,
    }
    slots, _ = take(slots, "/start")
    rows = {row["child"]: row for row in slots["outcome"]["children"]}
    assert slots["outcome"]["indicated"] == rows[1]["indicated"] == "4-CP"
    assert rows[2]["at_least"] == ("4-CP" if answer == "Yes" else "1")
    assert (rows[3]["at_least"], rows[3]["at_most"]) == ("1", "4-CP"), "unasked is unknown, not No"


def test_each_child_has_its_own_row_and_what_differs_is_named() -> None:
    from web.outcomes import shown

    slots = begun("neglect") | {f"{COMMON}/children": "3 children", f"{COMMON}/childs-age": "Unborn"}
    for child, age in ((2, "2 to 4 years"), (3, "12 to 15 years")):
        slots[f"{COMMON}/childs-age#{child}"] = age
    slots, _ = take({**slots, f"{COMMON}/danger-now": "Yes"}, "/start")
    rows = shown(slots["outcome"], "now", CONTENT, NOW, slots=slots).children
    assert [row.name for row in rows] == ["Child 1, unborn baby", "Child 2, 2 to 4 years", "Child 3, 12 to 15 years"]
    assert ("How old is the child?", "2 to 4 years") in rows[1].differs
