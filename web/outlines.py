"""A tree as it stands in one conversation: its questions in their order, what was answered, and what is asked now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.content import Content
from bot.journeys import key_of
from bot.model import Tree
from bot.standing import children, question_at, where


@dataclass(frozen=True, slots=True)
class Row:
    """One question of an outline, for one child where it is about one."""

    ask: str
    child: int | None
    answer: str | None
    state: str  # answered, now, open (on the way, not answered yet) or aside (no answer led there)


@dataclass(frozen=True, slots=True)
class Outline:
    """One tree beside a conversation."""

    tree: Tree
    rows: tuple[Row, ...]

    @property
    def answered(self) -> int:
        """How many of its questions have an answer."""
        return sum(row.answer is not None for row in self.rows)


def outlines(slots: dict[str, Any], content: Content) -> list[Outline]:
    """Every concern of a conversation whose tree is known, in the order they were chosen."""
    standing = where(slots, content)
    now = standing.asks.key if standing.asks else None
    met = {step.key for journey in standing.journeys for step in journey.steps} | {j.key for j in standing.journeys}
    trees = [content.trees[name] for name in slots["chosen"] if name in content.trees]
    return [Outline(tree, tuple(_rows(tree, slots, content, now, met))) for tree in trees]


def _rows(tree: Tree, slots: dict[str, Any], content: Content, now: str | None, met: set[str | None]) -> list[Row]:
    rows = range(1, children(slots) + 1)
    keys = dict.fromkeys(key_of(tree.id, question, n) for question in tree.questions.values() for n in rows)
    found = []
    for key in keys:
        asked = question_at(slots, content, key)
        if asked is None:
            continue
        answer = slots.get(key)
        state = "now" if key == now else "answered" if answer is not None else "open" if key in met else "aside"
        found.append(Row(asked.question.ask, asked.child if len(rows) > 1 else None, answer, state))
    return found
