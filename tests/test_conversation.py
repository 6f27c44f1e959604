"""The one road of every channel: recorded first, answered once, nobody talked over, nothing lost."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.hand_off import NotNow
from logs.store import Conflict, RecordUnavailable
from web import conversation
from web.memory import Memory, memory_of
from web.people import PRACTICE

if TYPE_CHECKING:
    from bot.content import Content
    from logs.store import Store

AT = datetime(2026, 3, 10, 10, 30, tzinfo=UTC)
ASKS, GP = PRACTICE["practitioner"], PRACTICE["gp"]
SPECIALIST, COLLEAGUE = PRACTICE["specialist"], PRACTICE["colleague"]


class Talk:
    """A conversation on its way, its clock moving on with every step."""

    def __init__(self, store: Store, content: Content, sender: str = "c-1") -> None:
        self.store, self.content, self.sender, self.at = store, content, sender, AT

    def says(self, text: str, message_id: str | None = None, person: Any = ASKS) -> conversation.Taken:
        return conversation.take(self.store, self.content, person, self.sender, text, message_id, self.later(), "chat")

    def later(self) -> datetime:
        self.at += timedelta(seconds=30)
        return self.at

    def events(self, kind: str | None = None) -> list[dict]:
        found = [row.event for row in self.store.read(self.sender)]
        return [event for event in found if kind in (None, event["event"])]

    def custom(self, taken: conversation.Taken) -> dict:
        return taken.reply[-1]["custom"]


@pytest.fixture
def talk(store: Store, content: Content) -> Talk:
    return Talk(store, content)


@pytest.fixture
def with_specialist(talk: Talk) -> Talk:
    talk.says("/person")
    conversation.claim(talk.store, SPECIALIST, talk.sender, talk.later())
    return talk


def test_what_was_typed_and_what_was_answered_are_recorded_before_the_reply(talk: Talk) -> None:
    taken = talk.says("The house is cold.")
    assert talk.store.last("c-1") == taken.seq
    first, *rest = talk.events()
    assert (first["name"], first["metadata"]["channel"]) == ("action_session_start", "chat")
    assert first["metadata"]["asker"] == ASKS.asker
    assert [e["text"] for e in rest if e["event"] == "user"] == ["The house is cold."]
    said = [part["text"] for part in taken.reply if "text" in part]
    assert [e["text"] for e in rest if e["event"] == "bot" and e["text"]] == said


def test_nothing_is_answered_where_nothing_can_be_recorded(talk: Talk) -> None:
    talk.says("/start")
    talk.store.close()
    with pytest.raises(RecordUnavailable):
        talk.says("There is a bruise.")


def test_every_turn_can_be_shown_with_the_content_it_was_answered_with(talk: Talk, content: Content) -> None:
    talk.says("/start")
    digest = talk.events("user")[0]["metadata"]["content"]
    assert talk.store.kept(digest) == content.texts


def test_a_message_sent_again_gets_the_recorded_answer_and_records_nothing(talk: Talk) -> None:
    first = talk.says("/start", "m-1")
    again = talk.says("/start", "m-1")
    assert again.replayed
    assert again.body == first.body
    assert talk.store.last("c-1") == first.seq


def test_a_message_id_with_other_words_is_refused(talk: Talk) -> None:
    before = talk.says("/start", "m-1").seq
    with pytest.raises(conversation.MessageReused):
        talk.says("/person", "m-1")
    assert talk.store.last("c-1") == before


def test_the_same_message_id_in_another_conversation_is_another_message(store: Store, content: Content) -> None:
    Talk(store, content, "c-1").says("/start", "m-1")
    assert not Talk(store, content, "c-2").says("/person", "m-1").replayed


def test_a_message_sent_twice_at_once_is_taken_once(talk: Talk) -> None:
    talk.says("/start")
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: talk.says("We are worried.", "m-2"), range(8)))
    assert len({one.body for one in taken}) == 1
    assert [one.replayed for one in taken].count(False) == 1
    assert [e["text"] for e in talk.events("user")].count("We are worried.") == 1


def test_turns_at_once_are_all_recorded_and_none_is_lost(talk: Talk) -> None:
    words = [f"Something else, number {n}" for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(talk.says, words))
    assert sorted(e["text"] for e in talk.events("user")) == words
    assert not talk.store.verify("c-1")


def test_what_another_process_recorded_is_seen_before_the_next_answer(talk: Talk) -> None:
    talk.says("/person")
    at = talk.later().timestamp()
    stolen = {"event": "action", "name": "claimed", "timestamp": at}
    talk.store.append("c-1", None, [stolen | {"metadata": {"person": "colleague", "name": COLLEAGUE.name}}])
    assert talk.custom(talk.says("Are you there?"))["with"] == COLLEAGUE.name


def test_what_another_process_recorded_is_seen_by_whoever_only_looks(talk: Talk) -> None:
    talk.says("/start")
    number = {"event": "action", "name": "callback-number", "timestamp": talk.later().timestamp()}
    talk.store.append("c-1", None, [number | {"metadata": {"number": "01632 960017"}}])
    assert conversation.where(talk.store, "c-1")[1]["callback"] == "01632 960017"


def test_a_record_that_never_stops_growing_is_given_up_on(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(stream: str, expected: int | None, events: list, **_: object) -> int:
        raise Conflict(stream, expected or 0, 99)

    monkeypatch.setattr(talk.store, "append", refuse)
    with pytest.raises(Conflict):
        talk.says("/start")


def test_the_memory_of_states_is_never_the_truth(talk: Talk) -> None:
    taken = talk.says("/start")
    memory_of(talk.store).forget("c-1")
    assert conversation.where(talk.store, "c-1") == (taken.seq, taken.slots)


def test_the_memory_forgets_the_longest_unused_and_never_goes_back() -> None:
    memory = Memory(kept=2)
    memory.put("a", 1, {})
    memory.put("b", 1, {})
    memory.where("a")
    memory.put("c", 1, {})
    memory.put("c", 0, {"older": True})
    assert memory.where("a") == memory.where("c") == (1, {})
    assert memory.where("b") is None


def test_a_conversation_belongs_to_whoever_began_it(talk: Talk) -> None:
    before = talk.says("/start").seq
    with pytest.raises(conversation.NotYours):
        talk.says("/start", person=GP)
    assert talk.store.last("c-1") == before


def test_more_than_twenty_thousand_characters_are_not_taken(talk: Talk) -> None:
    with pytest.raises(conversation.TooLong):
        talk.says("a" * 20_001)
    assert talk.store.last("c-1") == 0
    talk.says("a" * 20_000)


def test_what_could_tell_who_it_is_is_masked_before_it_is_kept_and_the_practitioner_is_told(talk: Talk) -> None:
    taken = talk.says("Her NHS number is 943 476 5919 and the house is cold.")
    heard = talk.events("user")[0]
    assert "943 476" not in json.dumps(talk.events())
    assert "943 476" not in taken.body
    assert heard["metadata"]["masked"]
    assert "NHS number" in taken.reply[0]["text"]
    assert "buttons" not in taken.reply[0]
    assert list(taken.reply[-1]) == ["recipient_id", "custom"]


def test_no_button_is_changed_by_masking(talk: Talk, content: Content) -> None:
    from logs.privacy import mask

    for tree in (content.common, *content.trees.values()):
        for question in tree.questions.values():
            for answer in question.answers:
                payload = f'/answer{{"q":"every-tree/{question.id}","a":"{answer.text}","child":2}}'
                assert mask(payload).text == payload


class TestAPersonTakesOver:
    """Hand-off, in the order it happens."""

    def test_two_specialists_cannot_have_the_same_conversation(self, talk: Talk) -> None:
        talk.says("/person")

        def claim(who: Any) -> str:
            try:
                conversation.claim(talk.store, who, talk.sender, AT)
                return who.id
            except NotNow as refused:
                return refused.says

        with ThreadPoolExecutor(2) as pool:
            said = list(pool.map(claim, (SPECIALIST, COLLEAGUE)))
        winner = next(one for one in said if one in PRACTICE)
        assert PRACTICE[winner].name in next(one for one in said if one not in PRACTICE)
        assert [e["metadata"]["person"] for e in talk.events("action") if e["name"] == "claimed"] == [winner]

    def test_nobody_takes_a_conversation_that_nobody_handed_over(self, talk: Talk) -> None:
        talk.says("/start")
        with pytest.raises(NotNow):
            conversation.claim(talk.store, SPECIALIST, talk.sender, talk.later())

    def test_a_conversation_that_is_not_there_cannot_be_taken(self, talk: Talk) -> None:
        with pytest.raises(conversation.Unknown):
            conversation.claim(talk.store, SPECIALIST, "nobody-began-this", AT)

    def test_the_assistant_is_silent_while_a_person_has_it(self, with_specialist: Talk) -> None:
        taken = with_specialist.says("He is asleep now.")
        assert [list(part) for part in taken.reply] == [["recipient_id", "custom"]]
        custom = with_specialist.custom(taken)
        assert (custom["status"], custom["with"]) == ("with-specialist", SPECIALIST.name)
        assert custom["note"] == "no-answer-while-a-person-has-it"

    def test_typed_danger_brings_the_notice_and_alerts_the_owner_again(self, with_specialist: Talk) -> None:
        taken = with_specialist.says("He is unconscious and not breathing.")
        assert "999" in taken.reply[0]["text"]
        assert [e["name"] for e in with_specialist.events("action")].count("danger-again") == 1
        assert with_specialist.store.summary("c-1")["urgency"] == "now"

    def test_a_specialists_words_reach_the_practitioner(self, with_specialist: Talk) -> None:
        conversation.answer(with_specialist.store, SPECIALIST, "c-1", "Have you rung them?", with_specialist.later())
        (said,) = with_specialist.events("agent")
        assert (said["text"], said["metadata"]["name"]) == ("Have you rung them?", SPECIALIST.name)

    def test_only_whoever_has_it_answers_passes_it_on_or_hands_it_back(self, with_specialist: Talk) -> None:
        store, at = with_specialist.store, with_specialist.later()
        before = store.last("c-1")
        for act in (
            lambda: conversation.answer(store, COLLEAGUE, "c-1", "Mine.", at),
            lambda: conversation.release(store, COLLEAGUE, "c-1", at, "note"),
            lambda: conversation.hand_back(store, COLLEAGUE, "c-1", at),
            lambda: conversation.close(store, COLLEAGUE, "c-1", at, "note"),
        ):
            with pytest.raises(NotNow):
                act()
        assert store.last("c-1") == before

    def test_it_passes_on_with_a_note_and_another_takes_it(self, with_specialist: Talk) -> None:
        store = with_specialist.store
        conversation.release(store, SPECIALIST, "c-1", with_specialist.later(), "My shift ends.")
        assert [row["stream"] for row in store.queue()] == ["c-1"]
        taken = conversation.claim(store, COLLEAGUE, "c-1", with_specialist.later())
        assert taken.slots["with"] == COLLEAGUE.name

    def test_handed_back_the_questions_go_on(self, with_specialist: Talk) -> None:
        conversation.hand_back(with_specialist.store, SPECIALIST, "c-1", with_specialist.later())
        taken = with_specialist.says("/start")
        assert with_specialist.custom(taken)["status"] == "with-assistant"
        assert taken.reply[-2]["buttons"]

    def test_a_list_of_acts_is_recorded_whole_or_not_at_all(self, with_specialist: Talk) -> None:
        store, before = with_specialist.store, with_specialist.store.last("c-1")
        acts = [("agent", "One more thing."), ("resume", ""), ("agent", "Too late.")]
        with pytest.raises(NotNow):
            conversation.speak(store, SPECIALIST, "c-1", acts, with_specialist.later())
        assert store.last("c-1") == before

    def test_closed_it_says_so_and_starts_nothing(self, with_specialist: Talk) -> None:
        store = with_specialist.store
        conversation.close(store, SPECIALIST, "c-1", with_specialist.later(), "Talked through.")
        taken = with_specialist.says("/start")
        assert with_specialist.custom(taken)["status"] == "closed"
        assert not any("buttons" in part for part in taken.reply)
        row = store.summary("c-1")
        assert (row["status"], row["with_person"]) == ("closed", SPECIALIST.id)
        assert row["closed_at"] < with_specialist.at.timestamp()

    def test_a_practitioner_closes_no_conversation_of_somebody_else(self, with_specialist: Talk) -> None:
        with pytest.raises(conversation.NotYours):
            conversation.close(with_specialist.store, GP, "c-1", with_specialist.later(), "")

    def test_a_specialist_may_tell_a_number_to_ring_but_no_other_identifier(self, with_specialist: Talk) -> None:
        words = "NHS number 943 476 5919. Ring 01632 960017 and ask for the duty worker."
        conversation.answer(with_specialist.store, SPECIALIST, "c-1", words, with_specialist.later())
        (said,) = with_specialist.events("agent")
        assert "01632 960017" in said["text"]
        assert "943 476" not in said["text"]

    def test_a_number_to_ring_back_is_kept_for_whoever_takes_it(self, talk: Talk) -> None:
        talk.says("/person")
        acted = conversation.callback(talk.store, ASKS, "c-1", " 01632 960017 ", talk.later())
        assert acted.slots["callback"] == "01632 960017"
        with pytest.raises(conversation.NotYours):
            conversation.callback(talk.store, GP, "c-1", "01632 960018", talk.later())
