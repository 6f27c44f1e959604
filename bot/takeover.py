"""What the reviewed rules of the hand-off are made of: when a person takes over, who of them, what is promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.model import Place

# What a rule may turn on, and the shape of what stands there: words, levels, a number, or a mere yes.
WHENS = {
    "flag-heard": "labels",
    "flag-set-aside": "yes",
    "not-sure-at": "questions",
    "not-sure-anywhere": "yes",
    "range-wider-than": "number",
    "concerns-at-level": "level",
    "text-against-answers": "yes",
    "tree-chosen": "trees",
    "happened": "event",
}
# What happens in a turn, and not in the answers, for which the program brings in a person at once.
EVENTS = ("asked-for-person", "sees-it-lower", "not-understood", "content-changed", "undecided")
AS_THE_FLAG = "as-the-flag"  # a rule for red flags: each flag's own urgency says how soon


@dataclass(frozen=True, slots=True)
class TakeOver:
    """One rule by which a person is brought in; `says` is what the practitioner and the specialist read."""

    name: str
    when: str
    what: tuple[str, ...]
    hand_off: str
    today_from: str | None  # a level from which the rule asks for a person today instead of offering one
    says: str
    cites: tuple[str, ...]
    at: Place


@dataclass(frozen=True, slots=True)
class RuleBook:
    """knowledge/hand_off.yaml: the rules, when an adult specialist is wanted too, and the promises agreed."""

    rules: tuple[TakeOver, ...] = ()
    adult_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    adult_trees: tuple[str, ...] = ()
    # organisation → urgency → minutes; nothing there means that nobody has agreed it
    promises: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    restrict_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # TREE/QUESTION → answers
    restrict_words: tuple[str, ...] = ()  # in a worry about a worker

    def rule(self, name: str) -> TakeOver | None:
        """The rule of this name; a rule for one flag or one outcome bears its name after a colon."""
        return next((r for r in self.rules if r.name == name.partition(":")[0]), None)
