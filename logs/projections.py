"""Projections: what follows from many events, kept so that it need not be folded again at every start.

A projection has a name, a text for each of some streams, and the position up to which it follows the record. What the
texts say is the business of whoever makes them; a change of their form is another name. They are never the truth and
can be thrown away: whoever finds none folds the events.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

UPTO = "SELECT upto FROM projected WHERE name = ?"
TEXTS = "SELECT stream, told FROM projections WHERE name = ?"
PUT = """INSERT INTO projections VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET told = excluded.told WHERE told <> excluded.told"""
MOVE = "INSERT INTO projected VALUES (?, ?) ON CONFLICT DO UPDATE SET upto = excluded.upto"


def read(conn: sqlite3.Connection, name: str) -> tuple[int, dict[str, str]]:
    """Up to which position a projection follows, and its texts; 0 and nothing where there is none."""
    conn.execute("BEGIN")  # both from one moment: another process may keep more meanwhile
    (upto,) = conn.execute(UPTO, (name,)).fetchone() or (0,)
    return int(upto), dict(conn.execute(TEXTS, (name,)).fetchall())


def keep(conn: sqlite3.Connection, name: str, since: int, upto: int, texts: Mapping[str, str]) -> bool:
    """Keep the texts that changed after position `since`; whether they were.

    Where another process has kept more, or less than `since`, these would leave a gap and are let go.
    """
    (stands,) = conn.execute(UPTO, (name,)).fetchone() or (0,)
    if not since <= stands <= upto:
        return False
    conn.executemany(PUT, [(name, stream, told) for stream, told in texts.items()])
    conn.execute(MOVE, (name, upto))
    return True


def forget(conn: sqlite3.Connection) -> None:
    """Throw every projection away; whoever needs one makes it anew."""
    conn.execute("DELETE FROM projections")
    conn.execute("DELETE FROM projected")
