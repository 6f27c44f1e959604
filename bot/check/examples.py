"""Every example of a tree is run, and every answer and red flag is used by one."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check.graph import fault, known
from bot.journeys import key_of, walk
from bot.model import Common, Example, Outcome, RedFlag, Tree
from bot.plain_yaml import Fault, did_you_mean
from bot.understanding.phrases import found_in, spread


def faults(tree: Tree, common: Common) -> list[Fault]:
    """Examples that end elsewhere; answers and red flags that no example uses."""
    found: list[Fault] = []
    used: set[tuple[str, str]] = set()
    for example in tree.examples:
        found += _run(tree, common, example, used)
    found += _unused(tree, used)
    for flag in tree.red_flags:
        if not any(e.told and _catches(flag, e.told) for e in tree.examples):
            found.append(fault(flag.at, f"no example tells of red flag {flag.flag} in words that it listens for."))
    return found


def _run(tree: Tree, common: Common, example: Example, used: set[tuple[str, str]]) -> Iterator[Fault]:
    what = f"example '{example.situation}'"
    answers: dict[str, str] = {}
    for name, answer in example.path:
        question = tree.questions.get(name)
        if question is None:
            yield fault(
                example.at,
                f"{what} answers '{name}', which is not a question of this tree.{did_you_mean(name, tree.questions)}",
            )
            return
        if question.leads_to(answer) is None:
            yield fault(
                example.at,
                f"{what}: '{answer}' is not an answer of '{name}'."
                f"{did_you_mean(answer, [a.text for a in question.answers])}",
            )
            return
        answers[_key(tree, name)] = answer
        used.add((name, answer))
    journey = walk(tree, common, answers)
    walked = {step.question.id for step in journey.steps}
    for name, _ in example.path:
        if name not in walked:
            yield fault(example.at, f"{what} answers '{name}', which its journey does not meet.")
    ended = _told(tree, common, example) if example.told else journey.outcome
    if ended is None:
        asks = f": it stops at '{journey.asks.id}'" if journey.asks else ""
        yield fault(example.at, f"{what} does not reach an outcome{asks}.")
    elif ended.id != example.outcome:
        yield fault(example.at, f"{what} should end in '{example.outcome}' but ends in '{ended.id}'.")


def _key(tree: Tree, name: str) -> str:

    return key_of(tree.id, tree.questions[name], 1)


def _catches(flag: RedFlag, told: str) -> bool:
    words = spread(told)
    return any(found_in(words, phrase) for phrase in flag.told)


def _told(tree: Tree, common: Common, example: Example) -> Outcome | None:
    """Where the red flag leads that the example's words tell of; the tree's own flags come before the common ones."""
    for flag in (*tree.red_flags, *common.red_flags):
        if _catches(flag, example.told):
            place = known(tree, common, flag.next)
            if isinstance(place, Outcome):
                return place
            question = common.questions.get(flag.next)
            names = [a.next for a in question.answers if a.next] if question else []
            return next((common.outcomes[n] for n in names if n in common.outcomes), None)
    return None


def _unused(tree: Tree, used: set[tuple[str, str]]) -> Iterator[Fault]:
    for name, question in tree.questions.items():
        if question.shares is None:
            for answer in question.answers:
                if (name, answer.text) not in used:
                    yield fault(answer.at, f"no example uses the answer '{answer.text}' of '{name}'.")
            continue
        ways = {a.next for a in question.answers if (name, a.text) in used}
        for answer in question.answers:
            if answer.next not in ways:
                ways.add(answer.next)
                yield fault(answer.at, f"no example takes the way from '{name}' to '{answer.next}'.")
