"""Words → concerns, red flags and answers already given, each with the words it came from. Text may only raise.

Two layers: reviewed rules (`words/`), and a small learned one whose hits are questions. Neither ever takes anything
back: what the practitioner denies, what is past and what is about someone else is kept and labelled so.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from bot.model import LABELS, URGENCIES, Common, HeardConcern, HeardFlag, RedFlag, Tree, Understood
from bot.understanding import deciding
from bot.understanding.answers import suggested
from bot.understanding.deciding import LIKELY, decide, ranked
from bot.understanding.for_whom import asks_for_person, not_for_us
from bot.understanding.hearing import Heard, Listened, add_tree, listen
from bot.understanding.learned import model
from bot.understanding.lexicon import lexicon
from bot.understanding.own_phrases import phrases_of
from bot.understanding.quoting import merged

MOST_CONCERNS = 5  # shown, gravest first


def read(text: str, trees: Mapping[str, Tree], common: Common) -> Understood:
    """What one message says, in the light of the reviewed words and of the phrases that the trees listen for."""
    words = lexicon()
    heard = listen(text, words)
    hear_own(heard, trees, common)
    title = text.strip().casefold()
    chosen = any(tree.title.casefold() == title for tree in trees.values())  # named as we name it: nothing to guess
    weighed = None if chosen else decide(heard, words, model())
    named = bool(heard.message.spans.get(words.number.get("PERSONWANTED", -1)))  # then the rules have decided
    flags = sorted(heard.flags.items(), key=_gravest)
    concerns = [
        HeardConcern(t, merged(f.quotes, text), t in heard.guessed, f.score > LIKELY or f.urgency != "none")
        for t, f in ranked(heard)
        if t in trees
    ]
    return Understood(
        concerns=tuple(concerns[:MOST_CONCERNS]),
        red_flags=tuple(HeardFlag(name, merged(f.quotes, text), f.label, name in heard.learned) for name, f in flags),
        suggested=suggested(heard, words, common),
        urgency=heard.urgency,
        asks_for_person=asks_for_person(heard.message, words) or (not named and deciding.wants_person(weighed, heard)),
        not_for_us=not_for_us(heard.message, words, bool(heard.flags))
        or deciding.not_for_us(weighed, heard, words),
    )


@cache
def version() -> str:
    """Which rules and which trained model hear a message: recorded with each turn of typed words."""
    rules, use = lexicon().digest[:12], model()
    return f"rules {rules}, model {use.version} {use.trained_from[:12]}" if use else f"rules {rules}, no model"


def _gravest(item: tuple[str, Heard]) -> tuple[int, int, str]:
    return LABELS.index(item[1].label), -URGENCIES.index(item[1].urgency), item[0]


def hear_own(heard: Listened, trees: Mapping[str, Tree], common: Common) -> None:
    """The trees' own phrases; a phrase that a tree gives for a flag is heard as that flag, labelled like any other.
    Changes `heard`."""
    for first, last, what in phrases_of(trees, common).found(heard.message.stems):
        quote = heard.message.quote(first, last)
        if isinstance(what, RedFlag):
            label = heard.labeller.label_of((first, last))
            heard.flags.setdefault(what.flag, Heard()).add(quote, label, what.urgency, sure=True)
        else:
            add_tree(heard, what, quote, 0.8, "none")
