"""Where referrals that are to be chased stand in the record: a stream for each person, `follow-up/PERSON`."""

from __future__ import annotations

from logs.store import Event, Store

PREFIX = "follow-up/"


def stream_of(person: str) -> str:
    """The stream of one person's referrals."""
    return PREFIX + person


def recorded(store: Store, person: str) -> list[Event]:
    """Everything recorded about one person's referrals, oldest first."""
    return [row.event for row in store.read(stream_of(person))]


def record(store: Store, person: str, event: Event) -> None:
    """Adds what was done about a referral."""
    store.append(stream_of(person), None, [event])
