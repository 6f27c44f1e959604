"""Who is here: when each specialist's browser was last heard of, and whose conversations nobody is looking at.

Kept in memory, for the pages only; a sign-in that idled away is lost contact. What follows from it (a conversation
back in the queue) is recorded like everything else.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app

from bot.hand_off import NotNow
from logs.store import Filter, Store
from web import conversation as road
from web import restricted
from web.people import Person

WHY = "Contact with the specialist was lost. It is back in its old place in the queue."


def here(person: Person, at: datetime) -> None:
    """Somebody's browser asked for something."""
    _seen(current_app)[person.id] = at


def last_seen(person_id: str) -> datetime | None:
    """When a person's browser was last heard of since this program began."""
    found: datetime | None = _seen(current_app).get(person_id)
    return found


def lost_after() -> timedelta:
    """How long nothing is heard before contact counts as lost: the time after which a sign-in ends."""
    return timedelta(minutes=float(current_app.config["IDLE_MINUTES"]))


def is_lost(row: dict[str, Any], at: datetime) -> bool:
    """Whether nothing has been heard of whoever has this conversation, on any page or in the conversation itself."""
    seen = last_seen(row["with_person"] or "")
    moved = float(row["updated_at"] or row["started_at"])
    latest = max(seen.timestamp() if seen else _begun(current_app, at).timestamp(), moved)
    return at.timestamp() - latest > lost_after().total_seconds()


def give_back_what_is_lost(store: Store, at: datetime) -> list[str]:
    """Put every conversation whose specialist is lost back into the queue, so that no promise breaks silently."""
    found = []
    for row in (*store.summaries(Filter(status="with-specialist"), limit=200), *restricted.held(store)):
        shut_out = row.get("restricted") and restricted.may_hold(row["with_person"]) is False
        if shut_out or is_lost(row, at):
            try:
                road.give_back(store, row["stream"], restricted.WHY_BACK if shut_out else WHY, at)
                found.append(row["stream"])
            except NotNow:  # somebody was quicker
                continue
    return found


def _seen(app: Flask) -> dict[str, Any]:
    seen: dict[str, Any] = app.extensions.setdefault("presence", {})
    return seen


def _begun(app: Flask, at: datetime) -> datetime:
    """Since when this program listens: before that it can have heard of nobody."""
    begun: datetime = app.extensions.setdefault("presence_since", at)
    return begun
