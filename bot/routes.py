"""Whom to ring, now: from the routes an outcome names to contacts, by answers, organisation and hour.

A line that is closed, or closes within half an hour, or whose hours nobody knows, never stands alone: the
council's duty line stands beside it. An unchecked value carries its warning in `says`, and a value that is
for authors only never leaves; what to do instead does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.calendar import open_at
from bot.contact_words import Described, describe, sentence, state
from bot.contacts import ORGANISATION, Choice, Contact, Organisation, Route
from bot.known import Guidance
from bot.model import COMMON, NOT_SURE

__all__ = [
    "Described", "Step", "describe", "notice", "organisation_of", "resolve", "state", "steps", "unchecked",
]

PROTECTION, CONSULTATION, ALLOCATED = "council-protection", "professional-consultation", "allocated-worker"
EMERGENCY, POLICE, OWN_LEAD = "emergency", "police-101", "safeguarding-lead"
OFFICE = "weekdays-9-5"  # of contacts.yaml
HERE, HOME, ASKER = "council-now", "council-lives", "who-is-asking"

Slots = Mapping[str, Any]
Shown = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Step:
    """One contact of a route and the words that lead to it."""

    contact: Contact
    lead: str = ""

    def shown(self, guidance: Guidance, at: datetime) -> Shown:
        """The shape of an outcome's `route`; a value for authors only stays behind."""
        day = self.contact.checked_on
        return {
            "contact": self.contact.id,
            "says": sentence(self.contact, guidance, at, self.lead),
            "value": self.contact.shown,
            "checked_on": day.isoformat() if day else None,
        }


def resolve(route_keys: Iterable[str], slots: Slots, guidance: Guidance, at: datetime) -> list[Shown]:
    """The contacts of an outcome's routes as its `route` says them, each once, in the order to use them."""
    return [step.shown(guidance, at) for step in steps(route_keys, slots, guidance, at)]


def steps(route_keys: Iterable[str], slots: Slots, guidance: Guidance, at: datetime) -> list[Step]:
    """The contacts of some routes, each once; `resolve` and the pages put them into words."""
    ways = _Ways(slots, guidance, at)
    return _once(step for key in route_keys for step in ways.of(key))


def notice(slots: Slots, guidance: Guidance, at: datetime) -> list[Shown]:
    """Whom to ring when nothing else works: 999, both councils by day and night, the advice line if open."""
    councils = guidance.routes[PROTECTION].answers[NOT_SURE]
    ways = _Ways(slots, guidance, at)
    known = [Step(guidance.contacts[name]) for name in (*councils.open, *councils.closed)]
    line = [Step(contact) for contact in ways.own_line() if state(contact, guidance, at) == "open"]
    found = [*ways.of(EMERGENCY), *known, *ways.of(POLICE), *line]
    return [step.shown(guidance, at) for step in _once(found)]


def organisation_of(slots: Slots, guidance: Guidance) -> Organisation | None:
    """Whom the practitioner works for: their answer, else what they signed in with; None where not known."""
    said = known_answer(slots, ASKER)
    for organisation in guidance.organisations.values():
        if said and organisation.answer == said:
            return organisation
    return guidance.organisations.get(str((slots.get("asker") or {}).get("organisation")))


def out_of_hours(guidance: Guidance, at: datetime) -> bool:
    """Whether offices are shut: then a line for the night comes first, where nobody knows the day line's hours."""
    office = guidance.hours.get(OFFICE)
    return office is not None and not open_at(office, at)


def known_answer(slots: Slots, question: str) -> str | None:
    """The answer of a common question; None where it is not asked yet or "Not sure"."""
    answer = slots.get(f"{COMMON}/{question}")
    return None if answer in (None, NOT_SURE) else str(answer)


def unchecked(route_keys: Iterable[str], guidance: Guidance) -> list[Contact]:
    """Every contact some routes may show that nobody has checked; live mode allows none on 4-CP routes."""
    found: dict[str, Contact] = {}
    for key in _reached(route_keys, guidance):
        route = guidance.routes[key]
        choices = [name for choice in route.answers.values() for name in (*choice.open, *choice.closed)]
        for name in (*route.contacts, *choices):
            contact = guidance.contacts[name]
            if contact.status != "stands" and not contact.can_be_relied_on:
                found[name] = contact
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Ways:
    """The routes as they lead for one conversation at one moment."""

    slots: Slots
    guidance: Guidance
    at: datetime

    def of(self, key: str) -> list[Step]:
        """The contacts of one route."""
        route = self.guidance.routes.get(key)
        if route is None:  # `check` refuses such a tree; should one run after all, danger still has a number
            return self._named(self.guidance.routes[EMERGENCY].contacts)
        if route.by == (ORGANISATION,):
            return self._own_advice(route)
        found = self._workers() if route.allocated_worker else []
        found += self._of_answer(route)
        found += self._named(route.contacts)
        if route.when_today and self._urgent():
            found = self._led("today", lambda: self.of(route.when_today or "")) + found
        return found

    def _workers(self) -> list[Step]:
        """The child's own social worker; by day without a line for the night, which the council's own lines bring."""
        found = self.of(ALLOCATED)
        if out_of_hours(self.guidance, self.at):
            return found
        nights = {name for choice in self.guidance.routes[ALLOCATED].answers.values() for name in choice.closed}
        return [step for step in found if step.contact.id not in nights]

    def own_line(self) -> list[Contact]:
        """The advice line of the practitioner's organisation, where it has one."""
        organisation = organisation_of(self.slots, self.guidance)
        line = organisation.advice_line if organisation else None
        return [self.guidance.contacts[line]] if line else []

    def _own_advice(self, route: Route) -> list[Step]:
        """The own advice line; without one, whom its people ring and the council's line for professionals."""
        lines = self.own_line()
        if not lines:
            organisation = organisation_of(self.slots, self.guidance)
            if organisation is None:  # not known is not the same as having no line
                return [*self.of(OWN_LEAD), *self.of(CONSULTATION)]
            return self._led("no_line", lambda: [*self._named(organisation.rings), *self.of(CONSULTATION)])
        how = state(lines[0], self.guidance, self.at)
        if how == "open":
            return [Step(lines[0])]
        duty = self._duty(route, how)
        if how == "closed":
            return duty
        return [*duty, Step(lines[0])] if how == "closing" else [Step(lines[0]), *duty]

    def _duty(self, route: Route, how: str) -> list[Step]:
        """The council's duty line, in place of a line that is not surely open or beside it."""
        closed = "line_closed" if self._urgent() else "line_closed_calm"
        lead = {"closed": closed, "closing": "line_closing"}.get(how, "line_unsure")
        return self._led(lead, lambda: self.of(route.when_closed or PROTECTION))

    def _of_answer(self, route: Route) -> list[Step]:
        """The contacts of the first known answer, or of "Not sure"; then the home council, if it is another."""
        given = ((question, known_answer(self.slots, question)) for question in route.by)
        question, answer = next(((q, a) for q, a in given if a), ("", NOT_SURE))
        choice = route.answers.get(answer) or route.answers.get(NOT_SURE) or Choice()
        found = self._at_this_hour(choice)
        states = [state(self.guidance.contacts[name], self.guidance, self.at) for name in choice.open]
        if route.when_closed and any(how != "open" for how in states):
            found += self._duty(route, "unknown")
        if HERE in route.by and answer == NOT_SURE and found:
            found[0] = Step(found[0].contact, self.guidance.words["council_unknown"])
        home = known_answer(self.slots, HOME)
        if route.key == PROTECTION and question == HERE and home not in (None, answer):
            found += self._led("home_council", lambda: self._at_this_hour(route.answers[str(home)]))
        return found

    def _at_this_hour(self, choice: Choice) -> list[Step]:
        """Lines that are open; unless all of them surely stay open, those for when they are not as well."""
        states = {name: state(self.guidance.contacts[name], self.guidance, self.at) for name in choice.open}
        names = sorted((n for n, how in states.items() if how != "closed"), key=lambda n: states[n] != "open")
        if any(how != "open" for how in states.values()):
            names = [*choice.closed, *names] if out_of_hours(self.guidance, self.at) else [*names, *choice.closed]
        return self._named(names or choice.open)

    def _named(self, names: Iterable[str]) -> list[Step]:
        return [Step(self.guidance.contacts[name]) for name in self._own(list(names))]

    def _own(self, names: list[str]) -> list[str]:
        """Leads of another kind of service left out: a health visitor has no practice lead. Her own stands instead."""
        organisation = organisation_of(self.slots, self.guidance)
        if organisation is None:
            return names
        others = {n for o in self.guidance.organisations.values() for n in o.rings} - set(organisation.rings)
        kept = [n for n in names if n not in others]
        return kept if len(kept) == len(names) or kept else list(organisation.rings[:1])

    def _led(self, lead: str, way: Callable[[], list[Step]]) -> list[Step]:
        """A way with words before its first contact."""
        found = way()
        words = self.guidance.words[lead]
        return [Step(found[0].contact, f"{words} {found[0].lead}".strip()), *found[1:]] if found else []

    def _urgent(self) -> bool:
        return self.slots.get("urgency") in ("today", "now")


def _once(found: Iterable[Step]) -> list[Step]:
    first: dict[str, Step] = {}
    for step in found:
        first.setdefault(step.contact.id, step)
    return list(first.values())


def _reached(route_keys: Iterable[str], guidance: Guidance) -> list[str]:
    """Routes and the routes they turn to."""
    reached: dict[str, None] = {}
    waiting = list(route_keys)
    while waiting:
        key = waiting.pop(0)
        route = guidance.routes.get(key)
        if route is None or key in reached:
            continue
        reached[key] = None
        further = (route.when_closed, route.when_today, ALLOCATED if route.allocated_worker else None)
        waiting += [other for other in further if other]
    return list(reached)
