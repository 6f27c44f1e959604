"""Referrals that were made: kept with who took them, and asked about after one working day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import follow_up
from bot.follow_up import Referral
from logs import follow_up as kept
from logs import privacy
from logs.store import Store
from web import conversation as road
from web.furniture import LONDON
from web.people import Person

SHORT, LONG = 80, 1000
HOW = {"phone": "by telephone", "form": "by form", "both": "by telephone and by form"}


@dataclass(frozen=True, slots=True)
class Chased:
    """One referral on the list to chase."""

    referral: Referral
    due: bool
    how: str

    @property
    def id(self) -> str:
        """The referral's id."""
        return self.referral.id


def of_person(store: Store, person: Person) -> list[Referral]:
    """Every referral of one person, oldest first."""
    return follow_up.referrals(kept.recorded(store, person.id))


def of_conversation(store: Store, person: Person, sender: str, at: datetime) -> list[Chased]:
    """The referrals made from one conversation."""
    return [_chased(r, at) for r in of_person(store, person) if r.conversation == sender]


def to_chase(store: Store, person: Person, at: datetime) -> list[Chased]:
    """The referrals nobody has acknowledged, those that are due first."""
    return [_chased(r, at) for r in follow_up.to_chase(of_person(store, person), at)]


def keep(store: Store, person: Person, sender: str, event: dict[str, Any], at: datetime) -> None:
    """On the list to chase first, then as a line of the conversation."""
    kept.record(store, person.id, event)
    road.referral(store, person, sender, event, at)


def short(given: str) -> str:
    """A short field. The name of whoever took a call is kept: it is a professional's, and it is asked for."""
    return " ".join(privacy.clean(given).split())[:SHORT]


def long(given: str) -> str:
    """What was decided, as it may be kept."""
    return privacy.mask(privacy.clean(given)).text.strip()[:LONG]


def when(given: str, at: datetime) -> datetime | None:
    """A time in London as the form gives it; now where it was left empty; None where it is no time."""
    if not given.strip():
        return at
    try:
        return datetime.fromisoformat(given.strip()).replace(tzinfo=LONDON)
    except ValueError:
        return None


def _chased(referral: Referral, at: datetime) -> Chased:
    return Chased(referral, referral.is_due(at), HOW.get(referral.how, referral.how))
