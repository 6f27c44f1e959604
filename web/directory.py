"""Whom to ring: every contact there is, whether it is open, and what to know before relying on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, render_template

from bot.contact_words import Described, describe
from bot.guidance import Guidance
from web.access import roles, somebody
from web.record import content, now

blueprint = Blueprint("directory", __name__)

EVERYWHERE = "For both councils"
FIRST = "In danger, or at any hour"


@blueprint.get("/directory")
@roles()
def services() -> str:
    """The directory, the numbers that always stand first."""
    guidance, at = content().guidance, now()
    author = somebody().role == "author"
    described = [describe(name, guidance, at, author) for name in guidance.contacts]
    return render_template(
        "directory.html",
        groups=grouped(described),
        names={contact.id: contact.name for contact in guidance.contacts.values()},
        unchecked=sum(1 for contact in described if contact.check_due),
        organisations=organisations(guidance),
    )


def grouped(described: Iterable[Described]) -> list[tuple[str, list[Described]]]:
    """Contacts by council: those that always stand first, then each council, then the rest."""
    found: dict[str, list[Described]] = {FIRST: []}
    for contact in described:
        council = contact.council if contact.council not in (None, "Not sure") else EVERYWHERE
        found.setdefault(FIRST if contact.status == "stands" else str(council), []).append(contact)
    return [(name, contacts) for name, contacts in found.items() if contacts]


def organisations(guidance: Guidance) -> list[dict[str, Any]]:
    """Each organisation and the advice line its people have, or whom they ring instead."""
    return [
        {
            "name": one.name,
            "line": guidance.contacts[one.advice_line].name if one.advice_line else None,
            "rings": [guidance.contacts[key].name for key in one.rings if key in guidance.contacts],
            "queue": one.queue,
        }
        for one in guidance.organisations.values()
    ]
