"""Whom to ring, as an outcome's page shows it: the words of the route, whether the line is open, and for which step.

What stands on such a page once (101 in place of a council, 999 in danger) is not said again beside each contact.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.contact_words import describe
from bot.contacts import ELSEWHERE
from bot.guidance import Guidance
from bot.routes import out_of_hours
from web.first_step import FirstStep

EMERGENCY, POLICE = "police-999", "police-101"
AT_FIRST = 4  # contacts that stand open where the first step names nobody; the others are folded
_SAID_ONCE = ("If it does not work,", "If it cannot wait, ring 101")
_AS_SAID = {
    EMERGENCY: "Ring 999 where it says so above, and whenever someone is in danger.",
    POLICE: "Ring the police on 101 as the first step says. In danger ring 999.",
}
_COUNCIL = re.compile(r"-front-door$|-out-of-hours$|^other-council$")
_ADVISES = re.compile(r"-advice-line$|-safeguarding-lead$|^named-gp$|-consultation$")
_LINE = re.compile(r"advice line|with a specialist|[Tt]ake advice")
# The words by which a step names a contact: they are the trees' own, and tests hold every tree to them.
_NAMES = tuple((re.compile(who), re.compile(words)) for who, words in (
    (r"^police-999$", r"\b999\b"),
    (r"^police-101$", r"\b101\b"),
    (r"^lado-", r"LADO"),
    (_COUNCIL.pattern, r"(?:[Rr]ing|[Tt]ell|goes to|to) the council|councils?,? where|duty desk|[Rr]ing them"),
    (r"-online$|-support$", r"\b[Rr]efer\b|[Aa]sk the council"),
    (r"-advice-line$", _LINE.pattern),
    (r"^own-safeguarding-lead$", r"safeguarding lead"),
    (r"^practice-safeguarding-lead$", r"practice lead"),
    (r"^named-gp$", r"Named GP"),
    (r"^named-doctor$", r"Named Doctor"),
    (r"^allocated-worker-", r"social worker|allocated worker|their worker"),
    (r"^paediatrician$", r"paediatrician"),
    (r"^emergency-department$", r"emergency department"),
    (r"^perinatal-service$", r"perinatal mental health service"),
    (r"^child-mental-health-crisis$", r"mental health team|crisis team"),
    (r"^police-prevent$", r"Prevent"),
))  # fmt: skip
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
    for_line: bool = False  # it stands in for an advice line that is closed
    kept_back: bool = False  # its value is not shown until somebody has checked it
    shut: bool = False  # nobody knows its hours, it is somebody's desk, and offices are shut
    said: str = ""  # "is now" or "lives", where the practitioner has said that of the child and this council

    @property
    def area(self) -> str:
        """Where the child is whom this council's line is for; empty for every other contact."""
        if not _is_council(self):
            return ""
        return "another council's area" if self.council == ELSEWHERE else self.council or ""

    @property
    def missing(self) -> str:
        """What stands in place of a number; the words beside it say where to find it."""
        if self.value or self.kind != "phone":
            return ""
        return "No number is shown" if self.kept_back else "No number is held here"

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


def ring(
    row: dict[str, Any], guidance: Guidance, at: datetime, councils: Mapping[str, str] = MappingProxyType({})
) -> Ring:
    """A line of an outcome's route; `councils` says of which the practitioner has said
    that the child "is now" or "lives" there. It never names a next opening: nobody is to wait for one."""
    key = row.get("contact") or ""
    told = row.get("says") or ""
    known = guidance.contacts.get(key) or next((c for c in guidance.contacts.values() if c.name == key), None)
    if known is None:
        return Ring(key, told, row.get("value"), "unknown", contact=key)
    now = describe(known.id, guidance, at)
    lead, found, _ = told.partition(known.says)
    said_by_page = (guidance.words["council_unknown"], guidance.words["today"])  # in words of its own
    lead = "" if lead.strip() in said_by_page else lead
    says = f"{lead}{known.says}" if found else told or known.says
    doubt = [s for s in _SENTENCE.split(now.warning) if not s.startswith(_SAID_ONCE)] if found else []
    if now.value is None and known.kind == "phone":
        doubt = [s for s in doubt if s != guidance.words["missing"]]  # that stands in place of the number
    elif found and now.value and known.status != "stands" and known.checked_on is None:
        doubt += _otherwise(known.instead)
    return Ring(
        known.name,
        says,
        row.get("value"),
        now.state,
        known.kind,
        contact=known.id,
        council=known.council,
        doubt=" ".join(doubt),
        for_line=lead.startswith((guidance.words["line_closed"], guidance.words["line_closed_calm"])),
        kept_back=known.authors_only and now.value is None,
        shut=now.state == "unknown" and known.id.startswith("allocated-worker") and out_of_hours(guidance, at),
        said=councils.get(known.council or "", ""),
    )


def _otherwise(instead: str) -> list[str]:
    """Where to look if an unchecked value turns out wrong."""
    first = _SENTENCE.split(instead)[0]
    return [f"If it does not work: {first[0].lower()}{first[1:]}"] if first and not first.startswith("If ") else []


@dataclass(frozen=True, slots=True)
class Calls:
    """The contacts of an outcome: for what is done first, for the steps after it, and the others, which are folded."""

    first: tuple[Ring, ...] = ()
    later: tuple[Ring, ...] = ()
    others: tuple[Ring, ...] = ()
    talk: bool = False  # nobody is named, and it is talked through with one of the first today

    @property
    def council(self) -> bool:
        """Whether a council is rung first, so that the police stand in for it; not where they are rung anyway."""
        return any(_is_council(r) for r in self.first) and not self.police

    @property
    def police(self) -> bool:
        """Whether the first step itself is to ring the police on 101."""
        return any(r.contact == POLICE for r in self.first)


def calls(rings: Sequence[Ring], start: FirstStep, must: bool, urgent: bool = True) -> Calls:
    """Sorts contacts by the steps that name them, in the order they are named; whoever is closed now comes after
    whoever answers. Where somebody `must` be rung and the first step names nobody, the outcome's own order holds; where
    it is not `urgent`, an advice line or a lead comes first, to talk it through."""
    said = {**_AS_SAID, EMERGENCY: start.when_999 or _AS_SAID[EMERGENCY]}
    known = [replace(r, says=said.get(r.contact, r.says)) for r in rings]
    twice = _other_hours(known)
    kept = [r for r in known if r not in twice]
    named = _named(kept, start.step)
    talk = False
    if start.danger_first:  # 999 first; whom else the line about danger names comes after the step itself
        dangers = _named([r for r in kept if r not in named], start.danger)
        at_once = [r for r in dangers if r.contact == EMERGENCY]
        named = [*at_once, *named, *(r for r in dangers if r not in at_once)]
    others = [r for r in kept if r not in named and r.contact not in (EMERGENCY, POLICE)]
    if must and not _sends_to_999(start.step) and all(r.contact in (EMERGENCY, POLICE) for r in named):
        if not urgent:
            others = sorted(others, key=lambda r: not (r.for_line or _ADVISES.search(r.contact)))
        at_most = AT_FIRST if urgent else AT_FIRST - 1
        named += others[:at_most]
        others, talk = others[at_most:], not urgent and bool(others)
    later = _named(others, " ".join((*start.then, *start.more))) if must else []
    beside = _beside(named, later, start)
    named, later = [*named, *beside], [r for r in later if r not in beside]
    others = [r for r in others if r not in beside]
    rest = (*(r for r in others if r not in later), *twice)
    return Calls(tuple(named), tuple(later), rest, talk)


def _beside(first: Sequence[Ring], later: Sequence[Ring], start: FirstStep) -> list[Ring]:
    """Of the later steps' contacts, those that stand open too: the LADOs whom a step after the first tells, by phone
    where there is one, and somebody with a number where none of the first has one."""
    told = [r for r in later if r.contact.startswith("lado-") and _place(r, " ".join(start.then)) is not None]
    rung = {r.council for r in told if r.kind == "phone"}
    lado = [r for r in told if r.kind == "phone" or r.council not in rung]
    if first and not any(r.value or r.kind == "place" for r in (*first, *lado)):
        lado += [r for r in later if r.value and r.kind == "phone"][:1]
    return lado


def _named(rings: Sequence[Ring], told: str) -> list[Ring]:
    """Those that the words name, who answers now before who does not, then in the order they are named."""
    found = [(at, n, r) for n, r in enumerate(rings) if (at := _place(r, told)) is not None]
    found.sort(key=lambda f: (_when(f[2]), f[0], f[2].kind == "email", _elsewhere(f[2]), f[1]))
    return [r for _, _, r in found]


def _when(ring: Ring) -> int:
    """Who answers now first, then at night a person whose hours nobody knows, then who is closed."""
    return 2 if ring.state == "closed" else int(ring.shut)


def _place(ring: Ring, told: str) -> int | None:
    """Where the words first name this contact."""
    places = [m.start() for who, words in _NAMES if who.search(ring.contact) for m in words.finditer(told)]
    if ring.for_line:
        places += [m.start() for m in _LINE.finditer(told)]
    return min(places, default=None)


def _sends_to_999(step: str) -> bool:
    """Whether the step itself, and not a condition beside it, is to ring 999."""
    return any("999" in s and not s.startswith("If ") and " if " not in s for s in _SENTENCE.split(step))


def _other_hours(rings: Sequence[Ring]) -> list[Ring]:
    """A council's line for other hours, beside the one that comes first now: one line a council stands open. So is
    another council's line, where the child is known to be here."""
    seen: set[str | None] = set()
    here = any(r.said == "is now" for r in rings)
    later = [r for r in rings if r.contact == "other-council" and here and not r.said]
    for one in rings:
        if one.contact.endswith(("-front-door", "-out-of-hours")):
            later += [one] if one.council in seen else []
            seen.add(one.council)
    return later


def _elsewhere(ring: Ring) -> bool:
    """Whether it is another council than those held here, and the child is not known to be there."""
    return ring.council == ELSEWHERE and ring.said != "is now"


def _is_council(ring: Ring) -> bool:
    return bool(_COUNCIL.search(ring.contact))
