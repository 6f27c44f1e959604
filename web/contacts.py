"""Whom to ring, as an outcome's page shows it: the words of the route and whether the line is open.

What stands on every such page once (101 when nobody answers, 999 in danger) is not said again beside each contact.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.contact_words import describe
from bot.contacts import ELSEWHERE
from bot.guidance import Guidance

EMERGENCY, POLICE = "police-999", "police-101"
AT_FIRST = 4  # contacts that stand open; the others are folded, but never the LADO
_SAID_ONCE = ("If it does not work,", "If it cannot wait, ring 101")
_AS_SAID = "Ring the police on 101 as the first step says. In danger ring 999."
_SENTENCE = re.compile(r"(?<=[.?!:]) (?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Ring:
    """One contact of an outcome's route, ready for the page."""

    name: str
    says: str
    value: str | None
    state: str  # open, closing, closed or unknown
    kind: str = "phone"
    contact: str = ""
    council: str | None = None
    doubt: str = ""  # that nobody has checked it, or why none is shown and where to find it

    @property
    def area(self) -> str:
        """Where the child is whom this contact is for; empty where it is for any."""
        return "another council's area" if self.council == ELSEWHERE else self.council or ""

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
    told = row.get("says") or ""
    known = guidance.contacts.get(key) or next((c for c in guidance.contacts.values() if c.name == key), None)
    if known is None:
        return Ring(key, told, row.get("value"), "unknown", contact=key)
    now = describe(known.id, guidance, at)
    lead, found, _ = told.partition(known.says)
    lead = "" if lead.strip() == guidance.words["council_unknown"] else lead  # the page names the council beside it
    says = f"{lead}{known.says}" if found else told or known.says
    doubt = " ".join(s for s in _SENTENCE.split(now.warning) if not s.startswith(_SAID_ONCE)) if found else ""
    return Ring(known.name, says, row.get("value"), now.state, known.kind, known.id, known.council, doubt)


def in_order(rings: Sequence[Ring], step: str) -> tuple[tuple[Ring, ...], tuple[Ring, ...]]:
    """Those that stand open, and those that are folded. 999 and 101 stand in a line of their own on every page, and
    among these only where what is done first sends you to them."""
    danger = [r for r in rings if r.contact == EMERGENCY and str(r.value) in step]
    police = [replace(r, says=_AS_SAID) for r in rings if r.contact == POLICE and str(r.value) in step]
    wanted = [r for r in rings if r.contact not in (EMERGENCY, POLICE)]
    twice = _other_hours(wanted)
    if any(_is_lado(r) for r in wanted):  # after the council's social care unless they come first; before all others
        council = 2 if "LADO" in step else 0
        wanted.sort(key=lambda r: (1, r.kind == "email") if _is_lado(r) else (council if r.council else 3, False))
    if "safeguarding lead" in step and "council" not in step:  # before a duty line that stands in for a closed line
        wanted.sort(key=lambda r: r.contact != "own-safeguarding-lead")
    if len({r.council for r in wanted if r.council}) > 1:  # what is known here before what the reader must find
        wanted.sort(key=lambda r: r.council == ELSEWHERE)
    wanted.sort(key=lambda r: r in twice)
    first = [r for n, r in enumerate(wanted) if (n < AT_FIRST or _is_lado(r)) and r not in twice]
    told_first = "101" in step and "council" not in step  # else the council comes before the police
    shown = (*danger, *police, *first) if told_first else (*danger, *first, *police)
    return shown, tuple(r for r in wanted if r not in first)


def _other_hours(rings: Sequence[Ring]) -> list[Ring]:
    """A council's line for other hours, beside the one that comes first now: one line a council stands open."""
    seen: set[str | None] = set()
    later = []
    for one in rings:
        if one.contact.endswith(("-front-door", "-out-of-hours")):
            later += [one] if one.council in seen else []
            seen.add(one.council)
    return later


def _is_lado(ring: Ring) -> bool:
    return ring.contact.startswith("lado")
