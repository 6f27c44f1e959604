"""Who may see and do what: every page, every role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from web import conversation, reads
from web.access import may_read
from web.people import PRACTICE, ROLES
from web.record import store_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.routing import Rule

AT = datetime(2026, 3, 10, 10, 30, tzinfo=UTC)
OPEN = {"static", "assets", "sign_in.choose", "sign_in.sign_in", "sign_in.sign_out", "sign_in.home"}
OPEN_ROOM = "about"  # what this is and who may read what, for everybody
FIRST = {"practitioner": "/chat", "gp": "/chat", "specialist": "/advice-line", "reviewer": "/review"}


def pages(app: Flask) -> list[Rule]:
    """Every address that is for people who signed in."""
    found = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in OPEN and not rule.endpoint.startswith(("api.", f"{OPEN_ROOM}."))
    ]
    assert len(found) > 15
    return found


def address(rule: Rule) -> str:
    """An address of this rule, with something in each of its places."""
    return str(rule.build(dict.fromkeys(rule.arguments, "some-thing"), append_unknown=False)[1])  # type: ignore[index]


def asked(client: FlaskClient, rule: Rule) -> Any:
    method = "POST" if "POST" in (rule.methods or ()) else "GET"
    return client.open(address(rule), method=method)


def test_nobody_sees_or_does_anything_without_signing_in(app: Flask) -> None:
    for rule in pages(app):
        answer = asked(app.test_client(), rule)
        if "POST" in (rule.methods or ()):
            assert answer.status_code == 401, rule
        else:
            assert answer.status_code == 303, rule
            assert answer.headers["Location"].startswith("/sign-in?next="), rule


def test_every_page_says_for_whom_it_is(app: Flask) -> None:
    for rule in pages(app):
        allowed = getattr(app.view_functions[rule.endpoint], "roles", None)
        assert allowed, f"{rule} is guarded by nothing"
        assert set(allowed) <= {*ROLES, "everybody"}, rule


@pytest.mark.parametrize("person", ["practitioner", "gp", "specialist", "reviewer", "author"])
def test_every_page_refuses_every_other_role(app: Flask, client_as: Callable[[str], FlaskClient], person: str) -> None:
    client, role = client_as(person), PRACTICE[person].role
    for rule in pages(app):
        allowed = app.view_functions[rule.endpoint].roles  # type: ignore[attr-defined]
        code = asked(client, rule).status_code
        if role in allowed or "everybody" in allowed:
            assert code not in {401, 403, 500}, (rule, code)
        else:
            assert code == 403, (rule, code)


@pytest.mark.parametrize(("person", "own"), FIRST.items())
def test_the_first_page_of_another_role_is_closed(
    client_as: Callable[[str], FlaskClient], person: str, own: str
) -> None:
    for other in set(FIRST.values()) - {own}:
        answer = client_as(person).get(other)
        assert answer.status_code == 403
        assert "999" in answer.get_data(as_text=True)


def row(**columns: Any) -> dict[str, Any]:
    """A conversation's summary, plain unless said otherwise."""
    plain = {"owner": "practitioner", "status": "with-assistant", "alerted": 0, "urgency": "none", "hand_off": None}
    return {**plain, **columns}


@pytest.mark.parametrize(
    ("person", "summary", "may"),
    [
        ("practitioner", row(), True),
        ("gp", row(), False),
        ("author", row(status="waiting"), False),
        ("reviewer", row(), True),
        ("specialist", row(), False),
        ("specialist", row(status="waiting"), True),
        ("specialist", row(status="with-specialist"), True),
        ("specialist", row(status="closed"), True),
        ("specialist", row(alerted=1), True),
        ("specialist", row(urgency="now"), True),
        ("specialist", row(hand_off="offer"), False),
        ("specialist", row(owner="specialist"), True),
        ("practitioner", row(owner="gp", status="waiting"), False),
        ("practitioner", None, False),
        ("reviewer", None, False),
    ],
)
def test_a_conversation_is_read_by_its_owner_and_by_those_it_reaches(
    person: str, summary: dict[str, Any] | None, may: bool
) -> None:
    assert may_read(PRACTICE[person], summary) is may


def test_opening_somebodys_conversation_is_recorded_before_it_is_shown(
    app: Flask, client_as: Callable[[str], FlaskClient], says: Callable[..., Any]
) -> None:
    says("/person", sender="c-1")
    client = client_as("specialist")
    assert client.get("/advice-line/c-1").status_code == 200
    (seen,) = store_of(app).read("reads/specialist")
    assert (seen.event["name"], seen.event["metadata"]["what"]) == ("read", "c-1")
    store_of(app).close()
    assert client.get("/advice-line/c-1").status_code == 503


def test_a_search_is_recorded_with_its_reason(store: Any) -> None:
    reads.searched(store, PRACTICE["reviewer"], "bruise", "Sample for quality", AT)
    (seen,) = store.read("reads/reviewer")
    assert seen.event["name"] == "searched"
    assert seen.event["metadata"] == {
        "what": "bruise",
        "why": "Sample for quality",
        "name": "Practice reviewer",
    }


def test_a_practitioners_own_pages_show_nobody_elses(
    client_as: Callable[[str], FlaskClient], says: Callable[..., Any]
) -> None:
    says("/start", sender="c-1", person="gp")
    assert client_as("gp").get("/chat/c-1").status_code == 200
    assert client_as("practitioner").get("/chat/c-1").status_code == 404


def test_a_specialist_does_not_see_what_nobody_handed_over(
    app: Flask, client_as: Callable[[str], FlaskClient], says: Callable[..., Any]
) -> None:
    says("/start", sender="c-1")
    assert client_as("specialist").get("/advice-line/c-1").status_code == 404
    assert conversation.where(store_of(app), "c-1")[1]["status"] == "with-assistant"
