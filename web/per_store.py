"""One thing of this process for each store, made when it is first asked for and gone when the store goes."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from logs.store import Store

T = TypeVar("T")


class PerStore(Generic[T]):
    """Gives every asker the same one for a store, whichever thread asks."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make, self._making = make, Lock()
        self._made: WeakKeyDictionary[Store, T] = WeakKeyDictionary()

    def of(self, store: Store) -> T:
        """The one that belongs to this store."""
        found = self._made.get(store)
        if found is None:
            with self._making:
                found = self._made.setdefault(store, self._make())
        return found
