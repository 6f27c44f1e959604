"""What a specialist does in a conversation besides writing: suggest, indicate, ask a colleague, sign the advice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, request

from bot import advising
from bot.advising import AUDITED, LONGEST, Action
from web import advice_line, reads
from web import conversation as road
from web.access import somebody
from web.people import Person
from web.record import content, now, store
from web.suggesting import chosen

blueprint = Blueprint("specialist_acts", __name__, url_prefix="/advice-line")
ACTIONS = 6


def field(name: str) -> str:
    """What was written into one field."""
    return request.form.get(name, "").strip()[:LONGEST]


def who(person: Person) -> tuple[str, str]:
    """Whose signature stands under what is done."""
    return person.id, person.name


@blueprint.post("/<sender>/suggest")
@advice_line.specialists
def suggest(sender: str) -> Any:
    """Suggest an answer to a question; the practitioner confirms it or not."""
    key, answer = chosen(field("answer"))
    if not answer or not field("why"):
        return advice_line.refused(sender, "suggest-why" if answer else "suggest", "Choose an answer and say why")
    why, me, there = road.kept(field("why")), who(somebody()), content()
    return _does(
        sender,
        lambda slots, at: advising.suggest(slots, there, me, key, answer, why, at),
        "Suggested. It counts once the practitioner confirms it.",
    )


@blueprint.post("/<sender>/level")
@advice_line.specialists
def level(sender: str) -> Any:
    """Indicate a level, with the reason."""
    if not field("level") or not field("reason"):
        return advice_line.refused(sender, "level-reason" if field("level") else "level", "Choose a level and say why")
    named, reason, me = field("level"), road.kept(field("reason")), who(somebody())
    return _does(sender, lambda slots, at: advising.indicate(slots, me, named, reason, at), "Your level is recorded.")


@blueprint.post("/<sender>/opinion")
@advice_line.specialists
def opinion(sender: str) -> Any:
    """Ask a colleague for a second opinion, or give one."""
    text, me = road.kept(field("text")), who(somebody())
    if not text:
        return advice_line.refused(sender, "opinion", "Write your question or your opinion")
    if field("giving"):
        reads.read(store(), somebody(), sender, "second opinion", now())
        done = "Your opinion is with your colleague."
        return _does(sender, lambda slots, at: advising.give_opinion(slots, me, text, at), done)
    return _does(
        sender, lambda slots, at: advising.ask_opinion(slots, me, text, at), "Your colleagues see that you ask."
    )


@blueprint.post("/<sender>/advice")
@advice_line.specialists
def advice(sender: str) -> Any:
    """Sign the advice: why, what else was considered, what is audited, and what was agreed."""
    if not field("rationale"):
        return advice_line.refused(sender, "rationale", "Write why this is your advice")
    parts = {name: road.kept(field(name)) for name in ("rationale", *AUDITED)}
    kept = [[road.kept(field(f"{part}-{n}")) for part in ("what", "who", "when")] for n in range(1, ACTIONS + 1)]
    if any(what and not (doer and when) for what, doer, when in kept):
        return advice_line.refused(sender, "what-1", "Say who does each action and by when")
    actions, me, named = [Action(*one) for one in kept], who(somebody()), field("level") or None
    return _does(
        sender, lambda slots, at: advising.advise(slots, me, parts, actions, named, at), "Your advice is signed."
    )


def _does(sender: str, step: Callable[[dict, datetime], list[dict]], done: str) -> Any:
    once = field("message_id")
    words = "\n".join(f"{k}={v}" for k, v in sorted(request.form.items()) if k not in ("csrf_token", "message_id"))
    named = (f"{somebody().id}:{once}", words) if once else None
    return advice_line.act(sender, lambda at: road.act(store(), sender, at, lambda slots: step(slots, at), named), done)
