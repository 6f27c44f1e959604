"""What an audit looks at: criteria as a versioned text, the ratings there are, and what they amount to.

A critical criterion is never averaged away: the finding is that of the gravest rating, not of a sum.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ruamel.yaml import YAML

TEXT = "knowledge/audit_criteria.yaml"
RATINGS = {"met": "Met", "partly": "Partly met", "not": "Not met", "na": "Does not apply"}
# From the gravest to the mildest. A finding is a word, so that nothing can be averaged.
FINDINGS = {
    "critical-not": "A critical criterion is not met",
    "critical-partly": "A critical criterion is partly met",
    "not": "A criterion is not met",
    "partly": "A criterion is partly met",
    "met": "All that applies is met",
    "nothing": "Nothing applied",
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing an audit looks at, with what each rating looks like."""

    id: str
    title: str
    asks: str
    critical: bool
    met: str
    partly: str
    not_met: str


@dataclass(frozen=True, slots=True)
class Criteria:
    """All criteria of one version."""

    version: int
    title: str
    approved_by: str | None
    all: tuple[Criterion, ...]

    def one(self, id: str) -> Criterion | None:
        """The criterion of this id."""
        return next((c for c in self.all if c.id == id), None)


@lru_cache(maxsize=8)
def read(text: str) -> Criteria:
    """The criteria as their text has them; raises ValueError for one that cannot be used."""
    told = YAML(typ="safe", pure=True).load(text) or {}
    rows = told.get("criteria") or []
    try:
        found = tuple(
            Criterion(
                str(row["id"]), row["title"], row["asks"], bool(row["critical"]), row["met"], row["partly"], row["not"]
            )
            for row in rows
        )
        version = int(told["version"])
    except (KeyError, TypeError) as fault:
        raise ValueError(f"{TEXT}: every criterion needs its id, title, asks, critical, met, partly, not") from fault
    if not found or len({c.id for c in found}) != len(found):
        raise ValueError(f"{TEXT}: there must be criteria, each with an id of its own")
    return Criteria(version, str(told.get("title", "")), told.get("approved_by"), found)


def finding(rated: Iterable[tuple[str, str]], critical: Iterable[str]) -> str:
    """The gravest thing found; the number of criteria that are met never outweighs it."""
    grave, found = set(critical), set()
    for id, value in rated:
        found.add(f"critical-{value}" if id in grave and value in ("not", "partly") else value)
    return next((name for name in FINDINGS if name in found), "nothing")
