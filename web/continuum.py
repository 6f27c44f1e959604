"""Where a range lies on the continuum of need, in words and as the five places of the picture."""

from __future__ import annotations

from dataclasses import dataclass

from bot.guidance import Guidance
from bot.model import LEVELS, rank
from web.reading import passage

NAMES = {
    "1": "Level 1",
    "2": "Level 2",
    "3": "Level 3",
    "4-CIN": "Level 4, child in need",
    "4-CP": "Level 4, child protection",
}
SHORT = {"1": "1", "2": "2", "3": "3", "4-CIN": "4 CIN", "4-CP": "4 CP"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One level on the picture of the continuum."""

    level: str
    short: str
    name: str
    inside: bool
    indicated: bool


def range_words(low: str | None, high: str | None, indicated: str | None) -> str:
    """Where it lies, in words. A low end of 1 is never printed as a floor: too little is known."""
    if low is None or high is None:
        return "No level is given for this."
    if indicated:
        return NAMES[indicated]
    if low == "1":
        return f"Not enough known. Could be {_lower(NAMES[high])}."
    return f"At least {_lower(NAMES[low])}. Could be {_lower(NAMES[high])}."


def cells(low: str | None, high: str | None, indicated: str | None, guidance: Guidance) -> tuple[Cell, ...]:
    """The five places of the continuum, those within the range marked."""
    within = range(rank(low), rank(high) + 1) if low and high else range(0)
    return tuple(
        Cell(level, SHORT[level], level_name(level, guidance), n in within, level == indicated)
        for n, level in enumerate(LEVELS)
    )


def level_name(level: str, guidance: Guidance) -> str:
    """What the level is called locally, from the guidance; empty where the guidance does not say."""
    found = passage(guidance, f"threshold_guidance.md#level-{level}")
    if found is None:
        return ""
    name = found.title.partition(":")[2].strip()
    return name[:1].upper() + name[1:]


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
