"""The practitioner's own view, asked before any level is shown, and how it stands beside what the answers point to.

It decides nothing. Whoever answers the last question without it has passed it over, and is not asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.model import COMMON, NOT_SURE, rank

QUESTION, LAST = "own-view", "danger-before-ending"
KEY = f"{COMMON}/{QUESTION}"
LAST_KEY = f"{COMMON}/{LAST}"
SHORT_TREE = "early-help"  # the GP's check of at most seven questions
# The answers of the question that name a level; the others name none.
NAMED: Mapping[str, str] = {
    "Level 4, child protection": "4-CP",
    "Level 4, child in need": "4-CIN",
    "Level 3, intensive": "3",
    "Level 2, emerging needs": "2",
    "Level 1, universal": "1",
}


def is_due(slots: Mapping[str, Any]) -> bool:
    """Whether to ask it at all: never where anything is urgent, and not in a GP's short check."""
    if slots["urgency"] != "none" or slots["outcome"] is not None or slots["own_view_passed"]:
        return False
    if (slots.get("asker") or {}).get("role") == "gp" and slots["chosen"] == [SHORT_TREE]:
        return False
    return slots.get(KEY) is None


def passes_over(slots: Mapping[str, Any], key: str) -> bool:
    """Whether an answer to this question leaves the own view unasked for good."""
    return slots.get("asked") == KEY and key == LAST_KEY


def given(slots: Mapping[str, Any]) -> str | None:
    """The answer given, in the practitioner's choice of words; None where none was, or "Not sure"."""
    answer = slots.get(KEY)
    return None if answer in (None, NOT_SURE) else str(answer)


def level(slots: Mapping[str, Any]) -> str | None:
    """The level the practitioner named."""
    return NAMED.get(str(slots.get(KEY)))


def beside(slots: Mapping[str, Any], outcome: Mapping[str, Any]) -> str | None:
    """How the own view stands to the range: within, higher or lower; None where either names no level."""
    own = level(slots)
    if own is None or outcome.get("at_least") is None:
        return None
    low, high = rank(outcome["at_least"]), rank(outcome["at_most"])
    return "lower" if rank(own) < low else "higher" if rank(own) > high else "within"
