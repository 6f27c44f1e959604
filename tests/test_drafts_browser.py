"""What somebody has typed and not sent: through a reload, a broken network and a failed post, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from browsing import held_to_the_rules
from test_browser import Person, address, person, press

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["address", "person"]
HALF = "The little one sleeps in his coat, and"


def waits(page: Page) -> str:
    page.goto("/chat")
    press(page, "ask for a person")
    return page.url


def said(page: Page) -> int:
    """How often it was said; what was heard in it is quoted beside it, and is no second time."""
    return page.locator("#standing .turn--practitioner").filter(has_text=HALF).count()


def test_what_was_typed_is_there_after_a_reload_and_gone_once_it_is_sent(person: Person) -> None:
    page = person("practitioner")
    waits(page)
    box = page.get_by_label("Write to the specialist")
    box.fill(HALF)
    page.reload()
    assert box.input_value() == HALF
    assert page.get_by_text("You had typed this before. It is not sent.").is_visible()
    press(page, "Send")
    assert box.input_value() == ""
    page.reload()
    assert box.input_value() == ""
    assert HALF not in page.url


def test_a_broken_network_loses_nothing_and_doubles_nothing(person: Person) -> None:
    page = person("practitioner")
    address = waits(page)
    box = page.get_by_label("Write to the specialist")
    box.fill(HALF)
    # The message arrives; its answer never does.
    page.route(
        "**/chat/*",
        lambda route: (
            (route.fetch(max_redirects=0), route.abort()) if route.request.method == "POST" else route.continue_()
        ),
    )
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_timeout(500)
    page.unroute("**/chat/*")
    page.goto(address)
    assert said(page) == 1
    assert box.input_value() == "", "its words stand in the conversation: it was sent"


def test_a_post_that_never_arrived_is_back_in_its_box_under_its_own_number(person: Person) -> None:
    page = person("practitioner")
    address = waits(page)
    box = page.get_by_label("Write to the specialist")
    box.fill(HALF)
    number = page.locator("form.more input[name=message_id]").input_value()
    page.route("**/chat/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_timeout(500)
    page.unroute("**/chat/*")
    page.goto(address)
    assert box.input_value() == HALF
    assert page.get_by_text("You sent this, and no answer came.").is_visible()
    assert page.locator("form.more input[name=message_id]").input_value() == number
    press(page, "Send")
    assert said(page) == 1


def test_a_draft_belongs_to_one_conversation_and_goes_with_whoever_signs_out(person: Person) -> None:
    page = person("practitioner")
    waits(page)
    page.get_by_label("Write to the specialist").fill(HALF)
    other = waits(page)
    assert page.get_by_label("Write to the specialist").input_value() == ""
    page.get_by_label("Write to the specialist").fill(HALF)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in").wait_for()
    assert "coat" not in page.evaluate("JSON.stringify(sessionStorage)")
    page.locator("input[value=practitioner]").check()
    press(page, "Sign in")
    page.goto(other)
    assert page.get_by_label("Write to the specialist").input_value() == ""


def test_what_a_specialist_was_writing_is_there_again_with_its_part_unfolded(person: Person) -> None:
    practitioner, specialist = person("practitioner"), person("specialist")
    sender = waits(practitioner).rpartition("/")[2]
    specialist.goto(f"/advice-line/{sender}")
    press(specialist, "Take this conversation")
    specialist.locator("#sign summary").click()
    specialist.get_by_label("Why this is your advice").fill(HALF)
    specialist.reload()
    assert specialist.get_by_label("Why this is your advice").input_value() == HALF
    assert specialist.locator("#sign").get_attribute("open") is not None


def test_a_restricted_record_and_words_that_were_not_sent_break_no_rule_and_do_not_scroll_sideways(
    person: Person,
) -> None:
    page, senior = person("practitioner"), person("senior")
    page.goto("/chat")
    page.get_by_label("What are you worried about?").fill("a worry about a teaching assistant, he slapped a toddler")
    press(page, "Begin")
    sender = page.url.rpartition("/")[2]
    press(page, "Restrict this record")
    assert page.get_by_text("Practice head of safeguarding").count()
    held_to_the_rules(page)
    for place in ("/advice-line", f"/advice-line/{sender}", f"/record/{sender}"):
        senior.goto(place)
        held_to_the_rules(senior)
