"""A conversation as a list shows it: what the template only has to put in its place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from bot.content import Content
from logs.search import END, START
from logs.store import Hit
from web.chat import about
from web.furniture import STATUSES, moment, range_of
from web.review import filters

URGENCIES = {"now": ("red", "Now"), "today": ("orange", "Today")}
COLOURS = {"with-assistant": "blue", "waiting": "yellow", "with-specialist": "green", "closed": "grey"}


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the list, in words. Attributes of an object are found faster in a template than keys of a dict."""

    urgency: str
    to: str  # the address, up to the hit
    title: str
    tags: Markup
    began: str
    who: str  # who asked, where, and where it lies
    flags: str
    words: str  # the first words, in a list without search
    hit: str  # who said what was searched for; "" in a list without search
    excerpt: Markup | str


def listed(row: dict[str, Any], there: Content, hit: Hit | None = None) -> Listed:
    """A row of the list; with a hit, the words that were found in place of the first words."""
    parts = [row["owner_name"] or "", _organisation(row, there)]
    if row["at_least"]:
        parts.append(range_of(row))
    flags = row["red_flags"]
    return Listed(
        row["urgency"] or "none",
        f"{row['stream']}#e{hit.seq}" if hit else row["stream"],
        about(row, there),
        _tags(row["urgency"], row["status"]),
        moment(row["started_at"]),
        " · ".join(parts),
        ", ".join([filters.indicator(flag, there) for flag in flags.split()]) if flags else "",
        "" if hit else row["first_words"] or "",
        hit.who.capitalize() if hit else "",
        excerpt(hit) if hit else "",
    )


@lru_cache(maxsize=64)
def _tags(urgency: str | None, status: str) -> Markup:
    """How urgent it is and who has it, as coloured words."""
    tag = Markup('<strong class="nhsuk-tag nhsuk-tag--{}">{}</strong> ')
    here = tag.format(COLOURS.get(status, "grey"), STATUSES.get(status, status))
    return tag.format(*URGENCIES[urgency]) + here if urgency in URGENCIES else here


def excerpt(hit: Hit) -> Markup:
    """The words around a hit, with those searched for marked."""
    whole = "".join([f"{START}{piece}{END}" if marked else piece for piece, marked in hit.excerpt])
    return Markup(str(escape(whole)).replace(START, "<mark>").replace(END, "</mark>"))  # noqa: S704 - it was escaped


def shown(row: dict[str, Any], there: Content) -> dict[str, Any]:
    """A row as the pages about one conversation show it."""
    return row | {
        "about": about(row, there),
        "organisation_name": _organisation(row, there),
        "flag_names": [filters.indicator(flag, there) for flag in (row["red_flags"] or "").split()],
    }


def _organisation(row: dict[str, Any], there: Content) -> str:
    found = there.guidance.organisations.get(row["organisation"] or "")
    return found.name if found else row["organisation"] or ""
