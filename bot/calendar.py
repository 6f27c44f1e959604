"""When a line is open: opening hours in London time, with the time always passed in.

A pattern is a set of daily spans, or everything outside another pattern. Spans are laid on London's days
and turned into instants at once; all comparing is done in UTC, so the two clock changes need no special case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = 24 * 60
# Longer than any run of closed days; a stretch that reaches this far is taken never to end.
HORIZON = timedelta(days=31)

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Span:
    """One daily opening, in minutes after midnight, on some days of the week (Monday is 0)."""

    days: frozenset[int]
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Hours:
    """A named pattern of opening hours; `added` and `removed` are the local changes to bank holidays."""

    name: str
    spans: tuple[Span, ...] = ()
    outside: Hours | None = None
    bank_holidays: str = "closed"  # or "open": as on any other day of the week
    added: frozenset[date] = frozenset()
    removed: frozenset[date] = frozenset()


def open_at(hours: Hours, at: datetime) -> bool:
    """Whether a line with these hours is open at a moment."""
    return _open_at(hours, _utc(at).replace(second=0, microsecond=0))  # lines open and close on the minute


@lru_cache(maxsize=64)
def _open_at(hours: Hours, minute: datetime) -> bool:
    if hours.outside:
        return not _open_at(hours.outside, minute)
    return any(start <= minute < end for start, end in _of_day(hours, _london_day(minute)))


def closes_at(hours: Hours, at: datetime) -> datetime | None:
    """When a line that is open now closes; None when it is closed, or never closes."""
    if not open_at(hours, at):
        return None
    if hours.outside:
        return next_opening(hours.outside, at)
    now = _utc(at)
    end = next((end for start, end in _stretches(hours, now) if start <= now < end), None)
    return None if end is None or end - now > HORIZON - timedelta(days=2) else end


def closes_within(hours: Hours, at: datetime, minutes: int) -> bool:
    """Whether a line that is open now closes in so many minutes or less."""
    if not open_at(hours, at):
        return False
    now = _utc(at)
    last, own = now + timedelta(minutes=minutes), hours.outside or hours
    near = [stretch for day in {_london_day(now), _london_day(last)} for stretch in _of_day(own, day)]
    if hours.outside:
        return any(now < start <= last for start, _ in near)
    return any(now < end <= last and not open_at(hours, end) for _, end in near)


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """The next moment after this one at which a line goes from closed to open; None when there is none."""
    now = _utc(at)
    if hours.outside:
        shuts = closes_at(hours.outside, now)
        if shuts or open_at(hours.outside, now):
            return shuts
        opens = next_opening(hours.outside, now)
        return opens and closes_at(hours.outside, opens)
    return next((start for start, _ in _stretches(hours, now) if start > now), None)


def bank_holiday(hours: Hours, day: date) -> bool:
    """Whether a day counts as a bank holiday for a line with these hours."""
    return day in hours.added or (day not in hours.removed and day in _england(day.year))


@lru_cache(maxsize=32)
def _england(year: int) -> frozenset[date]:
    """England's bank holidays of one year, substitute days among them."""
    from holidays import country_holidays  # takes longer to import than all the rest of the bot

    return frozenset(country_holidays("GB", subdiv="ENG", years=year))


def _stretches(hours: Hours, now: datetime) -> Iterator[Stretch]:
    """The open stretches from yesterday to the horizon, those that touch joined into one."""
    first = _london_day(now) - timedelta(days=1)
    held: Stretch | None = None
    for n in range(HORIZON.days + 1):
        for start, end in _of_day(hours, first + timedelta(days=n)):
            if held and start <= held[1]:
                held = (held[0], max(held[1], end))
                continue
            if held:
                yield held
            held = (start, end)
    if held:
        yield held


@lru_cache(maxsize=1024)
def _of_day(hours: Hours, day: date) -> tuple[Stretch, ...]:
    """When a line is open on one London day, as instants."""
    spans = [span for span in hours.spans if day.weekday() in span.days]
    if not spans or (hours.bank_holidays == "closed" and bank_holiday(hours, day)):
        return ()
    return tuple(sorted((_instant(day, span.opens), _instant(day, span.closes)) for span in spans))


def _instant(day: date, minutes: int) -> datetime:
    if minutes == MIDNIGHT:
        day, minutes = day + timedelta(days=1), 0
    return datetime.combine(day, time(minutes // 60, minutes % 60), LONDON).astimezone(UTC)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("The time to compare with opening hours has no time zone. Pass an aware datetime.")
    return at.astimezone(UTC)


def _london_day(at: datetime) -> date:
    return at.astimezone(LONDON).date()
