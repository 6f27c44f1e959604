"""Where a conversation stands: what its slots lead to.

The current question is never stored as truth; `where` finds it again from the answers every time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot import engine, own_view
from bot.content import Content
from bot.engine import Concern
from bot.journeys import Journey, key_of, walk
from bot.model import COMMON, MILD, URGENCIES, Outcome, Question, RedFlag

CHOICE = f"{COMMON}/concern"  # the choice of a concern: its answers are the titles of the trees
ALL_OF_THESE = "All of these"
NOT_NOW = "Not now"
DANGER = "X-01"
_walked = threading.local()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the slot its answer goes to, and the tree and child it belongs to."""

    question: Question
    key: str
    tree: str | None
    child: int | None


@dataclass(frozen=True, slots=True)
class Stop:
    """An outcome that does not wait for the rest of the questions, under a name of its own."""

    name: str
    outcome: Outcome
    flag: str | None = None
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """What the answers so far lead to."""

    concerns: tuple[Concern, ...]
    journeys: tuple[Journey, ...]
    stops: tuple[Stop, ...]
    asks: Asked | None
    stopped: bool  # a stop that the practitioner has not yet carried on from

    @property
    def complete(self) -> bool:
        """Every chosen concern has come to its end for every child."""
        return bool(self.journeys) and all(j.outcome for j in self.journeys) and self.asks is None


def children(slots: Mapping[str, Any]) -> int:
    """How many children have a row of their own so far (at least one)."""
    answer = str(slots.get(f"{COMMON}/children") or "")
    return int(answer[0]) if answer[:1].isdigit() else 1


def concerns_of(slots: Mapping[str, Any], content: Content) -> tuple[Concern, ...]:
    """Each chosen tree for each child; a tree that asks nothing about a child is walked once."""
    found = []
    for tree_id in slots["chosen"]:
        tree = content.trees.get(tree_id)
        if tree is not None:
            per_child = any(q.about == "child" for q in tree.questions.values())
            found += [Concern(tree, n) for n in range(1, (children(slots) if per_child else 1) + 1)]
    return tuple(found)


def every_key(slots: Mapping[str, Any], content: Content) -> list[str]:
    """The slots of every question of the chosen trees, in the order they are written, for each child."""
    rows = range(1, children(slots) + 1)
    trees = [content.trees[t] for t in slots["chosen"] if t in content.trees]
    keys = (key_of(tree.id, q, n) for tree in trees for q in tree.questions.values() for n in rows)
    return list(dict.fromkeys(keys))


def flag_of(content: Content, flag: str, chosen: Iterable[str] = ()) -> RedFlag | None:
    """The red flag as the chosen trees or all trees define it."""
    own = [f for t in chosen if t in content.trees for f in content.trees[t].red_flags]
    return next((f for f in (*own, *content.common.red_flags) if f.flag == flag), None)


def flag_question(content: Content, flag: str) -> Question | None:
    """The common question by which a practitioner confirms a red flag."""
    found = next((f for f in content.common.red_flags if f.flag == flag), None)
    return content.common.questions.get(found.next) if found else None


def flag_outcome(content: Content, flag: str, chosen: Iterable[str] = ()) -> Outcome | None:
    """Where a red flag leads: the outcome of its confirming question, or the one its tree names."""
    question = flag_question(content, flag)
    if question is not None:
        name = next((a.next for a in question.answers if a.next), None)
        if name in content.common.outcomes:
            return content.common.outcomes[name]
    for tree_id in chosen:
        found = flag_of(content, flag, [tree_id])
        if found and found.next in content.trees[tree_id].outcomes:
            return content.trees[tree_id].outcomes[found.next]
    found = flag_of(content, flag)
    return content.common.outcomes.get(found.next) if found else None


def stops_of(slots: Mapping[str, Any], content: Content, journeys: Iterable[Journey]) -> tuple[Stop, ...]:
    """Everything that gives an outcome before the questions are through, gravest first."""
    found: list[Stop] = []
    rows = range(2, children(slots) + 1)
    for name, question in content.stopping.items():
        for key in (f"{COMMON}/{name}", *(f"{COMMON}/{name}#{n}" for n in rows)):
            answer = slots.get(key)
            leads = question.leads_to(answer) if answer is not None else None
            if leads:
                found.append(Stop(key, content.common.outcomes[leads]))
    for heard in slots["red_flags"]:
        if heard["id"] in slots["guessed"]:
            continue  # it is asked before anything else, and stops nothing until it is answered
        if heard["label"] in ("stated", "unclear") and not _confirming(slots, content, heard["id"]):
            outcome = flag_outcome(content, heard["id"], slots["chosen"])
            if outcome is not None:
                found.append(Stop(f"typed:{heard['id']}", outcome, heard["id"], confirmed=False))
    for journey in journeys:
        if journey.outcome is not None and journey.outcome.urgency != "none":
            found.append(Stop(f"{journey.tree.id}#{journey.child}:{journey.outcome.id}", journey.outcome))
    return tuple(sorted(found, key=lambda s: -weight(s.outcome)))


def weight(outcome: Outcome) -> int:
    """Orders outcomes from mild to grave: urgency first, then level, then how soon a person takes over."""
    reach = engine.outcome_range(outcome.level)
    return 100 * URGENCIES.index(outcome.urgency) + 10 * (reach[1] if reach else 0) + (reach[0] if reach else 0)


def _confirming(slots: Mapping[str, Any], content: Content, flag: str) -> str | None:
    """The practitioner's own answer to the question that confirms a flag."""
    question = flag_question(content, flag)
    return slots.get(f"{COMMON}/{question.id}") if question else None


def _flag_asked(slots: Mapping[str, Any], content: Content) -> Asked | None:
    """The confirming question of a flag that was heard and not yet answered."""
    for heard in slots["red_flags"]:
        question = flag_question(content, heard["id"])
        can_wait = heard["id"] == DANGER or heard["label"] in MILD
        if heard["id"] in slots["guessed"] and can_wait and not slots.get(f"{COMMON}/danger-now"):
            continue  # whether somebody is in danger now is asked first, and asks the same or is graver
        if question is not None and slots.get(f"{COMMON}/{question.id}") is None:
            return Asked(question, f"{COMMON}/{question.id}", None, 1 if question.about == "child" else None)
    return None


def pending(slots: Mapping[str, Any], content: Content) -> list[str]:
    """Concerns that were heard but neither chosen nor set aside."""
    done = {*slots["chosen"], *slots["set_aside"]}
    return [c["tree"] for c in slots["concerns"] if c["tree"] in content.trees and c["tree"] not in done]


def choice(slots: Mapping[str, Any], content: Content) -> Question:
    """The choice of a concern, as a question whose answers are the titles of trees."""
    from bot.model import Answer, Place

    waiting = pending(slots, content)
    here = Place(CHOICE, 0)
    if waiting and slots["chosen"]:
        titles = [content.trees[t].title for t in waiting[:5]]
        answers = [*([ALL_OF_THESE] if len(titles) > 1 else []), *titles, NOT_NOW]
        ask = content.phrases["also-mentioned"]
    else:
        answers = [t.title for t in sorted(content.trees.values(), key=lambda t: t.title)]
        ask = content.phrases["choose-concern"]
    return Question(
        "concern",
        ask,
        content.phrases["why-concern"],
        content.phrases["help-concern"],
        (),
        "family",
        False,
        tuple(Answer(a, "", here) for a in answers),
        None,
        here,
    )


def question_at(slots: Mapping[str, Any], content: Content, key: str) -> Asked | None:
    """The question whose answer goes to this slot, if it is one of the trees' now."""
    name, _, child = key.partition("#")
    tree_id, _, question_id = name.partition("/")
    number = int(child) if child.isdigit() else 1
    if key == CHOICE:
        return Asked(choice({**slots, "chosen": []}, content), CHOICE, None, None)
    if tree_id == COMMON:
        question = content.common.questions.get(question_id)
    else:
        question = content.trees[tree_id].questions.get(question_id) if tree_id in content.trees else None
    if question is None:
        return None
    return Asked(question, key, None if tree_id == COMMON else tree_id, number if question.about == "child" else None)


def where(slots: Mapping[str, Any], content: Content) -> Standing:
    """Walks the trees with the recorded answers: what is asked next, what has been reached, what stops.

    A turn asks this several times of the same slots, which nobody changes in place, so the last walks are remembered.
    """
    kept: list[tuple[Mapping[str, Any], Content, Standing]] = _walked.__dict__.setdefault("kept", [])
    for same, texts, standing in kept:
        if same is slots and texts is content:
            return standing
    concerns = concerns_of(slots, content)
    journeys = tuple(walk(c.tree, content.common, slots, c.child) for c in concerns)
    stops = stops_of(slots, content, journeys)
    stopped = any(s.name not in slots["told"] for s in stops)
    found = Standing(concerns, journeys, stops, _next_asked(slots, content, journeys, stops), stopped)
    kept.insert(0, (slots, content, found))
    del kept[4:]
    return found


def _next_asked(
    slots: Mapping[str, Any], content: Content, journeys: tuple[Journey, ...], stops: tuple[Stop, ...]
) -> Asked | None:
    """What to ask: a heard flag, danger, a concern, what each journey asks; the own view and danger again last."""
    if slots["changing"]:
        return question_at(slots, content, slots["changing"])
    flagged = _flag_asked(slots, content)
    if flagged is not None:
        return flagged
    danger = content.common.questions.get("danger-now")
    if danger is not None and slots.get(f"{COMMON}/danger-now") is None:
        return Asked(danger, f"{COMMON}/danger-now", slots["chosen"][0] if slots["chosen"] else None, None)
    if not journeys:
        return Asked(choice(slots, content), CHOICE, None, None)
    ahead = [j for j in journeys if j.asks is not None]
    early = next((j for j in ahead if j.key != own_view.LAST_KEY), None)
    if early is not None:
        return _of(early)
    if pending(slots, content):
        return Asked(choice(slots, content), CHOICE, None, None)
    if not ahead:
        return None
    view = content.common.questions.get(own_view.QUESTION)
    if view is not None and not stops and own_view.is_due(slots):
        return Asked(view, own_view.KEY, ahead[0].tree.id, None)
    return _of(ahead[0])


def _of(journey: Journey) -> Asked | None:
    if journey.asks is None or journey.key is None:
        return None
    child = journey.child if journey.asks.about == "child" else None
    return Asked(journey.asks, journey.key, journey.tree.id, child)
