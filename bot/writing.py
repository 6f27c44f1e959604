"""The written note of a conversation, plain text, ready to paste into a child's record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot import telling
from bot.content import Content
from bot.standing import Slots, question_at

LONDON = ZoneInfo("Europe/London")


def note(slots: Slots, content: Content, at: datetime, reference: str = "") -> str:
    """What was told, asked, answered and advised, with versions; identity stays in the organisation's own record."""
    parts = [_head(slots, content, at, reference), _told(slots, content), _answers(slots, content)]
    if slots["outcome"]:
        parts += [_outcome(slots["outcome"], content), _advised(slots["outcome"])]
    return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part))) + "\n"


def _head(slots: Slots, content: Content, at: datetime, reference: str) -> Iterator[str]:
    asker = slots.get("asker") or {}
    yield "SAFEGUARDING ADVICE NOTE"
    yield "Hide this entry from online and proxy view. It belongs in the record of each child it is about."
    yield f"Written {at.astimezone(LONDON):%d %B %Y %H:%M} (London)" + (f", reference {reference}" if reference else "")
    if asker:
        yield f"Asked by: {asker.get('role')}, {_organisation(content, asker.get('organisation'))}"
    yield "The tool indicates; people decide. It is not a referral."


def _organisation(content: Content, key: str | None) -> str:
    found = content.guidance.organisations.get(key or "")
    return found.name if found else "organisation not given"


def _told(slots: Slots, content: Content) -> Iterator[str]:
    if slots["first_words"]:
        yield f"Situation, in the practitioner's words: {slots['first_words']}"
    for concern in slots["concerns"]:
        tree = content.trees.get(concern["tree"])
        words = " / ".join(f"“{q}”" for q in concern["quotes"])
        yield f"Concern: {tree.title if tree else concern['tree']}" + (f" (from {words})" if words else "")
    for flag in slots["red_flags"]:
        words = " / ".join(f"“{q}”" for q in flag["quotes"])
        yield f"Red flag {flag['id']}, {flag['label']}: {words}"


def _answers(slots: Slots, content: Content) -> Iterator[str]:
    yield "Asked and answered"
    for key, answer in slots.items():
        if "/" not in key or answer is None:
            continue
        asked = question_at(slots, content, key)
        child = f" (child {asked.child})" if asked and asked.child else ""
        yield f"- {asked.question.ask if asked else key}{child} {answer}"


def _outcome(outcome: Mapping[str, Any], content: Content) -> Iterator[str]:
    yield "What it amounts to"
    yield telling.level_line(outcome)
    yield str(outcome["says"])
    for tree in outcome["trees"]:
        yield f"- tree {tree['tree']} version {tree['version']}"
    cites = dict.fromkeys(c for reason in outcome["because"] for c in reason["cites"])
    if cites:
        yield "Rests on: " + ", ".join(cites)
    yield f"Content {content.digest[:12]}. Research content, not approved local policy, unless a tree says otherwise."


def _advised(outcome: Mapping[str, Any]) -> Iterator[str]:
    yield "Advised"
    yield from (f"- {step}" for step in outcome["do_next"])
    yield "Whom to ring"
    yield from (f"- {r['says']}" + (f": {r['value']}" if r["value"] else "") for r in outcome["route"])
