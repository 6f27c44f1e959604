"""The signed blocks of the written note: what a specialist advised, and what the practitioner decided.

Each entry has its time and its name, and a correction stands right under what it corrects. What colleagues say to each
other in a second opinion stays between them: the note goes into a child's record, and tells only that it was given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.blocks import Blocks, Signed

LONDON = ZoneInfo("Europe/London")
TOOL, ADVICE, DECISION = "1. The tool's guidance", "2. The specialist's advice", "3. The practitioner's decision"
NOTHING = "Nothing written"
# What reviewers look for in advice, in the order it is written down and read.
PARTS: Mapping[str, str] = {
    "level_reasons": "The level, and the reasons for it",
    "alternatives": "What else was considered",
    "voice_of_child": "The voice of the child",
    "think_family": "Think Family",
    "consent": "Agreement and sharing",
    "follow_up": "Follow-up",
}
AGREED = {
    "agrees": "Agrees with the advice",
    "partly": "Agrees with the advice in part",
    "differs": "Decided otherwise",
}


def moment(at: float) -> str:
    """A time of the record as the note writes it."""
    return f"{datetime.fromtimestamp(at or 0, UTC).astimezone(LONDON):%d %B %Y %H:%M}"


def by_the_tool(found: Blocks) -> Iterator[str]:
    """The signature under the tool's guidance: the last one given, and how often it was given before."""
    if found.guidance:
        last, before = found.guidance[-1], len(found.guidance) - 1
        earlier = f"; an earlier one was given {before} {'time' if before == 1 else 'times'}" if before else ""
        yield f"Signed: {last.name}, {moment(last.at)}, guidance {str(last.told.get('content'))[:12]}{earlier}"


def by_specialists(found: Blocks) -> Iterator[str]:
    """What specialists wrote, indicated, signed and closed with, oldest first."""
    if found.advice:
        yield ADVICE
    for one in found.advice:
        yield from _entry(one, *_advised(one))


def by_the_practitioner(found: Blocks) -> Iterator[str]:
    """What the practitioner decided, and whether that agrees with the advice."""
    if found.advice or found.decision:
        yield DECISION
    if found.advice and not found.decision:
        yield f"- {NOTHING} yet"
    for one in found.decision:
        told = one.told
        reason = f": {told['reason']}" if told.get("reason") else ""
        yield from _entry(one, str(told["decision"]), (f"{AGREED.get(str(told.get('agrees')), '')}{reason}",))


def _entry(one: Signed, says: str, more: Iterable[str]) -> Iterator[str]:
    yield f"- {moment(one.at)}, {one.name or 'A specialist'}: {says}"
    yield from (f"  {line}" for line in more)
    for fix in one.corrections:
        yield f"  CORRECTION, {moment(fix.at)}, {fix.name}: {fix.told['text']}"


def _advised(one: Signed) -> tuple[str, Iterable[str]]:
    told = one.told
    if one.kind == "advice":
        return f"signed this advice: {told['rationale']}", tuple(_parts(told))
    if one.kind == "level-indicated":
        return f"indicates level {told['level']}: {told['reason']}", ()
    if one.kind == "closed":
        return f"on closing: {told['note']}", ()
    if one.kind == "opinion-given":
        return "gave a second opinion. Its words stay between colleagues", ()
    return str(told["text"]), ()


def _parts(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"Level, in their judgement: {told.get('level') or 'none named'}"
    yield from (f"{words}: {told.get(name) or NOTHING}" for name, words in PARTS.items())
    actions = told.get("actions") or ()
    yield "Agreed actions:" if actions else f"Agreed actions: {NOTHING}"
    yield from (f"  {act['what']} (who: {act['who']}; by when: {act['when']})" for act in actions)
