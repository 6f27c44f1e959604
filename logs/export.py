"""A pseudonymised copy of the record for analysts: CSV, JSON lines, and an SQLite file that opens in Datasette.

People and conversations bear a keyed digest in place of their name: the same in every export made with the same key,
and nobody finds the person without it. Names of the people of the record are taken out of what was written, and
identifiers are masked once more with what is known today. Typed words may still tell who is meant to somebody who
knows the family: an export is as confidential as the record. It is a copy, read only, and changes nothing.
"""

from __future__ import annotations

import csv
import hmac
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from logs import privacy, review
from logs.dictionary import DICTIONARY
from logs.store import EVERYTHING, Cursor, Event, Filter, Store, Summary

SQLITE = "advice_record.sqlite"
METADATA = "metadata.json"  # what Datasette shows beside each table and column
AT_ONCE = 500
NAMED = "[name]"
SAYERS = {"user": "practitioner", "bot": "assistant", "agent": "specialist"}
ACTS = frozenset(
    [
        "handed-off",
        "claimed",
        "released",
        "returned",
        "handed-back",
        "took-back",
        "closed",
        "danger-again",
        "change-asked",
        "outcome-given",
        "view-differs",
        "level-indicated",
        "decision",
        "rule-met",
    ]
)


@dataclass(slots=True)
class Exported:
    """What an export wrote: how many rows of each table, and where."""

    folder: Path
    rows: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Veil:
    """Takes people and conversations out of sight."""

    key: bytes

    def of(self, kind: str, value: str | None) -> str | None:
        """The pseudonym of a person or conversation."""
        if not value:
            return None
        return f"{kind}-{hmac.new(self.key, f'{kind}:{value}'.encode(), 'sha256').hexdigest()[:16]}"


def write(store: Store, folder: Path, key: bytes, where: Filter = EVERYTHING) -> Exported:
    """Write the export into an empty folder, which is closed to everybody else."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty. Name a new folder for the export.")
    done = Exported(folder, dict.fromkeys(DICTIONARY, 0))
    veil = _Veil(key)
    with ExitStack() as files:
        outlets = {table: _Outlet(table, folder, files) for table in DICTIONARY}
        db = Database(folder / SQLITE)
        files.callback(db.close)
        _tables(db)
        for batch in _batches(store, veil, where):
            for table, rows in batch.items():
                outlets[table].write(rows)
                marks = ", ".join("?" * len(DICTIONARY[table]))
                db.conn.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 (names above)
                done.rows[table] += len(rows)
        _finish(db)
    _describe(folder)
    for file in folder.iterdir():
        file.chmod(0o400)
    return done


class _Outlet:
    """One table as CSV and as JSON lines."""

    def __init__(self, table: str, folder: Path, files: ExitStack) -> None:
        self._columns = list(DICTIONARY[table])
        plain = files.enter_context((folder / f"{table}.csv").open("w", encoding="utf-8", newline=""))
        self._lines = files.enter_context((folder / f"{table}.jsonl").open("w", encoding="utf-8"))
        self._csv = csv.writer(plain)
        self._csv.writerow(self._columns)

    def write(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for row in rows:
            self._csv.writerow([_harmless(value) for value in row])
            self._lines.write(json.dumps(dict(zip(self._columns, row, strict=True)), ensure_ascii=False) + "\n")


def _harmless(value: Any) -> Any:
    """A text a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _tables(db: Database) -> None:
    for table, columns in DICTIONARY.items():
        body = ", ".join(f"{name} {type}" for name, (type, _) in columns.items())
        db.execute(f"CREATE TABLE {table} ({body.replace('id INTEGER', 'id INTEGER PRIMARY KEY', 1)})")
    db.execute("CREATE TABLE dictionary (table_name TEXT, column_name TEXT, type TEXT, meaning TEXT)")
    rows = [(t, c, type, says) for t, columns in DICTIONARY.items() for c, (type, says) in columns.items()]
    db.conn.executemany("INSERT INTO dictionary VALUES (?, ?, ?, ?)", rows)


def _finish(db: Database) -> None:
    """Indexes, and the search that Datasette finds by itself."""
    for table in ("messages", "answers", "acts", "audits"):
        db.execute(f"CREATE INDEX {table}_conversation ON {table} (conversation)")
    db.execute("CREATE INDEX ratings_audit ON ratings (audit)")
    db.conn.commit()
    db["messages"].enable_fts(["text"], tokenize="porter unicode61")  # type: ignore[union-attr]
    db.conn.commit()


def _describe(folder: Path) -> None:
    """The data dictionary beside the tables, for people and for Datasette."""
    with (folder / "dictionary.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("table", "column", "type", "meaning"))
        for table, columns in DICTIONARY.items():
            out.writerows((table, name, type, says) for name, (type, says) in columns.items())
    tables = {
        table: {"columns": {c: says for c, (_, says) in columns.items()}} for table, columns in DICTIONARY.items()
    }
    described = {"title": "Advice record, pseudonymised", "databases": {Path(SQLITE).stem: {"tables": tables}}}
    (folder / METADATA).write_text(json.dumps(described, indent=1), encoding="utf-8")


Batch = dict[str, list[tuple[Any, ...]]]


def _batches(store: Store, veil: _Veil, where: Filter) -> Iterator[Batch]:
    """The rows of some conversations at a time."""
    before: Cursor | None = None
    count = 0
    while found := store.summaries(where, before, AT_ONCE):
        before = (found[-1]["started_at"], found[-1]["stream"])
        batch: Batch = {table: [] for table in DICTIONARY}
        for row in found:
            conversation = veil.of("c", row["stream"]) or ""
            batch["conversations"].append(_conversation(row, conversation, veil))
            count = _told(store, row, conversation, batch, count)
            _audited(store, row["stream"], conversation, batch, veil)
        yield batch


def _conversation(row: Summary, conversation: str, veil: _Veil) -> tuple[Any, ...]:
    made = {
        "conversation": conversation,
        "asked_by": veil.of("p", row["owner"]),
        "specialist": veil.of("p", row["with_person"]),
        "waited_minutes": None if row["waited"] is None else round(row["waited"] / 60, 1),
    }
    made |= {name: _time(row[name]) for name in ("started_at", "updated_at", "closed_at")}
    return tuple(made[name] if name in made else row[name] for name in DICTIONARY["conversations"])


def _told(store: Store, row: Summary, conversation: str, batch: Batch, count: int) -> int:
    """Messages, answers and acts of one conversation; returns how many messages there are by now."""
    names = {name for name in (row["owner_name"], row["with_name"]) if name}
    for stored in store.read(row["stream"]):
        event, seq = stored.event, stored.seq
        at, kind, name = _time(event["timestamp"]), event["event"], str(event.get("name") or "")
        meta = event.get("metadata") or {}
        if kind in SAYERS:
            if kind == "agent" and meta.get("name"):
                names.add(str(meta["name"]))
            text = _veiled(event.get("text") or "", names, kind)
            if text and not (kind == "user" and text.startswith("/")):
                count += 1
                batch["messages"].append((count, conversation, seq, at, SAYERS[kind], text))
        elif kind == "slot" and "/" in name and event.get("value") is not None:
            question, _, child = name.partition("#")
            batch["answers"].append((conversation, seq, at, question, int(child or 1), str(event["value"])))
        elif kind == "action" and name in ACTS:
            rule = meta.get("rule") or meta.get("level") or meta.get("direction")
            batch["acts"].append((conversation, seq, at, name, str(rule) if rule else None))
    return count


def _audited(store: Store, stream: str, conversation: str, batch: Batch, veil: _Veil) -> None:
    audits = review.folded(one.event for one in store.read(review.stream_of(stream)))
    for one in audits.audits:
        reviewer, at = veil.of("p", one.reviewer), _time(one.at)
        flags = (int(one.second), int(one.again_of is not None))
        batch["audits"].append((one.id, conversation, reviewer, at, one.version, *flags, one.level, one.finding))
        batch["ratings"] += [(one.id, id, int(id in one.critical), r.value) for id, r in one.ratings.items()]


def _veiled(text: str, names: Iterable[str], kind: str) -> str:
    """Words without identifiers and without the names of the people of the record."""
    if kind != "bot":  # the assistant's own words stand in the trees
        text = privacy.mask(text).text
    for name in names:
        text = text.replace(name, NAMED)
    return text


def _time(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def searchable(path: Path, words: str) -> list[Event]:
    """What an export's own search finds, as Datasette would ask it; for checking an export."""
    conn = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        sql = """SELECT conversation, seq, text FROM messages
            WHERE rowid IN (SELECT rowid FROM messages_fts WHERE messages_fts MATCH ?)"""
        return [{"conversation": c, "seq": s, "text": t} for c, s, t in conn.execute(sql, (words,))]
    finally:
        conn.close()
