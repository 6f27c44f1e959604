"""Answers that typed words seem to give already. They are offered, and count only once they are confirmed."""

from __future__ import annotations

from bot.model import COMMON, Common, HeardAnswer
from bot.understanding.hearing import Listened
from bot.understanding.lexicon import Lexicon
from bot.understanding.matching import matches


def suggested(heard: Listened, words: Lexicon, common: Common) -> tuple[HeardAnswer, ...]:
    """At most one answer to a common question; where the words give two different ones, none is offered."""
    found: dict[str, dict[str, list[str]]] = {}
    for match in matches(heard.message, words, "answer"):
        section = words.sections[match.pattern.section]
        if heard.labeller.label(match) != "stated":
            continue
        answers = found.setdefault(section.name, {})
        quotes = answers.setdefault(section.trees[0], [])
        quote = heard.message.quote(*match.core)
        if quote not in quotes and len(quotes) < 3:
            quotes.append(quote)
    offered = []
    for name, answers in found.items():
        question = common.questions.get(name)
        if question is None:
            continue
        known = [a.text for a in question.answers]
        told = [a for a in known if a in answers]
        if len(told) == 1 or (told and name in ("help-in-place", "history")):  # there the first is the gravest
            offered.append(HeardAnswer(f"{COMMON}/{name}", told[0], tuple(answers[told[0]])))
    return tuple(offered)
