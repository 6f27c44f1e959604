"""Every page of the review desk in a browser: accessibility rules, 320 pixels, the keyboard alone, quoting by marking.

The desk is filled with the invented conversations and audits of practice mode.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browsing import WIDE, held_to_the_rules
from serving import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
DIFFERS = {"level": "4-CP", "code": "pattern", "words": "It is the third winter like this.", "at_least": "2"}
Person = Callable[..., "Page"]
pytestmark = pytest.mark.timeout(300)


@contextmanager
def desk(folder: Path) -> Iterator[str]:
    """The desk on a free loopback port, filled with the demo and one disagreement."""
    from web import demo, demo_audits
    from web.conversation import DIFFERING
    from web.record import content_of, store_of

    with served(folder) as (app, found):
        demo.fill(store_of(app), content_of(app), NOW)
        demo_audits.fill(store_of(app), content_of(app))
        meta = DIFFERS | {"conversation": "demo-02", "role": "practitioner", "direction": "up", "at_most": "3"}
        meta |= {"trees": [{"tree": "neglect", "version": 1}]}
        event = {"event": "action", "name": "view-differs", "timestamp": NOW.timestamp(), "metadata": meta}
        store_of(app).append(DIFFERING, None, [event])
        yield found


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The desk with the demo in it."""
    with desk(tmp_path_factory.mktemp("desk")) as found:
        yield found


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The desk before anything was recorded."""
    with served(tmp_path_factory.mktemp("empty")) as (_, found):
        yield found


@pytest.fixture
def person(browser: Browser) -> Iterator[Person]:
    """A browser of its own for a practice person, signed in; whatever its console complains of is a fault."""
    opened, complaints = [], []

    def sign_in(address: str, name: str = "reviewer", scripts: bool = True) -> Page:
        context = browser.new_context(java_script_enabled=scripts, viewport=WIDE, base_url=address)
        opened.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda said: said.type == "error" and "status of 400" not in said.text and complaints.append(said.text),
        )
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.goto("/sign-in")
        page.locator(f"input[value={name}]").check()
        with page.expect_navigation():  # whole: a page half read has no scripts yet
            page.get_by_role("button", name="Sign in").click()
        return page

    yield sign_in
    for context in opened:
        context.close()
    assert complaints == []


def reading(page: Page, sender: str) -> None:
    page.goto(f"/review/{sender}")
    if page.get_by_label("Sample for quality").count():
        page.get_by_label("Sample for quality").check()
        page.get_by_role("button", name="Read it").click()


DESK = ("/desk/samples", "/desk/audits", "/desk/actions", "/desk/agreement", "/desk/disagreements", "/desk/export")


@pytest.mark.parametrize(
    "path",
    ["/review", "/review?level=4-CP&count=level&count=concern", "/review?concern=nowhere", *DESK, "/desk/criteria"],
)
def test_pages_of_the_desk_break_no_rule(person: Person, address: str, path: str) -> None:
    page = person(address)
    page.goto(path)
    held_to_the_rules(page)


@pytest.mark.parametrize("path", ["/review", *DESK])
def test_empty_pages_say_what_to_do_and_break_no_rule(person: Person, empty: str, path: str) -> None:
    page = person(empty)
    page.goto(path)
    held_to_the_rules(page)
    said = {
        "/review": "No conversation has been logged yet.",
        "/desk/samples": "No sample has been drawn yet.",
        "/desk/audits": "No conversation has been audited yet.",
        "/desk/actions": "No action has been agreed yet.",
        "/desk/agreement": "No conversation has been rated twice yet.",
        "/desk/disagreements": "Nobody has seen it otherwise yet.",
        "/desk/export": "Take the export",
    }
    assert said[path] in page.locator("main").inner_text()
    if path == "/desk/samples":
        page.get_by_role("button", name="Draw it").click()
        assert "No conversation fits." in page.locator(".nhsuk-error-summary").inner_text()
        held_to_the_rules(page)


def test_an_author_finds_the_disagreements_in_the_menu(person: Person, address: str) -> None:
    page = person(address, "author")
    page.get_by_role("link", name="Disagreements").click()
    assert DIFFERS["words"] in page.locator("main").inner_text()
    assert page.get_by_role("navigation", name="Review desk").count() == 0
    held_to_the_rules(page)


def test_search_reading_replay_and_audit_break_no_rule(person: Person, address: str) -> None:
    page = person(address)
    page.get_by_label("Words said in them").fill("baby cheek")
    page.get_by_role("button", name="Show these").click()
    assert re.search(r"Found \d+, most of the words together first", page.locator("main").inner_text())
    held_to_the_rules(page)
    page.goto("/review/demo-01")
    held_to_the_rules(page)
    page.get_by_role("button", name="Read it").click()
    held_to_the_rules(page)
    for sender in ("demo-01", "demo-04"):
        reading(page, sender)
        held_to_the_rules(page)
        for link in page.locator("main a[href^='#e']").all():
            assert page.locator(str(link.get_attribute("href"))).count() == 1, "each entry that is named is on the page"
    page.get_by_role("link", name="As it was then, beside today").click()
    held_to_the_rules(page)
    page.goto("/review/demo-04/audit")
    held_to_the_rules(page)
    page.get_by_role("button", name="Record the audit").click()
    page.locator(".nhsuk-error-summary:focus").wait_for()  # the script that moves there comes a moment later
    held_to_the_rules(page)
    page.locator(".nhsuk-error-summary a").first.click()
    page.locator("[name=rating-A01]:focus").first.wait_for()


def test_a_sample_and_a_blind_second_rating_break_no_rule(person: Person, address: str) -> None:
    page = person(address, "second-reviewer")
    page.goto("/desk/samples")
    page.get_by_role("link", name="Autumn sample").click()
    held_to_the_rules(page)
    page.locator(".row", has_text="The rating is hidden").get_by_role("link", name="Audit").click()
    page.get_by_text("Second rating, blind").first.wait_for()  # a page that is still being read has less
    held_to_the_rules(page)


def test_words_are_quoted_by_marking_them(person: Person, address: str) -> None:
    page = person(address)
    reading(page, "demo-01")
    page.goto("/review/demo-01/audit")
    said = page.locator("li.turn--practitioner p", has_text="small bruise on the cheek").last
    said.evaluate("e => getSelection().selectAllChildren(e)")
    page.wait_for_timeout(100)  # the browser tells of a selection a moment later
    page.locator("[data-quote=evidence-A05]").click()
    entry = page.locator("li.turn--practitioner").first.get_attribute("data-seq")
    assert page.locator("#evidence-A05").input_value() == f"{entry}: {said.inner_text()}"
    assert page.evaluate("document.activeElement.id") == "evidence-A05"


def test_a_reason_and_a_filter_are_given_by_the_keyboard_alone(person: Person, address: str) -> None:
    page = person(address)
    page.goto("/review")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    page.keyboard.press("Enter")
    while page.evaluate("document.activeElement.id") != "words":
        page.keyboard.press("Tab")
    page.keyboard.type("tablets")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator(".row__title a").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("#why").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "What was said" in page.locator("main").inner_text()
    page.locator("summary", has_text="The outcome, with what would change it either way").focus()
    page.keyboard.press("Enter")
    assert page.locator(".outcome").last.is_visible()
