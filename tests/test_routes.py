"""Whom to ring: every route for every answer, organisation and hour, with nothing invented and nothing kept back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from bot import guidance as reading
from bot import routes
from bot.calendar import open_at
from bot.contacts import COUNCILS, Check
from bot.guidance import Guidance

DAY = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
CLOSING = datetime(2026, 11, 25, 16, 40, tzinfo=UTC)
NIGHT = datetime(2026, 11, 25, 23, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, 12, tzinfo=UTC)
CHRISTMAS = datetime(2026, 12, 25, 12, tzinfo=UTC)
HOURS = (DAY, CLOSING, NIGHT, SATURDAY, CHRISTMAS)
SHUT = (NIGHT, SATURDAY, CHRISTMAS)
COUNCIL_ANSWERS = (*COUNCILS, None)
ASKERS = (
    "Derbyshire Community Health Services", "Derbyshire Healthcare", "A GP practice", "Another service", "Not sure",
    None,
)
OPEN_TO = ("Yes, Derby", "Yes, Derbyshire", "Yes, another council", "No", "Not sure", None)


@pytest.fixture(scope="module")
def guidance() -> Guidance:
    return reading.load()


def slots(
    here: str | None = None, home: str | None = None, asker: str | None = None, open_to: str | None = None,
    urgency: str = "none", organisation: str | None = None,
) -> dict[str, Any]:
    answers = {"council-now": here, "council-lives": home, "who-is-asking": asker, "open-to-worker": open_to}
    said = {f"every-tree/{question}": answer for question, answer in answers.items() if answer}
    return {**said, "urgency": urgency, "asker": {"organisation": organisation} if organisation else None}


def ids(keys: list[str], state: dict[str, Any], guidance: Guidance, at: datetime = DAY) -> list[str]:
    return [str(row["contact"]) for row in routes.resolve(keys, state, guidance, at)]


def every_way(guidance: Guidance) -> Iterator[tuple[str, dict[str, Any], datetime]]:
    for key, here, home, asker, at in product(guidance.routes, COUNCIL_ANSWERS, COUNCIL_ANSWERS, ASKERS, HOURS):
        for urgency in ("none", "now"):
            yield key, slots(here, home, asker, None, urgency), at
    for key, here, open_to, at in product(guidance.routes, COUNCIL_ANSWERS, OPEN_TO, HOURS):
        yield key, slots(here, None, None, open_to, "today"), at


# Nothing invented, nothing kept back, nobody left without a way


def test_whatever_the_answers_and_the_hour_nothing_is_invented_and_nothing_kept_back_gets_out(guidance: Guidance):
    kept_back = {c.value for c in guidance.contacts.values() if c.authors_only and c.value}
    kept_back |= {v.value for c in guidance.contacts.values() if c.authors_only for v in c.conflicting}
    assert len(kept_back) == 4
    seen: set[tuple[str, str | None, str | None]] = set()
    for key, state, at in every_way(guidance):
        rows = routes.resolve([key], state, guidance, at)
        assert len({row["contact"] for row in rows}) == len(rows), (key, state)
        assert rows or key == "allocated-worker", (key, state, at)
        seen |= {(str(row["contact"]), row["says"], row["value"]) for row in rows}
        assert all(row["checked_on"] is None for row in rows)
    for name, says, value in seen:
        contact = guidance.contacts[name]
        assert says
        assert value in (None, contact.value), name
        assert value not in kept_back, name
        assert not any(hidden in says for hidden in kept_back), says
        assert "Opens" not in says, says
    assert {name for name, _, _ in seen} == set(guidance.contacts)


def test_every_unchecked_value_carries_a_warning_and_every_missing_one_says_what_to_do_instead(guidance: Guidance):
    for key, state, at in every_way(guidance):
        if state["urgency"] == "now":
            continue
        for row in routes.resolve([key], state, guidance, at):
            contact, says = guidance.contacts[str(row["contact"])], str(row["says"])
            if contact.status == "stands":
                assert guidance.words["unchecked"] not in says
            elif row["value"]:
                assert guidance.words["unchecked"] in says, says
            else:
                assert contact.instead in says, says


def test_a_protection_route_always_holds_a_number_that_can_be_rung_now(guidance: Guidance):
    for key in ("council-protection", "advice-line"):
        for here, home, at in product(COUNCIL_ANSWERS, COUNCIL_ANSWERS, HOURS):
            rows = routes.resolve(["emergency", key], slots(here, home, urgency="now"), guidance, at)
            assert rows[0]["value"] == "999"
            assert key == "advice-line" or "101" in {row["value"] for row in rows}


def test_a_route_nobody_knows_leads_to_999(guidance: Guidance):
    assert ids(["no-such-route"], slots(), guidance) == ["police-999"]


# Which council


@pytest.mark.parametrize(("here", "home", "first"), [
    ("Derby", "Derbyshire", "derby-front-door"), ("Derby", None, "derby-front-door"),
    ("Derbyshire", "Derby", "derbyshire-front-door"), ("Not sure", "Derbyshire", "derbyshire-front-door"),
    (None, "Derby", "derby-front-door"), ("Another council", "Derby", "other-council"),
    (None, "Another council", "other-council"),
])
def test_protection_goes_to_the_council_where_the_child_is_else_where_they_live(
    guidance: Guidance, here: str | None, home: str | None, first: str
):
    assert ids(["council-protection"], slots(here, home), guidance)[0] == first


def test_the_home_council_is_told_as_well_when_it_is_another_one(guidance: Guidance):
    rows = routes.resolve(["council-protection"], slots("Derby", "Derbyshire"), guidance, DAY)
    home = next(row for row in rows if row["contact"] == "derbyshire-front-door")
    assert str(home["says"]).startswith(guidance.words["home_council"])
    same = ids(["council-protection"], slots("Derby", "Derby"), guidance)
    assert same == ["derby-front-door", "police-101"]
    assert ids(["council-protection"], slots("Derby", "Not sure"), guidance) == same


@pytest.mark.parametrize("here", [None, "Not sure"])
@pytest.mark.parametrize("home", [None, "Not sure"])
def test_both_councils_are_shown_when_the_council_is_not_known(guidance: Guidance, here: str | None, home: str | None):
    found = routes.resolve(["council-protection"], slots(here, home), guidance, DAY)
    assert {"derby-front-door", "derbyshire-front-door"} <= {row["contact"] for row in found}
    assert str(found[0]["says"]).startswith(guidance.words["council_unknown"])


def test_support_goes_by_where_the_child_lives(guidance: Guidance):
    assert ids(["council-support"], slots("Derby", "Derbyshire"), guidance) == ["derbyshire-online"]
    assert ids(["council-support"], slots("Derby"), guidance)[0] == "derby-online"


@pytest.mark.parametrize("urgency", ["today", "now"])
@pytest.mark.parametrize("key", ["council-support", "early-help"])
def test_when_someone_must_be_spoken_with_today_the_telephone_stands_before_the_form(
    guidance: Guidance, key: str, urgency: str
):
    state = slots(home="Derbyshire", urgency=urgency)
    rows = routes.resolve([key], state, guidance, DAY)
    assert rows[0]["contact"] == "derbyshire-front-door"
    assert str(rows[0]["says"]).startswith(guidance.words["today"])
    assert ids([key], slots(home="Derbyshire"), guidance)[0] != "derbyshire-front-door"


# Open cases


@pytest.mark.parametrize("council", ["Derby", "Derbyshire"])
def test_by_day_no_councils_line_for_the_night_comes_before_its_own_by_day(council: str, guidance: Guidance) -> None:
    day, night = f"{council.lower()}-front-door", f"{council.lower()}-out-of-hours"
    support = ["council-support", "early-help", "council-protection"]
    for keys, at, here, open_to in product((["council-protection"], support), (DAY, CLOSING), (council, None), OPEN_TO):
        found = ids(keys, slots(here=here, open_to=open_to), guidance, at)
        assert day in found
        assert night not in found[: found.index(day)], (keys, at, here, open_to)
    shut = ids(["council-protection"], slots(here=council, open_to=f"Yes, {council}"), guidance, NIGHT)
    assert shut[0] == night


@pytest.mark.parametrize("key", ["council-protection", "council-support", "early-help"])
@pytest.mark.parametrize(("open_to", "worker"), [
    ("Yes, Derby", "allocated-worker-derby"), ("Yes, Derbyshire", "allocated-worker-derbyshire"),
    ("Yes, another council", "allocated-worker-other"),
])
def test_an_open_case_puts_the_allocated_worker_first_and_keeps_the_council(
    guidance: Guidance, key: str, open_to: str, worker: str
):
    found = ids([key], slots("Derby", "Derby", open_to=open_to), guidance)
    assert found[0] == worker
    assert set(ids([key], slots("Derby", "Derby"), guidance)) <= set(found)


@pytest.mark.parametrize("open_to", ["No", "Not sure", None])
def test_without_a_known_worker_none_is_named(guidance: Guidance, open_to: str | None):
    found = ids(["council-protection"], slots("Derby", "Derby", open_to=open_to), guidance)
    assert found == ["derby-front-door", "police-101"]


# The hour


@pytest.mark.parametrize("at", SHUT)
def test_outside_office_hours_the_night_line_takes_the_place_of_the_front_door(guidance: Guidance, at: datetime):
    assert ids(["council-protection"], slots("Derby", "Derby"), guidance, at) == ["derby-out-of-hours", "police-101"]


def test_in_the_last_half_hour_both_the_front_door_and_the_night_line_stand(guidance: Guidance):
    found = ids(["council-protection"], slots("Derby", "Derby"), guidance, CLOSING)
    assert found == ["derby-front-door", "derby-out-of-hours", "police-101"]
    before = CLOSING - timedelta(minutes=11)
    assert "derby-out-of-hours" not in ids(["council-protection"], slots("Derby", "Derby"), guidance, before)


@pytest.mark.parametrize("at", HOURS)
def test_a_line_whose_hours_nobody_knows_never_stands_alone(guidance: Guidance, at: datetime):
    found = ids(["council-protection"], slots("Derbyshire"), guidance, at)
    lines = ["derbyshire-front-door", "derbyshire-out-of-hours"]
    at_work = open_at(guidance.hours["weekdays-9-5"], at)
    assert found == [*(lines if at_work else reversed(lines)), "police-101"], "while shut, the night line"


# The own advice line


@pytest.mark.parametrize(("asker", "line"), [
    ("Derbyshire Community Health Services", "dchs-advice-line"), ("Derbyshire Healthcare", "dhcft-advice-line"),
])
def test_an_open_advice_line_stands_alone(guidance: Guidance, asker: str, line: str):
    assert ids(["advice-line"], slots(asker=asker), guidance, DAY) == [line]


@pytest.mark.parametrize("at", SHUT)
@pytest.mark.parametrize("here", COUNCIL_ANSWERS)
def test_a_closed_advice_line_gives_way_to_the_duty_line_of_the_council(
    guidance: Guidance, at: datetime, here: str | None
):
    state = slots(here, asker="Derbyshire Community Health Services")
    rows = routes.resolve(["advice-line"], state, guidance, at)
    assert [row["contact"] for row in rows] == ids(["council-protection"], state, guidance, at)
    assert str(rows[0]["says"]).startswith(guidance.words["line_closed_calm"])
    rows = routes.resolve(["advice-line"], {**state, "urgency": "today"}, guidance, at)
    assert str(rows[0]["says"]).startswith(guidance.words["line_closed"])


def test_an_advice_line_about_to_close_comes_after_the_duty_line(guidance: Guidance):
    state = slots("Derby", asker="Derbyshire Community Health Services")
    rows = routes.resolve(["advice-line"], state, guidance, CLOSING)
    assert str(rows[0]["says"]).startswith(guidance.words["line_closing"])
    assert rows[-1]["contact"] == "dchs-advice-line"
    assert "It closes at 5pm." in str(rows[-1]["says"])


def test_a_line_open_day_and_night_never_gives_way(guidance: Guidance):
    for at in HOURS:
        assert ids(["advice-line"], slots(organisation="dhcft"), guidance, at) == ["dhcft-advice-line"]


@pytest.mark.parametrize("at", HOURS)
def test_general_practice_is_shown_whom_to_ring_and_the_line_for_all_professionals(guidance: Guidance, at: datetime):
    rows = routes.resolve(["advice-line"], slots(home="Derbyshire", organisation="gp-practice"), guidance, at)
    names = [row["contact"] for row in rows]
    assert names[:3] == ["practice-safeguarding-lead", "named-gp", "icb-safeguarding-team"]
    assert "derbyshire-consultation" in names
    assert str(rows[0]["says"]).startswith(guidance.words["no_line"])
    assert ("derbyshire-front-door" in names) == (at is not DAY and at is not CLOSING)


def test_what_they_answer_goes_before_what_they_signed_in_with(guidance: Guidance):
    state = slots(asker="Derbyshire Healthcare", organisation="dchs")
    assert ids(["advice-line"], state, guidance) == ["dhcft-advice-line"]
    state = slots(asker="Not sure", organisation="dchs")
    assert ids(["advice-line"], state, guidance) == ["dchs-advice-line"]


def test_an_organisation_nobody_knows_is_not_said_to_have_no_line(guidance: Guidance):
    rows = routes.resolve(["advice-line"], slots(home="Derby"), guidance, DAY)
    assert rows[0]["contact"] == "own-safeguarding-lead"
    assert guidance.words["no_line"] not in str(rows[0]["says"])


# Once somebody has checked


def test_a_checked_number_is_shown_with_the_day_and_without_the_warning(guidance: Guidance):
    check = Check("derby-out-of-hours", "01234 567890", date(2026, 11, 24), "Practice author")
    rows = routes.resolve(["council-protection"], slots("Derby"), reading.with_checks(guidance, [check]), NIGHT)
    assert (rows[0]["value"], rows[0]["checked_on"]) == ("01234 567890", "2026-11-24")
    assert "Last checked on 24 November 2026." in str(rows[0]["says"])
    assert "Nobody has checked" not in str(rows[0]["says"])


def test_a_check_older_than_agreed_is_shown_as_such(guidance: Guidance):
    check = Check("derby-front-door", "01332 641172", date(2026, 1, 5), "Practice author")
    checked = dataclasses.replace(reading.with_checks(guidance, [check]), recheck_after_days=90)
    says = str(routes.resolve(["council-protection"], slots("Derby"), checked, DAY)[0]["says"])
    assert "Last checked on 5 January 2026, which is longer ago than agreed." in says


def test_live_mode_can_see_every_unchecked_contact_a_route_may_lead_to(guidance: Guidance):
    found = {contact.id for contact in routes.unchecked(["emergency", "council-protection"], guidance)}
    assert found == {
        "derby-front-door", "derby-out-of-hours", "derbyshire-front-door", "derbyshire-out-of-hours", "other-council",
        "allocated-worker-derby", "allocated-worker-derbyshire", "allocated-worker-other",
    }
    assert {contact.id for contact in routes.unchecked(["council-support"], guidance)} > found
    check = Check("derby-front-door", "01332 641172", date(2026, 11, 24), "Practice author")
    after = routes.unchecked(["council-protection"], reading.with_checks(guidance, [check]))
    assert "derby-front-door" not in {contact.id for contact in after}


# For pages


def test_the_notice_shows_999_both_councils_by_day_and_night_101_and_the_advice_line_only_while_it_is_open(
    guidance: Guidance,
):
    state = slots(organisation="dchs")
    always = [
        "police-999", "derby-front-door", "derbyshire-front-door", "derby-out-of-hours", "derbyshire-out-of-hours",
        "police-101",
    ]
    assert [row["contact"] for row in routes.notice(state, guidance, DAY)] == [*always, "dchs-advice-line"]
    assert [row["contact"] for row in routes.notice(state, guidance, NIGHT)] == always


def test_a_page_says_when_a_line_opens_and_what_stands_until_then(guidance: Guidance):
    shut = routes.describe("derby-front-door", guidance, NIGHT)
    assert (shut.open_now, shut.state) == (False, "closed")
    assert shut.opens_at == datetime(2026, 11, 26, 9, tzinfo=UTC)
    assert shut.when == "Closed now. Opens 9am on Thursday 26 November."
    assert shut.stands_meanwhile == ("derby-out-of-hours", "police-101", "police-999")
    ready = routes.describe("derby-front-door", guidance, DAY)
    assert (ready.open_now, ready.opens_at, ready.when) == (True, None, "Open now.")
    assert ready.closes_at == datetime(2026, 11, 25, 17, tzinfo=UTC)
    assert routes.describe("police-999", guidance, NIGHT).when == "Open day and night."
    assert routes.describe("derbyshire-front-door", guidance, DAY).open_now is None


def test_only_authors_see_what_is_kept_back(guidance: Guidance):
    for name in ("derby-out-of-hours", "derbyshire-front-door", "domestic-abuse-helpline"):
        seen, all_of_it = (routes.describe(name, guidance, DAY, authors=who) for who in (False, True))
        assert (seen.value, seen.candidates, seen.note, seen.sources) == (None, (), "", ())
        assert all_of_it.value or all_of_it.candidates
        assert all_of_it.sources
        assert seen.warning


def test_a_conflict_is_said_to_be_one(guidance: Guidance):
    assert "sources disagree" in routes.describe("derbyshire-front-door", guidance, DAY).warning
    assert "old or undated" in routes.describe("derby-front-door", guidance, DAY).warning
