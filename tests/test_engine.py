"""The range, held to the contract's words by trying every way of answering, on small trees and at random."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import engine, journeys
from bot.engine import Concern
from bot.model import LEVELS, NOT_SURE, Answer, Common, Outcome, Place, Question, Rule, Tree

HERE = Place("made-up.yaml", 1)
ENDS = (*LEVELS, "undecided")


def a_question(name: str, answers: dict[str, str], *, shares: str | None = None, about: str = "family") -> Question:
    return Question(
        name,
        f"{name}?",
        "why",
        "help",
        ("a#b",),
        about,
        True,
        tuple(Answer(text, to, HERE) for text, to in answers.items()),
        shares,
        HERE,
    )


def an_outcome(level: str) -> Outcome:
    return Outcome(f"end-{level}", level, "says", ("do",), ("emergency",), ("a#b",), "today", "none", HERE)


def a_tree(name: str, start: str, questions: list[Question]) -> Tree:
    outcomes = {f"end-{level}": an_outcome(level) for level in (*ENDS, "not-graded")}
    return Tree(
        name,
        name,
        1,
        "owner",
        None,
        "2026-11-24",
        "2027-05-24",
        (),
        "when",
        (),
        start,
        (),
        {q.id: q for q in questions},
        outcomes,
        (),
        HERE,
    )


STAIRS = a_tree(
    "stairs",
    "first",
    [
        a_question("first", {"Yes": "second", "No": "third", NOT_SURE: "second"}),
        a_question("second", {"Yes": "end-4-CP", "No": "end-3", NOT_SURE: "end-undecided"}),
        a_question("third", {"Yes": "end-2", "No": "end-1", NOT_SURE: "end-2"}),
    ],
)


def test_the_question_is_found_again_from_the_answers() -> None:
    journey = journeys.walk(STAIRS, Common(), {"stairs/first": "Yes"})
    assert journey.asks is not None and journey.asks.id == "second" and journey.key == "stairs/second"


def test_an_answer_the_tree_no_longer_has_is_asked_again() -> None:
    journey = journeys.walk(STAIRS, Common(), {"stairs/first": "Perhaps"})
    assert journey.key == "stairs/first" and journey.outcome is None


def test_not_sure_keeps_every_way_the_question_could_turn_out() -> None:
    assert engine.reach(STAIRS, Common(), {"stairs/first": NOT_SURE}) == (0, 4)
    assert engine.reach(STAIRS, Common(), {"stairs/first": "Yes", "stairs/second": NOT_SURE}) == (2, 4)


def test_undecided_counts_as_anything_and_not_graded_as_nothing() -> None:
    assert engine.outcome_range("undecided") == (0, 4)
    assert engine.outcome_range("not-graded") is None


def test_an_answer_about_the_second_child_is_kept_apart() -> None:
    tree = a_tree(
        "each", "own", [a_question("own", {"Yes": "end-4-CP", "No": "end-1", NOT_SURE: "end-undecided"}, about="child")]
    )
    answers = {"each/own": "No", "each/own#2": "Yes"}
    assert engine.reach(tree, Common(), answers, 1) == (0, 0)
    assert engine.reach(tree, Common(), answers, 2) == (4, 4)
    both = engine.bounds([Concern(tree, 1), Concern(tree, 2)], Common(), answers)
    assert (both.at_least, both.at_most) == (4, 4)


def test_a_shared_question_is_answered_once_for_all_trees() -> None:
    shared = {"Yes": "end-3", "No": "end-1", NOT_SURE: "end-undecided"}
    turned = {"Yes": "end-1", "No": "end-3", NOT_SURE: "end-undecided"}
    one = a_tree("one", "ask", [a_question("ask", shared, shares="same")])
    two = a_tree("two", "ask", [a_question("ask", turned, shares="same")])
    found = engine.bounds([Concern(one, 1), Concern(two, 1)], Common(), {})
    assert (found.at_least, found.at_most) == (2, 2)  # whichever way it turns out, one of them is 3


def test_a_rule_raises_only_when_all_its_answers_are_known() -> None:
    tree = a_tree(
        "plain", "ask", [a_question("ask", {"Yes": "end-2", "No": "end-1", NOT_SURE: "end-2"}, shares="same")]
    )
    rule = Rule("together", (("same", ("Yes",)),), "4-CIN", "today", "says", ("a#b",), HERE)
    common = Common(questions={"same": tree.questions["ask"]}, combinations=(rule,))
    known = engine.bounds([Concern(tree, 1)], common, {"every-tree/same": "Yes"})
    assert (known.at_least, known.at_most) == (3, 3)
    open_still = engine.bounds([Concern(tree, 1)], common, {})
    assert (open_still.at_least, open_still.at_most) == (0, 3)


def test_a_confirmed_flag_holds_a_floor_and_an_unconfirmed_one_only_a_possibility() -> None:
    low = {"stairs/first": "No", "stairs/third": "No"}
    assert engine.bounds([Concern(STAIRS, 1)], Common(), low, floor=4).at_least == 4
    found = engine.bounds([Concern(STAIRS, 1)], Common(), low, possible=4)
    assert (found.at_least, found.at_most) == (0, 4)


@st.composite
def trees(draw: st.DrawFn, name: str) -> Tree:
    """A random tree of up to five questions; some are shared, each at most once on a journey."""
    size = draw(st.integers(1, 5))
    questions = []
    for index in range(size):
        later = [f"q{n}" for n in range(index + 1, size)]
        ends = st.sampled_from([*later, *(f"end-{level}" for level in ENDS)])
        shares = f"shared-{index}" if draw(st.booleans()) else None
        texts = ("Yes", "No") if shares else ("Yes", "Partly", "No")[: draw(st.integers(2, 3))]
        answers = {text: draw(ends) for text in texts} | {NOT_SURE: draw(ends)}
        questions.append(a_question(f"q{index}", answers, shares=shares))
    return a_tree(name, "q0", questions)


def by_trying_everything(concerns: list[Concern], answers: dict[str, str]) -> tuple[int, int]:
    """The contract's own words: the lowest and highest overall level over every way of answering what is unknown."""
    questions = {journeys.key_of(c.tree.id, q, c.child): q for c in concerns for q in c.tree.questions.values()}
    open_keys = [k for k in questions if answers.get(k) in (None, NOT_SURE)]
    lows, highs = [], []
    for way in product(*([a.text for a in questions[k].known_answers] for k in open_keys)):
        given_now = {**answers, **dict(zip(open_keys, way, strict=True))}
        ranges = [
            engine.outcome_range(j.outcome.level)
            for c in concerns
            if (j := journeys.walk(c.tree, Common(), given_now, c.child)).outcome
        ]
        lows.append(max(r[0] for r in ranges if r))
        highs.append(max(r[1] for r in ranges if r))
    return min(lows), max(highs)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_the_range_is_what_trying_every_way_gives(data: st.DataObject) -> None:
    concerns = [Concern(data.draw(trees(name)), 1) for name in ("one", "two")[: data.draw(st.integers(1, 2))]]
    keys = sorted({journeys.key_of(c.tree.id, q, 1) for c in concerns for q in c.tree.questions.values()})
    answers = {}
    for key in keys:
        texts = [
            a.text
            for c in concerns
            for q in c.tree.questions.values()
            if journeys.key_of(c.tree.id, q, 1) == key
            for a in q.answers
        ]
        answer = data.draw(st.sampled_from([None, *texts]))
        if answer is not None:
            answers[key] = answer
    found = engine.bounds(concerns, Common(), answers)
    assert (found.at_least, found.at_most) == by_trying_everything(concerns, answers)


@pytest.mark.parametrize("ways", [13])
def test_too_many_ways_give_a_lower_bound_and_say_so(ways: int) -> None:
    def chain(name: str) -> Tree:
        return a_tree(
            name,
            "q0",
            [
                a_question(
                    f"q{n}",
                    {"Yes": f"q{n + 1}" if n + 1 < ways else "end-3", "No": "end-2", NOT_SURE: "end-3"},
                    shares=f"s{n}",
                )
                for n in range(ways)
            ],
        )

    found = engine.bounds([Concern(chain("one"), 1), Concern(chain("two"), 1)], Common(), {})
    assert found.or_higher and (found.at_least, found.at_most) == (1, 2)
