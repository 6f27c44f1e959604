"""What every page is held to in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


def held_to_the_rules(page: Page) -> None:
    """The page as it is, then 320 pixels wide with every part opened: no rule is broken, nothing sticks out."""
    page.wait_for_load_state()  # a link was pressed: a page half read has no headings yet
    _breaks_none(page)
    page.set_viewport_size(NARROW)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    out = page.evaluate(
        "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
        ".map(e => e.tagName + '.' + e.className)"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], (page.url, out[:5])
    _breaks_none(page)
    page.set_viewport_size(WIDE)


def _breaks_none(page: Page) -> None:
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, f"{page.url} {found.generate_report()}"
