"""The reviewer's pages: find logged conversations, say why one is read, read it.

Nothing typed into a search stands in an address: the filters live in the sign-in. Every search, and every
reading with its reason, is recorded before anything is shown.
"""

from __future__ import annotations

from time import time
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, session, url_for

from bot.content import Content
from bot.model import LEVELS
from logs.store import Cursor, Filter
from web import conversation as road
from web import reads
from web.access import may_read, roles, somebody
from web.chat import about, error
from web.furniture import STATUSES
from web.outcomes import NAMES, shown
from web.record import content, now, store
from web.showing import answers_so_far, concerns_heard, flags_heard
from web.transcript import lines

blueprint = Blueprint("review", __name__, url_prefix="/review")
reviewers = roles("reviewer")

PAGE = 20
STANDS_FOR = 30 * 60  # seconds for which a stated reason lets one go back to the same conversation
REASONS = (
    "Audit of the advice line",
    "Sample for quality",
    "Supervision with the practitioner or specialist",
    "A complaint, incident or learning review",
    "Asked by the practitioner or specialist",
)
FACETS = {
    "status": "status",
    "level": "at_most",
    "urgency": "urgency",
    "concern": "tree",
    "organisation": "organisation",
    "red_flag": "red_flag",
}


@blueprint.get("")
@reviewers
def conversations() -> str:
    """Logged conversations, the last started first."""
    chosen = session.get("review") or {}
    before = _cursor(request.args.get("before"))
    return render_template(
        "review.html", **_list(chosen, before), **_choices(content()), chosen=chosen, reasons=REASONS
    )


@blueprint.post("")
@reviewers
def narrow() -> Any:
    """Keep what the list is narrowed to; words searched for are recorded."""
    if "clear" in request.form:
        session.pop("review", None)
        return redirect(url_for("review.conversations"), code=303)
    chosen = {name: value for name in FACETS if (value := request.form.get(name, ""))}
    words = request.form.get("words", "").strip()[:200]
    if words:
        reads.searched(store(), somebody(), words, "review", now())
        chosen["words"] = words
    session["review"] = chosen
    return redirect(url_for("review.conversations"), code=303)


@blueprint.get("/<sender>")
@reviewers
def conversation(sender: str) -> str:
    """A conversation, once the reason for reading it has been given."""
    row = _row_of(sender)
    if time() - (session.get("reading") or {}).get(sender, 0) > STANDS_FOR:
        return render_template("review_why.html", sender=sender, row=row, reasons=REASONS, errors=[])
    return _reading(sender, row)


@blueprint.post("/<sender>")
@reviewers
def say_why(sender: str) -> Any:
    """Record why a conversation is read, then show it."""
    row = _row_of(sender)
    given = request.form.get("why", "")
    other = request.form.get("other", "").strip()[:200]
    why = other if given == "other" else given
    if not why or (given != "other" and given not in REASONS):
        wrong = error("other", "Write your reason") if given == "other" else error("why", "Say why you read it")
        return render_template("review_why.html", sender=sender, row=row, reasons=REASONS, errors=wrong), 400
    reads.read(store(), somebody(), sender, why, now())
    session["reading"] = {**dict(list((session.get("reading") or {}).items())[-20:]), sender: time()}
    return redirect(url_for("review.conversation", sender=sender), code=303)


def _list(chosen: dict[str, str], before: tuple[str, ...] | None) -> dict[str, Any]:
    """One page of the list: hits of a search, or rows, and where the next page begins."""
    narrowed: dict[str, Any] = {FACETS[name]: value for name, value in chosen.items() if name in FACETS}
    where = Filter(**narrowed)
    there = content()
    if chosen.get("words"):
        position = int(before[0]) if before and before[0].isdigit() else None
        hits = store().search(chosen["words"], where, position, PAGE + 1)
        rows = [_row(hit.summary, there) | {"hit": hit} for hit in hits[:PAGE] if hit.summary]
        return {
            "rows": rows,
            "older": str(hits[PAGE - 1].position) if len(hits) > PAGE else None,
            "count": None,
        }
    cursor: Cursor | None = (float(before[0]), before[1]) if before and len(before) == 2 else None
    found = store().summaries(where, cursor, PAGE + 1)
    last = found[PAGE - 1] if len(found) > PAGE else None
    counts = store().counts("status", where)
    return {
        "rows": [_row(row, there) for row in found[:PAGE]],
        "older": f"{last['started_at']!r}~{last['stream']}" if last else None,
        "count": sum(counts.values()),
    }


def _cursor(text: str | None) -> tuple[str, ...] | None:
    """Where a page begins: a position, or a time and a conversation. Anything else begins at the top."""
    parts = tuple((text or "").split("~", 1))
    try:
        float(parts[0])
    except ValueError:
        return None
    return parts


def _choices(there: Content) -> dict[str, Any]:
    """What the list can be narrowed by."""
    return {
        "statuses": list(STATUSES.items()),
        "levels": [(level, NAMES[level]) for level in LEVELS],
        "urgencies": [("now", "Now"), ("today", "Today"), ("none", "Neither")],
        "trees": sorted((tree.id, tree.title) for tree in there.trees.values()),
        "organisations": [(o.key, o.name) for o in there.guidance.organisations.values()],
        "red_flags": [(flag.flag, _flag_name(there, flag.flag)) for flag in there.common.red_flags],
    }


def _flag_name(there: Content, flag: str) -> str:
    found = there.guidance.passages.get(f"threshold_guidance.md#{flag}")
    return f"{flag} {found.title.removeprefix(flag).strip()}" if found else flag


def _row(row: dict[str, Any], there: Content) -> dict[str, Any]:
    organisation = there.guidance.organisations.get(row["organisation"] or "")
    return row | {
        "hit": None,
        "about": about(row, there),
        "organisation_name": organisation.name if organisation else row["organisation"],
        "flag_names": [_flag_name(there, flag) for flag in (row["red_flags"] or "").split()],
    }


def _row_of(sender: str) -> dict[str, Any]:
    row = store().summary(sender)
    if not may_read(somebody(), row) or row is None:
        abort(404)
    return _row(row, content())


def _reading(sender: str, row: dict[str, Any]) -> str:
    at, there = now(), content()
    _, slots = road.where(store(), sender)
    outcome = slots.get("outcome")
    stored = store().read(sender)
    read_as = lines(stored, there)
    return render_template(
        "review_read.html",
        sender=sender,
        row=row,
        slots=slots,
        lines=read_as,
        versions=list(dict.fromkeys(line.content for line in read_as if line.content)),
        faults=store().verify(sender),
        events=len(stored),
        shown=shown(outcome, slots["urgency"], there, at) if outcome else None,
        given=answers_so_far(slots, there),
        concerns=concerns_heard(slots, there),
        flags=flags_heard(slots),
    )
