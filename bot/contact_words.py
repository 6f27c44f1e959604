"""A contact in words: is it open, may its value be shown, and what must be said beside it.

The sentences themselves stand in contacts.yaml (`words`); here is only when each of them is due.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from bot import calendar
from bot.contacts import COUNCILS, Candidate, Contact
from bot.known import Guidance, check_is_due

CLOSING_MINUTES = 30
PROTECTION = "council-protection"
LAST_RESORT = ("police-101", "emergency")  # the routes that stand when nothing else does


@dataclass(frozen=True, slots=True)
class Described:
    """A contact as a page shows it at one moment."""

    contact: str
    name: str
    says: str
    value: str | None
    kind: str
    council: str | None
    status: str
    sources: tuple[str, ...]
    checked_on: date | None
    checked_by: str | None
    check_due: bool
    state: str  # open, closing, closed or unknown
    open_now: bool | None
    closes_at: datetime | None
    opens_at: datetime | None
    when: str  # its hours in words
    warning: str  # what must be said beside the value, or instead of it
    stands_meanwhile: tuple[str, ...]  # contacts to use while it is closed or shows no value
    note: str  # for authors only, as are the candidates
    candidates: tuple[Candidate, ...]


def state(contact: Contact, guidance: Guidance, at: datetime) -> str:
    """open, closing (within half an hour), closed, or unknown where nobody knows its hours."""
    hours = guidance.hours_of(contact)
    if hours is None:
        return "unknown"
    if not calendar.open_at(hours, at):
        return "closed"
    return "closing" if calendar.closes_within(hours, at, CLOSING_MINUTES) else "open"


def sentence(contact: Contact, guidance: Guidance, at: datetime, lead: str = "") -> str:
    """What an outcome says about a contact. It never names a next opening: nobody is told to wait for one."""
    how = state(contact, guidance, at)
    beside = ""
    if how != "open":
        beside = guidance.words["closed"] if how == "closed" else _when(contact, guidance, at, how)
    return " ".join(part for part in (lead, contact.says, beside, warning(contact, guidance, at)) if part)


def warning(contact: Contact, guidance: Guidance, at: datetime) -> str:
    """What must be said beside a value, or in place of one that is missing or may not be shown."""
    return " ".join(_warnings(contact, guidance, at))


def describe(contact_id: str, guidance: Guidance, at: datetime, authors: bool = False) -> Described:
    """A contact for a page: open or not, what to know about it, and what stands while it is closed."""
    contact = guidance.contacts[contact_id]
    hours, how = guidance.hours_of(contact), state(contact, guidance, at)
    opens = calendar.next_opening(hours, at) if hours and how == "closed" else None
    may_see_all = authors or not contact.authors_only
    return Described(
        contact=contact.id,
        name=contact.name,
        says=contact.says,
        value=contact.value if authors else contact.shown,
        kind=contact.kind,
        council=contact.council,
        status=contact.status,
        sources=contact.sources if may_see_all else (),
        checked_on=contact.checked_on,
        checked_by=contact.checked_by,
        check_due=check_is_due(guidance, contact, _london_date(at)),
        state=how,
        open_now=None if how == "unknown" else how != "closed",
        closes_at=calendar.closes_at(hours, at) if hours else None,
        opens_at=opens,
        when=_when(contact, guidance, at, how),
        warning=warning(contact, guidance, at),
        stands_meanwhile=_meanwhile(contact, guidance),
        note=contact.note if authors else "",
        candidates=contact.conflicting if authors else (),
    )


def clock(at: datetime) -> str:
    """A time of day in London as people say it: 9am, 5:30pm, midnight, midday."""
    local = at.astimezone(calendar.LONDON)
    if local.minute == 0 and local.hour in (0, 12):
        return "midday" if local.hour else "midnight"
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{(local.hour - 1) % 12 + 1}{minutes}{'am' if local.hour < 12 else 'pm'}"


def long_date(day: date) -> str:
    """A day as people write it: 24 November 2026."""
    return f"{day.day} {day:%B %Y}"


def _warnings(contact: Contact, guidance: Guidance, at: datetime) -> Iterator[str]:
    words = guidance.words
    if contact.status == "stands":
        return
    if contact.shown is None:
        yield words["hidden" if contact.authors_only and contact.status != "conflict" else contact.status]
        yield contact.instead
        return
    if contact.checked_on is None:
        if contact.status in ("old", "secondary"):
            yield words[contact.status]
        yield words["unchecked"]
        return
    late = check_is_due(guidance, contact, _london_date(at))
    yield words["recheck" if late else "checked"].format(date=long_date(contact.checked_on))


def _when(contact: Contact, guidance: Guidance, at: datetime, how: str) -> str:
    words, hours = guidance.words, guidance.hours_of(contact)
    if how == "unknown" or hours is None:
        return words["hours_unknown"] if contact.kind == "phone" else ""
    if how == "closing" and (end := calendar.closes_at(hours, at)):
        return words["closing"].format(time=clock(end))
    if how == "closed":
        opens = calendar.next_opening(hours, at)
        return f"{words['closed']} {words['opens'].format(time=_moment(opens))}" if opens else words["closed"]
    return words["open_now"] if calendar.closes_at(hours, at) else words["always_open"]


def _moment(at: datetime) -> str:
    local = at.astimezone(calendar.LONDON)
    return f"{clock(at)} on {local:%A} {local.day} {local:%B}"


def _meanwhile(contact: Contact, guidance: Guidance) -> tuple[str, ...]:
    """The night line of a contact's own council, and the numbers that always stand."""
    own = guidance.routes[PROTECTION].answers[contact.council] if contact.council in COUNCILS else None
    others = (*own.open, *own.closed) if own else ()
    last = (name for key in LAST_RESORT for name in guidance.routes[key].contacts)
    return tuple(dict.fromkeys(name for name in (*others, *last) if name != contact.id))


def _london_date(at: datetime) -> date:
    return at.astimezone(calendar.LONDON).date()
