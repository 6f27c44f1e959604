"""What many tests need: the real content, a real record in a file of its own, the app, people, a browser.

Everything is imported where it is used, so that a room that is broken breaks only its own tests.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from bot.content import Content
    from logs.store import Store

ROOT = Path(__file__).resolve().parent.parent
BROWSER_FIXTURES = frozenset({"browser", "context", "page", "launch_browser", "new_context"})
CHROMIUM_SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# London times, for rules about open lines. 2026 has its Easter Monday on 6 April.
WEEKDAY = datetime(2026, 3, 10, 10, 30, tzinfo=UTC)  # a Tuesday morning
EVENING = datetime(2026, 3, 10, 20, 30, tzinfo=UTC)
WEEKEND = datetime(2026, 3, 14, 11, 0, tzinfo=UTC)
BANK_HOLIDAY = datetime(2026, 4, 6, 10, 0, tzinfo=UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever uses a browser is marked so, and can be left out where there is none."""
    for item in items:
        if BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def content() -> Content:
    """The trees and guidance of this checkout."""
    from bot import content as reader

    return reader.content()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A file of this test's own for the record."""
    return tmp_path / "record.sqlite"


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    """A real, empty practice record in a file."""
    from logs.sqlite import SqliteStore

    opened = SqliteStore(database, "practice")
    yield opened
    opened.close()


@pytest.fixture
def clock() -> dict[str, datetime]:
    """The time the app believes it is; a test moves it by `clock["now"] = …`. Begins on a weekday morning."""
    return {"now": WEEKDAY}


@pytest.fixture
def app(database: Path, clock: dict[str, datetime]) -> Iterator[Flask]:
    """The app in practice mode, with an empty record of its own and no forms' tokens asked for."""
    from web import create_app
    from web.record import shut

    made = create_app(
        {
            "TESTING": True,
            "DATABASE": str(database),
            "DEMO": False,
            "SECRET_KEY": "only for this test",
            "WTF_CSRF_ENABLED": False,
            "PAGE_LIMIT": "",
            "CLOCK": lambda: clock["now"],
        }
    )
    yield made
    shut(made)


@pytest.fixture
def client_as(app: Flask) -> Callable[[str], FlaskClient]:
    """A browser without scripts in which this practice person is signed in: `client_as("gp")`."""

    def signed_in(person: str) -> FlaskClient:
        client = app.test_client()
        assert client.post("/sign-in", data={"person": person}).status_code == 303
        return client

    return signed_in


@pytest.fixture
def record(app: Flask) -> Store:
    """The record that the app of this test writes to."""
    from web.record import store_of

    return store_of(app)


@pytest.fixture
def asks(client_as: Callable[[str], FlaskClient]) -> FlaskClient:
    """The practitioner's browser, signed in."""
    return client_as("practitioner")


@pytest.fixture
def token_of(app: Flask) -> Callable[[str], str]:
    """The API token of a practice person: `token_of("practitioner")`."""
    from web import people, sign_in

    return lambda person: sign_in.token(app, people.PRACTICE[person])


@pytest.fixture
def says(app: Flask, token_of: Callable[[str], str]) -> Callable[..., list[dict[str, Any]]]:
    """One turn over Rasa's REST channel: `says("a bruise", sender="c1")` gives the reply."""

    def turn(
        message: str, sender: str = "conversation", person: str = "practitioner"
    ) -> list[dict[str, Any]]:
        answer = app.test_client().post(
            "/webhooks/rest/webhook",
            json={"sender": sender, "message": message},
            headers={"Authorization": f"Bearer {token_of(person)}"},
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return list(answer.get_json())

    return turn


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium of this machine, quiet: it looks for nothing outside."""
    named = os.environ.get("CHROMIUM")
    places = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    found = next((path for path in map(shutil.which, places) if path), None)
    if found is None:
        pytest.fail("No Chromium here. `make test` installs Debian's; CHROMIUM=/path/to/it names another.")
    return {**browser_type_launch_args, "executable_path": found, "args": CHROMIUM_SWITCHES}
