"""Restricted conversations: who sees which of them, beside the lists they do not stand in."""

from __future__ import annotations

from typing import Any

from logs.store import Store
from web import people
from web.people import RESTRICTED, Person

Row = dict[str, Any]
WHY_BACK = "The record is restricted now. It is back in the queue of those who may see it."


def seen_by(store: Store, person: Person) -> list[Row]:
    """The restricted conversations this person may see: their own, or all with the right to them."""
    return [row for row in store.restricted() if row["owner"] == person.id or RESTRICTED in person.rights]


def waiting(store: Store, person: Person) -> list[Row]:
    """Those of them that wait for a specialist, or were alerted while with the assistant."""
    if RESTRICTED not in person.rights:
        return []
    return [row for row in seen_by(store, person) if row["status"] == "waiting" or _alerted(row)]


def held(store: Store, person: Person | None = None) -> list[Row]:
    """Those that are with a specialist, all of them or what one person may see."""
    found = store.restricted() if person is None else seen_by(store, person)
    return [row for row in found if row["status"] == "with-specialist"]


def closed_by(store: Store, person: Person) -> list[Row]:
    """Those a person closed."""
    return [r for r in seen_by(store, person) if r["status"] == "closed" and r["with_person"] == person.id]


def may_hold(person_id: str | None) -> bool | None:
    """Whether somebody may have a restricted conversation; None where this program does not know them."""
    known = people.known(person_id)
    return None if known is None else RESTRICTED in known.rights


def names(practice: bool) -> list[str]:
    """Who has the right, where the program knows its people."""
    return [one.name for one in people.PRACTICE.values() if RESTRICTED in one.rights] if practice else []


def _alerted(row: Row) -> bool:
    return bool(row["alerted"]) and row["status"] == "with-assistant"
