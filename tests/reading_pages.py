"""Reads pages the way a person without scripts does: headings, forms, links, and what may not stand in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask.testing import FlaskClient

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])


@dataclass
class Form:
    """A form of a page: where it goes and what it would send, its buttons apart."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    radios: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """One page, read from its HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.headings: list[tuple[int, str]] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.forms: list[Form] = []
        self.inline: list[str] = []  # what our content security policy refuses
        self.open_tags: list[str] = []
        self.title = ""
        self.text_parts: list[str] = []
        self.feed(html)

    @property
    def text(self) -> str:
        """What can be read, spaces joined."""
        return re.sub(r"\s+", " ", " ".join(self.text_parts)).strip()

    def form_to(self, ending: str) -> Form:
        """The first form whose address ends so."""
        return next(form for form in self.forms if form.action.endswith(ending))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if tag not in VOID:
            self.open_tags.append(tag)
        if has.get("id"):
            self.ids.append(str(has["id"]))
        self.inline += [f"{tag} {name}" for name in has if name == "style" or name.startswith("on")]
        if tag == "script" and not has.get("src"):
            self.inline.append("script")
        if tag == "style":
            self.inline.append("style")
        if tag == "a" and has.get("href"):
            self.links.append(str(has["href"]))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))
        self._form_part(tag, has)

    def _form_part(self, tag: str, has: dict[str, Any]) -> None:
        if tag == "form":
            self.forms.append(Form(has.get("action") or "", has.get("method") or "get"))
        if not self.forms or "form" not in self.open_tags:
            return
        form, name, value = self.forms[-1], has.get("name"), has.get("value") or ""
        if tag == "input" and name:
            if has.get("type") == "radio":
                form.radios.append((name, value))
            else:
                form.fields[name] = value
        elif tag in ("textarea", "select") and name:
            form.fields[name] = ""
        elif tag == "button":
            form.buttons.append((name or "", value))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open_tags:
            while self.open_tags and self.open_tags.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "title" in self.open_tags:
            self.title += data
        if any(re.fullmatch("h[1-6]", tag) for tag in self.open_tags):
            level, text = self.headings[-1]
            self.headings[-1] = (level, text + data)
        if "script" not in self.open_tags:
            self.text_parts.append(data)


def faults(page: Page) -> Iterator[str]:
    """What no page of ours may have."""
    first = [text for level, text in page.headings if level == 1]
    if len(first) != 1:
        yield f"{len(first)} headings of the first level"
    for (before, _), (level, text) in zip(page.headings, page.headings[1:], strict=False):
        if level > before + 1:
            yield f"heading {text.strip()!r} jumps from level {before} to {level}"
    if not page.title.strip(" –").endswith("Threshold Guide (practice)"):
        yield f"title {page.title!r}"
    yield from (f"inline {what}" for what in page.inline)
    doubled = {name for name in page.ids if page.ids.count(name) > 1}
    yield from (f"id {name!r} stands twice" for name in doubled)
    for link in page.links:
        if link.startswith("#") and link[1:] not in page.ids:
            yield f"link to {link}, which is not on the page"
    if "Ring 999" not in page.text:
        yield "no emergency line"
    if "Practice." not in page.text:
        yield "no practice watermark"


def read(client: FlaskClient, address: str, status: int = 200) -> Page:
    """A page, held to what holds for every page."""
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == status, address
    page = Page(answer.get_data(as_text=True))
    assert list(faults(page)) == [], address
    return page
