"""What reviewers told somebody about their own conversations, and their answer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from logs import privacy, review
from web.access import roles, somebody
from web.record import now, store
from web.review.ledger import ledger

blueprint = Blueprint("feedback", __name__, url_prefix="/feedback")
those_told = roles("practitioner", "gp", "specialist")
LONGEST = 2000


@blueprint.get("")
@those_told
def told() -> str:
    """Everything reviewers told whoever is signed in, the latest first."""
    return render_template("feedback.html", rows=ledger(store()).feedback_to(somebody().id))


@blueprint.post("/<sender>/<id>")
@those_told
def answer(sender: str, id: str) -> Any:
    """Record an answer to feedback that was given to oneself."""
    stream = review.stream_of(sender)
    found = review.folded(one.event for one in store().read(stream)).feedback.get(id)
    if found is None or found.to != somebody().id:
        abort(404)
    words = privacy.mask(privacy.clean(request.form.get("words", ""))).text.strip()[:LONGEST]
    if words:
        meta = {"id": id, "words": words, "by": somebody().id}
        event = {"event": "action", "name": "feedback-answered", "timestamp": now().timestamp(), "metadata": meta}
        store().append(stream, None, [event])
        flash("Your answer is recorded. The reviewer can read it.")
    return redirect(url_for("feedback.told"), code=303)
