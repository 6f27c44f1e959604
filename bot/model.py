"""The frozen types of the bot: what a tree is, what was understood, where a conversation stands.

Nothing here reads a file or a clock. Levels rise in the order of `LEVELS`; `undecided` and `not-graded` are
kinds of outcome, not levels: an undecided outcome counts as 1 below and 4-CP above (contract, section 5).
"""

from __future__ import annotations

from dataclasses import dataclass, field

LEVELS = ("1", "2", "3", "4-CIN", "4-CP")
URGENCIES = ("none", "today", "now")
HAND_OFFS = ("none", "offer", "today", "now")
LABELS = ("stated", "unclear", "denied", "past", "other")
MILD = LABELS[2:]  # told as not so, as over or as somebody else's: mentioned and asked about, never raised
NOT_SURE = "Not sure"
COMMON = "every-tree"  # stands where a tree's id would, for the questions of _every_tree.yaml


def rank(level: str) -> int:
    """How high a level stands, from 0 (level 1) to 4 (4-CP)."""
    return LEVELS.index(level)


def gravest(names: tuple[str, ...], *values: str) -> str:
    """The highest of several values of one rising scale, such as `URGENCIES`."""
    return max(values, key=names.index, default=names[0])


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file, for messages people can act on."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a question and the name of the question or outcome it leads to."""

    text: str
    next: str
    at: Place


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a tree; `shares` names the common question whose words and answers it borrows."""

    id: str
    ask: str
    why: str
    help: str
    cites: tuple[str, ...]
    about: str  # "child" or "family"
    ordered: bool  # answers stand from the most to the least serious, "Not sure" last
    answers: tuple[Answer, ...]
    shares: str | None
    at: Place

    def leads_to(self, text: str) -> str | None:
        """The name an answer leads to, or None where the question has no such answer."""
        for answer in self.answers:  # asked many times a turn: plainer, and faster than a generator
            if answer.text == text:
                return answer.next
        return None

    @property
    def known_answers(self) -> tuple[Answer, ...]:
        """Every answer but "Not sure": the ways the question could turn out."""
        return tuple(a for a in self.answers if a.text != NOT_SURE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a journey ends: what it amounts to, what to do and whom to ring."""

    id: str
    level: str  # a level, "undecided" or "not-graded"
    says: str
    do_next: tuple[str, ...]
    route: tuple[str, ...]
    cites: tuple[str, ...]
    hand_off: str
    urgency: str
    at: Place


@dataclass(frozen=True, slots=True)
class RedFlag:
    """An immediate-action feature: the words that may tell of it and where they lead."""

    flag: str
    urgency: str
    told: tuple[str, ...]
    next: str
    at: Place


@dataclass(frozen=True, slots=True)
class Example:
    """An invented situation and where its answers must lead."""

    situation: str
    path: tuple[tuple[str, str], ...]
    told: str
    outcome: str
    at: Place


@dataclass(frozen=True, slots=True)
class Tree:
    """One concern: its questions and outcomes, who owns it and who approved it."""

    id: str
    title: str
    version: int
    owner: str
    approved_by: str | None
    reviewed: str
    review_by: str
    covers: tuple[str, ...]
    use_when: str
    heard_as: tuple[str, ...]
    start: str
    red_flags: tuple[RedFlag, ...]
    questions: dict[str, Question]
    outcomes: dict[str, Outcome]
    examples: tuple[Example, ...]
    at: Place


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule over answers of common questions: a combination, or a reason for a person to take over."""

    name: str
    when: tuple[tuple[str, tuple[str, ...]], ...]
    raises_to: str | None
    hand_off: str
    says: str
    cites: tuple[str, ...]
    at: Place


@dataclass(frozen=True, slots=True)
class Common:
    """What _every_tree.yaml holds: questions, outcomes, red flags and rules that serve every tree."""

    questions: dict[str, Question] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    red_flags: tuple[RedFlag, ...] = ()
    hand_off_when: tuple[Rule, ...] = ()
    combinations: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class HeardConcern:
    """A concern heard in typed words, with the words."""

    tree: str
    quotes: tuple[str, ...]
    guessed: bool = False  # only the learned layer names it
    likely: bool = True  # sure enough to be named aloud, or, for a guess, to open a conversation with


@dataclass(frozen=True, slots=True)
class HeardFlag:
    """A red flag heard in typed words, with its label (see `LABELS`)."""

    id: str
    quotes: tuple[str, ...]
    label: str
    guessed: bool = False  # only the learned layer heard it: a question, never a statement


@dataclass(frozen=True, slots=True)
class HeardAnswer:
    """An answer that typed words seem to give already; it counts only once it is confirmed."""

    q: str
    a: str
    quotes: tuple[str, ...]
    child: int | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """What one message was understood to say. Text may only raise: nothing here clears anything."""

    concerns: tuple[HeardConcern, ...] = ()
    red_flags: tuple[HeardFlag, ...] = ()
    suggested: tuple[HeardAnswer, ...] = ()
    urgency: str = "none"
    asks_for_person: bool = False
    not_for_us: str | None = None
