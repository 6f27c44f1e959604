"""A referral that was made, and the question after one working day: has anybody acknowledged it?

Time is passed in. A day counts from the next working day where a referral was made on none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.calendar import LONDON, Hours, bank_holiday

MADE, ANSWERED = "referral-made", "referral-answered"
HOW = ("phone", "form", "both")
WEEKEND = 5
Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral as it stands: when, to whom, who took it, and what came of it."""

    id: str
    conversation: str
    to: str
    taken_by: str
    how: str
    made_at: float
    due_at: float
    acknowledged: bool | None = None  # None: nobody was asked, or it is not known
    by: str = ""
    decision: str = ""
    asked_at: float | None = None

    def is_open(self) -> bool:
        """Nobody has acknowledged it yet, so far as is known."""
        return not self.acknowledged

    def is_due(self, at: datetime) -> bool:
        """Whether to ask about it: one working day has gone by without a word."""
        return self.is_open() and at.timestamp() >= self.due_at


def is_working(day: date, hours: Hours) -> bool:
    """Whether a day is a working day: no weekend, no bank holiday by these hours' table."""
    return day.weekday() < WEEKEND and not bank_holiday(hours, day)


def next_working(day: date, hours: Hours) -> date:
    """The working day after a day."""
    day += timedelta(days=1)
    while not is_working(day, hours):
        day += timedelta(days=1)
    return day


def due_after(at: datetime, hours: Hours) -> datetime:
    """One working day later, at the same time in London; made on no working day, the end of the next one."""
    local = at.astimezone(LONDON)
    following = next_working(local.date(), hours)
    if is_working(local.date(), hours):
        return datetime.combine(following, local.time(), LONDON).astimezone(UTC)
    return datetime.combine(following + timedelta(days=1), time(), LONDON).astimezone(UTC)


def working_hours(hours: Mapping[str, Hours]) -> Hours:
    """The pattern whose bank holidays count: the first that is closed on them, with its local changes."""
    plain = (h for h in hours.values() if h.outside is None and h.bank_holidays == "closed")
    return next(plain, Hours("working days"))


def made(
    referral: str, conversation: str, to: str, taken_by: str, how: str, made_at: datetime, at: datetime, hours: Hours
) -> Event:
    """The event of a referral that was made, with the time it is asked about."""
    metadata = {
        "id": referral,
        "conversation": conversation,
        "to": to,
        "taken_by": taken_by,
        "how": how,
        "made_at": made_at.timestamp(),
        "due_at": due_after(made_at, hours).timestamp(),
    }
    return {"event": "action", "name": MADE, "timestamp": at.timestamp(), "metadata": metadata}


def answered(
    referral: Referral, acknowledged: bool, by: str, decision: str, at: datetime, hours: Hours
) -> Event:
    """The event of what was heard. Nothing yet: it is asked about again after one more working day."""
    metadata: dict[str, Any] = {
        "id": referral.id,
        "conversation": referral.conversation,
        "acknowledged": acknowledged,
        "by": by,
        "decision": decision,
    }
    if not acknowledged:
        metadata["due_at"] = due_after(at, hours).timestamp()
    return {"event": "action", "name": ANSWERED, "timestamp": at.timestamp(), "metadata": metadata}


def referrals(events: Iterable[Event]) -> list[Referral]:
    """Every referral in these events as it stands, in the order they were made."""
    found: dict[str, Referral] = {}
    for event in events:
        told = event.get("metadata") or {}
        if event.get("name") == MADE:
            names = ("id", "conversation", "to", "taken_by", "how", "made_at", "due_at")
            found.setdefault(told["id"], Referral(**{name: told[name] for name in names}))
        elif event.get("name") == ANSWERED and told.get("id") in found:
            before = found[told["id"]]
            found[before.id] = replace(
                before,
                acknowledged=told["acknowledged"],
                by=told["by"],
                decision=told["decision"],
                asked_at=event["timestamp"],
                due_at=told.get("due_at", before.due_at),
            )
    return list(found.values())


def to_chase(known: Iterable[Referral], at: datetime) -> list[Referral]:
    """The referrals nobody has acknowledged: those that are due first, then by when they will be."""
    return sorted((r for r in known if r.is_open()), key=lambda r: (not r.is_due(at), r.due_at))
