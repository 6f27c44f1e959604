"""Rasa's REST channel and tracker as programs meet them: shapes, refusals, and nothing typed given back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from web import conversation
from web.errors import FAILURES
from web.people import PRACTICE
from web.record import shut, store_of

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

WEBHOOK = "/webhooks/rest/webhook"
SECRET_WORDS = "purple kettle"
SPECIALIST = PRACTICE["specialist"]


class Program:
    """A client of the API with the token of one person."""

    def __init__(self, app: Flask, token: str) -> None:
        self.app, self.client = app, app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def turn(self, message: Any = "/start", sender: Any = "c-1", **more: Any) -> TestResponse:
        body = {"sender": sender, "message": message, **more}
        return self.client.post(WEBHOOK, json=body, headers=self.headers)

    def send(self, data: bytes) -> TestResponse:
        return self.client.post(WEBHOOK, data=data, headers=self.headers)

    def tracker(self, sender: str = "c-1", **query: Any) -> TestResponse:
        return self.client.get(f"/conversations/{sender}/tracker", query_string=query, headers=self.headers)

    def adds(self, *events: Any, sender: str = "c-1") -> TestResponse:
        body: Any = events[0] if len(events) == 1 else list(events)
        return self.client.post(f"/conversations/{sender}/tracker/events", json=body, headers=self.headers)


@pytest.fixture
def program(app: Flask, token_of: Callable[[str], str]) -> Callable[[str], Program]:
    return lambda person: Program(app, token_of(person))


@pytest.fixture
def asks(program: Callable[[str], Program]) -> Program:
    return program("practitioner")


@pytest.fixture
def handed_over(app: Flask, asks: Program, clock: dict[str, datetime]) -> Program:
    """A specialist's program; the specialist has the conversation c-1."""
    asks.turn("/person")
    conversation.claim(store_of(app), SPECIALIST, "c-1", clock["now"])
    return asks


def failed(answer: TestResponse, code: int) -> dict[str, Any]:
    """The failure in Rasa's shape, with what to do in danger and nothing of what was sent."""
    assert answer.status_code == code, answer.get_data(as_text=True)
    body = answer.get_json()
    assert set(body) == {"version", "status", "code", "reason", "message"}
    assert (body["status"], body["code"]) == ("failure", code)
    assert "999" in body["message"]
    assert SECRET_WORDS not in answer.get_data(as_text=True)
    return body


class TestOneTurn:
    """POST /webhooks/rest/webhook."""

    def test_texts_come_first_and_the_custom_element_last(self, asks: Program) -> None:
        reply = asks.turn().get_json()
        *texts, last = reply
        assert all({"recipient_id", "text"} <= set(part) <= {"recipient_id", "text", "buttons"} for part in texts)
        assert [bool(part.get("buttons")) for part in texts] == [False] * (len(texts) - 1) + [True]
        assert set(last) == {"recipient_id", "custom"}
        assert {part["recipient_id"] for part in reply} == {"c-1"}

    def test_the_custom_element_has_every_agreed_key(self, asks: Program) -> None:
        agreed = "status with tree question child concerns red_flags suggested falls_away urgency note can outcome"
        assert set(asks.turn().get_json()[-1]["custom"]) == set(agreed.split())

    def test_a_gp_may_ask_too(self, program: Callable[[str], Program]) -> None:
        assert program("gp").turn().status_code == 200

    def test_a_message_sent_again_gets_the_same_bytes(self, asks: Program, app: Flask) -> None:
        first = asks.turn(metadata={"message_id": "m-1"})
        last = store_of(app).last("c-1")
        again = asks.turn(metadata={"message_id": "m-1"})
        assert again.get_data() == first.get_data()
        assert again.mimetype == first.mimetype == "application/json"
        assert store_of(app).last("c-1") == last

    def test_a_message_id_with_other_words_is_a_conflict(self, asks: Program) -> None:
        asks.turn(metadata={"message_id": "m-1"})
        failed(asks.turn(SECRET_WORDS, metadata={"message_id": "m-1"}), 409)

    def test_a_stream_is_one_element_a_line(self, asks: Program) -> None:
        body = {"sender": "c-1", "message": "/start"}
        answer = asks.client.post(f"{WEBHOOK}?stream=true", json=body, headers=asks.headers)
        assert json.loads(answer.get_data(as_text=True).splitlines()[-1])["custom"]["status"] == "with-assistant"

    def test_the_channel_says_that_it_is_there(self, app: Flask) -> None:
        assert app.test_client().get("/webhooks/rest/").get_json() == {"status": "ok"}

    @pytest.mark.parametrize(
        "sender",
        ["", " ", "a" * 65, "a/b", "a b", "é", "a\n", "../x", None, 7, ["a"], {"a": 1}, True],
    )
    def test_a_sender_of_other_letters_is_refused(self, asks: Program, sender: Any) -> None:
        failed(asks.turn(SECRET_WORDS, sender), 400)

    @pytest.mark.parametrize("sender", ["a", "A" * 64, "0.9_-Z", "..."])
    def test_a_sender_of_the_agreed_letters_is_taken(self, asks: Program, sender: str) -> None:
        assert asks.turn(sender=sender).status_code == 200

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"{",
            b"[]",
            b'"purple kettle"',
            b"null",
            b"\xff\xfe",
            b'{"message": "purple kettle"}',
            b'{"sender": "c-1"}',
            b'{"sender": "c-1", "message": null}',
            b'{"sender": "c-1", "message": ["purple kettle"]}',
            b'{"sender": "c-1", "message": "half a character \\ud800 purple kettle"}',
            b'{"sender": "c-1", "message": "purple kettle", "metadata": "m-1"}',
            b'{"sender": "c-1", "message": "purple kettle", "metadata": {"message_id": 1}}',
            b'{"sender": "c-1", "message": "purple kettle", "metadata": {"message_id": ""}}',
            b'{"sender": "c-1", "message": "purple kettle", "metadata": {"message_id": "' + b"m" * 65 + b'"}}',
            b"[" * 100_000,
        ],
    )
    def test_a_body_that_is_none_is_refused_and_nothing_is_recorded(
        self, asks: Program, app: Flask, data: bytes
    ) -> None:
        failed(asks.send(data), 400)
        assert store_of(app).last("c-1") == 0

    def test_twenty_thousand_characters_are_taken_and_one_more_is_not(self, asks: Program) -> None:
        assert asks.turn("😀" * 20_000).status_code == 200
        failed(asks.turn(SECRET_WORDS + "a" * 20_000), 413)
        failed(asks.send(b'{"sender": "c-1", "message": "' + b"a" * 400_000 + b'"}'), 413)

    def test_somebody_elses_conversation_does_not_exist(self, program: Callable[[str], Program]) -> None:
        program("practitioner").turn()
        failed(program("gp").turn(SECRET_WORDS), 404)

    def test_without_a_record_there_is_no_advice_but_what_to_do(self, asks: Program, app: Flask) -> None:
        asks.turn()
        store_of(app).close()
        answer = asks.turn(SECRET_WORDS)
        failed(answer, 503)
        assert answer.headers["Retry-After"] == "5"

    def test_a_fault_nobody_thought_of_repeats_nothing(
        self, asks: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def breaks(*words: Any) -> None:
            raise ValueError(f"cannot read {words[4]}")

        monkeypatch.setattr(conversation, "take", breaks)
        failed(asks.turn(SECRET_WORDS), 500)
        assert "ValueError" in caplog.text
        assert SECRET_WORDS not in caplog.text


class TestTokens:
    """Who may speak to the API."""

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Authorization": ""},
            {"Authorization": "Bearer"},
            {"Authorization": "Bearer x"},
            {"Authorization": "Basic x"},
        ],
    )
    def test_without_a_token_of_ours_nobody_is_known(self, app: Flask, headers: dict[str, str]) -> None:
        body = {"sender": "c-1", "message": SECRET_WORDS}
        for answer in (
            app.test_client().post(WEBHOOK, json=body, headers=headers),
            app.test_client().get("/conversations/c-1/tracker", headers=headers),
            app.test_client().post("/conversations/c-1/tracker/events", json={}, headers=headers),
            app.test_client().get("/status", headers=headers),
        ):
            failed(answer, 401)
            assert answer.headers["WWW-Authenticate"] == "Bearer"

    def test_a_token_in_the_address_counts_for_nothing(self, app: Flask, token_of: Callable[[str], str]) -> None:
        body = {"sender": "c-1", "message": "/start"}
        answer = app.test_client().post(f"{WEBHOOK}?token={token_of('practitioner')}", json=body)
        failed(answer, 401)

    @pytest.mark.parametrize("person", ["specialist", "colleague", "reviewer", "author"])
    def test_only_those_who_ask_for_advice_take_turns(self, program: Callable[[str], Program], person: str) -> None:
        failed(program(person).turn(SECRET_WORDS), 403)

    def test_a_sign_in_of_the_pages_is_none_here(self, client_as: Callable[[str], Any]) -> None:
        failed(client_as("practitioner").post(WEBHOOK, json={"sender": "c-1", "message": "/start"}), 401)


class TestTheTracker:
    """GET /conversations/<id>/tracker."""

    def test_it_has_the_shape_of_rasa(self, asks: Program) -> None:
        asks.turn("Something else", metadata={"message_id": "m-1"})
        told = asks.tracker().get_json()
        keys = (
            "sender_id slots latest_message latest_event_time followup_action paused events "
            "latest_input_channel active_loop latest_action latest_action_name"
        )
        assert set(told) == set(keys.split())
        assert told["sender_id"] == "c-1"
        assert told["latest_message"]["text"] == "Something else"
        assert told["latest_message"]["message_id"] == "m-1"
        assert told["latest_input_channel"] == "api"
        assert told["paused"] is False
        known = {"user", "bot", "slot", "action", "agent", "pause", "resume"}
        assert {event["event"] for event in told["events"]} <= known
        assert all(isinstance(event["timestamp"], float) for event in told["events"])

    def test_an_answer_is_a_slot_of_its_own_name(self, asks: Program) -> None:
        asks.turn()
        asks.turn('/answer{"q":"every-tree/danger-now","a":"No"}')
        assert asks.tracker().get_json()["slots"]["every-tree/danger-now"] == "No"

    def test_one_that_nobody_began_is_empty_for_everybody(self, program: Callable[[str], Program]) -> None:
        for person in ("practitioner", "gp", "specialist", "reviewer"):
            answer = program(person).tracker("nobody-began-this")
            assert answer.status_code == 200
            assert answer.get_json()["events"] == []

    def test_events_are_told_as_asked(self, asks: Program) -> None:
        asks.turn()
        assert asks.tracker(include_events="NONE").get_json()["events"] is None
        whole = asks.tracker(include_events="ALL").get_json()["events"]
        assert whole == asks.tracker().get_json()["events"] != []
        failed(asks.tracker(include_events="SOME"), 400)

    def test_until_goes_back_in_time(self, asks: Program, clock: dict[str, datetime]) -> None:
        asks.turn()
        then = clock["now"].timestamp()
        clock["now"] += timedelta(minutes=5)
        asks.turn("/person")
        told = asks.tracker(until=then).get_json()
        assert (told["paused"], told["slots"]["status"]) == (False, "with-assistant")
        assert asks.tracker().get_json()["paused"] is True
        failed(asks.tracker(until="yesterday"), 400)

    def test_somebody_elses_does_not_exist(self, program: Callable[[str], Program]) -> None:
        program("practitioner").turn()
        failed(program("gp").tracker(), 404)
        failed(program("specialist").tracker(), 404)
        failed(program("author").tracker(), 403)

    def test_a_specialist_reads_what_was_handed_over_and_the_reading_is_recorded(
        self, asks: Program, program: Callable[[str], Program], app: Flask
    ) -> None:
        asks.turn("/person")
        assert program("specialist").tracker().status_code == 200
        assert program("reviewer").tracker().status_code == 200
        for person in ("specialist", "reviewer"):
            (row,) = store_of(app).read(f"reads/{person}")
            assert (row.event["name"], row.event["metadata"]["what"]) == ("read", "c-1")

    def test_asking_for_ones_own_is_no_reading(self, asks: Program, app: Flask) -> None:
        asks.turn()
        asks.tracker()
        assert store_of(app).last("reads/practitioner") == 0


class TestASpecialistsEvents:
    """POST /conversations/<id>/tracker/events."""

    def test_the_words_of_the_owner_are_polled_by_the_practitioner(
        self, handed_over: Program, program: Callable[[str], Program]
    ) -> None:
        answer = program("specialist").adds({"event": "agent", "text": "Have you rung them?"})
        assert answer.status_code == 200
        told = [e for e in handed_over.tracker().get_json()["events"] if e["event"] == "agent"]
        assert [(e["text"], e["metadata"]["name"]) for e in told] == [("Have you rung them?", SPECIALIST.name)]

    def test_the_owner_hands_back_by_resuming(self, handed_over: Program, program: Callable[[str], Program]) -> None:
        answer = program("specialist").adds({"event": "agent", "text": "All clear to me."}, {"event": "resume"})
        assert (answer.status_code, answer.get_json()["paused"]) == (200, False)
        assert handed_over.turn().get_json()[-1]["custom"]["status"] == "with-assistant"

    def test_pausing_what_is_paused_changes_nothing(
        self, handed_over: Program, program: Callable[[str], Program], app: Flask
    ) -> None:
        before = store_of(app).last("c-1")
        assert program("specialist").adds({"event": "pause"}).get_json()["paused"] is True
        assert store_of(app).last("c-1") == before

    @pytest.mark.parametrize("person", ["colleague", "practitioner", "gp", "reviewer", "author"])
    def test_nobody_else_adds_anything(
        self, handed_over: Program, program: Callable[[str], Program], app: Flask, person: str
    ) -> None:
        before = store_of(app).last("c-1")
        for event in ({"event": "agent", "text": SECRET_WORDS}, {"event": "pause"}, {"event": "resume"}):
            failed(program(person).adds(event), 403)
        assert store_of(app).last("c-1") == before

    @pytest.mark.parametrize("kind", ["user", "bot", "slot", "action", "restart", "undo", "rewind", "reminder"])
    def test_no_other_event_is_taken_even_from_the_owner(
        self, handed_over: Program, program: Callable[[str], Program], kind: str
    ) -> None:
        failed(program("specialist").adds({"event": kind, "text": SECRET_WORDS, "name": "x", "value": 1}), 403)

    @pytest.mark.parametrize(
        "event",
        [{}, {"event": 1}, {"event": "invented"}, {"event": "agent"}, {"event": "agent", "text": " "}, "x", 7, []],
    )
    def test_what_is_no_event_is_refused(
        self, handed_over: Program, program: Callable[[str], Program], event: Any
    ) -> None:
        failed(program("specialist").adds(event), 400)

    def test_a_list_with_one_bad_event_adds_none(
        self, handed_over: Program, program: Callable[[str], Program], app: Flask
    ) -> None:
        before = store_of(app).last("c-1")
        failed(program("specialist").adds({"event": "agent", "text": "One."}, {"event": "slot"}), 403)
        assert store_of(app).last("c-1") == before

    def test_history_cannot_be_replaced(self, handed_over: Program, app: Flask) -> None:
        answer = handed_over.client.put("/conversations/c-1/tracker/events", json=[], headers=handed_over.headers)
        failed(answer, 405)

    def test_one_that_nobody_began_takes_none(self, program: Callable[[str], Program]) -> None:
        failed(program("specialist").adds({"event": "agent", "text": "Hello?"}, sender="nobody-began-this"), 404)


class TestHealth:
    """GET /health, /version and /status."""

    def test_it_is_well_while_the_record_takes_writing(self, app: Flask, clock: dict[str, datetime]) -> None:
        for _ in range(3):
            answer = app.test_client().get("/health")
            assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})
            clock["now"] += timedelta(seconds=5)

    def test_it_is_not_well_when_the_record_does_not(self, app: Flask, clock: dict[str, datetime]) -> None:
        app.test_client().get("/health")
        store_of(app).close()
        clock["now"] += timedelta(seconds=5)
        answer = app.test_client().get("/health")
        assert answer.status_code == 503
        assert set(answer.get_json()) == {"status", "reason"}
        assert answer.get_json()["status"] == "failure"

    def test_version_and_status_tell_what_clients_look_for(self, asks: Program, content: Any) -> None:
        assert set(asks.client.get("/version").get_json()) == {"version", "minimum_compatible_version"}
        told = asks.client.get("/status", headers=asks.headers).get_json()
        assert told["model_id"] == content.digest


def test_a_limit_for_programs_is_told_in_rasas_shape(database: Any, token_of: Callable[[str], str]) -> None:
    from web import create_app, sign_in

    made = create_app({"DATABASE": str(database), "DEMO": False, "SECRET_KEY": "s", "API_LIMIT": "2 per minute"})
    asks = Program(made, sign_in.token(made, PRACTICE["practitioner"]))
    gp = Program(made, sign_in.token(made, PRACTICE["gp"]))
    assert [asks.turn().status_code, asks.turn().status_code] == [200, 200]
    failed(asks.turn(SECRET_WORDS), 429)
    assert gp.turn(sender="c-2").status_code == 200
    shut(made)


def test_nothing_is_throttled_unless_somebody_asks_for_it(app: Flask, token_of: Callable[[str], str]) -> None:
    from web import create_app

    plain = create_app({"DATABASE": app.config["DATABASE"], "SECRET_KEY": "s"})
    codes = {plain.test_client().get("/webhooks/rest/").status_code for _ in range(1500)}
    assert codes == {200}


def test_every_failure_tells_a_practitioner_what_to_do() -> None:
    assert {400, 401, 403, 404, 409, 413, 429, 500, 503} <= set(FAILURES)
