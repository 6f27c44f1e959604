"""Reading one conversation: why, then the transcript with its path, quotes, versions and three blocks."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from bot.blocks import blocks
from bot.content import ROOT, Content
from logs import criteria, privacy
from web import conversation as road
from web import reads
from web.access import somebody
from web.chat import error
from web.outcomes import shown
from web.record import content, now, store
from web.review.listed import shown as listed
from web.review.recording import audits_of
from web.review.room import REASONS, blueprint, let_stand, reviewers, row_of, stands
from web.showing import answers_so_far, concerns_heard, flags_heard
from web.transcript import lines


@blueprint.get("/<sender>")
@reviewers
def conversation(sender: str) -> str:
    """A conversation, once the reason for reading it has been given."""
    row = listed(row_of(sender), content())
    if not may_show(sender):
        return render_template("review_why.html", sender=sender, row=row, reasons=REASONS, errors=[])
    return _reading(sender, row)


@blueprint.post("/<sender>")
@reviewers
def say_why(sender: str) -> Any:
    """Record why a conversation is read, then show it."""
    row = listed(row_of(sender), content())
    given = request.form.get("why", "")
    other = privacy.mask(privacy.clean(request.form.get("other", ""))).text.strip()[:200]
    why = other if given == "other" else given
    if not why or (given != "other" and given not in REASONS):
        wrong = error("other", "Write your reason") if given == "other" else error("why", "Say why you read it")
        return render_template("review_why.html", sender=sender, row=row, reasons=REASONS, errors=wrong), 400
    let_read(sender, why)
    return redirect(url_for("review.conversation", sender=sender), code=303)


def may_show(sender: str) -> bool:
    """Whether a reason for reading this conversation was recorded and still stands."""
    return stands("reading", sender)


def let_read(sender: str, why: str) -> None:
    """Record a reason for reading, and let it stand for a while."""
    reads.read(store(), somebody(), sender, why, now())
    let_stand("reading", sender)


def criteria_in(there: Content) -> criteria.Criteria:
    """The criteria in force: the partnership's, or the project's own where it brings none."""
    text = there.texts.get(criteria.TEXT)
    return criteria.read(text if text is not None else (ROOT / criteria.TEXT).read_text(encoding="utf-8"))


def _reading(sender: str, row: dict[str, Any]) -> str:
    at, there = now(), content()
    _, slots = road.where(store(), sender)
    outcome = slots.get("outcome")
    stored = store().read(sender)
    read_as = lines(stored, there)
    audits = audits_of(store(), sender)
    return render_template(
        "review_read.html",
        sender=sender,
        row=row,
        slots=slots,
        lines=read_as,
        anchors=_anchors([one.seq for one in stored], [line.seq for line in read_as]),
        versions=list(dict.fromkeys(line.content for line in read_as if line.content)),
        now_in_force=there.digest,
        faults=store().verify(sender),
        events=len(stored),
        shown=shown(outcome, slots["urgency"], there, at, for_author=True, slots=slots) if outcome else None,
        given=answers_so_far(slots, there),
        concerns=concerns_heard(slots, there),
        flags=flags_heard(slots, there),
        blocks=blocks((one.seq, one.event) for one in stored),
        audits=audits,
        hidden=audits.hidden_from(somebody().id),
        findings=criteria.FINDINGS,
        rating_words=criteria.RATINGS,
        titles={one.id: one.title for one in criteria_in(there).all},
    )


def _anchors(entries: list[int], shown_as: list[int]) -> dict[int, int]:
    """For each entry of the record the line of the page that tells it: its own, or the next one that is told."""
    found, lines_left = {}, sorted(set(shown_as), reverse=True)
    for entry in entries:
        while len(lines_left) > 1 and lines_left[-1] < entry:
            lines_left.pop()
        if lines_left:
            found[entry] = lines_left[-1]
    return found
