"""The review desk's own room: its two places on the map, who may enter, and how long a given reason stands.

Conversations are read under `/review`; samples, audits of many, agreement and the export stand under `/desk`.
"""

from __future__ import annotations

from time import time
from typing import Any

from flask import Blueprint, abort, session

from web.access import may_read, roles, somebody
from web.record import store

blueprint = Blueprint("review", __name__, url_prefix="/review")
desk = Blueprint("desk", __name__, url_prefix="/desk")
reviewers = roles("reviewer")

PAGE = 20
STANDS_FOR = 30 * 60  # seconds for which a stated reason lets one go back to the same conversation or search
REMEMBERED = 20
REASONS = (
    "Audit of the advice line",
    "Sample for quality",
    "Supervision with the practitioner or specialist",
    "A complaint, incident or learning review",
    "Asked by the practitioner or specialist",
)


def stands(kind: str, what: str) -> bool:
    """Whether the reason given for this still stands in this sign-in."""
    return bool(time() - (session.get(kind) or {}).get(what, 0) <= STANDS_FOR)


def let_stand(kind: str, what: str) -> None:
    """Let what was recorded just now stand for a while; the oldest are forgotten."""
    session[kind] = {**dict(list((session.get(kind) or {}).items())[-REMEMBERED:]), what: time()}


def row_of(sender: str) -> dict[str, Any]:
    """A conversation's row, or 404 where this person may not read it."""
    row = store().summary(sender)
    if not may_read(somebody(), row) or row is None:
        abort(404)
    return row


def unseen() -> set[str]:
    """The restricted conversations that whoever is signed in may not know of."""
    return {str(row["stream"]) for row in store().restricted() if not may_read(somebody(), row)}
