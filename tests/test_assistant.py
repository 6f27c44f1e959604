"""One turn at a time: payloads, titles, free text, changes, danger, hand-off (contract, section 2)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from rasa_sdk.executor import ActionExecutor

import bot.actions
from bot import assistant, content
from bot.standing import CHOICE

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
CONTENT = content.content()
NOTICE = "police notification after an incident at home, the baby is not on the notice"


class Talk:
    """A conversation in memory: what is said, and what came back last."""

    def __init__(self, organisation: str = "dchs") -> None:
        asker = {"person": "p", "name": "P", "role": "practitioner", "organisation": organisation}
        self.slots = assistant.fold(None, assistant.begin(asker, "chat", NOW))
        self.reply: list[dict[str, Any]] = []

    def says(self, text: str) -> dict[str, Any]:
        turn = assistant.take(self.slots, "s", text, NOW, None, CONTENT)
        self.slots, self.reply = turn.slots, turn.reply
        self.events = turn.events
        return self.custom

    def answers(self, q: str, a: str) -> dict[str, Any]:
        return self.says("/answer" + json.dumps({"q": q, "a": a}))

    @property
    def custom(self) -> dict[str, Any]:
        found: dict[str, Any] = self.reply[-1]["custom"]
        return found

    @property
    def words(self) -> str:
        return " ".join(r.get("text", "") for r in self.reply)

    @property
    def titles(self) -> list[str]:
        return [b["title"] for r in self.reply for b in r.get("buttons", [])]


def test_the_first_question_of_every_conversation_is_about_danger() -> None:
    talk = Talk()
    assert talk.says("/start")["question"] == "every-tree/danger-now"
    assert talk.titles == ["Yes", "No", "Not sure"]


def test_words_open_the_tree_they_speak_of_and_are_quoted() -> None:
    talk = Talk()
    custom = talk.says(NOTICE)
    assert custom["tree"] == "police-notification" and custom["question"] == "every-tree/danger-now"
    assert all(quote in NOTICE for c in custom["concerns"] for quote in c["quotes"])


def test_a_title_typed_in_any_case_is_that_button() -> None:
    talk = Talk()
    talk.says(NOTICE)
    assert talk.says("  nO ")["question"] != "every-tree/danger-now"
    assert talk.slots["every-tree/danger-now"] == "No"


def test_text_that_only_begins_like_a_payload_is_free_text() -> None:
    talk = Talk()
    talk.says("/start")
    talk.says('/answer{"q":"every-tree/danger-now","a":"No"} thanks')
    assert talk.slots.get("every-tree/danger-now") is None


@pytest.mark.parametrize(
    "payload",
    [
        '/answer{"q":"police-notification/nowhere","a":"Yes"}',
        '/answer{"q":"every-tree/danger-now","a":"Perhaps"}',
        '/answer{"q":"police-notification/children-on-notice","a":"Not sure"}',
        '/answer{"q":"every-tree/danger-now","a":"No","child":7}',
        '/change{"q":"no-such-tree/question"}',
    ],
)
def test_a_stale_answer_changes_nothing_and_the_question_is_asked_again(payload: str) -> None:
    talk = Talk()
    talk.says(NOTICE)
    before = {k: v for k, v in talk.slots.items() if "/" in k}
    custom = talk.says(payload)
    assert custom["note"] == "stale" and custom["question"] == "every-tree/danger-now"
    assert {k: v for k, v in talk.slots.items() if "/" in k} == before
    assert CONTENT.phrases["stale"] in talk.words


def test_danger_stops_everything_at_any_turn() -> None:
    talk = Talk()
    talk.says(NOTICE)
    custom = talk.answers("every-tree/danger-now", "Yes")
    assert custom["urgency"] == "now" and custom["outcome"]["indicated"] == "4-CP"
    assert any("999" in step for step in custom["outcome"]["do_next"])
    assert custom["status"] == "waiting" and not talk.titles


def test_typed_danger_raises_urgency_and_hand_off_at_once_but_not_the_level() -> None:
    talk = Talk()
    talk.says("/start")
    custom = talk.says("he has strangled her and threatened with a knife")
    assert custom["urgency"] != "none" and custom["outcome"]["hand_off"] in ("today", "now")
    assert custom["outcome"]["indicated"] is None and custom["outcome"]["at_most"] == "4-CP"
    assert custom["red_flags"][0]["quotes"]


def test_a_confirmed_flag_holds_its_floor_and_a_dismissed_one_brings_a_specialist() -> None:
    for answer, level in (("Yes", "4-CP"), ("No", None)):
        talk = Talk("gp-practice")
        talk.says("/start")
        talk.says("she has been strangled by him")
        flag = next(f for f in CONTENT.common.red_flags if f.flag == "X-13")
        custom = talk.answers(f"every-tree/{flag.next}", answer)
        if level:
            assert custom["outcome"]["indicated"] == level
        else:
            assert custom["urgency"] != "none", "urgency never falls without a person"


def test_while_waiting_the_assistant_is_silent_and_typed_danger_brings_only_the_notice() -> None:
    talk = Talk()
    talk.says("/start")
    assert talk.says("/person")["status"] == "waiting"
    assert [set(r) for r in assistant.take(talk.slots, "s", "hello?", NOW, None, CONTENT).reply] == [
        {"recipient_id", "custom"}
    ]
    custom = talk.says("the baby is not breathing")
    assert custom["note"] == "no-answer-while-a-person-has-it" and custom["urgency"] == "now"
    assert CONTENT.phrases["emergency-notice"] in talk.words and not talk.titles


def test_whoever_tells_of_danger_and_asks_for_a_person_is_told_what_to_do_and_has_a_person() -> None:
    talk = Talk()
    custom = talk.says("can I talk to someone, mum ten days after the birth hears voices telling her to hurt the baby")
    assert custom["status"] == "waiting" and custom["urgency"] == "now"
    assert custom["outcome"] and any("999" in step for step in custom["outcome"]["do_next"])
    talk = Talk()
    custom = talk.says("can I talk to someone about a family")
    assert custom["status"] == "waiting" and custom["outcome"] is None
    assert CONTENT.phrases["emergency-notice"] not in talk.words


def test_a_voice_that_a_mother_hears_is_not_the_practitioner_asking_for_one() -> None:
    talk = Talk()
    custom = talk.says("mum ten days after the birth hears a voice that says the baby is evil, she is at home")
    assert custom["outcome"] and [flag["id"] for flag in custom["red_flags"]] == ["X-08"]


def test_a_practitioner_may_carry_on_while_waiting_and_keeps_the_place() -> None:
    talk = Talk()
    talk.says(NOTICE)
    talk.says("/person")
    assert talk.says("/continue")["status"] == "with-assistant"
    assert talk.slots["queued_at"] is not None and talk.custom["question"] == "every-tree/danger-now"


def test_an_organisation_without_a_line_is_told_whom_to_ring_instead_of_a_queue() -> None:
    talk = Talk("gp-practice")
    talk.says("/start")
    assert talk.says("/person")["status"] == "with-assistant"
    assert CONTENT.phrases["no-line"] in talk.words


def test_an_answer_can_be_changed_and_the_rest_is_kept() -> None:
    talk = Talk()
    talk.says(NOTICE)
    talk.answers("every-tree/danger-now", "No")
    talk.answers("every-tree/council-lives", "Derby")
    asked = talk.custom["question"]
    custom = talk.says('/change{"q":"every-tree/council-lives"}')
    assert custom["question"] == "every-tree/council-lives"
    custom = talk.answers("every-tree/council-lives", "Derbyshire")
    assert custom["question"] == asked and talk.slots["every-tree/council-lives"] == "Derbyshire"


def test_not_understood_is_told_three_ways_and_then_a_person_comes() -> None:
    talk = Talk()
    talk.says("/start")
    for phrase in ("not-understood", "not-understood-twice", "not-understood-three"):
        talk.says("qwerty zxcvb plugh")
        assert CONTENT.phrases[phrase] in talk.words
    assert talk.custom["status"] == "waiting"


def test_a_concern_can_be_chosen_from_the_list() -> None:
    talk = Talk()
    talk.says("/start")
    talk.answers("every-tree/danger-now", "No")
    assert talk.custom["question"] == CHOICE and len(talk.titles) == len(CONTENT.trees)
    custom = talk.says(CONTENT.trees["police-notification"].title)
    assert custom["tree"] == "police-notification" and custom["question"] != CHOICE


def test_a_closed_conversation_takes_nothing_more() -> None:
    talk = Talk()
    talk.says("/start")
    talk.slots = assistant.fold(talk.slots, [{"event": "action", "name": "closed", "metadata": {"person": "x"}}])
    custom = talk.says("one more thing")
    assert custom["status"] == "closed" and CONTENT.phrases["closed"] in talk.words


def test_the_same_actions_run_as_a_stand_alone_server_would_run_them() -> None:
    executor = ActionExecutor()
    executor.register_package("bot.actions")
    slots = Talk().slots
    call = {
        "next_action": "action_next",
        "version": "3.21",
        "domain": {"actions": ["action_next"]},
        "sender_id": "s",
        "tracker": {
            "sender_id": "s",
            "slots": slots,
            "events": [],
            "paused": False,
            "followup_action": None,
            "active_loop": {},
            "latest_action_name": None,
            "latest_message": {"text": "/start", "intent": {}, "entities": []},
        },
    }
    running = executor.run(call)
    with pytest.raises(StopIteration) as done:
        running.send(None)
    assert done.value.value.responses[-1]["custom"]["question"] == "every-tree/danger-now"


def test_an_action_that_fails_never_repeats_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a secret that was typed")

    monkeypatch.setattr(bot.actions.turns, "next_step", broken)
    with pytest.raises(RuntimeError) as error:
        Talk().says("/start")
    assert "secret" not in str(error.value) and error.value.__suppress_context__


def test_a_child_or_parent_who_types_gets_no_level_but_people_to_ring() -> None:
    talk = Talk()
    talk.says("/start")
    custom = talk.says("I am 14 and my dad hits me")
    outcome = custom["outcome"]
    assert outcome["indicated"] is outcome["at_least"] is outcome["at_most"] is None
    assert {"police-999", "childline"} & {r["contact"] for r in outcome["route"]}
    assert custom["red_flags"] and custom["urgency"] != "none", "danger is flagged all the same"
    assert [c["payload"] for c in custom["can"]] == ["/continue"]
    custom = talk.says("/continue")
    assert not talk.slots["for_others"]


def test_a_mild_level_never_stands_alone_beside_an_open_question() -> None:
    talk = Talk("gp-practice")
    talk.says("/start")
    talk.answers(CHOICE, CONTENT.trees["neglect"].title)
    while talk.titles:
        mild = talk.titles[-2] if len(talk.titles) > 1 else talk.titles[-1]
        talk.says("Not sure" if talk.custom["question"].startswith("neglect/") else mild)
    outcome = talk.custom["outcome"]
    if outcome["indicated"] is None and outcome["at_least"] in ("1", "2"):
        assert outcome["says"].startswith(CONTENT.phrases["open-range"]) or outcome["hand_off"] in ("today", "now")


def test_where_no_tree_asked_how_many_children_it_can_be_told_after_the_outcome() -> None:
    talk = Talk("gp-practice")
    talk.says("/start")
    talk.answers("every-tree/danger-now", "No")
    talk.answers(CHOICE, CONTENT.trees["was-not-brought"].title)
    while talk.titles:
        talk.says("No" if talk.custom["question"] == "every-tree/danger-before-ending" else talk.titles[0])
    assert talk.slots.get("every-tree/children") is None
    asks = '/change{"q":"every-tree/children"}'
    assert asks in [c["payload"] for c in talk.custom["can"]]
    assert talk.says(asks)["question"] == "every-tree/children"
    custom = talk.answers("every-tree/children", "2 children")
    assert custom["child"] == 2 or len(custom["outcome"]["children"]) == 2
