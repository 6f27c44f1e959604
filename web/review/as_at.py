"""As-at replay: a conversation re-walked on the exact texts it was answered with, beside today's.

The record keeps every text a turn was answered with. Trees and guidance are read from those texts again and each
turn is taken from where the conversation stood then: what the assistant says next, on the texts of then and on
today's. What was really shown stands in the record and is compared with the first: where they differ although the
texts are the same, the program has changed since, and the page says so. What was heard in typed words is taken from
the record, because it is part of where the conversation stood.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from bot import folding, guidance, trees, turns
from bot.content import Content, digest_of, phrases_in
from logs.store import NotKept, Store, Stored

NEXT = "action_next"
SPLIT = re.compile(r"(\s+)")


@dataclass(frozen=True, slots=True)
class Said:
    """What the assistant says at one turn: its words, its buttons, and where the outcome lies."""

    texts: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    outcome: dict[str, Any] | None = None

    @property
    def level(self) -> tuple[Any, Any, Any, Any] | None:
        """What an outcome comes to; None where none is given."""
        o = self.outcome
        return (o["at_least"], o["at_most"], o["indicated"], o["hand_off"]) if o else None


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: what was typed or pressed, what was shown, and what the texts of then and of today say."""

    seq: int
    text: str
    digest: str
    recorded: Said
    then: Said | None  # None: those texts were not kept or cannot be read any more
    today: Said | None
    silent: bool = False  # a person had it, or was awaited: nothing was asked

    @property
    def faithful(self) -> bool:
        """Whether the texts of then say what was really shown."""
        return self.then is not None and same(self.recorded, self.then)

    @property
    def differs(self) -> bool:
        """Whether today's texts say something else than was shown."""
        return self.today is not None and not same(self.recorded, self.today)


@dataclass(slots=True)
class Replay:
    """A whole conversation, re-walked."""

    turns: list[Turn] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    @property
    def differing(self) -> int:
        """How many turns would be answered otherwise today."""
        return sum(turn.differs for turn in self.turns)


def same(one: Said, other: Said) -> bool:
    """Whether a practitioner would have been shown the same."""
    return (one.texts, one.buttons, one.level) == (other.texts, other.buttons, other.level)


def replay(store: Store, stored: Sequence[Stored], today: Content) -> Replay:
    """Walks a recorded conversation again, turn by turn."""
    found, slots = Replay(), folding.after(None, ())
    for rows in _by_turn(stored):
        first = rows[0].event
        if first["event"] != "user":
            slots = folding.after(slots, [row.event for row in rows])
            continue
        digest = str((first.get("metadata") or {}).get("content") or "")
        if digest and digest not in found.digests:
            found.digests.append(digest)
        before = _before_next(rows)
        stood = folding.after(slots, [row.event for row in before])
        slots = folding.after(slots, [row.event for row in rows])
        recorded = _recorded(rows)
        if len(before) == len(rows):
            found.turns.append(Turn(rows[0].seq, first.get("text") or "", digest, recorded, None, None, silent=True))
            continue
        then = as_kept(store, digest, today)
        if then is None and digest not in found.unreadable:
            found.unreadable.append(digest)
        at = float(first["timestamp"])
        walked = _next(stood, then, at) if then else None
        lead = _lead(recorded, walked)
        then_said, today_said = _after(lead, walked), _after(lead, _next(stood, today, at))
        found.turns.append(Turn(rows[0].seq, first.get("text") or "", digest, recorded, then_said, today_said))
    return found


def as_kept(store: Store, digest: str, today: Content) -> Content | None:
    """The content kept under a digest, read from its texts; None where there is none or it cannot be read."""
    if digest == today.digest:
        return today
    try:
        return _read(digest, tuple(store.kept(digest).items()))
    except (NotKept, guidance.GuidanceError, ValueError, KeyError):
        return None


@lru_cache(maxsize=3)
def _read(digest: str, texts: tuple[tuple[str, str], ...]) -> Content:
    """Content from texts, without the proofs it passed when it was in force. Some seconds, once for each digest."""
    kept = dict(texts)
    if digest_of(kept) != digest:
        raise ValueError("These texts are not those the digest names")
    files = {name.partition("/")[2]: text for name, text in kept.items() if name.startswith("decision_trees/")}
    named = {name.partition("/")[2]: text for name, text in kept.items() if name.startswith("knowledge/")}
    found, common, _ = trees.read(files)
    return Content(found, common, guidance.read(named), kept, digest, phrases_in(kept))


def _by_turn(stored: Sequence[Stored]) -> list[list[Stored]]:
    """The events of each turn together; what a specialist did, and the beginning, each by itself."""
    found: list[list[Stored]] = []
    at = None
    for row in stored:
        begins = row.event["event"] == "user" or row.event["timestamp"] != at or not found
        if begins:
            found.append([])
        at = row.event["timestamp"]
        found[-1].append(row)
    return found


def _before_next(rows: Sequence[Stored]) -> list[Stored]:
    """What happened in a turn before the assistant went on to the next question or outcome."""
    for n, row in enumerate(rows):
        if row.event["event"] == "action" and row.event.get("name") == NEXT:
            return list(rows[:n])
    return list(rows)


def _recorded(rows: Sequence[Stored]) -> Said:
    events = [row.event for row in rows if row.event["event"] == "bot"]
    return _said([{**(e.get("data") or {}), "text": e.get("text")} for e in events])


def _said(parts: Sequence[dict[str, Any]]) -> Said:
    texts = tuple(str(part["text"]) for part in parts if part.get("text"))
    buttons = tuple(str(b["title"]) for part in parts for b in part.get("buttons") or ())
    custom: dict[str, Any] = next((part["custom"] for part in reversed(parts) if part.get("custom")), {})
    return Said(texts, buttons, custom.get("outcome"))


def _next(slots: dict[str, Any], content: Content, at: float) -> Said:
    """What the assistant says next on these texts."""
    try:
        step = turns.next_step({**slots, "content": content.digest}, content, turns.at_of(at))
    except (LookupError, AttributeError):
        return Said(("This cannot be walked on these texts.",))
    return _said(step.said)


def _after(lead: tuple[str, ...], said: Said | None) -> Said | None:
    """What is said next, after what the turn said before."""
    return Said(lead + said.texts, said.buttons, said.outcome) if said else None


def _lead(recorded: Said, then: Said | None) -> tuple[str, ...]:
    """What a turn said before it went on (what was heard, that an answer is asked again): as it was recorded.

    The texts of then say which of the words that is; where they cannot be walked everything is compared.
    """
    if then is None or not then.texts:
        return ()
    ends = len(recorded.texts) - len(then.texts)
    return recorded.texts[:ends] if ends > 0 and recorded.texts[ends:] == then.texts else ()


def marked(old: str, new: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Two texts in pieces, each "same" or "other", word by word."""
    a, b = SPLIT.split(old), SPLIT.split(new)
    left: list[tuple[str, str]] = []
    right: list[tuple[str, str]] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        kind = "same" if tag == "equal" else "other"
        if i < j:
            left.append((kind, "".join(a[i:j])))
        if k < m:
            right.append((kind, "".join(b[k:m])))
    return left, right
