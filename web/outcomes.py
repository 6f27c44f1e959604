"""An outcome as the page shows it: the first thing to do, whom to ring, where it lies, why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.content import Content
from bot.guidance import Guidance
from bot.model import LEVELS, rank
from web.contacts import Ring, ring
from web.reading import passage
from web.transcript import ask_of

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


@dataclass(frozen=True, slots=True)
class Reason:
    """One answer that led here, with the passages it rests on."""

    ask: str
    answer: str
    cites: tuple[str, ...]
    child: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the outcome's page needs, in the order it is read."""

    says: str
    urgency: str
    first: str
    then: tuple[str, ...]
    rings: tuple[Ring, ...]
    graded: bool
    range_words: str
    cells: tuple[Cell, ...]
    because: tuple[Reason, ...]
    raises: tuple[Reason, ...]
    settles: tuple[Reason, ...]
    children: tuple[tuple[int, str], ...]
    trees: tuple[tuple[str, int, str], ...]  # title, version, approved by ("" where nobody has)
    hand_off: str
    comparators_only: bool

    @property
    def unapproved(self) -> bool:
        """Whether any tree behind this outcome has not been signed by a Named professional."""
        return any(not approved for _, _, approved in self.trees)


def shown(outcome: dict[str, Any], urgency: str, content: Content, at: datetime, for_author: bool = False) -> Shown:
    """An outcome (contract, section 2) made ready for the page."""
    steps = list(outcome.get("do_next") or ())
    low, high, indicated = outcome.get("at_least"), outcome.get("at_most"), outcome.get("indicated")
    because = tuple(_reason(r, content) for r in outcome.get("because") or ())
    return Shown(
        says=outcome.get("says") or "",
        urgency=urgency,
        first=steps[0] if steps else (outcome.get("says") or ""),
        then=tuple(steps[1:]),
        rings=tuple(ring(r, content.guidance, at) for r in outcome.get("route") or ()),
        graded=low is not None,
        range_words=range_words(low, high, indicated),
        cells=cells(low, high, indicated, content.guidance),
        because=because,
        raises=tuple(_reason(r, content) for r in _raising(outcome, for_author)),
        settles=tuple(_reason(r, content) for r in outcome.get("would_settle") or ()),
        children=tuple(
            (c["child"], range_words(c["at_least"], c["at_most"], c["indicated"]))
            for c in outcome.get("children") or ()
        ),
        trees=tuple(_tree(t, content) for t in outcome.get("trees") or ()),
        hand_off=outcome.get("hand_off") or "none",
        comparators_only=comparators_only(because, content.guidance),
    )


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


def comparators_only(because: tuple[Reason, ...], guidance: Guidance) -> bool:
    """Whether every indicator this rests on comes from another area's document."""
    found = [passage(guidance, cite) for reason in because for cite in reason.cites]
    tags = [p.provenance for p in found if p and p.provenance]
    return bool(tags) and all(tag == "CMP" for tag in tags)


def _raising(outcome: dict[str, Any], for_author: bool) -> list[dict[str, Any]]:
    """Practitioners see what would raise it; authors see both directions (safety: what never lowers)."""
    changes = outcome.get("would_change") or []
    if for_author or outcome.get("at_least") is None:
        return list(changes)
    low, high = rank(outcome["at_least"]), rank(outcome["at_most"])
    return [c for c in changes if c.get("at_most") and (rank(c["at_most"]) > high or rank(c["at_least"]) > low)]


def _reason(row: dict[str, Any], content: Content) -> Reason:
    return Reason(ask_of(content, row["q"]), row.get("answer") or "", tuple(row.get("cites") or ()), row.get("child"))


def _tree(row: dict[str, Any], content: Content) -> tuple[str, int, str]:
    tree = content.trees.get(row["tree"])
    return (tree.title if tree else row["tree"], row["version"], (tree.approved_by or "") if tree else "")


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
