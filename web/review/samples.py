"""Drawing samples to audit, and what is left to do of each."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import abort, redirect, render_template, request, url_for

from logs import criteria, review, sample
from logs.store import Cursor, Filter, Store
from web.access import may_read, somebody
from web.chat import error
from web.record import content, now, store
from web.review import filters, recording
from web.review.ledger import ledger
from web.review.listed import shown
from web.review.recording import SAMPLES
from web.review.room import desk, reviewers

AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample as it was drawn: by whom, how, from what."""

    id: str
    name: str
    by: str
    at: float
    picked: dict[str, str]
    plan: sample.Plan
    drawn: tuple[sample.Drawn, ...]
    population: dict[str, int]
    taken: dict[str, int]
    left_out: int


def _sample(id: str, event: dict[str, Any]) -> Sample:
    meta = event["metadata"]
    drawn = tuple(sample.Drawn(one["conversation"], tuple(one["why"]), one["second"]) for one in meta["drawn"])
    plan = sample.plan_of(meta["plan"])
    rest = (meta["population"], meta["taken"], meta["left_out"])
    return Sample(id, meta["title"], meta["name"], event["timestamp"], meta["picked"], plan, drawn, *rest)


def one(store: Store, id: str) -> Sample | None:
    """The sample of this id."""
    found = store.read(SAMPLES + id)
    return _sample(id, found[0].event) if found else None


def every(store: Store) -> list[Sample]:
    """All samples, the last drawn first."""
    found = [_sample(placed.stream.removeprefix(SAMPLES), placed.event) for placed in store.gather(SAMPLES)]
    return found[::-1]


def population(store: Store, where: Filter) -> Iterator[dict[str, Any]]:
    """Every conversation a filter lets through."""
    before: Cursor | None = None
    while rows := store.summaries(where, before, AT_ONCE):
        yield from rows
        before = (rows[-1]["started_at"], rows[-1]["stream"])


@desk.get("/samples")
@reviewers
def samples() -> str:
    """The samples drawn so far, and the form to draw another."""
    return _samples([])


def _samples(errors: list[dict[str, str]]) -> str:
    there, kept = content(), filters.counted(store())
    fields = [
        (one, filters.options(one.name, kept[one.name], there, request.form.get(one.name, "")))
        for one in filters.ALL
        if one.name in ("organisation", "concern", "status")
    ]
    return render_template(
        "desk_samples.html",
        samples=[(one, _done(one)) for one in every(store())],
        fields=fields,
        strata=sample.STRATA,
        seed=request.form.get("seed") or secrets.randbelow(900_000) + 100_000,
        form=request.form,
        errors=errors,
    )


def _done(found: Sample) -> int:
    audits = ledger(store()).of
    return sum(bool(audits[one.stream].audits) for one in found.drawn if one.stream in audits)


@desk.post("/samples")
@reviewers
def draw() -> Any:
    """Draw a sample and record what was drawn from what."""
    form = request.form
    plan, errors = _plan()
    if plan is None:
        return _samples(errors), 400
    picked = filters.chosen(form)
    found = sample.draw(population(store(), filters.where(picked)), plan)
    if not found.drawn:
        return _samples(error("since", "No conversation fits. Widen the dates or draw a larger share.")), 400
    at = now()
    title = form.get("title", "").strip()[:80] or f"Sample of {at:%-d %B %Y}"
    id = recording.sample_drawn(store(), somebody(), title, picked, plan, found, at)
    return redirect(url_for("desk.one_sample", id=id), code=303)


def _plan() -> tuple[sample.Plan | None, list[dict[str, str]]]:
    """The plan the form asks for, or what is wrong with it."""
    numbers: dict[str, int] = {}
    errors = []
    for name, words, least, most, usual in (
        ("seed", "The seed", 0, 2**53, 1),
        ("share", "The share of the rest", 0, 100, 10),
        ("second", "The share rated twice", 0, 100, 20),
        ("long_wait", "The long wait", 1, 10_000, 60),
        ("per_organisation", "The quota for each organisation", 0, 1000, 0),
        ("per_specialist", "The quota for each specialist", 0, 1000, 0),
        ("most", "The most", 0, 10_000, 0),
    ):
        text = request.form.get(name, "").strip() or str(usual)
        if not (text.isdigit() and least <= int(text) <= most):
            errors += error(name, f"{words} must be a whole number from {least} to {most}")
        else:
            numbers[name] = int(text)
    if errors:
        return None, errors
    chosen = request.form.getlist("every")
    return (
        sample.Plan(
            seed=numbers["seed"],
            share=numbers["share"] / 100,
            second=numbers["second"] / 100,
            long_wait=numbers["long_wait"] * 60.0,
            every=tuple(name for name in sample.STRATA if name in chosen),
            per_organisation=numbers["per_organisation"],
            per_specialist=numbers["per_specialist"],
            most=numbers["most"],
        ),
        [],
    )


@desk.get("/samples/<id>")
@reviewers
def one_sample(id: str) -> str:
    """A sample: what was drawn from what, and what is left to rate."""
    found = one(store(), id) or abort(404)
    there, person, known_audits = content(), somebody(), ledger(store()).of
    rows = []
    for drawn in found.drawn:
        row = store().summary(drawn.stream)
        row = row if may_read(person, row) else None  # restricted since it was drawn
        audits = known_audits.get(drawn.stream, review.Audits())
        hidden = audits.hidden_from(person.id)
        rows.append(
            {
                "row": shown(row, there) if row else None,
                "drawn": drawn,
                "why": [_why(name) for name in drawn.why],
                "audits": audits,
                "hidden": hidden,
                "mine": audits.rated_by(person.id),
                "finding": None if hidden or audits.awaits_second else review.now_found(audits),
            }
        )
    return render_template(
        "desk_sample.html",
        sample=found,
        rows=rows,
        findings=criteria.FINDINGS,
        strata={**sample.STRATA, sample.REST: "The rest, by lot"},
        picked=[(filters.LABELS[name], filters.worded(name, value, there)) for name, value in found.picked.items()],
    )


def _why(name: str) -> str:
    quotas = {"quota:organisation": "Quota of the organisation", "quota:with_person": "Quota of the specialist"}
    return sample.STRATA.get(name) or quotas.get(name, "By lot")
