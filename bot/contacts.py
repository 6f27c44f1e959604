"""Whom to ring: the types of contacts.yaml and organisations.yaml.

A contact says where its value comes from and who checked it, when. Until somebody has, it is shown with that
warning, or, where it is for authors only, not shown at all. 999 and 101 always stand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from bot.model import Place

KINDS = ("phone", "email", "web", "person", "place")
# stands: needs no check · ok: recent official · old: old or undated · secondary: third party
# conflict: sources disagree · missing: no source gives it
STATUSES = ("stands", "ok", "old", "secondary", "conflict", "missing")
ELSEWHERE = "Another council"
COUNCILS = ("Derby", "Derbyshire", ELSEWHERE, "Not sure")  # the answers of the council questions
ORGANISATION = "organisation"  # what a route goes `by` when it depends on who is asking


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several values that sources give for the same contact."""

    value: str
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to ring, write to or go to; `instead` says what to do where no value can be shown."""

    id: str
    name: str
    says: str
    value: str | None
    kind: str
    council: str | None
    hours: str | None  # the name of a pattern; None means that nobody knows
    status: str
    sources: tuple[str, ...]
    checked_on: date | None
    checked_by: str | None
    note: str
    instead: str
    authors_only: bool
    conflicting: tuple[Candidate, ...]
    at: Place

    @property
    def shown(self) -> str | None:
        """The value a practitioner may see."""
        return None if self.authors_only else self.value

    @property
    def can_be_relied_on(self) -> bool:
        """Whether somebody checked the value, or it is one of those that always stand."""
        return self.shown is not None and (self.status == "stands" or self.checked_on is not None)


@dataclass(frozen=True, slots=True)
class Choice:
    """The contacts of one answer: while the line is open, and while it is not."""

    open: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """What a tree names in `route`; resolved by answers, organisation, urgency and hour."""

    key: str
    contacts: tuple[str, ...]  # shown last, whatever the answers
    by: tuple[str, ...]
    answers: dict[str, Choice]
    allocated_worker: bool
    when_closed: str | None
    when_today: str | None
    at: Place


@dataclass(frozen=True, slots=True)
class Organisation:
    """A service practitioners work for, and its advice line, or whom its people ring instead."""

    key: str
    name: str
    answer: str
    advice_line: str | None
    queue: bool
    adult_specialist: bool
    hours: str | None
    rings: tuple[str, ...]
    sources: tuple[str, ...]
    note: str
    at: Place


@dataclass(frozen=True, slots=True)
class Check:
    """Somebody rang or looked, and this is what they found; a value of None means it is not in use."""

    contact: str
    value: str | None
    checked_on: date
    checked_by: str
    hours: str | None = None


def after_check(contact: Contact, check: Check) -> Contact:
    """The contact as it stands once a check is laid over it."""
    return replace(
        contact,
        value=check.value,
        status="missing" if check.value is None else contact.status if contact.status == "stands" else "ok",
        checked_on=check.checked_on,
        checked_by=check.checked_by,
        hours=check.hours or contact.hours,
        authors_only=False,
        conflicting=(),
    )
