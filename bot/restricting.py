"""When a conversation's record is restricted: it may be about somebody who can read these records.

Three ways lead there: an answer, words that say so in a worry about a worker, and whoever asked, who may have it
restricted at any time. Which answers and words stands in knowledge/hand_off.yaml. Once restricted it stays so, whatever
is said later: text and answers only ever raise.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot import messages
from bot.content import Content
from bot.folding import after
from bot.life_cycle import NotNow

Event = dict[str, Any]
ACT = "restricted"
ABOUT_A_WORKER = ("worker-concern", "X-17")  # the tree, and the flag


def about_a_worker(slots: Mapping[str, Any]) -> bool:
    """Whether the worry is about somebody who works with children: then it may be about somebody who can read it."""
    tree, flag = ABOUT_A_WORKER
    heard = {c["tree"] for c in slots["concerns"]} | set(slots["chosen"])
    return tree in heard or any(f["id"] == flag for f in slots["red_flags"])


def events(slots: Mapping[str, Any], content: Content, stamp: float, text: str = "") -> list[Event]:
    """The event that restricts the record, where an answer or these words ask for it and it is not restricted yet."""
    if slots["restricted"]:
        return []
    book = content.rule_book
    question = next((q for q, answers in book.restrict_when.items() if slots.get(q) in answers), None)
    if question:
        return [_event(stamp, because=question, answer=slots[question])]
    words = _words(slots, content, text)
    return [_event(stamp, because="words", answer=words)] if words else []


def asked(slots: Mapping[str, Any], at: datetime) -> list[Event]:
    """Whoever asked has it restricted. Raises NotNow where it is already."""
    if slots["restricted"]:
        raise NotNow("The record is restricted already.")
    return [_event(at.timestamp(), because="asked", answer=None)]


def with_restriction(
    slots: dict[str, Any], content: Content, stamp: float, text: str
) -> tuple[list[Event], dict[str, Any]]:
    """The same, and where the conversation stands after it."""
    made = events(slots, content, stamp, text)
    return made, after(slots, made) if made else slots


def _words(slots: Mapping[str, Any], content: Content, text: str) -> str | None:
    """The words of a worry about a worker that say that they are close to these records; denied or not, they count."""
    if not about_a_worker(slots) or messages.read(text, slots, content).kind != "text":
        return None
    said = " ".join(text.lower().split())
    return next((words for words in content.rule_book.restrict_words if words in said), None)


def _event(stamp: float, **told: Any) -> Event:
    return {"event": "action", "name": ACT, "timestamp": stamp, "metadata": told}
