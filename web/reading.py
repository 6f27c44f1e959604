"""Guidance as people read it: Markdown rendered and cleaned, passages beside their citation, and search.

What is marked for authors is left out by `bot.passages.readable` before anything is rendered, unless the
reader is an author.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import markdown
import nh3
from markupsafe import Markup

from bot.guidance import Guidance
from bot.passages import Passage, readable

EXTENSIONS = [
    "toc",
    "attr_list",
    "meta",
    "tables",
    "admonition",
    "footnotes",
    "def_list",
    "abbr",
    "sane_lists",
]
ATTRIBUTES = {
    "*": {"id", "class"},
    "a": {"href", "title"},
    "th": {"scope", "colspan"},
    "td": {"colspan"},
    "abbr": {"title"},
    "ol": {"start"},
}
SCHEMES = {"https", "mailto", "tel"}
OWN_LINK = re.compile(r'href="([\w-]+)\.md(#[^"]*)?"')
TITLE = re.compile(r"\A\s*# [^\n]*\n")
TAG_LINE = re.compile(r"^(Level [^\n]* · [^\n]*)\n(?!\n)", re.M)
PROVENANCE = {
    "LOC": "Derby or Derbyshire source",
    "NAT": "national",
    "CMP": "from another area, not local policy",
    "NAT/CMP": "national, with another area's wording",
    "P": "practice prompt, not approved yet",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage ready for a page."""

    document: str
    anchor: str
    title: str
    html: Markup
    provenance: str
    level: str

    @property
    def origin(self) -> str:
        """Where the passage comes from, in words; empty where it is no indicator."""
        return PROVENANCE.get(self.provenance, self.provenance)


def passage(guidance: Guidance, cite: str, for_author: bool = False) -> Shown | None:
    """What a citation such as `threshold_guidance.md#L3-PC-02` opens, if this reader may see it."""
    found = guidance.passages.get(cite)
    if found is None or (found.authors_only and not for_author):
        return None
    return shown(found, for_author)


def shown(found: Passage, for_author: bool = False) -> Shown:
    """A passage as a page shows it; without ids, so that it can stand inside any page."""
    file, _, anchor = found.anchor.partition("#")
    text = "\n\n".join(filter(None, (found.text, found.authors_text if for_author else "")))
    name = file.removesuffix(".md")
    html = re.sub(r' id="[^"]*"', "", rendered(_below_page_headings(text)))
    html = html.replace('href="#', f'href="/guidance/{name}#')
    # cleaned by nh3
    return Shown(name, anchor, found.title, Markup(html), found.provenance, found.level)  # noqa: S704


def document_html(text: str, for_author: bool) -> Markup:
    """A whole document as this reader may see it; its title is left to the page."""
    body = TITLE.sub("", readable(text, for_author), count=1)
    return Markup(rendered(TAG_LINE.sub(r"\1\n\n", body)))  # noqa: S704 - cleaned by nh3


@lru_cache(maxsize=2048)
def rendered(text: str) -> str:
    """Markdown as cleaned HTML whose links lead to our own pages."""
    html = markdown.markdown(text, extensions=EXTENSIONS, output_format="html")
    html = OWN_LINK.sub(lambda m: f'href="/guidance/{m[1]}{m[2] or ""}"', html)
    clean = nh3.clean(html, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer")
    wide = '<div class="wide" tabindex="0" role="group" aria-label="Table"><table class="nhsuk-table">'
    return clean.replace("<table>", wide).replace("</table>", "</table></div>")


def search(guidance: Guidance, words: str, for_author: bool, limit: int = 40) -> list[tuple[Shown, Markup]]:
    """The passages that hold every word, those with a word in their title first, each with an excerpt."""
    wanted = [w for w in re.findall(r"[\w-]+", words.lower()) if len(w) > 1]
    hits = []
    for found in guidance.passages.values() if wanted else ():
        if found.authors_only and not for_author:
            continue
        body = found.text + ("\n" + found.authors_text if for_author else "")
        title, lower = f"{found.title} {found.anchor}".lower(), body.lower()
        if all(w in title or w in lower for w in wanted):
            hits.append((sum(4 * (w in title) + min(lower.count(w), 3) for w in wanted), found, body))
    hits.sort(key=lambda hit: -hit[0])
    return [(shown(found, for_author), excerpt(body, wanted)) for _, found, body in hits[:limit]]


def excerpt(text: str, wanted: list[str], width: int = 180) -> Markup:
    """The words around the first hit, with the hits marked."""
    plain = re.sub(r"[*_`#]|\{[^}]*\}|\]\([^)]*\)|\[", "", text.replace("\n", " "))
    first = min((at for w in wanted if (at := plain.lower().find(w)) >= 0), default=0)
    start = max(0, plain.rfind(" ", 0, max(0, first - width // 3)) + 1)
    marked = escape(plain[start : start + width].strip())
    for word in wanted:
        marked = re.sub(f"(?i)({re.escape(escape(word))})", r"<mark>\1</mark>", marked)
    return Markup(("…" if start else "") + marked + ("…" if start + width < len(plain) else ""))  # noqa: S704


def _below_page_headings(text: str) -> str:
    """Headings inside a passage become bold lines: the page around it has headings of its own."""
    return re.sub(r"^#{1,6}\s+(.*?)\s*(?:\{[^}]*\})?$", r"**\1**", text, flags=re.M)
