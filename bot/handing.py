"""What is remembered of a conversation's way between the assistant and people, folded from its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.life_cycle import MOVES

Slots = dict[str, Any]
Told = Mapping[str, Any]
EMPTY: Mapping[str, Any] = {
    "status": "with-assistant",
    "with": None,
    "with_person": None,
    "queued_at": None,
    "channel": None,
    "callback": None,
    "callback_when": None,
    "brought": [],  # the same with their words, as the record tells them
    "rules": [],  # [rule, quotes] by which a person is awaited or has it
    "rules_met": [],  # [rule, quotes] that asked for a person while one was on the phone
    "handled": [],  # [rule, quotes] that a person has dealt with and handed back
    "meant_for": None,  # the colleague it was passed on to by name; anybody may take it
    "suggestions": [],  # answers a specialist suggested and nobody has taken or refused
    "level_indicated": None,
    "opinions": [],
    "alerts": 0,  # danger typed since a person was asked for
    "restricted": False,  # only whoever asked, and people with that right, can see it
    "hinted": {},  # slot of a question → what typed words suggested, kept after it was answered
}


def fold(now: Slots, event: Mapping[str, Any]) -> None:
    """Takes one `action` event into account."""
    name, told = str(event["name"]), event.get("metadata") or {}
    if name in MOVES:
        _moved(now, name, told, event.get("timestamp"))
    if name in _BESIDE:
        _BESIDE[name](now, told)


def with_hints(kept: Told, hints: Iterable[Told]) -> Slots:
    """What typed words suggested, kept also once its question is answered: later answers are held against it."""
    found = {key: list(value) for key, value in kept.items()}
    for hint in hints:
        key = hint["q"] + (f"#{hint['child']}" if (hint.get("child") or 1) > 1 else "")
        said = {"a": hint["a"], "quotes": list(hint["quotes"])}
        if said not in found.setdefault(key, []):
            found[key].append(said)
    return found


def _moved(now: Slots, name: str, told: Told, at: float | None) -> None:
    move = MOVES[name]
    now["status"] = move.end
    now["with"] = told.get("name") if name == "claimed" else None
    now["with_person"] = told.get("person") if name == "claimed" else None
    now["meant_for"] = told.get("to_name") if name == "released" else None
    if move.queued:
        now["queued_at"] = now["queued_at"] or at
    elif move.queued is False:
        now["queued_at"], now["alerts"], now["suggestions"] = None, 0, []
    if name == "handed-off":
        one = {part: told.get(part) for part in ("rule", "says", "hand_off")} | {"quotes": told.get("quotes") or []}
        now["brought"] = [dict(rule) for rule in told.get("rules") or [one]]
        now["rules"] = [[rule["rule"], list(rule["quotes"])] for rule in now["brought"]]
    elif name == "handed-back":
        now["handled"], now["rules"] = [*now["handled"], *now["rules"]], []


def _started(now: Slots, told: Told) -> None:
    now["asker"], now["channel"] = told.get("asker"), told.get("channel")


def _number(now: Slots, told: Told) -> None:
    now["callback"], now["callback_when"] = told.get("number"), told.get("when")


def _alerted(now: Slots, _: Told) -> None:
    now["alerts"] += 1


def _suggested(now: Slots, told: Told) -> None:
    rest = [s for s in now["suggestions"] if s["key"] != told["key"]]
    now["suggestions"] = [*rest, dict(told)]


def _settled(now: Slots, told: Told) -> None:
    now["suggestions"] = [s for s in now["suggestions"] if s["key"] != told["key"]]


def _met(now: Slots, told: Told) -> None:
    now["rules_met"] = [*now["rules_met"], [told["rule"], list(told["quotes"])]]


def _level(now: Slots, told: Told) -> None:
    now["level_indicated"] = dict(told)


def _asked(now: Slots, told: Told) -> None:
    now["opinions"] = [*now["opinions"], {**told, "given": None}]


def _restricted(now: Slots, _: Told) -> None:
    now["restricted"] = True


def _given(now: Slots, told: Told) -> None:
    answered = [{**o, "given": dict(told)} if o["given"] is None else o for o in now["opinions"]]
    now["opinions"] = answered


_BESIDE: Mapping[str, Callable[[Slots, Told], None]] = {
    "action_session_start": _started,
    "callback-number": _number,
    "danger-again": _alerted,
    "answer-suggested": _suggested,
    "suggestion-taken": _settled,
    "suggestion-refused": _settled,
    "level-indicated": _level,
    "rule-met": _met,
    "restricted": _restricted,
    "opinion-asked": _asked,
    "opinion-given": _given,
}
