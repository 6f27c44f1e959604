"""How the SQLite file is opened: its stamp, its settings, its readers, and what to do when it cannot be used.

Nothing here tells what was typed: database messages are turned into one of a few sentences with a next step.
"""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

from sqlite_utils import Database

from logs import migrations
from logs.store import Kind, RecordUnavailable

SAYS = {
    "locked": "Another program keeps the advice record locked. Close whatever has {path} open.",
    "read-only": "The advice record cannot be written. Let the service write {path} and its folder.",
    "full": "There is no room for the advice record. Free space on the disk of {path}.",
    "damaged": "The advice record is damaged. Stop the service, keep {path} and restore the last backup.",
    "moved": "The advice record was moved or replaced. Put {path} back, then restart the service.",
    "closed": "The advice record is closed. Restart the service.",
    "slow": "The advice record did not answer in time. Look at the disk of {path} and the machine's load.",
    "stamped": "{path} is stamped {found} and this is {kind} mode. Name another file in ADVICE_DATABASE.",
    "newer": "{path} was written by newer software. Install that version, or name another file.",
    "not-a-record": "{path} is not an advice record. Name another file in ADVICE_DATABASE.",
    "unguarded": "{path} has lost what keeps it append-only ({found}). Keep it and restore the last backup.",
    "failed": "The advice record could not be used ({found}). Look at the disk of {path}.",
}
REASONS = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_CANTOPEN: "read-only",
    sqlite3.SQLITE_PERM: "read-only",
    sqlite3.SQLITE_AUTH: "read-only",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
}
# Every connection: deleted text is overwritten, and a commit is on disk before anybody is told of it.
SETTINGS = (
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
    "temp_store = MEMORY",
    "wal_autocheckpoint = 4000",  # pages: with 1000 the slowest of a hundred appends took three times as long
    "journal_size_limit = 67108864",
)


def unavailable(reason: str, path: Path, found: str = "", kind: str = "") -> RecordUnavailable:
    """What to say and do for one of the reasons of `SAYS`."""
    return RecordUnavailable(reason, SAYS[reason].format(path=path, found=found, kind=kind))


def why(error: sqlite3.Error, path: Path) -> RecordUnavailable:
    """What to say and do for a database error, without its own words."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    return unavailable(REASONS.get(code, "failed"), path, found=name)


def connect(path: Path, patience: float, *, writes: bool) -> Database:
    """One connection with the record's settings; it waits up to `patience` seconds for other programs."""
    conn = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False, cached_statements=512)
    try:
        db = Database(conn, execute_plugins=False)
        for setting in SETTINGS:
            conn.execute(f"PRAGMA {setting}")
        if not writes:
            conn.execute("PRAGMA query_only = ON")
    except BaseException:
        conn.close()
        raise
    return db


def opened(path: Path, kind: Kind, patience: float) -> Database:
    """The connection that writes, with the file made or brought up to date, stamped and guarded."""
    if kind not in get_args(Kind):
        raise ValueError(f"A record is practice or live, not {kind!r}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # nobody else on the machine reads it
        db = connect(path, patience, writes=True)
    except OSError:
        raise unavailable("read-only", path) from None
    except sqlite3.Error as error:
        raise why(error, path) from None
    try:
        _refuse_another(db, path, kind)
        _bring_up_to_date(db, path, kind)
    except sqlite3.Error as error:
        db.close()
        raise why(error, path) from None
    except BaseException:
        db.close()
        raise
    return db


def _refuse_another(db: Database, path: Path, kind: Kind) -> None:
    """Raise before anything is written if the file is not ours to write."""
    names = db.table_names()
    if "stamp" not in names:
        if names:
            raise unavailable("not-a-record", path)
        return
    (found,) = db.execute("SELECT kind FROM stamp").fetchone() or ("nothing",)
    if found != kind:
        raise unavailable("stamped", path, found, kind)
    if migrations.unknown_steps(db):
        raise unavailable("newer", path)
    if missing := migrations.missing_guards(db):
        raise unavailable("unguarded", path, ", ".join(missing))


def _bring_up_to_date(db: Database, path: Path, kind: Kind) -> None:
    """Apply what migrations are due and stamp a new file."""
    db.enable_wal()
    if db.journal_mode != "wal":
        raise unavailable("failed", path, "this file system holds no write-ahead log")
    # sqlite-utils begins deferred transactions, which fail when two processes start together. Inside this one
    # its own become savepoints.
    db.execute("BEGIN IMMEDIATE")
    try:
        migrations.record.apply(db)
        if not db.execute("SELECT count(*) FROM stamp").fetchone()[0]:
            db.execute("INSERT INTO stamp VALUES (?)", [kind])
        db.commit()
    except BaseException:
        db.rollback()
        raise
    _refuse_another(db, path, kind)


class Readers:
    """Connections that only read: one for each thread that reads at the moment, kept for the next."""

    def __init__(self, path: Path, patience: float) -> None:
        self._path, self._patience = path, patience
        self._free: deque[sqlite3.Connection] = deque()
        self._closed = False

    @contextmanager
    def one(self) -> Iterator[sqlite3.Connection]:
        """A connection nobody else uses meanwhile; database errors become `RecordUnavailable`."""
        if self._closed:
            raise unavailable("closed", self._path)
        try:
            try:
                conn = self._free.pop()
            except IndexError:
                conn = connect(self._path, self._patience, writes=False).conn
            try:
                yield conn
            finally:
                self._give_back(conn)
        except sqlite3.Error as error:
            raise why(error, self._path) from None

    def _give_back(self, conn: sqlite3.Connection) -> None:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        if self._closed:
            conn.close()
        else:
            self._free.append(conn)

    def close(self) -> None:
        """Close every connection that is free, and each other as it is given back."""
        self._closed = True
        while self._free:
            self._free.pop().close()
