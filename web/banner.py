"""The banner over a conversation: who has it, how long it has waited, whether the line is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.calendar import open_at
from bot.guidance import Guidance
from bot.routes import organisation_of
from web.furniture import waited


@dataclass(frozen=True, slots=True)
class Banner:
    """What the top of a conversation's page says about who has it."""

    heading: str
    says: str
    more: str


SHUT = "Nobody answers here while your advice line is closed. If it cannot wait, ring now: whom stands on this page."


def banner(slots: Mapping[str, Any], guidance: Guidance, at: datetime) -> Banner:
    """The words for where this conversation stands."""
    status, name = slots["status"], slots.get("with") or "A specialist"
    if status == "waiting":
        shut = line_words(slots, guidance, at) == SHUT  # then nobody counts how long it takes
        since = f" You have waited {waited(slots['queued_at'], at)}." if slots.get("queued_at") and not shut else ""
        return Banner(
            "A specialist has been asked",
            f"Waiting for a specialist.{since}",
            line_words(slots, guidance, at),
        )
    if status == "with-specialist":
        return Banner(f"{name} has your conversation", f"{name} has your conversation and answers here.", "")
    if status == "closed":
        return Banner(
            "This conversation is closed",
            "This conversation is closed.",
            "You can still read it. For anything new, begin another one.",
        )
    return Banner("Your conversation", "Going through the questions.", "")


def line_words(slots: Mapping[str, Any], guidance: Guidance, at: datetime) -> str:
    """Whether the advice line is open now, so that nobody waits for a line that is shut."""
    organisation = organisation_of(slots, guidance)
    hours = guidance.hours.get(organisation.hours) if organisation and organisation.hours else None
    if organisation is None or hours is None:
        return "Nobody has told us the hours of your advice line. Ring if it cannot wait."
    if open_at(hours, at):
        return "Your advice line is open now."
    return SHUT
