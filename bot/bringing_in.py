"""Brings in a person: into the queue of an advice line, or by saying whom to ring."""

from __future__ import annotations

from datetime import datetime

from bot import hand_off, promise
from bot.content import Content
from bot.folding import Slots
from bot.step import Step


def to_person(
    slots: Slots, content: Content, at: datetime, reason: hand_off.Reason, rules: list[hand_off.Reason] | None = None
) -> Step:
    """Brings in a person: the queue where there is an advice line, else whom to ring; on the phone one is there."""
    step = Step()
    if slots["status"] != "with-assistant":
        return step
    if hand_off.on_the_phone(slots):
        step.events += hand_off.met(slots, reason, at)
        return step
    if not hand_off.has_line(slots, content):
        step.say(content.phrases["no-line"])
        return step
    quotes = [q for f in slots["red_flags"] for q in f["quotes"]]
    step.events += hand_off.hand_over(slots, reason, quotes, at, rules)
    shut = promise.is_shut((slots.get("asker") or {}).get("organisation"), content, at)
    step.say(content.phrases["handed-off-closed" if shut else "handed-off"])
    return step
