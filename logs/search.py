"""Search in what was said: an index that follows the record.

Events are indexed many at a time, a moment after they were appended, because one at a time costs about a
third of the append again. A search first brings the index up to date, so it finds what was appended before.
"""

from __future__ import annotations

import re
import sqlite3

from logs import lists
from logs.store import Filter, Hit
from logs.summaries import SELECTED, row

AT_ONCE = 1000  # positions indexed in one step, so that appends wait some milliseconds at most
MOST_TYPED, MOST_WORDS = 2000, 32  # characters and words of a search that count
WORDS_AROUND = 24
START, END = "\x02", "\x03"  # control characters, which no typed text has kept
SAID_BY = {"practitioner": "user", "assistant": "bot", "specialist": "agent"}
SAYERS = {event: who for who, event in SAID_BY.items()}

_TERMS = re.compile(r'"([^"]+)"|([^\s"]+)')

BEHIND = "SELECT coalesce((SELECT max(position) FROM events), 0) > (SELECT upto FROM indexed)"
PLACES = "SELECT position FROM events WHERE stream IN (SELECT f.stream FROM {tables} WHERE {where})"
INDEX = """INSERT INTO spoken_fts (rowid, practitioner, assistant, specialist)
    SELECT position, practitioner, assistant, specialist FROM spoken WHERE position > ? AND position <= ?"""


def behind(conn: sqlite3.Connection) -> bool:
    """Whether there are events the index has not seen."""
    return bool(conn.execute(BEHIND).fetchone() == (1,))


def follow(conn: sqlite3.Connection) -> bool:
    """Index the next events that it has not seen; whether there are more."""
    (done,) = conn.execute("SELECT upto FROM indexed").fetchone()
    (end,) = conn.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()
    upto = min(end, done + AT_ONCE)
    if upto > done:
        conn.execute(INDEX, (done, upto))
        conn.execute("UPDATE indexed SET upto = ?", (upto,))
    return bool(upto < end)


def query(words: str, said_by: str | tuple[str, ...] | None = None) -> str | None:
    """What someone typed as a query in which nothing is an operator; None where there is no word."""
    clean = "".join(" " if ord(one) < 32 or 0xD800 <= ord(one) < 0xE000 else one for one in words[:MOST_TYPED])
    terms = [phrase or word for phrase, word in _TERMS.findall(clean)]
    terms = [term for term in terms if any(one.isalnum() for one in term)][:MOST_WORDS]
    if not terms:
        return None
    quoted = " ".join(f'"{term}"' for term in terms)
    if said_by is None:
        return quoted
    sayers = [said_by] if isinstance(said_by, str) else list(said_by)
    if unknown := set(sayers) - SAID_BY.keys():
        raise ValueError(f"Words are said by {', '.join(SAID_BY)}, not by {', '.join(sorted(unknown))}")
    return f"{{{' '.join(sayers)}}} : ({quoted})" if sayers else None


def hits(conn: sqlite3.Connection, words: str, where: Filter, before: int | None, limit: int) -> list[Hit]:
    """One page of what was said with these words, newest first."""
    match = query(words, where.said_by)
    if match is None:
        return []
    terms, values = lists.conditions(where)
    join = "CROSS JOIN" if terms else "LEFT JOIN"  # what is no conversation has no summary to be narrowed by
    few = lists.matching(conn, where)
    if few.most is not None and few.most <= lists.FEW:
        # Few conversations and a common word: knowing their places beforehand, all other hits are passed over.
        terms = [f"+spoken_fts.rowid IN ({PLACES.format(tables=few.tables, where=few.where)})"]
        values = few.values
    if before is not None:
        terms.append("spoken_fts.rowid < ?")
        values.append(before)
    sql = f"""SELECT e.position, e.stream, e.seq,
            json_extract(e.event, '$.event'), json_extract(e.event, '$.timestamp'),
            snippet(spoken_fts, -1, char(2), char(3), '…', {WORDS_AROUND}), {SELECTED}
        FROM spoken_fts CROSS JOIN events e ON e.position = spoken_fts.rowid
            {join} summaries s ON s.stream = e.stream
        WHERE {" AND ".join(["spoken_fts MATCH ?", *terms])}
        ORDER BY spoken_fts.rowid DESC LIMIT ?"""  # noqa: S608 (only names of columns)
    return [_hit(*found) for found in conn.execute(sql, (match, *values, max(0, limit)))]


def _hit(position: int, stream: str, seq: int, event: str, at: float, excerpt: str, *summary: object) -> Hit:
    found = row(summary) if summary[0] is not None else None
    return Hit(stream, seq, position, SAYERS[event], float(at), pieces(excerpt), found)


def pieces(marked: str) -> tuple[tuple[str, bool], ...]:
    """An excerpt with marks as pieces of text, True where a word matched."""
    found: list[tuple[str, bool]] = []
    for part in re.split(f"({START}[^{START}{END}]*{END})", marked):
        text = part.strip(START + END)
        if text:
            found.append((text, part.startswith(START)))
    return tuple(found)
