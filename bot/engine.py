"""The range still open: every level that the trees can end in, over every way of answering what is unknown.

"Not sure" is not an answer to a question of fact: the journey follows the way the tree gives it (`bot.journeys`), but
the range is taken over every way the question could turn out (contract, section 5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.journeys import Answers, key_of, place
from bot.model import COMMON, LEVELS, NOT_SURE, Common, Question, Rule, Tree, rank

TOP = len(LEVELS) - 1
WAYS = 4096  # ways of answering shared unknown questions that are tried one by one (contract, section 5)

Range = tuple[int, int]  # lowest and highest rank of LEVELS


def outcome_range(level: str) -> Range | None:
    """The ranks an outcome stands for: undecided is anything, not graded is none."""
    if level == "undecided":
        return (0, TOP)
    return None if level == "not-graded" else (rank(level), rank(level))


def joined(ranges: Iterable[Range | None]) -> Range | None:
    """The range of one thing that may turn out in several ways; a way outside the levels leaves no floor."""
    found = list(ranges)
    known = [r for r in found if r is not None]
    if not known:
        return None
    return (0 if len(known) < len(found) else min(r[0] for r in known), max(r[1] for r in known))


def reach(tree: Tree, common: Common, answers: Answers, child: int = 1) -> Range | None:
    """The lowest and highest rank this tree can still end in; None where it ends outside the levels."""
    return reach_from(tree, common, answers, child)(tree.start)


def reach_from(tree: Tree, common: Common, answers: Answers, child: int = 1) -> Callable[[str], Range | None]:
    """As `reach`, for any question or outcome of the tree; what is found once is not looked for again."""
    seen: dict[str, Range | None] = {}

    def of(name: str) -> Range | None:
        if name in seen:
            return seen[name]
        here = place(tree, common, name)
        if isinstance(here, Question):
            answer = answers.get(key_of(tree.id, here, child))
            following = here.leads_to(answer) if answer is not None and answer != NOT_SURE else None
            found = of(following) if following else joined(of(a.next) for a in here.known_answers)
        else:
            found = outcome_range(here.level)
        seen[name] = found
        return found

    return of


def unknown(tree: Tree, common: Common, answers: Answers, child: int = 1) -> dict[str, Question]:
    """The questions that could still be met and have no answer, or only "Not sure": slot → question, in order."""
    found: dict[str, Question] = {}
    visited: set[str] = set()
    ahead = [tree.start]
    while ahead:
        name = ahead.pop(0)
        here = place(tree, common, name)
        if name in visited or not isinstance(here, Question):
            continue
        visited.add(name)
        key = key_of(tree.id, here, child)
        answer = answers.get(key)
        following = here.leads_to(answer) if answer is not None and answer != NOT_SURE else None
        if following:
            ahead.append(following)
        else:
            found[key] = here
            ahead += [a.next for a in here.known_answers]
    return found


@dataclass(frozen=True, slots=True)
class Concern:
    """One tree asked about one child."""

    tree: Tree
    child: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """The range over all concerns; `or_higher` where there were too many ways to try and the floor is a lower one."""

    at_least: int | None
    at_most: int | None
    or_higher: bool = False

    @property
    def indicated(self) -> int | None:
        """The one level left, if the range has closed."""
        return self.at_least if self.at_least == self.at_most else None


def rule_key(common: Common, name: str, child: int) -> str:
    """The slot a rule's condition looks at, for one child."""
    question = common.questions.get(name)
    key = name if "/" in name else f"{COMMON}/{name}"
    return f"{key}#{child}" if question and question.about == "child" and child > 1 else key


def _matches(rule: Rule, common: Common, answers: Answers, child: int = 1) -> bool | None:
    """Whether a rule applies: True, False, or None while an answer it needs is unknown."""
    unknown_left = False
    for name, wanted in rule.when:
        answer = answers.get(rule_key(common, name, child))
        if answer is None or (answer == NOT_SURE and NOT_SURE not in wanted):
            unknown_left = True
        elif answer not in wanted:
            return False
    return None if unknown_left else True


def applying(rules: Iterable[Rule], common: Common, answers: Answers, children: int = 1) -> list[Rule]:
    """The rules whose every condition is met by recorded answers, for any of the children."""
    return [r for r in rules if any(_matches(r, common, answers, child) for child in range(1, children + 1))]


def _raised(found: Range | None, floor: int) -> Range | None:
    return (max(found[0], floor), max(found[1], floor)) if found else ((floor, floor) if floor >= 0 else None)


def _highest(ranges: Iterable[Range | None]) -> Range | None:
    known = [r for r in ranges if r is not None]
    return (max(r[0] for r in known), max(r[1] for r in known)) if known else None


def bounds(
    concerns: Sequence[Concern], common: Common, answers: Answers, floor: int = -1, possible: int = -1
) -> Bounds:
    """The lowest and highest overall rank over every way of answering what is unknown.

    `floor` is the rank that confirmed red flags hold; `possible` the rank that unconfirmed ones may bring.
    """
    children = sorted({c.child for c in concerns}) or [1]

    def over(given: Answers) -> Range | None:
        each = [reach(c.tree, common, given, c.child) for c in concerns]
        raising = [
            rank(r.raises_to)
            for r in common.combinations
            if r.raises_to and any(_matches(r, common, given, child) for child in children)
        ]
        return _raised(_highest(each), max([floor, *raising]))

    whole = over(answers)
    high = max([whole[1] if whole else -1, possible, *_may_raise(concerns, common, answers)])
    if high < 0:
        return Bounds(None, None)
    low = whole[0] if whole else 0
    shared = _shared_unknown(concerns, common, answers)
    if not shared:
        return Bounds(low, high)
    ways = 1
    for question in shared.values():
        ways *= max(1, len(question.known_answers))
    if ways > WAYS:
        return Bounds(low, high, or_higher=True)
    return Bounds(_lowest(list(shared.items()), dict(answers), over, low, high), high)


def single(found: Range | None, floor: int, possible: int) -> Bounds:
    """The bounds of one concern whose range is known, where no combination rule raises anything (see `bounds`)."""
    whole = _raised(found, floor)
    high = max(whole[1] if whole else -1, possible)
    return Bounds(None, None) if high < 0 else Bounds(whole[0] if whole else 0, high)


def _may_raise(concerns: Sequence[Concern], common: Common, answers: Answers) -> list[int]:
    """The ranks of combination rules that unknown answers could still bring about."""
    found = []
    for rule in (r for r in common.combinations if r.raises_to):
        for child in sorted({c.child for c in concerns}):
            if _matches(rule, common, answers, child) is None:
                met = {key for c in concerns for key in unknown(c.tree, common, answers, c.child)}
                keys = [(rule_key(common, name, child), wanted) for name, wanted in rule.when]
                if all(key in met or answers.get(key) in wanted for key, wanted in keys):
                    found.append(rank(rule.raises_to or "1"))
    return found


def _shared_unknown(concerns: Sequence[Concern], common: Common, answers: Answers) -> dict[str, Question]:
    """Unknown questions that more than one concern, or a raising rule, turns on, and whose answers lead apart."""
    times: dict[str, int] = {}
    question_of: dict[str, Question] = {}
    apart: set[str] = set()
    ruled = {
        rule_key(common, q, c.child) for r in common.combinations if r.raises_to for q, _ in r.when for c in concerns
    }
    if len(concerns) < 2 and not ruled:
        return {}
    for concern in concerns:
        for key, question in unknown(concern.tree, common, answers, concern.child).items():
            times[key] = times.get(key, 0) + 1
            question_of[key] = question
            if len({a.next for a in question.known_answers}) > 1:
                apart.add(key)
    return {k: q for k, q in question_of.items() if (times[k] > 1 and k in apart) or k in ruled}


def _lowest(
    shared: list[tuple[str, Question]],
    given: dict[str, str],
    over: Callable[[Answers], Range | None],
    low: int,
    high: int,
) -> int:
    """The smallest overall rank over all ways of answering the shared questions (mildest answers tried first).

    Fixing an answer can only raise the lower bound, so a branch that is no better than the best found is left.
    """
    best = high

    def go(index: int) -> None:
        nonlocal best
        found = over(given)
        if best == low or found is None or (found[0] >= best and index):
            return
        if index == len(shared):
            best = min(best, found[0])
            return
        key, question = shared[index]
        before = given.get(key)
        for answer in reversed(question.known_answers):
            given[key] = answer.text
            go(index + 1)
        if before is None:
            given.pop(key, None)
        else:
            given[key] = before

    go(0)
    return best
