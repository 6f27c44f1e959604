"""Disagreeing with what the answers point to: up at once, down only with a person. Nothing shown is lowered.

What is recorded has a coded reason and words, so that reviewers and authors can find where the guide falls short.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.model import LEVELS, rank

CODES = ("knows-more", "pattern", "question", "guidance", "other")
LONGEST = 2000
EVENT = "view-differs"


@dataclass(frozen=True, slots=True)
class View:
    """The level a practitioner sees instead, and why."""

    level: str
    code: str
    words: str


def read(given: Any) -> View | None:
    """The view in the body of a `/differ{…}` payload; None where it is none."""
    if not isinstance(given, dict) or not {"level", "code"} <= set(given) <= {"level", "code", "words"}:
        return None
    words = given.get("words", "")
    if given["level"] not in LEVELS or given["code"] not in CODES or not isinstance(words, str):
        return None
    return View(given["level"], given["code"], words.strip()) if len(words) <= LONGEST else None


def direction(view: View, outcome: Mapping[str, Any]) -> str:
    """up, down or same. Below the upper end is down: what is not known could still bring it there."""
    if outcome.get("at_most") is None:
        return "up" if view.level in ("4-CIN", "4-CP") else "down"
    if outcome["at_least"] == outcome["at_most"] == view.level:
        return "same"
    return "up" if rank(view.level) >= rank(outcome["at_most"]) else "down"


def event(view: View, outcome: Mapping[str, Any], way: str, at: datetime) -> dict[str, Any]:
    """What is recorded, with what it differs from."""
    told = {name: outcome.get(name) for name in ("at_least", "at_most", "trees")}
    metadata = {"direction": way, "level": view.level, "code": view.code, "words": view.words, **told}
    return {"event": "action", "name": EVENT, "timestamp": at.timestamp(), "metadata": metadata}
