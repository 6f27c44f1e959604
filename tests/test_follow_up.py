"""A referral is asked about after one working day: weekends, bank holidays, clock changes, and what was heard."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import content, follow_up
from bot.calendar import LONDON, Hours

CONTENT = content.content()
HOURS = follow_up.working_hours(CONTENT.guidance.hours)


def london(day: str, time: str = "10:30") -> datetime:
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("made", "due"),
    [
        ("2026-03-10", "2026-03-11"),  # Tuesday to Wednesday
        ("2026-03-13", "2026-03-16"),  # Friday to Monday
        ("2026-04-02", "2026-04-07"),  # before Good Friday to the day after Easter Monday
        ("2026-12-24", "2026-12-29"),  # Boxing Day falls on a Saturday: Monday 28 December is a bank holiday
        ("2026-03-27", "2026-03-30"),  # over the spring clock change
        ("2026-10-23", "2026-10-26"),  # over the autumn clock change
    ],
)
def test_one_working_day_later_at_the_same_time_in_london(made: str, due: str) -> None:
    assert follow_up.due_after(london(made), HOURS) == london(due)


@pytest.mark.parametrize(
    ("made", "due"), [("2026-03-14", "2026-03-17"), ("2026-03-15", "2026-03-17"), ("2026-04-06", "2026-04-08")]
)
def test_made_on_no_working_day_it_counts_through_the_next_one(made: str, due: str) -> None:
    assert follow_up.due_after(london(made), HOURS) == london(due, "00:00")


def test_a_local_holiday_counts_and_one_that_is_worked_does_not() -> None:
    extra = Hours("made up", added=frozenset({date(2026, 3, 11)}))
    assert follow_up.due_after(london("2026-03-10"), extra) == london("2026-03-12")
    worked = Hours("made up", removed=frozenset({date(2026, 4, 6)}))
    assert follow_up.due_after(london("2026-04-02"), worked) == london("2026-04-06")


@given(st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)))
@example(datetime(2026, 1, 9))
def test_it_is_always_later_never_more_than_a_long_weekend_and_on_a_working_day(at: datetime) -> None:
    made = at.replace(tzinfo=UTC)
    due = follow_up.due_after(made, HOURS)
    assert made < due <= made + timedelta(days=7)
    local = due.astimezone(LONDON)
    ending = local - timedelta(microseconds=1)  # midnight is the end of a day, or the beginning of one
    assert follow_up.is_working(local.date(), HOURS) or follow_up.is_working(ending.date(), HOURS)


def test_it_is_asked_about_once_due_until_somebody_has_acknowledged_it() -> None:
    at = london("2026-03-10")
    events = [follow_up.made("r1", "c1", "Starting Point", "J., duty worker", "phone", at, at, HOURS)]
    (one,) = follow_up.referrals(events)
    assert not one.is_due(at + timedelta(hours=23)) and one.is_due(london("2026-03-11"))
    assert [r.id for r in follow_up.to_chase([one], at)] == ["r1"]
    later = london("2026-03-11", "11:00")
    events.append(follow_up.answered(one, False, "", "nobody could say", later, HOURS))
    (one,) = follow_up.referrals(events)
    assert one.is_open() and not one.is_due(later) and one.is_due(london("2026-03-12", "11:00"))
    events.append(follow_up.answered(one, True, "A. social worker", "assessment", london("2026-03-12"), HOURS))
    (one,) = follow_up.referrals(events)
    assert not one.is_open() and (one.by, one.decision) == ("A. social worker", "assessment")
    assert follow_up.to_chase([one], london("2026-04-01")) == []


def test_those_that_are_due_stand_first() -> None:
    old, fresh = london("2026-03-10"), london("2026-03-12")
    events = [
        follow_up.made("fresh", "c", "Starting Point", "", "form", fresh, fresh, HOURS),
        follow_up.made("old", "c", "Starting Point", "", "form", old, old, HOURS),
    ]
    found = follow_up.to_chase(follow_up.referrals(events), london("2026-03-12", "12:00"))
    assert [r.id for r in found] == ["old", "fresh"]


def test_a_referral_known_twice_is_one() -> None:
    at = london("2026-03-10")
    event = follow_up.made("r", "c", "to", "", "phone", at, at, HOURS)
    assert len(follow_up.referrals([event, event])) == 1
