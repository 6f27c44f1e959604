"""The practitioner's own words or answer behind what is done first: the reason that is about this child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import standing
from bot.content import Content
from bot.engine import Journey, Step
from bot.model import COMMON, Outcome
from web.showing import longest
from web.transcript import ask_of


def decided_by(slots: Mapping[str, Any], content: Content) -> str:
    """One sentence that quotes what was written or answered; empty where nothing was."""
    where = standing.where(dict(slots), content)
    stop = where.stops[0] if where.stops else None
    if stop is not None and stop.name.startswith("typed:"):
        flag = stop.name.partition(":")[2]
        said: list[str] = [q for f in slots["red_flags"] if f["id"] == flag for q in f["quotes"]]
        return f"You wrote: “{'” “'.join(longest(said))}”. It is treated as so until you have looked." if said else ""
    if stop is not None and stop.name.startswith(COMMON):
        return _answered(content, stop.name, str(slots.get(stop.name) or ""))
    ended = [(j.outcome, _last_of_its_own(j)) for j in where.journeys if j.outcome and j.steps]
    gravest: Outcome | None = stop.outcome if stop else max((o for o, _ in ended), key=standing.weight, default=None)
    last = next((step for outcome, step in ended if outcome == gravest), None)
    return _answered(content, last.key, str(last.answer)) if last else ""


def _last_of_its_own(journey: Journey) -> Step:
    """The last answer to a question of the tree itself; the danger question before every outcome decides nothing."""
    return next((s for s in reversed(journey.steps) if not s.key.startswith(COMMON)), journey.steps[-1])


def _answered(content: Content, key: str, answer: str) -> str:
    return f"To “{ask_of(content, key.partition('#')[0])}” you answered: {answer}." if answer else ""
