"""The one thing to do first: decided, with danger on a line of its own."""

from __future__ import annotations

import pytest

from bot.content import content
from web.contacts import EMERGENCY, POLICE, Ring, in_order
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


def test_999_and_101_are_listed_only_where_the_first_step_sends_you_there_and_the_lado_is_never_folded() -> None:
    names = ("a", "b", "c", "d", "e", "lado-derby")
    rings = [Ring(n, "", "1", "open", contact=n, council="Derby" if n == "a" else None) for n in names]
    always = [Ring("999", "", "999", "open", contact=EMERGENCY), Ring("101", "", "101", "open", contact=POLICE)]
    shown, folded = in_order([*always, *rings], "Ring the council.")
    assert [r.contact for r in shown] == ["a", "lado-derby", "b", "c"]
    assert [r.contact for r in folded] == ["d", "e"]
    assert in_order(rings, "Ring the LADO today.")[0][0].contact == "lado-derby"
    mail = Ring("lado", "", "a@b", "unknown", "email", contact="lado-derbyshire-email")
    asked = in_order([mail, *rings], "Ring the LADO today.")[0]
    assert [r.contact for r in asked[:3]] == ["lado-derby", "lado-derbyshire-email", "a"]
    lead = Ring("lead", "", None, "unknown", "person", contact="own-safeguarding-lead")
    assert in_order([*rings, lead], "Speak with your own safeguarding lead.")[0][0] == lead
    assert in_order([*rings, lead], "Ring the council, then your safeguarding lead.")[0][0].council == "Derby"
    night = Ring("n", "", None, "unknown", contact="derbyshire-out-of-hours", council="Derbyshire")
    day = Ring("d", "", None, "unknown", contact="derbyshire-front-door", council="Derbyshire")
    assert in_order([night, day], "Ring the council.") == ((night,), (day,))
    assert in_order([day, night], "Ring the council.") == ((day,), (night,))
    other = Ring("o", "", None, "unknown", contact="other-council", council="Another council")
    assert in_order([other, night], "Ring the council.")[0] == (night, other)
    both = in_order(always, "Ring the council, and the police on 101.")[0]
    assert [r.contact for r in both] == [POLICE] and "as the first step says" in both[0].says
    assert in_order(always, "Ring 999 now.")[0] == (always[0],)


def test_nobody_is_sent_to_a_closed_advice_line_where_a_lead_is_named_as_well() -> None:
    for told, said in (
        ("Speak today with your advice line, or with your own lead.", "Speak today with your own lead."),
        ("Speak with your advice line or safeguarding lead today.", "Speak with your safeguarding lead today."),
        ("Take it to your advice line, your lead, or the GP.", "Take it to your lead, or the GP."),
        ("Speak with your advice line, Named Doctor or lead.", "Speak with your advice line, Named Doctor or lead."),
    ):
        assert first_step([told], None, line_closed=True).step == said
        assert first_step([told], None).step == told
