"""What a specialist does besides writing: suggest an answer, indicate a level, ask a colleague, sign advice.

Each is an event beside the conversation, signed and timed. The practitioner's own decision and every correction are
events too: nothing that was written is changed, and a correction stands beside what it corrects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.content import Content
from bot.life_cycle import NotNow, may
from bot.model import COMMON, LEVELS, URGENCIES, gravest
from bot.standing import question_at

Event = dict[str, Any]
Slots = Mapping[str, Any]
Who = tuple[str, str]  # id and name
# What reviewers audit, as parts of a specialist's advice: its name, and the criterion it answers to.
AUDITED: Mapping[str, str] = {
    "voice_of_child": "advice_line.md#criterion-5",
    "think_family": "advice_line.md#criterion-6",
    "level_reasons": "advice_line.md#criterion-11",
    "alternatives": "advice_line.md#criterion-12",
    "consent": "advice_line.md#criterion-13",
    "follow_up": "advice_line.md#criterion-16",
}
AGREES = ("agrees", "partly", "differs")
LONGEST = 4000
NOT_THEIRS = "This conversation is not with you now. Read it again to see who has it."


@dataclass(frozen=True, slots=True)
class Action:
    """Something agreed: what, who does it, by when."""

    what: str
    who: str
    when: str


def _event(act: str, slots: Slots, at: datetime, told: dict[str, Any]) -> Event:
    if not may(act, slots["status"]):
        raise NotNow(NOT_THEIRS)
    return {"event": "action", "name": act, "timestamp": at.timestamp(), "metadata": told}


def _mine(slots: Slots, who: Who) -> None:
    """Only whoever has it: the specialist it is with, or the one on the phone."""
    asker = (slots.get("asker") or {}).get("person")
    if slots.get("channel") == "phone" and slots["status"] == "with-assistant" and asker == who[0]:
        return
    if slots["status"] != "with-specialist" or slots["with_person"] != who[0]:
        raise NotNow(NOT_THEIRS)


def suggest(slots: Slots, content: Content, who: Who, key: str, answer: str, why: str, at: datetime) -> list[Event]:
    """An answer the specialist suggests, with a reason; it counts only once the practitioner confirms it."""
    _mine(slots, who)
    asked = question_at(slots, content, key)
    if asked is None or asked.question.leads_to(answer) is None:
        raise NotNow("That question has no such answer. Choose one of those it has.")
    if slots.get(key) == answer:
        raise NotNow("That is the answer already.")
    told = {"key": key, "answer": answer, "why": why, "person": who[0], "name": who[1]}
    return [_event("answer-suggested", slots, at, told)]


def settle(slots: Slots, content: Content, key: str, take: bool, at: datetime) -> list[Event]:
    """The practitioner confirms a suggested answer, which is then recorded as theirs, or says it is not so."""
    found = next((s for s in slots["suggestions"] if s["key"] == key), None)
    if found is None:
        raise NotNow("Nobody suggests that answer now.")
    told = {"key": key, "answer": found["answer"], "by": found["person"], "name": found["name"]}
    if not take:
        return [_event("suggestion-refused", slots, at, told)]
    stamp = at.timestamp()
    made = [_event("suggestion-taken", slots, at, told)]
    made.append({"event": "slot", "name": key, "value": found["answer"], "timestamp": stamp})
    asked = question_at(slots, content, key)
    leads = asked.question.leads_to(found["answer"]) if asked else None
    outcome = content.common.outcomes.get(leads or "") if key.startswith(f"{COMMON}/") else None
    if outcome is not None:  # urgency may rise with it; it never falls
        urgency = gravest(URGENCIES, slots["urgency"], outcome.urgency)
        made.append({"event": "slot", "name": "urgency", "value": urgency, "timestamp": stamp})
    return made


def indicate(slots: Slots, who: Who, level: str, reason: str, at: datetime) -> list[Event]:
    """Another level, or the same one, in the specialist's judgement, with the reason."""
    _mine(slots, who)
    if level not in LEVELS or not reason.strip():
        raise NotNow("Say which level, and why.")
    pointed = {name: (slots["outcome"] or {}).get(name) for name in ("at_least", "at_most")}
    told = {"level": level, "reason": reason, "pointed_to": pointed, "person": who[0], "name": who[1]}
    return [_event("level-indicated", slots, at, told)]


def ask_opinion(slots: Slots, who: Who, question: str, at: datetime) -> list[Event]:
    """A second opinion of any colleague; the conversation stays with whoever has it."""
    _mine(slots, who)
    return [_event("opinion-asked", slots, at, {"question": question, "person": who[0], "name": who[1]})]


def give_opinion(slots: Slots, who: Who, text: str, at: datetime) -> list[Event]:
    """A colleague's answer, for the specialist who has it; the practitioner is told only that it was given."""
    if slots["with_person"] == who[0]:
        raise NotNow("A second opinion comes from somebody else. You have this conversation.")
    if not any(o["given"] is None for o in slots["opinions"]):
        raise NotNow("Nobody asks for a second opinion here now.")
    return [_event("opinion-given", slots, at, {"text": text, "person": who[0], "name": who[1]})]


def advise(
    slots: Slots, who: Who, parts: Mapping[str, str], actions: Sequence[Action], level: str | None, at: datetime
) -> list[Event]:
    """The specialist's advice as one signed block: rationale, alternatives, what is audited, agreed actions."""
    _mine(slots, who)
    _whole(parts, level)
    told = {
        "person": who[0],
        "name": who[1],
        "level": level,
        **{name: parts.get(name, "").strip() for name in ("rationale", *AUDITED)},
        "actions": [{"what": a.what, "who": a.who, "when": a.when} for a in actions if a.what.strip()],
    }
    return [_event("advice", slots, at, told)]


def _whole(parts: Mapping[str, str], level: str | None) -> None:
    if not parts.get("rationale", "").strip():
        raise NotNow("Write why this is your advice.")
    if level is not None and level not in LEVELS:
        raise NotNow("Choose one of the levels, or none.")


def not_written(advice: Mapping[str, Any]) -> list[str]:
    """What reviewers look for and this advice says nothing of."""
    return [name for name in AUDITED if not advice.get(name)] + ([] if advice.get("actions") else ["actions"])


def note(slots: Slots, who: Who, key: str | None, text: str, at: datetime) -> list[Event]:
    """A note taken during a phone call, beside a question or for itself."""
    _mine(slots, who)
    return [_event("call-note", slots, at, {"key": key, "text": text, "person": who[0], "name": who[1]})]


def decide(slots: Slots, who: Who, agrees: str, decision: str, reason: str, at: datetime) -> list[Event]:
    """What the practitioner decided, in their own words: the third block, also after the conversation is closed."""
    asker = (slots.get("asker") or {}).get("person")
    if who[0] != asker:
        raise NotNow("Only whoever asked for advice can write down what they decided.")
    if agrees not in AGREES or not decision.strip():
        raise NotNow("Write what you decided, and whether you agree with the advice.")
    told = {"agrees": agrees, "decision": decision, "reason": reason, "person": who[0], "name": who[1]}
    return [_event("decision", slots, at, told)]


def correct(
    slots: Slots, written: Mapping[str, Any], of: int, who: Who, text: str, at: datetime
) -> list[Event]:
    """A correction that stands beside what it corrects, by whoever wrote that; `written` is the event itself."""
    told = written.get("metadata") or {}
    if written.get("event") not in ("action", "agent") or told.get("person") != who[0] or not text.strip():
        raise NotNow("Only whoever wrote it can add a correction, and it needs words.")
    return [_event("corrected", slots, at, {"of": of, "text": text, "person": who[0], "name": who[1]})]
