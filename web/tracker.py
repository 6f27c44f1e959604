"""A conversation in the shape of a Rasa 3.6 tracker, rebuilt from its events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

INCLUDE = ("NONE", "APPLIED", "AFTER_RESTART", "ALL")  # the record holds no restarts: the last three are one


def tracker(sender: str, slots: Mapping[str, Any], events: Sequence[dict], include: str) -> dict[str, Any]:
    """The tracker of a conversation; one that nobody began has no events and nothing in its slots."""
    actions = [event["name"] for event in events if event["event"] == "action"]
    heard = next((event for event in reversed(events) if event["event"] == "user"), None)
    return {
        "sender_id": sender,
        "slots": flat(slots),
        "latest_message": _message(heard),
        "latest_event_time": events[-1]["timestamp"] if events else None,
        "followup_action": None,
        "paused": paused(events),
        "events": None if include == "NONE" else list(events),
        "latest_input_channel": heard.get("input_channel") if heard else None,
        "active_loop": {},
        "latest_action": {"action_name": actions[-1]} if actions else {},
        "latest_action_name": actions[-1] if actions else None,
    }


def flat(slots: Mapping[str, Any]) -> dict[str, Any]:
    """The slots by name: each answer is one, named `TREE/QUESTION`, beside the rest."""
    rest = {name: value for name, value in slots.items() if name != "answers"}
    return {**rest, **(slots.get("answers") or {})}


def paused(events: Iterable[dict]) -> bool:
    """Whether a person has the conversation: the last of its pauses was not resumed."""
    found = False
    for event in events:
        if event["event"] in {"pause", "resume"}:
            found = event["event"] == "pause"
    return found


def _message(heard: Mapping[str, Any] | None) -> dict[str, Any]:
    """The last thing typed, as Rasa tells it; what was understood stands in the metadata, not in intents."""
    heard = heard or {}
    return {
        "intent": {},
        "entities": [],
        "text": heard.get("text"),
        "message_id": heard.get("message_id"),
        "metadata": heard.get("metadata") or {},
        "intent_ranking": [],
    }
