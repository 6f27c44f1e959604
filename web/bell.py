"""Rings when something happened that an open page may show, so that it need not ask again and again.

A ring carries nothing but that there is something to look at; what it is, the page asks for as it always did. It is
heard in this process only: with several, or where a ring is missed, the page's own slow look finds it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Lock
from typing import Any

from logs.store import Store
from web.per_store import PerStore

QUEUE = "the queue"  # what is rung for when who waits, or who has what, changed
KNOWN = 4096  # conversations of which it is remembered how they stood in the queue
PARTS = ("status", "with_person", "urgency", "alerts", "queued_at", "callback", "meant_for")


class Bell:
    """Who listens for what, and how each conversation last stood in the queue."""

    def __init__(self) -> None:
        self._listening: dict[str, set[Event]] = {}
        self._stood: dict[str, tuple[Any, ...]] = {}
        self._lock = Lock()

    @contextmanager
    def heard(self, topic: str) -> Iterator[Event]:
        """An event that is set at each ring for one conversation, or for the queue."""
        mine = Event()
        with self._lock:
            self._listening.setdefault(topic, set()).add(mine)
        try:
            yield mine
        finally:
            with self._lock:
                self._listening[topic].discard(mine)
                if not self._listening[topic]:
                    del self._listening[topic]

    def ring(self, topic: str) -> None:
        """There is something to look at."""
        with self._lock:
            for one in self._listening.get(topic, ()):
                one.set()

    def moved(self, sender: str, slots: Mapping[str, Any]) -> None:
        """A conversation went on; the queue is rung for only where its place or its row there changed."""
        self.ring(sender)
        opinions = tuple(o["given"] is None for o in slots.get("opinions") or ())
        stands = (*(slots.get(part) for part in PARTS), opinions)
        with self._lock:
            before = self._stood.pop(sender, None)
            self._stood[sender] = stands
            if len(self._stood) > KNOWN:
                self._stood.pop(next(iter(self._stood)))
        if before != stands and (before is not None or slots.get("status") != "with-assistant"):
            self.ring(QUEUE)


_bells = PerStore(Bell)


def bell_of(store: Store) -> Bell:
    """The bell of a record in this process."""
    return _bells.of(store)
