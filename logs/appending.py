"""What is written for one request: events, message and summary; kept texts; the heartbeat; rebuilt summaries.

`ready` does what can be done by the thread that asks (checking, encoding), so that the writing thread has
little left and meets no surprise. The other functions run there, within a transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

from logs import chain, content, summaries
from logs.store import Conflict, Event, Message, Repeated, Summary

BEAT = 1.0  # seconds between two heartbeat rows at least

HEAD = "SELECT last, hash FROM streams WHERE stream = ?"
ANSWERED = "SELECT id, text_digest, reply_json FROM messages WHERE stream = ? AND id = ?"
EVENT = "INSERT INTO events (stream, seq, event, hash) VALUES (?, ?, ?, ?)"
BEGUN = "INSERT INTO streams (last, hash, stream) VALUES (?, ?, ?)"
GROWN = "UPDATE streams SET last = ?, hash = ? WHERE stream = ?"
MESSAGE = "INSERT INTO messages (stream, id, text_digest, reply_json) VALUES (?, ?, ?, ?)"
BEATEN = """INSERT INTO heartbeat VALUES (1, ?) ON CONFLICT DO UPDATE SET at = excluded.at
    WHERE abs(excluded.at - at) >= ?"""


@dataclass(frozen=True, slots=True)
class Ready:
    """What is to be appended: canonical bodies, and when the first of them happened."""

    stream: str
    name: bytes
    expected: int | None
    bodies: list[bytes]
    at: float
    summary: Summary | None
    message: Message | None
    about: str | None = None


def text(value: str) -> str:
    """A string that UTF-8 can hold: half a surrogate pair becomes "?"."""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def ready(
    stream: str,
    expected: int | None,
    events: Sequence[Event],
    summary: Summary | None,
    message: Message | None,
    about: str | None = None,
) -> Ready:
    """One append, checked and encoded. Raises ValueError or TypeError for what cannot be stored."""
    if not stream:
        raise ValueError("A stream needs a name")
    if not events:
        raise ValueError("An append needs an event: a summary alone would follow from nothing")
    for event in events:
        at = event.get("timestamp")
        if not event.get("event") or isinstance(at, bool) or not isinstance(at, (int, float)) or not isfinite(at):
            raise ValueError("An event needs its type (event) and when it happened (timestamp, seconds)")
    if message is not None:
        message = Message(text(message.id), text(message.text_digest), text(message.reply_json))
    stream = text(stream)
    return Ready(
        stream,
        chain.canonical(stream),
        expected,
        [chain.canonical(event) for event in events],
        float(events[0]["timestamp"]),
        None if summary is None else summaries.fitting(summary),
        message,
        None if about is None else text(about),
    )


def answered(conn: sqlite3.Connection, stream: str, message_id: str) -> Message | None:
    """The message of this id in a stream."""
    found = conn.execute(ANSWERED, (stream, message_id)).fetchone()
    return Message(*found) if found else None


def append(conn: sqlite3.Connection, asked: Ready) -> int:
    """Add events to the end of a stream; raises `Repeated` or `Conflict` before anything is written."""
    stream, message = asked.stream, asked.message
    if message is not None and (recorded := answered(conn, stream, message.id)) is not None:
        raise Repeated(stream, recorded)
    last, previous = conn.execute(HEAD, (stream,)).fetchone() or (0, chain.FIRST)
    if asked.expected is not None and asked.expected != last:
        raise Conflict(stream, asked.expected, last)
    grown = GROWN if last else BEGUN
    rows = []
    for body in asked.bodies:
        last += 1
        previous = chain.link(previous, asked.name, last, body)
        rows.append((stream, last, body.decode(), previous))
    conn.executemany(EVENT, rows)
    conn.execute(grown, (last, previous, stream))
    if message is not None:
        conn.execute(MESSAGE, (stream, message.id, message.text_digest, message.reply_json))
    if asked.summary is not None and (asked.about is None or summaries.one(conn, asked.about) is not None):
        summaries.put(conn, asked.about or stream, asked.summary, asked.at)
    return int(last)


def keep(conn: sqlite3.Connection, whole: content.Manifest) -> None:
    """Keep the texts of a manifest that are not kept yet."""
    if conn.execute("SELECT 1 FROM manifests WHERE digest = ?", (whole.digest,)).fetchone():
        return
    for digest, words in whole.texts.items():
        if not conn.execute("SELECT 1 FROM texts WHERE digest = ?", (digest,)).fetchone():
            conn.execute("INSERT INTO texts (digest, text) VALUES (?, ?)", (digest, words))
    conn.execute("INSERT INTO manifests (digest, listing) VALUES (?, ?)", (whole.digest, whole.listing))


def beat(conn: sqlite3.Connection, at: float) -> float:
    """Write the heartbeat unless it is younger than a second; returns when it beat last."""
    conn.execute(BEATEN, (at, BEAT))
    return float(conn.execute("SELECT at FROM heartbeat").fetchone()[0])


def rebuilt(
    conn: sqlite3.Connection, folded: Iterable[tuple[str, int, float, Summary | None]]
) -> tuple[int, list[str]]:
    """Replace summaries by (stream, last, at, summary); how many, and which streams grew meanwhile."""
    done, grown = 0, []
    for stream, last, at, summary in folded:
        if conn.execute(HEAD, (stream,)).fetchone()[0] != last:
            grown.append(stream)
            continue
        summaries.remove(conn, stream)
        if summary is not None:
            summaries.put(conn, stream, summary, at)
            done += 1
    return done, grown
