"""The practitioner's own words or answer behind what is done first: the reason that is about this child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import standing
from bot.content import Content
from bot.model import COMMON, Outcome
from web.showing import longest
from web.transcript import ask_of


def decided_by(slots: Mapping[str, Any], content: Content) -> str:
    """One sentence that quotes what was written or answered; empty where nothing was."""
    where = standing.where(dict(slots), content)
    stop = where.stops[0] if where.stops else None
    if stop is not None and stop.name.startswith("typed:"):
        flag = stop.name.partition(":")[2]
        heard = next((f for f in slots["red_flags"] if f["id"] == flag and f["quotes"]), None)
        return _taken_as(flag, longest(heard["quotes"]), heard["label"] == "stated", content) if heard else ""
    if stop is not None and stop.name.startswith(COMMON):
        return _answered(content, stop.name, str(slots.get(stop.name) or ""))
    ended = [(j.outcome, j.decided) for j in where.journeys if j.outcome and j.decided]
    gravest: Outcome | None = stop.outcome if stop else max((o for o, _ in ended), key=standing.weight, default=None)
    last = next((step for outcome, step in ended if outcome == gravest), None)
    return _answered(content, last.key, str(last.answer)) if last else ""


def _taken_as(flag: str, said: tuple[str, ...], stated: bool, content: Content) -> str:
    """Words name one thing of a whole feature ("cuts her arms"), and nobody has confirmed it: the page says neither
    that they name it all, nor that it is so now."""
    passage = content.guidance.passages.get(f"threshold_guidance.md#{flag}")
    what = passage.title.removeprefix(flag).strip() if passage else "a red flag"
    what = what if what[:3].isupper() else what[:1].lower() + what[1:]  # "FGM …"
    wrote = f"You wrote: “{'” “'.join(said)}”."
    if stated:
        return f"{wrote} That is taken as the red flag: {what}, until your answers say otherwise."
    return f"{wrote} It does not say whether it is: {what}. Until that is known, act as if it is so."


def _answered(content: Content, key: str, answer: str) -> str:
    return f"To “{ask_of(content, key.partition('#')[0])}” you answered: {answer}." if answer else ""
