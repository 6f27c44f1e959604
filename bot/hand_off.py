"""When a person takes over, and what each act between the assistant and people adds to the record.

`bot.life_cycle` says who may do what in which status. Every function here is pure: it returns the events that happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.content import Content
from bot.engine import Bounds
from bot.life_cycle import BESIDE, CLOSED, MOVES, WAITING, WITH_ASSISTANT, WITH_SPECIALIST, NotNow, may
from bot.model import COMMON, LEVELS, gravest
from bot.why_a_person import Reason, fresh, reasons

__all__ = ["ACTS", "NotNow", "Reason", "fresh", "reasons"]

Event = dict[str, Any]
ACTS = (*MOVES, *BESIDE)


def has_line(slots: Mapping[str, Any], content: Content) -> bool:
    """Whether the organisation of whoever asks has an advice line with a queue here."""
    asker = slots.get("asker") or {}
    organisation = content.guidance.organisations.get(asker.get("organisation") or "")
    return bool(organisation and organisation.queue)


def on_the_phone(slots: Mapping[str, Any]) -> bool:
    """Whether a specialist goes through the questions with somebody on the phone: a person has it already."""
    return slots.get("channel") == "phone"


def _act(slots: Mapping[str, Any], act: str, at: datetime, metadata: dict[str, Any]) -> list[Event]:
    """The event of an act, and those that follow from it; raises NotNow where the table forbids it."""
    if not may(act, slots["status"]):
        raise NotNow(_why_not(act, slots))
    event = {"event": "action", "name": act, "timestamp": at.timestamp(), "metadata": metadata}
    follow = MOVES[act].follow if act in MOVES else ()
    return [event, *({"event": kind, "timestamp": at.timestamp()} for kind in follow)]


def _why_not(act: str, slots: Mapping[str, Any]) -> str:
    if slots["status"] == CLOSED:
        return "This conversation is closed. Start a new one, or read it as it is."
    if act == "claimed":
        return f"{slots['with']} has this conversation already. Choose another one from the queue."
    return "This conversation is not with you now. Read it again to see who has it."


def hand_over(
    slots: Mapping[str, Any], reason: Reason, quotes: list[str], at: datetime, rules: list[Reason] | None = None
) -> list[Event]:
    """The conversation joins the queue, with every rule that holds; the assistant is silent until it comes back."""
    urgency = gravest(("none", "today", "now"), slots["urgency"], "now" if reason.hand_off == "now" else "today")
    holding = [reason, *(r for r in rules or () if r.rule != reason.rule or r.quotes != reason.quotes)]
    metadata = {
        "rule": reason.rule,
        "says": reason.says,
        "urgency": urgency,
        "hand_off": reason.hand_off,
        "quotes": _whole([*quotes, *reason.quotes]),
        "rules": [r.told() for r in holding],
    }
    return _act(slots, "handed-off", at, metadata)


def _whole(quotes: list[str]) -> list[str]:
    """Each quote once, and none that stands within another."""
    once = list(dict.fromkeys(quotes))
    return [q for q in once if not any(q != other and q in other for other in once)]


def met(slots: Mapping[str, Any], reason: Reason, at: datetime) -> list[Event]:
    """A rule asks for a person, and the one on the phone is that person: it is noted, once."""
    if [reason.rule, list(reason.quotes)] in slots["rules_met"]:
        return []
    return _act(slots, "rule-met", at, reason.told())


def claim(slots: Mapping[str, Any], person: str, name: str, at: datetime) -> list[Event]:
    """A specialist takes the conversation. Raises NotNow where somebody has it or nobody asked."""
    if slots["status"] == WITH_ASSISTANT and not slots["queued_at"]:
        raise NotNow("Nobody has asked for a person in this conversation.")
    paused = [] if slots["status"] == WAITING else [{"event": "pause", "timestamp": at.timestamp()}]
    return [*_act(slots, "claimed", at, {"person": person, "name": name}), *paused]


def _owned(slots: Mapping[str, Any], person: str) -> None:
    if slots["status"] != WITH_SPECIALIST or slots["with_person"] != person:
        raise NotNow(_why_not("owned", slots))


def release(
    slots: Mapping[str, Any], person: str, at: datetime, note: str = "", to: tuple[str, str] | None = None
) -> list[Event]:
    """Back into the queue with a note; `to` (id, name) says who is meant to take it, though anybody may."""
    _owned(slots, person)
    meant = {"to": to[0], "to_name": to[1]} if to else {}
    return _act(slots, "released", at, {"person": person, "note": note, **meant})


def give_back(slots: Mapping[str, Any], why: str, at: datetime) -> list[Event]:
    """Contact with the specialist is lost: their conversation takes its old place in the queue again."""
    told = {"person": "threshold-guide", "from": slots["with_person"], "name": slots["with"], "note": why}
    return _act(slots, "returned", at, told)


def reply(slots: Mapping[str, Any], person: str, name: str, text: str, at: datetime) -> list[Event]:
    """The specialist's words to the practitioner."""
    _owned(slots, person)
    return [{"event": "agent", "text": text, "timestamp": at.timestamp(), "metadata": {"person": person, "name": name}}]


def hand_back(slots: Mapping[str, Any], person: str, at: datetime) -> list[Event]:
    """The specialist gives the conversation back to the assistant."""
    _owned(slots, person)
    return _act(slots, "handed-back", at, {"person": person})


def take_back(slots: Mapping[str, Any], at: datetime) -> list[Event]:
    """The practitioner carries on with the questions while waiting; the place in the queue is kept."""
    return _act(slots, "took-back", at, {})


def close(slots: Mapping[str, Any], person: str, at: datetime, note: str = "") -> list[Event]:
    """The conversation ends. Whoever has it may end it, and whoever began it while no specialist has it."""
    asker = slots.get("asker") or {}
    if slots["status"] == WITH_SPECIALIST or person != asker.get("person"):
        _owned(slots, person)
    name = slots["with"] or asker.get("taken_by") or asker.get("name")
    return _act(slots, "closed", at, {"person": person, "name": name, "note": note})


def summary(slots: Mapping[str, Any], stream: str, content: Content | None = None) -> dict[str, Any]:
    """One row of every list: who asked, what it amounts to, who has it. Never a name of a child."""
    asker, outcome = slots.get("asker") or {}, slots.get("outcome") or {}
    return {
        "stream": stream,
        "owner": asker.get("person"),
        "owner_name": asker.get("name"),
        "organisation": asker.get("organisation"),
        "role": asker.get("role"),
        "status": slots["status"],
        "with_person": slots["with_person"],
        "with_name": slots["with"],
        "urgency": slots["urgency"],
        "alerted": int(bool(slots["queued_at"]) and slots["status"] == "with-assistant"),
        "queued_at": slots["queued_at"],
        "trees": " ".join(slots["chosen"]),
        "at_least": outcome.get("at_least"),
        "at_most": outcome.get("at_most"),
        "indicated": outcome.get("indicated"),
        "hand_off": outcome.get("hand_off"),
        "red_flags": " ".join(f["id"] for f in slots["red_flags"]),
        "council": slots.get(f"{COMMON}/council-lives"),
        "turns": slots["turns"],
        "first_words": slots["first_words"],
        "content": slots.get("content"),
    }


def levels(bounds: Bounds) -> dict[str, str | None]:
    """A range in the words of the contract: at_least, at_most, indicated."""

    def named(value: int | None) -> str | None:
        return None if value is None else LEVELS[value]

    return {"at_least": named(bounds.at_least), "at_most": named(bounds.at_most), "indicated": named(bounds.indicated)}
