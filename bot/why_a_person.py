"""Why a person is wanted: every rule that holds, with the words or answers that make it hold.

The rules themselves are reviewed data (knowledge/hand_off.yaml, the trees); here is only when each of them holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot import engine
from bot.content import Content
from bot.engine import Bounds
from bot.folding import Slots
from bot.model import COMMON, HAND_OFFS, NOT_SURE, Outcome, Question, rank
from bot.standing import Standing, children, flag_of, flag_question, question_at
from bot.takeover import AS_THE_FLAG, TakeOver


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule by which a person is brought in, in the words that are shown, and what made it hold."""

    rule: str
    says: str
    hand_off: str
    quotes: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        """The reason as the record keeps it."""
        quotes, cites = list(self.quotes), list(self.cites)
        return {"rule": self.rule, "says": self.says, "hand_off": self.hand_off, "quotes": quotes, "cites": cites}


@dataclass(frozen=True, slots=True)
class _Case:
    """What the rules look at."""

    slots: Slots
    content: Content
    standing: Standing
    bounds: Bounds


def reasons(
    slots: Slots, content: Content, standing: Standing, outcomes: list[Outcome], bounds: Bounds
) -> list[Reason]:
    """Every rule that brings in a person for what has been reached, the soonest first."""
    case = _Case(slots, content, standing, bounds)
    found = [
        Reason(f"outcome:{o.id}", o.says, o.hand_off, _led_to(case, o), o.cites)
        for o in outcomes
        if o.hand_off != "none"
    ]
    rules = (*content.common.hand_off_when, *content.common.combinations)
    found += [
        Reason(r.name, r.says, r.hand_off, tuple(_answers(case, (name for name, _ in r.when))), r.cites)
        for r in engine.applying(rules, content.common, slots, children(slots))
        if r.hand_off != "none"
    ]
    for rule in content.rule_book.rules:
        found += _HOLDS[rule.when](case, rule)
    return sorted(found, key=lambda r: -HAND_OFFS.index(r.hand_off))


def fresh(found: Iterable[Reason], slots: Mapping[str, Any]) -> list[Reason]:
    """The rules that no person has dealt with yet: what was handed back does not come again for the same reason."""
    return [r for r in found if [r.rule, list(r.quotes)] not in slots["handled"]]


def _of(rule: TakeOver, quotes: Iterable[str] = (), soon: str | None = None) -> Reason:
    return Reason(rule.name, rule.says, soon or rule.hand_off, tuple(quotes), rule.cites)


def _answered(case: _Case, key: str) -> str:
    """A question and its answer as one line; for a second child it says so."""
    asked, child = question_at(case.slots, case.content, key), key.partition("#")[2]
    whose = f"Child {child}: " if child else ""
    return f"{whose}{asked.question.ask if asked else key} {case.slots.get(key)}"


def _keys(case: _Case, question: str) -> list[str]:
    """The slots of a common question that have an answer, one for each child."""
    rows = range(1, children(case.slots) + 1)
    keys = dict.fromkeys(engine.rule_key(case.content.common, question, n) for n in rows)
    return [key for key in keys if case.slots.get(key) is not None]


def _answers(case: _Case, questions: Iterable[str]) -> list[str]:
    return [_answered(case, key) for name in questions for key in _keys(case, name)]


def _led_to(case: _Case, outcome: Outcome) -> tuple[str, ...]:
    """The words or the last answers that led to an outcome."""
    found: list[str] = []
    for stop in case.standing.stops:
        if stop.outcome == outcome and stop.flag:
            found += [q for h in case.slots["red_flags"] if h["id"] == stop.flag for q in h["quotes"]]
        elif stop.outcome == outcome and case.slots.get(stop.name) is not None:
            found.append(_answered(case, stop.name))
    for journey in case.standing.journeys:
        if journey.outcome == outcome and journey.decided:
            found.append(_answered(case, journey.decided.key))
    return tuple(dict.fromkeys(found))


def _flags(case: _Case, rule: TakeOver) -> list[Reason]:
    """A flag that was stated or unclear and is not set aside; its own urgency says how soon."""
    found = []
    for heard in case.slots["red_flags"]:
        flag = flag_of(case.content, heard["id"], case.slots["chosen"])
        if heard["label"] not in rule.what or flag is None or _confirmed(case, heard["id"]) == "No":
            continue
        if heard["id"] in case.slots["guessed"]:
            continue  # only a question so far: its answer decides
        words = "” “".join(heard["quotes"])
        says = case.content.phrases["heard-flag"].replace("{quotes}", words)
        soon = flag.urgency if rule.hand_off == AS_THE_FLAG else rule.hand_off
        found.append(Reason(f"{rule.name}:{heard['id']}", says, soon, tuple(heard["quotes"]), rule.cites))
    return found


def _set_aside(case: _Case, rule: TakeOver) -> list[Reason]:
    return [
        _of(rule, heard["quotes"])
        for heard in case.slots["red_flags"]
        if heard["label"] in ("stated", "unclear") and _confirmed(case, heard["id"]) == "No"
        and heard["id"] not in case.slots["guessed"]  # nothing that the practitioner's own words said was set aside
    ]


def _confirmed(case: _Case, flag: str) -> str | None:
    question = flag_question(case.content, flag)
    return case.slots.get(f"{COMMON}/{question.id}") if question else None


def _critical(case: _Case, rule: TakeOver) -> list[Reason]:
    keys = [key for name in rule.what for key in _keys(case, name) if case.slots[key] == NOT_SURE]
    return [_of(rule, (_answered(case, key) for key in keys))] if keys else []


def _not_sure(case: _Case, rule: TakeOver) -> list[Reason]:
    steps = [step for journey in case.standing.journeys for step in journey.steps if step.answer == NOT_SURE]
    quotes = dict.fromkeys(_answered(case, step.key) for step in steps)
    return [_of(rule, quotes)] if steps else []


def _wide(case: _Case, rule: TakeOver) -> list[Reason]:
    low, high = case.bounds.at_least, case.bounds.at_most
    if low is None or high is None or high - low <= int(rule.what[0]):
        return []
    grave = rule.today_from is not None and high >= rank(rule.today_from)
    return [_of(rule, soon="today" if grave else None)]


def _several(case: _Case, rule: TakeOver) -> list[Reason]:
    """Two concerns or more that each reach the level, whatever the child."""
    high = rank(rule.what[0])
    titles = []
    for journey in case.standing.journeys:
        reach = engine.outcome_range(journey.outcome.level) if journey.outcome else None
        if reach and reach[0] >= high:
            titles.append(journey.tree.title)
    titles = list(dict.fromkeys(titles))
    return [_of(rule, titles)] if len(titles) > 1 else []


def _against(case: _Case, rule: TakeOver) -> list[Reason]:
    """An answer that is milder than what typed words suggested for the same question."""
    quotes: list[str] = []
    for key, hints in case.slots["hinted"].items():
        asked, answer = question_at(case.slots, case.content, key), case.slots.get(key)
        if asked is None or answer is None:
            continue
        told = [h for h in hints if _milder(asked.question, str(answer), h["a"])]
        if told:
            quotes += [*(q for h in told for q in h["quotes"]), _answered(case, key)]
    return [_of(rule, dict.fromkeys(quotes))] if quotes else []


def _milder(question: Question, answer: str, written: str) -> bool:
    words = [a.text for a in question.answers]
    if answer == NOT_SURE or answer not in words or written not in words:
        return False
    return words.index(answer) > words.index(written) if question.ordered else (written, answer) == ("Yes", "No")


def _chosen(case: _Case, rule: TakeOver) -> list[Reason]:
    return [_of(rule, [case.slots["first_words"]] if case.slots["first_words"] else ())
            for tree in rule.what if tree in case.slots["chosen"]]


def _never(_: _Case, __: TakeOver) -> list[Reason]:
    """What happens in a turn brings in a person there and then."""
    return []


_HOLDS: Mapping[str, Callable[[_Case, TakeOver], list[Reason]]] = {
    "flag-heard": _flags,
    "flag-set-aside": _set_aside,
    "not-sure-at": _critical,
    "not-sure-anywhere": _not_sure,
    "range-wider-than": _wide,
    "concerns-at-level": _several,
    "text-against-answers": _against,
    "tree-chosen": _chosen,
    "happened": _never,
}
