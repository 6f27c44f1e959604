"""The shape of a tree: every `next` exists, no circle, nothing unreachable, nothing asked twice on one journey."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from bot.journeys import key_of
from bot.model import Common, Outcome, Place, Question, Tree
from bot.plain_yaml import Fault, did_you_mean


def fault(at: Place, says: str) -> Fault:
    """A fault at a place."""
    return Fault(at.file, at.line, says)


def known(tree: Tree, common: Common, name: str) -> Question | Outcome | None:
    """What a name stands for in this tree, if anything."""
    return tree.questions.get(name) or tree.outcomes.get(name) or common.outcomes.get(name)


def faults(tree: Tree, common: Common) -> list[Fault]:
    """Everything wrong with the shape of one tree."""
    found = list(_nowhere(tree, common))
    found += _same_name_twice(tree, common)
    if not found:
        found += _circles(tree)
    if not found:
        found += _unreachable(tree, common)
        found += _asked_twice(tree)
    return found


def _nowhere(tree: Tree, common: Common) -> Iterator[Fault]:
    names = [*tree.questions, *tree.outcomes, *common.outcomes]
    if known(tree, common, tree.start) is None:
        yield fault(tree.at, f"start '{tree.start}' is not in this tree.{did_you_mean(tree.start, names)}")
    for question in tree.questions.values():
        for answer in question.answers:
            if known(tree, common, answer.next) is None:
                yield fault(
                    answer.at,
                    f"answer '{answer.text}' goes to '{answer.next}', which is not in this tree."
                    f"{did_you_mean(answer.next, names)}",
                )
    for flag in tree.red_flags:
        if known(tree, common, flag.next) is None and flag.next not in common.questions:
            yield fault(
                flag.at,
                f"red flag {flag.flag} goes to '{flag.next}', which is not in this tree."
                f"{did_you_mean(flag.next, [*names, *common.questions])}",
            )


def _same_name_twice(tree: Tree, common: Common) -> Iterator[Fault]:
    for name, question in tree.questions.items():
        if name in common.outcomes:
            yield fault(question.at, f"question '{name}' has the name of an outcome common to all trees.")
    for name, outcome in tree.outcomes.items():
        if name in tree.questions:
            yield fault(outcome.at, f"'{name}' names a question and an outcome.")
        if name in common.outcomes:
            yield fault(outcome.at, f"outcome '{name}' has the name of an outcome common to all trees.")


def _circles(tree: Tree) -> Iterator[Fault]:
    leads = {name: {a.next for a in q.answers if a.next in tree.questions} for name, q in tree.questions.items()}
    try:
        TopologicalSorter(leads).prepare()
    except CycleError as error:
        way = " → ".join(reversed(error.args[1]))
        yield fault(tree.questions[error.args[1][0]].at, f"a journey comes back on itself: {way}.")


def behind(tree: Tree, name: str) -> set[str]:
    """The names of everything a place leads to, itself among them."""
    seen: set[str] = set()
    ahead = [name]
    while ahead:
        here = ahead.pop()
        if here not in seen:
            seen.add(here)
            question = tree.questions.get(here)
            ahead += [a.next for a in question.answers] if question else []
    return seen


def _unreachable(tree: Tree, common: Common) -> Iterator[Fault]:
    seen = behind(tree, tree.start)
    for flag in tree.red_flags:
        seen |= behind(tree, flag.next)
    places: dict[str, Question | Outcome] = {**tree.questions, **tree.outcomes}
    for name, place in places.items():
        if name not in seen:
            kind = "question" if isinstance(place, Question) else "outcome"
            yield fault(place.at, f"nothing leads to {kind} '{name}'.")


def _asked_twice(tree: Tree) -> Iterator[Fault]:
    places: dict[str, list[str]] = {}
    for name, question in tree.questions.items():
        places.setdefault(key_of(tree.id, question, 1), []).append(name)
    for key, names in places.items():
        for name in names if len(names) > 1 else []:
            later = (behind(tree, name) - {name}) & set(names)
            for other in sorted(later):
                yield fault(
                    tree.questions[other].at,
                    f"'{key}' is asked twice on one journey: at '{name}' and again at '{other}'.",
                )


def journeys(tree: Tree, common: Common) -> int:
    """How many ways there are through the tree, each answer of each question counted."""
    counted: dict[str, int] = {}

    def from_here(name: str) -> int:
        if name not in counted:
            here = tree.questions.get(name)
            counted[name] = sum(from_here(a.next) for a in here.answers) if here else 1
        return counted[name]

    return from_here(tree.start)
