"""Whether the record is as it was written: every chain, no event missing, every kept text."""

from __future__ import annotations

import sqlite3

from logs import chain, content
from logs.store import Fault, Head

RECORD = "(the whole record)"
TEXTS = "(kept texts)"

# Read as bytes: what was tampered with need not be text any more.
EVENTS = "SELECT seq, CAST(event AS BLOB), CAST(hash AS BLOB) FROM events WHERE stream = ? ORDER BY seq"
GAP = """SELECT position + 1 FROM events e WHERE position < (SELECT max(position) FROM events)
    AND NOT EXISTS (SELECT 1 FROM events WHERE position = e.position + 1) ORDER BY position LIMIT 1"""


def names(conn: sqlite3.Connection) -> list[str]:
    """Every stream that has events or should have."""
    found = conn.execute("SELECT stream FROM streams UNION SELECT stream FROM events ORDER BY 1")
    return [name for (name,) in found]


def stream_fault(conn: sqlite3.Connection, stream: str) -> Fault | None:
    """The first thing wrong with one stream, seen as it stood at one moment."""
    conn.execute("BEGIN")
    found = conn.execute("SELECT stream, last, hash FROM streams WHERE stream = ?", (stream,)).fetchone()
    fault = chain.fault(Head(*found) if found else None, stream, conn.execute(EVENTS, (stream,)))
    conn.execute("ROLLBACK")
    return fault


def gap(conn: sqlite3.Connection) -> Fault | None:
    """Events stand one after another in the whole record: where the first of them is missing, if any is."""
    first, last, count = conn.execute("SELECT min(position), max(position), count(*) FROM events").fetchone()
    if not count or (first, last) == (1, count):
        return None
    missing = 1 if first != 1 else conn.execute(GAP).fetchone()[0]
    return Fault(RECORD, missing, f"the event at place {missing} of the whole record is missing")


def content_faults(conn: sqlite3.Connection) -> list[Fault]:
    """Kept texts and manifests that are not what their digest says."""
    faults = []
    kept = set()
    for digest, text in conn.execute("SELECT digest, CAST(text AS BLOB) FROM texts ORDER BY digest"):
        kept.add(digest)
        if content.digest(text) != digest:
            faults.append(Fault(TEXTS, 0, f"the text {digest} is not as it was kept"))
    for digest, listing in conn.execute("SELECT digest, CAST(listing AS BLOB) FROM manifests ORDER BY digest"):
        if content.digest(listing) != digest:
            faults.append(Fault(TEXTS, 0, f"the list of texts {digest} is not as it was kept"))
        elif missing := set(content.listed(listing).values()) - kept:
            faults.append(Fault(TEXTS, 0, f"of the texts {digest}, {len(missing)} are missing"))
    return faults
