"""Pages over many audits: findings, actions, agreement and what to calibrate, the criteria with their examples."""

from __future__ import annotations

from typing import Any

from flask import render_template

from logs import agreement, criteria
from web.access import may_read, somebody
from web.chat import about
from web.continuum import NAMES
from web.furniture import LONDON, moment
from web.record import content, now, store
from web.review import figures
from web.review.ledger import ledger
from web.review.reading_one import criteria_in
from web.review.room import desk, reviewers, unseen

SHOWN = 100  # actions and differences on one page
FEW = 20  # conversations rated twice: fewer say little


@desk.get("/audits")
@reviewers
def audits() -> str:
    """What the audits found so far, by finding and by criterion."""
    found = ledger(store())
    findings, by_criterion = found.sums()
    return render_template(
        "desk_audits.html",
        total=sum(bool(one.audits) for one in found.of.values()),
        findings=[(words, findings[name]) for name, words in criteria.FINDINGS.items()],
        ratings=criteria.RATINGS,
        criteria=[(one, by_criterion.get(one.id, {})) for one in criteria_in(content()).all],
        version=criteria_in(content()).version,
    )


@desk.get("/actions")
@reviewers
def actions() -> str:
    """Actions agreed, those that are due first."""
    today = now().astimezone(LONDON).date().isoformat()
    hidden = unseen()
    every = [one for one in ledger(store()).actions() if one.conversation not in hidden]
    names = {one.id: one.title for one in criteria_in(content()).all}
    rows = [(one, one.overdue(today), names.get(one.criterion, "")) for one in every]
    still = sum(one.done_at is None for one in every)
    late = sum(one.overdue(today) for one in every)
    return render_template("desk_actions.html", rows=rows[:SHOWN], total=len(every), still=still, late=late)


@desk.get("/criteria")
@reviewers
def all_criteria() -> str:
    """The criteria, with what each rating looks like."""
    return render_template("desk_criteria.html", criteria=criteria_in(content()))


@desk.get("/agreement")
@reviewers
def agreements() -> str:
    """How far first and second ratings agree, and the disagreements to talk through."""
    in_force = criteria_in(content())
    found, pairs = figures.figures(store(), ledger(store()), [one.id for one in in_force.all])
    differing = figures.calibration(ledger(store()), in_force)
    return render_template(
        "desk_agreement.html",
        pairs=pairs,
        few=FEW,
        rows=[(one.title, one.critical, found[one.id]) for one in in_force.all],
        level=found[figures.LEVEL],
        resamples=agreement.RESAMPLES,
        calibration=[_named(one) for one in differing[:SHOWN]],
        more=max(0, len(differing) - SHOWN),
        ratings=criteria.RATINGS | NAMES,
    )


def _named(one: dict[str, Any]) -> dict[str, Any]:
    """A difference with the conversation it is about."""
    row = store().summary(one["conversation"])
    if row is None or not may_read(somebody(), row):  # restricted since
        return one | {"about": "A conversation", "began": ""}
    return one | {"about": about(row, content()), "began": moment(row["started_at"])}
