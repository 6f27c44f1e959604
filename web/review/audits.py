"""Rating one conversation against the criteria, with evidence quoted from its record; actions and feedback after it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from ulid import ULID

from bot.model import LEVELS
from logs import criteria, privacy, review
from logs.criteria import Criteria
from logs.review import Audit, Evidence, Rating
from web.access import somebody
from web.chat import error
from web.continuum import NAMES
from web.record import content, now, store
from web.review import recording, samples
from web.review.listed import shown
from web.review.reading_one import criteria_in, let_read, may_show
from web.review.recording import audits_of
from web.review.room import blueprint, reviewers, row_of
from web.transcript import Line, lines

ENTRY = re.compile(r"^\s*(?:entry\s+)?#?(\d{1,6})\s*[:.)-]?\s*(.*)$", re.I)
LONGEST = 2000


@blueprint.get("/<sender>/audit")
@reviewers
def audit(sender: str) -> Any:
    """The form: the record on one side, the criteria on the other."""
    row_of(sender)
    if not may_show(sender):
        drawn = samples.one(store(), request.args.get("sample", ""))
        if drawn is None or sender not in {one.stream for one in drawn.drawn}:
            return redirect(url_for("review.conversation", sender=sender), code=303)
        let_read(sender, f"Sample for quality: {drawn.name}")
    return _form(sender, [])


def _form(sender: str, errors: list[dict[str, str]]) -> str:
    there = content()
    stored = store().read(sender)
    audits = audits_of(store(), sender)
    again = next((one for one in audits.audits if one.id == request.values.get("again")), None)
    return render_template(
        "review_audit.html",
        sender=sender,
        row=shown(row_of(sender), there),
        lines=lines(stored, there),
        criteria=criteria_in(there),
        asked=_asked(criteria_in(there), again),
        again=again,
        second=_is_second(audits),
        sample=request.values.get("sample", ""),
        ratings=criteria.RATINGS,
        levels=[(level, NAMES[level]) for level in LEVELS],
        form=request.form,
        errors=errors,
    )


def _asked(all_of_them: Criteria, again: Audit | None) -> list[criteria.Criterion]:
    """The criteria to rate: all, or those that failed when it is audited again."""
    return [one for one in all_of_them.all if again is None or one.id in again.failed]


def _is_second(audits: review.Audits) -> bool:
    """Whether a rating by whoever is signed in is the blind second one."""
    return audits.awaits_second and bool(audits.firsts) and not audits.rated_by(somebody().id)


@blueprint.post("/<sender>/audit")
@reviewers
def rate(sender: str) -> Any:
    """Record an audit, all of it or nothing."""
    row_of(sender)
    if not may_show(sender):
        return redirect(url_for("review.conversation", sender=sender), code=303)
    there, audits = content(), audits_of(store(), sender)
    in_force, person, at = criteria_in(there), somebody(), now()
    again = next((one for one in audits.audits if one.id == request.form.get("again")), None)
    said = quotable(lines(store().read(sender), there))
    ratings, errors = {}, []
    for one in _asked(in_force, again):
        rating, wrong = _rating(one, said)
        errors += wrong
        if rating:
            ratings[one.id] = rating
    level = request.form.get("level") or None
    if level not in (*LEVELS, "none", None) or (level is None and again is None):
        errors += error("level", "Say which level the record supports, or that it does not support one")
    if errors or not ratings:
        return _form(sender, errors), 400
    found = Audit(
        str(ULID()),
        0,
        sender,
        person.id,
        person.name,
        at.timestamp(),
        in_force.version,
        ratings,
        frozenset(one.id for one in in_force.all if one.critical and one.id in ratings),
        None if level == "none" else level,
        request.form.get("sample") or None,
        _is_second(audits),
        again.id if again else None,
    )
    recording.audited(store(), there, audits, found)
    flash("The audit is recorded.")
    if found.sample and samples.one(store(), found.sample):
        return redirect(url_for("desk.one_sample", id=found.sample), code=303)
    return redirect(url_for("review.conversation", sender=sender) + "#audits", code=303)


def quotable(said: list[Line]) -> dict[int, str]:
    """The words of each numbered entry that can be quoted."""
    found: dict[int, str] = {}
    for line in said:
        parts = (line.asked, line.text, *line.inside, *line.quotes, line.note)
        found[line.seq] = _plain(" ".join([found.get(line.seq, ""), *parts]))
    return found


def _plain(text: str) -> str:
    return " ".join(text.split())


def _rating(one: criteria.Criterion, said: dict[int, str]) -> tuple[Rating | None, list[dict[str, str]]]:
    """One criterion as the form rates it, or what is wrong with it."""
    form, field = request.form, f"rating-{one.id}"
    value = form.get(field, "")
    note = privacy.mask(privacy.clean(form.get(f"note-{one.id}", ""))).text.strip()[:LONGEST]
    evidence, wrong = _evidence(one, said)
    if value not in criteria.RATINGS:
        return None, [*wrong, *error(field, f"Rate: {one.title}")]
    if value in ("met", "partly") and not evidence and not wrong:
        wrong += error(f"evidence-{one.id}", f"Quote the entry that shows it: {one.title}")
    if value == "not" and not evidence and not note and not wrong:
        wrong += error(f"note-{one.id}", f"Say what is missing, or quote it: {one.title}")
    if value == "na" and one.critical and not note:
        wrong += error(f"note-{one.id}", f"Say why this critical criterion does not apply: {one.title}")
    return (None if wrong else Rating(value, note, tuple(evidence))), wrong


def _evidence(one: criteria.Criterion, said: dict[int, str]) -> tuple[list[Evidence], list[dict[str, str]]]:
    """The entries chosen or quoted, one a line: `12` is entry 12, `12: words` are words of it."""
    field, found = f"evidence-{one.id}", []
    for line in filter(str.strip, request.form.get(field, "").splitlines()):
        match = ENTRY.match(line)
        quote = _plain(match[2]).strip('“”"') if match else ""
        if match is None or int(match[1]) not in said:
            return [], error(field, f"Begin each line with the number of an entry: {one.title}")
        if quote and quote.casefold() not in said[int(match[1])].casefold():
            return [], error(field, f"Those words do not stand in entry {match[1]}: {one.title}")
        found.append(Evidence(int(match[1]), quote))
    return found, []


@blueprint.post("/<sender>/audit/action")
@reviewers
def agree_action(sender: str) -> Any:
    """Record an action agreed because of an audit, with its owner and date."""
    row_of(sender)
    form, audits = request.form, audits_of(store(), sender)
    what = privacy.mask(privacy.clean(form.get("what", ""))).text.strip()[:LONGEST]
    owner, due = form.get("owner", "").strip()[:80], _date(form.get("due", ""))
    based_on = next((one for one in audits.audits if one.id == form.get("audit")), None)
    if not (what and owner and due and based_on):
        flash("Not recorded: an action needs what, an owner and a date.")
        return redirect(url_for("review.conversation", sender=sender) + "#audits", code=303)
    meta = {
        "id": str(ULID()),
        "conversation": sender,
        "audit": based_on.id,
        "criterion": form.get("criterion", "")[:10],
        "what": what,
        "owner": owner,
        "due": due,
        "by": somebody().id,
    }
    recording.done(store(), sender, audits, recording.action("action-agreed", now(), meta))
    flash("The action is recorded.")
    return redirect(url_for("review.conversation", sender=sender) + "#audits", code=303)


@blueprint.post("/<sender>/audit/action/<id>")
@reviewers
def action_done(sender: str, id: str) -> Any:
    """Record that an action is done."""
    row_of(sender)
    audits = audits_of(store(), sender)
    if id not in audits.actions:
        abort(404)
    note = privacy.mask(privacy.clean(request.form.get("note", ""))).text.strip()[:LONGEST]
    meta = {"id": id, "by": somebody().id, "note": note}
    recording.done(store(), sender, audits, recording.action("action-done", now(), meta))
    return redirect(url_for("desk.actions"), code=303)


@blueprint.post("/<sender>/audit/feedback")
@reviewers
def give_feedback(sender: str) -> Any:
    """Tell the practitioner or the specialist what the audit found; they can answer."""
    row, audits = row_of(sender), audits_of(store(), sender)
    role = "specialist" if request.form.get("to") == "specialist" else "practitioner"
    to = row["with_person"] if role == "specialist" else row["owner"]
    words = privacy.mask(privacy.clean(request.form.get("words", ""))).text.strip()[:LONGEST]
    if not to or not words or not audits.audits or audits.hidden_from(somebody().id):
        flash("Not recorded: feedback needs words, an audit, and somebody to go to.")
        return redirect(url_for("review.conversation", sender=sender) + "#audits", code=303)
    meta = {"id": str(ULID()), "conversation": sender, "to": to, "role": role, "words": words, "by": somebody().name}
    recording.done(store(), sender, audits, recording.action("feedback-given", now(), meta))
    flash("The feedback is recorded and shown to them.")
    return redirect(url_for("review.conversation", sender=sender) + "#audits", code=303)


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
