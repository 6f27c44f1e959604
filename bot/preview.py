"""What a changed answer would bring about, before it is confirmed: what no longer counts, and what is asked then.

Nothing is changed by looking. The answers that still fit are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.content import Content
from bot.journeys import Journey, key_of, place
from bot.model import Question
from bot.standing import Standing, question_at, where


@dataclass(frozen=True, slots=True)
class Preview:
    """One other answer: the later answers that would no longer count, and whether more would be asked."""

    answer: str
    falls_away: tuple[str, ...]  # the slots of answers given later that no journey could meet any more
    asks_more: str | None  # the slot of the first question that would be asked then


def previews(slots: Mapping[str, Any], content: Content, key: str) -> list[Preview]:
    """For every answer of a question, what choosing it now would do."""
    asked = question_at(slots, content, key)
    if asked is None:
        return []
    kept = {**slots, "changing": None}
    met = _met(where(kept, content))
    return [_preview(kept, content, key, a.text, met) for a in asked.question.answers]


def _preview(slots: Mapping[str, Any], content: Content, key: str, answer: str, met: list[str]) -> Preview:
    standing = where({**slots, key: answer}, content)
    still = {k for j in standing.journeys for k in (*(s.key for s in j.steps), *_ahead(j, content))}
    asks = standing.asks
    return Preview(answer, tuple(k for k in met if k not in still and k != key), asks.key if asks else None)


def _met(standing: Standing) -> list[str]:
    """The slots of the answers the journeys meet, in the order they were met."""
    return list(dict.fromkeys(step.key for j in standing.journeys for step in j.steps))


def _ahead(journey: Journey, content: Content) -> set[str]:
    """The slots of every question a journey could still come to: answers kept there count again."""
    found: set[str] = set()
    names = [journey.asks.id] if journey.asks else []
    seen: set[str] = set()
    while names:
        name = names.pop()
        here = place(journey.tree, content.common, name)
        if name not in seen and isinstance(here, Question):
            seen.add(name)
            found.add(key_of(journey.tree.id, here, journey.child))
            names += [a.next for a in here.answers]
    return found
