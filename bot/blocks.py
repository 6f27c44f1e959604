"""The three blocks of an advice record: the tool's guidance, a specialist's advice, the practitioner's decision.

Each is signed and timed. A correction stands beside what it corrects; the first words stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Signed:
    """One entry of a block: what, by whom, when, and the corrections beside it."""

    seq: int
    kind: str
    at: float
    person: str
    name: str
    told: Mapping[str, Any]
    corrections: tuple[Signed, ...] = ()


@dataclass(frozen=True, slots=True)
class Blocks:
    """The three blocks, oldest entry first in each."""

    guidance: tuple[Signed, ...]
    advice: tuple[Signed, ...]
    decision: tuple[Signed, ...]


THE_TOOL = ("threshold-guide", "Threshold Guide")
ADVICE = frozenset(("advice", "level-indicated", "closed", "opinion-given"))


def blocks(events: Iterable[tuple[int, Event]]) -> Blocks:
    """The blocks of a conversation, from its events and their places in the record."""
    rows = list(events)
    beside: dict[int, list[Signed]] = {}
    for seq, event in rows:
        if event.get("name") == "corrected":
            beside.setdefault(event["metadata"]["of"], []).append(_signed(seq, event))
    guidance: list[Signed] = []
    advice: list[Signed] = []
    decision: list[Signed] = []
    outcome, digest = None, ""
    for seq, event in rows:
        name, told = event.get("name"), event.get("metadata") or {}
        if event["event"] == "user":
            digest = str(told.get("content") or digest)
        if event["event"] == "slot" and name == "outcome":
            outcome = event.get("value")
        elif name == "outcome-given" and outcome:
            guidance.append(Signed(seq, "outcome", event["timestamp"], *THE_TOOL, {**outcome, "content": digest}))
        elif name in ADVICE and (name != "closed" or told.get("note")) or event["event"] == "agent":
            advice.append(_signed(seq, event, beside.get(seq, ())))
        elif name == "decision":
            decision.append(_signed(seq, event, beside.get(seq, ())))
    return Blocks(tuple(guidance), tuple(advice), tuple(decision))


def _signed(seq: int, event: Event, corrections: Iterable[Signed] = ()) -> Signed:
    told = dict(event.get("metadata") or {})
    if event["event"] == "agent":
        told["text"] = event.get("text")
    kind = "words" if event["event"] == "agent" else str(event["name"])
    person, name = str(told.get("person") or ""), str(told.get("name") or "")
    return Signed(seq, kind, event["timestamp"], person, name, told, tuple(corrections))
