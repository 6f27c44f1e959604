"""What is told: the questions with their buttons, the outcome, and the `custom` element of every reply.

The shapes are those of contract.md, section 2. Every sentence comes from the trees, the knowledge or its phrases.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot import bounding, engine, for_others, hand_off, messages, own_view, reasons, routes
from bot.content import Content
from bot.engine import Bounds
from bot.folding import Slots
from bot.messages import Message, payload
from bot.model import COMMON, HAND_OFFS, LEVELS, MILD, NOT_SURE, URGENCIES, Outcome, gravest
from bot.standing import CHOICE, Asked, Standing, flag_question, pending, question_at, weight

Said = dict[str, Any]


def buttons(slots: Mapping[str, Any], asked: Asked) -> list[dict[str, str]]:
    """One button an answer; an answer that typed words suggested comes first."""
    answers = [a.text for a in asked.question.answers]
    hinted = [h["a"] for h in slots["suggested"] if h["q"] == asked.key.partition("#")[0] and h["a"] in answers]
    child = asked.child if asked.question.about == "child" else None
    return [
        {"title": a, "payload": payload("answer", asked.key, a, child)}
        for a in [*dict.fromkeys(hinted), *(a for a in answers if a not in hinted)]
    ]


def asking(slots: Mapping[str, Any], content: Content, asked: Asked) -> list[Said]:
    """The present question; before it, the words that bring it up."""
    said = []
    q = asked.key.partition("#")[0]
    for heard in slots["red_flags"]:
        question = flag_question(content, heard["id"])
        if (
            question
            and q == f"{COMMON}/{question.id}"
            and (heard["label"] in MILD or heard["id"] in slots["guessed"])
        ):
            said.append({"text": quoting(content, "heard-denied", heard["quotes"])})
    for hint in slots["suggested"]:
        if hint["q"] == q:
            said.append({"text": quoting(content, "suggested", hint["quotes"])})
    ask = asked.question.ask
    if (
        asked.child is not None
        and asked.question.about == "child"
        and slots.get(f"{COMMON}/children") not in (None, "1 child", NOT_SURE)
    ):
        ask = f"Child {asked.child}: {ask}"
    return [*said, {"text": ask, "buttons": buttons(slots, asked)}]


def quoting(content: Content, phrase: str, quotes: list[str] | tuple[str, ...]) -> str:
    """A phrase of the assistant with the practitioner's own words in it."""
    return content.phrases[phrase].replace("{quotes}", "” and “".join(quotes))


def reached(standing: Standing) -> list[Outcome]:
    """The outcomes that stand, gravest first: stops, then the ends of the journeys."""
    found = [s.outcome for s in standing.stops] + [j.outcome for j in standing.journeys if j.outcome]
    return sorted(dict.fromkeys(found), key=lambda o: -weight(o))


def rules_of(slots: Slots, content: Content, standing: Standing) -> list[hand_off.Reason]:
    """Every rule that brings in a person for what has been reached."""
    bounds = bounding.bounds_of(slots, content, standing)
    return hand_off.reasons(slots, content, standing, reached(standing), bounds)


def outcome(
    slots: Slots, content: Content, standing: Standing, at: datetime, rules: list[hand_off.Reason] | None = None
) -> dict[str, Any]:
    """The outcome as others build on it (contract, section 2); `rules` where they are known already."""
    bounds = bounding.bounds_of(slots, content, standing)
    outcomes = reached(standing)
    rules = rules_of(slots, content, standing) if rules is None else rules
    says, do_next, route_keys = _words(content, outcomes, bounds, rules)
    return {
        **hand_off.levels(bounds),
        "says": says,
        "do_next": do_next,
        "route": routes.resolve(route_keys, slots, content.guidance, at),
        "because": reasons.because(slots, standing),
        "would_change": reasons.would_raise(slots, content, standing, bounds),
        "would_settle": reasons.would_settle(slots, content, standing, bounds),
        "hand_off": gravest(HAND_OFFS, *(r.hand_off for r in rules)) if rules else "none",
        "children": _children(slots, content, standing, bounds),
        "trees": _trees(slots, content, standing),
    }


def _words(
    content: Content, outcomes: list[Outcome], bounds: Bounds, rules: list[hand_off.Reason]
) -> tuple[str, list[str], list[str]]:
    """What the gravest outcome says, then what the others add; a rule that brings a person is said too."""
    says = outcomes[0].says if outcomes else content.phrases["undecided"]
    if outcomes and bounds.at_most is not None and outcomes[0].level in LEVELS[: bounds.at_most]:
        says = f"{content.phrases['open-range']} {says}"  # a mild sentence never stands beside an open question alone
    decided = bool(outcomes) and outcomes[0].level == "4-CP"  # then the call is made; nothing is weighed before it
    added = [r.says for r in rules if not r.rule.startswith(("outcome:", "flag:")) and r.says not in says]
    added = [] if decided else added
    # Nor does a milder concern's talk of agreement or support stand beside it: social care takes it from there.
    acting = [o for o in outcomes if not decided or o.level not in LEVELS[:-1] or o.urgency != "none"]
    steps = [step for o in acting for step in o.do_next]
    do_next = list(dict.fromkeys([*steps, *added, content.phrases["anyone-may-refer"]]))
    route = list(dict.fromkeys(r for o in outcomes for r in o.route)) or ["council-protection", "advice-line"]
    return says, do_next, route


def _trees(slots: Slots, content: Content, standing: Standing) -> list[dict[str, Any]]:
    found = []
    for tree_id in dict.fromkeys(c.tree.id for c in standing.concerns):
        mine = [c for c in standing.concerns if c.tree.id == tree_id]
        named = hand_off.levels(engine.bounds(mine, content.common, slots))
        found.append(
            {
                "tree": tree_id,
                "version": mine[0].tree.version,
                "at_least": named["at_least"],
                "at_most": named["at_most"],
            }
        )
    return found


def _children(slots: Slots, content: Content, standing: Standing, whole: Bounds) -> list[dict[str, Any]]:
    numbers = sorted({c.child for c in standing.concerns}) or [1]
    if len(numbers) == 1:
        return [{"child": numbers[0], **hand_off.levels(whole)}]
    return [
        {"child": child, **hand_off.levels(bounding.bounds_of_child(slots, content, standing, child))}
        for child in numbers
    ]


def can(slots: Slots, content: Content, standing: Standing) -> list[dict[str, str]]:
    """What can be done next while an outcome stands, as titles and payloads."""
    if slots["for_others"]:
        return for_others.can(content)
    found: list[dict[str, str]] = []
    for heard in slots["red_flags"]:
        question = flag_question(content, heard["id"])
        if question and slots.get(f"{COMMON}/{question.id}") is None:
            found += [
                {"title": f"{question.ask} {a.text}", "payload": payload("answer", f"{COMMON}/{question.id}", a.text)}
                for a in question.answers
            ]
    if slots["status"] == "with-assistant" and hand_off.has_line(slots, content) and not slots["queued_at"]:
        found.append({"title": content.phrases["talk-to-person"], "payload": "/person"})
    if standing.asks is not None and (standing.stopped or slots["status"] == "waiting"):
        found.append({"title": content.phrases["carry-on"], "payload": "/continue"})
    for settled in (slots["outcome"] or {}).get("would_settle", []):
        child = settled.get("child")
        asked = question_at(slots, content, settled["q"] + (f"#{child}" if child and child > 1 else ""))
        fits = asked is not None and messages.fits(slots, content, Message("change", "change", asked.key))
        if asked is not None and fits and not any(settled["q"] in f["payload"] for f in found):
            title = content.phrases["ask-again"].replace("{quotes}", asked.question.ask)
            found.append({"title": title, "payload": payload("change", asked.key, None, child)})
    found += _count(slots, content)
    waiting = pending(slots, content)
    found += [
        {"title": content.trees[t].title, "payload": payload("answer", CHOICE, content.trees[t].title)} for t in waiting
    ]
    if slots["chosen"]:
        found.append({"title": content.phrases["another-concern"], "payload": payload("change", CHOICE)})
    return found


def _count(slots: Slots, content: Content) -> list[dict[str, str]]:
    """How many children there are, where no tree asked: each further child then gets a row and questions of its own."""
    count = content.common.questions.get("children")
    if count is None or slots.get(f"{COMMON}/children") is not None or slots["status"] != "with-assistant":
        return []
    trees = [content.trees[name] for name in slots["chosen"] if name in content.trees]
    if not any(q.about == "child" for tree in trees for q in tree.questions.values()):
        return []
    title = content.phrases["ask-again"].replace("{quotes}", count.ask)
    return [{"title": title, "payload": payload("change", f"{COMMON}/children")}]


def custom(
    slots: Slots,
    content: Content,
    standing: Standing,
    note: str | None = None,
    falls_away: list[str] | None = None,
    asked: Asked | None = None,
) -> dict[str, Any]:
    """The last element of every reply: where the conversation stands."""
    with_outcome = slots["outcome"] is not None
    tree = asked.tree if asked else (slots["chosen"][0] if slots["chosen"] else None)
    offered = can(slots, content, standing) if with_outcome and asked is None else []
    return {
        "status": slots["status"],
        "with": slots["with"],
        "tree": tree or (slots["chosen"][0] if slots["chosen"] else None),
        "question": asked.key.partition("#")[0] if asked else None,
        "child": asked.child if asked and asked.question.about == "child" else None,
        "concerns": slots["concerns"],
        "red_flags": slots["red_flags"],
        "suggested": slots["suggested"],
        "falls_away": falls_away or [],
        "urgency": slots["urgency"],
        "note": note,
        "can": offered,
        "outcome": slots["outcome"],
    }


def own_view_words(slots: Mapping[str, Any], content: Content, told: Mapping[str, Any]) -> list[str]:
    """The practitioner's own view beside the outcome, and the main worry; nothing where none was given."""
    given, found = own_view.given(slots), []
    if given is not None:
        how = own_view.beside(slots, told) or "beside"
        found.append(quoting(content, f"own-view-{how}", [given]))
    if slots["worry"]:
        found.append(quoting(content, "own-view-worry", [slots["worry"]]))
    return found


def outcome_texts(content: Content, told: Mapping[str, Any]) -> list[Said]:
    """An outcome in plain text, for channels that show nothing else."""
    steps = "\n".join(f"- {step}" for step in told["do_next"])
    rings = "\n".join(f"- {r['says']}" + (f": {r['value']}" if r["value"] else "") for r in told["route"])
    return [{"text": level_line(told, content)}, {"text": told["says"]}, {"text": steps}, {"text": rings}]


def level_line(told: Mapping[str, Any], content: Content) -> str:
    """The range in words. A low bound alone is never printed (safety: never "at least 1")."""
    low, high = told["at_least"], told["at_most"]
    if low is None or high is None:
        return content.phrases["level-not-graded"]
    name = "level-indicated" if low == high else "level-could-be" if low == LEVELS[0] else "level-or-higher"
    return content.phrases[name].replace("{low}", low).replace("{high}", high)


def urgency_of(slots: Mapping[str, Any], standing: Standing, content: Content) -> str:
    """The urgency of the conversation so far; it never falls without a person."""
    named = [slots["urgency"], *(o.urgency for o in reached(standing))]
    return gravest(URGENCIES, *named)
