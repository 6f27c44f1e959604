"""A conversation's record in three blocks: the tool's guidance, the specialist's advice, the practitioner's decision.

Each entry is signed and timed, and a correction stands beside what it corrects.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from bot import advising, blocks, writing
from bot.hand_off import NotNow
from web import chase, reads
from web import conversation as road
from web.access import may_read, roles, somebody
from web.advice_line import SENTENCES
from web.chat import about
from web.continuum import NAMES
from web.record import content, now, store

blueprint = Blueprint("record_blocks", __name__, url_prefix="/record")
AGREES = (("agrees", "I agree with the advice"), ("partly", "I agree in part"), ("differs", "I decided otherwise"))


@blueprint.get("/<sender>")
@roles("practitioner", "gp", "specialist")
def read(sender: str) -> str:
    """The three blocks; whoever reads another's conversation is recorded first."""
    row = _readable(sender)
    if row["owner"] != somebody().id:
        reads.read(store(), somebody(), sender, "the record", now())
    return _page(sender, row)


@blueprint.post("/<sender>/correct")
@roles("practitioner", "gp", "specialist")
def correct(sender: str) -> Any:
    """Add a correction beside what one wrote; what was written stays."""
    _readable(sender)
    number, me = request.form.get("of", ""), (somebody().id, somebody().name)
    of = int(number) if number.isdigit() else 0
    written = next((row.event for row in store().read(sender, of - 1, of)), None) if of else None
    if written is None:
        abort(400)
    text, at = road.kept(request.form.get("text", "").strip()[: advising.LONGEST]), now()
    try:
        road.act(store(), sender, at, lambda slots: advising.correct(slots, written, of, me, text, at))
        flash("Your correction stands beside it.")
    except NotNow as refused:
        flash(refused.says)
    return redirect(url_for("record_blocks.read", sender=sender), code=303)


def _readable(sender: str) -> dict[str, Any]:
    row = store().summary(sender)
    if row is None or not may_read(somebody(), row):
        abort(404)
    return row


def note_of(sender: str, events: list[dict[str, Any]]) -> str:
    """The same in plain text, ready to paste; with their referrals for whoever made them."""
    at, there = now(), content()
    _, slots = road.where(store(), sender)
    referrals = [chased.referral for chased in chase.of_conversation(store(), somebody(), sender, at)]
    return writing.note(slots, there, at, sender, events, referrals)


def _page(sender: str, row: dict[str, Any]) -> str:
    there, me, stored = content(), somebody(), store().read(sender)
    _, slots = road.where(store(), sender)
    return render_template(
        "record_blocks.html",
        sender=sender,
        row=row,
        slots=slots,
        own_record=row["owner"] == me.id,
        about=about(row, there),
        blocks=blocks.blocks((one.seq, one.event) for one in stored),
        note=note_of(sender, [one.event for one in stored]),
        me=me.id,
        own=row["owner"] == me.id,
        staff=me.role == "specialist",
        agrees=AGREES,
        names=NAMES,
        audited=[(name, words) for name, (words, _) in SENTENCES.items()],
    )
