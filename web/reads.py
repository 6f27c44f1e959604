"""Who looked at what: every reading of another's conversation and every search is an event of its own.

The reading is recorded before anything is shown, so that nobody looks unseen.
"""

from __future__ import annotations

from datetime import datetime

from logs.store import Store
from web.people import Person


def read(store: Store, person: Person, stream: str, why: str, at: datetime) -> None:
    """Record that a person read a conversation."""
    _append(store, person, "read", stream, why, at)


def searched(store: Store, person: Person, words: str, why: str, at: datetime) -> int:
    """Record that a person searched the record for some words; returns the entry's number."""
    return _append(store, person, "searched", words, why, at)


def exported(store: Store, person: Person, what: str, why: str, at: datetime) -> None:
    """Record that a person took a copy of the record, or part of it, for analysis."""
    _append(store, person, "exported", what, why, at)


def _append(store: Store, person: Person, name: str, what: str, why: str, at: datetime) -> int:
    event = {
        "event": "action",
        "name": name,
        "timestamp": at.timestamp(),
        "metadata": {"what": what, "why": why, "name": person.name},
    }
    return store.append(f"reads/{person.id}", None, [event])
