"""Summaries of conversations, filed so that lists of them are quick.

A summary is one row. For each value a list can be narrowed by there is a facet row, in the order of lists,
and a count. They change only when such a value changes, so most turns touch the summary's own row alone.

Statements are put together from the names in `SUMMARY` and `FACETS`; every value is a parameter.
"""

# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Set
from math import isfinite

from logs import restricted
from logs.columns import FACETS, SEVERAL, SUMMARY
from logs.store import Summary

SETS = SEVERAL
COLUMNS = tuple(SUMMARY)
SELECTED = ", ".join(f"s.{name}" for name in COLUMNS)
ONE = f"SELECT {SELECTED} FROM summaries s WHERE stream = ?"
NEW = f"INSERT INTO summaries ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"


def fitting(summary: Summary) -> Summary:
    """The summary as it can be stored; raises ValueError or TypeError, naming the column, where it cannot."""
    if unknown := summary.keys() - SUMMARY.keys() - {restricted.NAME}:
        raise ValueError(f"A summary has no column {', '.join(sorted(unknown))}")
    found = {name: _value(name, value) for name, value in summary.items() if name in SUMMARY and name != "stream"}
    return found | ({restricted.NAME: True} if summary.get(restricted.NAME) else {})


def _value(name: str, value: object) -> object:
    kind = SUMMARY[name]
    if value is None and name not in ("alerted", "started_at"):
        return None
    if kind is str and isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if kind is not str and isinstance(value, (int, float)) and isfinite(value):
        return kind(value)
    raise TypeError(f"The summary's {name} must be a (finite) {kind.__name__}, not {type(value).__name__}")


def row(values: Iterable[object]) -> Summary:
    """A row of `SELECTED` as a summary."""
    return dict(zip(COLUMNS, values, strict=True))


def one(conn: sqlite3.Connection, stream: str) -> Summary | None:
    """The summary of one stream, restricted or not."""
    found = conn.execute(ONE, (stream,)).fetchone()
    return row(found) if found else restricted.one(conn, stream)


def put(conn: sqlite3.Connection, stream: str, changes: Summary, at: float) -> None:
    """Make a summary, started at `at` unless it says so itself, or change the columns named."""
    old = one(conn, stream)
    if changes.get(restricted.NAME) or (old is not None and old.get(restricted.NAME)):
        _restrict(conn, stream, old, changes, at)
        return
    if old is None:
        new = dict.fromkeys(COLUMNS) | {"alerted": 0, "started_at": at, **changes, "stream": stream}
        conn.execute(NEW, tuple(new.values()))
        _file(conn, new, added=_values(new))
        return
    changed = {name: value for name, value in changes.items() if old[name] != value and name != "started_at"}
    if not changed:
        return
    conn.execute(
        f"UPDATE summaries SET {', '.join(f'{name} = ?' for name in changed)} WHERE stream = ?",
        (*changed.values(), stream),
    )
    if not changed.keys().isdisjoint(FACETS.values()):
        before, now = _values(old), _values(old | changed)
        _file(conn, old, added=now - before, removed=before - now)


def _restrict(conn: sqlite3.Connection, stream: str, old: Summary | None, changes: Summary, at: float) -> None:
    """Take a summary out of all lists, and keep it with the restricted ones."""
    known = old or dict.fromkeys(COLUMNS) | {"alerted": 0, "started_at": at, "stream": stream}
    begun = {} if old is None else {"started_at": old["started_at"]}
    remove(conn, stream)
    restricted.put(conn, known | changes | begun)


def remove(conn: sqlite3.Connection, stream: str) -> None:
    """Take a summary out of all lists; the events stay."""
    old = one(conn, stream)
    if old is not None and old.get(restricted.NAME):
        restricted.remove(conn, stream)
    elif old is not None:
        _file(conn, old, removed=_values(old))
        conn.execute("DELETE FROM summaries WHERE stream = ?", (stream,))


def _values(summary: Summary) -> set[tuple[str, str]]:
    """Every facet (name, value) of a summary, "" where it is not known."""
    found: set[tuple[str, str]] = set()
    for name, column in FACETS.items():
        value = summary[column]
        text = "" if value is None else str(value)
        found.update((name, one) for one in (text.split() or [""] if name in SETS else [text]))
    return found


def _file(
    conn: sqlite3.Connection,
    summary: Summary,
    added: Set[tuple[str, str]] = frozenset(),
    removed: Set[tuple[str, str]] = frozenset(),
) -> None:
    """Put one conversation under some facets, take it out of others, and count."""
    place = (summary["started_at"], summary["stream"])
    if removed:
        gone = [(*facet, *place) for facet in removed]
        conn.executemany("DELETE FROM facets WHERE name = ? AND value = ? AND started_at = ? AND stream = ?", gone)
        conn.executemany("UPDATE facet_counts SET n = n - 1 WHERE name = ? AND value = ?", list(removed))
    if added:
        conn.executemany("INSERT INTO facets VALUES (?, ?, ?, ?)", [(*facet, *place) for facet in added])
        conn.executemany("INSERT INTO facet_counts VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1", list(added))


def recount(conn: sqlite3.Connection) -> None:
    """Forget summaries and facets that nothing stands behind any more, and count again."""
    for (stream,) in conn.execute(
        "SELECT stream FROM summaries WHERE stream NOT IN (SELECT stream FROM streams)"
    ).fetchall():
        remove(conn, stream)
    conn.execute("DELETE FROM facets WHERE stream NOT IN (SELECT stream FROM summaries)")
    conn.execute("DELETE FROM facet_counts")
    conn.execute("INSERT INTO facet_counts SELECT name, value, count(*) FROM facets GROUP BY name, value")
