"""The advice record in one SQLite file, the default store.

sqlite-utils makes and migrates the tables; the statements of every turn run on its connection directly.
Events, message and summary go to disk in one transaction of the one writing thread (`logs.writer`); what is
read comes from connections of its own and waits for nobody.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from os import PathLike
from pathlib import Path

from logs import appending, content, lists, projections, restricted, search, summaries, verifying
from logs.appending import text
from logs.columns import FACETS
from logs.connections import Readers, opened, unavailable, why
from logs.store import (
    EVERYTHING,
    Cursor,
    Event,
    Fault,
    Filter,
    Fold,
    Head,
    Hit,
    Kind,
    Message,
    NotKept,
    Placed,
    RecordUnavailable,
    Stored,
    Summary,
)
from logs.writer import Writer

ALIVE = 2.0  # seconds a heartbeat row counts for
STREAMS_AT_ONCE = 100
GATHERED_AT_ONCE = 100
LAST_CHARACTER = "\U0010ffff"  # no stream's name goes on after a prefix with one that sorts behind it


class SqliteStore:
    """A `Store` in the SQLite file `path`, which is stamped practice or live and never serves the other."""

    def __init__(self, path: str | PathLike[str], kind: Kind = "practice", patience: float = 5.0) -> None:
        self.path = Path(path).absolute()
        self.kind = kind
        db = opened(self.path, kind, patience)
        self._writer = Writer(db.conn, self.path, patience, search.follow)
        self._readers = Readers(self.path, patience)
        self._beaten: float | None = None
        self._known: set[str] = set()

    def append(
        self,
        stream: str,
        expected: int | None,
        events: Sequence[Event],
        *,
        summary: Summary | None = None,
        message: Message | None = None,
        about: str | None = None,
    ) -> int:
        """Add events to a stream and return its last sequence number once they are on disk."""
        asked = appending.ready(stream, expected, events, summary, message, about)
        return self._writer.do(partial(appending.append, asked=asked))

    def answered(self, stream: str, message_id: str) -> Message | None:
        """The message recorded in this stream under this id."""
        with self._readers.one() as conn:
            return appending.answered(conn, text(stream), text(message_id))

    def last(self, stream: str) -> int:
        """The last sequence number of a stream, 0 where there is none."""
        with self._readers.one() as conn:
            found = conn.execute("SELECT last FROM streams WHERE stream = ?", (text(stream),)).fetchone()
        return found[0] if found else 0

    def read(self, stream: str, after: int = 0, until: int | None = None) -> list[Stored]:
        """The events of a stream after one sequence number, up to and with another."""
        sql = "SELECT seq, event, hash FROM events WHERE stream = ? AND seq > ? AND seq <= ? ORDER BY seq"
        bounds = (text(stream), after, until if until is not None else 2**62)
        with self._readers.one() as conn:
            found = conn.execute(sql, bounds).fetchall()
        return [Stored(seq, json.loads(event), hash) for seq, event, hash in found]

    def summary(self, stream: str) -> Summary | None:
        """One conversation as lists show it."""
        with self._readers.one() as conn:
            return summaries.one(conn, text(stream))

    def summaries(self, where: Filter = EVERYTHING, before: Cursor | None = None, limit: int = 20) -> list[Summary]:
        """Conversations, the last started first."""
        with self._readers.one() as conn:
            return lists.page(conn, where, before, limit)

    def queue(self) -> list[Summary]:
        """Who waits for a specialist: urgency now first, then the oldest."""
        with self._readers.one() as conn:
            return lists.queue(conn)

    def restricted(self) -> list[Summary]:
        """Conversations whose record is restricted."""
        with self._readers.one() as conn:
            return restricted.rows(conn)

    def counts(self, by: str, where: Filter = EVERYTHING) -> dict[str, int]:
        """How many conversations there are per value of a facet."""
        return self.counts_by((by,), where)[by]

    def counts_by(self, several: Sequence[str], where: Filter = EVERYTHING) -> dict[str, dict[str, int]]:
        """How many conversations there are per value of some facets."""
        for by in several:
            if by not in FACETS:
                raise ValueError(f"Conversations are counted by {', '.join(FACETS)}, not by {by}")
        with self._readers.one() as conn:
            return lists.counts(conn, several, where) if several else {}

    def search(self, words: str, where: Filter = EVERYTHING, before: int | None = None, limit: int = 20) -> list[Hit]:
        """What was said with all of these words, newest first."""
        if search.query(words, where.said_by) is None:
            return []
        with self._readers.one() as conn:
            late = search.behind(conn)
        while late:
            late = self._writer.do(search.follow)
        with self._readers.one() as conn:
            return search.hits(conn, words, where, before, limit)

    def streams(self, prefix: str = "", before: str | None = None, limit: int = 100) -> list[Head]:
        """Streams whose name begins so, from the last name to the first."""
        end = prefix + LAST_CHARACTER if before is None else min(before, prefix + LAST_CHARACTER)
        sql = """SELECT stream, last, hash FROM streams WHERE stream >= ? AND stream < ?
            ORDER BY stream DESC LIMIT ?"""
        with self._readers.one() as conn:
            return [Head(*found) for found in conn.execute(sql, (text(prefix), text(end), max(0, limit)))]

    def gather(self, prefix: str, after: int = 0) -> Iterator[Placed]:
        """Every event of the streams whose name begins so, in the order they were recorded, some at a time."""
        places = "SELECT position FROM events WHERE stream >= ? AND stream < ? AND position > ? ORDER BY position"
        sql = "SELECT position, stream, seq, event FROM events WHERE position IN ({}) ORDER BY position"
        with self._readers.one() as conn:
            bounds = (text(prefix), text(prefix + LAST_CHARACTER), after)
            wanted = [place for (place,) in conn.execute(places, bounds)]
        for n in range(0, len(wanted), GATHERED_AT_ONCE):
            some = wanted[n : n + GATHERED_AT_ONCE]
            with self._readers.one() as conn:
                found = conn.execute(sql.format(", ".join("?" * len(some))), some).fetchall()
            for position, stream, seq, event in found:
                yield Placed(position, stream, seq, json.loads(event))

    def projection(self, name: str) -> tuple[int, dict[str, str]]:
        """What was kept under a name, and up to which position it follows the record."""
        with self._readers.one() as conn:
            return projections.read(conn, name)

    def project(self, name: str, since: int, upto: int, texts: dict[str, str]) -> bool:
        """Keep the texts that changed between two positions."""
        made = {text(stream): text(told) for stream, told in texts.items()}
        return self._writer.do(partial(projections.keep, name=name, since=since, upto=upto, texts=made))

    def keep(self, texts: dict[str, str]) -> str:
        """Keep texts by path, each once, and return the digest of them all."""
        whole = content.manifest({text(path): text(words) for path, words in texts.items()})
        if whole.digest not in self._known:
            self._writer.do(partial(appending.keep, whole=whole))
            self._known.add(whole.digest)
        return whole.digest

    def kept(self, digest: str) -> dict[str, str]:
        """The texts kept under a digest, by path."""
        with self._readers.one() as conn:
            listing = conn.execute("SELECT listing FROM manifests WHERE digest = ?", (text(digest),)).fetchone()
            if listing is None:
                raise NotKept(f"No content was kept under {digest}. Is it another record's?")
            found = conn.execute(
                "SELECT path.key, texts.text FROM json_each(?) path JOIN texts ON texts.digest = path.value",
                listing,
            )
            return dict(found.fetchall())

    def rebuild_summaries(self, fold: Fold) -> int:
        """Build every summary again from its events."""
        built = 0
        before: str | None = None
        while heads := self.streams(before=before, limit=STREAMS_AT_ONCE):
            before = heads[-1].stream
            waiting = [head.stream for head in heads]
            while waiting:  # what grew meanwhile is folded again
                folded = [(stream, *self._folded(stream, fold)) for stream in waiting]
                done, waiting = self._writer.do(partial(appending.rebuilt, folded=folded))
                built += done
        self._writer.do(summaries.recount)
        self._writer.do(projections.forget)
        return built

    def _folded(self, stream: str, fold: Fold) -> tuple[int, float, Summary | None]:
        stored = self.read(stream)
        events = [one.event for one in stored]
        at = float(events[0]["timestamp"]) if events else 0.0
        summary = fold(stream, events)
        return len(stored), at, None if summary is None else summaries.fitting(summary)

    def verify(self, stream: str | None = None) -> list[Fault]:
        """Everything that is not as it was written."""
        if stream is not None:
            with self._readers.one() as conn:
                found = verifying.stream_fault(conn, text(stream))
            return [found] if found else []
        with self._readers.one() as conn:
            streams = verifying.names(conn)
            faults = [verifying.stream_fault(conn, name) for name in streams] + [verifying.gap(conn)]
            return [fault for fault in faults if fault] + verifying.content_faults(conn)

    def backup(self, path: str | PathLike[str]) -> None:
        """Write a checked copy of the whole record to a new file."""
        target = Path(path).absolute()
        part = target.with_name(target.name + ".part")
        if target.exists():
            raise FileExistsError(f"{target} exists. Name a new file for the backup.")
        try:
            os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError:
            raise unavailable("read-only", part) from None
        try:
            self._copy(part)
            os.replace(part, target)
        except OSError:
            raise unavailable("read-only", target) from None
        finally:
            part.unlink(missing_ok=True)

    def _copy(self, part: Path) -> None:
        copy = sqlite3.connect(part, isolation_level=None)
        try:
            with self._readers.one() as conn:
                conn.backup(copy)  # in one step: in several it would begin again at every append
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
            if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise unavailable("damaged", self.path)
        except sqlite3.Error as error:
            raise why(error, part) from None
        finally:
            copy.close()

    def beat(self, at: float) -> None:
        """Show that the record can be written now, by at most one row a second."""
        if self._beaten is None or abs(at - self._beaten) >= appending.BEAT:
            self._beaten = self._writer.do(partial(appending.beat, at=at))

    def alive(self, at: float) -> bool:
        """Whether a beat was committed within two seconds of this time."""
        with suppress(RecordUnavailable), self._readers.one() as conn:
            beaten = conn.execute("SELECT at FROM heartbeat").fetchone()
            return beaten is not None and abs(at - beaten[0]) <= ALIVE
        return False

    def close(self) -> None:
        """Finish what was begun and close the file."""
        self._readers.close()
        self._writer.close()
