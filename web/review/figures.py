"""How far first and second ratings agree, in figures, and the differences to talk through.

Figures are worked out once for each state of the record. Where that takes long they are kept beside it, so that they
need not be worked out again at every start.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import astuple
from typing import Any
from weakref import WeakKeyDictionary

from bot.model import LEVELS
from logs import agreement, criteria, review
from logs.agreement import Agreement, Figure
from logs.store import RecordUnavailable, Store
from web.people import known
from web.review.ledger import Ledger

SCALE = ("not", "partly", "met", "na")
LEVEL = "level"
NO_LEVEL = "none"
MANY = 200  # conversations rated twice: fewer are worked out in no time
KEPT = "agreement-1"  # another number when the form of what is kept changes, or how a figure is worked out

Figures = dict[str, Agreement]
_worked_out: WeakKeyDictionary[Store, tuple[int, tuple[str, ...], Figures, int]] = WeakKeyDictionary()


def figures(store: Store, found: Ledger, ids: list[str]) -> tuple[Figures, int]:
    """The agreement for each criterion and for the level, and how many conversations were rated twice."""
    last = _worked_out.get(store)
    if last is None or last[:2] != (found.position, tuple(ids)):
        rated = rated_twice(found)
        made = _kept(store, found.position, ids) if len(rated) >= MANY else None
        if made is None:
            made = _made(rated, ids)
            if len(rated) >= MANY:
                _keep(store, found.position, ids, made)
        last = _worked_out[store] = (found.position, tuple(ids), made, len(rated))
    return last[2], last[3]


def _made(rated: list[dict[str, agreement.Pair]], ids: list[str]) -> Figures:
    scales = {**dict.fromkeys(ids, SCALE), LEVEL: (*LEVELS, NO_LEVEL)}
    return agreement.agreements(rated, scales, {**dict.fromkeys(ids, "na"), LEVEL: NO_LEVEL})


def _kept(store: Store, position: int, ids: list[str]) -> Figures | None:
    """The figures kept for this state of the record and these criteria, if there are any."""
    upto, texts = store.projection(KEPT)
    told = json.loads(texts.get("figures", "{}"))
    if upto != position or told.get("ids") != ids:
        return None
    return {
        name: Agreement(pairs, percent, *(Figure(*one) for one in three))
        for name, (pairs, percent, *three) in told["figures"].items()
    }


def _keep(store: Store, position: int, ids: list[str], made: Figures) -> None:
    """Keep them. Where that cannot be done, the page is shown all the same."""
    text = json.dumps({"ids": ids, "figures": {name: astuple(one) for name, one in made.items()}})
    with suppress(RecordUnavailable):
        store.project(KEPT, 0, position, {"figures": text})


def rated_twice(found: Ledger) -> list[dict[str, agreement.Pair]]:
    """For each conversation rated twice, the pair of ratings of each criterion and of the level."""
    rated: list[dict[str, agreement.Pair]] = []
    for _, first, second in found.pairs():
        both: dict[str, agreement.Pair] = {
            id: (rating.value, second.ratings[id].value) for id, rating in first.ratings.items() if id in second.ratings
        }
        rated.append(both | {LEVEL: (first.level or NO_LEVEL, second.level or NO_LEVEL)})
    return rated


def calibration(found: Ledger, in_force: criteria.Criteria) -> list[dict[str, Any]]:
    """What two reviewers rated differently, critical criteria and wide differences first."""
    listed: list[dict[str, Any]] = []
    for conversation, first, second in found.pairs():
        for one in in_force.all:
            pair = [audit.ratings[one.id].value for audit in (first, second) if one.id in audit.ratings]
            if len(pair) == 2 and pair[0] != pair[1]:
                wide = abs(SCALE.index(pair[0]) - SCALE.index(pair[1])) if "na" not in pair else 1
                listed.append(_differing(conversation, one.title, one.critical, pair, (first, second), wide))
        if first.level != second.level:
            levels = [first.level or "No level", second.level or "No level"]
            listed.append(_differing(conversation, "The level", True, levels, (first, second), 2))
    return sorted(listed, key=lambda one: (-one["critical"], -one["wide"], -one["at"]))


def _differing(
    conversation: str, what: str, critical: bool, pair: list[str], audits: tuple[review.Audit, review.Audit], wide: int
) -> dict[str, Any]:
    who = [name.name if (name := known(audit.reviewer)) else audit.name for audit in audits]
    return {
        "conversation": conversation,
        "what": what,
        "critical": critical,
        "pair": list(zip(who, pair, strict=True)),
        "wide": wide,
        "at": audits[1].at,
    }
