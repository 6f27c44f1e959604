"""The outcome's page, without scripts: every outcome of every tree, children, changing, disagreeing, chasing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot import content as reader
from bot import disagreeing, own_view
from bot.journeys import key_of
from bot.model import COMMON, NOT_SURE, Outcome, Tree
from reading_pages import Page, faults
from web import conversation
from web.conversation import DIFFERING
from web.people import PRACTICE
from web.record import content_of, store_of

CONTENT = reader.content()
ClientAs = Callable[[str], FlaskClient]
Clock = dict[str, datetime]


def page_of(client: FlaskClient, address: str) -> Page:
    answer = client.get(address)
    assert answer.status_code == 200, address
    page = Page(answer.get_data(as_text=True))
    assert list(faults(page)) == [], address
    return page


def ways(tree: Tree) -> Iterator[tuple[str, Outcome, dict[str, str]]]:
    """For every outcome a tree can end in, its name and one way of answering that leads there."""
    ahead: list[tuple[str, dict[str, str]]] = [(tree.start, {})]
    seen: set[str] = set()
    while ahead:
        name, given = ahead.pop(0)
        if name in seen:
            continue
        seen.add(name)
        question = tree.questions.get(name)
        if question is None:
            yield name, tree.outcomes.get(name) or CONTENT.common.outcomes[name], given
            continue
        for answer in question.answers:
            ahead.append((answer.next, {**given, key_of(tree.id, question, 1): answer.text}))


def begun(app: Flask, clock: Clock, sender: str, person: str = "gp", **slots: Any) -> str:
    """A conversation with these slots set, gone on to whatever they lead to; its address."""
    at, who = clock["now"], PRACTICE[person]
    events: list[dict[str, Any]] = [
        {"event": "action", "name": "action_session_start", "metadata": {"asker": who.asker, "channel": "chat"}},
        *({"event": "slot", "name": name, "value": value} for name, value in slots.items()),
    ]
    stamped = [{**event, "timestamp": at.timestamp()} for event in events]
    store = store_of(app)
    store.append(sender, 0, stamped, summary={"stream": sender, "owner": who.id, "started_at": at.timestamp()})
    conversation.take(store, content_of(app), who, sender, "/start", None, at, "chat")
    return f"/chat/{sender}"


@pytest.mark.parametrize("tree", sorted(CONTENT.trees))
def test_every_outcome_of_every_tree_has_its_page(app: Flask, clock: Clock, client_as: ClientAs, tree: str) -> None:
    client, number = client_as("gp"), 0
    for number, (name, outcome, given) in enumerate(ways(CONTENT.trees[tree]), 1):
        slots: dict[str, Any] = {"chosen": [tree], "own_view_passed": True, **given}
        page = page_of(client, begun(app, clock, f"c{number}", **slots))
        assert outcome.says in page.text, name
        assert outcome.do_next[0] in page.text, name
        assert any("Whom to ring" in text for _, text in page.headings), name
        headings = [text for _, text in page.headings]
        first = next(n for n, text in enumerate(headings) if text.startswith("Do this"))
        assert first == 1, "the one thing to do first stands at the top"
        assert "Agreement, and what to tell the family" in headings, name
        assert "at least level 1" not in page.text.casefold(), name
    assert number >= len(CONTENT.trees[tree].outcomes)


def test_three_children_have_a_row_each_with_what_differs(app: Flask, clock: Clock, client_as: ClientAs) -> None:
    ages = {f"{COMMON}/childs-age": "Unborn", f"{COMMON}/childs-age#2": "2 to 4 years"}
    slots = {"chosen": ["neglect"], f"{COMMON}/children": "3 children", f"{COMMON}/danger-now": "Yes", **ages}
    page = page_of(client_as("gp"), begun(app, clock, "three", **slots))
    for words in ("Child 1, unborn baby", "Child 2, 2 to 4 years", "Child 3", "How old is the child?"):
        assert words in page.text
    assert "Not asked yet" in page.text


def test_facts_that_weigh_together_are_shown_with_their_reason(app: Flask, clock: Clock, client_as: ClientAs) -> None:
    rule = next(r for r in CONTENT.common.combinations if len(r.when) > 1)
    answers = {f"{COMMON}/{q}": wanted[0] for q, wanted in rule.when}
    slots = {"chosen": ["domestic-abuse"], f"{COMMON}/danger-now": "Yes", **answers}
    page = page_of(client_as("gp"), begun(app, clock, "together", **slots))
    assert "Weighed together" in page.text and rule.says in page.text


def test_the_own_view_stands_beside_what_the_answers_point_to(client_as: ClientAs) -> None:
    client = client_as("practitioner")
    title = CONTENT.trees["housing-and-money"].title
    address = client.post("/chat", data={"message": f'/answer{{"q":"every-tree/concern","a":"{title}"}}'}).location
    for _ in range(40):
        page = page_of(client, address)
        choices = {json.loads(v[7:])["a"]: v for f in page.forms for n, v in f.radios if n == "choice"}
        if not choices:
            break
        own = any("level would you say" in text for _, text in page.headings)
        danger = any("danger" in text for level, text in page.headings if level == 1)
        titles = list(choices)
        chosen = "Level 3, intensive" if own else "No" if danger else titles[max(0, len(titles) - 2)]
        worry = {"worry": "that it goes on for months"} if own else {}
        fields = {"choosing": "1", "choice": choices[chosen], **worry}
        assert client.post(address, data=fields).status_code == 303
    assert "Before you saw this, you said: Level 3, intensive" in page.text
    assert "that it goes on for months" in page.text
    assert not any(own_view.KEY in value for f in page.forms for _, value in f.buttons), "it is not changed afterwards"


def test_why_it_is_not_known_can_be_said_beside_not_sure(app: Flask, client_as: ClientAs) -> None:
    client = client_as("practitioner")
    address = client.post("/chat", data={"message": "the baby is not on the police notification"}).location
    client.post(address, data={"choosing": "1", "choice": '/answer{"q":"every-tree/danger-now","a":"No"}'})
    page = page_of(client, address)
    assert [v for f in page.forms for n, v in f.radios if n == "not_known"] == ["yet", "cannot", "declined"]
    choice = next(v for f in page.forms for n, v in f.radios if n == "choice" and NOT_SURE in v)
    client.post(address, data={"choosing": "1", "choice": choice, "not_known": "declined"})
    assert CONTENT.phrases["not-known-declined"] in page_of(client, address).text
    _, slots = conversation.where(store_of(app), address.rpartition("/")[2])
    assert list(slots["not_known"].values()) == ["declined"]


def test_before_an_answer_is_changed_its_page_says_what_will_no_longer_count(
    app: Flask, clock: Clock, client_as: ClientAs
) -> None:
    tree = CONTENT.trees["domestic-abuse"]
    longest = max((given for _, _, given in ways(tree)), key=len)
    address = begun(app, clock, "change", chosen=[tree.id], own_view_passed=True, **longest)
    client, before = client_as("gp"), dict(longest)
    own = [key for key in longest if key.startswith(tree.id)]
    for key in own:
        client.post(address, data={"message": "/change" + json.dumps({"q": key})})
        page = page_of(client, address)
        assert "You are changing an answer" in page.text
        if "No longer counts:" in page.text:
            break
    else:
        pytest.fail("no answer of this journey takes another one away")
    _, slots = conversation.where(store_of(app), "change")
    assert {k: slots[k] for k in before} == before, "nothing is changed by looking"
    client.post(address, data={"choosing": "1", "choice": "/answer" + json.dumps({"q": key, "a": before[key]})})
    assert any(text.startswith("Do this") for _, text in page_of(client, address).headings), "kept as it was"


def test_seeing_it_higher_is_recorded_and_reaches_whoever_looks_after_the_guide(
    app: Flask, clock: Clock, client_as: ClientAs
) -> None:
    _, _, given = next(w for w in ways(CONTENT.trees["early-help"]) if w[1].level == "2")
    address = begun(app, clock, "higher", chosen=["early-help"], **given)
    client = client_as("gp")
    assert client.post(f"{address}/differ", data={"level": "4-CIN"}).status_code == 400
    fields = {"level": "4-CIN", "code": "knows-more", "words": "The school told me more."}
    assert client.post(f"{address}/differ", data=fields).status_code == 303
    page = page_of(client, address)
    assert CONTENT.phrases["differs-up"] in page.text and "The school told me more." in page.text
    (kept,) = [row.event["metadata"] for row in store_of(app).read(DIFFERING)]
    assert (kept["conversation"], kept["direction"], kept["code"]) == ("higher", "up", "knows-more")
    assert kept["words"] == "The school told me more." and kept["trees"]


def test_identifiers_do_not_enter_the_words_of_a_disagreement(app: Flask, clock: Clock, client_as: ClientAs) -> None:
    address = begun(app, clock, "masked", chosen=["early-help"], **{f"{COMMON}/danger-now": "Yes"})
    fields = {"level": "3", "code": "other", "words": "Her NHS number is 943 476 5919."}
    client_as("gp").post(f"{address}/differ", data=fields)
    kept = json.dumps([row.event for s in ("masked", DIFFERING) for row in store_of(app).read(s)])
    assert not any(digits in kept for digits in ("943 476", "476 5919", "9434765919"))  # digests hold "943" by chance
    assert any(row.event["name"] == disagreeing.EVENT for row in store_of(app).read(DIFFERING))


def test_a_referral_is_kept_asked_about_after_one_working_day_and_ends_when_acknowledged(
    app: Flask, clock: Clock, client_as: ClientAs
) -> None:
    address = begun(app, clock, "chased", chosen=["neglect"], **{f"{COMMON}/danger-now": "Yes"})
    client = client_as("gp")
    assert client.post(f"{address}/referral", data={"to": "Starting Point"}).status_code == 400
    fields = {"to": "Starting Point", "how": "phone", "taken_by": "J. Doe, duty social worker"}
    assert client.post(f"{address}/referral", data=fields).status_code == 303
    home = page_of(client, "/chat")
    assert "To chase" in home.text and "taken by J. Doe, duty social worker" in home.text
    assert "To chase now" not in home.text
    clock["now"] += timedelta(days=1)
    assert "To chase now" in page_of(client, "/chat").text
    page = page_of(client, address)
    assert "One working day has gone by." in page.text and CONTENT.phrases["referral-next"] in page.text
    answers = next(form.action for form in page.forms if "/referral/" in form.action)
    assert client.post(answers, data={}).status_code == 400
    client.post(answers, data={"acknowledged": "no"})
    assert "To chase now" not in page_of(client, "/chat").text, "it is asked about again a working day later"
    clock["now"] += timedelta(days=1)
    assert "To chase now" in page_of(client, "/chat").text
    client.post(answers, data={"acknowledged": "yes", "by": "A. Nother", "decision": "Assessment"})
    assert "To chase" not in page_of(client, "/chat").text
    page = page_of(client, address)
    for words in ("Acknowledged by A. Nother: Assessment", "Referrals made", "taken by J. Doe, duty social worker"):
        assert words in page.text


def test_a_referral_is_chased_after_the_conversation_was_closed(app: Flask, clock: Clock, client_as: ClientAs) -> None:
    address = begun(app, clock, "closed", chosen=["neglect"], **{f"{COMMON}/danger-now": "Yes"})
    client = client_as("gp")
    client.post(f"{address}/referral", data={"to": "Derby", "how": "both"})
    conversation.close(store_of(app), PRACTICE["gp"], "closed", clock["now"], "")
    clock["now"] += timedelta(days=1)
    answers = next(form.action for form in page_of(client, address).forms if "/referral/" in form.action)
    last = store_of(app).last("closed")
    assert client.post(answers, data={"acknowledged": "yes"}).status_code == 303
    assert store_of(app).last("closed") == last, "nothing is added to what is closed"
    assert "To chase" not in page_of(client, "/chat").text


def test_referrals_belong_to_whoever_made_them(app: Flask, clock: Clock, client_as: ClientAs) -> None:
    address = begun(app, clock, "mine", chosen=["neglect"], **{f"{COMMON}/danger-now": "Yes"})
    client_as("gp").post(f"{address}/referral", data={"to": "Derby", "how": "form"})
    other = client_as("practitioner")
    assert other.post(f"{address}/referral", data={"to": "Derby", "how": "form"}).status_code == 404
    assert "To chase" not in page_of(other, "/chat").text


def test_the_note_has_all_that_a_record_needs(app: Flask, clock: Clock, client_as: ClientAs) -> None:
    client = client_as("practitioner")
    address = client.post("/chat", data={"message": "baby of six weeks, mum is low"}).location
    client.post(address, data={"choosing": "1", "choice": '/answer{"q":"every-tree/danger-now","a":"Yes"}'})
    sender = address.rpartition("/")[2]
    conversation.claim(store_of(app), PRACTICE["specialist"], sender, clock["now"])
    conversation.answer(store_of(app), PRACTICE["specialist"], sender, "Ring them now, I stay here.", clock["now"])
    text = page_of(client, address).text
    for words in (
        "Hide this entry from online and proxy view",
        "baby of six weeks, mum is low",
        "Asked and answered",
        "own view",
        "[X-01]",
        "Practice specialist: Ring them now, I stay here.",
        "Agreement, and what to tell the family",
        "version 1",
        f"reference {sender}",
    ):
        assert words in text, words
