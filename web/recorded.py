"""Where a conversation stands in the record, and what is added to it.

A conversation's stream bears the name its client gave it (the sender). The events are the truth: where it
stands is folded from them, and what is remembered of that is keyed by the last sequence number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from bot import folding
from bot.content import Content
from logs.store import Conflict, Message, Store
from web import rows
from web.bell import bell_of
from web.memory import memory_of

TRIES = 5

T = TypeVar("T")


def where(store: Store, sender: str) -> tuple[int, dict]:
    """The last sequence number of a conversation (0: there is none) and where it stands, as the record has it."""
    known = memory_of(store).where(sender)
    if known is not None and store.last(sender) == known[0]:
        return known
    stored = store.read(sender)
    if not stored:
        return 0, folded(())
    found = stored[-1].seq, folded([row.event for row in stored])
    memory_of(store).put(sender, *found)
    return found


def believed(store: Store, sender: str) -> tuple[int, dict]:
    """As `where`, without asking the record again: for whoever appends, and so is told if it has gone on."""
    return memory_of(store).where(sender) or where(store, sender)


def folded(events: Sequence[dict]) -> dict:
    """Where a conversation stands after these events from its beginning."""
    return folding.after(None, events)


def add(
    store: Store,
    sender: str,
    seq: int,
    events: Sequence[dict],
    after: dict,
    at: datetime,
    message: Message | None = None,
    **columns: Any,
) -> int:
    """Append events after this sequence number, with the conversation's row in every list; the new last one."""
    before = store.summary(sender) if seq and rows.is_notable(events) else None
    summary = {**rows.of(sender, after, events, before), "updated_at": at.timestamp(), **columns}
    last = store.append(sender, seq, events, summary=summary, message=message)
    memory_of(store).put(sender, last, after)
    bell_of(store).moved(sender, after)
    return last


def keep(store: Store, content: Content) -> None:
    """Keep the content a turn is answered with, once for each store and digest."""
    kept = memory_of(store).contents
    if content.digest not in kept:
        store.keep(content.texts)
        kept.add(content.digest)


def retrying(store: Store, sender: str, step: Callable[[], T]) -> T:
    """Take a step, and take it anew where somebody else was quicker."""
    for _ in range(TRIES - 1):
        try:
            return step()
        except Conflict:
            memory_of(store).forget(sender)
    return step()
