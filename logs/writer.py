"""The one thread that writes.

What threads ask to be written meanwhile is committed together: one disk sync serves them all, and each is
told only after it. Every request has a savepoint of its own, so one that is refused takes nothing with it.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from logs.connections import unavailable, why
from logs.store import RecordUnavailable

T = TypeVar("T")
Act = Callable[[sqlite3.Connection], Any]
Tidy = Callable[[sqlite3.Connection], bool]

MOST_TOGETHER = 128
TIDY_AFTER = 64  # requests; sooner when nobody asks for QUIET seconds
QUIET = 0.05
GRACE = 1.0  # seconds a caller waits longer than the writer waits for another program

program_log = logging.getLogger("logs")


class Request:
    """One thing to be written, and the lock its caller waits at."""

    __slots__ = ("act", "done", "error", "given_up", "result")

    def __init__(self, act: Act) -> None:
        self.act = act
        self.done = threading.Lock()
        self.done.acquire()
        self.result: Any = None
        self.error: Exception | None = None
        self.given_up = False


class Writer:
    """Carries out acts on the writing connection, in the order they come, many to a commit.

    `tidy` is work that may wait, done in commits of its own when it is quiet or after many requests; it
    returns whether there is more.
    """

    def __init__(self, conn: sqlite3.Connection, path: Path, patience: float, tidy: Tidy) -> None:
        self._conn, self._path, self._patience, self._tidy = conn, path, patience, tidy
        self._asked: SimpleQueue[Request | None] = SimpleQueue()
        self._untidy = 0
        self._file = self._identity()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="advice-record", daemon=True)
        self._thread.start()

    def do(self, act: Callable[[sqlite3.Connection], T]) -> T:
        """Carry out one act and return its result once it is on disk, or raise what it raised."""
        # After a fork the thread is not there any more; better to say so than to wait for it.
        if self._closed or not self._thread.is_alive():
            raise unavailable("closed", self._path)
        request = Request(act)
        self._asked.put(request)
        # Locked by another program, the writer itself gives up after `patience`: hear its reason first.
        if not request.done.acquire(timeout=2 * self._patience + GRACE):
            request.given_up = True
            raise unavailable("slow", self._path)
        if request.error is not None:
            raise request.error
        result: T = request.result
        return result

    def close(self) -> None:
        """Write what was asked for, then close the connection."""
        if self._closed:
            return
        self._closed = True
        self._asked.put(None)
        self._thread.join()
        self._turn_away()
        self._tidy_up()
        self._conn.close()

    def _turn_away(self) -> None:
        """Tell whoever asked while the writer was closing."""
        while not self._asked.empty():
            if (request := self._asked.get()) is not None:
                request.error = unavailable("closed", self._path)
                request.done.release()

    def _run(self) -> None:
        while (group := self._group()) is not None:
            self._commit(group)
            if self._untidy >= TIDY_AFTER:
                self._tidy_up()

    def _group(self) -> list[Request] | None:
        """Everything asked for by now, waiting for the first; None to stop."""
        request = self._first()
        group: list[Request] = []
        while request is not None:
            group.append(request)
            if len(group) == MOST_TOGETHER:
                return group
            try:
                request = self._asked.get_nowait()
            except Empty:
                return group
        if group:
            self._asked.put(None)  # stop after this group
            return group
        return None

    def _first(self) -> Request | None:
        """The next request; while nobody asks, what could wait is done."""
        while self._untidy:
            try:
                return self._asked.get(timeout=QUIET)
            except Empty:
                self._tidy_up()
        return self._asked.get()

    def _commit(self, group: list[Request]) -> None:
        """Carry out a group in one transaction and tell everybody."""
        try:
            if self._identity() != self._file:
                raise unavailable("moved", self._path)
            self._conn.execute("BEGIN IMMEDIATE")
            for request in group:
                if not request.given_up:
                    self._carry_out(request)
            self._conn.execute("COMMIT")
            self._untidy += len(group)
        except Exception as error:
            self._roll_back()
            # Nothing of the group stands, so nobody may be answered from it, not even a repeated message.
            for request in group:
                request.error = self._told(error)
        for request in group:
            request.done.release()

    def _carry_out(self, request: Request) -> None:
        """Carry out one request within its savepoint; raises only what spoils the whole group."""
        self._conn.execute("SAVEPOINT request")
        try:
            request.result = request.act(self._conn)
        except Exception as error:
            if not self._conn.in_transaction:  # the database rolled everything back: nothing of the group stands
                raise
            self._conn.execute("ROLLBACK TO request")
            request.error = why(error, self._path) if isinstance(error, sqlite3.Error) else error
        self._conn.execute("RELEASE request")

    def _told(self, error: Exception) -> RecordUnavailable:
        """What one caller of a failed group is told: an exception of its own."""
        if isinstance(error, RecordUnavailable):
            return RecordUnavailable(error.reason, error.says)
        if isinstance(error, sqlite3.Error):
            return why(error, self._path)
        return unavailable("failed", self._path, found=type(error).__name__)

    def _tidy_up(self) -> None:
        """Do what could wait; a failure costs nobody an append and is tried again."""
        self._untidy = 0
        try:
            self._conn.execute("BEGIN IMMEDIATE")
            self._untidy += self._tidy(self._conn)
            self._conn.execute("COMMIT")
        except Exception as error:
            self._roll_back()
            program_log.warning("The search index waits: %s", type(error).__name__)

    def _roll_back(self) -> None:
        try:
            if self._conn.in_transaction:
                self._conn.execute("ROLLBACK")
        except sqlite3.Error as error:
            program_log.warning("A transaction could not be rolled back: %s", type(error).__name__)

    def _identity(self) -> tuple[int, int] | None:
        """Which file the path leads to now, so that nothing is written into one that was replaced."""
        try:
            found = os.stat(self._path)
        except OSError:
            return None
        return found.st_dev, found.st_ino
