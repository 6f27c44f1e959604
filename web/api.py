"""Rasa's REST channel and tracker for programs: the same road as the pages, a token in place of a sign-in."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, jsonify, request

from bot.hand_off import NotNow
from web import conversation, reads, sign_in
from web.access import may_read
from web.errors import SPEAKS
from web.people import ASKS, Person
from web.record import content, now, store
from web.tracker import INCLUDE, tracker

blueprint = Blueprint("api", __name__)

SENDER = re.compile(r"[A-Za-z0-9._-]{1,64}")
MESSAGE_ID_LONGEST = 64
READERS = frozenset({*ASKS, "specialist", "reviewer"})
RASA_EVENTS = frozenset(  # the rest of what Rasa knows; nobody sends these from outside
    {
        "user",
        "bot",
        "slot",
        "action",
        "restart",
        "reset_slots",
        "undo",
        "rewind",
        "followup",
        "form",
        "export",
    }
    | {"active_loop", "loop_interrupted", "action_execution_rejected", "session_started", "session_ended"}
    | {"reminder", "cancel_reminder", "entities", "user_featurization"}
)


@blueprint.post("/webhooks/rest/webhook")
def webhook() -> Response:
    """One turn of a practitioner or a GP."""
    person = _bearer(ASKS)
    sender, message, message_id = _turn_asked(_body())
    taken = conversation.take(store(), content(), person, sender, message, message_id, now(), "api")
    if request.args.get("stream") == "true":
        lines = "".join(json.dumps(part, ensure_ascii=False) + "\n" for part in taken.reply)
        return Response(lines, mimetype="text/event-stream")
    return Response(taken.body, mimetype="application/json")


@blueprint.get("/webhooks/rest/")
def channel() -> Response:
    """Whether the channel is there."""
    return jsonify(status="ok")


@blueprint.get("/conversations/<sender>/tracker")
def read_tracker(sender: str) -> Response:
    """A conversation as a Rasa tracker: for whom it belongs to, and for those it may reach."""
    person = _bearer(READERS)
    _checked_sender(sender)
    include = request.args.get("include_events", "AFTER_RESTART")
    if include not in INCLUDE:
        abort(400)
    until = _until(request.args.get("until"))
    _may_read(person, sender)
    return _tracker(sender, include, until)


@blueprint.post("/conversations/<sender>/tracker/events")
def add_events(sender: str) -> Response:
    """The words of the specialist who has the conversation, or their pausing and handing back."""
    person = _bearer({"specialist"})
    _checked_sender(sender)
    said = _events_asked(_body())
    try:
        conversation.speak(store(), person, sender, said, now())
    except NotNow:  # somebody else has it, or nobody: it is not theirs to add to
        abort(403)
    return _tracker(sender, "AFTER_RESTART", None)


@blueprint.get("/health")
def health() -> tuple[Response, int]:
    """Whether the record takes writing: a heartbeat row was committed in the last two seconds."""
    at = now()
    try:
        if not store().alive(at.timestamp()):
            store().beat(at.timestamp())
        alive = store().alive(at.timestamp())
    except Exception as fault:  # whatever it is, the answer is the same: not well
        return jsonify(status="failure", reason=f"The record does not answer ({type(fault).__name__})."), 503
    if not alive:
        return jsonify(status="failure", reason="No heartbeat was recorded in the last two seconds."), 503
    return jsonify(status="ok"), 200


@blueprint.get("/version")
def version() -> Response:
    """Whose shapes these are."""
    return jsonify(version=SPEAKS, minimum_compatible_version="3.5.0")


@blueprint.get("/status")
def status() -> Response:
    """Which content is in force, where Rasa would name its model."""
    _bearer(READERS)
    return jsonify(model_file="", model_id=content().digest, num_active_training_jobs=0)


def _bearer(allowed: frozenset[str] | set[str]) -> Person:
    """Who sends this, by the token of the header; 401 without one, 403 for another role."""
    person = sign_in.bearer(current_app, request) or abort(401)
    g.person = person
    if person.role not in allowed:
        abort(403)
    return person


def _body() -> Any:
    """The JSON that was sent; 400 where it is none."""
    try:
        return request.get_json(force=True)
    except RecursionError:
        abort(400)


def _turn_asked(body: Any) -> tuple[str, str, str | None]:
    """Sender, message and message id of a turn, each of its kind; 400 where one is not."""
    if not isinstance(body, dict):
        abort(400)
    sender = _checked_sender(body.get("sender"))
    message, metadata = body.get("message"), body.get("metadata")
    if not _text(message) or not (metadata is None or isinstance(metadata, dict)):
        abort(400)
    message_id = (metadata or {}).get("message_id")
    if message_id is not None and not (_text(message_id) and 0 < len(message_id) <= MESSAGE_ID_LONGEST):
        abort(400)
    return sender, str(message), message_id


def _checked_sender(sender: Any) -> str:
    """A conversation's id of the agreed letters; 400 for anything else."""
    if not (isinstance(sender, str) and SENDER.fullmatch(sender)):
        abort(400)
    return sender


def _text(value: Any) -> bool:
    """Whether a value is text that can be written down (half a character cannot)."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _events_asked(body: Any) -> list[tuple[str, str]]:
    """The events a specialist sends, as (kind, words); 400 where malformed, 403 where not theirs."""
    sent = body if isinstance(body, list) else [body]
    if not sent:
        abort(400)
    for event in sent:
        if not isinstance(event, dict) or not isinstance(event.get("event"), str):
            abort(400)
        if event["event"] not in {"agent", "pause", "resume"}:
            abort(403 if event["event"] in RASA_EVENTS else 400)
        if event["event"] == "agent" and not (_text(event.get("text")) and event["text"].strip()):
            abort(400)
    return [(event["event"], event.get("text") or "") for event in sent]


def _until(given: str | None) -> float | None:
    """The moment up to which events count; 400 where it is no number."""
    if given is None:
        return None
    try:
        return float(given)
    except ValueError:
        abort(400)


def _may_read(person: Person, sender: str) -> None:
    """Let a person read a conversation, the reading recorded where it is not their own; 404 where they may not."""
    seq, slots = conversation.where(store(), sender)
    if not seq or slots["asker"]["person"] == person.id:
        return
    summary = store().summary(sender)
    if not may_read(person, summary):
        abort(404)
    if (summary or {}).get("with_person") != person.id:  # whoever has it is in the record as having it
        reads.read(store(), person, sender, "tracker", now())


def _tracker(sender: str, include: str, until: float | None) -> Response:
    """The tracker of a conversation, as it stands or as it stood at a moment."""
    events = [row.event for row in store().read(sender)]
    if until is not None:
        events = [event for event in events if event["timestamp"] <= until]
    return jsonify(tracker(sender, conversation.folded(events), events, include))
