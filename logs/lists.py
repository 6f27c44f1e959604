"""Lists and counts of conversations, the last started first.

A list is read along the facet that fewest conversations have, in its order, and stops when the page is full.
Whether a conversation has the other facets is looked up in their order too, which keeps close together what is
read together. Only what is shown is read from the summaries themselves.
"""

# ruff: noqa: S608 (names are those of `FACETS`; every value is a parameter)

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields

from logs.columns import FACETS, SUMMARY
from logs.store import Cursor, Filter, Summary
from logs.summaries import SELECTED, SETS, row

FEW = 2000  # conversations that are sooner sorted, or looked at one by one, than met with in passing

QUEUE = f"""SELECT {SELECTED} FROM summaries s
    WHERE (status = 'waiting' OR alerted = 1) AND status IN ('waiting', 'with-assistant')
    ORDER BY urgency IS 'now' DESC, coalesce(queued_at, updated_at), started_at, stream"""


@dataclass(frozen=True, slots=True)
class Matching:
    """The conversations a filter lets through: tables, conditions and parameters, and how many at most."""

    tables: str
    terms: list[str]
    values: list[object]
    by: str  # the table that has started_at and stream in the order of lists
    most: int | None  # None: nothing is known

    @property
    def where(self) -> str:
        """The conditions as one."""
        return " AND ".join(self.terms) or "1"


def narrowed(where: Filter) -> dict[str, tuple[str, ...]]:
    """The facets a filter narrows by, each with the values it lets through."""
    found: dict[str, tuple[str, ...]] = {}
    for name in FACETS:
        value = getattr(where, name)
        if isinstance(value, bool):
            value = str(int(value))
        if value is not None:
            found[name] = (value,) if isinstance(value, str) else tuple(dict.fromkeys(value))
    return found


def matching(conn: sqlite3.Connection, where: Filter) -> Matching:
    """The conversations a filter lets through, as they are best read."""
    facets = narrowed(where)
    sizes = {name: sum(_count(conn, name, value) for value in allowed) for name, allowed in facets.items()}
    along = min(
        (name for name in facets if len(facets[name]) == 1 or sizes[name] <= FEW),
        key=lambda name: sizes[name],
        default=None,
    )
    terms: list[str] = []
    values: list[object] = []
    if along is None:
        by, tables = "s", "summaries s INDEXED BY summaries_started"
    else:
        allowed = facets.pop(along)
        by = "f"
        tables = "facets f"
        terms += ["f.name = ?", f"f.value IN ({_marks(allowed)})"]
        values += [along, *allowed]
        if len(allowed) > 1:  # one conversation may have several of them
            tables = f"(SELECT DISTINCT started_at, stream FROM facets f WHERE {' AND '.join(terms)}) f"
            terms.clear()
    for term, limit in ((f"{by}.started_at >= ?", where.since), (f"{by}.started_at < ?", where.until)):
        if limit is not None:
            terms.append(term)
            values.append(limit)
    for name, allowed in facets.items():
        terms.append(
            f"EXISTS (SELECT 1 FROM facets g WHERE g.name = ? AND g.value IN ({_marks(allowed)})"
            f" AND g.started_at = {by}.started_at AND g.stream = {by}.stream)"
        )
        values += [name, *allowed]
    return Matching(tables, terms, values, by, sizes[along] if along else None)


def conditions(where: Filter) -> tuple[list[str], list[object]]:
    """The same filter as conditions on a summary that is at hand, `summaries s`."""
    terms: list[str] = []
    values: list[object] = []
    for name, allowed in narrowed(where).items():
        column = f"coalesce(s.{FACETS[name]}, '')"
        if name in SETS:
            terms.append("(" + " OR ".join([_holds(column, one) for one in allowed] or ["0"]) + ")")
            values += [f" {one} " if one else "" for one in allowed]
        else:
            terms.append(f"{column} IN ({_marks(allowed)})")
            values += [int(one) if SUMMARY[FACETS[name]] is int else one for one in allowed]
    for term, limit in (("s.started_at >= ?", where.since), ("s.started_at < ?", where.until)):
        if limit is not None:
            terms.append(term)
            values.append(limit)
    return terms, values


def _marks(allowed: tuple[str, ...]) -> str:
    return ", ".join("?" * len(allowed))


def _holds(column: str, value: str) -> str:
    return f"instr(' ' || {column} || ' ', ?) > 0" if value else f"{column} = ?"


def _count(conn: sqlite3.Connection, name: str, value: str) -> int:
    found = conn.execute("SELECT n FROM facet_counts WHERE name = ? AND value = ?", (name, value)).fetchone()
    return int(found[0]) if found else 0


def page(conn: sqlite3.Connection, where: Filter, before: Cursor | None, limit: int) -> list[Summary]:
    """One page of conversations."""
    found = matching(conn, where)
    terms, values = list(found.terms), list(found.values)
    if before is not None:
        terms.append(f"({found.by}.started_at, {found.by}.stream) < (?, ?)")
        values += before
    tables = found.tables if found.by == "s" else f"{found.tables} CROSS JOIN summaries s ON s.stream = f.stream"
    sql = f"""SELECT {SELECTED} FROM {tables} WHERE {" AND ".join(terms) or "1"}
        ORDER BY {found.by}.started_at DESC, {found.by}.stream DESC LIMIT ?"""
    return [row(one) for one in conn.execute(sql, (*values, max(0, limit)))]


def counts(conn: sqlite3.Connection, several: Sequence[str], where: Filter) -> dict[str, dict[str, int]]:
    """How many conversations there are per value of some facets, read once for all of them."""
    if all(getattr(where, one.name) is None for one in fields(where) if one.name != "said_by"):
        sql = "SELECT value, n FROM facet_counts WHERE name = ? AND n > 0 ORDER BY value"
        return {by: dict(conn.execute(sql, (by,)).fetchall()) for by in several}
    found = matching(conn, where)
    if found.most is not None and found.most <= FEW:
        tables, condition, values = (
            f"{found.tables} CROSS JOIN summaries s ON s.stream = f.stream",
            found.where,
            found.values,
        )
    else:
        terms, values = conditions(where)
        tables, condition = "summaries s INDEXED BY summaries_facets", " AND ".join(terms)
    columns = ", ".join(f"coalesce(s.{FACETS[by]}, '')" for by in several)
    places = ", ".join(str(n + 1) for n in range(len(several)))
    sql = f"SELECT {columns}, count(*) FROM {tables} WHERE {condition} GROUP BY {places}"
    totals: dict[str, Counter[str]] = {by: Counter() for by in several}
    for *found_values, n in conn.execute(sql, values):
        for by, value in zip(several, found_values, strict=True):
            for one in (str(value).split() or [""]) if by in SETS else [str(value)]:
                totals[by][one] += n
    return {by: dict(sorted(total.items())) for by, total in totals.items()}


def queue(conn: sqlite3.Connection) -> list[Summary]:
    """The conversations that wait for a specialist, or were alerted while with the assistant."""
    return [row(found) for found in conn.execute(QUEUE)]
