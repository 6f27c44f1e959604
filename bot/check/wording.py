"""What practitioners read: lengths, reading age, words that must never be said, abbreviations that need a meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.check.graph import fault
from bot.guidance import Guidance
from bot.model import Common, Outcome, Place, Question, Tree
from bot.plain_yaml import Fault

LONGEST = {"ask": 240, "why": 200, "help": 400, "answer": 70, "says": 360, "do_next": 260}
GRADE = 10.0  # Flesch-Kincaid; about what a busy adult reads at a glance
NEVER = {
    "at least 1": "say what could be, not the low bound",
    "no concern": "no match is not 'no concern'",
    "nothing to worry": "never reassure",
    "do not refer": "anyone may refer",
    "no need to refer": "anyone may refer",
}
_WORD = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?")
_ABBREVIATION = re.compile(r"\b[A-Z][A-Za-z]*[A-Z]+\b")
_VOWELS = re.compile(r"[aeiouy]+")


def of_tree(tree: Tree, guidance: Guidance | None) -> list[Fault]:
    """Everything wrong with the words of one tree."""
    found: list[Fault] = []
    for question in tree.questions.values():
        if question.shares is None:
            found += _question(question, guidance)
    for outcome in tree.outcomes.values():
        found += _outcome(outcome, guidance)
    return found


def of_common(common: Common, guidance: Guidance | None) -> list[Fault]:
    """Everything wrong with the words that all trees share."""
    found: list[Fault] = []
    for question in common.questions.values():
        found += _question(question, guidance)
    for outcome in common.outcomes.values():
        found += _outcome(outcome, guidance)
    return found


def _question(question: Question, guidance: Guidance | None) -> Iterator[Fault]:
    what = f"question '{question.id}'"
    texts = [("ask", question.ask), ("why", question.why), ("help", question.help)]
    texts += [("answer", a.text) for a in question.answers]
    yield from _texts(texts, question.at, what, guidance)
    yield from _too_hard(f"{question.ask} {question.help}", question.at, what)


def _outcome(outcome: Outcome, guidance: Guidance | None) -> Iterator[Fault]:
    what = f"outcome '{outcome.id}'"
    texts = [("says", outcome.says), *(("do_next", step) for step in outcome.do_next)]
    yield from _texts(texts, outcome.at, what, guidance)
    yield from _too_hard(" ".join([outcome.says, *outcome.do_next]), outcome.at, what)


def _texts(texts: Iterable[tuple[str, str]], at: Place, what: str, guidance: Guidance | None) -> Iterator[Fault]:
    for name, text in texts:
        if len(text) > LONGEST[name]:
            yield fault(at, f"{what}: '{name}' has {len(text)} characters; {LONGEST[name]} is the most people read.")
        for words, why in NEVER.items():
            if words in text.casefold():
                yield fault(at, f"{what} says “{words}”: {why}.")
        for short in _ABBREVIATION.findall(text) if guidance else ():
            if (
                guidance is not None
                and f"glossary.md#{short.casefold().rstrip('s')}" not in guidance.passages
                and f"glossary.md#{short.casefold()}" not in guidance.passages
            ):
                yield fault(at, f"{what} uses '{short}', which the glossary does not explain.")


def _too_hard(text: str, at: Place, what: str) -> Iterator[Fault]:
    grade = reading_grade(text)
    if grade > GRADE:
        yield fault(
            at, f"{what} is hard to read (grade {grade:.1f}, at most {GRADE:.0f}): shorter sentences and words."
        )


def syllables(word: str) -> int:
    """About how many syllables an English word has: groups of vowels, a silent final e left out."""
    word = word.casefold()
    count = len(_VOWELS.findall(word))
    silent = (word.endswith("e") and not word.endswith(("le", "ee"))) or (
        word.endswith(("es", "ed")) and not (word.endswith(("ses", "zes", "ches", "shes", "xes", "ted", "ded")))
    )
    return max(1, count - 1 if silent else count)


def reading_grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text: school years needed to read it."""
    sentences = max(1, len(re.findall(r"[.!?:](?:\s|$)", text)))
    words = _WORD.findall(text)
    if not words:
        return 0.0
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
