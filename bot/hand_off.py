"""When a person takes over, and the life of a conversation between the assistant and a person.

One table says who may do what in which status. Every function here is pure: it returns the events that happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import engine
from bot.content import Content
from bot.engine import Bounds
from bot.model import COMMON, HAND_OFFS, LEVELS, Outcome, gravest, rank
from bot.standing import Slots, Standing, children, flag_of, flag_question, not_sure

Event = dict[str, Any]
# act → (statuses it may happen in, events that follow besides its own)
ACTS: Mapping[str, tuple[frozenset[str], tuple[str, ...]]] = {
    "handed-off": (frozenset(("with-assistant",)), ("pause",)),
    "claimed": (frozenset(("waiting", "with-assistant")), ()),
    "released": (frozenset(("with-specialist",)), ()),
    "handed-back": (frozenset(("with-specialist",)), ("resume",)),
    "took-back": (frozenset(("waiting",)), ("resume",)),
    "closed": (frozenset(("with-specialist", "with-assistant", "waiting")), ()),
}


class NotNow(Exception):
    """The conversation is not where this act is allowed; `says` tells the person why and what to do."""

    def __init__(self, says: str) -> None:
        self.says = says
        super().__init__(says)


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule by which a person is brought in, in the words that are shown."""

    rule: str
    says: str
    hand_off: str


def reasons(
    slots: Slots, content: Content, standing: Standing, outcomes: list[Outcome], bounds: Bounds
) -> list[Reason]:
    """Every rule that brings in a person for what has been reached, the soonest first."""
    found = [Reason(f"outcome:{o.id}", o.says, o.hand_off) for o in outcomes if o.hand_off != "none"]
    rules = (*content.common.hand_off_when, *content.common.combinations)
    found += [
        Reason(r.name, r.says, r.hand_off)
        for r in engine.applying(rules, content.common, slots, children(slots))
        if r.hand_off != "none"
    ]
    found += _flags(slots, content)
    if bounds.at_least is not None and bounds.at_most is not None and bounds.at_most - bounds.at_least > 1:
        grave = bounds.at_most >= rank("4-CIN")
        found.append(Reason("wide-range", content.phrases["wide-range"], "today" if grave else "offer"))
    if not_sure(slots, standing):
        found.append(Reason("not-sure", content.phrases["not-sure-on-the-way"], "offer"))
    return sorted(found, key=lambda r: -HAND_OFFS.index(r.hand_off))


def _flags(slots: Slots, content: Content) -> list[Reason]:
    """A flag that was stated or unclear and is not confirmed brings a person: so does setting it aside."""
    found = []
    for heard in slots["red_flags"]:
        if heard["label"] not in ("stated", "unclear"):
            continue
        question = flag_question(content, heard["id"])
        answer = slots.get(f"{COMMON}/{question.id}") if question else None
        flag = flag_of(content, heard["id"], slots["chosen"])
        if answer == "No":
            found.append(Reason("flag-dismissed", content.phrases["flag-dismissed"], "today"))
        elif flag is not None:
            words = "” “".join(heard["quotes"])
            says = content.phrases["heard-flag"].replace("{quotes}", words)
            found.append(Reason(f"flag:{heard['id']}", says, flag.urgency))
    return found


def has_line(slots: Mapping[str, Any], content: Content) -> bool:
    """Whether the organisation of whoever asks has an advice line with a queue here."""
    asker = slots.get("asker") or {}
    organisation = content.guidance.organisations.get(asker.get("organisation") or "")
    return bool(organisation and organisation.queue)


def _act(slots: Mapping[str, Any], act: str, at: datetime, metadata: dict[str, Any]) -> list[Event]:
    allowed, follow = ACTS[act]
    if slots["status"] not in allowed:
        raise NotNow(_why_not(act, slots))
    event = {"event": "action", "name": act, "timestamp": at.timestamp(), "metadata": metadata}
    return [event, *({"event": kind, "timestamp": at.timestamp()} for kind in follow)]


def _why_not(act: str, slots: Mapping[str, Any]) -> str:
    if slots["status"] == "closed":
        return "This conversation is closed. Start a new one, or read it as it is."
    if act == "claimed":
        return f"{slots['with']} has this conversation already. Choose another one from the queue."
    return "This conversation is not with you now. Read it again to see who has it."


def hand_over(slots: Mapping[str, Any], reason: Reason, quotes: list[str], at: datetime) -> list[Event]:
    """The conversation joins the queue; the assistant is silent until it comes back."""
    urgency = gravest(("none", "today", "now"), slots["urgency"], "now" if reason.hand_off == "now" else "today")
    return _act(
        slots,
        "handed-off",
        at,
        {"rule": reason.rule, "says": reason.says, "urgency": urgency, "hand_off": reason.hand_off, "quotes": quotes},
    )


def claim(slots: Mapping[str, Any], person: str, name: str, at: datetime) -> list[Event]:
    """A specialist takes the conversation. Raises NotNow where somebody has it or nobody asked."""
    if slots["status"] == "with-assistant" and not slots["queued_at"]:
        raise NotNow("Nobody has asked for a person in this conversation.")
    paused = [] if slots["status"] == "waiting" else [{"event": "pause", "timestamp": at.timestamp()}]
    return [*_act(slots, "claimed", at, {"person": person, "name": name}), *paused]


def _owned(slots: Mapping[str, Any], person: str) -> None:
    if slots["status"] != "with-specialist" or slots["with_person"] != person:
        raise NotNow(_why_not("owned", slots))


def release(slots: Mapping[str, Any], person: str, at: datetime, note: str = "") -> list[Event]:
    """The specialist puts the conversation back into the queue, with a note for whoever takes it next."""
    _owned(slots, person)
    return _act(slots, "released", at, {"person": person, "note": note})


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
    """The conversation ends; nothing is added to it after that."""
    if slots["status"] == "with-specialist":
        _owned(slots, person)
    return _act(slots, "closed", at, {"person": person, "note": note})


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
