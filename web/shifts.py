"""Who has what on the advice line, and the end of a shift: everything is passed on before somebody goes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from bot.hand_off import NotNow
from logs.store import Filter, RecordUnavailable
from web import conversation as road
from web import people, presence, restricted
from web import queue as waiting_list
from web.access import current, roles, somebody
from web.advice_line import colleagues, specialists
from web.furniture import waited
from web.record import content, now, store

blueprint = Blueprint("shifts", __name__, url_prefix="/shift")


@blueprint.record_once
def _hold(state: Any) -> None:
    state.app.extensions["before_leaving"] = before_leaving


def before_leaving() -> Any:
    """Where a specialist who signs out is sent first, while they still have conversations; else nothing."""
    me = current()
    if me is None or me.role != "specialist":
        return None
    try:
        mine = store().summaries(Filter(status="with-specialist", with_person=me.id), limit=1)
        mine = mine or [row for row in restricted.held(store(), me) if row["with_person"] == me.id]
    except RecordUnavailable:  # nobody is kept from signing out
        return None
    return redirect(url_for("shifts.end", leaving=1), code=303) if mine else None


@blueprint.get("")
@roles("specialist", "reviewer")
def who_has_what() -> str:
    """The supervisor's view: each specialist, what they have, when they were last heard of, and who waits."""
    return render_template("who_has_what.html", **_board())


@blueprint.get("/live")
@roles("specialist", "reviewer")
def live() -> Any:
    """The same again for a page that is open."""
    board = _board()
    answer = render_template("_who_has_what.html", **board)
    return answer, 200, {"X-Seq": board["found"].mark, "X-Told": f"{len(board['waiting'])} waiting"}


@blueprint.get("/end")
@specialists
def end() -> str:
    """What somebody still has when they want to go."""
    return _ending([])


@blueprint.post("/end")
@specialists
def pass_all_on() -> Any:
    """Pass everything on, each with its note; nothing is left with somebody who is not there."""
    me, at = somebody(), now()
    mine = waiting_list.queue(store(), content(), me, at).mine
    notes = {row["stream"]: request.form.get(f"note-{row['stream']}", "").strip() for row in mine}
    missing = [stream for stream, note in notes.items() if not note]
    if missing:
        says = "Write a note for whoever takes it next"
        return _ending([{"field": f"note-{stream}", "says": says} for stream in missing]), 400
    for stream, note in notes.items():
        try:
            road.release(store(), me, stream, at, note, people.known(request.form.get(f"to-{stream}")))
        except NotNow:  # it was closed or taken meanwhile: then it is with somebody else already
            continue
    flash("Everything is back in the queue with your notes." if notes else "You have nothing to pass on.")
    return redirect(url_for("advice_line.queue"), code=303)


def _ending(errors: list[dict[str, str]]) -> str:
    found = waiting_list.queue(store(), content(), somebody(), now())
    typed = request.form if errors else {}
    minutes = int(presence.lost_after().total_seconds() // 60)
    return render_template(
        "shift_end.html",
        mine=found.mine,
        errors=errors,
        typed=typed,
        colleagues=colleagues(),
        lost_after=minutes,
    )


def _board() -> dict[str, Any]:
    at, me = now(), somebody()
    found = waiting_list.queue(store(), content(), me, at)
    waiting, taken = [*found.waiting, *found.elsewhere], [*found.mine, *found.others]
    names = {p.id: p.name for p in people.PRACTICE.values() if p.role == "specialist"}
    names |= {row["with_person"]: row["with_name"] for row in taken}
    specialists_now = [
        {
            "name": name,
            "seen": waited(seen, at) if (seen := presence.last_seen(person)) else None,
            "has": [row for row in taken if row["with_person"] == person],
        }
        for person, name in names.items()
    ]
    return {"found": found, "waiting": waiting, "specialists": specialists_now, "may_open": me.role == "specialist"}
