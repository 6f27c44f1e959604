"""What the field demands of questions and outcomes: citations, routes, who acts, danger at both ends, dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from bot.check.graph import fault, known
from bot.guidance import Guidance
from bot.model import LEVELS, NOT_SURE, Common, Outcome, Place, Question, Rule, Tree
from bot.plain_yaml import Fault, did_you_mean

PHONE_ROUTES = frozenset(("council-protection", "emergency"))
FIRST, LAST = "danger-now", "danger-before-ending"
LEVEL_LINE = "threshold_guidance.md#level-"


def of_tree(tree: Tree, common: Common, guidance: Guidance | None) -> list[Fault]:
    """Everything wrong with what one tree asks, cites and tells."""
    found = list(_dates(tree))
    for question in tree.questions.values():
        if question.shares is None:
            found += _question(question, guidance)
    for outcome in tree.outcomes.values():
        found += _outcome(outcome, guidance)
    found += _danger_at_both_ends(tree, common)
    return found


def of_common(common: Common, guidance: Guidance | None) -> list[Fault]:
    """Everything wrong with what all trees share."""
    found: list[Fault] = []
    for question in common.questions.values():
        found += _question(question, guidance)
        for answer in question.answers:
            if answer.next and answer.next not in common.outcomes:
                found.append(
                    fault(
                        answer.at,
                        f"answer '{answer.text}' goes to '{answer.next}', which is not an outcome of "
                        f"this file.{did_you_mean(answer.next, common.outcomes)}",
                    )
                )
    for outcome in common.outcomes.values():
        found += _outcome(outcome, guidance)
    for flag in common.red_flags:
        if flag.next not in common.questions and flag.next not in common.outcomes:
            found.append(
                fault(
                    flag.at,
                    f"red flag {flag.flag} goes to '{flag.next}', which is not in this file."
                    f"{did_you_mean(flag.next, [*common.questions, *common.outcomes])}",
                )
            )
        if guidance is not None and f"threshold_guidance.md#{flag.flag}" not in guidance.passages:
            found.append(fault(flag.at, f"red flag {flag.flag} is not a feature of threshold_guidance.md."))
    for rule in (*common.hand_off_when, *common.combinations):
        found += _rule(rule, common, guidance)
    return found + list(_every_feature(common, guidance))


def _every_feature(common: Common, guidance: Guidance | None) -> Iterator[Fault]:
    """Every immediate-action feature of the guidance is watched for."""
    watched = {flag.flag for flag in common.red_flags}
    for anchor, passage in (guidance.passages if guidance else {}).items():
        feature = anchor.removeprefix("threshold_guidance.md#")
        if feature.startswith("X-") and common.red_flags and feature not in watched:
            yield Fault(passage.at.file, passage.at.line, f"feature {feature} has no red flag common to all trees.")


def _rule(rule: Rule, common: Common, guidance: Guidance | None) -> Iterator[Fault]:
    for name, wanted in rule.when:
        question = common.questions.get(name)
        if question is None:
            yield fault(
                rule.at,
                f"rule '{rule.name}' looks at '{name}', which is not a question of this file."
                f"{did_you_mean(name, common.questions)}",
            )
            continue
        for answer in wanted:
            if answer not in [a.text for a in question.answers]:
                yield fault(
                    rule.at,
                    f"rule '{rule.name}': '{answer}' is not an answer of '{name}'."
                    f"{did_you_mean(answer, [a.text for a in question.answers])}",
                )
    if rule.raises_to is None and rule.hand_off == "none":
        yield fault(rule.at, f"rule '{rule.name}' neither raises a level nor brings a person.")
    yield from cited(rule.cites, rule.at, guidance, f"rule '{rule.name}'")


def cited(cites: Iterable[str], at: Place, guidance: Guidance | None, what: str) -> Iterator[Fault]:
    """Citations that are not anchors in knowledge/, or not for practitioners' eyes."""
    if not cites:
        yield fault(at, f"{what} cites nothing.")
    for anchor in cites if guidance else ():
        passage = guidance.passages.get(anchor) if guidance else None
        if passage is None and guidance is not None:
            yield fault(
                at,
                f"{what} cites '{anchor}', which is not an anchor in knowledge/."
                f"{did_you_mean(anchor, guidance.passages)}",
            )
        elif passage is not None and passage.authors_only:
            yield fault(at, f"{what} cites '{anchor}', which is for authors only.")


def _question(question: Question, guidance: Guidance | None) -> Iterator[Fault]:
    what = f"question '{question.id}'"
    texts = [a.text for a in question.answers]
    if NOT_SURE not in texts:
        yield fault(question.at, f"{what} has no 'Not sure' answer.")
    elif texts[-1] != NOT_SURE:
        yield fault(question.at, f"{what}: 'Not sure' stands last.")
    if len(texts) < 2:
        yield fault(question.at, f"{what} has only one answer.")
    for name in ("ask", "why", "help"):
        if not getattr(question, name):
            yield fault(question.at, f"{what} has no words for '{name}'.")
    yield from cited(question.cites, question.at, guidance, what)


def _outcome(outcome: Outcome, guidance: Guidance | None) -> Iterator[Fault]:
    what = f"outcome '{outcome.id}'"
    yield from cited(outcome.cites, outcome.at, guidance, what)
    for name in ("says", "do_next", "route"):
        if not getattr(outcome, name):
            yield fault(outcome.at, f"{what} has no '{name}'.")
    for route in outcome.route:
        if guidance is not None and route not in guidance.routes:
            yield fault(
                outcome.at,
                f"{what} names the route '{route}', which is not in contacts.yaml."
                f"{did_you_mean(route, guidance.routes)}",
            )
    yield from _of_its_level(outcome, what, guidance)


def _of_its_level(outcome: Outcome, what: str, guidance: Guidance | None) -> Iterator[Fault]:
    if outcome.level == "4-CP":
        if outcome.urgency == "none":
            yield fault(outcome.at, f"{what} is 4-CP and has no urgency (today or now).")
        if not PHONE_ROUTES & set(outcome.route):
            yield fault(outcome.at, f"{what} is 4-CP and has no phone route ({' or '.join(sorted(PHONE_ROUTES))}).")
        if not any(word in step.casefold() for step in outcome.do_next for word in ("ring", "999", "101")):
            yield fault(outcome.at, f"{what} is 4-CP and no step says who is rung.")
    if outcome.level in ("4-CP", "4-CIN") and outcome.hand_off == "none":
        yield fault(outcome.at, f"{what} is level {outcome.level} and brings no person (hand_off).")
    if outcome.level == "undecided" and outcome.hand_off not in ("today", "now"):
        yield fault(outcome.at, f"{what} is undecided and brings no person today (hand_off: today or now).")
    if outcome.level in LEVELS and not any(supports(c, outcome.level, guidance) for c in outcome.cites):
        yield fault(
            outcome.at,
            f"{what} is level {outcome.level}, which none of its citations supports: cite an "
            f"indicator of that level, an X feature or the level's definition.",
        )


def supports(anchor: str, level: str, guidance: Guidance | None) -> bool:
    """Whether a citation carries a level: an indicator of it, an immediate-action feature, or its definition."""
    name = anchor.removeprefix("threshold_guidance.md#")
    if name == anchor:
        return False
    if name.startswith("X-") or anchor == f"{LEVEL_LINE}{level}" or (level[0] == "4" and name == "level-4"):
        return True
    passage = guidance.passages.get(anchor) if guidance else None
    if passage is not None:
        return passage.level in (level, level[0]) and name.startswith("L")
    return guidance is None and name.startswith(f"L{level[0]}-")


def _danger_at_both_ends(tree: Tree, common: Common) -> Iterator[Fault]:
    start = tree.questions.get(tree.start)
    if FIRST in common.questions and start is not None and start.shares != FIRST:
        yield fault(start.at, f"the tree does not begin with '{FIRST}'.")
    if LAST not in common.questions:
        return
    for question in tree.questions.values():
        for answer in question.answers:
            outcome = known(tree, common, answer.next)
            stops = isinstance(outcome, Outcome) and (outcome.urgency == "now" or outcome.id in common.outcomes)
            if isinstance(outcome, Outcome) and not stops and question.shares != LAST:
                yield fault(
                    answer.at,
                    f"answer '{answer.text}' of '{question.id}' ends in '{outcome.id}' without asking '{LAST}' first.",
                )


def _dates(tree: Tree) -> Iterator[Fault]:
    try:
        reviewed, review_by = date.fromisoformat(tree.reviewed), date.fromisoformat(tree.review_by)
    except ValueError:
        yield fault(tree.at, "reviewed and review_by should be dates such as 2026-11-24.")
        return
    if review_by <= reviewed:
        yield fault(tree.at, f"review_by {tree.review_by} is not after reviewed {tree.reviewed}.")
