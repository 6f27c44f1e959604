"""Words → concerns, red flags and suggested answers, each with the words it came from. Text may only raise."""

from __future__ import annotations

from collections.abc import Mapping

from bot.model import Common, HeardConcern, HeardFlag, Tree, Understood, gravest
from bot.understanding.phrases import found_in, spread


def read(text: str, trees: Mapping[str, Tree], common: Common) -> Understood:
    """What one message says, in the light of the phrases that the trees give for their concerns and flags."""
    words = spread(text)
    concerns = []
    for tree in trees.values():
        quotes = [q for phrase in tree.heard_as if (q := found_in(words, phrase))]
        if quotes:
            concerns.append((len(quotes), HeardConcern(tree.id, tuple(dict.fromkeys(quotes)))))
    flags: list[HeardFlag] = []
    urgency = "none"
    for flag in (*common.red_flags, *(f for t in trees.values() for f in t.red_flags)):
        quotes = [q for phrase in flag.told if (q := found_in(words, phrase))]
        if quotes and all(f.id != flag.flag for f in flags):
            flags.append(HeardFlag(flag.flag, tuple(dict.fromkeys(quotes)), "unclear"))
            urgency = gravest(("none", "today", "now"), urgency, flag.urgency)
    concerns.sort(key=lambda found: -found[0])
    person = any(found_in(words, p) for p in ("speak to someone", "talk to a person", "speak to a specialist"))
    return Understood(
        tuple(c for _, c in concerns), tuple(flags), (), urgency, person, None if any(words) else "unintelligible"
    )


def as_line(name: str, text: str, trees: Mapping[str, Tree], common: Common) -> dict[str, object]:
    """One line of `python -m bot understand` (contract, section 1)."""
    heard = read(text, trees, common)
    return {
        "id": name,
        "concerns": [{"tree": c.tree, "quotes": list(c.quotes)} for c in heard.concerns],
        "red_flags": [{"id": f.id, "quotes": list(f.quotes), "label": f.label} for f in heard.red_flags],
        "urgency": heard.urgency,
        "asks_for_person": heard.asks_for_person,
        "not_for_us": heard.not_for_us,
    }
