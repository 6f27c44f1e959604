"""The practitioner's pages: begin a conversation, go through its questions, read the outcome, wait.

Every act is a form that is posted and answered with a redirect, so the pages work without scripts. What is
shown is read from the record each time.
"""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from ulid import ULID

from bot import disagreeing, own_view, routes, telling, writing
from bot.content import Content
from bot.hand_off import has_line
from bot.messages import LONGEST_WORRY, NOT_KNOWN, payload
from bot.model import LEVELS, NOT_SURE
from bot.standing import CHOICE, children
from logs.store import Filter, Stored
from web import chase, marks, restricted
from web import conversation as road
from web.access import roles, somebody
from web.banner import banner
from web.concerns import groups
from web.contacts import ring
from web.continuum import NAMES
from web.outcomes import shown
from web.record import content, now, store
from web.showing import answers_so_far, asked, beside, concerns_heard, flags_heard, last_reply, offers, progress
from web.transcript import ask_of, lines, since_hand_off
from web.transcript import payload as payload_of

blueprint = Blueprint("chat", __name__)
asks_only = roles("practitioner", "gp")

SENDER = re.compile(r"[A-Za-z0-9._-]{1,64}")
NUMBER = re.compile(r"\+?[\d ()-]{5,24}")
SHOWN_AT_HOME = 20


def error(field: str, says: str) -> list[dict[str, str]]:
    """One thing wrong with a form, for the summary at the top and the field itself."""
    return [{"field": field, "says": says}]


@blueprint.get("/chat")
@asks_only
def home() -> Any:
    """Where a practitioner begins, with the conversations they have."""
    return _home()


@blueprint.post("/chat")
@asks_only
def begin() -> Any:
    """Begin a conversation with the first words, a concern or the wish for a person."""
    text = request.form.get("message", "").strip()
    if not text:
        return _home(error("message", "Write what worries you, or choose a concern")), 400
    sender = request.form.get("message_id") or str(ULID())
    if not SENDER.fullmatch(sender):
        abort(400)
    try:
        _take(sender, text, sender)
    except (road.MessageReused, road.NotYours):  # the same page sent again with other words
        sender = str(ULID())
        _take(sender, text, sender)
    return redirect(url_for("chat.conversation", sender=sender), code=303)


@blueprint.get("/chat/<sender>")
@asks_only
def conversation(sender: str) -> Any:
    """A conversation as it stands."""
    return conversation_page(sender)


@blueprint.post("/chat/<sender>")
@asks_only
def say(sender: str) -> Any:
    """Answer the question on the page, change an answer, write something or ask for a person."""
    own(sender)
    marks.came_back(store(), sender, "asker", somebody().id, now())
    choosing = "choosing" in request.form
    text = request.form.get("choice" if choosing else "message", "").strip()
    if choosing:
        text = _with_besides(text)
    if not text:
        wrong = error("choice", "Choose an answer") if choosing else error("message", "Write something first")
        return conversation_page(sender, wrong), 400
    try:
        _take(sender, text, request.form.get("message_id") or None)
    except road.MessageReused:  # gone back and chosen something else: a message of its own
        _take(sender, text, None)
    return redirect(url_for("chat.conversation", sender=sender), code=303)


def _with_besides(choice: str) -> str:
    """The chosen answer with what the page asked beside it: why it is not known, or the main worry."""
    kind, body = payload_of(choice) or ("", {})
    if kind != "answer":
        return choice
    why, worry = request.form.get("not_known"), request.form.get("worry", "").strip()[:LONGEST_WORRY]
    why = why if body.get("a") == NOT_SURE and why in NOT_KNOWN else None
    own_worry = worry if body.get("q") == own_view.KEY and worry else None
    if why is None and own_worry is None:
        return choice
    return payload("answer", body["q"], body["a"], body.get("child"), why, own_worry)


@blueprint.post("/chat/<sender>/differ")
@asks_only
def differ(sender: str) -> Any:
    """The practitioner sees another level, and says why: up stands at once, down goes to a person."""
    own(sender)
    level, code = request.form.get("level", ""), request.form.get("code", "")
    words = request.form.get("words", "").strip()[: disagreeing.LONGEST]
    wrong = [] if level in LEVELS else error("level", "Say which level you see")
    wrong += [] if code in disagreeing.CODES else error("code", "Say why")
    if wrong:
        return conversation_page(sender, wrong), 400
    body = {"level": level, "code": code, **({"words": words} if words else {})}
    _take(sender, "/differ" + json.dumps(body, ensure_ascii=False), request.form.get("message_id") or None)
    return redirect(url_for("chat.conversation", sender=sender, _anchor="differs"), code=303)


@blueprint.post("/chat/<sender>/number")
@asks_only
def callback(sender: str) -> Any:
    """Keep the number on which the practitioner can be rung back."""
    own(sender)
    number = request.form.get("number", "").strip()
    if not NUMBER.fullmatch(number):
        return conversation_page(sender, error("number", "Write a phone number, digits only")), 400
    road.callback(store(), somebody(), sender, number, now(), request.form.get("when", ""))
    flash("Your number is saved.")
    return redirect(url_for("chat.conversation", sender=sender), code=303)


@blueprint.get("/chat/<sender>/live")
@asks_only
def live(sender: str) -> Any:
    """The part of the page that changes while a person has the conversation, if it has changed."""
    seq, slots = own(sender)
    after = request.args.get("after")
    if "hidden" not in request.args:
        marks.went_out(store(), sender, "asker", somebody().id, now(), seq, marks.shown_up_to(after))
    version = marks.version(store(), sender, seq)
    if version == after:
        return Response(status=204)
    there, stored = content(), store().read(sender)
    part = render_template("_standing.html", **_standing(sender, slots, stored, there))
    answer = Response(part)
    answer.headers["X-Seq"] = version
    answer.headers["X-Told"] = f"{slots['with'] or 'A specialist'}: there is something new"
    if slots["status"] != request.args.get("status"):
        answer.headers["X-Moved"] = url_for("chat.conversation", sender=sender)
    return answer


def _standing(sender: str, slots: dict[str, Any], stored: list[Stored], there: Content) -> dict[str, Any]:
    """What the part of the page needs that changes while a person has the conversation."""
    custom = last_reply(row.event for row in stored)[0]
    can = offers(custom.get("can") or [], there)
    return {
        "sender": sender,
        "slots": slots,
        "standing": banner(slots, there.guidance, now()),
        "may_continue": not slots.get("outcome") or any(act.payload == "/continue" for act in can.acts),
        "lines": marks.marked(since_hand_off(lines(stored, there)), store(), sender, "practitioner"),
    }


def _take(sender: str, text: str, message_id: str | None) -> None:
    road.take(store(), content(), somebody(), sender, text, message_id, now(), "chat")


def own(sender: str) -> tuple[int, dict[str, Any]]:
    """Where a conversation of the person signed in stands; anybody else's does not exist."""
    seq, slots = road.where(store(), sender)
    if not seq or (slots.get("asker") or {}).get("person") != somebody().id:
        abort(404)
    return seq, slots


def _home(errors: list[dict[str, str]] | None = None) -> str:
    there, person = content(), somebody()
    own_restricted = [row for row in restricted.seen_by(store(), person) if row["owner"] == person.id]
    rows = [*own_restricted, *store().summaries(Filter(owner=person.id), limit=SHOWN_AT_HOME)]
    rows.sort(key=lambda row: (row["status"] == "closed", -(row["updated_at"] or 0)))
    return render_template(
        "home.html",
        errors=errors or [],
        typed="",
        message_id=str(ULID()),
        groups=groups(there.trees.values()),
        early_help=there.trees.get("early-help"),
        begins={tree.id: payload("answer", CHOICE, tree.title) for tree in there.trees.values()},
        conversations=[row | {"about": about(row, there)} for row in rows],
        to_chase=chase.to_chase(store(), person, now()),
        chase_next=there.phrases["referral-next"],
    )


def differs_of(events: list[dict[str, Any]], there: Content) -> list[dict[str, str]]:
    """Where the practitioner saw it otherwise: the level, the coded reason and their words."""
    return [
        {
            "level": NAMES[told["level"]],
            "why": there.phrases.get(f"differs-{told['code']}", told["code"]),
            "words": told["words"],
            "says": there.phrases.get(f"differs-{told['direction']}", ""),
        }
        for event in events
        if event.get("name") == disagreeing.EVENT and (told := event["metadata"])
    ]


def about(row: dict[str, Any], there: Content) -> str:
    """What a conversation is about, in a few words: its concerns, else the first words."""
    titles = [there.trees[tree].title for tree in (row.get("trees") or "").split() if tree in there.trees]
    words = row.get("first_words") or ""
    return " · ".join(titles) or (words[:60] + ("…" if len(words) > 60 else "")) or "Not named yet"


def conversation_page(sender: str, errors: list[dict[str, str]] | None = None) -> str:
    """The page of a conversation, from what the record holds of it."""
    seq, slots = own(sender)
    at, there = now(), content()
    stored = store().read(sender)
    custom, buttons, texts = last_reply(row.event for row in stored)
    question = asked(custom, buttons, texts, slots, there) if slots["status"] == "with-assistant" else None
    outcome = slots.get("outcome")
    can = offers(custom.get("can") or [], there)
    events = [row.event for row in stored]
    referrals = chase.of_conversation(store(), somebody(), sender, at)
    view = telling.own_view_words(slots, there, outcome) if outcome else []
    marks.went_out(store(), sender, "asker", somebody().id, at, seq)
    return render_template(
        "conversation.html",
        **_standing(sender, slots, stored, there),
        seq=marks.version(store(), sender, seq),
        errors=errors or [],
        typed=request.form.get("message", "") if errors else "",
        message_id=str(ULID()),
        person_has_it=slots["status"] in ("waiting", "with-specialist"),
        asked=question,
        progress=progress(question) if question else "",
        told=beside(
            [t for t in texts if t not in view and not (question and t.endswith(question.ask))], outcome, there
        ),
        shown=shown(outcome, slots["urgency"], there, at, slots=slots) if outcome else None,
        ring_now=[ring(row, there.guidance, at) for row in routes.notice(slots, there.guidance, at)],
        note=writing.note(slots, there, at, sender, events, [c.referral for c in referrals]) if outcome else "",
        referrals=referrals,
        words=there.phrases,
        differs=differs_of(events, there),
        levels=[(level, NAMES[level]) for level in reversed(LEVELS)],
        codes=[(code, there.phrases[f"differs-{code}"]) for code in disagreeing.CODES],
        kinds=[(kind, there.phrases[f"not-known-{kind}"]) for kind in NOT_KNOWN],
        can=can,
        falls_away=[ask_of(there, key) for key in custom.get("falls_away") or ()] if question else [],
        concern_titles=[there.trees[t].title for t in slots["chosen"] if t in there.trees],
        several=children(slots) > 1,
        concerns=concerns_heard(slots, there),
        flags=flags_heard(slots, there),
        given=answers_so_far(slots, there),
        choose_concern=payload("change", CHOICE),
        may_change=slots["status"] == "with-assistant",
        number=slots.get("callback"),
        ask_number=has_line(slots, there)
        and not slots.get("callback")
        and slots["status"] != "closed"
        and bool(slots["red_flags"] or slots["queued_at"]),
        said=lines(stored, there),
    )
