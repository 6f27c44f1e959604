"""A worse answer never lowers level, urgency or hand-off; "Not sure" never ends in reassurance (contract 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from bot.check.graph import behind, fault, known
from bot.engine import joined, outcome_range
from bot.model import COMMON, HAND_OFFS, LEVELS, NOT_SURE, URGENCIES, Common, Outcome, Question, Tree
from bot.plain_yaml import Fault

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Ends:
    """The lowest and highest of everything a place can still end in."""

    level: Pair | None  # ranks; None where every end stands outside the levels
    urgency: Pair
    hand_off: Pair


def _of_outcome(outcome: Outcome) -> Ends:
    urgency, hand_off = URGENCIES.index(outcome.urgency), HAND_OFFS.index(outcome.hand_off)
    return Ends(outcome_range(outcome.level), (urgency, urgency), (hand_off, hand_off))


def _together(ends: list[Ends]) -> Ends:
    urgency, hand_off = joined(e.urgency for e in ends), joined(e.hand_off for e in ends)
    return Ends(joined(e.level for e in ends), urgency or (0, 0), hand_off or (0, 0))


def reaching(tree: Tree, common: Common) -> dict[str, Ends]:
    """What each place of the tree can still end in, every question after it unknown."""
    found: dict[str, Ends] = {}

    def of(name: str) -> Ends:
        if name not in found:
            here = known(tree, common, name)
            if isinstance(here, Question):
                answers = here.known_answers or here.answers
                found[name] = _together([of(a.next) for a in answers])
            else:
                found[name] = _of_outcome(cast(Outcome, here))  # graph.faults came first
        return found[name]

    for name in (tree.start, *tree.questions, *tree.outcomes):
        of(name)
    for question in tree.questions.values():
        for answer in question.answers:
            of(answer.next)
    return found


def faults(tree: Tree, common: Common) -> list[Fault]:
    """Every ordered question at which a worse or an unsure answer could lower something."""
    ends = reaching(tree, common)
    found: list[Fault] = []
    for question in tree.questions.values():
        if question.ordered:
            found += _worse_lowers(question, ends)
            found += _unsure_lowers(question, ends)
            found += _unsure_without_a_person(tree, common, question)
        found += _flag_below_its_floor(tree, common, question)
    found += _told_below_its_floor(tree, common)
    return found


def _worse_lowers(question: Question, ends: dict[str, Ends]) -> Iterator[Fault]:
    answers = question.known_answers
    for worse, milder in pairwise(answers):
        a, b = ends[worse.next], ends[milder.next]
        pairs = [("urgency", a.urgency, b.urgency, URGENCIES), ("hand-off", a.hand_off, b.hand_off, HAND_OFFS)]
        if a.level is not None and b.level is not None:
            pairs.insert(0, ("level", a.level, b.level, LEVELS))
        for what, high, low, names in pairs:
            # A stop for today ends the questions, so what a milder answer might still find in them is no comparison:
            # of urgency and hand-off the lowest counts, of the level both ends of the range.
            sides = [("lowest", high[0], low[0]), *([("highest", high[1], low[1])] if what == "level" else [])]
            for side, x, y in sides:
                if x < y:
                    yield fault(
                        worse.at,
                        f"the worse answer '{worse.text}' of '{question.id}' lowers the {side} {what} "
                        f"from {names[y]} to {names[x]} (compared with '{milder.text}').",
                    )


def _unsure_lowers(question: Question, ends: dict[str, Ends]) -> Iterator[Fault]:
    unsure = next((a for a in question.answers if a.text == NOT_SURE), None)
    if unsure is None or not question.known_answers:
        return
    mildest = ends[question.known_answers[-1].next]
    there = ends[unsure.next]
    if there.hand_off[0] < mildest.hand_off[0] or there.urgency[0] < mildest.urgency[0]:
        yield fault(unsure.at, f"'Not sure' of '{question.id}' brings a person later than its mildest answer does.")


def _unsure_without_a_person(tree: Tree, common: Common, question: Question) -> Iterator[Fault]:
    """'Not sure' asks one more question of the matter or goes to a person; a common rule may bring the person."""
    unsure = next((a for a in question.answers if a.text == NOT_SURE), None)
    ruled = {q for rule in common.hand_off_when for q, wanted in rule.when if NOT_SURE in wanted}
    if unsure is None or question.shares in ruled:
        return
    for outcome in _ends_unasked(tree, common, unsure.next):
        if outcome.hand_off == "none":
            yield fault(unsure.at, f"'Not sure' of '{question.id}' ends in '{outcome.id}' without a person.")


def _ends_unasked(tree: Tree, common: Common, name: str) -> list[Outcome]:
    """The outcomes reached from here with nothing but shared questions in between."""
    found: dict[str, Outcome] = {}
    ahead, seen = [name], set()
    while ahead:
        here = ahead.pop()
        place = known(tree, common, here)
        if isinstance(place, Outcome):
            found[here] = place
        elif place is not None and place.shares and here not in seen:
            seen.add(here)
            ahead += [a.next for a in place.answers]
    return list(found.values())


def _flag_below_its_floor(tree: Tree, common: Common, question: Question) -> Iterator[Fault]:
    """A Yes to the question that confirms a red flag never ends below that flag's own outcome."""
    source = common.questions.get(question.shares or "")
    for answer in source.answers if source else ():
        floor = common.outcomes.get(answer.next)
        here = next((a for a in question.answers if a.text == answer.text), None)
        if floor is None or here is None:
            continue
        for name in behind(tree, here.next):
            outcome = known(tree, common, name)
            if isinstance(outcome, Outcome) and _below(outcome, floor):
                yield fault(
                    here.at,
                    f"'{answer.text}' to '{COMMON}/{question.shares}' can end in '{outcome.id}', which is "
                    f"below '{floor.id}'.",
                )


def _below(outcome: Outcome, floor: Outcome) -> bool:
    mine, least = outcome_range(outcome.level), outcome_range(floor.level)
    if URGENCIES.index(outcome.urgency) < URGENCIES.index(floor.urgency):
        return True
    return least is not None and (mine is None or mine[0] < least[0])


def _told_below_its_floor(tree: Tree, common: Common) -> Iterator[Fault]:
    """A tree's own red flag leads to an outcome that is no milder than the flag's common one."""
    for flag in tree.red_flags:
        outcome = known(tree, common, flag.next)
        if isinstance(outcome, Outcome):
            if URGENCIES.index(outcome.urgency) < URGENCIES.index(flag.urgency):
                yield fault(
                    flag.at,
                    f"red flag {flag.flag} is urgent ({flag.urgency}) but leads to '{outcome.id}', "
                    f"whose urgency is {outcome.urgency}.",
                )
            floor = _common_outcome(common, flag.flag)
            if floor is not None and _below(outcome, floor):
                yield fault(flag.at, f"red flag {flag.flag} leads to '{outcome.id}', which is below '{floor.id}'.")


def _common_outcome(common: Common, flag: str) -> Outcome | None:
    for known_flag in common.red_flags:
        if known_flag.flag == flag:
            question = common.questions.get(known_flag.next)
            names = [a.next for a in question.answers if a.next] if question else [known_flag.next]
            return next((common.outcomes[n] for n in names if n in common.outcomes), None)
    return None
