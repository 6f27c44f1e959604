"""Search in what was said: an index that follows the record.

Events are indexed many at a time, a moment after they were appended, because one at a time costs about a
third of the append again. A search first brings the index up to date, so it finds what was appended before.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import Any

from logs import lists, restricted
from logs.store import Filter, Hit
from logs.summaries import SELECTED, row

AT_ONCE = 1000  # positions indexed in one step, so that appends wait some milliseconds at most
MOST_TYPED, MOST_WORDS = 2000, 32  # characters and words of a search that count
WORDS_AROUND = 24
WALKED = 3000  # hits gone through before the places of few conversations are looked up
START, END = "\x02", "\x03"  # control characters, which no typed text has kept
SAID_BY = {"practitioner": "user", "assistant": "bot", "specialist": "agent"}
SAYERS = {event: who for who, event in SAID_BY.items()}

_MARKED = re.compile(f"({START}[^{START}{END}]*{END})")
_TERMS = re.compile(r'"([^"]+)"|([^\s"]+)')

BEHIND = "SELECT coalesce((SELECT max(position) FROM events), 0) > (SELECT upto FROM indexed)"
PLACES = "SELECT position FROM events WHERE stream IN (SELECT f.stream FROM {tables} WHERE {where})"
SPOKEN = "SELECT rowid FROM spoken_fts WHERE spoken_fts MATCH ?{narrowed} ORDER BY rowid DESC LIMIT ?"
TOLD = f"""SELECT e.position, e.stream, e.seq,
        json_extract(e.event, '$.event'), json_extract(e.event, '$.timestamp'),
        snippet(spoken_fts, -1, char(2), char(3), '…', {WORDS_AROUND}), {SELECTED}
    FROM spoken_fts CROSS JOIN events e ON e.position = spoken_fts.rowid
        LEFT JOIN summaries s ON s.stream = e.stream
    WHERE {{where}} ORDER BY spoken_fts.rowid DESC LIMIT ?"""  # noqa: S608 (only names of columns)
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
    """One page of what was said with these words, newest first.

    Hits are gone through from the newest, and each is asked whether its conversation fits, until the page is full.
    """
    match = query(words, where.said_by)
    if match is None:
        return []
    limit = max(0, limit)
    terms, values = lists.conditions(where)
    few = lists.matching(conn, where)
    if few.most is not None and few.most <= lists.FEW:
        places = _places(conn, match, few, (terms, values), before, limit)
        if not places:
            return []
        terms = ["spoken_fts.rowid BETWEEN ? AND ?", f"+spoken_fts.rowid IN ({', '.join('?' * len(places))})"]
        values = [places[-1], places[0], *places]
    elif before is not None:
        terms, values = ["spoken_fts.rowid < ?", *terms], [before, *values]
    unseen = f"e.stream NOT IN ({restricted.STREAMS})"  # what has no summary may be a restricted conversation
    sql = TOLD.format(where=" AND ".join(["spoken_fts MATCH ?", unseen, *terms]))
    return [_hit(found) for found in conn.execute(sql, (match, *values, limit))]


def _places(
    conn: sqlite3.Connection,
    match: str,
    few: lists.Matching,
    conditions: tuple[list[str], list[object]],
    before: int | None,
    limit: int,
) -> list[int]:
    """The positions of one page of hits in few conversations, newest first.

    Few conversations may never fill the page. So after a while their places are looked up beforehand, and all hits
    elsewhere are passed over.
    """
    earlier, since = ("", ()) if before is None else (" AND rowid < ?", (before,))
    terms, values = conditions
    walked = SPOKEN.format(narrowed=earlier)
    sql = f"""SELECT hit.rowid FROM ({walked}) hit CROSS JOIN events e ON e.position = hit.rowid
        CROSS JOIN summaries s ON s.stream = e.stream WHERE {" AND ".join(terms)} LIMIT ?"""  # noqa: S608 (names only)
    found = conn.execute(sql, (match, *since, WALKED, *values, limit)).fetchall()
    if len(found) < limit:
        places = PLACES.format(tables=few.tables, where=few.where)
        sql = SPOKEN.format(narrowed=f" AND +rowid IN ({places}){earlier}")
        found = conn.execute(sql, (match, *few.values, *since, limit)).fetchall()
    return [place for (place,) in found]


def closest_first(found: list[Hit]) -> list[Hit]:
    """Hits with more of the words close together first; among equals the order stays.

    For a page that holds every hit. Among many this is not worth its time: what is new matters more to a reviewer.
    """
    return sorted(found, key=lambda hit: -sum(marked for _, marked in hit.excerpt))


def _hit(found: Sequence[Any]) -> Hit:
    position, stream, seq, event, at, excerpt = found[:6]
    summary = row(found[6:]) if found[6] is not None else None
    return Hit(stream, seq, position, SAYERS[event], float(at), pieces(excerpt), summary)


def pieces(marked: str) -> tuple[tuple[str, bool], ...]:
    """An excerpt with marks as pieces of text, True where a word matched."""
    found: list[tuple[str, bool]] = []
    for part in _MARKED.split(marked):
        text = part.strip(START + END)
        if text:
            found.append((text, part[0] == START))
    return tuple(found)
