"""The one thing to do first: decided, with danger on a line of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot import routes
from bot.content import content
from bot.folding import EMPTY
from web.contacts import EMERGENCY, POLICE, Calls, Ring, calls
from web.contacts import ring as as_ring
from web.first_step import AT_MOST, first_step

DANGER = "If it is happening now, ring 999."
HURT = "Ring 999 if a child is hurt."


@pytest.mark.parametrize(
    ("steps", "step", "danger"),
    [
        (["Ring the council.", "Write it down."], "Ring the council.", ""),
        ([DANGER, "Ring the council."], "Ring the council.", DANGER),
        ([f"You ring the council. {DANGER}", "Write it down."], "You ring the council.", DANGER),
        ([f"{DANGER} Stay with her.", "Ring the council."], "Ring the council.", f"{DANGER} Stay with her."),
        ([f"{HURT} Otherwise ring the council."], "Ring the council.", HURT),
        (["Ask about wanting to die. If so, ring 999.", "Ring."], "Ask about wanting to die. If so, ring 999.", ""),
        (["Ring 999 now."], "Ring 999 now.", ""),
        ([DANGER], DANGER, ""),
        (["Ring the council.", "Write.", HURT], "Ring the council.", HURT),
        (["Ring the council.", "Ask who is there. If that is not safe, ring 999."], "Ring the council.", ""),
        ([], "", ""),
    ],
)  # fmt: skip
def test_the_first_step_is_decided_and_danger_stands_beside_it(steps: list[str], step: str, danger: str) -> None:
    found = first_step(steps, None)
    assert (found.step, found.danger) == (step, danger)
    assert found.danger_first


def test_danger_comes_second_once_it_was_answered_no() -> None:
    slots = {"every-tree/flag-danger": "No"}
    assert not first_step([DANGER, "Ring the council."], slots).danger_first
    assert first_step([DANGER, "Ring the council."], {"every-tree/flag-danger": "Not sure"}).danger_first


def test_no_word_of_any_outcome_is_lost() -> None:
    held = content()
    outcomes = [o for t in held.trees.values() for o in t.outcomes.values()] + list(held.common.outcomes.values())
    assert len(outcomes) > 200
    for outcome in outcomes:
        found = first_step(outcome.do_next, None)
        told = " ".join((found.danger, found.step, *found.then, *found.more)).lower()
        for word in " ".join(outcome.do_next).lower().split():
            assert word in told or word in ("then", "otherwise"), (outcome.do_next, word)
        assert len(found.then) <= AT_MOST
        assert found.step or not outcome.do_next


NIGHT_TIME, DAY_TIME = (datetime(2026, 11, 25, hour, tzinfo=UTC) for hour in (3, 11))


def ring(contact: str, council: str | None = None, state: str = "open", kind: str = "phone") -> Ring:
    return Ring(contact, "", "1", state, kind, contact, council)


ALWAYS = [ring(EMERGENCY), ring(POLICE)]
DERBY, NIGHT = ring("derby-front-door", "Derby"), ring("derbyshire-out-of-hours", "Derbyshire", "unknown")
LADO, MAIL = ring("lado-derby", "Derby", "unknown"), ring("lado-derby-email", "Derby", "open", "email")
LEAD, WORKER = ring("own-safeguarding-lead"), ring("allocated-worker-derby", "Derby", "closed", "person")
OTHER, HELP = ring("other-council", "Another council", "unknown"), ring("nspcc")


@pytest.mark.parametrize(
    ("steps", "first", "later", "others"),
    [
        (["You ring the council."], [DERBY, NIGHT], [], [LADO, MAIL, LEAD]),
        (["Ring the LADO today."], [LADO, MAIL], [], [DERBY, NIGHT, LEAD]),
        (["Ring the council. Tell your safeguarding lead."], [DERBY, NIGHT, LEAD], [], [LADO, MAIL]),
        (["Ring the council.", "Tell the LADO."], [DERBY, NIGHT, LADO], [MAIL], [LEAD]),
        (["Write it down."], [DERBY, NIGHT, LADO, MAIL], [], [LEAD]),
        (["Ring 999 now."], [ring(EMERGENCY)], [], [DERBY, NIGHT, LADO, MAIL, LEAD]),
        ([f"{DANGER} Otherwise ring the council."], [ring(EMERGENCY), DERBY, NIGHT], [], [LADO, MAIL, LEAD]),
        (["If at risk, ring the council; in danger, ring 999.", "Ring the LADO."],
         [ring(EMERGENCY), LADO, MAIL, DERBY, NIGHT], [], [LEAD]),
        (["Ring 101, then the council where she is."], [ring(POLICE), DERBY, NIGHT], [], [LADO, MAIL, LEAD]),
    ],
)  # fmt: skip
def test_contacts_stand_with_the_step_that_names_them(
    steps: list[str], first: list[Ring], later: list[Ring], others: list[Ring]
) -> None:
    found = calls([*ALWAYS, DERBY, NIGHT, LADO, MAIL, LEAD], first_step(steps, None), must=True)
    assert [r.contact for r in found.first] == [r.contact for r in first]
    assert [r.contact for r in found.later] == [r.contact for r in later]
    assert [r.contact for r in found.others] == [r.contact for r in others]


def test_whoever_answers_now_comes_first_and_a_council_has_one_line() -> None:
    told = first_step(["Ring the child's social worker, or their duty desk."], None)
    day = ring("derby-front-door", "Derby")
    night = ring("derby-out-of-hours", "Derby")
    found = calls([WORKER, night, day], told, must=True)
    assert (found.first, found.others) == ((night, WORKER), (day,))
    known = calls([OTHER, DERBY], first_step(["Ring the council."], None), must=True)
    assert known.first == (DERBY, OTHER)
    here = replace(DERBY, said="is now")
    known = calls([OTHER, here], first_step(["Ring the council."], None), must=True)
    assert (known.first, known.others) == ((here,), (OTHER,))


def test_the_police_stand_in_for_a_council_unless_they_are_rung_anyway() -> None:
    assert calls([*ALWAYS, DERBY], first_step(["Ring the council."], None), must=True).council
    rung = calls([*ALWAYS, DERBY], first_step(["Ring 101, then tell the council."], None), must=True)
    assert rung.police and not rung.council
    after = calls([*ALWAYS, LEAD, DERBY], first_step(["Tell your safeguarding lead.", "Ring the council."], None), True)
    assert not after.council and after.later == (DERBY,)
    assert not calls([*ALWAYS, LADO], first_step(["Ring the LADO."], None), must=True).council


def test_a_number_stands_open_even_where_none_of_those_named_first_has_one() -> None:
    lead = replace(LEAD, value=None)
    told = first_step(["Speak with your safeguarding lead.", "Ring the council."], None)
    assert calls([lead, NIGHT, DERBY], told, must=True).first == (lead, NIGHT)
    assert calls([LEAD, NIGHT, DERBY], told, must=True).first == (LEAD,)


@pytest.mark.parametrize(("at", "first"), [(DAY_TIME, "allocated-worker-other"), (NIGHT_TIME, "derby-out-of-hours")])
def test_by_day_the_childs_own_worker_comes_before_the_council(at: datetime, first: str) -> None:
    held = content()
    slots = dict(EMPTY) | {"every-tree/open-to-worker": "Yes, another council", "every-tree/council-now": "Derby"}
    rows = routes.resolve(["council-protection"], slots, held.guidance, at)
    rings = [as_ring(dict(row), held.guidance, at, {"Derby": "is now"}) for row in rows]
    told = first_step(["Ring the child's social worker, or their duty desk. Outside hours ring the council."], None)
    assert calls(rings, told, must=True).first[0].contact == first


def test_where_nobody_is_named_and_nothing_is_urgent_it_is_talked_through_first() -> None:
    told = first_step(["See the child alone."], None)
    found = calls([DERBY, NIGHT, LADO, LEAD], told, must=True, urgent=False)
    assert found.first == (LEAD, DERBY, NIGHT) and found.talk
    assert calls([DERBY, NIGHT, LADO, LEAD], told, must=True).first == (DERBY, NIGHT, LADO, LEAD)
    assert not calls([DERBY, LEAD], first_step(["Tell your safeguarding lead."], None), True, False).talk


def test_no_first_step_is_a_condition_for_999_that_should_stand_beside_it() -> None:
    held = content()
    outcomes = [o for t in held.trees.values() for o in t.outcomes.values()] + list(held.common.outcomes.values())
    for outcome in outcomes:
        start = first_step(outcome.do_next, None)
        assert not start.step.startswith("If ") or "999" not in start.step, outcome.id
    told = "Ring the council. If someone may come for the child tonight, ring 999."
    assert first_step([told], None).danger == "If someone may come for the child tonight, ring 999."


def test_for_a_missing_child_999_stands_before_101() -> None:
    held = content()
    missing = held.common.outcomes["missing"]
    rows = routes.resolve(missing.route, dict(EMPTY) | {"urgency": "now"}, held.guidance, DAY_TIME)
    rings = [as_ring(dict(row), held.guidance, DAY_TIME) for row in rows]
    first = [r.contact for r in calls(rings, first_step(missing.do_next, None), must=True).first]
    assert first[:2] == [EMERGENCY, POLICE]


def test_a_card_says_when_to_ring_999_and_what_was_said_of_the_council() -> None:
    for step, says in (
        ("If she is hurt, ring 999. Ring the council.", "If she is hurt, ring 999."),
        ("Ring the police: 999 if nobody knows where he is, otherwise 101.", "Ring 999 if nobody knows where he is."),
        ("You ring: 999 if he is hurt, or may be, otherwise 101. Ring home.", "Ring 999 if he is hurt, or may be."),
        ("Stay between them. If that cannot be done, ring 999.", ""),
        ("Ring 999 now.", ""),
    ):
        assert first_step([step], None).when_999 == says
    held = content()
    slots = {"every-tree/council-lives": "Derbyshire", "every-tree/council-now": "Another council"}
    rows = routes.resolve(["council-protection"], dict(EMPTY) | slots, held.guidance, DAY_TIME)
    said = {"Derbyshire": "lives", "Another council": "is now"}
    rings = [as_ring(dict(row), held.guidance, DAY_TIME, said) for row in rows]
    found = calls(rings, first_step(["Ring the council where the child is."], None), must=True)
    assert [(r.council, r.said, r.missing) for r in found.first] == [
        ("Another council", "is now", "No number is held here"),
        ("Derbyshire", "lives", "No number is shown"),
    ]
    assert not any("No number" in r.doubt for r in found.first)
    derby = as_ring({"contact": "derby-front-door", "says": held.guidance.contacts["derby-front-door"].says,
                     "value": "1"}, held.guidance, DAY_TIME)  # fmt: skip
    assert derby.doubt.endswith("If it does not work: find the Initial Response Team on Derby City Council's website.")


def test_a_calm_step_that_names_nobody_rings_nobody() -> None:
    told = first_step(["Ask the family.", "Tell the council where they live."], None)
    found = calls([*ALWAYS, DERBY, HELP], told, must=False)
    assert found == Calls((), (), (DERBY, HELP))




@pytest.mark.parametrize("at", [NIGHT_TIME, DAY_TIME])
def test_every_urgent_outcome_says_whom_to_ring_first_and_loses_no_contact(at: datetime) -> None:
    held = content()
    outcomes = [o for t in held.trees.values() for o in t.outcomes.values()] + list(held.common.outcomes.values())
    for outcome in outcomes:
        must = outcome.urgency != "none" or outcome.hand_off in ("now", "today")
        slots = dict(EMPTY) | {"urgency": outcome.urgency}
        rows = routes.resolve(outcome.route, slots, held.guidance, at)
        rings = [as_ring(dict(row), held.guidance, at) for row in rows]
        found = calls(rings, first_step(outcome.do_next, None), must)
        listed = [r.contact for r in (*found.first, *found.later, *found.others)]
        assert len(listed) == len(set(listed))
        assert {r.contact for r in rings} - set(listed) <= {EMERGENCY, POLICE}, outcome.id
        assert found.first or not must, outcome.id


def test_nobody_is_sent_to_a_closed_advice_line_where_a_lead_is_named_as_well() -> None:
    for told, said in (
        ("Speak today with your advice line, or with your own lead.", "Speak today with your own lead."),
        ("Speak with your advice line or safeguarding lead today.", "Speak with your safeguarding lead today."),
        ("Take it to your advice line, your lead, or the GP.", "Take it to your lead, or the GP."),
        ("Speak with your advice line, Named Doctor or lead.", "Speak with your advice line, Named Doctor or lead."),
    ):
        assert first_step([told], None, line_closed=True).step == said
        assert first_step([told], None).step == told
