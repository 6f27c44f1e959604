"""Invented past conversations: a first look at practice mode finds something to read, answer and review.

Each is really played along the one road, at a fixed time in the past: the record holds what the program
said, not what somebody made up for it. Nobody in them has a name, a school or a street. What is in the
record already stays.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.content import Content
from bot.hand_off import NotNow
from bot.model import NOT_SURE
from logs.store import Store
from web import conversation
from web.demo_conversations import PAST, PRESENT, Past
from web.people import PRACTICE, Person

LONGEST = 60  # turns of going through questions; more would mean going in a circle
BY_A_SPECIALIST = ("claims", "writes", "passes_on", "hands_back", "closes")
TALKED_THROUGH = "Talked through by phone the same day. Caller knows whom to ring and agrees."
A_TURN, A_PERSON = timedelta(seconds=25), timedelta(minutes=6)


def fill(store: Store, content: Content, now: datetime) -> int:
    """Play every invented conversation that is not in the record yet; how many were added."""
    waiting = [(past, datetime.fromisoformat(past.at).replace(tzinfo=UTC)) for past in PAST]
    waiting += [(past, now - timedelta(minutes=40)) for past in PRESENT]
    fresh = [(past, at) for past, at in waiting if not store.last(past.sender)]
    for past, at in fresh:
        _Playing(store, content, past, at).play()
    return len(fresh)


def begun(store: Store) -> bool:
    """Whether the demo is in the record, or the beginning of it."""
    return store.last(PAST[0].sender) > 0


@dataclass(slots=True)
class _Playing:
    """One conversation on its way, with the clock it believes in."""

    store: Store
    content: Content
    past: Past
    at: datetime
    reply: list[dict] = field(default_factory=list)

    def play(self) -> None:
        """Every step in turn; one that the conversation does not allow where it stands is left out."""
        for act, *words in self.past.steps:
            try:
                getattr(self, f"_{act}")(*words)
            except NotNow:
                continue
        if self.past.at:
            self._let_nobody_wait()

    def _let_nobody_wait(self) -> None:
        """Nobody waits since weeks ago: what the program handed over at its end, a specialist talked through."""
        _, slots = conversation.where(self.store, self.past.sender)
        if slots["status"] == "waiting":
            self._claims("specialist")
            self._closes("specialist", TALKED_THROUGH)

    def _says(self, text: str) -> None:
        """The practitioner writes or presses something."""
        self.at += A_TURN
        who = PRACTICE[self.past.person]
        taken = conversation.take(
            self.store, self.content, who, self.past.sender, text, None, self.at, self.past.channel
        )
        self.reply = taken.reply

    def _answers(self, leaning: str, wanted: dict[str, str]) -> None:
        """The practitioner answers what is asked until nothing more is."""
        for _ in range(LONGEST):
            buttons = next((part["buttons"] for part in self.reply if part.get("buttons")), None)
            if not buttons:
                return
            asked = (self.reply[-1]["custom"]["question"] or "").partition("/")[2]
            self._says(_chosen(buttons, wanted.get(asked) or self._concern(asked), leaning))

    def _concern(self, asked: str) -> str | None:
        """The title of the tree this conversation belongs to, where it is asked which concern it is."""
        tree = self.content.trees.get(self.past.tree) if asked == "concern" else None
        return tree.title if tree else None

    def _differs(self, level: str, code: str, words: str) -> None:
        """The practitioner sees another level than was pointed to, and says why."""
        self._says("/differ" + json.dumps({"level": level, "code": code, "words": words}))

    def _asks_for_a_person(self) -> None:
        """The practitioner wants a specialist, unless one is on the way already."""
        _, slots = conversation.where(self.store, self.past.sender)
        if slots["status"] == "with-assistant":
            self._says("/person")

    def _leaves_number(self, number: str) -> None:
        self.at += A_TURN
        conversation.callback(self.store, PRACTICE[self.past.person], self.past.sender, number, self.at)

    def _claims(self, specialist: str) -> None:
        conversation.claim(self.store, self._later(specialist), self.past.sender, self.at)

    def _writes(self, specialist: str, words: str) -> None:
        conversation.answer(self.store, self._later(specialist), self.past.sender, words, self.at)

    def _passes_on(self, specialist: str, note: str) -> None:
        conversation.release(self.store, self._later(specialist), self.past.sender, self.at, note)

    def _hands_back(self, specialist: str) -> None:
        conversation.hand_back(self.store, self._later(specialist), self.past.sender, self.at)
        self._says("/start")

    def _closes(self, specialist: str, note: str) -> None:
        conversation.close(self.store, self._later(specialist), self.past.sender, self.at, note)

    def _later(self, person: str) -> Person:
        self.at += A_PERSON
        return PRACTICE[person]


def _chosen(buttons: Sequence[dict[str, str]], wanted: str | None, leaning: str) -> str:
    """The payload of the answer this conversation gives: the one it names, else the one it leans to."""
    titled = {button["title"]: button["payload"] for button in buttons}
    if wanted in titled:
        return titled[wanted]
    known = [title for title in titled if title != NOT_SURE] or [NOT_SURE]
    leans = {"most": known[0], "middle": known[len(known) // 2], "least": known[-1], "unsure": NOT_SURE}
    return titled.get(leans[leaning]) or titled[known[-1]]
