"""The life of a conversation: whatever people do, in whatever order, it is never lost, doubled or left with nobody."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot import content as reader
from bot import hand_off, life_cycle
from bot.life_cycle import ANY, BESIDE, CLOSED, MOVES, STATUSES, NotNow, faults, may
from logs.sqlite import SqliteStore
from web import conversation
from web.people import PRACTICE

if TYPE_CHECKING:
    from bot.content import Content
    from logs.store import Store

AT = datetime(2026, 3, 10, 10, 30, tzinfo=UTC)
ASKS = PRACTICE["practitioner"]
SPECIALISTS = (PRACTICE["specialist"], PRACTICE["colleague"])
DANGER = "He has a knife and says he will kill her now, the children are in the room."
MILD = ("The house is cold.", "Thank you.", "/person", "/start", "/continue")


class Life(RuleBasedStateMachine):
    """One practitioner and two specialists do what they like to one conversation of a real record."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.store: Store = SqliteStore(self.folder / "record.sqlite", "practice")
        self.content: Content = reader.content()
        self.at, self.n = AT, 0
        self.typed: list[str] = []
        self.written: list[str] = []
        self.begun = False

    def teardown(self) -> None:
        faults = self.store.verify("c-1")
        self.store.close()
        shutil.rmtree(self.folder)
        assert not faults

    def later(self) -> datetime:
        self.at += timedelta(seconds=20)
        self.n += 1
        return self.at

    @property
    def slots(self) -> dict:
        return conversation.where(self.store, "c-1")[1]

    def does(self, step: str, *given: object) -> None:
        """One act of a specialist; where the table forbids it, it is refused and nothing is added."""
        before = self.store.last("c-1")
        try:
            getattr(conversation, step)(self.store, *given)
        except NotNow:
            assert self.store.last("c-1") == before

    @rule(text=st.sampled_from(MILD), twice=st.booleans())
    def types(self, text: str, twice: bool) -> None:
        at = self.later()
        for _ in range(2 if twice else 1):
            conversation.take(self.store, self.content, ASKS, "c-1", text, f"m{self.n}", at, "chat")
        self.typed.append(text)
        self.begun = True

    @rule()
    def types_danger(self) -> None:
        self.begun = True
        status = self.slots["status"]
        at = self.later()
        taken = conversation.take(self.store, self.content, ASKS, "c-1", DANGER, f"m{self.n}", at, "chat")
        self.typed.append(DANGER)
        said = " ".join(part.get("text", "") for part in taken.reply)
        assert "999" in said, f"danger was not seen while {status}"
        if status != CLOSED:
            assert taken.slots["urgency"] == "now"
        if status != "with-assistant":
            last = [row.event for row in self.store.read("c-1") if row.event.get("name") == "danger-again"]
            assert last and last[-1]["timestamp"] == self.at.timestamp()

    @precondition(lambda self: self.begun)
    @rule(who=st.sampled_from(SPECIALISTS))
    def claims(self, who: object) -> None:
        self.does("claim", who, "c-1", self.later())

    @precondition(lambda self: self.begun)
    @rule(who=st.sampled_from(SPECIALISTS), twice=st.booleans())
    def writes(self, who: object, twice: bool) -> None:
        at, before = self.later(), self.slots
        words = f"Words number {self.n}."
        for _ in range(2 if twice else 1):
            self.does("answer", who, "c-1", words, at, f"a{self.n}")
        if before["status"] == "with-specialist" and before["with_person"] == who.id:  # type: ignore[attr-defined]
            self.written.append(words)

    @precondition(lambda self: self.begun)
    @rule(who=st.sampled_from(SPECIALISTS), act=st.sampled_from(["release", "hand_back", "close", "give_back"]))
    def moves(self, who: object, act: str) -> None:
        note = () if act == "hand_back" else ("A note.",)
        if act == "give_back":
            self.does("give_back", "c-1", "Contact was lost.", self.later())
        else:
            self.does(act, who, "c-1", self.later(), *note)

    @invariant()
    def every_word_is_there_once(self) -> None:
        events = [row.event for row in self.store.read("c-1")] if self.begun else []
        assert [e["text"] for e in events if e["event"] == "user"] == self.typed
        assert [e["text"] for e in events if e["event"] == "agent"] == self.written

    @invariant()
    def nothing_happened_that_the_table_forbids(self) -> None:
        if self.begun:
            assert faults(row.event for row in self.store.read("c-1")) == []

    @invariant()
    def it_is_with_somebody_or_in_the_queue(self) -> None:
        if not self.begun:
            return
        slots, queued = self.slots, {row["stream"] for row in self.store.queue()}
        if slots["status"] == "waiting":
            assert slots["queued_at"] and "c-1" in queued
        elif slots["status"] == "with-specialist":
            assert slots["with_person"] and slots["with"] and "c-1" not in queued
        elif slots["status"] == "with-assistant":
            assert ("c-1" in queued) == bool(slots["queued_at"])  # asked for a person and carried on meanwhile
        else:
            assert "c-1" not in queued


Life.TestCase.settings = settings(
    max_examples=12, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLife = Life.TestCase


@pytest.mark.parametrize(("act", "status"), list(product((*MOVES, *BESIDE), STATUSES)))
def test_the_table_says_of_every_act_and_status_whether_it_may(act: str, status: str) -> None:
    start = MOVES[act].start if act in MOVES else BESIDE[act][1]
    assert may(act, status) == (status in start)
    assert life_cycle.end_of(act, status) in STATUSES


def test_from_every_open_status_there_is_a_way_to_the_end_and_none_leads_back() -> None:
    reached, last = {"with-assistant"}, set()
    while reached != last:
        last = set(reached)
        reached |= {move.end for move in MOVES.values() if move.start & last}
    assert reached == ANY
    assert not [act for act, move in MOVES.items() if CLOSED in move.start]


def test_every_status_that_is_nobodys_work_keeps_a_place_in_the_queue() -> None:
    for act, move in MOVES.items():
        if move.end == "waiting":
            assert move.queued, act


def test_a_person_who_has_it_is_never_talked_over_by_an_old_button(store: Store, content: Content) -> None:
    conversation.take(store, content, ASKS, "c-1", "/person", None, AT, "chat")
    pressed = '/answer{"q":"every-tree/danger-now","a":"Yes"}'
    taken = conversation.take(store, content, ASKS, "c-1", pressed, None, AT + timedelta(minutes=1), "chat")
    assert taken.reply[-1]["custom"]["note"] == "no-answer-while-a-person-has-it"
    assert "999" in taken.reply[0]["text"]
    assert taken.slots["urgency"] == "now"
    assert "every-tree/danger-now" not in taken.slots


def test_danger_typed_again_after_going_on_with_the_questions_brings_the_notice_again(
    store: Store, content: Content
) -> None:
    for n, text in enumerate(("/person", DANGER, "/continue", DANGER)):
        taken = conversation.take(store, content, ASKS, "c-1", text, None, AT + timedelta(minutes=n), "chat")
    assert taken.slots["status"] == "with-assistant"
    assert "999" in " ".join(part.get("text", "") for part in taken.reply)


def test_what_was_handed_back_does_not_come_again_for_the_same_reason(store: Store, content: Content) -> None:
    at = AT
    said = ("/person", '/answer{"q":"every-tree/danger-now","a":"Not sure"}')
    conversation.take(store, content, ASKS, "c-1", said[0], None, at, "chat")
    conversation.claim(store, SPECIALISTS[0], "c-1", at)
    conversation.hand_back(store, SPECIALISTS[0], "c-1", at)
    conversation.take(store, content, ASKS, "c-1", "/start", None, at, "chat")
    assert conversation.where(store, "c-1")[1]["status"] == "with-assistant"
    conversation.take(store, content, ASKS, "c-1", said[1], None, at, "chat")  # a new reason brings a person again
    slots = conversation.where(store, "c-1")[1]
    assert slots["handled"] == [["asked-for-person", []]]
    handed = [row.event for row in store.read("c-1") if row.event.get("name") == "handed-off"]
    assert all(one["metadata"]["rules"] for one in handed)


def test_nobody_ends_a_conversation_that_waits_but_whoever_began_it(store: Store, content: Content) -> None:
    conversation.take(store, content, ASKS, "c-1", "/person", None, AT, "chat")
    with pytest.raises(NotNow):
        conversation.close(store, SPECIALISTS[0], "c-1", AT, "Nobody spoke with them.")
    conversation.close(store, ASKS, "c-1", AT, "")
    assert conversation.where(store, "c-1")[1]["status"] == "closed"


def test_an_audit_of_events_finds_what_the_table_forbids() -> None:
    def act(act: str, **told: str) -> dict:
        return {"event": "action", "name": act, "metadata": told}

    words = {"event": "agent", "text": "Hello", "metadata": {"person": "colleague"}}
    asked = {"event": "bot", "text": "Is it so?", "data": {"buttons": [{}]}}
    taken = [act("handed-off"), act("claimed", person="specialist", name="A")]
    assert faults(taken) == []
    assert "does not have it" in faults([*taken, words])[0]
    assert "guidance while with-specialist" in faults([*taken, asked])[0]
    assert "claimed while with-specialist" in faults([*taken, act("claimed", person="colleague")])[0]
    assert "nobody asked" in faults([act("claimed", person="colleague", name="B")])[0]
    assert hand_off.ACTS
