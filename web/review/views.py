"""Saved views: a name for a list, kept in the record of whoever saved it. A link to one shows the same list again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from logs.store import Store
from web.people import Person

LONGEST = 80


@dataclass(frozen=True, slots=True)
class View:
    """A list under a name: what it is narrowed by, and the words searched for."""

    id: str
    name: str
    picked: dict[str, str]
    words: str


def of(store: Store, person: str) -> dict[str, View]:
    """The views somebody saved and did not drop, the oldest first."""
    found: dict[str, View] = {}
    for row in store.read(f"views/{person}"):
        meta: dict[str, Any] = row.event["metadata"]
        if row.event["name"] == "view-saved":
            id = f"{person}~{row.seq}"
            found[id] = View(id, meta["name"], meta["picked"], meta["words"])
        else:
            found.pop(meta["id"], None)
    return found


def one(store: Store, id: str) -> View | None:
    """The view a link names."""
    return of(store, id.partition("~")[0]).get(id)


def save(store: Store, person: Person, name: str, picked: dict[str, str], words: str, at: datetime) -> str:
    """Keep a list under a name; returns the id its link bears."""
    event = {
        "event": "action",
        "name": "view-saved",
        "timestamp": at.timestamp(),
        "metadata": {"name": name[:LONGEST], "picked": picked, "words": words},
    }
    return f"{person.id}~{store.append(f'views/{person.id}', None, [event])}"


def drop(store: Store, person: Person, id: str, at: datetime) -> None:
    """Take one's own view out of the list; it stays in the record."""
    if id in of(store, person.id):
        event = {"event": "action", "name": "view-dropped", "timestamp": at.timestamp(), "metadata": {"id": id}}
        store.append(f"views/{person.id}", None, [event])
