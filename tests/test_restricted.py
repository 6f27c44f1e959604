"""A worry about somebody who can read these records: the record is restricted, and they do not come upon it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from bot import folding, restricting
from reading_pages import read
from web import rows
from web.access import may_read
from web.people import PRACTICE

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from bot.content import Content
    from logs.store import Store

ClientAs = Callable[[str], "FlaskClient"]
WORDS = "the toddler likes the sandpit"
TREE = "worker-concern"


def answers(client: FlaskClient, sender: str, question: str, answer: str) -> None:
    choice = "/answer" + json.dumps({"q": question, "a": answer})
    assert client.post(f"/chat/{sender}", data={"choosing": "1", "choice": choice}).status_code == 303


@pytest.fixture
def begun(asks: FlaskClient, content: Content) -> str:
    """The question who can read these records is asked, and not answered yet."""
    first = "/answer" + json.dumps({"q": "every-tree/concern", "a": content.trees[TREE].title})
    sender = str(asks.post("/chat", data={"message": first}).headers["Location"]).rpartition("/")[2]
    answers(asks, sender, "every-tree/danger-now", "No")
    asks.post(f"/chat/{sender}", data={"message": WORDS})
    return sender


@pytest.fixture
def restricted(asks: FlaskClient, begun: str) -> str:
    answers(asks, begun, f"{TREE}/who-can-read", "Yes")
    return begun


@pytest.mark.parametrize("answer", ["Yes", "Not sure"])
def test_the_answers_that_restrict_stand_in_the_tree_and_only_they_do(content: Content, answer: str) -> None:
    for question, restricting_answers in content.rule_book.restrict_when.items():
        tree, _, name = question.partition("/")
        known = {a.text for a in content.trees[tree].questions[name].answers}
        assert set(restricting_answers) <= known
        assert "Not sure" in restricting_answers, "not sure never lowers"
    slots = folding.after(None, ()) | {f"{TREE}/who-can-read": answer}
    assert restricting.events(slots, content, 1.0)
    assert not restricting.events(slots | {"restricted": True}, content, 1.0), "once is enough"
    assert not restricting.events(slots | {f"{TREE}/who-can-read": "No"}, content, 1.0)


def test_whoever_asked_is_told_that_it_is_restricted_and_who_can_see_it(asks: FlaskClient, restricted: str) -> None:
    page = read(asks, f"/chat/{restricted}").text
    assert "This record is restricted" in page
    assert "Practice head of safeguarding" in page
    assert restricted in read(asks, "/chat").html, "it stays in their own list"
    assert "This record is restricted" in read(asks, f"/record/{restricted}").text


def test_it_stands_in_no_list_count_search_queue_or_export(
    asks: FlaskClient, begun: str, record: Store, client_as: ClientAs
) -> None:
    assert record.search("toddler") and record.summaries()
    answers(asks, begun, f"{TREE}/who-can-read", "Not sure")
    asks.post(f"/chat/{begun}", data={"message": "/person"})
    assert [row["stream"] for row in record.restricted()] == [begun]
    assert record.summaries() == []
    assert record.queue() == []
    assert sum(record.counts("status").values()) == 0
    assert record.search("toddler") == []
    assert begun not in read(client_as("reviewer"), "/review").html
    assert begun not in read(client_as("reviewer"), "/review?q=toddler&why=training").html
    for who in ("specialist", "colleague"):
        assert begun not in read(client_as(who), "/advice-line").html
        assert begun not in read(client_as(who), "/shift").html


@pytest.mark.parametrize("who", ["specialist", "colleague", "reviewer", "second-reviewer", "gp"])
def test_to_everybody_else_there_is_no_such_conversation(
    client_as: ClientAs, asks: FlaskClient, restricted: str, who: str
) -> None:
    asks.post(f"/chat/{restricted}", data={"message": "/person"})
    client = client_as(who)
    for place in ("/advice-line/{}", "/advice-line/{}/live", "/record/{}", "/review/{}", "/live/{}", "/chat/{}"):
        assert client.get(place.format(restricted)).status_code in (403, 404), place
    assert client.post(f"/advice-line/{restricted}/claim").status_code in (403, 404)


def test_whoever_has_the_right_is_waited_for_and_each_reading_is_recorded(
    client_as: ClientAs, asks: FlaskClient, restricted: str, record: Store
) -> None:
    asks.post(f"/chat/{restricted}", data={"message": "/person"})
    senior = client_as("senior")
    assert "Restricted. Only" in read(senior, "/advice-line").text
    senior.post(f"/advice-line/{restricted}/claim")
    assert WORDS in read(senior, f"/advice-line/{restricted}").text
    reading = [row.event["metadata"]["what"] for row in record.read("reads/senior")]
    assert restricted in reading
    senior.post(f"/advice-line/{restricted}/answer", data={"text": "Ring me, and the LADO."})
    assert "Ring me, and the LADO." in read(asks, f"/chat/{restricted}").text
    assert restricted in read(senior, "/advice-line").html
    row = record.summary(restricted)
    assert row and row["restricted"] and row["with_person"] == "senior"


def test_once_restricted_it_stays_so_whatever_is_answered_later(
    asks: FlaskClient, restricted: str, record: Store, client_as: ClientAs
) -> None:
    change = "/change" + json.dumps({"q": f"{TREE}/who-can-read"})
    asks.post(f"/chat/{restricted}", data={"message": change})
    answers(asks, restricted, f"{TREE}/who-can-read", "No")
    assert record.summaries() == []
    assert client_as("reviewer").get(f"/review/{restricted}").status_code == 404


def test_built_again_from_its_events_it_is_still_restricted(restricted: str, record: Store) -> None:
    before = record.summary(restricted)
    record.rebuild_summaries(lambda stream, events: rows.fold(record, stream, events))
    assert record.summaries() == []
    after = record.summary(restricted)
    assert before and after
    assert {k: v for k, v in after.items() if v != before.get(k)} == {}


def test_who_may_read() -> None:
    row = {"owner": "practitioner", "status": "waiting", "restricted": True}
    assert [p.id for p in PRACTICE.values() if may_read(p, row)] == ["practitioner", "senior"]


def test_words_about_the_advice_line_in_a_worry_about_a_worker_restrict_it_before_it_joins_the_queue(
    asks: FlaskClient, record: Store, client_as: ClientAs
) -> None:
    said = "a worry about a colleague on the advice line, she was rough with a toddler"
    sender = str(asks.post("/chat", data={"message": said}).headers["Location"]).rpartition("/")[2]
    assert [row["stream"] for row in record.restricted()] == [sender]
    assert sender not in read(client_as("specialist"), "/advice-line").html
    assert record.search("toddler") == []
    other = str(asks.post("/chat", data={"message": "the advice line told me to ask here"}).headers["Location"])
    assert other.rpartition("/")[2] in [row["stream"] for row in record.summaries()], "only in a worry about a worker"


def test_whoever_asked_can_have_it_restricted_also_while_a_specialist_has_it(
    asks: FlaskClient, record: Store, client_as: ClientAs
) -> None:
    said = "a worry about a teaching assistant, he slapped a toddler"
    sender = str(asks.post("/chat", data={"message": said}).headers["Location"]).rpartition("/")[2]
    specialist = client_as("specialist")
    specialist.post(f"/advice-line/{sender}/claim")
    assert "Restrict this record" in read(asks, f"/chat/{sender}").text
    page = asks.post(f"/chat/{sender}/restrict", follow_redirects=True).get_data(as_text=True)
    assert "This record is restricted" in page
    assert specialist.get(f"/advice-line/{sender}").status_code == 404
    assert specialist.post(f"/advice-line/{sender}/answer", data={"text": "x"}).status_code == 404
    row = record.summary(sender)
    assert row and (row["status"], row["with_person"]) == ("waiting", None), "it waits for those who may see it"
    assert client_as("gp").post(f"/chat/{sender}/restrict").status_code == 404
