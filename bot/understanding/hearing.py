"""From matches to what was heard: flags with labels, concerns in order, urgency. Text may only raise."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.model import MILD, URGENCIES, gravest
from bot.understanding.labels import STRENGTH, Labeller
from bot.understanding.lexicon import Lexicon, Section, lexicon
from bot.understanding.matching import Match, Message, matches, seen

RAISING = ("stated", "unclear")  # labels that carry the flag's urgency (safety.md)
QUOTES = 4  # shown for one flag or concern


@dataclass(slots=True)
class Heard:
    """Something heard once or several times: a flag or a tree."""

    quotes: list[str] = field(default_factory=list)
    label: str = "other"
    urgency: str = "none"
    score: float = 0.0
    sure: bool = False  # told by a pattern that is a hit by itself
    mentioned: str | None = None  # denied, past or other, where that was said as well

    def add(self, quote: str, label: str, urgency: str, sure: bool = False) -> None:
        """One more place; the gravest label and urgency stay."""
        self.sure = self.sure or (sure and label in RAISING)
        if label not in RAISING:
            self.mentioned = label if self.mentioned is None else max(label, self.mentioned, key=STRENGTH.__getitem__)
        if quote not in self.quotes and len(self.quotes) < QUOTES:
            self.quotes.append(quote)
        if STRENGTH[label] > STRENGTH[self.label] or not self.score:
            self.label = label
        if label in RAISING:
            self.urgency = gravest(URGENCIES, self.urgency, urgency)
        self.score += 1.0


@dataclass(slots=True)
class Listened:
    """All that the rules heard in one message."""

    message: Message
    labeller: Labeller
    flags: dict[str, Heard] = field(default_factory=dict)
    trees: dict[str, Heard] = field(default_factory=dict)
    hits: list[tuple[str, str, str]] = field(default_factory=list)  # pattern, label, section: for the measurements
    learned: set[str] = field(default_factory=set)  # the flags that only the learned layer hears
    guessed: set[str] = field(default_factory=set)  # the concerns that only the learned layer names

    @property
    def urgency(self) -> str:
        """The gravest urgency of what was said to be, or to be perhaps, so."""
        return gravest(URGENCIES, "none", *(f.urgency for f in self.flags.values()))


def _topic_counts(labeller: Labeller, match: Match, label: str) -> bool:
    return label in MILD or (label == "unclear" and labeller.queried(match))


def listen(text: str, words: Lexicon | None = None) -> Listened:
    """Everything the reviewed words tell of one message."""
    words = words or lexicon()
    message = seen(text, words)
    heard = Listened(message, Labeller(message, words))
    for match in matches(message, words, "flag", "topic", "said", "concern"):
        section = words.sections[match.pattern.section]
        quote = message.quote(*match.whole) if section.kind != "concern" else message.quote(*match.core)
        label = heard.labeller.label(match)
        if section.kind == "concern":
            add_tree(heard, section.name, quote, 0.6 if label in RAISING else 0.4, "none")
            continue
        if section.kind == "said":
            _said(heard, section, quote)
            continue
        if section.kind == "topic" and not _topic_counts(heard.labeller, match, label):
            continue
        heard.hits.append((match.pattern.text, label, section.name))
        urgency = match.pattern.marks.split()[0] if match.pattern.marks[:3] in ("now", "tod") else section.urgency
        heard.flags.setdefault(section.name, Heard()).add(quote, label, urgency, "sure" in match.pattern.marks)
        for place, tree in enumerate(section.trees):
            weight = (2.0 if label in RAISING else 1.2) if section.kind == "flag" else 0.8
            add_tree(heard, tree, quote, weight / (place + 1), urgency if label in RAISING and not place else "none")
    return heard


def _said(heard: Listened, section: Section, quote: str) -> None:
    """What the practitioner says outright to be not so, over, or about others; the label stands in the heading."""
    label, *trees = section.trees
    heard.flags.setdefault(section.name, Heard()).add(quote, label, "none")
    for tree in trees:
        add_tree(heard, tree, quote, 0.8, "none")


def add_tree(heard: Listened, tree: str, quote: str, weight: float, urgency: str) -> None:
    """A concern was heard; hearing the same again adds less each time."""
    found = heard.trees.setdefault(tree, Heard(label="stated"))
    if quote not in found.quotes and len(found.quotes) < QUOTES:
        found.quotes.append(quote)
    found.urgency = gravest(URGENCIES, found.urgency, urgency)
    found.score += weight / (1 + found.score * 0.5)
