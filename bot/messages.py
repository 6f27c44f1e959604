"""What a message is: one of our payloads, a button's title, or free text.

A message is an answer if and only if the whole of it is one of our payloads (contract, section 2).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot import disagreeing, own_view
from bot.content import Content
from bot.model import COMMON, NOT_SURE
from bot.standing import CHOICE, children, every_key, question_at, where

PLAIN = {"/start": "start", "/person": "person", "/continue": "continue"}
# Why an answer is "Not sure": not known yet, cannot be found out, somebody would not say.
NOT_KNOWN = ("yet", "cannot", "declined")
LONGEST_WORRY = 1000


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it will be acted on; `key` is the slot of the question it is about."""

    kind: str  # start, answer, change, person, continue, differ, text
    text: str
    key: str | None = None
    answer: str | None = None
    not_known: str | None = None  # one of NOT_KNOWN, beside "Not sure"
    worry: str | None = None  # the main worry, beside the practitioner's own view
    view: disagreeing.View | None = None  # the level seen instead of what was pointed to


def payload(
    kind: str,
    key: str,
    answer: str | None = None,
    child: int | None = None,
    not_known: str | None = None,
    worry: str | None = None,
) -> str:
    """The payload of a button: `/answer{…}` or `/change{…}`."""
    body: dict[str, Any] = {"q": key.partition("#")[0]}
    if answer is not None:
        body["a"] = answer
    if child is not None:
        body["child"] = child
    if not_known is not None:
        body["not_known"] = not_known
    if worry is not None:
        body["worry"] = worry
    return f"/{kind}" + json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def read(text: str, slots: Mapping[str, Any], content: Content) -> Message:
    """Reads one message in the light of the question just asked."""
    trimmed = text.strip()
    if trimmed in PLAIN:
        return Message(PLAIN[trimmed], trimmed)
    for kind in ("answer", "change"):
        if trimmed.startswith(f"/{kind}" + "{"):
            found = _payload(kind, trimmed[len(kind) + 1 :], content)
            if found is not None:
                return found
    if trimmed.startswith("/differ{") and (view := _view(trimmed[len("/differ") :])):
        return Message("differ", "differ", view=view)
    return _title(trimmed, slots, content) or Message("text", text)


def _view(body: str) -> disagreeing.View | None:
    try:
        return disagreeing.read(json.loads(body))
    except ValueError:
        return None


def _payload(kind: str, body: str, content: Content) -> Message | None:
    try:
        given = json.loads(body)
    except ValueError:
        return None
    wanted = {"q", "a", "child", "not_known", "worry"} if kind == "answer" else {"q", "child"}
    if not isinstance(given, dict) or not {"q"} <= set(given) <= wanted or not isinstance(given["q"], str):
        return None
    if kind == "answer" and not isinstance(given.get("a"), str):
        return None
    child = given.get("child", 1)
    if not isinstance(child, int) or isinstance(child, bool) or child < 1:
        return None
    key, answer = _key(given["q"], child, content), given.get("a")
    if not _besides(given, key, answer):
        return None
    return Message(kind, kind, key, answer, given.get("not_known"), given.get("worry"))


def _besides(given: Mapping[str, Any], key: str, answer: str | None) -> bool:
    """Whether what stands beside an answer may: why it is not known, or the main worry."""
    if "not_known" in given and (answer != NOT_SURE or given["not_known"] not in NOT_KNOWN):
        return False
    worry = given.get("worry", "")
    return isinstance(worry, str) and len(worry) <= LONGEST_WORRY and ("worry" not in given or key == own_view.KEY)


def _key(named: str, child: int, content: Content) -> str:
    """The slot a payload's `q` means; a tree's own name for a shared question is understood too."""
    tree_id, _, question_id = named.partition("/")
    tree = content.trees.get(tree_id)
    question = tree.questions.get(question_id) if tree else content.common.questions.get(question_id)
    if tree is not None and question is not None and question.shares:
        named = f"{COMMON}/{question.shares}"
    return f"{named}#{child}" if child > 1 else named


def _title(trimmed: str, slots: Mapping[str, Any], content: Content) -> Message | None:
    """The answer whose title was typed, if it is one of the question just asked."""
    asked = slots.get("asked")
    if not asked:
        return None
    standing = where(slots, content)
    found = standing.asks if standing.asks and standing.asks.key == asked else question_at(slots, content, asked)
    if found is None:
        return None
    wanted = trimmed.casefold()
    title = next((a.text for a in found.question.answers if a.text.casefold() == wanted), None)
    return Message("answer", trimmed, asked, title) if title else None


def fits(slots: Mapping[str, Any], content: Content, message: Message) -> bool:
    """Whether a payload is about a question of the trees now, on this journey, with one of its answers."""
    key = message.key or ""
    found = question_at(slots, content, key)
    if found is None:
        return False
    child = int(key.partition("#")[2] or 1)
    if child > children(slots) or (child > 1 and found.question.about != "child"):
        return False
    standing = where(slots, content)
    if standing.asks is not None and standing.asks.key == key:
        found = standing.asks
    if key == own_view.KEY and slots["outcome"] is not None:  # a view from before is not made afterwards
        return False
    if message.kind == "answer" and message.answer not in [a.text for a in found.question.answers]:
        return False
    return key in _on_the_journey(slots, content, key)


def _on_the_journey(slots: Mapping[str, Any], content: Content, key: str) -> set[str]:
    standing = where(slots, content)
    on = {step.key for journey in standing.journeys for step in journey.steps}
    on |= {j.key for j in standing.journeys if j.key}
    on |= {stop.name for stop in standing.stops}
    if standing.asks is not None:
        on.add(standing.asks.key)
    on |= {name for name in slots if name.startswith(f"{COMMON}/") and slots[name] is not None}
    if slots.get("channel") == "phone":  # on the phone the questions of a tree are asked in any order
        on |= set(every_key(slots, content))
    flags = {f"{COMMON}/{f.next}" for h in slots["red_flags"] for f in content.common.red_flags if f.flag == h["id"]}
    if slots["outcome"] is not None:  # what could still be known, for whoever completes the record afterwards
        on |= {f"{COMMON}/{q}" for q in content.common.questions}
    return on | flags | {CHOICE}  # a concern can be chosen at any time


__all__ = ["CHOICE", "Message", "fits", "payload", "read"]
