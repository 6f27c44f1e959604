"""The fixed sentences of the web: what is shown when nothing else can be shown.

None of them needs the record. Numbers come from the contacts that somebody checked, and 999 and 101, which
stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot import routes
from bot.guidance import Guidance

EMERGENCY = "If a child or anyone else is in danger, ring 999 now."
RING = (
    "If you are worried today, ring the council where the child is, your safeguarding lead or your advice "
    "line. The police are on 101."
)
CLOSED = "This conversation is closed. Start a new one if there is something new or more to say."
NOT_WITH_YOU = "This conversation is not with you now. Take it from the queue before you write in it."


def masked(kinds: Sequence[str]) -> str:
    """What is said when something in a message was taken out before it was kept."""
    taken = ", ".join(kinds)
    return f"Before keeping what you wrote I took this out of it: {taken}. Please leave names and numbers out."


def lines(guidance: Guidance, asker: Mapping[str, Any] | None, at: datetime) -> list[dict[str, Any]]:
    """Whom to ring when the record cannot be written; a number only where somebody checked it."""
    shown = routes.notice({"asker": asker}, guidance, at)
    return [{**line, "value": line["value"] if _relied_on(guidance, line["contact"]) else None} for line in shown]


def _relied_on(guidance: Guidance, contact: str | None) -> bool:
    """Whether a contact's number may stand in a notice that carries no warning."""
    found = guidance.contacts.get(contact or "")
    return found is not None and found.can_be_relied_on
