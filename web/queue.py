"""The queue as the advice line sees it: who waits and why, what was promised, who has what, who asks a colleague."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from bot import promise
from bot.contact_words import clock
from bot.content import Content
from bot.folding import Slots
from logs.store import Filter, Store
from web import conversation as road
from web import presence, restricted
from web.chat import about
from web.furniture import waited
from web.people import Person

CLOSED_SHOWN = 10
TAKEN_SHOWN = 200
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Queue:
    """Everything on the queue's page, and a mark that changes when any of it does."""

    waiting: list[Row]
    elsewhere: list[Row]  # waiting on another organisation's line
    opinions: list[Row]
    mine: list[Row]
    others: list[Row]
    closed: list[Row]
    broken: int
    mark: str


def queue(store: Store, content: Content, me: Person, at: datetime) -> Queue:
    """The queue for one specialist; whatever lost its specialist is put back into it first."""
    presence.give_back_what_is_lost(store, at)
    waits = [*store.queue(), *restricted.waiting(store, me)]
    waiting = sorted((row_of(r, store, content, at) for r in waits), key=lambda r: r["place"])
    held = [*store.summaries(Filter(status="with-specialist"), limit=TAKEN_SHOWN), *restricted.held(store, me)]
    taken = [row_of(row, store, content, at) for row in held]
    closed = store.summaries(Filter(status="closed", with_person=me.id), limit=CLOSED_SHOWN)
    closed = [*restricted.closed_by(store, me), *closed][:CLOSED_SHOWN]
    here = [row for row in waiting if row["organisation"] == me.organisation]
    others = [row for row in taken if row["with_person"] != me.id]
    parts = ("stream", "status", "urgency", "updated_at", "waited", "broken", "gone", "with_person", "wants_opinion")
    marks = [str([row[part] for part in parts]) for row in (*waiting, *taken)]
    return Queue(
        here,
        [row for row in waiting if row["organisation"] != me.organisation],
        [row for row in others if row["wants_opinion"]],
        [row for row in taken if row["with_person"] == me.id],
        others,
        [row_of(row, store, content, at) for row in closed],
        sum(row["broken"] for row in waiting),
        sha256("|".join(marks).encode()).hexdigest()[:16],
    )


def row_of(row: Row, store: Store, content: Content, at: datetime) -> Row:
    """A conversation in the queue: what it is about, how long it has waited, which rules brought it and by what."""
    _, slots = road.where(store, row["stream"])
    organisation = content.guidance.organisations.get(row["organisation"] or "")
    made = promise.promise(row["organisation"], row["urgency"] or "none", row["queued_at"], content, at)
    waits = row["status"] in ("waiting", "with-assistant")
    return row | {
        "about": about(row, content),
        "waited": waited(row["queued_at"], at) if row["queued_at"] else "",
        "brought": brought(slots, content),
        "organisation_name": organisation.name if organisation else row["organisation"],
        "adult": wants_adult(slots, content),
        "adult_known": bool(organisation and organisation.adult_specialist),
        "meant_for": slots["meant_for"],
        "alerts": slots["alerts"],
        "restricted": slots["restricted"],
        "callback": slots["callback"],
        "callback_when": slots["callback_when"],
        "wants_opinion": any(o["given"] is None for o in slots["opinions"]),
        "promise": promise_of(made, row["urgency"]),
        "broken": waits and made.broken,
        "place": promise.place(row, made),
        "gone": row["status"] == "with-specialist" and unheard(row, at),
    }


def brought(slots: Slots, content: Content) -> list[dict[str, Any]]:
    """The rules that brought it here; what the practitioner was told in a turn, a specialist reads as the rule says."""
    found = []
    for told in slots["brought"]:
        rule = content.rule_book.rule(str(told["rule"]))
        found.append({**told, "says": rule.says} if rule and rule.when == "happened" else told)
    return found


def promise_of(made: promise.Promise, urgency: str | None) -> str:
    """The promise in a few words, for whoever keeps it."""
    if not made.agreed or made.due_at is None:
        return "Promised time: not agreed"
    return f"Promised by {clock(made.due_at)}" + (", not kept" if made.broken else "")


def wants_adult(slots: Slots, content: Content) -> bool:
    """Whether an adult specialist is wanted beside the child's: an adult's own needs are part of it."""
    book = content.rule_book
    said = any(slots.get(f"every-tree/{q}") in answers for q, answers in book.adult_when.items())
    return said or bool(set(book.adult_trees) & set(slots["chosen"]))


def unheard(row: Row, at: datetime) -> str:
    """How long nothing was heard of whoever has it, once that is minutes; contact is not lost yet."""
    seen = presence.last_seen(row["with_person"] or "")
    latest = max(seen.timestamp() if seen else 0.0, float(row["updated_at"] or 0))
    return waited(latest, at) if at.timestamp() - latest > QUIET else ""


QUIET = 5 * 60  # seconds without a sign after which colleagues are shown it
