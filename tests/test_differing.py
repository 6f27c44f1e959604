"""The page of all disagreements: what reviewers and authors find there, and what looking leaves behind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from web.conversation import DIFFERING
from web.record import store_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

ClientAs = Callable[[str], "FlaskClient"]
Says = Callable[..., list[dict[str, Any]]]
AT = 1_773_138_600.0


def differed(
    app: Flask, conversation: str, code: str, direction: str = "up", tree: str = "neglect", **told: Any
) -> None:
    """A disagreement in the stream of all of them, as the road records it."""
    meta = {"conversation": conversation, "role": "practitioner", "direction": direction, "level": "3", "code": code}
    meta |= {"words": "", "at_least": "2", "at_most": "2", "trees": [{"tree": tree, "version": 1}]} | told
    event = {"event": "action", "name": "view-differs", "timestamp": AT, "metadata": meta}
    store_of(app).append(DIFFERING, None, [event])


def page(client: FlaskClient, address: str = "/desk/disagreements") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def rows(html: str) -> dict[str, list[str]]:
    """The numbers of each row of the tables: higher, lower, all."""
    found = re.findall(r'<tr><th scope="row">(?:<a [^>]*>)?([^<]+)(?:</a>)?</th>((?:<td>\d+</td>)+)', html)
    return {words: re.findall(r"\d+", numbers) for words, numbers in found}


@pytest.fixture
def three(app: Flask, content: Any) -> None:
    differed(app, "c-1", "pattern", words="The third winter like this.")
    differed(app, "c-2", "pattern", "down", at_least="1", at_most="4-CP", level="2")
    differed(app, "c-3", "guidance", tree="domestic-abuse", words="Ours says otherwise.", role="gp")


def test_each_reason_and_concern_has_its_counts_and_each_disagreement_its_words(
    client_as: ClientAs, three: None, content: Any
) -> None:
    html = page(client_as("reviewer"))
    told = rows(html)
    assert told[content.phrases["differs-pattern"]] == ["1", "1", "2"]
    assert told[content.phrases["differs-guidance"]] == ["1", "0", "1"]
    assert told[content.phrases["differs-other"]] == ["0", "0", "0"]
    assert told[content.trees["neglect"].title] == ["1", "1", "2"]
    assert html.index("Ours says otherwise.") < html.index("The third winter like this."), "the latest first"
    assert "Not enough known. Could be level 4, child protection." in html
    assert 'href="/review/c-1"' in html


def test_it_is_narrowed_by_reason_and_concern(client_as: ClientAs, three: None) -> None:
    reviewer = client_as("reviewer")
    html = page(reviewer, "/desk/disagreements?why=pattern")
    assert "2 disagreements" in html and "Ours says otherwise." not in html
    html = page(reviewer, "/desk/disagreements?why=pattern&concern=domestic-abuse")
    assert "0 disagreements" in html and "Nothing fits." in html
    assert "Nothing fits." in page(reviewer, "/desk/disagreements?why=%3Cscript%3E&concern=nowhere&before=x")


def test_an_author_reads_the_words_and_is_led_to_no_conversation(client_as: ClientAs, three: None) -> None:
    author = client_as("author")
    html = page(author)
    assert "The third winter like this." in html
    assert "/review/" not in html and "/desk/samples" not in html
    assert 'href="/desk/disagreements" aria-current="page"' in html
    assert author.get("/review/c-1").status_code == 403


@pytest.mark.parametrize("person", ["practitioner", "gp", "specialist"])
def test_nobody_else_sees_it(client_as: ClientAs, person: str) -> None:
    assert client_as(person).get("/desk/disagreements").status_code == 403


def test_whoever_looks_leaves_a_trace_once_for_a_while(app: Flask, client_as: ClientAs, three: None) -> None:
    author = client_as("author")
    page(author)
    page(author, "/desk/disagreements?why=pattern")
    (seen,) = store_of(app).read("reads/author")
    assert (seen.event["name"], seen.event["metadata"]["what"]) == ("read", DIFFERING)
    page(client_as("reviewer"))
    assert store_of(app).last("reads/reviewer") == 1


def test_what_is_restricted_is_neither_counted_nor_shown(
    app: Flask, client_as: ClientAs, three: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"stream": "c-1", "restricted": 1, "owner": "practitioner", "status": "closed"}
    monkeypatch.setattr(store_of(app), "restricted", lambda: [row])
    for person in ("reviewer", "author"):
        html = page(client_as(person))
        assert "2 disagreements" in html and "The third winter like this." not in html


def test_what_comes_later_is_there_and_long_lists_are_turned_over(app: Flask, client_as: ClientAs) -> None:
    reviewer = client_as("reviewer")
    assert "Nobody has seen it otherwise yet." in page(reviewer)
    for n in range(25):
        differed(app, f"c-{n}", "question", words=f"number {n}.")
    first = page(reviewer)
    assert "number 24." in first and "number 5." in first and "number 4." not in first
    (older,) = re.findall(r'href="([^"]+)">Older', first)
    second = page(reviewer, older.replace("&amp;", "&"))
    assert "number 4." in second and "number 5." not in second and "Older" not in second


def test_words_of_a_disagreement_are_found_masked_and_without_what_surrounds_them(
    app: Flask, client_as: ClientAs, says: Says
) -> None:
    says("I am worried about neglect, there is no food in the house.", sender="c-1", person="gp")
    says("Yes", sender="c-1", person="gp")  # to danger: an outcome at once
    words = "I visited last winter.\nThey live at\nDE1 2AB, mum is on 07700 900123."
    says("/differ" + json.dumps({"level": "3", "code": "pattern", "words": words}), sender="c-1", person="gp")
    store = store_of(app)
    (kept,) = [row.event["metadata"] for row in store.read(DIFFERING)]
    assert kept["words"] == "I visited last winter.\nThey live at\n[postcode], mum is on [phone number]."
    (hit,) = store.search("last winter")
    assert hit.summary is not None and hit.summary["stream"] == "c-1"
    assert "".join(piece for piece, _ in hit.excerpt).startswith("I visited last winter.")
    for hidden in ("DE1", "2AB", "07700", "900123", "knows-more", "differ"):
        assert store.search(hidden) == []
    assert "DE1 2AB" not in page(client_as("reviewer"))
    reviewer = client_as("reviewer")
    found = reviewer.post("/review", data={"words": "last winter"}, follow_redirects=True).get_data(as_text=True)
    assert "<mark>winter</mark>" in found
