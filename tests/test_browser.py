"""The journey of a concern in a real browser, with and without scripts; accessibility rules; narrow screens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browsing import WIDE, held_to_the_rules
from serving import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

NOTICE = (
    "police notification after an incident at home; mother recently discharged from a mother and baby unit; "
    "the baby is not on the notice"
)
ANSWER = "Ring the council now and tell them about the baby. I stay with you here."
SUMMARY_IS_ALREADY_ON_THE_PAGE = 8_000  # milliseconds within which an open page shows what is new

Person = Callable[..., "Page"]
pytestmark = pytest.mark.timeout(300)  # a browser on a busy machine takes its time


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the app answers."""
    with served(tmp_path_factory.mktemp("record")) as (_, found):
        yield found


@pytest.fixture
def person(browser: Browser, address: str) -> Iterator[Person]:
    """A browser of its own for a practice person, signed in: `person("gp", scripts=False)`."""
    opened, complaints = [], []

    def sign_in(name: str, scripts: bool = True, viewport: dict[str, int] = WIDE) -> Page:
        context = browser.new_context(java_script_enabled=scripts, viewport=viewport, base_url=address)
        opened.append(context)
        page = context.new_page()
        page.on("console", lambda said: complained(said) and complaints.append(said.text))
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.on("request", lambda asked: asked.url.startswith(address) or complaints.append(asked.url))
        page.goto("/sign-in")
        page.locator(f"input[value={name}]").check()
        with page.expect_navigation():  # whole: a page half read has no scripts yet
            page.get_by_role("button", name="Sign in").click()
        return page

    yield sign_in
    for context in opened:
        context.close()
    assert complaints == [], "the console complained, or something was asked of another host"


def complained(said: ConsoleMessage) -> bool:
    """Whether this is a fault. A form sent back with what is wrong, or what somebody else did, is none."""
    return said.type == "error" and not re.search("status of (400|409)", said.text)


def send_first_words(page: Page, words: str) -> None:
    page.get_by_label("What are you worried about?").fill(words)
    page.get_by_role("button", name="Begin").click()


def begin(page: Page, words: str = NOTICE) -> None:
    with page.expect_navigation():
        send_first_words(page, words)


def press(page: Page, name: str) -> None:
    """Press a button and wait for the page that comes."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def choose(page: Page, answer: str) -> None:
    """Choose an answer of the question on the page and go on."""
    page.locator(".nhsuk-radios__label").get_by_text(answer, exact=True).click()
    press(page, "Continue")


def answer_all(page: Page, prefer: tuple[str, ...] = ("Derby", "Not sure")) -> None:
    """Go through the questions: No to danger, else what is preferred, else the first answer."""
    for _ in range(60):
        if not page.locator("input[name=choice]").count():
            return
        answers = [label.inner_text() for label in page.locator(".nhsuk-radios__label").all()]
        wanted = ("No",) if "danger" in page.locator("h1").inner_text() else (*prefer, answers[0])
        choose(page, next(answer for answer in wanted if answer in answers))
    raise AssertionError("the questions never ended")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
class TestAPoliceNotificationThatLeavesOutTheBaby:
    def test_it_goes_from_the_first_words_to_a_specialist_and_a_reviewer(self, person: Person, scripts: bool):
        self.person, self.scripts = person, scripts
        self.given_a_practitioner_types_what_they_were_told()
        self.when_they_answer_every_question()
        self.then_they_see_what_to_do_first_and_whom_to_ring()
        self.and_a_specialist_takes_it_and_answers()
        self.then_the_practitioner_reads_the_answer()
        self.and_the_specialist_closes_it()
        self.then_a_reviewer_reads_it_all_and_says_why()

    def given_a_practitioner_types_what_they_were_told(self):
        self.practitioner = self.person("practitioner", scripts=self.scripts)
        begin(self.practitioner)
        self.practitioner.get_by_role("heading", level=1, name=re.compile("immediate danger")).wait_for()
        heard = self.practitioner.get_by_role("region", name="What was heard")
        assert "police notification" in heard.inner_text()

    def when_they_answer_every_question(self):
        answer_all(self.practitioner)

    def then_they_see_what_to_do_first_and_whom_to_ring(self):
        page = self.practitioner
        assert page.locator("h1").inner_text().startswith("Act ")
        assert page.locator(".first__step").inner_text()
        assert page.locator(".first .call").count() >= 1
        assert "could be level 4" in page.locator(".band__words").inner_text().lower()
        assert "Waiting for a specialist." in page.locator("#standing").inner_text()
        first, banner = page.locator(".first").bounding_box(), page.locator("#standing").bounding_box()
        assert first["y"] < banner["y"], "a queue never stands before a phone call"

    def and_a_specialist_takes_it_and_answers(self):
        self.specialist = self.person("specialist", scripts=self.scripts)
        self.specialist.locator(".rows .row__title a").first.click()
        self.specialist.get_by_role("button", name="Take this conversation").click()
        assert NOTICE in self.specialist.locator("#said").inner_text()
        self.specialist.get_by_label("Your answer").fill(ANSWER)
        self.specialist.get_by_role("button", name="Send", exact=True).click()

    def then_the_practitioner_reads_the_answer(self):
        page = self.practitioner
        if not self.scripts:
            page.get_by_role("link", name="Look for an answer").click()
        page.get_by_text(ANSWER).first.wait_for(timeout=SUMMARY_IS_ALREADY_ON_THE_PAGE)
        page.get_by_role("heading", level=1, name=re.compile("Practice specialist has your")).wait_for()
        page.get_by_label("Write to the specialist").fill("I have rung them. They had no referral for the baby.")
        page.get_by_role("button", name="Send", exact=True).click()

    def and_the_specialist_closes_it(self):
        page = self.specialist
        if not self.scripts:
            page.get_by_role("link", name="Look again").click()
        page.get_by_text("They had no referral for the baby.").wait_for(timeout=SUMMARY_IS_ALREADY_ON_THE_PAGE)
        page.get_by_label("What was advised and agreed").fill("Council rung; the baby is added to the referral.")
        page.get_by_role("button", name="Close the conversation").click()
        page.get_by_text("The conversation is closed.").wait_for()

    def then_a_reviewer_reads_it_all_and_says_why(self):
        page = self.person("reviewer", scripts=self.scripts)
        page.locator(".row__title a").first.click()
        page.get_by_label("Sample for quality").check()
        page.get_by_role("button", name="Read it").click()
        text = page.locator("main").inner_text()
        for said in (NOTICE, ANSWER, "They had no referral for the baby.", "Council rung", "whole, as it was written"):
            assert said in text


PAGES = {
    "practitioner": ["/chat", "/guidance", "/guidance/pathways", "/guidance/threshold_guidance/X-02", "/directory",
                     "/about", "/accessibility", "/privacy"],
    "specialist": ["/advice-line", "/shift", "/shift/end", "/call"],
    "reviewer": ["/review"],
    "author": ["/trees", "/trees/police-notification"],
}  # fmt: skip


@pytest.mark.parametrize(("who", "path"), [(who, path) for who, paths in PAGES.items() for path in paths])
def test_pages_break_no_rule_of_wcag_and_do_not_scroll_sideways(person: Person, who: str, path: str):
    page = person(who)
    page.goto(path)
    held_to_the_rules(page)


def test_the_pages_of_a_conversation_break_no_rule_and_do_not_scroll_sideways(person: Person):
    practitioner, specialist, reviewer = person("practitioner"), person("specialist"), person("reviewer")
    begin(practitioner)
    held_to_the_rules(practitioner)
    press(practitioner, "Continue")  # nothing chosen: the error summary
    assert practitioner.locator(".nhsuk-error-summary").evaluate("e => e === document.activeElement")
    held_to_the_rules(practitioner)
    answer_all(practitioner)
    sender = practitioner.url.rpartition("/")[2]
    held_to_the_rules(practitioner)
    specialist.goto(f"/advice-line/{sender}")
    press(specialist, "Take this conversation")
    held_to_the_rules(specialist)
    reviewer.goto(f"/review/{sender}")
    held_to_the_rules(reviewer)
    reviewer.get_by_label("Sample for quality").check()
    press(reviewer, "Read it")
    held_to_the_rules(reviewer)


def test_everything_is_reached_by_keyboard_in_reading_order(person: Person):
    page = person("practitioner")
    page.goto("/chat")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "message"
    page.keyboard.type("baby is not on the notice, police notification")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name=re.compile("immediate danger")).wait_for()
    page.locator("#choice").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.value").endswith('"a":"No"}')
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "danger" not in page.locator("h1").inner_text()


def test_what_looks_like_an_identifier_is_pointed_out_before_it_is_sent(person: Person):
    page = person("practitioner")
    send_first_words(page, "child lives at SK17 6BE and mum's number is 07700 900123")
    warning = page.locator(".looks-like")
    assert "a phone number and a postcode" in warning.inner_text()
    assert warning.evaluate("e => e === document.activeElement")
    page.get_by_label("What are you worried about?").fill("neglect, no food in the house")
    assert warning.count() == 0
    page.wait_for_timeout(1100)  # a second press within a second counts as the same
    send_first_words(page, "police notification, mum's number is 07700 900123")
    page.get_by_role("button", name="Send it as it is").click()
    page.get_by_role("heading", level=1, name=re.compile("immediate danger")).wait_for()
    assert "07700 900123" not in page.content()


def test_the_note_is_copied_whole(person: Person):
    page = person("practitioner")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    begin(page)
    choose(page, "Yes")  # someone is in danger: an outcome at once
    page.get_by_role("button", name="Copy the note").click()
    page.get_by_text("Copied.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()").replace("\r\n", "\n")
    assert copied == page.get_by_label("The note").input_value()
    assert copied.startswith("SAFEGUARDING ADVICE NOTE")


def test_what_is_being_typed_is_not_lost_when_a_specialist_takes_over(person: Person):
    practitioner, specialist = person("practitioner"), person("specialist")
    begin(practitioner)
    choose(practitioner, "Yes")
    box = practitioner.get_by_label("Write to the specialist")
    box.fill("Half a sentence")
    specialist.goto(f"/advice-line/{practitioner.url.rpartition('/')[2]}")
    specialist.get_by_role("button", name="Take this conversation").click()
    practitioner.locator("#standing").get_by_text("Practice specialist took the conversation").wait_for(
        timeout=SUMMARY_IS_ALREADY_ON_THE_PAGE
    )
    assert box.input_value() == "Half a sentence"
    assert box.evaluate("e => e === document.activeElement")


def test_a_page_printed_carries_the_watermark_and_no_buttons(person: Person, tmp_path: Path):
    page = person("practitioner")
    begin(page)
    page.emulate_media(media="print")
    mark = page.evaluate("getComputedStyle(document.body, '::before').content")
    assert "PRACTICE" in mark
    assert not page.get_by_role("button", name="Continue").is_visible()
    assert page.locator(".strip").is_visible()


def has_focus(page: Page, name: str) -> None:
    """A page puts its first field in focus, a moment after it came."""
    page.wait_for_function("name => document.activeElement.id === name", arg=name)


def test_a_phone_call_is_taken_with_the_keyboard_alone(person: Person):
    specialist = person("specialist")
    specialist.goto("/call")
    has_focus(specialist, "job")
    specialist.keyboard.type("Health")
    specialist.keyboard.press("Tab")
    specialist.keyboard.type("Derbyshire Community")
    specialist.keyboard.press("Tab")
    specialist.keyboard.type("01632 960017")
    with specialist.expect_navigation():
        specialist.keyboard.press("Enter")
    has_focus(specialist, "choice")
    specialist.keyboard.press("ArrowDown")  # No to danger
    specialist.keyboard.press("Tab")
    specialist.keyboard.type("She is at the surgery and says it is quiet.")
    specialist.keyboard.press("Shift+Tab")
    with specialist.expect_navigation():
        specialist.keyboard.press("Enter")
    assert "says it is quiet" in specialist.locator(".given").inner_text()
    assert re.match(r"\d+:\d\d", specialist.locator("[data-timer]").inner_text())
    held_to_the_rules(specialist)


def test_the_specialists_page_and_the_record_break_no_rule_with_everything_unfolded(person: Person):
    practitioner, specialist = person("practitioner"), person("specialist")
    practitioner.goto("/chat")
    with practitioner.expect_navigation():
        practitioner.get_by_role("button", name="ask for a person").click()
    sender = practitioner.url.rpartition("/")[2]
    specialist.goto(f"/advice-line/{sender}")
    press(specialist, "Take this conversation")
    specialist.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    held_to_the_rules(specialist)
    specialist.locator("#text").fill("Who is with the children now?")
    press(specialist, "Send")
    practitioner.goto(f"/chat/{sender}")
    specialist.get_by_text("Seen", exact=True).wait_for(timeout=SUMMARY_IS_ALREADY_ON_THE_PAGE)
    specialist.goto(f"/record/{sender}")
    held_to_the_rules(specialist)
