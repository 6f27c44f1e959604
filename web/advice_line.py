"""The advice line's pages: who is waiting, taking a conversation, answering, handing it on.

Whoever opens a conversation is recorded as having read it before it is shown. Two specialists cannot take
the same one: the record refuses the second.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for

from bot.content import Content
from bot.hand_off import NotNow
from logs.store import Filter
from web import conversation as road
from web import reads
from web.access import may_read, roles, somebody
from web.chat import about, error
from web.furniture import waited
from web.outcomes import shown
from web.record import content, now, store
from web.showing import answers_so_far, concerns_heard, flags_heard
from web.transcript import lines

blueprint = Blueprint("advice_line", __name__, url_prefix="/advice-line")
specialists = roles("specialist")
CLOSED_SHOWN = 10


@blueprint.get("")
@specialists
def queue() -> str:
    """Who waits, the most urgent first, and what is with whom."""
    return render_template("queue.html", **_queue(now(), content()))


@blueprint.get("/live")
@specialists
def live_queue() -> Response:
    """The queue again, for a page that is open; nothing where nothing has changed."""
    found = _queue(now(), content())
    if found["mark"] == request.args.get("after"):
        return Response(status=204)
    answer = Response(render_template("_queue.html", **found))
    answer.headers["X-Seq"] = found["mark"]
    answer.headers["X-Count"] = str(len(found["waiting"]))
    answer.headers["X-Told"] = f"{len(found['waiting'])} waiting"
    return answer


@blueprint.get("/<sender>")
@specialists
def conversation(sender: str) -> str:
    """A conversation that reached the advice line; opening it is recorded."""
    _readable(sender)
    reads.read(store(), somebody(), sender, "advice line", now())
    return _conversation(sender)


@blueprint.get("/<sender>/live")
@specialists
def live(sender: str) -> Response:
    """What has been said, again, for a page that is open; nothing where nothing has changed."""
    seq, slots = _readable(sender)
    if str(seq) == request.args.get("after"):
        return Response(status=204)
    answer = Response(render_template("_handed_over.html", slots=slots, lines=lines(store().read(sender), content())))
    answer.headers["X-Seq"] = str(seq)
    if slots["status"] != request.args.get("status") or (slots["with_person"] or "") != request.args.get("with", ""):
        answer.headers["X-Moved"] = url_for("advice_line.conversation", sender=sender)
    return answer


@blueprint.post("/<sender>/claim")
@specialists
def claim(sender: str) -> Any:
    """Take a conversation."""
    return _act(sender, lambda at: road.claim(store(), somebody(), sender, at), "You have this conversation now.")


@blueprint.post("/<sender>/answer")
@specialists
def answer(sender: str) -> Any:
    """Write to the practitioner."""
    _readable(sender)
    text = request.form.get("text", "").strip()
    if not text:
        return _conversation(sender, error("text", "Write your answer first")), 400
    return _act(sender, lambda at: road.answer(store(), somebody(), sender, text, at), "Your answer is sent.")


@blueprint.post("/<sender>/release")
@specialists
def release(sender: str) -> Any:
    """Pass a conversation back to the queue, with a note for whoever takes it next."""
    _readable(sender)
    note = request.form.get("note", "").strip()
    if not note:
        return _conversation(sender, error("release-note", "Write a note for whoever takes it next")), 400
    return _act(
        sender,
        lambda at: road.release(store(), somebody(), sender, at, note),
        "It is back in the queue.",
        home=True,
    )


@blueprint.post("/<sender>/hand-back")
@specialists
def hand_back(sender: str) -> Any:
    """Hand a conversation back to the questions."""
    return _act(
        sender,
        lambda at: road.hand_back(store(), somebody(), sender, at),
        "It is back with the questions.",
        home=True,
    )


@blueprint.post("/<sender>/close")
@specialists
def close(sender: str) -> Any:
    """Close a conversation with a note of what was advised and agreed."""
    _readable(sender)
    note = request.form.get("note", "").strip()
    if not note:
        return _conversation(sender, error("close-note", "Write what was advised and agreed")), 400
    return _act(
        sender,
        lambda at: road.close(store(), somebody(), sender, at, note),
        "The conversation is closed.",
        home=True,
    )


def _readable(sender: str) -> tuple[int, dict[str, Any]]:
    """Where a conversation stands, if it ever reached the advice line; to a specialist no other exists."""
    if not may_read(somebody(), store().summary(sender)):
        abort(404)
    return road.where(store(), sender)


def _act(sender: str, step: Callable[[datetime], Any], done: str, home: bool = False) -> Any:
    """Do one thing and come back; where it cannot be done now, the page says why."""
    _readable(sender)
    try:
        step(now())
    except NotNow as refused:
        return _conversation(sender, error("maincontent", refused.says)), 409
    flash(done)
    return redirect(
        url_for("advice_line.queue") if home else url_for("advice_line.conversation", sender=sender), code=303
    )


def _queue(at: datetime, there: Content) -> dict[str, Any]:
    me = somebody()
    waiting = [_row(row, there, at) for row in store().queue()]
    taken = [_row(row, there, at) for row in store().summaries(Filter(status="with-specialist"), limit=100)]
    closed = store().summaries(Filter(status="closed", with_person=me.id), limit=CLOSED_SHOWN)
    marks = [f"{r['stream']}{r['status']}{r['urgency']}{r['updated_at']}{r['waited']}" for r in (*waiting, *taken)]
    return {
        "waiting": waiting,
        "mine": [row for row in taken if row["with_person"] == me.id],
        "others": [row for row in taken if row["with_person"] != me.id],
        "closed": [_row(row, there, at) for row in closed],
        "mark": sha256("|".join(marks).encode()).hexdigest()[:16],
    }


def _row(row: dict[str, Any], there: Content, at: datetime) -> dict[str, Any]:
    """A row of the queue: what it is about, how long it has waited, and which rule brought it."""
    handed = [s.event for s in store().read(row["stream"]) if s.event.get("name") == "handed-off"]
    rule = (handed[-1].get("metadata") or {}) if handed else {}
    organisation = there.guidance.organisations.get(row["organisation"] or "")
    return row | {
        "about": about(row, there),
        "waited": waited(row["queued_at"], at) if row["queued_at"] else "",
        "brought_by": rule.get("says") or "",
        "organisation_name": organisation.name if organisation else row["organisation"],
    }


def _conversation(sender: str, errors: list[dict[str, str]] | None = None) -> str:
    at, there, me = now(), content(), somebody()
    seq, slots = road.where(store(), sender)
    outcome = slots.get("outcome")
    summary = store().summary(sender) or {}
    return render_template(
        "handed_over.html",
        sender=sender,
        seq=seq,
        slots=slots,
        errors=errors or [],
        typed=request.form.get("text", "") if errors else "",
        row=_row(summary, there, at),
        mine=slots["status"] == "with-specialist" and slots["with_person"] == me.id,
        may_claim=slots["status"] == "waiting" or (slots["status"] == "with-assistant" and slots["queued_at"]),
        shown=shown(outcome, slots["urgency"], there, at) if outcome else None,
        concerns=concerns_heard(slots, there),
        flags=flags_heard(slots),
        given=answers_so_far(slots, there),
        lines=lines(store().read(sender), there),
    )
