"""The page of the as-at replay: what was shown, what the texts of then say, and what today's say."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for

from web.record import content, store
from web.review import as_at
from web.review.listed import shown
from web.review.reading_one import may_show
from web.review.room import blueprint, reviewers, row_of
from web.transcript import payload

DONE = {
    "start": "Began",
    "person": "Asked for a specialist",
    "continue": "Carried on",
    "change": "Changed an answer",
}


@blueprint.get("/<sender>/then")
@reviewers
def replay(sender: str) -> Any:
    """A conversation re-walked on the texts it was answered with, beside today's."""
    row, there = row_of(sender), content()
    if not may_show(sender):
        return redirect(url_for("review.conversation", sender=sender), code=303)
    walked = as_at.replay(store(), store().read(sender), there)
    return render_template(
        "review_then.html",
        sender=sender,
        row=shown(row, there),
        walked=walked,
        today=there.digest,
        turns=[(turn, _typed(turn.text), _sides(turn)) for turn in walked.turns],
    )


def _typed(text: str) -> str:
    """What was typed, or the answer that was pressed."""
    told = payload(text)
    if told is None:
        return text
    kind, body = told
    return DONE.get(kind, str(body.get("a") or body.get("level") or ""))


def _sides(turn: as_at.Turn) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What was shown and what today's texts say, with the differences marked."""
    old = "\n".join((*turn.recorded.texts, *turn.recorded.buttons))
    new = "\n".join((*turn.today.texts, *turn.today.buttons)) if turn.today else ""
    return as_at.marked(old, new)
