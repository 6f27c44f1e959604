"""The life of a conversation between the assistant and a person: one table of who may do what, and when.

A conversation is always with somebody: with the assistant, in the queue, with one specialist, or closed. Every act
that moves it stands in `MOVES`; every act that leaves it where it is stands in `BESIDE`. Nothing else happens to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

WITH_ASSISTANT, WAITING, WITH_SPECIALIST, CLOSED = "with-assistant", "waiting", "with-specialist", "closed"
STATUSES = (WITH_ASSISTANT, WAITING, WITH_SPECIALIST, CLOSED)
OPEN = frozenset((WITH_ASSISTANT, WAITING, WITH_SPECIALIST))
ANY = frozenset(STATUSES)


@dataclass(frozen=True, slots=True)
class Move:
    """An act that takes a conversation from one status to another, by whom, and what follows from it."""

    by: str  # assistant, specialist (anyone), owner (the specialist who has it), asker, system
    start: frozenset[str]
    end: str
    follow: tuple[str, ...] = ()  # Rasa events that go with it: pause, resume
    queued: bool | None = None  # True: it takes (or keeps) a place in the queue; False: it gives it up


MOVES: Mapping[str, Move] = {
    "handed-off": Move("assistant", frozenset((WITH_ASSISTANT,)), WAITING, ("pause",), True),
    "claimed": Move("specialist", frozenset((WAITING, WITH_ASSISTANT)), WITH_SPECIALIST),
    "released": Move("owner", frozenset((WITH_SPECIALIST,)), WAITING, (), True),
    "returned": Move("system", frozenset((WITH_SPECIALIST,)), WAITING, (), True),
    "took-back": Move("asker", frozenset((WAITING,)), WITH_ASSISTANT, ("resume",)),
    "handed-back": Move("owner", frozenset((WITH_SPECIALIST,)), WITH_ASSISTANT, ("resume",), False),
    "closed": Move("owner", OPEN, CLOSED, (), False),
}
# Acts that leave a conversation where it is: who may, and in which statuses.
BESIDE: Mapping[str, tuple[str, frozenset[str]]] = {
    "callback-number": ("asker", OPEN),
    "danger-again": ("system", ANY),
    "answer-suggested": ("owner", frozenset((WITH_SPECIALIST,))),
    "suggestion-taken": ("asker", OPEN),
    "suggestion-refused": ("asker", OPEN),
    # On the phone the one who goes through the questions is the specialist.
    "level-indicated": ("owner", frozenset((WITH_SPECIALIST, WITH_ASSISTANT))),
    "opinion-asked": ("owner", frozenset((WITH_SPECIALIST,))),
    "opinion-given": ("specialist", frozenset((WITH_SPECIALIST,))),
    "advice": ("owner", frozenset((WITH_SPECIALIST, WITH_ASSISTANT))),
    "decision": ("asker", ANY),
    "corrected": ("author", ANY),
    "call-note": ("owner", OPEN),
    "rule-met": ("system", OPEN),
    "restricted": ("system", ANY),
}


class NotNow(Exception):
    """The conversation is not where this act is allowed; `says` tells the person why and what to do."""

    def __init__(self, says: str) -> None:
        self.says = says
        super().__init__(says)


def may(act: str, status: str) -> bool:
    """Whether this act may happen to a conversation of this status."""
    return status in (MOVES[act].start if act in MOVES else BESIDE[act][1])


def end_of(act: str, status: str) -> str:
    """The status after an act; acts that stand beside the conversation leave it where it is."""
    return MOVES[act].end if act in MOVES else status


def faults(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """Everything in a conversation's events that its life cycle forbids; used by tests, benches and whoever audits."""
    found: list[str] = []
    status, holder, queued = WITH_ASSISTANT, None, False
    for n, event in enumerate(events, 1):
        act, told = str(event.get("name")), event.get("metadata") or {}
        if event["event"] == "agent" and (status != WITH_SPECIALIST or told.get("person") != holder):
            found.append(f"{n}: words of somebody who does not have it")
        if event["event"] == "bot" and status != WITH_ASSISTANT and (event.get("data") or {}).get("buttons"):
            found.append(f"{n}: guidance while {status}")
        if event["event"] != "action" or act not in MOVES:
            continue
        move = MOVES[act]
        if status not in move.start:
            found.append(f"{n}: {act} while {status}")
        if act == "claimed" and status == WITH_ASSISTANT and not queued:
            found.append(f"{n}: claimed though nobody asked")
        if move.by == "owner" and status == WITH_SPECIALIST and told.get("person") != holder:
            found.append(f"{n}: {act} by somebody who does not have it")
        status, queued = move.end, queued if move.queued is None else move.queued
        holder = told.get("person") if act == "claimed" else None
        if status == WAITING and not queued:
            found.append(f"{n}: waiting without a place in the queue")
        if status == WITH_SPECIALIST and not holder:
            found.append(f"{n}: with a specialist, and nobody has it")
    return found
