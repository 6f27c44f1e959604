"""What people do to a conversation beside taking a turn: claim, answer, pass on, hand back, close, leave a number.

Each act looks at the conversation as it stands, adds its events to the record or is refused, and happens once however
often it is sent under one number. Two who act at once cannot both be right: the later one looks again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import folding, hand_off
from logs import identifiers, privacy
from logs.store import Message, Repeated, Store
from web import notices
from web.memory import memory_of
from web.people import Person
from web.recorded import add, retrying, where


class NotYours(Exception):
    """The conversation belongs to somebody else; for whoever asks it does not exist."""


class Unknown(Exception):
    """There is no conversation of this id."""


class MessageReused(Exception):
    """A message id came a second time with other words."""


@dataclass(frozen=True, slots=True)
class Acted:
    """What somebody did to a conversation, recorded, and where it stands now."""

    events: list[dict]
    slots: dict
    seq: int


def claim(store: Store, person: Person, sender: str, at: datetime) -> Acted:
    """A specialist takes a conversation; two cannot take the same one."""
    return act(store, sender, at, lambda slots: hand_off.claim(slots, person.id, person.name, at))


def release(store: Store, person: Person, sender: str, at: datetime, note: str, to: Person | None = None) -> Acted:
    """A specialist passes a conversation back to the queue, with a note for whoever takes it next."""
    meant = (to.id, to.name) if to else None
    return act(store, sender, at, lambda slots: hand_off.release(slots, person.id, at, kept(note), meant))


def give_back(store: Store, sender: str, why: str, at: datetime) -> Acted:
    """Nobody has heard of the specialist: the conversation takes its old place in the queue again."""
    return act(store, sender, at, lambda slots: hand_off.give_back(slots, why, at))


def answer(store: Store, person: Person, sender: str, text: str, at: datetime, message_id: str | None = None) -> Acted:
    """A specialist writes to the practitioner; the same message sent again is there once."""
    return speak(store, person, sender, [("agent", text)], at, message_id)


def hand_back(store: Store, person: Person, sender: str, at: datetime) -> Acted:
    """A specialist hands a conversation back to the questions."""
    return speak(store, person, sender, [("resume", "")], at)


def close(store: Store, person: Person, sender: str, at: datetime, note: str) -> Acted:
    """A conversation is closed, with a note of what was advised and agreed."""

    def step(slots: dict) -> list[dict]:
        _own_or_specialist(person, slots)
        return hand_off.close(slots, person.id, at, kept(note))

    return act(store, sender, at, step)


def callback(store: Store, person: Person, sender: str, number: str, at: datetime, when: str = "") -> Acted:
    """Whoever asks leaves a number on which they can be rung back, and when that suits."""

    def step(slots: dict) -> list[dict]:
        _own_or_specialist(person, slots)
        if slots["status"] == "closed":
            raise hand_off.NotNow(notices.CLOSED)
        given = {"number": number.strip()[:40], **({"when": kept(when.strip()[:80])} if when.strip() else {})}
        return [{"event": "action", "name": "callback-number", "timestamp": at.timestamp(), "metadata": given}]

    return act(store, sender, at, step)


def referral(store: Store, person: Person, sender: str, event: dict, at: datetime) -> Acted:
    """A referral was made, or heard of: a line in the conversation while it is open. The list to chase is elsewhere."""

    def step(slots: dict) -> list[dict]:
        _own_or_specialist(person, slots)
        return [] if slots["status"] == "closed" else [event]

    return act(store, sender, at, step)


def speak(
    store: Store,
    person: Person,
    sender: str,
    said: Sequence[tuple[str, str]],
    at: datetime,
    message_id: str | None = None,
) -> Acted:
    """What the specialist who has it says and does, all of it or nothing: agent, pause, resume."""

    def step(slots: dict) -> list[dict]:
        made: list[dict] = []
        for kind, words in said:
            if kind == "agent":
                fresh = hand_off.reply(slots, person.id, person.name, kept(words), at)
            elif kind == "resume":
                fresh = hand_off.hand_back(slots, person.id, at)
            elif slots["with_person"] != person.id:
                raise hand_off.NotNow(notices.NOT_WITH_YOU)
            else:
                fresh = []  # a conversation with a specialist is paused already
            made += fresh
            slots = folding.after(slots, fresh)
        return made

    words = "\n".join(text for _, text in said)
    return act(store, sender, at, step, (f"{person.id}:{message_id}", words) if message_id else None)


def act(
    store: Store,
    sender: str,
    at: datetime,
    step: Callable[[dict], list[dict]],
    once_as: tuple[str, str] | None = None,
) -> Acted:
    """Do one thing to a conversation as it stands, recorded; raises `NotNow` where it is not allowed.

    `once_as` (id, words) makes it happen once however often it is sent; other words under that id are refused.
    """
    message = Message(once_as[0], digest(once_as[1]), "") if once_as else None

    def once() -> Acted:
        seq, slots = where(store, sender)
        if not seq:
            raise Unknown
        if message and (before := store.answered(sender, message.id)):
            return _done_before(before, message, slots, seq)
        events = step(slots)
        if not events:
            return Acted([], slots, seq)
        after = folding.after(slots, events)
        closed: dict[str, Any] = {"closed_at": at.timestamp()} if after["status"] == "closed" else {}
        try:
            return Acted(events, after, add(store, sender, seq, events, after, at, message, **closed))
        except Repeated as fault:
            memory_of(store).forget(sender)
            return _done_before(fault.message, message or fault.message, slots, seq)

    return retrying(store, sender, once)


def _done_before(before: Message, now: Message, slots: dict, seq: int) -> Acted:
    if before.text_digest != now.text_digest:
        raise MessageReused
    return Acted([], slots, seq)


def _own_or_specialist(person: Person, slots: dict) -> None:
    """Only whoever began a conversation, or a specialist, may go on with this."""
    if person.role != "specialist" and slots["asker"]["person"] != person.id:
        raise NotYours


def kept(words: str) -> str:
    """What a specialist wrote, as it may be kept. Phone numbers stay: telling whom to ring is what they do."""
    text = privacy.clean(words)
    parts, at = [], 0
    for start, end, _ in sorted(identifiers.phone_numbers(text)):
        number = text[start:end]
        if start >= at and privacy.mask(number).kinds == (identifiers.PHONE,):
            parts += [privacy.mask(text[at:start]).text, number]
            at = end
    return "".join([*parts, privacy.mask(text[at:]).text])


def digest(text: str) -> str:
    """What tells one message from another, of the masked text: from a digest a number can be guessed."""
    return hashlib.sha256(text.encode()).hexdigest()
