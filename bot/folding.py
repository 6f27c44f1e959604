"""The slots of a conversation, folded from its recorded events: nothing else says where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot import handing

Slots = dict[str, Any]
EMPTY: Mapping[str, Any] = {
    "asker": None,
    "concerns": [],
    "red_flags": [],
    "suggested": [],
    "urgency": "none",
    "asked": None,
    "outcome": None,
    "not_understood": 0,
    "held": None,
    "chosen": [],
    "set_aside": [],
    "told": [],
    "changing": None,
    "own_view_passed": False,
    "worry": None,
    "not_known": {},
    "for_others": False,
    "guessed": [],
    "turns": 0,
    "first_words": "",
    **handing.EMPTY,
}


def after(slots: Mapping[str, Any] | None, events: Iterable[Mapping[str, Any]]) -> Slots:
    """The slots once these events have happened; the given slots are left as they are."""
    now: Slots = dict(EMPTY if slots is None else slots)
    for event in events:
        kind = event["event"]
        if kind == "slot":
            now[event["name"]] = event["value"]
            if event["name"] == "suggested":
                now["hinted"] = handing.with_hints(now["hinted"], event["value"])
        elif kind == "action":
            handing.fold(now, event)
        elif kind == "user":
            now["turns"] += 1
            words = event.get("text") or ""
            if not now["first_words"] and words and not words.startswith("/"):
                now["first_words"] = words[:140]
    return now
