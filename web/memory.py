"""A small memory of where conversations stand, so that a turn need not read its whole history again.

Each entry is keyed by the last sequence number it was folded from. It is never the truth: the append names
the number it expects, and where the record has gone on without us the entry is forgotten and folded anew.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from logs.store import Store
from web.per_store import PerStore

KEPT = 2048


class Memory:
    """The states last folded of one store, the longest unused forgotten first."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._states: OrderedDict[str, tuple[int, dict]] = OrderedDict()
        self._lock = Lock()
        self.contents: set[str] = set()  # digests of the content this store already keeps

    def where(self, stream: str) -> tuple[int, dict] | None:
        """The last known sequence number and state of a stream, or None."""
        with self._lock:
            if stream in self._states:
                self._states.move_to_end(stream)
            return self._states.get(stream)

    def put(self, stream: str, seq: int, slots: dict) -> None:
        """Remember a state, unless a later one is known already."""
        with self._lock:
            before = self._states.get(stream)
            if before is not None and before[0] > seq:
                return
            self._states[stream] = (seq, slots)
            self._states.move_to_end(stream)
            if len(self._states) > self._kept:
                self._states.popitem(last=False)

    def forget(self, stream: str) -> None:
        """Forget one stream: the record knows better."""
        with self._lock:
            self._states.pop(stream, None)


_memories = PerStore(Memory)


def memory_of(store: Store) -> Memory:
    """The memory that belongs to a store; it goes when the store goes."""
    return _memories.of(store)
