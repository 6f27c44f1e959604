"""A conversation's row in every list: what it amounts to, who has it, and what reviewers narrow lists by.

Most of a row is folded from where the conversation stands. What only its events tell (which rules brought a person
in, how long that took, what the specialist saw, who disagreed) is added when it happens, and can be built again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot import folding, hand_off, own_view
from bot.model import LEVELS, rank
from logs import review
from logs.store import Event, Store, Summary

HELD_BY = frozenset({"with_person", "with_name"})
INDICATOR = re.compile(r"#((?:L\d|X)-[\w-]+)$")
NOTABLE = frozenset({"handed-off", "claimed", "closed", "view-differs", "level-indicated", "advice", "rule-met"})


def of(sender: str, slots: Mapping[str, Any], events: Sequence[Event], before: Summary | None) -> dict[str, Any]:
    """The row after these events; `before` is the row as it was and is only asked for after a notable one.

    A closed conversation stays with whoever had it last.
    """
    row = hand_off.summary(slots, sender)
    if slots["status"] == "closed":
        row = {name: value for name, value in row.items() if name not in HELD_BY}
    outcome = slots.get("outcome") or {}
    row["own_view"] = own_view.level(slots)
    row["own_beside"] = own_view.beside(slots, outcome)
    row["indicators"] = " ".join(indicators(outcome))
    row["tree_versions"] = " ".join(f"{one['tree']}@{one['version']}" for one in outcome.get("trees") or ())
    if slots["restricted"]:
        row["restricted"] = True
    return row | told_by(events, outcome, before or {})


def is_notable(events: Iterable[Event]) -> bool:
    """Whether these events tell something that is added to what the row says already."""
    return any(event.get("name") in NOTABLE for event in events)


def indicators(outcome: Mapping[str, Any]) -> list[str]:
    """The indicators and features an outcome rests on, each once, in the order they are cited."""
    cites = (cite for reason in outcome.get("because") or () for cite in reason.get("cites") or ())
    return list(dict.fromkeys(found[1] for cite in cites if (found := INDICATOR.search(cite))))


def told_by(events: Iterable[Event], outcome: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that events tell, on top of what was known before."""
    row = dict(before)
    for event in events:
        name, meta = event.get("name"), event.get("metadata") or {}
        if name in ("handed-off", "rule-met"):
            for rule in (meta.get("rule"), *(one.get("rule") for one in meta.get("rules") or ())):
                row["hand_off_rules"] = _with(row.get("hand_off_rules"), rule)
        if name == "handed-off":
            row["queued_at"] = row.get("queued_at") or event["timestamp"]
        elif name == "view-differs":
            row["disagreements"] = _with(row.get("disagreements"), meta.get("direction"))
        elif name in ("level-indicated", "advice") and meta.get("level") in LEVELS:
            row["specialist_view"] = meta["level"]
            row["specialist_beside"] = beside(row["specialist_view"], outcome)
        if name in ("claimed", "closed") and row.get("queued_at") and row.get("waited") is None:
            row["waited"] = max(0.0, event["timestamp"] - row["queued_at"])
    told = ("hand_off_rules", "disagreements", "specialist_view", "specialist_beside", "waited")
    return {name: row[name] for name in told if row.get(name) is not None}


def beside(level: str | None, outcome: Mapping[str, Any]) -> str | None:
    """How a view stands to a range: within, lower or higher; None where either names no level."""
    if level is None or outcome.get("at_least") is None:
        return None
    here, low, high = rank(level), rank(outcome["at_least"]), rank(outcome["at_most"])
    return "lower" if here < low else "higher" if here > high else "within"


def fold(store: Store, stream: str, events: Sequence[Event]) -> Summary | None:
    """The row of a stream from all its events, for building lists again; None where it is no conversation."""
    if not events or events[0].get("name") != "action_session_start":
        return None
    first = events[0]
    row: dict[str, Any] = {}
    slots = folding.after(None, ())
    for event in events:  # one by one: what a specialist saw stands beside the outcome of that moment
        queued = slots["queued_at"]
        slots = folding.after(slots, [event])
        if event.get("name") in NOTABLE:
            row |= told_by([event], slots.get("outcome") or {}, row | {"queued_at": queued})
    had: Event = next((e["metadata"] for e in reversed(events) if e.get("name") == "claimed"), {})
    closed = next((e["timestamp"] for e in reversed(events) if e.get("name") == "closed"), None)
    if closed is not None:
        row |= {"with_person": had.get("person"), "with_name": had.get("name"), "closed_at": closed}
    channel = (first.get("metadata") or {}).get("channel")
    times = {"started_at": first["timestamp"], "updated_at": events[-1]["timestamp"], "channel": channel}
    audits = review.folded(one.event for one in store.read(review.stream_of(stream)))
    return of(stream, slots, (), None) | row | times | review.columns(audits)


def _with(known: str | None, one: str | None) -> str | None:
    """Ids with a space between, one more among them."""
    return " ".join(dict.fromkeys([*(known or "").split(), *(one or "").replace(" ", "-").split()])) or None
