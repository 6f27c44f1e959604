"""Sent, delivered, seen: how far each side has got with what the other one wrote.

Marks are events of a stream of their own (`marks/SENDER`), so that looking at a conversation does not move it on.
Delivered: a page with it was sent out. Seen: the page that showed it came back for more while somebody looked at it
(a page in the background does not ask).
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from logs.store import RecordUnavailable, Store
from web.bell import bell_of
from web.transcript import Line

DELIVERED, SEEN = "delivered", "seen"


@dataclass(frozen=True, slots=True)
class Marks:
    """The last event that was delivered to a side and seen by it."""

    delivered: int = 0
    seen: int = 0

    def word(self, seq: int) -> str:
        """How far one message has got."""
        return "Seen" if seq <= self.seen else "Delivered" if seq <= self.delivered else "Sent"


def stream_of(sender: str) -> str:
    """Where the marks of a conversation are kept."""
    return f"marks/{sender}"


def marks(store: Store, sender: str) -> dict[str, Marks]:
    """The marks of both sides, `asker` and `specialist`."""
    found = {"asker": Marks(), "specialist": Marks()}
    for row in store.read(stream_of(sender)):
        told = row.event["metadata"]
        old, upto = found[told["side"]], told["upto"]
        if row.event["name"] == SEEN:
            found[told["side"]] = Marks(max(old.delivered, upto), max(old.seen, upto))
        else:
            found[told["side"]] = Marks(max(old.delivered, upto), old.seen)
    return found


def mark(store: Store, sender: str, side: str, person: str, at: datetime, sent: int, back_from: int = 0) -> None:
    """A page went out that shows everything up to `sent`; the page it replaces had shown up to `back_from`.

    Only what the other side wrote counts; nothing is recorded where there is nothing new of theirs.
    """
    known = marks(store, sender)[side]
    if sent <= known.delivered and back_from <= known.seen:
        return
    theirs = {"asker": "agent", "specialist": "user"}[side]
    after = min(known.delivered, known.seen)
    written = [row.seq for row in store.read(sender, after, max(sent, back_from)) if row.event["event"] == theirs]
    made = [
        _event(name, side, person, max(upto), at)
        for name, upto in (
            (DELIVERED, [seq for seq in written if known.delivered < seq <= sent]),
            (SEEN, [seq for seq in written if known.seen < seq <= back_from]),
        )
        if upto
    ]
    if made:
        store.append(stream_of(sender), None, made)
        bell_of(store).ring(sender)


def _event(name: str, side: str, person: str, upto: int, at: datetime) -> dict[str, Any]:
    told = {"side": side, "upto": upto, "person": person}
    return {"event": "action", "name": name, "timestamp": at.timestamp(), "metadata": told}


def version(store: Store, sender: str, seq: int) -> str:
    """What an open page compares: where the conversation stands, and how far its messages have got."""
    marked = store.last(stream_of(sender))
    return f"{seq}.{marked}" if marked else str(seq)


def shown_up_to(version_of_page: str | None) -> int:
    """Up to where a page that asks again had shown the conversation."""
    seq = (version_of_page or "").partition(".")[0]
    return int(seq) if seq.isdigit() else 0


def went_out(store: Store, sender: str, side: str, person: str, at: datetime, sent: int, back_from: int = 0) -> None:
    """As `mark`; a mark that cannot be kept keeps nobody from reading."""
    with suppress(RecordUnavailable):
        mark(store, sender, side, person, at, sent, back_from)


def came_back(store: Store, sender: str, side: str, person: str, at: datetime) -> None:
    """Somebody acts on the page they were sent: what was delivered with it has been seen."""
    with suppress(RecordUnavailable):
        mark(store, sender, side, person, at, 0, marks(store, sender)[side].delivered)


def marked(lines: Iterable[Line], store: Store, sender: str, kind: str) -> list[Line]:
    """The lines of one side (practitioner or specialist) with how far each has got on the other."""
    other = marks(store, sender)["asker" if kind == "specialist" else "specialist"]
    return [replace(line, mark=other.word(line.seq)) if line.kind == kind and line.seq else line for line in lines]
