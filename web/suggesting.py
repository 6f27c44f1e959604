"""The questions for which a specialist may suggest an answer: what is asked now, what is open, what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.content import Content
from bot.standing import children, every_key, question_at, where
from web.transcript import ask_of

MARK = "|"  # between the slot of a question and the answer, in one choice of a list


@dataclass(frozen=True, slots=True)
class Choice:
    """One question with its answers, each as one value to choose."""

    key: str
    ask: str
    now: str | None  # the answer it has
    answers: tuple[tuple[str, str], ...]  # value, words


def choices(slots: dict[str, Any], content: Content) -> list[Choice]:
    """Open questions of every concern first, then what would settle it, then what was answered."""
    standing = where(slots, content)
    keys = [j.key for j in standing.journeys if j.key]
    keys += [standing.asks.key] if standing.asks else []
    for fact in (slots["outcome"] or {}).get("would_settle", []):
        child = fact.get("child") or 1
        keys.append(fact["q"] + (f"#{child}" if child > 1 else ""))
    keys += [step.key for journey in standing.journeys for step in journey.steps]
    if slots["channel"] == "phone":
        keys += every_key(slots, content)
    found = [_choice(slots, content, key) for key in dict.fromkeys(keys)]
    return [choice for choice in found if choice is not None]


def _choice(slots: dict[str, Any], content: Content, key: str) -> Choice | None:
    asked = question_at(slots, content, key)
    if asked is None:
        return None
    child = f" (child {asked.child})" if asked.child and children(slots) > 1 else ""
    answers = tuple((f"{key}{MARK}{a.text}", a.text) for a in asked.question.answers)
    return Choice(key, ask_of(content, key) + child, slots.get(key), answers)


def chosen(value: str) -> tuple[str, str]:
    """The slot and the answer of one choice."""
    key, _, answer = value.partition(MARK)
    return key, answer
