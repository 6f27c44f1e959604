"""The range of a conversation and of each child: what the journeys, confirmed stops and unanswered flags allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import engine
from bot.content import Content
from bot.engine import Bounds
from bot.model import COMMON, LEVELS, NOT_SURE, rank
from bot.standing import Standing, flag_outcome, flag_question


def floor_of(slots: Mapping[str, Any], content: Content, standing: Standing, child: int | None = None) -> int:
    """The highest level that confirmed stops hold, for all or for one child, as a rank; -1 where there is none."""
    ranks = [
        rank(s.outcome.level)
        for s in standing.stops
        if s.confirmed and s.name.startswith(COMMON) and s.outcome.level in LEVELS
        if child is None or _is_about(content, s.name, child)
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


def _is_about(content: Content, key: str, child: int) -> bool:
    """Whether the answer in this slot is about this child, or about the whole family."""
    name, _, number = key.partition("#")
    question = content.common.questions.get(name.partition("/")[2])
    return question is None or question.about == "family" or int(number or 1) == child


def bounds_of(slots: Mapping[str, Any], content: Content, standing: Standing) -> Bounds:
    """The range over everything chosen; an earlier `at_least` stands until what fell away is answered again."""
    found = engine.bounds(
        standing.concerns, content.common, slots, floor_of(slots, content, standing), possible_of(slots, content)
    )
    held = slots["held"]
    if held is None or standing.complete or found.at_least is None or found.at_most is None:
        return found
    low = max(found.at_least, rank(held))
    return Bounds(low, max(low, found.at_most), found.or_higher)


def bounds_of_child(slots: Mapping[str, Any], content: Content, standing: Standing, child: int) -> Bounds:
    """The range of one child. What was found on another child is possible here until somebody has looked."""
    each = {c.tree.id for c in standing.concerns if c.child > 1}
    mine = [c for c in standing.concerns if c.child == child or c.tree.id not in each]  # or about the whole family
    floor, possible = floor_of(slots, content, standing, child), possible_of(slots, content)
    for stop in standing.stops:
        name = stop.name.partition("#")[0]
        if stop.confirmed and name.startswith(COMMON) and not _is_about(content, stop.name, child):
            answer = slots.get(f"{name}#{child}" if child > 1 else name)
            reach = engine.outcome_range(stop.outcome.level) if answer in (None, NOT_SURE) else None
            possible = max(possible, reach[1] if reach else -1)
    return engine.bounds(mine, content.common, slots, floor, possible)
