"""Whom to ring, as an outcome's page shows it: the words of the route and whether the line is open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.contact_words import describe
from bot.guidance import Guidance


@dataclass(frozen=True, slots=True)
class Ring:
    """One contact of an outcome's route, ready for the page."""

    name: str
    says: str
    value: str | None
    state: str  # open, closing, closed or unknown
    kind: str = "phone"

    @property
    def link(self) -> str | None:
        """What pressing the value opens."""
        return link_of(self.value)


def link_of(value: str | None) -> str | None:
    """A tel:, mailto: or https: address; None where there is nothing to open."""
    if not value:
        return None
    if value.startswith("https://"):
        return value
    if re.fullmatch(r"[^@\s]+@[^@\s]+", value):
        return f"mailto:{value}"
    digits = re.sub(r"\D", "", value)
    return f"tel:{digits}" if digits and re.fullmatch(r"[\d ()+-]+", value) else None


def ring(row: dict[str, Any], guidance: Guidance, at: datetime) -> Ring:
    """A line of an outcome's route. It never names a next opening: nobody is to wait for one."""
    key = row.get("contact") or ""
    known = guidance.contacts.get(key) or next((c for c in guidance.contacts.values() if c.name == key), None)
    if known is None:
        return Ring(key, row.get("says") or "", row.get("value"), "unknown")
    now = describe(known.id, guidance, at)
    return Ring(known.name, row.get("says") or now.says, row.get("value"), now.state, known.kind)
