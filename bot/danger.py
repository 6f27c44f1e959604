"""Danger in one message, whoever has the conversation: in typed words, or in a button pressed on an old page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot import messages, understanding
from bot.content import Content
from bot.model import URGENCIES, Understood, gravest
from bot.standing import question_at


@dataclass(frozen=True, slots=True)
class Danger:
    """What a message told of danger: flags by id, the words, and how urgent."""

    heard: Understood
    flags: tuple[str, ...]
    quotes: tuple[str, ...]
    urgency: str

    def __bool__(self) -> bool:
        """Whether there is any: a flag that counts at once, or words of danger now."""
        return bool(self.flags) or self.urgency == "now"

    def told(self) -> dict[str, Any]:
        """As the record keeps it."""
        return {"flags": list(self.flags), "quotes": list(self.quotes)}


def in_message(text: str, slots: Mapping[str, Any], content: Content) -> Danger:
    """What a message tells of danger. A pressed answer counts as what it would have led to."""
    message = messages.read(text, slots, content)
    if message.kind == "answer" and message.key:
        return _pressed(message.key, message.answer or "", message.worry or "", slots, content)
    if message.kind in ("answer", "change", "start", "person", "continue"):
        return Danger(Understood(), (), (), "none")
    words = message.view.words if message.view else text
    return _written(words, content)


def _written(words: str, content: Content) -> Danger:
    return of(understanding.read(words, content.trees, content.common))


def of(heard: Understood) -> Danger:
    """What understood words tell of danger: what is stated or unclear counts, what is denied, past or other waits."""
    grave = [f for f in heard.red_flags if f.label in ("stated", "unclear")]
    quotes = tuple(q for f in grave for q in f.quotes)
    return Danger(heard, tuple(f.id for f in grave), quotes, heard.urgency)


def _pressed(key: str, answer: str, worry: str, slots: Mapping[str, Any], content: Content) -> Danger:
    written = _written(worry, content) if worry.strip() else Danger(Understood(), (), (), "none")
    asked = question_at(slots, content, key)
    leads = asked.question.leads_to(answer) if asked else None
    outcomes = {**(content.trees[asked.tree].outcomes if asked and asked.tree else {}), **content.common.outcomes}
    found = outcomes.get(leads or "")
    if asked is None or found is None or found.urgency == "none":
        return written
    flags = tuple(f.flag for f in content.common.red_flags if f.next == asked.question.id)
    quotes = (*written.quotes, f"{asked.question.ask} {answer}")
    return Danger(written.heard, (*written.flags, *flags), quotes, gravest(URGENCIES, written.urgency, found.urgency))
