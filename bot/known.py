"""All of knowledge/ as it stands at one moment: what may be said, and whom to ring.

Nothing here opens a file or reads a clock; `bot.guidance` fills it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from bot.calendar import Hours
from bot.contacts import Check, Contact, Organisation, Route, after_check
from bot.passages import Document, Passage


@dataclass(frozen=True, slots=True)
class Guidance:
    """All of knowledge/ as it stands now."""

    documents: dict[str, Document]  # by id: the file name without .md
    passages: dict[str, Passage]  # by anchor: pathways.md#consent
    contacts: dict[str, Contact]
    hours: dict[str, Hours]
    routes: dict[str, Route]
    organisations: dict[str, Organisation]
    words: dict[str, str]
    recheck_after_days: int | None  # None: nobody has agreed how long a check lasts

    def document_of(self, anchor: str) -> Document | None:
        """The document an anchor stands in."""
        return self.documents.get(anchor.partition("#")[0].removesuffix(".md"))

    def hours_of(self, contact: Contact) -> Hours | None:
        """The opening hours of a contact; None where nobody knows them."""
        return self.hours[contact.hours] if contact.hours else None


def review_due(guidance: Guidance, on: date) -> list[Document]:
    """Documents that somebody should review by this day, or that nobody has reviewed yet."""
    return [document for document in guidance.documents.values() if document.is_due(on)]


def checks_due(guidance: Guidance, on: date) -> list[Contact]:
    """Contacts that nobody has checked, or not within the agreed time where one is agreed."""
    return [contact for contact in guidance.contacts.values() if check_is_due(guidance, contact, on)]


def check_is_due(guidance: Guidance, contact: Contact, on: date) -> bool:
    """Whether somebody should ring or look to see that a contact still holds."""
    if contact.status == "stands":
        return False
    if contact.checked_on is None:
        return True
    allowed = guidance.recheck_after_days
    return allowed is not None and (on - contact.checked_on).days > allowed


def with_checks(guidance: Guidance, checks: Iterable[Check]) -> Guidance:
    """The guidance with contact checks laid over it, the last one of each contact counting."""
    contacts = dict(guidance.contacts)
    for check in checks:
        if check.contact in contacts and (check.hours is None or check.hours in guidance.hours):
            contacts[check.contact] = after_check(contacts[check.contact], check)
    return replace(guidance, contacts=contacts)
