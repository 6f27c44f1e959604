"""The clock of somebody who waits: what was promised, when it is due, and whether it is broken.

How long a promise is stands in knowledge/hand_off.yaml. Where an organisation has agreed none there is none: it is
shown as not agreed, and nothing is made up. Minutes count in the line's opening hours only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.calendar import Hours, closes_at, next_opening, open_at
from bot.contacts import Organisation
from bot.content import Content

MOST_STRETCHES = 60  # of opening hours looked at for one promise


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised to somebody who waits; no minutes where nothing is agreed."""

    minutes: int | None
    due_at: datetime | None
    broken: bool

    @property
    def agreed(self) -> bool:
        """Whether there is a promise at all."""
        return self.minutes is not None


NONE = Promise(None, None, False)


def hours_of(organisation: Organisation | None, content: Content) -> Hours | None:
    """The opening hours of an organisation's line; None where it has none or nobody knows them."""
    return content.guidance.hours.get(organisation.hours) if organisation and organisation.hours else None


def is_shut(organisation: str | None, content: Content, at: datetime) -> bool:
    """Whether it is known that nobody on an organisation's line answers at this moment."""
    hours = hours_of(content.guidance.organisations.get(organisation or ""), content)
    return hours is not None and not open_at(hours, at)


def promise(organisation: str | None, urgency: str, queued_at: float | None, content: Content, at: datetime) -> Promise:
    """The promise to a conversation that has waited since `queued_at`, as it stands now."""
    agreed = content.rule_book.promises.get(organisation or "", {})
    minutes = agreed.get(urgency, agreed.get("today"))
    if minutes is None or queued_at is None:
        return NONE
    hours = hours_of(content.guidance.organisations.get(organisation or ""), content)
    due = due_after(datetime.fromtimestamp(queued_at, UTC), minutes, hours)
    return Promise(minutes, due, due is not None and at > due)


def due_after(since: datetime, minutes: int, hours: Hours | None) -> datetime | None:
    """So many open minutes after a moment; on the clock where nobody knows the hours."""
    left, here = timedelta(minutes=minutes), since
    if hours is None:
        return since + left
    for _ in range(MOST_STRETCHES):
        if not open_at(hours, here):
            opens = next_opening(hours, here)
            if opens is None:
                return None
            here = opens
        closes = closes_at(hours, here)
        if closes is None or closes - here >= left:
            return here + left
        left, here = left - (closes - here), closes
    return None


def place(row: Mapping[str, Any], made: Promise) -> tuple[bool, float, float]:
    """Where a conversation stands in the queue: now before today, then what is due first, then who waits longest."""
    since = float(row.get("queued_at") or row.get("updated_at") or 0)
    return (row.get("urgency") != "now", made.due_at.timestamp() if made.due_at else since, since)
