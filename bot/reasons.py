"""Why this level: the answers it rests on, what would raise it, and what would settle it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from bot import engine
from bot.bounding import possible_of
from bot.content import Content
from bot.engine import Bounds
from bot.folding import Slots
from bot.journeys import Journey, Step, key_of
from bot.model import COMMON, LEVELS, NOT_SURE, Question, rank
from bot.standing import Standing, concerns_of, flag_question

CHILDREN = f"{COMMON}/children"  # another child is another row, of whom nothing has been asked
WAYS = 64  # ways of answering the other unknown facts that are tried for one fact
Row = dict[str, Any]


def because(slots: Mapping[str, Any], standing: Standing) -> list[Row]:
    """The answers the outcome rests on and their citations, the weightiest first; shared ones where they lead apart."""
    found: dict[str, tuple[bool, Row]] = {}
    for stop in standing.stops:
        if stop.confirmed and stop.name.startswith(COMMON):
            key, _, child = stop.name.partition("#")
            reason = {"q": key, "answer": slots[stop.name], "cites": list(stop.outcome.cites)}
            found[stop.name] = (False, {**reason, "child": int(child)} if child else reason)
    for journey in standing.journeys:
        for step in journey.steps:
            if step.key in found or len({a.next for a in step.question.answers}) < 2:
                continue
            known = step.question.known_answers
            mild = step.question.ordered and bool(known) and step.answer == known[-1].text
            reason = {"q": step.key.partition("#")[0], "answer": step.answer, "cites": list(step.question.cites)}
            if step.question.about == "child":
                reason["child"] = journey.child
            found[step.key] = (mild, reason)
    return [reason for _, reason in sorted(found.values(), key=lambda pair: pair[0])]


@dataclass(frozen=True, slots=True)
class Change:
    """One answer given otherwise, all others kept, and the range that would follow."""

    key: str
    question: Question
    answer: str
    child: int
    bounds: Bounds

    def row(self) -> Row:
        """As an outcome's `would_change` has it (contract, section 2)."""
        low, high = self.bounds.at_least or 0, self.bounds.at_most or 0
        found: Row = {
            "q": self.key.partition("#")[0],
            "answer": self.answer,
            "at_least": LEVELS[low],
            "at_most": LEVELS[high],
        }
        return found | ({"child": self.child} if self.question.about == "child" else {})


def would_raise(slots: Slots, content: Content, standing: Standing, now: Bounds) -> list[Row]:
    """The single answers that would raise a bound, the nearest level first; the other answers stay as they are."""
    if now.at_least is None or now.at_most is None:
        return []
    low, high = now.at_least, now.at_most
    raising = [
        c
        for c in changes(slots, content, standing)
        if (c.bounds.at_least or 0) > low or (c.bounds.at_most or 0) > high
    ]
    return [c.row() for c in sorted(raising, key=lambda c: (c.bounds.at_least, c.bounds.at_most))]


def would_lower(slots: Slots, content: Content, standing: Standing, now: Bounds) -> list[Row]:
    """The single answers that would lower a bound: for authors and reviewers only (safety: what never lowers)."""
    if now.at_least is None or now.at_most is None:
        return []
    low, high = now.at_least, now.at_most
    found = changes(slots, content, standing)
    return [c.row() for c in found if (c.bounds.at_least or 0) < low or (c.bounds.at_most or 0) < high]


def changes(slots: Slots, content: Content, standing: Standing) -> Iterator[Change]:
    """Every other answer to every question that was answered on the way, with the range it would give."""
    told: set[tuple[str, str]] = set()
    for journey in standing.journeys:
        range_after = _range_after(slots, content, standing, journey)
        for index, step in enumerate(journey.steps):
            for answer in step.question.known_answers:
                if answer.text == step.answer or (step.key, answer.text) in told:
                    continue
                told.add((step.key, answer.text))
                found = range_after(index, step, answer.text)
                if found.at_least is not None:
                    yield Change(step.key, step.question, answer.text, journey.child, found)
    for key, question in _confirmed_otherwise(slots, content):
        for answer in question.known_answers:
            if answer.text != slots.get(key) and (key, answer.text) not in told:
                found = _bounds_with(slots, content, standing, {key: answer.text})
                if found.at_least is not None:
                    yield Change(key, question, answer.text, int(key.partition("#")[2] or 1), found)


def _bounds_with(slots: Mapping[str, Any], content: Content, standing: Standing, given: Mapping[str, str]) -> Bounds:
    """The range with some answers given otherwise."""
    there = {**slots, **given}
    concerns = concerns_of(there, content) if CHILDREN in given else standing.concerns
    return engine.bounds(concerns, content.common, there, *_edges(slots, content, standing, given))


def _edges(
    slots: Mapping[str, Any], content: Content, standing: Standing, given: Mapping[str, str]
) -> tuple[int, int]:
    """What stops would hold, and what unconfirmed flags could bring, with some answers given otherwise."""
    ranks = [
        rank(s.outcome.level)
        for s in standing.stops
        if s.confirmed and s.name.startswith(COMMON) and s.outcome.level in LEVELS and s.name not in given
    ]
    floor = max([*ranks, *(_stops_at(content, key, answer) for key, answer in given.items())], default=-1)
    return floor, possible_of({**slots, **given} if slots["red_flags"] else slots, content)


def _confirmed_otherwise(slots: Slots, content: Content) -> Iterator[tuple[str, Question]]:
    """The questions that confirm a red flag and were answered."""
    answered: dict[str, list[str]] = {}
    for key in (k for k in slots if k.startswith(f"{COMMON}/") and slots[k] is not None):
        answered.setdefault(key.partition("#")[0].partition("/")[2], []).append(key)
    for name, question in content.stopping.items():
        for key in answered.get(name, ()):
            yield key, question


def _stops_at(content: Content, key: str, answer: str) -> int:
    """The rank at which an answer to a common question stops the questions; -1 where it does not."""
    question = content.stopping.get(key.partition("#")[0].partition("/")[2]) if key.startswith(COMMON) else None
    leads = question.leads_to(answer) if question else None
    level = content.common.outcomes[leads].level if leads else ""
    return rank(level) if level in LEVELS else -1


def _range_after(
    slots: Slots, content: Content, standing: Standing, journey: Journey
) -> Callable[[int, Step, str], Bounds]:
    """How to find the range once one step was answered otherwise: at once where one known journey is all there is."""
    simple = len(standing.concerns) == 1 and not any(r.raises_to for r in content.common.combinations)
    unsure = next((n for n, s in enumerate(journey.steps) if s.answer == NOT_SURE), len(journey.steps))
    of = engine.reach_from(journey.tree, content.common, slots, journey.child)
    as_it_is = _edges(slots, content, standing, {})

    def found(index: int, step: Step, answer: str) -> Bounds:
        given = {step.key: answer}
        if simple and index <= unsure and step.key != CHILDREN:
            leads = step.question.leads_to(answer) or ""
            shared = step.key.startswith(COMMON) or slots["red_flags"]
            return engine.single(of(leads), *(_edges(slots, content, standing, given) if shared else as_it_is))
        return _bounds_with(slots, content, standing, given)

    return found


def would_settle(slots: Mapping[str, Any], content: Content, standing: Standing, now: Bounds) -> list[Row]:
    """The shortest list of unknown facts that settles it, whichever way they turn out, as far as anything can now.

    Those that can still be found out come first, then those somebody would not say, then those nobody can know.
    """
    if now.at_least is None or now.at_least == now.at_most:
        return []
    found: dict[str, Row] = {}
    for heard in slots["red_flags"]:
        question = flag_question(content, heard["id"])
        if question and slots.get(f"{COMMON}/{question.id}") in (None, NOT_SURE):
            found[f"{COMMON}/{question.id}"] = {"q": f"{COMMON}/{question.id}"}
    unsure = {s.key: s.question for j in standing.journeys for s in j.steps if s.answer == NOT_SURE}
    for journey in standing.journeys:
        for key, question in _facts(slots, content, standing, journey, unsure, now):
            if key not in found:
                row: Row = {"q": key.partition("#")[0]}
                found[key] = row | ({"child": journey.child} if question.about == "child" else {})
    order = (None, "yet", "declined", "cannot")
    return [found[key] for key in sorted(found, key=lambda k: order.index(slots["not_known"].get(k)))]


def _facts(
    slots: Mapping[str, Any],
    content: Content,
    standing: Standing,
    journey: Journey,
    unsure: Mapping[str, Question],
    now: Bounds,
) -> Iterator[tuple[str, Question]]:
    """The facts of one journey: on a finished one those answered "Not sure", on an open one all that is ahead too."""
    if journey.outcome is not None:
        for step in journey.steps:
            if step.key in unsure and _matters(step.key, unsure, slots, content, standing, now):
                yield step.key, step.question
        return
    whole = engine.reach(journey.tree, content.common, slots, journey.child)
    for key, question in engine.unknown(journey.tree, content.common, slots, journey.child).items():
        ways = ({**slots, key: a.text} for a in question.known_answers)
        if any(engine.reach(journey.tree, content.common, w, journey.child) != whole for w in ways):
            yield key, question


def _matters(
    key: str,
    unsure: Mapping[str, Question],
    slots: Mapping[str, Any],
    content: Content,
    standing: Standing,
    now: Bounds,
) -> bool:
    """Whether, with the other unsure facts known in some way, this one still makes a difference."""
    if any(r.raises_to for r in content.common.combinations):
        turning = dict(unsure)
    else:  # a question whose answers all lead the same way decides nothing, but that a further child brings questions
        apart = {
            key_of(c.tree.id, q, c.child)
            for c in standing.concerns
            for q in c.tree.questions.values()
            if len({a.next for a in q.known_answers}) > 1 or q.shares in content.stopping
        }
        turning = {k: q for k, q in unsure.items() if k in apart or k == CHILDREN}
    if key not in turning:
        return False

    def ends(given: Iterable[tuple[str, str]]) -> set[tuple[int | None, int | None]]:
        others = dict(given)
        each = (
            _bounds_with(slots, content, standing, {**others, key: a.text}) for a in unsure[key].known_answers
        )
        return {(b.at_least, b.at_most) for b in each}

    if ends(()) - {(now.at_least, now.at_most)}:
        return True
    others = [(k, q) for k, q in turning.items() if k != key]
    ways = 1
    for _, question in others:
        ways *= max(1, len(question.known_answers))
    if ways > WAYS:  # too many to try: better one fact too many than one too few
        return True
    names = [k for k, _ in others]
    for way in product(*([a.text for a in q.known_answers] for _, q in others)):
        if len(ends(zip(names, way, strict=True))) > 1:
            return True
    return False
