"""The one road of every channel: chat, API and phone take a turn here. What people do beside that is in `web.acting`.

What was typed is masked, answered by the assistant and appended to the record; only then is there a reply. Two
turns at once on one conversation cannot both be right about where it ends: the later one folds again and takes
its turn anew.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import assistant, disagreeing, folding
from bot.content import Content
from logs import privacy
from logs.store import Message, Repeated, Store
from web import notices
from web.acting import (
    Acted,
    MessageReused,
    NotYours,
    Unknown,
    act,
    answer,
    callback,
    claim,
    close,
    digest,
    give_back,
    hand_back,
    kept,
    referral,
    release,
    speak,
)
from web.memory import memory_of
from web.people import Person
from web.recorded import add, believed, folded, keep, retrying, where

PHONE = "phone"
LONGEST = 20_000  # characters of one message
DIFFERING = "differing"  # the stream of all disagreements, for reviewers and authors
__all__ = [
    "Acted",
    "MessageReused",
    "NotYours",
    "Taken",
    "TooLong",
    "Unknown",
    "act",
    "answer",
    "begin_call",
    "callback",
    "claim",
    "close",
    "folded",
    "give_back",
    "hand_back",
    "kept",
    "referral",
    "release",
    "speak",
    "take",
    "where",
]
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class TooLong(Exception):
    """A message has more characters than one turn takes."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A turn that is in the record: its answer, also as it was sent, and where that leaves things."""

    reply: list[dict]
    slots: dict
    seq: int
    replayed: bool
    body: str


@dataclass(frozen=True, slots=True)
class _Said:
    """What was typed, as it may be kept, by whom, when and where."""

    person: Person
    sender: str
    text: str
    masked: tuple[str, ...]
    message_id: str | None
    at: datetime
    channel: str


def take(
    store: Store,
    content: Content,
    person: Person,
    sender: str,
    text: str,
    message_id: str | None,
    at: datetime,
    channel: str,
) -> Taken:
    """Take one turn: record what was typed together with its answer, then answer."""
    if len(text) > LONGEST:
        raise TooLong
    masked = privacy.mask(privacy.clean(text))
    said = _Said(person, sender, masked.text, masked.kinds, message_id, at, channel)
    return retrying(store, sender, lambda: _turn(store, content, said))


def begin_call(store: Store, person: Person, sender: str, caller: dict[str, str], number: str, at: datetime) -> None:
    """A phone call begins: the specialist who took it goes through the questions for the caller."""
    asker = {**caller, "person": person.id, "taken_by": person.name}
    events = assistant.begin(asker, PHONE, at)
    if number.strip():
        told = {"number": number.strip()[:40]}
        events.append({"event": "action", "name": "callback-number", "timestamp": at.timestamp(), "metadata": told})
    slots = folding.after(None, events)
    add(store, sender, 0, events, slots, at, channel=PHONE, started_at=at.timestamp())


def _turn(store: Store, content: Content, said: _Said) -> Taken:
    """One try at a turn, against the conversation as it is known now."""
    seq, slots = believed(store, said.sender)
    if seq and slots["asker"]["person"] != said.person.id:
        raise NotYours
    if said.message_id and (before := store.answered(said.sender, said.message_id)):
        return _again(before, said, slots, seq)
    opening = [] if seq else assistant.begin(said.person.asker, said.channel, said.at)
    turn = assistant.take(
        folding.after(slots, opening),
        said.sender,
        said.text,
        said.at,
        said.message_id,
        content,
        channel=said.channel,
        masked=said.masked,
    )
    events, reply = _with_masks_told(turn, said)
    body = _encoded(reply)
    keep(store, content)
    message = Message(said.message_id, digest(said.text), body) if said.message_id else None
    first: dict[str, Any] = {} if seq else {"channel": said.channel, "started_at": said.at.timestamp()}
    try:
        last = add(store, said.sender, seq, [*opening, *events], turn.slots, said.at, message, **first)
    except Repeated as fault:
        memory_of(store).forget(said.sender)
        return _again(fault.message, said, slots, seq)
    if not turn.slots["restricted"]:
        _queue_differing(store, said, events)
    return Taken(reply, turn.slots, last, False, body)


def _queue_differing(store: Store, said: _Said, events: Sequence[dict]) -> None:
    """Where the practitioner sees it otherwise, reviewers and authors find it in a stream of its own."""
    for event in events:
        if event.get("name") == disagreeing.EVENT:
            where_from = {"conversation": said.sender, "role": said.person.role, **event["metadata"]}
            store.append(DIFFERING, None, [{**event, "metadata": where_from}])


def _again(before: Message, said: _Said, slots: dict, seq: int) -> Taken:
    """The recorded answer to a message that came before, byte for byte."""
    if before.text_digest != digest(said.text):
        raise MessageReused
    return Taken(json.loads(before.reply_json), slots, seq, True, before.reply_json)


def _with_masks_told(turn: assistant.Turn, said: _Said) -> tuple[list[dict], list[dict]]:
    """The turn's events and reply; where something was masked, a line before the others says so."""
    if not said.masked:
        return turn.events, turn.reply
    says = notices.masked(said.masked)
    told = {"event": "bot", "timestamp": said.at.timestamp(), "text": says, "data": {}, "metadata": {}}
    return [turn.events[0], told, *turn.events[1:]], [
        {"recipient_id": said.sender, "text": says},
        *turn.reply,
    ]
