"""Whether anybody reads what is written to the advice line now, and whom to ring instead: shown before anyone types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import promise, routes
from bot.calendar import closes_within, next_opening, open_at
from bot.contact_words import CLOSING_MINUTES, clock, long_date
from bot.content import Content
from bot.hand_off import has_line
from bot.routes import PROTECTION, organisation_of
from web.contacts import Ring, ring
from web.furniture import LONDON


@dataclass(frozen=True, slots=True)
class LineNow:
    """The advice line of whoever asks, at one moment."""

    name: str
    state: str  # open, closing, closed, unknown, or none where the organisation has no line
    heading: str
    says: str
    rings: tuple[Ring, ...]  # the route for right now

    @property
    def answers(self) -> bool:
        """Whether somebody may be expected to answer soon."""
        return self.state == "open"


def line_now(slots: Mapping[str, Any], content: Content, at: datetime) -> LineNow:
    """The line of the organisation of whoever asks; for a page with no conversation yet, of who is signed in."""
    organisation = organisation_of(slots, content.guidance)
    name = organisation.name if organisation else "your organisation"
    rings = tuple(ring(row, content.guidance, at) for row in _right_now(slots, content, at))
    if organisation is None or not has_line(slots, content):
        return LineNow(name, "none", "Your organisation has no advice line here", "Ring one of these instead.", rings)
    hours = promise.hours_of(organisation, content)
    if hours is None:
        return LineNow(name, "unknown", "Nobody has told us the hours of your advice line", _RING, rings)
    if not open_at(hours, at):
        opens = next_opening(hours, at)
        until = f" before {_moment(opens)}" if opens else ""
        whoever = f"{slots['with']} may not read" if slots.get("with") else "Nobody on the line reads"
        says = f"{whoever} what you write{until}. {_RING}"
        return LineNow(name, "closed", "The advice line is closed now", says, rings)
    if closes_within(hours, at, CLOSING_MINUTES):
        says = f"It may close before anybody has answered. {_RING}"
        return LineNow(name, "closing", "The advice line closes within half an hour", says, rings)
    return LineNow(name, "open", "The advice line is open now", "", rings)


_RING = "If it cannot wait, ring now. Do not wait for an opening."


def _right_now(slots: Mapping[str, Any], content: Content, at: datetime) -> list[dict[str, Any]]:
    """999, then the council's duty line for where the child is; unknown councils show both."""
    return routes.resolve(("emergency", PROTECTION, "police-101"), slots, content.guidance, at)


def _moment(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{clock(at)} on {local:%A} {long_date(local.date())}"


def promise_words(slots: Mapping[str, Any], content: Content, at: datetime) -> tuple[str, bool]:
    """What somebody who waits was promised, and whether that is broken."""
    asker = slots.get("asker") or {}
    made = promise.promise(asker.get("organisation"), slots["urgency"], slots.get("queued_at"), content, at)
    if not made.agreed or made.due_at is None:
        return "How soon somebody answers is not agreed for this line.", False
    if made.broken:
        return f"Somebody should have answered by {clock(made.due_at)}. That was not kept. Ring now.", True
    return f"Somebody answers by {clock(made.due_at)}.", False
