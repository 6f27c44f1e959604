"""Guidance documents as passages: every heading with an anchor and the words that belong to it.

A document begins with `Key: value` lines up to the first empty line. A passage runs from its heading to the
next heading with an anchor, or of the same or a higher rank. What is for authors never reaches a
practitioner: a paragraph that begins `Authors only:` (and the list under it, where it ends with a colon), a
section that begins with such a paragraph, and an indicator whose second line ends `authors only`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from bot.model import Place

META = ("title", "version", "owner", "reviewed", "review_by", "status")
MARK = "Authors only:"
THEME = "Same theme:"
HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*(?:\{:?\s*#([^\s}]+)\s*\})?\s*$")
LINK = re.compile(r"\]\(([^()\s]+)\)")
SOURCE = re.compile(r"sources\.md#(S\d+)")
INDICATOR = re.compile(r"^(?:L[1-4]-[A-Z]{2}|X)-\d{2}$")
DEFINITION = re.compile(r"^level-(1|2|3|4-CIN|4-CP|4)$")
DOMAINS = (
    "child's developmental needs", "parenting capacity", "family and environment", "unborn baby",
    "immediate action",
)
# Level 3 · parenting capacity · LOC · sources [S3](sources.md#S3) · authors only; a definition has no domain.
TAGS = re.compile(
    rf"^(?:Level (?P<level>1|2|3|4-CIN|4-CP|4|not set) · )?(?:(?P<domain>{'|'.join(DOMAINS)}) · )?"
    r"(?P<provenance>(?:LOC|NAT|CMP|P)(?:/(?:LOC|NAT|CMP|P))*) · sources? (?P<rest>.*)$"
)


@dataclass(frozen=True, slots=True)
class Document:
    """One Markdown file of knowledge/; `reviewed` is None while nobody has reviewed it."""

    id: str
    file: str
    title: str
    version: int
    owner: str
    reviewed: date | None
    review_by: date
    status: str
    markdown: str  # everything after the metadata; `readable` gives what a reader may see
    links: tuple[tuple[str, int], ...]  # what it links to, with the line

    def is_due(self, on: date) -> bool:
        """Whether somebody should review it by this day, or nobody ever has."""
        return self.reviewed is None or self.review_by <= on


@dataclass(frozen=True, slots=True)
class Passage:
    """What an anchor stands for; `text` is what a practitioner may see of it."""

    anchor: str
    title: str
    text: str
    level: str  # "1", "2", "3", "4", "4-CIN", "4-CP", "not set", or empty where it is no indicator
    domain: str
    provenance: str
    sources: tuple[str, ...]
    same_theme: tuple[str, ...]
    authors_only: bool
    authors_text: str
    at: Place

    @property
    def rests_on_comparators_alone(self) -> bool:
        """Whether another area's document is all there is behind it, so that it is not local policy."""
        return self.provenance == "CMP"


@dataclass(slots=True)
class _Section:
    rank: int
    title: str
    anchor: str | None
    line: int  # of the heading
    lines: list[str]


def read_document(file: str, text: str, faults: list[str]) -> tuple[Document, list[Passage]]:
    """A document and its passages; what is wrong with it is added to the faults."""
    lines = text.splitlines()
    meta, body = _metadata(file, lines, faults)
    known = {key: value for key, (value, _) in meta.items()}
    version = known.get("version", "")
    if version and not version.isdigit():
        faults.append(f"{file}:{meta['version'][1]}: version '{version}' is not a whole number.")
    document = Document(
        id=file.removesuffix(".md"),
        file=file,
        title=known.get("title", file),
        version=int(version) if version.isdigit() else 0,
        owner=known.get("owner", ""),
        reviewed=_day(file, meta, "reviewed", faults),
        review_by=_day(file, meta, "review_by", faults) or date.min,
        status=known.get("status", ""),
        markdown="\n".join(lines[body:]).strip() + "\n",
        links=tuple((full(file, link), n) for n, line in enumerate(lines, 1) for link in LINK.findall(line)),
    )
    passages = [_passage(file, part, faults) for part in _joined(list(_sections(lines, body)))]
    _marks_stand_alone(file, lines, faults)
    return document, passages


def readable(markdown: str, authors: bool = False) -> str:
    """A document's or passage's Markdown as a practitioner may see it, or as authors do: all of it."""
    if authors:
        return markdown
    lines, kept, hidden = markdown.splitlines(), [], 0
    for part in _sections(lines, 0):
        if hidden and not part.anchor and part.rank > hidden:
            continue  # a lower heading of a section that is for authors
        hidden = part.rank if _for_authors(part.lines) else 0
        if not hidden:
            heading = [] if part.rank == 0 else [lines[part.line - 1], ""]
            kept.append("\n".join([*heading, "\n\n".join(_parted(part.lines)[0])]).strip())
    return "\n\n".join(block for block in kept if block) + "\n"


def _metadata(file: str, lines: list[str], faults: list[str]) -> tuple[dict[str, tuple[str, int]], int]:
    """Key → (value, line) of the lines before the first empty one, and where the body starts."""
    meta: dict[str, tuple[str, int]] = {}
    end = next((n for n, line in enumerate(lines) if not line.strip()), len(lines))
    for number, line in enumerate(lines[:end], 1):
        if line.strip() == "---":
            continue
        key, colon, value = line.partition(":")
        name = key.strip().lower()
        if not colon or name not in META:
            faults.append(f"{file}:{number}: '{key.strip()}' is not one of {', '.join(META)}.")
        elif name in meta:
            faults.append(f"{file}:{number}: '{name}' stands twice.")
        else:
            meta[name] = (value.strip(), number)
    faults += [f"{file}:1: '{key}' is missing from the first lines." for key in META if key not in meta]
    return meta, end


def _day(file: str, meta: dict[str, tuple[str, int]], key: str, faults: list[str]) -> date | None:
    value, line = meta.get(key, ("", 1))
    if key == "reviewed" and value.lower() in ("", "not yet"):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        if key in meta:
            faults.append(f"{file}:{line}: {key} '{value}' is not a date such as 2026-11-24.")
        return None


def _sections(lines: list[str], start: int) -> Iterator[_Section]:
    """The text cut at its headings; what stands before the first heading has rank 0."""
    part = _Section(0, "", None, start, [])
    for number, line in enumerate(lines[start:], start + 1):
        if match := HEADING.match(line):
            yield part
            part = _Section(len(match[1]), match[2], match[3], number, [])
        else:
            part.lines.append(line)
    yield part


def _joined(sections: list[_Section]) -> Iterator[_Section]:
    """Sections with an anchor, each with the lower headings without one that follow it."""
    for n, part in enumerate(sections):
        if not part.anchor:
            continue
        lines = list(part.lines)
        for below in sections[n + 1 :]:
            if below.anchor or below.rank <= part.rank:
                break
            lines += ["", f"{'#' * below.rank} {below.title}", *below.lines]
        yield _Section(part.rank, part.title, part.anchor, part.line, lines)


def _passage(file: str, part: _Section, faults: list[str]) -> Passage:
    tags = _tags(part.lines)
    definition = DEFINITION.match(part.anchor or "")
    if INDICATOR.match(part.anchor or "") and not (tags and tags["level"] and tags["domain"]):
        shape = "'Level … · domain · LOC, NAT or CMP · sources …'"
        faults.append(f"{file}:{part.line + 1}: the line under '{part.title}' should read {shape}.")
    body, hidden = _without_tags(part.lines), _for_authors(part.lines)
    seen, kept_back = ([], _blocks(body)) if hidden else _parted(body)
    shown = "\n\n".join(seen)
    return Passage(
        anchor=f"{file}#{part.anchor}",
        title=part.title,
        text=shown,
        level=definition[1] if definition else (tags and tags["level"]) or "",
        domain=(tags and tags["domain"]) or "",
        provenance=tags["provenance"] if tags else "",
        sources=tuple(dict.fromkeys(SOURCE.findall(f"{tags[0] if tags else ''} {shown}"))),
        same_theme=_same_theme(file, part.lines),
        authors_only=hidden,
        authors_text="\n\n".join(kept_back),
        at=Place(file, part.line),
    )


def _tags(lines: list[str]) -> re.Match[str] | None:
    """The line under a heading that holds level, domain, provenance and sources."""
    return next((TAGS.match(line.strip()) for line in lines if line.strip()), None)


def _for_authors(lines: list[str]) -> bool:
    """Whether a whole section is: its line of marks says so, or it begins with a paragraph for authors."""
    tags = _tags(lines)
    first = next((line for line in lines if line.strip()), "")
    return first.startswith(MARK) or (tags is not None and tags["rest"].rstrip(" .").endswith("authors only"))


def _without_tags(lines: list[str]) -> list[str]:
    kept = [line for line in lines if not TAGS.match(line.strip()) and not line.startswith(THEME)]
    return [line.removeprefix(": ") for line in kept]


def _same_theme(file: str, lines: list[str]) -> tuple[str, ...]:
    named: list[str] = []
    for line in lines:
        if line.startswith(THEME):
            named += [full(file, link) for link in LINK.findall(line)]
            named += [f"{file}#{word}" for word in re.findall(r"\b(?:L[1-4]-[A-Z]{2}|X)-\d{2}\b", line)]
    return tuple(dict.fromkeys(named))


def full(file: str, link: str) -> str:
    """A link as written in a file, with the file it points into."""
    return f"{file}{link}" if link.startswith("#") else link


def _blocks(lines: Iterable[str]) -> list[str]:
    """Paragraphs: what stands between empty lines."""
    return [block.strip("\n") for block in re.split(r"\n\s*\n", "\n".join(lines)) if block.strip()]


def _parted(lines: Iterable[str]) -> tuple[list[str], list[str]]:
    """Paragraphs that practitioners see, and those that only authors do."""
    seen: list[str] = []
    kept_back: list[str] = []
    list_follows = False
    for block in _blocks(lines):
        hidden = block.startswith(MARK) or list_follows
        (kept_back if hidden else seen).append(block)
        list_follows = block.startswith(MARK) and block.endswith(":")
    return seen, kept_back


def _marks_stand_alone(file: str, lines: list[str], faults: list[str]) -> None:
    """The mark hides a paragraph only where it begins one; anywhere else it would hide nothing."""
    for number, line in enumerate(lines, 1):
        above = lines[number - 2] if number > 1 else ""
        starts = not above.strip() or HEADING.match(above)
        if MARK.lower() in line.lower() and not (line.startswith(MARK) and starts):
            faults.append(f"{file}:{number}: '{MARK}' must begin a paragraph, with an empty line above it.")
