"""The advice line in ten hand-offs: two people at two browsers, without scripts, and records that read well."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.content import Content
from bot.promise import due_after, promise
from bot.takeover import RuleBook
from reading_pages import Page, faults, read
from web.queue import queue
from web.record import content_of, store_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from logs.store import Store

ClientAs = Callable[[str], "FlaskClient"]
EVENING = datetime(2026, 3, 10, 20, 30, tzinfo=UTC)
HOLIDAY = datetime(2026, 4, 6, 10, 0, tzinfo=UTC)
DANGER = "He has a knife and says he will kill her now, the children are in the room."
WORDS = "The house is cold and there is no food in."


def send(client: FlaskClient, address: str, expected: int = 200, /, **fields: str) -> Page:
    """The page that comes after a form is sent, held to what holds for every page."""
    answer = client.post(address, data=fields, follow_redirects=True)
    assert answer.status_code == expected, address
    page = Page(answer.get_data(as_text=True))
    assert list(faults(page)) == [], address
    return page


@pytest.fixture
def waiting(asks: FlaskClient) -> str:
    """A conversation in the queue."""
    address = asks.post("/chat", data={"message": "/person"}).headers["Location"]
    return str(address).rpartition("/")[2]


@pytest.fixture
def taken(waiting: str, client_as: ClientAs) -> str:
    """A conversation that the specialist has."""
    send(client_as("specialist"), f"/advice-line/{waiting}/claim")
    return waiting


def names(record: Store, sender: str) -> list[str]:
    return [row.event["name"] for row in record.read(sender) if row.event["event"] == "action"]


# 1 · hours


@pytest.mark.parametrize("at", [EVENING, HOLIDAY])
def test_out_of_hours_the_route_for_right_now_stands_before_the_box_one_types_into(
    asks: FlaskClient, clock: dict, at: datetime
) -> None:
    clock["now"] = at
    home = read(asks, "/chat").html
    assert "The advice line is closed now" in home
    sender = asks.post("/chat", data={"message": "/person"}).headers["Location"]
    page = read(asks, sender).html
    assert page.index("The advice line is closed now") < page.index('id="message"')
    shut = page[page.index('id="line-now"') : page.index('id="message"')]
    before = page[page.index("<main") : page.index('id="message"')]
    assert "tel:999" in before and ("tel:999" in shut or "#first" in shut), "whom to ring stands there, or a link to it"
    assert "Nobody on the line reads what you write before 9am" in shut


def test_while_the_line_is_open_nothing_says_that_it_is_closed(asks: FlaskClient, waiting: str) -> None:
    assert 'id="line-now"' not in read(asks, f"/chat/{waiting}").html


def test_the_phone_stands_before_the_queue(asks: FlaskClient, waiting: str) -> None:
    page = read(asks, f"/chat/{waiting}").html
    assert page.index("tel:999", page.index("<main")) < page.index("Waiting for a specialist.")


def test_a_hand_off_says_that_it_is_no_referral_and_that_it_stays_with_whoever_asked(
    asks: FlaskClient, waiting: str
) -> None:
    said = read(asks, f"/chat/{waiting}").text
    assert "advice is not a referral" in said
    assert "it stays with you" in said


# 2 · the queue


def test_of_two_who_take_it_one_wins_and_the_other_is_told_who(client_as: ClientAs, waiting: str) -> None:
    send(client_as("specialist"), f"/advice-line/{waiting}/claim")
    lost = send(client_as("colleague"), f"/advice-line/{waiting}/claim", 409)
    assert "Practice specialist has this conversation already" in lost.text


def test_now_stands_before_today_and_then_whoever_waits_longest(
    app: Flask, asks: FlaskClient, client_as: ClientAs, clock: dict
) -> None:
    for text in ("/person", "/person", DANGER):
        asks.post("/chat", data={"message": text})
        clock["now"] += timedelta(minutes=1)
    specialist = client_as("specialist")
    page = read(specialist, "/advice-line")
    assert "(3)" in page.title
    assert page.html.index("row--now") < page.html.index("row--none")
    with app.test_request_context():
        from web.people import PRACTICE

        rows = queue(store_of(app), content_of(app), PRACTICE["specialist"], clock["now"]).waiting
    assert [row["urgency"] for row in rows] == ["now", "none", "none"]
    assert rows[1]["queued_at"] < rows[2]["queued_at"]


def test_a_promise_nobody_has_agreed_is_shown_as_not_agreed(
    asks: FlaskClient, client_as: ClientAs, waiting: str, content: Content
) -> None:
    assert content.rule_book.promises == {}, "no source names a time: it is an organisation's to agree"
    assert "Promised time: not agreed" in read(client_as("specialist"), "/advice-line").text
    assert "is not agreed for this line" in read(asks, f"/chat/{waiting}").text


def with_promise(content: Content, minutes: int) -> Content:
    """The content, with a promise that only this test agreed."""
    agreed = Content(content.trees, content.common, content.guidance, content.texts, content.digest, content.phrases)
    book = content.rule_book
    agreed.__dict__["rule_book"] = RuleBook(book.rules, book.adult_when, book.adult_trees, {"dchs": {"today": minutes}})
    return agreed


def test_a_promise_counts_open_hours_only_and_breaks_loudly(content: Content) -> None:
    hours = content.guidance.hours["weekdays-9-5"]
    friday = datetime(2026, 3, 13, 16, 50, tzinfo=UTC)
    assert due_after(friday, 30, hours) == datetime(2026, 3, 16, 9, 20, tzinfo=UTC)
    agreed = with_promise(content, 30)
    kept = promise("dchs", "today", friday.timestamp(), agreed, datetime(2026, 3, 14, 9, tzinfo=UTC))
    broken = promise("dchs", "today", friday.timestamp(), agreed, datetime(2026, 3, 16, 9, 21, tzinfo=UTC))
    assert (kept.broken, broken.broken) == (False, True)
    assert not promise("dhcft", "today", friday.timestamp(), agreed, friday).agreed


def test_a_broken_promise_is_seen_by_both_sides(
    app: Flask, asks: FlaskClient, client_as: ClientAs, waiting: str, clock: dict, content: Content
) -> None:
    class Shelf:
        def now(self) -> Content:
            return with_promise(content, 10)

    app.extensions["shelf"] = Shelf()
    assert "Somebody answers by" in read(asks, f"/chat/{waiting}").text
    clock["now"] += timedelta(minutes=11)
    page = read(asks, f"/chat/{waiting}").text
    assert "That was not kept. Ring now." in page
    assert "1 person waits past the promised time." in read(client_as("specialist"), "/advice-line").text


def test_at_the_end_of_a_shift_everything_is_passed_on_with_a_note(
    asks: FlaskClient, client_as: ClientAs, taken: str, record: Store
) -> None:
    specialist, colleague = client_as("specialist"), client_as("colleague")
    assert "You have 1 conversation." in read(specialist, "/shift/end").text
    send(specialist, "/shift/end", 400)
    note = {f"note-{taken}": "The council is rung. Ask who took the call.", f"to-{taken}": "colleague"}
    send(specialist, "/shift/end", **note)
    assert "passed on for Practice colleague" in read(colleague, "/advice-line").text
    assert "Waiting for a specialist." in read(asks, f"/chat/{taken}").text
    page = send(colleague, f"/advice-line/{taken}/claim")
    assert "The council is rung. Ask who took the call." in page.text
    assert names(record, taken)[-2:] == ["released", "claimed"]


def test_whoever_signs_out_with_a_conversation_is_asked_to_pass_it_on_first(
    client_as: ClientAs, taken: str, record: Store
) -> None:
    specialist = client_as("specialist")
    assert "End my shift" in send(specialist, "/sign-out").title
    assert specialist.get("/advice-line").status_code == 200
    send(specialist, "/shift/end", **{f"note-{taken}": "Somebody else, please."})
    specialist.post("/sign-out")
    assert specialist.get("/advice-line").status_code == 303


def test_lost_contact_puts_a_conversation_back_in_its_old_place(
    asks: FlaskClient, client_as: ClientAs, taken: str, clock: dict, record: Store
) -> None:
    colleague, before = client_as("colleague"), record.summary(taken)
    clock["now"] += timedelta(minutes=10)
    assert "Nothing heard of Practice specialist for 10 minutes." in read(colleague, "/advice-line").text
    clock["now"] += timedelta(minutes=25)
    assert f"/{taken}/claim" in read(colleague, "/advice-line").html
    after = record.summary(taken)
    assert before and after
    assert (after["status"], after["queued_at"]) == ("waiting", before["queued_at"])
    assert "Contact with Practice specialist was lost" in read(asks, f"/chat/{taken}").text
    lost = send(client_as("specialist"), f"/advice-line/{taken}/answer", 409, text="I am back, and wrote this.")
    assert "I am back, and wrote this." not in [row.event.get("text") for row in record.read(taken)]
    assert "not with you now" in lost.text


def test_a_specialist_whose_page_is_open_is_not_lost(
    client_as: ClientAs, taken: str, clock: dict, record: Store
) -> None:
    specialist = client_as("specialist")
    for _ in range(8):
        clock["now"] += timedelta(minutes=10)
        specialist.get(f"/advice-line/{taken}/live?after=0")
        read(client_as("colleague"), "/advice-line")
    summary = record.summary(taken)
    assert summary and summary["status"] == "with-specialist"


def test_whoever_supervises_sees_who_has_what(client_as: ClientAs, taken: str) -> None:
    for person in ("colleague", "reviewer"):
        page = read(client_as(person), "/shift")
        assert "Practice specialist (1)" in page.text
        assert "Practice colleague (0)" in page.text


# 3 · the conversation


def test_why_it_is_here_stands_with_every_rule_and_what_made_it_hold(asks: FlaskClient, client_as: ClientAs) -> None:
    sender = str(asks.post("/chat", data={"message": DANGER}).headers["Location"]).rpartition("/")[2]
    page = read(client_as("specialist"), f"/advice-line/{sender}")
    assert "Why it is here" in page.text
    assert "knife" in page.html[page.html.index("why-here") : page.html.index("said")]


def test_a_suggested_answer_counts_once_the_practitioner_confirms_it(
    asks: FlaskClient, client_as: ClientAs, taken: str, record: Store
) -> None:
    specialist, key = client_as("specialist"), "every-tree/danger-now"
    send(specialist, f"/advice-line/{taken}/suggest", 400, answer=f"{key}|Not sure")
    send(specialist, f"/advice-line/{taken}/suggest", answer=f"{key}|Not sure", why="You could not say who is home.")
    page = read(asks, f"/chat/{taken}")
    assert "Practice specialist suggests:" in page.text
    assert key not in [row.event.get("name") for row in record.read(taken)]
    send(asks, f"/chat/{taken}/suggestion", key=key, take="yes")
    answers = [row.event["value"] for row in record.read(taken) if row.event.get("name") == key]
    assert answers == ["Not sure"]
    assert "suggests:" not in read(asks, f"/chat/{taken}").text


def test_a_specialist_indicates_a_level_with_a_reason_and_nothing_shown_is_changed(
    asks: FlaskClient, client_as: ClientAs, taken: str, record: Store
) -> None:
    specialist = client_as("specialist")
    send(specialist, f"/advice-line/{taken}/level", 400, level="3")
    send(specialist, f"/advice-line/{taken}/level", level="3", reason="The pattern over a year.")
    assert "indicates level 3: The pattern over a year." in read(asks, f"/chat/{taken}").text
    row = record.summary(taken)
    assert row and row["at_least"] is None


def test_a_second_opinion_stays_between_colleagues(
    asks: FlaskClient, client_as: ClientAs, taken: str, record: Store
) -> None:
    specialist, colleague = client_as("specialist"), client_as("colleague")
    send(specialist, f"/advice-line/{taken}/opinion", text="Would you call this neglect?")
    assert "A colleague asks for a second opinion" in read(colleague, "/advice-line").text
    send(colleague, f"/advice-line/{taken}/opinion", text="Yes, over time.", giving="1")
    assert "Yes, over time." in read(specialist, f"/advice-line/{taken}").text
    page = read(asks, f"/chat/{taken}").text
    assert "gave a second opinion" in page
    assert "Yes, over time." not in page
    assert "Yes, over time." not in read(asks, f"/record/{taken}").text
    row = record.summary(taken)
    assert row and row["with_person"] == "specialist"


def test_the_tree_stands_beside_the_conversation_with_what_was_answered(
    asks: FlaskClient, client_as: ClientAs, content: Content
) -> None:
    first = "/answer" + json.dumps({"q": "every-tree/concern", "a": content.trees["police-notification"].title})
    address = str(asks.post("/chat", data={"message": first}).headers["Location"])
    said = "/answer" + json.dumps({"q": "every-tree/danger-now", "a": "No"})
    asks.post(address, data={"choosing": "1", "choice": said})
    asks.post(address, data={"message": "/person"})
    page = read(client_as("specialist"), f"/advice-line/{address.rpartition('/')[2]}")
    tree = content.trees["police-notification"]
    outline = page.html[page.html.index('id="tree-police-notification"') :]
    asked = [question.ask for question in tree.questions.values()]
    assert f"1 of {len(set(asked))} answered" in page.text
    assert "immediate danger right now? <strong>No</strong>" in outline
    assert "Asked now" in outline and "Not asked" in outline


def test_sent_delivered_seen(asks: FlaskClient, client_as: ClientAs, taken: str) -> None:
    specialist, address = client_as("specialist"), f"/advice-line/{taken}"
    send(specialist, f"{address}/answer", text="Who is with the baby now?")
    assert "Sent" in read(specialist, address).text.split("Who is with the baby now?")[0][-60:]
    read(asks, f"/chat/{taken}")  # without scripts: the page went out, and then something is done on it
    assert "Delivered" in read(specialist, address).text.split("Who is with the baby now?")[0][-60:]
    send(asks, f"/chat/{taken}", message="Her grandmother.")
    assert "Seen" in read(specialist, address).text.split("Who is with the baby now?")[0][-60:]


def test_a_page_that_asks_again_has_seen_what_it_showed(asks: FlaskClient, client_as: ClientAs, taken: str) -> None:
    specialist, address = client_as("specialist"), f"/advice-line/{taken}"
    send(specialist, f"{address}/answer", text="Ring the council now.")
    live = f"/chat/{taken}/live?status=with-specialist"
    first = asks.get(f"{live}&after=1")
    assert first.status_code == 200
    assert asks.get(f"{live}&hidden=1&after={first.headers['X-Seq']}").status_code == 204
    assert "Delivered" in read(specialist, address).text.split("Ring the council now.")[0][-60:]
    asks.get(f"{live}&after={first.headers['X-Seq']}")
    assert "Seen" in read(specialist, address).text.split("Ring the council now.")[0][-60:]


def test_an_answer_sent_twice_is_there_once(client_as: ClientAs, taken: str, record: Store) -> None:
    specialist = client_as("specialist")
    for _ in range(2):
        send(specialist, f"/advice-line/{taken}/answer", text="Ring the council now.", message_id="one")
    assert [row.event.get("text") for row in record.read(taken) if row.event["event"] == "agent"] == [
        "Ring the council now."
    ]


def test_danger_typed_while_waiting_alerts_whoever_has_or_takes_it(
    asks: FlaskClient, client_as: ClientAs, waiting: str
) -> None:
    page = send(asks, f"/chat/{waiting}", message=DANGER)
    assert "ring 999 now" in page.text
    specialist = client_as("specialist")
    assert "Danger was typed again" in read(specialist, "/advice-line").text
    send(specialist, f"/advice-line/{waiting}/claim")
    assert "Danger was typed since a person was asked for." in read(specialist, f"/advice-line/{waiting}").text
    live = specialist.get(f"/advice-line/{waiting}/live?after=0")
    assert live.headers["X-Alert"] == "1"


def test_the_number_comes_with_a_time_that_suits(asks: FlaskClient, client_as: ClientAs, waiting: str) -> None:
    send(asks, f"/chat/{waiting}/number", number="01632 960017", when="after 3 today")
    assert "01632 960017" in read(client_as("specialist"), f"/advice-line/{waiting}").text
    assert "after 3 today" in read(client_as("specialist"), "/advice-line").text


# 4 · three blocks


def test_the_three_blocks_are_signed_and_a_correction_stands_beside_what_it_corrects(
    asks: FlaskClient, client_as: ClientAs, taken: str, record: Store
) -> None:
    specialist = client_as("specialist")
    send(specialist, f"/advice-line/{taken}/advice", 400, alternatives="Early help was thought of.")
    send(specialist, f"/advice-line/{taken}/advice", 400, rationale="Because of the cold.", **{"what-1": "Visit"})
    page = send(
        specialist,
        f"/advice-line/{taken}/advice",
        rationale="No food for a second week.",
        alternatives="Early help was thought of; the family said no.",
        **{"what-1": "Ring the council", "who-1": "Health visitor", "when-1": "today"},
    )
    assert "nothing is written of them: The voice of the child · Think Family · The level" in page.text
    send(asks, f"/chat/{taken}/decision", decision="I rang the council.", agrees="agrees", reason="It is right.")
    written = next(row.seq for row in record.read(taken) if row.event.get("name") == "advice")
    send(asks, f"/record/{taken}/correct", of=str(written), text="Not mine to correct.")
    send(specialist, f"/record/{taken}/correct", of=str(written), text="A third week.")
    text = read(asks, f"/record/{taken}").text
    order = ["What the tool pointed to", "No food for a second week.", "A third week.", "I rang the council."]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)
    assert "Ring the council: Health visitor, today" in text
    assert "Not mine to correct." not in text
    assert "Practice specialist, 10 March 2026" in text


def test_the_note_holds_the_three_blocks_in_their_order(
    asks: FlaskClient, client_as: ClientAs, taken: str, record: Store
) -> None:
    specialist = client_as("specialist")
    send(specialist, f"/advice-line/{taken}/advice", rationale="No food for a second week.")
    send(specialist, f"/advice-line/{taken}/close", note="Talked through.")
    send(asks, f"/chat/{taken}/decision", decision="I rang the council.", agrees="agrees")
    for client in (asks, specialist):
        text = read(client, f"/record/{taken}").html
        note = text[text.index("SAFEGUARDING ADVICE NOTE") : text.index("</textarea>", text.index("ADVICE NOTE"))]
        parts = (
            "Why a specialist was brought in",
            "2. The specialist&#39;s advice",
            "Practice specialist: signed this advice: No food for a second week.",
            "Practice specialist: on closing: Talked through.",
            "3. The practitioner&#39;s decision",
            "Practice health visitor: I rang the council.",
        )
        assert [note.index(part) for part in parts] == sorted(note.index(part) for part in parts)


def test_a_decision_can_be_written_down_after_the_end_and_only_by_whoever_asked(
    asks: FlaskClient, client_as: ClientAs, taken: str, record: Store
) -> None:
    send(client_as("specialist"), f"/advice-line/{taken}/close", note="Talked through.")
    send(asks, f"/chat/{taken}/decision", decision="I visit tomorrow.", agrees="partly")
    assert "decision" in names(record, taken)
    said = {"decision": "x", "agrees": "agrees"}
    assert client_as("gp").post(f"/chat/{taken}/decision", data=said).status_code == 404
    assert client_as("gp").get(f"/record/{taken}").status_code == 404


# 5 · a phone call


def test_a_phone_call_by_keyboard_gives_a_record_of_the_same_shape(client_as: ClientAs, record: Store) -> None:
    specialist = client_as("specialist")
    send(specialist, "/call", 400, job="Somebody")
    begun = specialist.post("/call", data={"job": "Health visitor", "organisation": "dchs", "number": "01632 960017"})
    address = str(begun.headers["Location"])
    sender = address.rpartition("/")[2]
    page = read(specialist, address)
    assert "Caller (health visitor)" in page.text
    for title in ("Neglect", "Domestic abuse"):
        choices = [value for form in page.forms for name, value in form.radios if name == "choice"]
        assert choices, "there is always a question to ask"
        tree = next((t for t in content_of(specialist.application).trees.values() if t.title.startswith(title)), None)
        assert tree is not None
        said = "/answer" + json.dumps({"q": "every-tree/concern", "a": tree.title})
        page = send(specialist, address, choice=said)
    key = next(form.fields["key"] for form in page.forms if "key" in form.fields)
    no = next(value for form in page.forms for name, value in form.radios if '"No"' in value)
    page = send(specialist, address, choice=no, key=key, note="She says it is quiet today.")
    assert "She says it is quiet today." in page.text
    assert "Ask another one instead" in page.text
    other = next(link for link in page.links if "?q=" in link)
    page = read(specialist, other)
    form = next(form for form in page.forms if form.radios and "key" in form.fields)
    assert form.fields["key"] != key
    send(specialist, address, choice=form.radios[0][1], key=form.fields["key"])
    answers = [row.event["name"] for row in record.read(sender) if row.event["event"] == "slot"]
    assert form.fields["key"] in answers, "the questions of a tree are asked in any order"
    send(specialist, f"{address}/finish", 400, rationale="Cold house.")
    page = send(
        specialist,
        f"{address}/finish",
        rationale="Cold house, two weeks.",
        decision="She rings the council.",
        agrees="agrees",
    )
    assert "Cold house, two weeks." in page.text
    assert "as told to Practice specialist" in page.text
    first = record.read(sender)[0].event
    assert (first["name"], first["metadata"]["channel"]) == ("action_session_start", "phone")
    row = record.summary(sender)
    assert row and (row["channel"], row["status"], row["organisation"]) == ("phone", "closed", "dchs")
    assert not record.verify(sender)


def test_on_the_phone_a_rule_is_noted_and_nobody_waits_in_a_queue(client_as: ClientAs, record: Store) -> None:
    specialist = client_as("specialist")
    begun = specialist.post("/call", data={"job": "School nurse", "organisation": "dchs", "number": ""})
    address = str(begun.headers["Location"])
    page = send(specialist, address, text=DANGER)
    assert "Ring" in page.text and "999" in page.text
    assert record.queue() == []
    assert "rule-met" in names(record, address.rpartition("/")[2])


def test_danger_in_a_note_takes_no_answer_away(client_as: ClientAs, record: Store) -> None:
    specialist = client_as("specialist")
    begun = specialist.post("/call", data={"job": "Midwife", "organisation": "dchs", "number": ""})
    address, key = str(begun.headers["Location"]), "every-tree/danger-now"
    answer = "/answer" + json.dumps({"q": key, "a": "Not sure"})
    send(specialist, address, choice=answer, key=key, note=DANGER)
    said = [row.event.get("value") for row in record.read(address.rpartition("/")[2]) if row.event.get("name") == key]
    assert said == ["Not sure"]


def test_danger_in_a_note_is_heard_like_danger_in_anything_typed(client_as: ClientAs, record: Store) -> None:
    specialist = client_as("specialist")
    begun = specialist.post("/call", data={"job": "Midwife", "organisation": "dchs", "number": ""})
    address = str(begun.headers["Location"])
    send(specialist, address, note=DANGER, key="every-tree/danger-now")
    row = record.summary(address.rpartition("/")[2])
    assert row and row["urgency"] == "now"
