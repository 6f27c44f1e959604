"""Drawing conversations to audit: the risky ones first, a random share of the rest, the same draw for the same seed.

Every conversation of a stratum named in `every` is drawn; of the rest a share, by lot. Quotas then see to it that no
organisation or specialist is left out: where the lot gave too few, more of theirs are drawn, by lot again. The draw
says what was drawn from what, so that anybody can check it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from logs.store import Summary

STRATA = {
    "stop": "Urgent, or stopped by a red flag",
    "disagreement": "Somebody saw it otherwise",
    "downgrade": "The specialist saw a lower level than the answers pointed to",
    "long-wait": "Waited long for a specialist",
}
REST = "rest"


@dataclass(frozen=True, slots=True)
class Plan:
    """How to draw: all of it is recorded with the draw."""

    seed: int
    share: float  # of the rest, 0 to 1
    second: float  # of all drawn, for a blind second rating, 0 to 1
    long_wait: float  # seconds
    every: tuple[str, ...] = tuple(STRATA)
    per_organisation: int = 0  # at least so many of each organisation, as far as it has them
    per_specialist: int = 0
    most: int = 0  # no more than so many altogether; 0: no end


@dataclass(frozen=True, slots=True)
class Drawn:
    """One conversation of a draw, why it is in, and whether it is rated a second time."""

    stream: str
    why: tuple[str, ...]
    second: bool = False


@dataclass(frozen=True, slots=True)
class Draw:
    """What was drawn, from how many of what."""

    drawn: tuple[Drawn, ...]
    population: Mapping[str, int]  # how many there were, altogether and of each stratum
    taken: Mapping[str, int]  # how many were taken of each
    left_out: int  # would have been drawn, but for `most`


def strata(row: Summary, long_wait: float) -> tuple[str, ...]:
    """The strata a conversation belongs to; none: it is one of the rest."""
    found = []
    if row["urgency"] in ("now", "today") or row["red_flags"] or row["hand_off"] == "now":
        found.append("stop")
    if row["disagreements"]:
        found.append("disagreement")
    if row["specialist_beside"] == "lower":
        found.append("downgrade")
    if row["waited"] is not None and row["waited"] >= long_wait:
        found.append("long-wait")
    return tuple(found)


def draw(rows: Iterable[Summary], plan: Plan) -> Draw:
    """Draws from these conversations. Their order does not matter; the seed alone decides the lot."""
    found = sorted(rows, key=lambda row: str(row["stream"]))
    lot = random.Random(plan.seed)  # noqa: S311 - it must be the same for everybody who has the seed
    places = list(range(len(found)))
    lot.shuffle(places)
    turn = {n: at for at, n in enumerate(places)}
    why: dict[int, tuple[str, ...]] = {}
    belongs = [strata(row, plan.long_wait) for row in found]
    for n in places:
        risky = tuple(name for name in belongs[n] if name in plan.every)
        if risky:
            why[n] = risky
    rest = [n for n in places if n not in why]
    for n in rest[: ceil(len(rest) * plan.share)]:
        why[n] = (REST,)
    _fill(why, places, found, "organisation", plan.per_organisation)
    _fill(why, places, found, "with_person", plan.per_specialist)
    order = sorted(why, key=lambda n: (why[n][0] not in plan.every, turn[n]) if plan.most else n)
    kept = order[: plan.most] if plan.most else order
    twice = set(lot.sample(sorted(kept), ceil(len(kept) * plan.second)))
    drawn = tuple(Drawn(str(found[n]["stream"]), why[n], n in twice) for n in sorted(kept))
    population = Counter(name for names in belongs for name in names or (REST,))
    taken = Counter(name for one in drawn for name in one.why)
    return Draw(drawn, {"all": len(found), **population}, {"all": len(drawn), **taken}, len(order) - len(kept))


def _fill(why: dict[int, tuple[str, ...]], places: list[int], rows: list[Summary], column: str, least: int) -> None:
    """Draws more of whoever has fewer than `least`, in the order of the lot."""
    have = Counter(rows[n][column] for n in why)
    for n in places if least else ():
        value = rows[n][column]
        if value and n not in why and have[value] < least:
            why[n] = (f"quota:{column}",)
            have[value] += 1


def plan_of(meta: Mapping[str, Any]) -> Plan:
    """A plan from what was recorded of it."""
    return Plan(**{**meta, "every": tuple(meta["every"])})
