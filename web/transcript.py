"""A conversation as people read it: the events of the record turned into lines somebody said or did."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bot.content import Content
from bot.model import COMMON, Question
from bot.standing import CHOICE
from bot.telling import level_line
from web import deeds

PAYLOAD = re.compile(r"^/(start|person|continue|answer|change|differ)\s*(\{.*\})?\s*$", re.S)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript."""

    kind: str  # practitioner, assistant, specialist or event
    text: str
    at: datetime
    who: str = ""
    asked: str = ""  # the question an answer belongs to
    quotes: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    content: str = ""  # digest of the guidance this turn was answered with
    outcome: dict[str, Any] | None = None
    inside: tuple[str, ...] = ()  # the words in which the outcome was told
    note: str = ""
    hand_off: bool = False
    seq: int = 0
    mark: str = ""  # how far the other side has got with it: sent, delivered, seen


@dataclass(slots=True)
class _Reading:
    """What has to be remembered from one event to the next."""

    content: Content
    outcome: dict[str, Any] | None = None
    asked: Line | None = None  # a question not answered yet: an answer brings its question with it
    offered: frozenset[str] = frozenset()  # the payloads of its buttons
    lines: list[Line] = field(default_factory=list)

    several: bool = False  # more than one child has a row: an answer then says which child it is about

    def add(self, found: Iterable[Line]) -> None:
        """Add lines; the open question stands before whatever is not its answer."""
        for line in found:
            if self.asked and not line.asked:
                self.say(self.asked)
            self.asked = None
            self.say(line)

    def take_out(self, outcome: dict[str, Any], at: datetime) -> tuple[str, ...]:
        """Take the words of an outcome out of the last line, which told it, so that they can be folded."""
        last = self.lines[-1] if self.lines else None
        if last is None or last.kind != "assistant" or last.at != at:
            return ()
        said = last.text.split("\n")
        inside = tuple(part for part in said if stands_in(part, outcome, self.content))
        rest = "\n".join(part for part in said if part not in inside)
        self.lines[-1:] = [replace(last, text=rest)] if rest.strip() else []
        return inside

    def say(self, line: Line) -> None:
        """What the assistant says at one moment is one line."""
        last = self.lines[-1] if self.lines else None
        if last and last.kind == line.kind == "assistant" and last.at == line.at:
            self.lines[-1] = replace(last, text=f"{last.text}\n{line.text}")
        else:
            self.lines.append(line)


def stands_in(text: str, outcome: dict[str, Any], content: Content) -> bool:
    """Whether words of the assistant are part of an outcome they came with."""
    parts = (*outcome.get("do_next", ()), *(row.get("says") for row in outcome.get("route", ())), outcome.get("says"))
    return text == level_line(outcome, content) or any(part and part in text for part in parts)


def lines(stored: Iterable[Any], content: Content) -> list[Line]:
    """The lines of a conversation, oldest first; `stored` are the record's numbered events."""
    rows = list(stored)
    reading = _Reading(content, several=any(str(row.event.get("name")).endswith("#2") for row in rows))
    for row in rows:
        reading.add(_lines_of(row.event, row.seq, reading))
    if reading.asked:
        reading.say(reading.asked)
    return reading.lines


def since_hand_off(said: list[Line]) -> list[Line]:
    """What has been said since a person was last asked for: what matters while one is awaited or answers."""
    last = max((n for n, line in enumerate(said) if line.hand_off), default=0)
    found: list[Line] = []
    for line in said[last:]:
        # The assistant's last words before it fell silent are on the page already; a later notice is not.
        silent = not any(f.kind != "event" for f in found)
        if not (line.outcome or (line.kind == "assistant" and silent)):
            found.append(line)
    return found


def question_of(content: Content, key: str) -> Question | None:
    """The question a key such as `neglect/meals`, `every-tree/danger-now` or `neglect/age#2` names."""
    name = key.partition("#")[0]
    if name == CHOICE:
        return None
    tree, _, question = name.partition("/")
    questions = content.common.questions if tree == COMMON else {}
    return (content.trees[tree].questions if tree in content.trees else questions).get(question)


def ask_of(content: Content, key: str) -> str:
    """The words of a question, or its name where the trees no longer have it."""
    if key.partition("#")[0] == CHOICE:
        return "What is this about?"
    question = question_of(content, key)
    return question.ask if question else key.partition("/")[2].replace("-", " ").capitalize()


def payload(text: str) -> tuple[str, dict[str, Any]] | None:
    """The kind and content of a message that is one of our payloads, or None for free text."""
    match = PAYLOAD.match(text or "")
    if not match:
        return None
    try:
        return match[1], json.loads(match[2]) if match[2] else {}
    except ValueError:
        return None


def _lines_of(event: dict[str, Any], seq: int, reading: _Reading) -> list[Line]:
    kind = event.get("event")
    at = datetime.fromtimestamp(event.get("timestamp") or 0, UTC)
    if kind == "user":
        return _said(event, at, seq, reading)
    if kind == "bot":
        return _answered(event, at, seq, reading)
    if kind == "agent":
        name = (event.get("metadata") or {}).get("name") or "Specialist"
        return [Line("specialist", event.get("text") or "", at, who=name, seq=seq)]
    if kind == "action":
        return _done(event, at, seq, reading.content)
    return []


def _said(event: dict[str, Any], at: datetime, seq: int, reading: _Reading) -> list[Line]:
    text, meta = event.get("text") or "", event.get("metadata") or {}
    digest = meta.get("content") or ""
    told = payload(text)
    if told is None:
        masked = tuple(meta.get("masked") or ())
        return [
            Line(
                "practitioner",
                text,
                at,
                masked=masked,
                content=digest,
                seq=seq,
            )
        ]
    kind, body = told
    if kind == "answer":
        # The words as they were shown then; the trees may say it otherwise now.
        shown = reading.asked.text if reading.asked and event.get("text") in reading.offered else ""
        asked = shown or ask_of(reading.content, str(body.get("q", "")))
        child = f" (child {body['child']})" if body.get("child") and reading.several else ""
        besides = _besides(body, reading.content)
        said = str(body.get("a", "")) + (f"\n{besides}" if besides else "")
        return [Line("practitioner", said, at, asked=asked + child, content=digest, seq=seq)]
    if kind == "person":
        return [Line("practitioner", "I would like to speak with a specialist.", at, content=digest, seq=seq)]
    return []  # starting and changing are told by their own events


def _besides(body: dict[str, Any], content: Content) -> str:
    """What stands beside an answer: the main worry, or why it is not known."""
    kind = content.phrases.get(f"not-known-{body.get('not_known')}", "") if body.get("not_known") else ""
    return " ".join(filter(None, (str(body.get("worry") or ""), kind)))


def _answered(event: dict[str, Any], at: datetime, seq: int, reading: _Reading) -> list[Line]:
    custom = (event.get("data") or {}).get("custom") or {}
    outcome = custom.get("outcome")
    found = []
    if event.get("text"):
        line = Line("assistant", event["text"], at, who="Threshold Guide", seq=seq)
        if (event.get("data") or {}).get("buttons"):
            reading.asked = line
            reading.offered = frozenset(button["payload"] for button in event["data"]["buttons"])
            return []
        found.append(line)
    if outcome and outcome != reading.outcome:
        reading.outcome = outcome
        inside = reading.take_out(outcome, at)
        found.append(Line("event", "Outcome given", at, outcome=outcome, inside=inside, seq=seq))
    return found


def _done(event: dict[str, Any], at: datetime, seq: int, content: Content) -> list[Line]:
    meta, name = event.get("metadata") or {}, event.get("name")
    who = meta.get("name") or "A specialist"
    says = {
        "action_session_start": "Conversation started",
        "handed-off": "Handed to a specialist",
        "claimed": f"{who} took the conversation",
        "released": "Passed back to the queue",
        "handed-back": "Handed back to the questions",
        "closed": "Conversation closed",
        "took-back": "The practitioner went on with the questions",
        "callback-number": "A number to ring back was given",
        "change-asked": "An answer is being changed",
        "danger-again": "Danger was heard again. The emergency notice was shown",
        "view-differs": f"The practitioner sees it otherwise: level {meta.get('level')}",
        "referral-made": "A referral was made",
        "referral-answered": "Acknowledged" if meta.get("acknowledged") else "Not acknowledged yet",
    }.get(name or "")
    if says is None:
        done = deeds.deed(event, lambda key: ask_of(content, key))
        return [Line("event", done[0], at, note=done[1], seq=seq)] if done else []
    note = meta.get("says") or meta.get("note") or ""
    if name == "callback-number":
        note = str(meta.get("number") or "")
    if name == "change-asked":
        note = ask_of(content, str(meta.get("question") or ""))
    if name == "view-differs":
        note = ". ".join(filter(None, (content.phrases.get(f"differs-{meta.get('code')}"), meta.get("words"))))
    if name in ("referral-made", "referral-answered"):
        note = ", ".join(str(meta[part]) for part in ("to", "taken_by", "by", "decision") if meta.get(part))
    quotes = tuple(meta.get("quotes") or ())
    return [Line("event", says, at, quotes=quotes, note=note, hand_off=name == "handed-off", seq=seq)]
