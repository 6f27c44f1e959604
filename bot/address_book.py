"""Reads contacts.yaml and organisations.yaml into the types of `bot.contacts`, with every fault and its line.

The lists of keys are closed: a word nobody knows is a fault, not something to be ignored. A contact that
claims more than its facts allow, such as a check by nobody, is a fault as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ruamel.yaml.nodes import SequenceNode

from bot.calendar import DAYS, MIDNIGHT, Hours, Span
from bot.contacts import KINDS, STATUSES, Candidate, Choice, Contact, Organisation, Route
from bot.plain_yaml import Reader

CONTACT_NEEDS = ("name", "says", "value", "kind", "status", "source", "checked_on")
CONTACT_KEYS = frozenset(
    (*CONTACT_NEEDS, "council", "hours", "checked_by", "note", "instead", "authors_only", "conflicting")
)
CANDIDATE_KEYS = frozenset(("value", "source", "note"))
SPAN_KEYS = ("days", "from", "to")
HOURS_KEYS = frozenset((*SPAN_KEYS, "spans", "outside", "bank_holidays", "note"))
HOLIDAY_KEYS = frozenset(("added", "removed", "note"))
ROUTE_KEYS = frozenset(("contacts", "by", "answers", "allocated_worker", "when_closed", "when_today"))
ORGANISATION_NEEDS = (
    "name", "answer", "advice_line", "queue", "adult_specialist", "hours", "rings", "source",
)
ORGANISATION_KEYS = frozenset((*ORGANISATION_NEEDS, "note"))
SECTIONS = frozenset(("recheck_after_days", "words", "hours", "bank_holidays", "contacts", "routes"))


@dataclass(slots=True)
class Found:
    """What the two files hold."""

    contacts: dict[str, Contact] = field(default_factory=dict)
    hours: dict[str, Hours] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    recheck_after_days: int | None = None


def read_contacts(file: str, text: str, found: Found, faults: list[str]) -> None:
    """Everything in contacts.yaml."""
    reader = Reader(file, faults)
    sections = reader.pairs(reader.root(text), "the file", SECTIONS, ("words", "hours", "contacts", "routes"))
    days = reader.text(sections.get("recheck_after_days"), "recheck_after_days")
    if days is not None and not days.isdigit():
        reader.fault(sections["recheck_after_days"], f"recheck_after_days '{days}' is not a number of days.")
    found.recheck_after_days = int(days) if days and days.isdigit() else None
    for name, node in reader.pairs(sections.get("words"), "words").items():
        found.words[name] = reader.text(node, name) or ""
    _read_hours(reader, sections, found)
    for name, node in reader.pairs(sections.get("contacts"), "contacts").items():
        found.contacts[name] = _contact(reader, name, node)
    for name, node in reader.pairs(sections.get("routes"), "routes").items():
        found.routes[name] = _route(reader, name, node)


def read_organisations(file: str, text: str, found: Found, faults: list[str]) -> None:
    """Everything in organisations.yaml."""
    reader = Reader(file, faults)
    sections = reader.pairs(reader.root(text), "the file", frozenset({"organisations"}), ("organisations",))
    for key, node in reader.pairs(sections.get("organisations"), "organisations").items():
        has = reader.pairs(node, f"organisation '{key}'", ORGANISATION_KEYS, ORGANISATION_NEEDS)
        found.organisations[key] = Organisation(
            key=key,
            name=reader.text(has.get("name"), "name") or key,
            answer=reader.text(has.get("answer"), "answer") or "",
            advice_line=reader.text(has.get("advice_line"), "advice_line"),
            queue=reader.yes(has.get("queue"), "queue"),
            adult_specialist=reader.yes(has.get("adult_specialist"), "adult_specialist"),
            hours=reader.text(has.get("hours"), "hours"),
            rings=reader.texts(has.get("rings"), "rings"),
            sources=reader.texts(has.get("source"), "source"),
            note=reader.text(has.get("note"), "note") or "",
            at=reader.place(node),
        )


def _contact(reader: Reader, name: str, node: Any) -> Contact:
    has = reader.pairs(node, f"contact '{name}'", CONTACT_KEYS, CONTACT_NEEDS)
    contact = Contact(
        id=name,
        name=reader.text(has.get("name"), "name") or name,
        says=reader.text(has.get("says"), "says") or "",
        value=reader.text(has.get("value"), "value"),
        kind=reader.one_of(has.get("kind"), "kind", KINDS, "phone"),
        council=reader.text(has.get("council"), "council"),
        hours=reader.text(has.get("hours"), "hours"),
        status=reader.one_of(has.get("status"), "status", STATUSES, "missing"),
        sources=reader.texts(has.get("source"), "source"),
        checked_on=reader.day(has.get("checked_on"), "checked_on"),
        checked_by=reader.text(has.get("checked_by"), "checked_by"),
        note=reader.text(has.get("note"), "note") or "",
        instead=reader.text(has.get("instead"), "instead") or "",
        authors_only=reader.yes(has.get("authors_only"), "authors_only"),
        conflicting=_candidates(reader, has.get("conflicting")),
        at=reader.place(node),
    )
    for says in _not_honest(contact):
        reader.fault(node, f"contact '{name}': {says}")
    return contact


def _not_honest(contact: Contact) -> Iterable[str]:
    """What a contact claims without the facts to claim it."""
    if not contact.sources:
        yield "it has no source. Nobody may add a contact out of their head."
    if contact.status == "missing" and contact.value:
        yield "it is called missing and has a value."
    if contact.status in ("ok", "old", "secondary") and not contact.value:
        yield f"it is called {contact.status} and has no value. Call it missing."
    if (contact.status == "conflict") != bool(contact.conflicting):
        yield "'conflict' and the list 'conflicting' go together."
    if contact.status == "conflict" and contact.value:
        yield "its sources disagree, so it cannot have one value."
    if contact.authors_only and not (contact.value or contact.conflicting):
        yield "it is for authors only and holds nothing to keep back."
    if contact.conflicting and not contact.authors_only:
        yield "conflicting values are for authors only until one of them is checked."
    if not contact.shown and contact.status != "stands" and not contact.instead:
        yield "it shows no value, so 'instead' must say what to do."
    if contact.checked_on and not (contact.checked_by and contact.shown):
        yield "a check needs a value and the name of whoever checked it."


def _candidates(reader: Reader, node: Any) -> tuple[Candidate, ...]:
    if node is None:
        return ()
    if not isinstance(node, SequenceNode):
        reader.fault(node, "conflicting should be a list.")
        return ()
    found = []
    for item in node.value:
        has = reader.pairs(item, "a conflicting value", CANDIDATE_KEYS, ("value", "source"))
        value, sources = reader.text(has.get("value"), "value"), reader.texts(has.get("source"), "source")
        if not value or not sources:
            reader.fault(item, "A conflicting value needs a value and a source.")
            continue
        found.append(Candidate(value, sources, reader.text(has.get("note"), "note") or ""))
    return tuple(found)


def _route(reader: Reader, name: str, node: Any) -> Route:
    has = reader.pairs(node, f"route '{name}'", ROUTE_KEYS)
    answers = {}
    for answer, choice in reader.pairs(has.get("answers"), f"the answers of route '{name}'").items():
        parts = reader.pairs(choice, f"answer '{answer}'", frozenset({"open", "closed"}), ("open",))
        opened, closed = parts.get("open"), parts.get("closed")
        answers[answer] = Choice(reader.texts(opened, "open"), reader.texts(closed, "closed"))
    route = Route(
        key=name,
        contacts=reader.texts(has.get("contacts"), "contacts"),
        by=reader.texts(has.get("by"), "by"),
        answers=answers,
        allocated_worker=reader.yes(has.get("allocated_worker"), "allocated_worker"),
        when_closed=reader.text(has.get("when_closed"), "when_closed"),
        when_today=reader.text(has.get("when_today"), "when_today"),
        at=reader.place(node),
    )
    if not route.contacts and not route.by:
        reader.fault(node, f"route '{name}' leads nowhere. Give it 'contacts', or 'by' and 'answers'.")
    return route


def _read_hours(reader: Reader, sections: dict[str, Any], found: Found) -> None:
    """The patterns in the order they stand, so that `outside` can name one that stands before it."""
    holidays = reader.pairs(sections.get("bank_holidays"), "bank_holidays", HOLIDAY_KEYS)
    added, removed = (frozenset(_days_off(reader, holidays.get(part), part)) for part in ("added", "removed"))
    for name, node in reader.pairs(sections.get("hours"), "hours").items():
        has = reader.pairs(node, f"hours '{name}'", HOURS_KEYS)
        outside = None
        if (other := reader.text(has.get("outside"), "outside")) is not None:
            outside = found.hours.get(other)
            if outside is None:
                reader.fault(node, f"hours '{name}' are outside '{other}', which does not stand above them.")
        spans = _spans(reader, name, node, has)
        if not spans and not has.get("outside"):
            reader.fault(node, f"hours '{name}' are never open. Give 'days', 'from' and 'to', or 'outside'.")
        rest = reader.one_of(has.get("bank_holidays"), "bank_holidays", ("closed", "open"), "closed")
        found.hours[name] = Hours(name, spans, outside, rest, added, removed)


def _days_off(reader: Reader, node: Any, what: str) -> Iterable[date]:
    items = node.value if isinstance(node, SequenceNode) else []
    return [day for item in items if (day := reader.day(item, what)) is not None]


def _spans(reader: Reader, name: str, node: Any, has: dict[str, Any]) -> tuple[Span, ...]:
    parts = [(node, has)] if "days" in has else []
    if isinstance(listed := has.get("spans"), SequenceNode):
        keys, what = frozenset(SPAN_KEYS), f"a span of '{name}'"
        parts += [(item, reader.pairs(item, what, keys, SPAN_KEYS)) for item in listed.value]
    return tuple(span for at, part in parts if (span := _span(reader, name, at, part)))


def _span(reader: Reader, name: str, node: Any, has: dict[str, Any]) -> Span | None:
    days = reader.texts(has.get("days"), "days")
    if days == ("all",):
        days = DAYS
    for day in days:
        if day not in DAYS:
            reader.fault(node, f"hours '{name}': '{day}' is not one of {', '.join(DAYS)}.")
            return None
    opens, closes = (_minutes(reader.text(has.get(key), key)) for key in ("from", "to"))
    if opens is None or closes is None or opens >= closes:
        reader.fault(node, f"hours '{name}' need 'from' before 'to', such as \"09:00\" and \"17:00\".")
        return None
    return Span(frozenset(DAYS.index(day) for day in days), opens, closes)


def _minutes(text: str | None) -> int | None:
    if not text or not re.fullmatch(r"([01]\d|2[0-4]):[0-5]\d", text):
        return None
    minutes = int(text[:2]) * 60 + int(text[3:])
    return minutes if minutes <= MIDNIGHT else None
