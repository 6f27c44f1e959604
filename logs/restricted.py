"""Conversations whose record is restricted: they stand in no list, no count and no search, but in one of their own.

A concern about somebody who can read these records must not be found by them. Its row is taken out of the summaries, so
that whatever lists, counts, samples or exports conversations never comes upon it; who may ask for this list is decided
in `web`. The events stay where they are, as everything in the record does.
"""

from __future__ import annotations

import json
import sqlite3

from logs.store import Summary

TABLE = "CREATE TABLE restricted (stream TEXT PRIMARY KEY, summary TEXT NOT NULL) STRICT, WITHOUT ROWID"
NAME = "restricted"  # what a summary says of itself
STREAMS = "SELECT stream FROM restricted"


def one(conn: sqlite3.Connection, stream: str) -> Summary | None:
    """The row of a restricted conversation; None for any other."""
    found = conn.execute("SELECT summary FROM restricted WHERE stream = ?", (stream,)).fetchone()
    return _row(found[0]) if found else None


def rows(conn: sqlite3.Connection) -> list[Summary]:
    """Every restricted conversation, the last started first."""
    found = [_row(text) for (text,) in conn.execute("SELECT summary FROM restricted")]
    return sorted(found, key=lambda row: (row["started_at"], row["stream"]), reverse=True)


def put(conn: sqlite3.Connection, summary: Summary) -> None:
    """Keep the row of a restricted conversation here. Once restricted it stays so."""
    kept = json.dumps({name: value for name, value in summary.items() if name != NAME}, ensure_ascii=False)
    conn.execute("INSERT OR REPLACE INTO restricted VALUES (?, ?)", (summary["stream"], kept))


def remove(conn: sqlite3.Connection, stream: str) -> None:
    """Take a row out, to be built again from its events."""
    conn.execute("DELETE FROM restricted WHERE stream = ?", (stream,))


def _row(text: str) -> Summary:
    return {**json.loads(text), NAME: True}
