"""The advice line's pages: who is waiting, taking a conversation, answering, handing it on.

Whoever opens a conversation is recorded as having read it before it is shown. Two specialists cannot take
the same one: the record refuses the second.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from ulid import ULID

from bot.advising import AUDITED, not_written
from bot.hand_off import NotNow
from bot.model import LEVELS
from bot.signed import PARTS
from logs.store import Stored
from web import conversation as road
from web import marks, people, presence, reads
from web import queue as waiting_list
from web.access import current, may_read, roles, somebody
from web.chat import error
from web.continuum import NAMES, range_words
from web.outcomes import shown
from web.outlines import outlines
from web.record import content, now, store
from web.showing import answers_so_far, concerns_heard, flags_heard
from web.suggesting import choices
from web.transcript import Line, ask_of, lines
from web.unsent import unsent

blueprint = Blueprint("advice_line", __name__, url_prefix="/advice-line")
specialists = roles("specialist")
PROMPTS = {  # what is asked for while advice is written
    "level_reasons": "Which indicators, and what would move it up or down.",
    "alternatives": "Other levels, other routes, and why not.",
    "voice_of_child": "Their own words or how they live. If nobody asked: why not.",
    "think_family": "Fathers, partners, other adults and their needs; every other child.",
    "consent": "Asked, given or refused; why it is safe or not safe to ask.",
    "follow_up": "Who looks again, when, and what if it gets worse.",
}
SENTENCES = {name: (words, PROMPTS[name]) for name, words in PARTS.items()}  # the field: its words, the prompt


@blueprint.before_app_request
def _here() -> None:
    """A specialist's browser asks for something: they are here."""
    person = current()
    if person is not None and person.role == "specialist":
        presence.here(person, now())


@blueprint.get("")
@specialists
def queue() -> str:
    """Who waits, the most urgent first, and what is with whom."""
    return render_template("queue.html", found=waiting_list.queue(store(), content(), somebody(), now()))


@blueprint.get("/live")
@specialists
def live_queue() -> Response:
    """The queue again, for a page that is open; nothing where nothing has changed."""
    found = waiting_list.queue(store(), content(), somebody(), now())
    if found.mark == request.args.get("after"):
        return Response(status=204)
    answer = Response(render_template("_queue.html", found=found))
    answer.headers["X-Seq"] = found.mark
    answer.headers["X-Count"] = str(len(found.waiting))
    broken = f", {found.broken} past the promised time" if found.broken else ""
    answer.headers["X-Told"] = f"{len(found.waiting)} waiting{broken}"
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
    after, person = request.args.get("after"), somebody()
    if "hidden" not in request.args and slots["with_person"] == person.id:
        marks.went_out(store(), sender, "specialist", person.id, now(), seq, marks.shown_up_to(after))
    version = marks.version(store(), sender, seq)
    if version == after:
        return Response(status=204)
    answer = Response(render_template("_handed_over.html", slots=slots, lines=_lines(sender, store().read(sender))))
    answer.headers["X-Seq"] = version
    answer.headers["X-Told"] = "There is something new in this conversation"
    answer.headers["X-Alert"] = str(slots["alerts"])
    if slots["status"] != request.args.get("status") or (slots["with_person"] or "") != request.args.get("with", ""):
        answer.headers["X-Moved"] = url_for("advice_line.conversation", sender=sender)
    return answer


@blueprint.post("/<sender>/claim")
@specialists
def claim(sender: str) -> Any:
    """Take a conversation."""
    return act(sender, lambda at: road.claim(store(), somebody(), sender, at), "You have this conversation now.")


@blueprint.post("/<sender>/answer")
@specialists
def answer(sender: str) -> Any:
    """Write to the practitioner."""
    _readable(sender)
    text = request.form.get("text", "").strip()
    if not text:
        return _conversation(sender, error("text", "Write your answer first")), 400
    once, me = request.form.get("message_id") or None, somebody()
    marks.came_back(store(), sender, "specialist", me.id, now())
    return act(sender, lambda at: road.answer(store(), me, sender, text, at, once), "Your answer is sent.")


@blueprint.post("/<sender>/release")
@specialists
def release(sender: str) -> Any:
    """Pass a conversation back to the queue, with a note for whoever takes it next."""
    _readable(sender)
    note = request.form.get("note", "").strip()
    if not note:
        return _conversation(sender, error("release-note", "Write a note for whoever takes it next")), 400
    return act(
        sender,
        lambda at: road.release(store(), somebody(), sender, at, note, people.known(request.form.get("to"))),
        "It is back in the queue.",
        home=True,
    )


@blueprint.post("/<sender>/hand-back")
@specialists
def hand_back(sender: str) -> Any:
    """Hand a conversation back to the questions."""
    return act(
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
    return act(
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


def act(sender: str, step: Callable[[datetime], Any], done: str, home: bool = False) -> Any:
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


def refused(sender: str, field: str, says: str) -> Any:
    """The page again with what is missing in a form; nothing that was typed is lost."""
    _readable(sender)
    return _conversation(sender, error(field, says)), 400


def colleagues() -> list[people.Person]:
    """The other specialists of the same line."""
    me = somebody()
    others = people.PRACTICE.values()
    return [p for p in others if p.role == "specialist" and p.organisation == me.organisation and p.id != me.id]


def _lines(sender: str, stored: list[Stored]) -> list[Line]:
    return marks.marked(lines(stored, content()), store(), sender, "specialist")


def _conversation(sender: str, errors: list[dict[str, str]] | None = None) -> str:
    at, there, me = now(), content(), somebody()
    seq, slots = road.where(store(), sender)
    outcome, stored = slots.get("outcome"), store().read(sender)
    mine = slots["status"] == "with-specialist" and slots["with_person"] == me.id
    if mine:
        marks.went_out(store(), sender, "specialist", me.id, at, seq)
    advice = [row.event for row in stored if row.event.get("name") == "advice"]
    return render_template(
        "handed_over.html",
        sender=sender,
        seq=marks.version(store(), sender, seq),
        slots=slots,
        errors=errors or [],
        typed=request.form if errors else {},
        unsent=unsent() if errors and not mine else [],
        message_id=str(ULID()),
        row=waiting_list.row_of(store().summary(sender) or {}, store(), there, at),
        mine=mine,
        may_claim=slots["status"] == "waiting" or (slots["status"] == "with-assistant" and slots["queued_at"]),
        may_opine=slots["status"] == "with-specialist" and not mine,
        shown=shown(outcome, slots["urgency"], there, at) if outcome else None,
        concerns=concerns_heard(slots, there),
        flags=flags_heard(slots, there),
        given=answers_so_far(slots, there),
        outlines=outlines(slots, there),
        questions=choices(slots, there) if mine else [],
        ask_of=lambda key: ask_of(there, key),
        colleagues=colleagues(),
        levels=[(level, NAMES[level]) for level in reversed(LEVELS)],
        pointed=range_words(*((outcome or {}).get(part) for part in ("at_least", "at_most", "indicated"))),
        audited=[(name, *SENTENCES[name], AUDITED[name]) for name in SENTENCES],
        advice=advice[-1]["metadata"] if advice else None,
        unwritten=[SENTENCES[n][0] if n in SENTENCES else "Agreed actions" for n in not_written(advice[-1]["metadata"])]
        if advice
        else [],
        lines=_lines(sender, stored),
    )
