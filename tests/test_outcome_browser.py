"""The pages around an outcome in a real browser: the own view, changing an answer, everything folded open, printed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from browsing import NARROW, held_to_the_rules
from test_browser import Person, address, choose, person, press

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["address", "person"]
CONCERN = "Neglect"
OWN_VIEW = "what level would you say it is"


def go_on(page: Page, until: str, prefer: tuple[str, ...]) -> None:
    """Answers No to danger, else what is preferred, else the last answer but one, until a heading comes."""
    for _ in range(60):
        heading = page.locator("h1").inner_text()
        if until in heading or not page.locator("input[name=choice]").count():
            return
        answers = [label.inner_text() for label in page.locator("input[name=choice] + label").all()]
        wanted = ("No",) if "danger" in heading else prefer
        choose(page, next((a for a in wanted if a in answers), answers[-2]))
    raise AssertionError("the questions never ended")


@pytest.fixture
def gp(person: Person) -> Page:
    """A GP who asks about neglect; general practice has no queue, so the outcome stays on the page."""
    page = person("gp")
    page.get_by_role("button", name=CONCERN, exact=True).click()
    return page


def test_the_own_view_the_outcome_and_a_change_break_no_rule_and_do_not_scroll_sideways(gp: Page):
    go_on(gp, OWN_VIEW, ("3 children", "Derby", "Not sure"))
    held_to_the_rules(gp)
    gp.get_by_label("What worries you most?").fill("that nobody sees the youngest")
    choose(gp, "Level 3, intensive")
    go_on(gp, "no more questions", ())
    held_to_the_rules(gp)
    gp.reload()
    assert gp.locator(".own").first.inner_text().startswith("Before you saw this, you said: Level 3")
    gp.locator("#settles summary").first.click()
    with gp.expect_navigation():
        gp.locator("#settles button.plain").first.click()
    gp.get_by_text("You are changing an answer").wait_for()
    held_to_the_rules(gp)
    press(gp, "Change my answer")
    gp.get_by_role("heading", level=1, name=re.compile("[Ll]evel")).wait_for()


def test_a_fold_opens_its_source_beside_it_and_what_is_wrong_in_a_form_is_led_to(gp: Page):
    choose(gp, "Yes")
    gp.locator("#why summary").first.click()
    gp.locator("#why .cite summary").first.click()
    assert gp.locator("#why .cite__title").first.is_visible()
    gp.locator("#differs summary").click()
    press(gp, "Record that I see it otherwise")
    assert gp.locator(".nhsuk-error-summary").evaluate("e => e === document.activeElement")
    held_to_the_rules(gp)
    gp.locator("#differs").get_by_label("Level 3", exact=True).check()
    gp.locator("#differs").get_by_label("Another reason").check()
    press(gp, "Record that I see it otherwise")
    assert "Recorded: you see it lower." in gp.locator("#differs").inner_text()
    gp.locator("#referral summary").click()
    gp.get_by_label("To whom did you refer?").fill("Starting Point")
    gp.locator("#referral").get_by_label("By telephone").check()
    press(gp, "Save the referral")
    held_to_the_rules(gp)
    gp.goto("/chat")
    assert "Starting Point" in gp.get_by_role("region", name="To chase").inner_text()
    gp.set_viewport_size(NARROW)
    held_to_the_rules(gp)


def test_printed_the_folds_are_open_and_nothing_is_left_to_press(gp: Page):
    choose(gp, "Yes")
    gp.emulate_media(media="print")
    assert gp.get_by_text("You do not need agreement to protect a child").first.is_visible()
    assert gp.locator("#differs form").is_hidden() and gp.locator("#note").is_hidden()
    assert gp.locator(".band").is_visible() and gp.locator(".first__step").is_visible()
    assert not gp.locator(".nhsuk-button:visible").count()
    folded = gp.locator(".on-paper .call__name")
    assert folded.count() and all(name.is_visible() for name in folded.all()), "paper cannot be unfolded"


def test_without_scripts_why_it_is_not_known_can_be_said(person: Person):
    page = person("gp", scripts=False)
    page.get_by_role("button", name=CONCERN, exact=True).click()
    choose(page, "No")
    page.locator("input[name=choice] + label").get_by_text("Not sure", exact=True).click()
    page.get_by_label("It cannot be found out").check()
    press(page, "Continue")
    assert "It cannot be found out" in page.get_by_role("region", name="Your answers so far").inner_text()


def test_with_scripts_it_is_asked_only_beside_not_sure(gp: Page):
    choose(gp, "No")
    reason = gp.get_by_label("It cannot be found out")
    assert reason.is_hidden()
    gp.locator("input[name=choice] + label").get_by_text("Not sure", exact=True).click()
    assert reason.is_visible()
