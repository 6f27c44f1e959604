"""What a practitioner does about a specialist's part: confirm a suggested answer, write down what they decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for

from bot import advising, folding, restricting
from bot.hand_off import NotNow
from web import conversation as road
from web import line_now, presence, restricted
from web.access import roles, somebody
from web.record import content, now, store
from web.transcript import ask_of

blueprint = Blueprint("own_acts", __name__)
blueprint.app_context_processor(lambda: {"line_now": _line_now, "promise_words": _promised, "ask_words": _asked})
blueprint.app_context_processor(
    lambda: {"may_see_restricted": _may_see_restricted, "about_a_worker": restricting.about_a_worker}
)
asks_only = roles("practitioner", "gp")
PLACES = {"record": "record_blocks.read", "chat": "chat.conversation"}


@blueprint.post("/chat/<sender>/suggestion")
@asks_only
def suggestion(sender: str) -> Any:
    """Confirm an answer the specialist suggests, or say that it is not so."""
    _own(sender)
    key, take, there = request.form.get("key", ""), request.form.get("take") == "yes", content()
    says = "Your answer is recorded." if take else "The specialist sees that it is not so."

    def step(slots: dict, at: datetime) -> list[dict]:
        made = advising.settle(slots, there, key, take, at)
        return [*made, *restricting.events(folding.after(slots, made), there, at.timestamp())]

    return _does(sender, step, says, "chat")


@blueprint.post("/chat/<sender>/restrict")
@asks_only
def restrict(sender: str) -> Any:
    """Have the record restricted: it may be about somebody who can read it."""
    _own(sender)
    answer = _does(sender, restricting.asked, "The record is restricted now.", "chat")
    presence.give_back_what_is_lost(store(), now())  # whoever had it and may not see it has it no longer
    return answer


@blueprint.post("/chat/<sender>/decision")
@asks_only
def decision(sender: str) -> Any:
    """Write down what was decided, and whether the advice was agreed with: the third block of the record."""
    _own(sender)
    form, me = request.form, (somebody().id, somebody().name)
    decided, reason = (road.kept(form.get(part, "").strip()[: advising.LONGEST]) for part in ("decision", "reason"))
    step = advising.decide
    return _does(
        sender,
        lambda slots, at: step(slots, me, form.get("agrees", ""), decided, reason, at),
        "Your decision is in the record.",
        "record",
    )


def _line_now(slots: dict[str, Any] | None) -> line_now.LineNow:
    """The advice line of this conversation, or of whoever is signed in."""
    return line_now.line_now(slots or {"asker": somebody().asker}, content(), now())


def _promised(slots: dict[str, Any]) -> tuple[str, bool]:
    return line_now.promise_words(slots, content(), now())


def _may_see_restricted() -> list[str]:
    """The names of those with the right to restricted records, where the program knows its people."""
    return restricted.names(current_app.config["PRACTICE"])


def _asked(key: str) -> str:
    return ask_of(content(), key)


def _own(sender: str) -> None:
    seq, slots = road.where(store(), sender)
    if not seq or (slots.get("asker") or {}).get("person") != somebody().id:
        abort(404)


def _does(sender: str, step: Callable[[dict, datetime], list[dict]], says: str, back: str) -> Any:
    at = now()
    try:
        road.act(store(), sender, at, lambda slots: step(slots, at))
    except NotNow as refused:
        says = refused.says
    flash(says)
    return redirect(url_for(PLACES[back], sender=sender), code=303)
