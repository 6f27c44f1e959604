"""Opening hours against a computation that knows nothing of zoneinfo, of spans, or of the holidays library."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.calendar import Hours, Span, closes_at, closes_within, next_opening, open_at

WEEK = frozenset(range(5))
ALWAYS = Hours("always", (Span(frozenset(range(7)), 0, 24 * 60),), bank_holidays="open")
OFFICE = Hours("office", (Span(WEEK, 9 * 60, 17 * 60),))
NIGHTS = Hours("nights", outside=OFFICE)
LONG = Hours("long", (Span(WEEK, 8 * 60, 20 * 60), Span(frozenset({5}), 9 * 60, 16 * 60)), bank_holidays="open")
SUNDAYS = Hours("sundays", (Span(frozenset({6}), 0, 24 * 60),), bank_holidays="open")
HOUR = timedelta(hours=1)

# From the published list for England, written out by hand.
BANK_HOLIDAYS = {date.fromisoformat(day) for day in (
    "2026-01-01", "2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31", "2026-12-25", "2026-12-28",
    "2027-01-01", "2027-03-26", "2027-03-29", "2027-05-03", "2027-05-31", "2027-08-30", "2027-12-27", "2027-12-28",
)}


def last_sunday(year: int, month: int) -> datetime:
    """One in the morning, UTC, of the last Sunday of a month with 31 days: when the clocks change."""
    day = datetime(year, month, 31, 1, tzinfo=UTC)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def london(at: datetime) -> datetime:
    """The time on a clock in London, by the rule and not by a table."""
    summer = last_sunday(at.year, 3) <= at < last_sunday(at.year, 10)
    return at + HOUR if summer else at


def simply(hours: Hours, at: datetime) -> bool:
    """Whether a line is open, read off the clock on the wall."""
    clock = london(at)
    weekday, hour = clock.weekday(), clock.hour
    if hours is ALWAYS:
        return True
    if hours is NIGHTS:
        return not simply(OFFICE, at)
    if hours is SUNDAYS:
        return weekday == 6
    if hours is LONG:
        return (weekday < 5 and 8 <= hour < 20) or (weekday == 5 and 9 <= hour < 16)
    return weekday < 5 and 9 <= hour < 17 and clock.date() not in BANK_HOLIDAYS


def every_hour(year: int) -> list[datetime]:
    start = datetime(year, 1, 1, tzinfo=UTC)
    return [start + HOUR * n for n in range(365 * 24)]


@pytest.mark.parametrize("hours", [ALWAYS, OFFICE, NIGHTS, LONG, SUNDAYS], ids=lambda h: h.name)
@pytest.mark.parametrize("year", [2026, 2027])
def test_every_hour_of_a_year_is_open_or_closed_as_the_clock_on_the_wall_says(hours: Hours, year: int):
    wrong = [at for at in every_hour(year) if open_at(hours, at) != simply(hours, at)]
    assert wrong == []


@pytest.mark.parametrize("hours", [OFFICE, NIGHTS, LONG, SUNDAYS], ids=lambda h: h.name)
def test_the_next_opening_is_the_next_hour_at_which_it_goes_from_closed_to_open(hours: Hours):
    moments = every_hour(2026)
    following: datetime | None = None
    for at in reversed(moments):
        if at < moments[-24 * 9]:  # near the end of the year the next opening lies beyond the list
            assert next_opening(hours, at) == following, at
        if simply(hours, at) and not simply(hours, at - HOUR):
            following = at


@pytest.mark.parametrize("hours", [OFFICE, NIGHTS, LONG, SUNDAYS], ids=lambda h: h.name)
def test_an_open_line_closes_at_the_first_hour_at_which_it_is_closed(hours: Hours):
    moments = every_hour(2026)
    shuts: datetime | None = None
    for at in reversed(moments):
        if not simply(hours, at):
            shuts = at
        if at < moments[-24 * 9]:
            assert closes_at(hours, at) == (shuts if simply(hours, at) else None), at


@pytest.mark.parametrize("day", [
    "2026-03-28", "2026-03-29", "2026-04-02", "2026-04-03", "2026-07-15", "2026-10-24", "2026-10-25", "2026-12-24",
    "2026-12-28",
])
@pytest.mark.parametrize("hours", [ALWAYS, OFFICE, NIGHTS, LONG, SUNDAYS], ids=lambda h: h.name)
def test_a_line_closes_within_half_an_hour_exactly_when_half_an_hour_brings_a_closed_minute(hours: Hours, day: str):
    start = datetime.fromisoformat(day).replace(tzinfo=UTC)
    for n in range(12 * 24):
        at = start + timedelta(minutes=5 * n)
        soon = any(not simply(hours, at + timedelta(minutes=m)) for m in range(5, 31, 5))
        assert closes_within(hours, at, 30) == (simply(hours, at) and soon), at


def test_the_day_the_clocks_change_has_23_or_25_open_hours():
    for year, month, length in ((2026, 3, 23), (2026, 10, 25), (2027, 3, 23), (2027, 10, 25)):
        middle = last_sunday(year, month) + 6 * HOUR
        shuts = closes_at(SUNDAYS, middle)
        assert shuts is not None
        assert shuts - timedelta(hours=length + 1) < middle
        opened = [shuts - HOUR * n for n in range(1, length + 1)]
        assert all(open_at(SUNDAYS, at) for at in opened)
        assert not open_at(SUNDAYS, shuts - HOUR * (length + 1))


def test_a_line_that_is_always_open_never_closes_and_never_opens():
    at = datetime(2026, 12, 25, 3, tzinfo=UTC)
    assert closes_at(ALWAYS, at) is None
    assert next_opening(ALWAYS, at) is None
    assert not closes_within(ALWAYS, at, 24 * 60)


def test_the_night_line_of_a_line_that_never_opens_is_always_open():
    never = Hours("never")
    at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert not open_at(never, at)
    assert next_opening(never, at) is None
    assert open_at(Hours("beside", outside=never), at)
    assert closes_at(Hours("beside", outside=never), at) is None


def test_days_off_can_be_added_and_removed_without_waiting_for_the_library():
    extra, kept = date(2026, 6, 3), date(2026, 5, 4)
    changed = Hours("changed", OFFICE.spans, added=frozenset({extra}), removed=frozenset({kept}))
    noon = datetime(2026, 6, 3, 12, tzinfo=UTC)
    assert open_at(OFFICE, noon)
    assert not open_at(changed, noon)
    assert next_opening(changed, noon) == datetime(2026, 6, 4, 8, tzinfo=UTC)
    assert open_at(changed, datetime(2026, 5, 4, 12, tzinfo=UTC))
    assert not open_at(OFFICE, datetime(2026, 5, 4, 12, tzinfo=UTC))


def test_after_christmas_a_line_opens_on_the_first_day_that_is_no_bank_holiday():
    eve = datetime(2026, 12, 24, 17, tzinfo=UTC)  # Friday is Christmas, Monday the substitute for Boxing Day
    assert next_opening(OFFICE, eve) == datetime(2026, 12, 29, 9, tzinfo=UTC)


def test_any_time_zone_may_be_passed_in_and_a_time_without_one_is_refused():
    noon = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)  # half past nine in London
    elsewhere = noon.astimezone(tz=None)
    assert open_at(OFFICE, noon)
    assert open_at(OFFICE, elsewhere)
    with pytest.raises(ValueError, match="time zone"):
        open_at(OFFICE, noon.replace(tzinfo=None))


def test_importing_the_calendar_does_not_import_the_holidays():
    code = "import sys, bot.calendar; print('holidays' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
