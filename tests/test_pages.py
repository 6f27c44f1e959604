"""Every page for every role, read without scripts; and the journey of a concern through them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from bot.folding import EMPTY
from logs.store import RecordUnavailable, Store, Stored
from reading_pages import Page, faults, read
from web.continuum import range_words
from web.reading import rendered
from web.record import content_of
from web.showing import answers, asked
from web.transcript import lines

FIRST_PAGES = {
    "practitioner": "/chat",
    "gp": "/chat",
    "specialist": "/advice-line",
    "reviewer": "/review",
    "author": "/trees",
}
OPEN_TO_ALL = ("/about", "/accessibility", "/privacy", "/sign-in")
NOTICE = (
    "police notification after an incident at home; mother recently discharged from a mother and baby unit; "
    "the baby is not on the notice"
)
ClientAs = Callable[[str], FlaskClient]


def send(client: FlaskClient, address: str, expected: int = 200, /, **fields: str) -> Page:
    """The page that comes after a form is sent."""
    answer = client.post(address, data=fields, follow_redirects=True)
    assert answer.status_code == expected, address
    page = Page(answer.get_data(as_text=True))
    assert list(faults(page)) == [], address
    return page


def begin(client: FlaskClient, words: str = NOTICE) -> str:
    """The address of a new conversation."""
    answer = client.post("/chat", data={"message": words})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def answer_until_outcome(client: FlaskClient, address: str, prefer: tuple[str, ...] = ()) -> Page:
    """Goes through the questions: No to danger, else a preferred answer, else the last but one."""
    for _ in range(60):
        page = read(client, address)
        choices = [value for form in page.forms for name, value in form.radios if name == "choice"]
        if not choices:
            return page
        answers = {json.loads(value.partition("answer")[2])["a"]: value for value in choices}
        danger = any(level == 1 and "danger" in text for level, text in page.headings)
        wanted = ("No",) if danger else (*prefer, list(answers)[-2])
        chosen = next(answers[a] for a in wanted if a in answers)
        send(client, address, choosing="1", choice=chosen)
    raise AssertionError("the questions never ended")


@pytest.mark.parametrize("person", FIRST_PAGES)
def test_every_page_a_role_can_reach_by_links_is_whole(client_as: ClientAs, person: str):
    client = client_as(person)
    address = begin(client_as("practitioner")) if person not in ("practitioner", "gp") else begin(client)
    answer_until_outcome(client_as("practitioner") if person not in ("practitioner", "gp") else client, address)
    ahead, seen = [FIRST_PAGES[person], *OPEN_TO_ALL], set()
    while ahead and len(seen) < 120:
        here = ahead.pop(0)
        if here in seen:
            continue
        seen.add(here)
        page = read(client, here)
        links = [link.partition("#")[0] for link in page.links if link.startswith("/")]
        passages = [link for link in links if re.fullmatch(r"/guidance/[^/]+/[^/]+", link)]
        rest = [link for link in links if link not in passages and not link.startswith("/static/")]
        ahead += [*rest, *passages[:2]]
    assert len(seen) > 10


@pytest.mark.parametrize("person", FIRST_PAGES)
def test_pages_of_another_role_are_closed(client_as: ClientAs, person: str):
    client = client_as(person)
    for address in set(FIRST_PAGES.values()):
        expected = 200 if address == FIRST_PAGES[person] else 403
        read(client, address, expected)


def test_nobody_signed_in_is_sent_to_sign_in_and_reads_what_is_open(app):
    client = app.test_client()
    for address in OPEN_TO_ALL:
        read(client, address)
    for address in (*FIRST_PAGES.values(), "/guidance", "/directory"):
        assert client.get(address).headers["Location"].startswith("/sign-in")


def test_a_page_that_is_not_there_says_so_and_what_to_do(client_as: ClientAs):
    page = read(client_as("practitioner"), "/guidance/no-such-document", 404)
    assert "ring 999" in page.text


def test_no_advice_is_shown_where_the_record_cannot_be_written(
    client_as: ClientAs, record: Store, monkeypatch: pytest.MonkeyPatch
):
    client = client_as("practitioner")
    address = begin(client)

    def full(*_: object, **__: object) -> int:
        raise RecordUnavailable("full", "The disk is full.")

    monkeypatch.setattr(type(record), "append", full)
    for target, told in (("/chat", {"message": NOTICE}), (address, {"message": "and a bruise"})):
        answer = client.post(target, data=told)
        page = Page(answer.get_data(as_text=True))
        assert answer.status_code == 503
        assert "No advice can be given now" in page.text
        assert "tel:999" in page.html
        assert "What this points to" not in page.text and "Whom to ring" not in page.text
        assert page.inline == []
        assert "What you wrote is not sent" in page.text and told["message"] in page.text, "nobody types it twice"


def test_an_empty_form_is_answered_with_an_error_that_leads_to_its_field(client_as: ClientAs):
    client = client_as("practitioner")
    page = send(client, "/chat", 400, message="   ")
    assert "There is a problem" in page.text
    assert "#message" in page.links
    address = begin(client)
    page = send(client, address, 400, choosing="1")
    assert "#choice" in page.links
    page = send(client, address, 400, message="")
    assert "#message" in page.links


def test_a_question_stands_with_its_answers_its_help_and_why(client_as: ClientAs):
    page = read(client := client_as("practitioner"), begin(client))
    assert any(level == 1 and "immediate danger" in text for level, text in page.headings)
    assert [json.loads(v.partition("answer")[2])["a"] for f in page.forms for n, v in f.radios if n == "choice"] == [
        "Yes", "No", "Not sure",
    ]  # fmt: skip
    assert "Why this is asked" in page.text
    assert "This is the first question." in page.text


def test_what_was_heard_stands_with_the_words_it_was_heard_in(client_as: ClientAs):
    page = read(client := client_as("practitioner"), begin(client))
    assert "What was heard" in page.text
    assert "mother and baby unit" in page.text


def test_an_answer_heard_in_typed_words_is_offered_with_them_and_not_taken(content):
    key, heard = "every-tree/council-lives", ["lives in the city"]
    custom = {"tree": None, "question": key, "suggested": [{"q": key, "a": "Derby", "quotes": heard}]}
    buttons = [
        {"title": answer, "payload": f'/answer{{"q":"{key}","a":"{answer}"}}'} for answer in ("Derby", "Derbyshire")
    ]
    question = asked(custom, buttons, ["Which council?"], dict(EMPTY), content)
    assert [(o.title, o.quotes) for o in question.options] == [("Derby", tuple(heard)), ("Derbyshire", ())]
    assert answers(dict(EMPTY)) == {}


def test_the_transcript_keeps_the_words_of_a_question_as_they_were_shown(content):
    key, payload = "every-tree/danger-now", '/answer{"q":"every-tree/danger-now","a":"No"}'
    buttons = [{"title": "No", "payload": payload}]
    events = [
        {"event": "bot", "timestamp": 1.0, "text": "Older words?", "data": {"buttons": buttons, "custom": None}},
        {"event": "user", "timestamp": 2.0, "text": payload, "metadata": {}},
        {"event": "slot", "timestamp": 2.0, "name": key, "value": "No"},
    ]
    stored = [Stored(n, event, "") for n, event in enumerate(events, 1)]
    assert [(line.asked, line.text) for line in lines(stored, content)] == [("Older words?", "No")]


def test_an_answer_can_be_changed_and_stands_in_the_list(client_as: ClientAs):
    client = client_as("practitioner")
    address = begin(client)
    send(client, address, choosing="1", choice='/answer{"q":"every-tree/danger-now","a":"No"}')
    page = read(client, address)
    change = [v for f in page.forms for _, v in f.buttons if v.startswith("/change") and "danger-now" in v]
    assert change == ['/change{"q": "every-tree/danger-now"}']
    page = send(client, address, message=change[0])
    assert any(level == 1 and "immediate danger" in text for level, text in page.headings)


def test_an_outcome_says_what_to_do_first_whom_to_ring_where_it_lies_and_why(client_as: ClientAs):
    client = client_as("practitioner")
    page = answer_until_outcome(client, begin(client), ("Derby", "Yes"))
    headings = [text.strip() for _, text in page.headings]
    assert any(text.startswith("Do this") for text in headings)
    for heading in ("Whom to ring", "Where this lies", "Why", "Take it with you"):
        assert heading in headings
    assert headings.index("Whom to ring") < headings.index("Where this lies") < headings.index("Why")
    assert "What the guidance says" in page.text
    assert "Not approved yet." in page.text
    assert "SAFEGUARDING ADVICE NOTE" in page.text
    assert 'href="tel:101"' in page.html or 'href="tel:999"' in page.html


@pytest.mark.parametrize("high", ["2", "3", "4-CIN", "4-CP"])
def test_a_range_from_level_1_is_never_printed_as_a_floor(high: str):
    words = range_words("1", high, None)
    assert words.startswith("Not enough known. Could be level")
    assert "At least" not in words


def test_no_page_prints_at_least_1(client_as: ClientAs):
    client = client_as("practitioner")
    page = answer_until_outcome(client, begin(client), ("Not sure",))
    assert not re.search(r"at least (level )?1\b", page.text, re.IGNORECASE)


def test_a_conversation_is_nobody_elses(client_as: ClientAs):
    address = begin(client_as("practitioner"))
    for person, status in (("gp", 404), ("specialist", 403), ("reviewer", 403), ("author", 403)):
        client = client_as(person)
        assert client.get(address).status_code == status
        assert client.get(f"{address}/live").status_code == status
        assert client.post(address, data={"message": "let me see"}).status_code == status


def test_a_form_sent_twice_is_one_conversation(client_as: ClientAs, record: Store):
    client = client_as("practitioner")
    form = read(client, "/chat").form_to("/chat")
    told = {"message": NOTICE, "message_id": form.fields["message_id"]}
    first = client.post("/chat", data=told).headers["Location"]
    length = record.last(first.rpartition("/")[2])
    assert client.post("/chat", data=told).headers["Location"] == first
    assert record.last(first.rpartition("/")[2]) == length
    other = client.post("/chat", data={**told, "message": "something else: neglect"}).headers["Location"]
    assert other != first


def test_gone_back_and_chosen_something_else_is_an_answer_of_its_own(client_as: ClientAs):
    client = client_as("practitioner")
    address = begin(client)
    form = next(f for f in read(client, address).forms if f.radios)
    for answer in ("No", "Not sure"):
        choice = json.dumps({"q": "every-tree/danger-now", "a": answer})
        page = send(client, address, choosing="1", choice=f"/answer{choice}", message_id=form.fields["message_id"])
    assert "Not sure Change" in page.text


def test_the_number_to_ring_back_is_asked_for_and_reaches_the_specialist(client_as: ClientAs):
    client = client_as("practitioner")
    address = begin(client, "I need a person please, speak to someone")
    send(client, address, message="/person")
    page = send(client, f"{address}/number", 400, number="ring me")
    assert "#number" in page.links
    page = send(client, f"{address}/number", number="01332 000 000")
    assert "Your number is saved." in page.text
    taken = read(client_as("specialist"), f"/advice-line/{address.rpartition('/')[2]}")
    assert "01332 000 000" in taken.text


def given_a_waiting_conversation(client_as: ClientAs) -> tuple[FlaskClient, str]:
    client = client_as("practitioner")
    address = begin(client)
    send(client, address, message="/person")
    return client, address.rpartition("/")[2]


def test_a_specialist_takes_answers_and_closes_and_the_practitioner_reads_it(client_as: ClientAs):
    practitioner, sender = given_a_waiting_conversation(client_as)
    assert "Waiting for a specialist." in read(practitioner, f"/chat/{sender}").text
    specialist, colleague = client_as("specialist"), client_as("colleague")
    queue = read(specialist, "/advice-line")
    assert "(1)" in queue.title
    assert queue.form_to(f"/{sender}/claim")
    page = send(specialist, f"/advice-line/{sender}/claim")
    assert "You have this conversation now." in page.text
    refused = send(colleague, f"/advice-line/{sender}/claim", 409)
    assert "has this conversation already" in refused.text
    send(specialist, f"/advice-line/{sender}/answer", 400, text=" ")
    send(specialist, f"/advice-line/{sender}/answer", text="Ring the council now. I stay with you.")
    page = read(practitioner, f"/chat/{sender}")
    assert "Practice specialist has your conversation" in page.text
    assert "Ring the council now. I stay with you." in page.text
    send(practitioner, f"/chat/{sender}", message="I have rung them.")
    assert "I have rung them." in read(specialist, f"/advice-line/{sender}").text
    send(specialist, f"/advice-line/{sender}/close", 400, note="")
    send(specialist, f"/advice-line/{sender}/close", note="Council rung, follow up tomorrow.")
    page = read(practitioner, f"/chat/{sender}")
    assert "This conversation is closed" in page.text
    assert "Council rung, follow up tomorrow." in page.text
    assert not [f for f in page.forms if "message" in f.fields]


def test_a_specialist_passes_a_conversation_on_with_a_note_or_hands_it_back(client_as: ClientAs):
    practitioner, sender = given_a_waiting_conversation(client_as)
    specialist, colleague = client_as("specialist"), client_as("colleague")
    send(specialist, f"/advice-line/{sender}/claim")
    send(specialist, f"/advice-line/{sender}/release", 400, note="")
    send(specialist, f"/advice-line/{sender}/release", note="My shift ends. The baby has not been seen.")
    page = send(colleague, f"/advice-line/{sender}/claim")
    assert "The baby has not been seen." in page.text
    send(colleague, f"/advice-line/{sender}/hand-back")
    page = read(practitioner, f"/chat/{sender}")
    assert "Waiting" not in page.text
    assert [b for f in page.forms for b in f.buttons if b == ("message", "/start")]


def test_a_conversation_that_reached_nobody_does_not_exist_for_the_advice_line(client_as: ClientAs):
    sender = begin(client_as("practitioner")).rpartition("/")[2]
    read(client_as("specialist"), f"/advice-line/{sender}", 404)


def test_opening_a_handed_over_conversation_is_recorded(client_as: ClientAs, record: Store):
    _, sender = given_a_waiting_conversation(client_as)
    read(client_as("specialist"), f"/advice-line/{sender}")
    reads = [row.event for row in record.read("reads/specialist")]
    assert [(e["name"], e["metadata"]["what"]) for e in reads] == [("read", sender)]


def test_live_parts_say_nothing_where_nothing_has_changed(client_as: ClientAs, record: Store):
    practitioner, sender = given_a_waiting_conversation(client_as)
    specialist = client_as("specialist")
    last = record.last(sender)
    assert practitioner.get(f"/chat/{sender}/live?status=waiting&after={last}").status_code == 204
    assert specialist.get(f"/advice-line/{sender}/live?after={last}").status_code == 204
    send(specialist, f"/advice-line/{sender}/claim")
    moved = practitioner.get(f"/chat/{sender}/live?status=waiting&after={last}")
    assert moved.headers["X-Moved"] == f"/chat/{sender}"
    assert int(moved.headers["X-Seq"].partition(".")[0]) > last
    assert "Practice specialist" in moved.get_data(as_text=True)


def test_the_queue_looks_again_only_when_it_has_changed(client_as: ClientAs):
    specialist = client_as("specialist")
    mark = re.search(r'data-seq="(\w+)"', read(specialist, "/advice-line").html)[1]
    assert specialist.get(f"/advice-line/live?after={mark}").status_code == 204
    given_a_waiting_conversation(client_as)
    fresh = specialist.get(f"/advice-line/live?after={mark}")
    assert (fresh.status_code, fresh.headers["X-Count"]) == (200, "1")


def test_a_reviewer_says_why_before_a_record_is_shown(client_as: ClientAs, record: Store):
    sender = begin(client_as("practitioner")).rpartition("/")[2]
    reviewer = client_as("reviewer")
    page = read(reviewer, f"/review/{sender}")
    assert "Why do you read this?" in page.text
    assert "mother and baby unit" not in page.text
    assert record.last("reads/reviewer") == 0
    send(reviewer, f"/review/{sender}", 400)
    send(reviewer, f"/review/{sender}", 400, why="other", other="")
    page = send(reviewer, f"/review/{sender}", why="Sample for quality")
    assert "mother and baby unit" in page.text
    assert "Checked: whole, as it was written." in page.text
    event = record.read("reads/reviewer")[-1].event
    assert event["metadata"]["what"] == sender
    assert event["metadata"]["why"] == "Sample for quality"


def test_what_is_searched_for_is_recorded_and_stands_in_no_address(client_as: ClientAs, record: Store):
    begin(client_as("practitioner"))
    reviewer = client_as("reviewer")
    answer = reviewer.post("/review", data={"words": "mother unit"})
    assert answer.headers["Location"].startswith("/review?search=reviewer~")
    page = read(reviewer, answer.headers["Location"])
    assert "<mark>" in page.html
    assert record.read("reads/reviewer")[-1].event["name"] == "searched"
    assert not any("mother" in link for link in page.links)
    send(reviewer, "/review", clear="1")
    assert "1 conversation" in read(reviewer, "/review").text


def test_the_list_is_narrowed_and_paged(client_as: ClientAs):
    practitioner = client_as("practitioner")
    for n in range(22):
        begin(practitioner, f"notice {n}: {NOTICE}")
    reviewer = client_as("reviewer")
    page = read(reviewer, "/review")
    assert "22 conversations" in page.text
    older = next(link for link in page.links if "before=" in link)
    assert "notice 0" in read(reviewer, older).text
    page = send(reviewer, "/review", status="closed")
    assert "Nothing fits." in page.text
    page = send(reviewer, "/review", status="with-assistant")
    assert "22 conversations" in page.text
    page = send(reviewer, "/review", status="with-assistant", concern="police-notification", count="level")
    assert "notice 21" in page.text and "Level 4" in page.text


def test_guidance_is_found_by_its_words(client_as: ClientAs):
    page = send(client_as("practitioner"), "/guidance", words="bruise mobile")
    assert "<mark>" in page.html
    assert any(link.endswith("/X-02") for link in page.links)
    page = send(client_as("practitioner"), "/guidance", words="zzzz")
    assert "not to say there is no concern" in page.text


def test_every_citation_of_every_tree_opens(client_as: ClientAs, content):
    client = client_as("author")
    cites = {c for t in content.trees.values() for q in t.questions.values() for c in q.cites}
    cites |= {c for t in content.trees.values() for o in t.outcomes.values() for c in o.cites}
    for cite in sorted(cites):
        document, anchor = cite.split(".md#")
        assert client.get(f"/guidance/{document}/{anchor}").status_code == 200, cite


def test_every_tree_can_be_read_as_an_outline(client_as: ClientAs, content):
    client = client_as("author")
    for tree in content.trees.values():
        page = read(client, f"/trees/{tree.id}")
        for question in tree.questions.values():
            assert question.ask in page.text


def test_what_is_for_authors_only_is_shown_to_nobody_else(client_as: ClientAs, content):
    hidden = [p for p in content.guidance.passages.values() if p.authors_text]
    assert hidden, "there is nothing for authors only in knowledge/"
    for passage in hidden:
        document, anchor = passage.anchor.split(".md#")
        sample = re.sub(r"\W+", " ", passage.authors_text)[-40:]
        shown = re.sub(r"\W+", " ", read(client_as("author"), f"/guidance/{document}").text)
        assert sample.split()[-1] in shown
        for person in ("practitioner", "specialist"):
            text = re.sub(r"\W+", " ", read(client_as(person), f"/guidance/{document}").text)
            assert sample not in text
            status = client_as(person).get(f"/guidance/{document}/{anchor}").status_code
            assert status == (404 if passage.authors_only else 200)


def test_a_number_for_authors_only_stands_on_no_other_page(client_as: ClientAs, content):
    kept_back = [c.value for c in content.guidance.contacts.values() if c.authors_only and c.value]
    kept_back += [x.value for c in content.guidance.contacts.values() for x in c.conflicting]
    assert kept_back
    for person in ("practitioner", "gp", "specialist", "reviewer"):
        html = read(client_as(person), "/directory").html
        assert not [value for value in kept_back if value in html]


def test_a_contact_nobody_has_checked_says_so(client_as: ClientAs, content):
    page = read(client_as("practitioner"), "/directory")
    unchecked = [c for c in content.guidance.contacts.values() if c.shown and not c.can_be_relied_on]
    assert page.text.count(content.guidance.words["unchecked"]) >= len(unchecked) > 0


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<a href="javascript:alert(1)">x</a>',
        "[x](javascript:alert(1))",
        '<p onclick="alert(1)" style="color:red">x</p>',
        "<iframe src='https://example.org'></iframe>",
        "[x](http://example.org)",
    ],
)
def test_guidance_lets_nothing_through_that_acts(text: str):
    html = rendered(text)
    for part in ("<script", "javascript:", "onclick", "style=", "<iframe", 'href="http:'):
        assert part not in html


def test_what_is_typed_is_shown_as_it_was_typed(client_as: ClientAs):
    client = client_as("practitioner")
    page = read(client, begin(client, NOTICE + " <script>alert(1)</script><b>bold</b>"))
    assert "<script>alert(1)" not in page.html
    assert "<b>bold" not in page.html


def test_every_concern_of_the_home_page_begins_that_concern(app, client_as: ClientAs):
    client, content = client_as("practitioner"), content_of(app)
    offered = [v for f in read(client, "/chat").forms for n, v in f.buttons if n == "message"]
    begins = {json.loads(v.partition("answer")[2])["a"]: v for v in offered if v.startswith("/answer")}
    assert set(begins) == {tree.title for tree in content.trees.values()}
    for title, choice in begins.items():
        page = read(client, begin(client, choice))
        assert any(level == 1 and title in text and "danger" in text for level, text in page.headings), title
