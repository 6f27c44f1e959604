"""How often each has asked: the counts behind the limits, in this process's own memory.

The library's own memory starts a thread to forget old counts at almost every request, which took longer than the page.
Here a count is forgotten when its time is over and somebody looks, and all that are over when there are many.
"""

from __future__ import annotations

from threading import Lock
from time import time

from limits.storage import Storage

MANY = 4096


class Here(Storage):
    """Counts of one fixed window for each key: when it ends, and how often so far."""

    STORAGE_SCHEME = ["here"]  # noqa: RUF012 - the library reads it so

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_: float | str | bool) -> None:
        super().__init__(uri, wrap_exceptions)
        self._windows: dict[str, tuple[float, int]] = {}
        self._lock = Lock()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What can go wrong here: nothing of its own."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count one more; returns how many that makes in the present window."""
        now = time()
        with self._lock:
            ends, count = self._windows.get(key, (0.0, 0))
            if ends <= now:
                if len(self._windows) >= MANY:
                    self._windows = {k: window for k, window in self._windows.items() if window[0] > now}
                ends, count = now + expiry, 0
            self._windows[key] = (ends, count + amount)
        return count + amount

    def get(self, key: str) -> int:
        """How many there are in the present window."""
        ends, count = self._windows.get(key, (0.0, 0))
        return count if ends > time() else 0

    def get_expiry(self, key: str) -> float:
        """When the present window ends."""
        return max(time(), self._windows.get(key, (0.0, 0))[0])

    def check(self) -> bool:
        """Memory is always there."""
        return True

    def reset(self) -> int:
        """Forget all counts."""
        with self._lock:
            gone, self._windows = len(self._windows), {}
        return gone

    def clear(self, key: str) -> None:
        """Forget one count."""
        with self._lock:
            self._windows.pop(key, None)
