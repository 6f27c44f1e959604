"""Call-taker mode: a phone call by keyboard, through the same road as everything typed, with a record of one shape.

The caller's details are kept to a role, an organisation and a number; who the child is stays on the phone.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from ulid import ULID

from bot import advising, danger
from bot.advising import AUDITED, Action
from bot.hand_off import NotNow
from bot.messages import payload
from bot.model import LEVELS
from bot.standing import CHOICE, question_at, where
from web import conversation as road
from web.access import somebody
from web.advice_line import SENTENCES, specialists
from web.chat import NUMBER, about, error
from web.continuum import NAMES
from web.furniture import waited
from web.outcomes import shown
from web.record import content, now, store
from web.record_blocks import AGREES
from web.showing import answers_so_far, concerns_heard, flags_heard, last_reply
from web.specialist_acts import ACTIONS, field, who
from web.suggesting import Choice, choices

blueprint = Blueprint("calls", __name__, url_prefix="/call")
JOBS = (
    "Health visitor",
    "School nurse",
    "Midwife",
    "GP or practice staff",
    "Mental health practitioner",
    "Another practitioner",
)


@blueprint.get("")
@specialists
def begin() -> str:
    """Before the first question: who is calling, in as few words as will do."""
    return _beginning([])


@blueprint.post("")
@specialists
def start() -> Any:
    """Begin the call."""
    job, organisation, number = field("job"), field("organisation"), field("number")
    if job not in JOBS or organisation not in content().guidance.organisations:
        return _beginning(error("job", "Say what the caller does and where they work")), 400
    if number and not NUMBER.fullmatch(number):
        return _beginning(error("number", "Write a phone number, digits only")), 400
    sender, role = str(ULID()), "gp" if organisation == "gp-practice" else "practitioner"
    caller = {"name": f"Caller ({job.lower()})", "role": role, "organisation": organisation}
    road.begin_call(store(), somebody(), sender, caller, number, now())
    _take(sender, "/start")
    return redirect(url_for("calls.call", sender=sender), code=303)


@blueprint.get("/<sender>")
@specialists
def call(sender: str) -> str:
    """The call as it stands: one question to ask, every other one that is open, notes and the outcome."""
    return _page(sender, [])


@blueprint.post("/<sender>")
@specialists
def say(sender: str) -> Any:
    """An answer, what the caller says, a note beside the question, or another concern."""
    _, slots = _own(sender)
    chosen, text, note, key = field("choice"), field("text"), field("note"), field("key")
    if not (chosen or text or note):
        return _page(sender, error("choice", "Choose an answer, or write something")), 400
    if chosen:  # it answers the question on the page: danger heard in the words would ask another one first
        _take(sender, chosen)
    if note:
        _note(sender, slots, key, note)
    if text:
        _take(sender, text)
    return redirect(url_for("calls.call", sender=sender), code=303)


@blueprint.post("/<sender>/finish")
@specialists
def finish(sender: str) -> Any:
    """Sign the advice, write down what the caller decides, and end the call: one step, one record."""
    _own(sender)
    wrong = [
        {"field": name, "says": says}
        for name, says in (
            ("rationale", "Write why this is your advice"),
            ("decision", "Write what the caller decides to do"),
            ("agrees", "Say whether the caller agrees"),
        )
        if not field(name)
    ]
    kept = [[road.kept(field(f"{part}-{n}")) for part in ("what", "who", "when")] for n in range(1, ACTIONS + 1)]
    if any(what and not (doer and when) for what, doer, when in kept):
        wrong.append({"field": "what-1", "says": "Say who does each action and by when"})
    if wrong:
        return _page(sender, wrong), 400
    parts = {name: road.kept(field(name)) for name in ("rationale", *AUDITED)}
    me, actions = who(somebody()), [Action(*one) for one in kept]
    decision, level = road.kept(field("decision")), field("level") or None

    def signs(slots: dict, at: datetime) -> list[dict]:
        caller = (me[0], f"{slots['asker']['name']}, as told to {me[1]}")
        return [
            *advising.advise(slots, me, parts, actions, level, at),
            *advising.decide(slots, caller, field("agrees"), decision, "", at),
        ]

    try:
        _does(sender, signs)
    except NotNow as refused:
        return _page(sender, error("rationale", refused.says)), 409
    road.close(store(), somebody(), sender, now(), "The call has ended.")
    flash("The call is in the record.")
    return redirect(url_for("record_blocks.read", sender=sender), code=303)


def _take(sender: str, text: str) -> None:
    road.take(store(), content(), somebody(), sender, text, None, now(), road.PHONE)


def _does(sender: str, step: Callable[[dict, datetime], list[dict]]) -> None:
    at = now()
    road.act(store(), sender, at, lambda slots: step(slots, at))


def _note(sender: str, slots: dict[str, Any], key: str, note: str) -> None:
    """Keep a note; danger in it is heard like danger in anything else that is typed."""
    there, me, text = content(), who(somebody()), road.kept(note)
    asked = key if question_at(slots, there, key) else None
    _does(sender, lambda now_, at: advising.note(now_, me, asked, text, at))
    if danger.in_message(text, slots, there):
        _take(sender, text)


def _own(sender: str) -> tuple[int, dict[str, Any]]:
    seq, slots = road.where(store(), sender)
    if not seq or slots["channel"] != road.PHONE or slots["asker"]["person"] != somebody().id:
        abort(404)
    return seq, slots


def _beginning(errors: list[dict[str, str]]) -> str:
    organisations = content().guidance.organisations.values()
    typed = request.form if errors else {}
    return render_template("call_begin.html", jobs=JOBS, organisations=organisations, errors=errors, typed=typed)


def _page(sender: str, errors: list[dict[str, str]]) -> str:
    _, slots = _own(sender)
    at, there, stored = now(), content(), store().read(sender)
    outcome, events = slots.get("outcome"), [row.event for row in stored]
    found, trees = choices(slots, there), sorted(there.trees.values(), key=lambda tree: tree.title)
    question, options = _asked(slots, found)
    row = store().summary(sender) or {}
    _, _, texts = last_reply(events)
    notes: dict[str, list[str]] = {}
    for event in events:
        if event.get("name") == "call-note":
            notes.setdefault(event["metadata"]["key"] or "", []).append(event["metadata"]["text"])
    return render_template(
        "call.html",
        sender=sender,
        slots=slots,
        errors=errors,
        typed=request.form if errors else {},
        row=row,
        about=about(row, there),
        minutes=waited(row.get("started_at"), at),
        question=question,
        options=options,
        others=[c for c in found if c.now is None and (question is None or c.key != question.key)],
        notes=notes,
        told=[t for t in texts if not (question and t.endswith(question.ask))] if not outcome else [],
        shown=shown(outcome, slots["urgency"], there, at) if outcome else None,
        concerns=concerns_heard(slots, there),
        flags=flags_heard(slots, there),
        given=answers_so_far(slots, there),
        titles=[(payload("answer", CHOICE, tree.title), tree.title) for tree in trees],
        continues=any(act["payload"] == "/continue" for act in (last_reply(events)[0].get("can") or [])),
        levels=[(level, NAMES[level]) for level in reversed(LEVELS)],
        audited=[(name, *SENTENCES[name]) for name in SENTENCES],
        agrees=AGREES,
    )


def _asked(slots: dict[str, Any], found: list[Choice]) -> tuple[Choice | None, list[tuple[str, str]]]:
    """The question on the page (another open one where that is asked for) and its answers as payloads."""
    if slots["status"] != "with-assistant":
        return None, []
    standing, wanted = where(slots, content()), request.args.get("q", "")
    key = wanted if any(c.key == wanted for c in found) else (standing.asks.key if standing.asks else "")
    question = next((c for c in found if c.key == key), None)
    if question is None:
        return None, []
    asked = question_at(slots, content(), key)
    child = asked.child if asked else None
    return question, [(payload("answer", key, words, child), words) for _, words in question.answers]
