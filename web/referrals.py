"""The practitioner's forms about a referral: that it was made, and what was heard of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from ulid import ULID

from bot import follow_up
from web import chase
from web.access import somebody
from web.chat import asks_only, conversation_page, error, own
from web.record import content, now, store

blueprint = Blueprint("referrals", __name__)


@blueprint.post("/chat/<sender>/referral")
@asks_only
def made(sender: str) -> Any:
    """Record that a referral was made, when, how, and who took it."""
    own(sender)
    at, there = now(), content()
    to, taken_by = chase.short(request.form.get("to", "")), chase.short(request.form.get("taken_by", ""))
    how, made_at = request.form.get("how", ""), chase.when(request.form.get("made_at", ""), at)
    wrong = [] if to else error("to", "Say to whom you referred")
    wrong += [] if how in follow_up.HOW else error("how", "Say how you referred")
    wrong += [] if made_at and made_at <= at else error("made_at", "Write when, not in the future")
    if wrong or made_at is None:
        return conversation_page(sender, wrong), 400
    hours = follow_up.working_hours(there.guidance.hours)
    event = follow_up.made(str(ULID()), sender, to, taken_by, how, made_at, at, hours)
    chase.keep(store(), somebody(), sender, event, at)
    flash("Your referral is recorded. You will be asked about it after one working day.")
    return redirect(url_for("chat.conversation", sender=sender, _anchor="referral"), code=303)


@blueprint.post("/chat/<sender>/referral/<referral>")
@asks_only
def heard(sender: str, referral: str) -> Any:
    """Record whether a referral was acknowledged, by whom, and what was decided."""
    own(sender)
    at, there = now(), content()
    known = (r for r in chase.of_person(store(), somebody()) if r.conversation == sender)
    found = next((r for r in known if r.id == referral), None)
    answer = request.form.get("acknowledged", "")
    if found is None or answer not in ("yes", "no"):
        return conversation_page(sender, error(f"acknowledged-{referral}", "Say whether it was acknowledged")), 400
    hours = follow_up.working_hours(there.guidance.hours)
    decision = chase.long(request.form.get("decision", ""))
    by = chase.short(request.form.get("by", ""))
    event = follow_up.answered(found, answer == "yes", by, decision, at, hours)
    chase.keep(store(), somebody(), sender, event, at)
    flash(there.phrases["referral-heard" if answer == "yes" else "referral-next"])
    return redirect(url_for("chat.conversation", sender=sender, _anchor="referral"), code=303)
