"""Why this level: the answers it rests on, what would raise it, and what would settle it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import engine
from bot.content import Content
from bot.engine import Bounds
from bot.model import COMMON, LEVELS, NOT_SURE, rank
from bot.standing import Slots, Standing, flag_outcome, flag_question


def floor_of(slots: Mapping[str, Any], standing: Standing) -> int:
    """The highest level that confirmed stops hold, as a rank; -1 where there is none."""
    ranks = [
        rank(s.outcome.level)
        for s in standing.stops
        if s.confirmed and s.name.startswith(COMMON) and s.outcome.level in LEVELS
    ]
    return max(ranks, default=-1)


def possible_of(slots: Mapping[str, Any], content: Content) -> int:
    """The highest level that flags without a Yes or No could still bring, as a rank; -1 where there is none."""
    found = -1
    for heard in slots["red_flags"]:
        question = flag_question(content, heard["id"])
        answer = slots.get(f"{COMMON}/{question.id}") if question else None
        outcome = flag_outcome(content, heard["id"], slots["chosen"])
        if answer in (None, NOT_SURE) and outcome is not None:
            reach = engine.outcome_range(outcome.level)
            found = max(found, reach[1] if reach else -1)
    return found


def bounds_of(slots: Mapping[str, Any], content: Content, standing: Standing) -> Bounds:
    """The range over everything chosen; an earlier `at_least` stands until what fell away is answered again."""
    found = engine.bounds(
        standing.concerns, content.common, slots, floor_of(slots, standing), possible_of(slots, content)
    )
    held = slots["held"]
    if held is None or standing.complete or found.at_least is None or found.at_most is None:
        return found
    low = max(found.at_least, rank(held))
    return Bounds(low, max(low, found.at_most), found.or_higher)


def because(slots: Mapping[str, Any], standing: Standing) -> list[dict[str, Any]]:
    """The answers the outcome rests on and their citations, the weightiest first; shared ones where they lead apart."""
    found: dict[str, tuple[bool, dict[str, Any]]] = {}
    for stop in standing.stops:
        if stop.confirmed and stop.name.startswith(COMMON):
            key, _, child = stop.name.partition("#")
            reason = {"q": key, "answer": slots[stop.name], "cites": list(stop.outcome.cites)}
            found[stop.name] = (False, {**reason, "child": int(child)} if child else reason)
    for journey in standing.journeys:
        for step in journey.steps:
            if step.key in found or len({a.next for a in step.question.answers}) < 2:
                continue
            known = step.question.known_answers
            mild = step.question.ordered and bool(known) and step.answer == known[-1].text
            reason = {"q": step.key.partition("#")[0], "answer": step.answer, "cites": list(step.question.cites)}
            if step.question.about == "child":
                reason["child"] = journey.child
            found[step.key] = (mild, reason)
    return [reason for _, reason in sorted(found.values(), key=lambda pair: pair[0])]


def would_raise(slots: Slots, content: Content, standing: Standing, now: Bounds) -> list[dict[str, Any]]:
    """The single answers that would raise a bound, nearest first; the other answers stay as they are."""
    if now.at_least is None or now.at_most is None:
        return []
    floor, possible = floor_of(slots, standing), possible_of(slots, content)
    found = []
    for journey in standing.journeys:
        for step in journey.steps:
            for answer in step.question.known_answers:
                if answer.text == step.answer:
                    continue
                there = engine.bounds(
                    standing.concerns, content.common, {**slots, step.key: answer.text}, floor, possible
                )
                if there.at_least is None or there.at_most is None:
                    continue
                if there.at_least > now.at_least or there.at_most > now.at_most:
                    change: dict[str, Any] = {
                        "q": step.key.partition("#")[0],
                        "answer": answer.text,
                        "at_least": LEVELS[there.at_least],
                        "at_most": LEVELS[there.at_most],
                    }
                    if step.question.about == "child":
                        change["child"] = journey.child
                    if change not in found:
                        found.append(change)
    return found


def would_settle(slots: Mapping[str, Any], content: Content, standing: Standing, now: Bounds) -> list[dict[str, Any]]:
    """The unknown questions whose answer would narrow the range, in the order they would be asked."""
    if now.at_least is None or now.at_least == now.at_most:
        return []
    found: list[dict[str, Any]] = []
    for heard in slots["red_flags"]:
        question = flag_question(content, heard["id"])
        if question and slots.get(f"{COMMON}/{question.id}") in (None, NOT_SURE):
            found.append({"q": f"{COMMON}/{question.id}"})
    for concern in standing.concerns:
        whole = engine.reach(concern.tree, content.common, slots, concern.child)
        for key, question in engine.unknown(concern.tree, content.common, slots, concern.child).items():
            each = [
                engine.reach(concern.tree, content.common, {**slots, key: a.text}, concern.child)
                for a in question.known_answers
            ]
            fact: dict[str, Any] = {"q": key.partition("#")[0]}
            if question.about == "child":
                fact["child"] = concern.child
            if any(e != whole for e in each) and fact not in found:
                found.append(fact)
    return found
