"""Pages over many audits: findings, actions, agreement and what to calibrate, the criteria with their examples."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from flask import render_template

from bot.model import LEVELS
from logs import agreement, review
from logs.agreement import Agreement
from logs.store import Store
from web.furniture import LONDON
from web.people import known
from web.record import content, now, store
from web.review.ledger import Ledger, ledger
from web.review.reading_one import criteria_in as criteria
from web.review.room import desk, reviewers

SCALE = ("not", "partly", "met", "na")
LEVEL = "level"
NO_LEVEL = "none"
SHOWN = 200  # actions and disagreements on one page


@desk.get("/audits")
@reviewers
def audits() -> str:
    """What the audits found so far, by finding and by criterion."""
    found = ledger(store())
    findings, by_criterion = found.sums()
    return render_template(
        "desk_audits.html",
        total=sum(bool(one.audits) for one in found.of.values()),
        findings=[(words, findings[name]) for name, words in review.FINDINGS.items()],
        ratings=review.RATINGS,
        criteria=[(one, by_criterion.get(one.id, {})) for one in criteria(content()).all],
        version=criteria(content()).version,
    )


@desk.get("/actions")
@reviewers
def actions() -> str:
    """Actions agreed, those that are due first."""
    today = now().astimezone(LONDON).date().isoformat()
    every = ledger(store()).actions()
    names = {one.id: one.title for one in criteria(content()).all}
    rows = [(one, one.overdue(today), names.get(one.criterion, "")) for one in every]
    still = sum(one.done_at is None for one in every)
    late = sum(one.overdue(today) for one in every)
    return render_template("desk_actions.html", rows=rows[:SHOWN], total=len(every), still=still, late=late)


@desk.get("/criteria")
@reviewers
def all_criteria() -> str:
    """The criteria, with what each rating looks like."""
    return render_template("desk_criteria.html", criteria=criteria(content()))


@desk.get("/agreement")
@reviewers
def agreements() -> str:
    """How far first and second ratings agree, and the disagreements to talk through."""
    in_force = criteria(content())
    found, pairs = _figures(store(), ledger(store()), [one.id for one in in_force.all])
    return render_template(
        "desk_agreement.html",
        pairs=pairs,
        figures=[(one.title, one.critical, found[one.id]) for one in in_force.all],
        level=found[LEVEL],
        resamples=agreement.RESAMPLES,
        calibration=calibration(ledger(store()), in_force)[:SHOWN],
        ratings=review.RATINGS,
    )


_worked_out: WeakKeyDictionary[Store, tuple[int, tuple[str, ...], dict[str, Agreement], int]] = WeakKeyDictionary()


def _figures(store: Store, found: Ledger, ids: list[str]) -> tuple[dict[str, Agreement], int]:
    """The figures, worked out once for each state of the record."""
    known_already = _worked_out.get(store)
    if known_already is None or known_already[:2] != (found.position, tuple(ids)):
        rated = rated_twice(found)
        scales = {**dict.fromkeys(ids, SCALE), LEVEL: (*LEVELS, NO_LEVEL)}
        figures = agreement.agreements(rated, scales, {**dict.fromkeys(ids, "na"), LEVEL: NO_LEVEL})
        known_already = _worked_out[store] = (found.position, tuple(ids), figures, len(rated))
    return known_already[2], known_already[3]


def rated_twice(found: Ledger) -> list[dict[str, agreement.Pair]]:
    """For each conversation rated twice, the pair of ratings of each criterion and of the level."""
    rated: list[dict[str, agreement.Pair]] = []
    for _, first, second in found.pairs():
        both: dict[str, agreement.Pair] = {
            id: (rating.value, second.ratings[id].value) for id, rating in first.ratings.items() if id in second.ratings
        }
        rated.append(both | {LEVEL: (first.level or NO_LEVEL, second.level or NO_LEVEL)})
    return rated


def calibration(found: Ledger, in_force: review.Criteria) -> list[dict[str, Any]]:
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
