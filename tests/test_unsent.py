"""What was typed into a form that failed comes back with the page, without scripts, and stands nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from logs.store import RecordUnavailable
from reading_pages import Page, faults
from web import conversation

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

ClientAs = Callable[[str], "FlaskClient"]
WORDS = "The little one sleeps in his coat."


@pytest.fixture
def taken(asks: FlaskClient, client_as: ClientAs) -> str:
    sender = str(asks.post("/chat", data={"message": "/person"}).headers["Location"]).rpartition("/")[2]
    client_as("specialist").post(f"/advice-line/{sender}/claim")
    return sender


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on nothing can be recorded; called again, it can."""
    works = conversation.add

    def fails(*_: object, **__: object) -> int:
        raise RecordUnavailable("full", "The disk is full.")

    def turn() -> None:
        monkeypatch.setattr(conversation, "add", works if conversation.add is fails else fails)

    return turn


def page_of(client: FlaskClient, address: str, status: int, **fields: str) -> Page:
    answer = client.post(address, data=fields)
    assert answer.status_code == status
    page = Page(answer.get_data(as_text=True))
    assert list(faults(page)) == []
    return page


def test_words_that_could_not_be_recorded_come_back_and_are_sent_again_once(
    asks: FlaskClient, taken: str, broken: Callable, caplog: pytest.LogCaptureFixture
) -> None:
    broken()
    with caplog.at_level(logging.DEBUG):
        page = page_of(asks, f"/chat/{taken}", 503, message=WORDS, message_id="m-1")
    assert WORDS in page.text
    assert "Ring 999" in page.text, "what to do now stands there as before"
    assert WORDS not in caplog.text
    broken()
    form = page.form_to(f"/chat/{taken}")
    assert form.method == "post"
    for _ in range(2):
        assert asks.post(form.action, data=form.fields).status_code == 303
    assert asks.get(f"/chat/{taken}").get_data(as_text=True).count(WORDS) >= 1
    from web.record import store_of

    said = [row.event.get("text") for row in store_of(asks.application).read(taken)]
    assert said.count(WORDS) == 1


def test_an_answer_that_came_too_late_is_not_lost(
    client_as: ClientAs, asks: FlaskClient, taken: str, clock: dict
) -> None:
    clock["now"] += timedelta(minutes=35)
    client_as("colleague").get("/advice-line")  # contact was lost: it is back in the queue
    page = page_of(client_as("specialist"), f"/advice-line/{taken}/answer", 409, text=WORDS)
    assert "What you wrote is not sent" in page.text
    assert WORDS in page.text


def test_whoever_was_signed_out_meanwhile_gets_their_words_back(app: Flask, asks: FlaskClient, taken: str) -> None:
    nobody = app.test_client()
    page = page_of(nobody, f"/chat/{taken}", 401, message=WORDS)
    assert WORDS in page.text


def test_a_form_of_another_site_gets_nothing_back_and_a_pressed_button_is_no_words(
    app: Flask, asks: FlaskClient, taken: str, broken: Callable
) -> None:
    broken()
    there = {"Origin": "https://elsewhere.example"}
    assert WORDS not in asks.post(f"/chat/{taken}", data={"message": WORDS}, headers=there).get_data(as_text=True)
    page = page_of(asks, f"/chat/{taken}", 503, message="/start")
    assert "What you wrote is not sent" not in page.text


def test_a_form_with_something_missing_keeps_what_was_written(client_as: ClientAs, taken: str) -> None:
    page = page_of(client_as("specialist"), f"/advice-line/{taken}/level", 400, reason=WORDS)
    assert WORDS in page.text
    assert "What you wrote is not sent" not in page.text, "it stands in its own box"
