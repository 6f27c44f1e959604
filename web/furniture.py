"""What stands on every page: the menu of each role, and how times, levels and statuses are put into words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, request, url_for
from markupsafe import Markup

from web.access import current
from web.contacts import link_of
from web.continuum import range_words
from web.reading import Shown, passage
from web.record import content

LONDON = ZoneInfo("Europe/London")
STATUSES = {
    "with-assistant": "Going through the questions",
    "waiting": "Waiting for a specialist",
    "with-specialist": "With a specialist",
    "closed": "Closed",
}
ROLES = {
    "practitioner": "Asks what a concern amounts to and whom to ring.",
    "gp": "Checks whether a family can have Early Help, and asks about concerns.",
    "specialist": "Takes over conversations on the advice line.",
    "reviewer": "Reads logged conversations and looks for what can be learned.",
    "author": "Looks after the guidance and the decision trees.",
}
KINDS = {
    "nhs-number": "NHS number",
    "phone": "phone number",
    "email": "email address",
    "postcode": "postcode",
    "date": "date",
    "name": "name",
    "address": "address",
}
EVERYBODY = (
    ("Guidance", "guidance.documents"),
    ("Whom to ring", "directory.services"),
    ("About", "about.about"),
)
DESK = (
    ("Conversations", "review.conversations"),
    ("Samples", "desk.samples"),
    ("What audits found", "desk.audits"),
    ("Actions", "desk.actions"),
    ("Agreement", "desk.agreements"),
    ("Disagreements", "desk.disagreements"),
    ("Criteria", "desk.all_criteria"),
    ("Export", "desk.exports"),
)
OWN = {
    "practitioner": (("Ask", "chat.home"), ("Feedback", "feedback.told")),
    "gp": (("Ask", "chat.home"), ("Feedback", "feedback.told")),
    "specialist": (("Advice line", "advice_line.queue"), ("Feedback", "feedback.told")),
    "reviewer": (("Conversations", "review.conversations"), ("Review desk", "desk.samples")),
    "author": (("Trees", "guidance.trees"), ("Disagreements", "desk.disagreements")),
}


def furnish(blueprint: Blueprint) -> None:
    """Give every template of the app the menu and the words."""
    blueprint.app_context_processor(lambda: {"navigation": navigation(), "desk_pages": desk_pages})
    for name, word in FILTERS.items():
        blueprint.add_app_template_filter(word, name)


def desk_pages() -> Markup:
    """The places of the review desk, the one that is open marked."""
    return _desk_pages(request.endpoint or "", request.script_root)


@lru_cache(maxsize=64)
def _desk_pages(here: str, root: str) -> Markup:
    link = Markup('<li><a href="{}"{}>{}</a></li>')
    mark = Markup(' aria-current="page"')
    return Markup("").join(link.format(url_for(page), mark if page == here else "", text) for text, page in DESK)


def navigation() -> tuple[dict[str, Any], ...]:
    """The menu of whoever is signed in; empty for nobody."""
    person = current()
    if person is None:
        return ()
    return _navigation(person.role, request.blueprint or "", request.endpoint or "", request.script_root)


@lru_cache(maxsize=512)
def _navigation(role: str, blueprint: str, here: str, root: str) -> tuple[dict[str, Any], ...]:
    items = []
    for text, endpoint in (*OWN.get(role, ()), *EVERYBODY):
        own = endpoint.partition(".")[0]
        trees = own == "guidance" and endpoint.endswith("trees")
        current_page = blueprint == own and (own != "guidance" or trees == ("tree" in here))
        items.append({"text": text, "href": url_for(endpoint), "current": current_page})
    return tuple(items)


def passage_of(cite: str) -> Shown | None:
    """The passage a citation opens for whoever is signed in."""
    person = current()
    return passage(content().guidance, cite, bool(person and person.role == "author"))


def moment_of(value: Any) -> datetime | None:
    """A time of the record, whether it is kept as a number, as text or as a datetime."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, UTC)
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except ValueError:
        found = datetime.fromisoformat(str(value))
        return found if found.tzinfo else found.replace(tzinfo=UTC)


def moment(value: Any) -> str:
    """A date and time in London: "24 November 2026, 18:31"."""
    at = moment_of(value)
    return _moment(at) if at else ""


@lru_cache(maxsize=4096)
def _moment(at: datetime) -> str:
    here = at.astimezone(LONDON)
    return f"{day(here.date())}, {here:%H:%M}"


def clock(value: Any) -> str:
    """The time of day in London, with the date: short, for transcripts."""
    at = moment_of(value)
    return f"{at.astimezone(LONDON):%-d %b, %H:%M}" if at else ""


def day(value: Any) -> str:
    """A date in words: "24 November 2026"."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return str(value)
    return f"{value.day} {value:%B %Y}" if value else ""


def waited(since: Any, now: datetime) -> str:
    """How long somebody has waited: "12 minutes"."""
    start = moment_of(since)
    minutes = max(0, int((now - start) / timedelta(minutes=1))) if start else 0
    if minutes < 60:
        return "less than a minute" if minutes < 1 else _counted(minutes, "minute")
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return _counted(hours, "hour") + (f" {_counted(rest, 'minute')}" if rest else "")
    return _counted(hours // 24, "day")


def range_of(outcome: dict[str, Any] | None) -> str:
    """Where an outcome, or a row of a list, lies."""
    outcome = outcome or {}
    return range_words(outcome.get("at_least"), outcome.get("at_most"), outcome.get("indicated"))


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


FILTERS: dict[str, Callable[..., Any]] = {
    "moment": moment,
    "clock": clock,
    "day": day,
    "range_of": range_of,
    "status_words": lambda status: STATUSES.get(status, status),
    "role_does": lambda role: ROLES.get(role, ""),
    "link_of": link_of,
    "passage_of": passage_of,
    "kind_words": lambda kind: KINDS.get(kind, str(kind).replace("-", " ")),
}
