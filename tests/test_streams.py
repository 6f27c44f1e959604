"""Streams: an open page is told that there is something to look at, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from web import streams
from web.bell import QUEUE, Bell
from web.record import store_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

ClientAs = Callable[[str], "FlaskClient"]
EMPTY = {"status": "waiting", "with_person": None, "urgency": "none", "alerts": 0, "queued_at": 1.0, "opinions": []}


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SLICE", 0.05)
    monkeypatch.setattr(streams, "LONGEST", 1.0)


@pytest.fixture
def waiting(client_as: ClientAs) -> str:
    address = client_as("practitioner").post("/chat", data={"message": "/person"}).headers["Location"]
    return str(address).rpartition("/")[2]


@pytest.fixture
def opened() -> Iterator[Callable[[FlaskClient, str], TestResponse]]:
    """Opens streams, and lets go of them in the end."""
    kept: list[TestResponse] = []

    def ask(client: FlaskClient, address: str) -> TestResponse:
        kept.append(client.get(address, buffered=False))
        return kept[-1]

    yield ask
    for one in kept:
        one.close()


def words(answer: TestResponse) -> str:
    return b"".join(answer.response).decode()


def while_open(answer: TestResponse, step: Callable[[], object]) -> str:
    """What a stream says while something is done a moment after it was opened."""
    timer = threading.Timer(0.3, step)
    timer.start()
    try:
        return words(answer)
    finally:
        timer.join()


def test_what_a_specialist_writes_makes_the_practitioners_page_look_and_is_not_in_the_stream(
    client_as: ClientAs, waiting: str, opened: Callable
) -> None:
    specialist = client_as("specialist")
    specialist.post(f"/advice-line/{waiting}/claim")
    answer = opened(client_as("practitioner"), f"/live/{waiting}")
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    said = while_open(
        answer, lambda: specialist.post(f"/advice-line/{waiting}/answer", data={"text": "Ring the council."})
    )
    assert streams.LOOK in said
    assert "council" not in said
    assert waiting not in said


def test_nothing_new_says_nothing(client_as: ClientAs, waiting: str, opened: Callable) -> None:
    assert streams.LOOK not in words(opened(client_as("practitioner"), f"/live/{waiting}"))


def test_somebody_elses_conversation_has_no_stream(client_as: ClientAs, waiting: str, says: Callable) -> None:
    assert client_as("gp").get(f"/live/{waiting}").status_code == 404
    says("/start", sender="quiet-one")  # it never reached the advice line
    assert client_as("specialist").get("/live/quiet-one").status_code == 404
    assert client_as("practitioner").get("/live/queue").status_code == 403


def test_the_queue_is_rung_for_when_somebody_joins_it_and_not_for_every_word(
    app: Flask, client_as: ClientAs, waiting: str, opened: Callable
) -> None:
    specialist, asks = client_as("specialist"), client_as("practitioner")
    specialist.get("/advice-line")
    joins = opened(specialist, "/live/queue")
    assert streams.LOOK in while_open(joins, lambda: asks.post("/chat", data={"message": "/person"}))
    talks = opened(specialist, "/live/queue")
    say = {"message": "It is quiet here.", "message_id": "m"}
    assert streams.LOOK not in while_open(talks, lambda: asks.post(f"/chat/{waiting}", data=say))
    assert store_of(app).queue()


def test_whoever_comes_after_the_bound_is_told_to_ask_as_before_and_a_place_given_up_is_free_again(
    app: Flask, client_as: ClientAs, waiting: str, opened: Callable
) -> None:
    app.config["STREAMS"] = 1
    asks = client_as("practitioner")
    first = opened(asks, f"/live/{waiting}")
    assert first.status_code == 200
    assert asks.get(f"/live/{waiting}").status_code == 204
    first.close()
    assert opened(asks, f"/live/{waiting}").status_code == 200


def test_with_none_wanted_there_are_none(app: Flask, client_as: ClientAs, waiting: str) -> None:
    app.config["STREAMS"] = 0
    assert client_as("practitioner").get(f"/live/{waiting}").status_code == 204


def test_streams_end_when_the_server_does(
    app: Flask, client_as: ClientAs, waiting: str, opened: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "LONGEST", 60.0)
    answer = opened(client_as("practitioner"), f"/live/{waiting}")
    said = while_open(answer, lambda: app.extensions.update(ending=True))
    assert said.startswith("retry:")


def test_the_bell_rings_for_the_queue_only_where_a_place_in_it_changed() -> None:
    bell = Bell()
    with bell.heard(QUEUE) as queue, bell.heard("c") as talk:
        bell.moved("c", EMPTY)
        assert queue.is_set() and talk.is_set()
        queue.clear()
        bell.moved("c", EMPTY)
        assert not queue.is_set()
        for change in (
            {"urgency": "now"},
            {"alerts": 1},
            {"status": "with-specialist"},
            {"opinions": [{"given": None}]},
        ):
            bell.moved("c", EMPTY | change)
            assert queue.is_set(), change
            queue.clear()
    bell.ring("c")  # nobody listens any more
