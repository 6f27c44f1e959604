"""The chain shows what was changed, removed, added, moved or cut off, and where it begins."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from logs import chain
from logs.sqlite import SqliteStore
from logs.store import Fault, Head
from logs.verifying import RECORD, TEXTS

EVENTS = [
    {"event": "user", "text": "Zoë says: a bruise", "timestamp": 1.5},
    {"event": "slot", "name": "bruises/mobile", "value": "No", "timestamp": 1.5},
    {"event": "bot", "text": "Ring 101", "data": {"custom": {"b": [1, 2.25, None, True], "a": {}}}, "timestamp": 2.0},
    {"event": "action", "name": "handed-off", "metadata": {"rule": "x"}, "timestamp": 2.0},
]


def by_hand(stream: str, events: list[dict[str, Any]]) -> list[str]:
    """The hashes as anybody would compute them from the description, without this project's code."""
    hashes, previous = [], "0" * 64
    for seq, event in enumerate(events, 1):
        whole = {"event": event, "previous": previous, "seq": seq, "stream": stream}
        text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        previous = hashlib.sha256(text.encode()).hexdigest()
        hashes.append(previous)
    return hashes


def rows(stream: str, events: list[dict[str, Any]]) -> list[tuple[int, bytes, bytes]]:
    found, previous = [], chain.FIRST
    for seq, event in enumerate(events, 1):
        body = chain.canonical(event)
        previous = chain.link(previous, chain.canonical(stream), seq, body)
        found.append((seq, body, previous.encode()))
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record.sqlite"


@pytest.fixture
def recorded(path: Path) -> Path:
    """A record of two streams and a kept text, closed."""
    with closing(SqliteStore(path)) as store:
        store.append("c-1", 0, EVENTS[:2])
        store.append("c-2", 0, EVENTS)
        store.append("c-1", 2, EVENTS[2:])
        store.keep({"a.md": "kept words", "b.md": "others"})
    return path


def tampered(path: Path, *statements: str) -> list[Fault]:
    """The faults found after somebody with the file in hand took the guards away, and put them back."""
    with closing(sqlite3.connect(path)) as other:
        guards = other.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            other.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert other.execute(statement).rowcount > 0, statement
        for _, sql in guards:
            other.execute(sql)
        other.commit()
    with closing(SqliteStore(path)) as store:
        return store.verify()


def test_anybody_can_compute_the_hashes(recorded: Path) -> None:
    with closing(SqliteStore(recorded)) as store:
        assert [one.hash for one in store.read("c-1")] == by_hand("c-1", EVENTS)
        assert [one.hash for one in store.read("c-2")] == by_hand("c-2", EVENTS)


def test_the_order_in_which_an_event_was_put_together_does_not_matter() -> None:
    assert chain.canonical({"b": 1, "a": {"d": 2, "c": 3}}) == chain.canonical({"a": {"c": 3, "d": 2}, "b": 1})


def test_the_same_event_elsewhere_has_another_hash() -> None:
    hashes = {
        chain.link(previous, chain.canonical(stream), seq, b"{}")
        for previous in (chain.FIRST, "1" * 64)
        for stream in ("c-1", "c-2")
        for seq in (1, 2)
    }
    assert len(hashes) == 8


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, object()])
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        chain.canonical({"value": value})


def test_an_untouched_stream_has_no_fault() -> None:
    found = rows("c-1", EVENTS)
    head = Head("c-1", 4, found[-1][2].decode())
    assert chain.fault(head, "c-1", found) is None
    assert chain.fault(None, "c-1", []) is None


@pytest.mark.parametrize(
    ("change", "seq"),
    [
        (lambda found: found[1:], 1),
        (lambda found: found[:1] + found[2:], 2),
        (lambda found: found[:-1], 4),
        (lambda found: [], 1),
        (lambda found: [found[0], found[2], found[1], found[3]], 2),
        (lambda found: [*found, found[3]], 5),
        (lambda found: [*found[:2], (3, b"{}", found[2][2]), found[3]], 3),
        (lambda found: [*found[:2], (3, found[2][1], b"\xff"), found[3]], 3),
        (lambda found: [found[0], *((n, b, h) for n, (_, b, h) in enumerate(found[2:], 2))], 2),
        (lambda found: rows("c-1", [EVENTS[0] | {"text": "another"}, *EVENTS[1:]]), 4),
        (lambda found: rows("c-1", [*EVENTS, EVENTS[0]]), 5),
        (lambda found: rows("c-2", EVENTS), 1),
    ],
)
def test_the_first_bad_place_is_named(change: Callable[[list[Any]], list[Any]], seq: int) -> None:
    found = rows("c-1", EVENTS)
    head = Head("c-1", 4, found[-1][2].decode())
    fault = chain.fault(head, "c-1", change(found))
    assert fault is not None
    assert (fault.stream, fault.seq) == ("c-1", seq), fault.says


@pytest.mark.parametrize(
    ("statements", "places"),
    [
        (["UPDATE events SET event = replace(event, 'No', 'Yes') WHERE stream = 'c-1' AND seq = 2"], [("c-1", 2)]),
        (["UPDATE events SET event = event || ' ' WHERE stream = 'c-1' AND seq = 3"], [("c-1", 3)]),
        (["UPDATE events SET event = CAST(x'ff00' AS TEXT) WHERE stream = 'c-1' AND seq = 4"], [("c-1", 4)]),
        (["UPDATE events SET hash = 'x' WHERE stream = 'c-2' AND seq = 1"], [("c-2", 1)]),
        (["DELETE FROM events WHERE stream = 'c-1' AND seq = 2"], [("c-1", 2), (RECORD, 2)]),
        (["DELETE FROM events WHERE stream = 'c-1' AND seq = 4"], [("c-1", 4)]),
        (["DELETE FROM events WHERE stream = 'c-1' AND seq > 1"], [("c-1", 2), (RECORD, 2)]),
        (["DELETE FROM events WHERE stream = 'c-2'"], [("c-2", 1), (RECORD, 3)]),
        (["DELETE FROM events WHERE stream = 'c-2'", "DELETE FROM streams WHERE stream = 'c-2'"], [(RECORD, 3)]),
        (["DELETE FROM streams WHERE stream = 'c-2'"], [("c-2", 4)]),
        (["UPDATE streams SET last = 3 WHERE stream = 'c-1'"], [("c-1", 4)]),
        (["UPDATE streams SET hash = 'x' WHERE stream = 'c-1'"], [("c-1", 4)]),
        (["UPDATE events SET stream = 'c-3' WHERE stream = 'c-2'"], [("c-2", 1), ("c-3", 1)]),
        (["INSERT INTO events (stream, seq, event, hash) VALUES ('c-2', 5, '{}', 'x')"], [("c-2", 5)]),
        (["UPDATE texts SET text = 'other words' WHERE text = 'kept words'"], [(TEXTS, 0)]),
        (["DELETE FROM texts WHERE text = 'others'"], [(TEXTS, 0)]),
        (["UPDATE manifests SET listing = replace(listing, 'a.md', 'c.md')"], [(TEXTS, 0)]),
    ],
)
def test_tampering_with_the_file_shows(recorded: Path, statements: list[str], places: list[tuple[str, int]]) -> None:
    faults = tampered(recorded, *statements)
    assert [(fault.stream, fault.seq) for fault in faults] == places
    assert all(fault.says for fault in faults)


def test_one_stream_can_be_verified_alone(recorded: Path) -> None:
    tampered(recorded, "UPDATE events SET event = '{}' WHERE stream = 'c-1' AND seq = 3")
    with closing(SqliteStore(recorded)) as store:
        assert [(fault.stream, fault.seq) for fault in store.verify("c-1")] == [("c-1", 3)]
        assert store.verify("c-2") == []


def test_a_fault_does_not_tell_what_was_typed(recorded: Path) -> None:
    for fault in tampered(recorded, "UPDATE events SET event = replace(event, 'bruise', 'mark')"):
        assert "bruise" not in str(fault)
        assert "mark" not in str(fault)
