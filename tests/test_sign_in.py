"""Signing in and out: a chosen person, a cookie that ends, tokens that only we can make."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from itsdangerous import URLSafeTimedSerializer

from web import people, settings, sign_in

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

PAGE = "/privacy"


def name_shown(client: FlaskClient) -> str | None:
    """Whose page it is."""
    page = client.get(PAGE).get_data(as_text=True)
    return next((one.id for one in people.PRACTICE.values() if f"<span>{one.name}</span>" in page), None)


def bearer(app: Flask, given: str) -> people.Person | None:
    with app.test_request_context(headers={"Authorization": f"Bearer {given}"}) as asked:
        return sign_in.bearer(app, asked.request)


class TestAJourney:
    """Given, when, then."""

    @pytest.fixture(autouse=True)
    def _browser(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        self.client, self.moment = app.test_client(), 1_800_000_000.0
        monkeypatch.setattr(sign_in, "time", lambda: self.moment)

    def test_choosing_a_person_leads_to_their_first_page(self) -> None:
        for person, first in (
            ("practitioner", "/chat"),
            ("gp", "/chat"),
            ("specialist", "/advice-line"),
            ("reviewer", "/review"),
            ("author", "/trees"),
        ):
            self.when_they_choose(person)
            self.then_they_are(person)
            self.and_their_first_page_is(first)

    def test_signing_out_ends_it_for_good(self) -> None:
        self.given_somebody_signed_in_as("practitioner")
        kept = self.the_cookie()
        self.when_they_sign_out()
        self.then_they_are(None)
        self.when_the_old_cookie_is_shown_again(kept)
        self.then_they_are(None)

    def test_a_sign_in_that_nobody_uses_ends(self) -> None:
        self.given_somebody_signed_in_as("specialist")
        self.when_minutes_pass(31)
        self.then_they_are(None)

    def test_a_sign_in_that_is_used_goes_on(self) -> None:
        self.given_somebody_signed_in_as("specialist")
        for _ in range(4):
            self.when_minutes_pass(20)
            self.then_they_are("specialist")

    def test_nothing_of_one_sign_in_is_left_in_the_next(self) -> None:
        self.given_somebody_signed_in_as("reviewer")
        with self.client.session_transaction() as session:
            session["review"] = {"words": "bruise"}
        self.when_they_choose("practitioner")
        with self.client.session_transaction() as session:
            assert "review" not in session

    def given_somebody_signed_in_as(self, person: str) -> None:
        self.when_they_choose(person)
        self.then_they_are(person)

    def when_they_choose(self, person: str) -> None:
        self.answer = self.client.post("/sign-in", data={"person": person})

    def when_they_sign_out(self) -> None:
        assert self.client.post("/sign-out").status_code == 303

    def when_minutes_pass(self, minutes: int) -> None:
        self.moment += minutes * 60

    def when_the_old_cookie_is_shown_again(self, cookie: str) -> None:
        self.client.set_cookie("threshold_guide", cookie)

    def the_cookie(self) -> str:
        found = self.client.get_cookie("threshold_guide")
        assert found is not None
        return found.value

    def then_they_are(self, person: str | None) -> None:
        assert name_shown(self.client) == person

    def and_their_first_page_is(self, address: str) -> None:
        assert self.answer.headers["Location"].startswith(address)
        assert self.client.get("/").headers["Location"] == self.answer.headers["Location"]
        assert self.client.get(self.answer.headers["Location"]).status_code == 200


def test_the_cookie_is_signed_and_out_of_the_reach_of_scripts_and_other_sites(app: Flask) -> None:
    answer = app.test_client().post("/sign-in", data={"person": "gp"})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    client = app.test_client()
    client.set_cookie("threshold_guide", cookie.split("=", 1)[1].split(";")[0][:-2] + "xx")
    assert name_shown(client) is None


@pytest.mark.parametrize("person", ["", "nobody", "practitioner ", "PRACTITIONER"])
def test_nobody_signs_in_as_somebody_who_is_not_there(app: Flask, person: str) -> None:
    client = app.test_client()
    assert client.post("/sign-in", data={"person": person}).status_code == 400
    assert name_shown(client) is None


def test_a_page_sends_to_the_sign_in_and_back(app: Flask) -> None:
    client = app.test_client()
    asked = client.get("/chat")
    assert (asked.status_code, asked.headers["Location"]) == (303, "/sign-in?next=/chat")
    assert 'value="/chat"' in client.get(asked.headers["Location"]).get_data(as_text=True)
    answer = client.post("/sign-in", data={"person": "gp", "next": "/chat"})
    assert answer.headers["Location"] == "/chat"


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/\t/evil.example", "\n//x"]
)
def test_nobody_is_sent_to_another_site(app: Flask, elsewhere: str) -> None:
    answer = app.test_client().post("/sign-in", data={"person": "gp", "next": elsewhere})
    assert answer.headers["Location"] == "/chat"


def test_a_token_stands_for_its_person(app: Flask, token_of: Callable[[str], str]) -> None:
    for person in people.PRACTICE.values():
        assert bearer(app, token_of(person.id)) == person


@pytest.mark.parametrize("secret", ["another secret", ""])
def test_a_token_of_another_secret_is_nobodys(app: Flask, secret: str) -> None:
    forged = URLSafeTimedSerializer(secret, salt=sign_in.TOKEN_SALT).dumps("gp")
    assert bearer(app, forged) is None


def test_what_signs_cookies_makes_no_tokens(app: Flask) -> None:
    forged = URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="cookie-session").dumps("gp")
    assert bearer(app, forged) is None


def test_a_token_gets_too_old(app: Flask, token_of: Callable[[str], str], monkeypatch: Any) -> None:
    given = token_of("gp")
    assert bearer(app, given) is not None
    from time import time

    monkeypatch.setattr(sign_in, "time", lambda: time() + 31 * 86400)
    assert bearer(app, given) is None


def test_the_secret_of_practice_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    database = str(tmp_path / "new" / "practice.sqlite")
    first = settings.secret_beside(database)
    place = tmp_path / "new" / "practice.secret"
    assert place.stat().st_mode & 0o777 == 0o600
    assert len(first) >= 40
    assert settings.secret_beside(database) == first
    place.chmod(0o644)
    assert settings.secret_beside(database) == first
    assert place.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in place.parent.iterdir()] == ["practice.secret"]


def test_the_command_prints_a_token_as_its_last_line(app: Flask) -> None:
    ran = app.test_cli_runner().invoke(args=["token", "specialist"])
    assert ran.exit_code == 0
    found = bearer(app, ran.output.strip().splitlines()[-1])
    assert found is not None
    assert found.id == "specialist"


def test_the_command_names_who_there_is(app: Flask) -> None:
    ran = app.test_cli_runner().invoke(args=["token", "nobody"])
    assert ran.exit_code != 0
    assert "practitioner" in ran.output
