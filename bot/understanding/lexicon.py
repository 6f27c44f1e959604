"""The reviewed words: classes of words, and the patterns that are made of them.

The files in `words/` are plain lists. `[NAME …]` begins a section, `#` a comment. They are compiled once for their
digest and kept in the cache folder, so that a start only reads one JSON file; where nothing can be written they are
compiled anew.

A class is `NAME: word, two words, =exact, OTHER`. Words match by their stem, `=word` only as written, a name in
capitals brings all of another class.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from bot.understanding import ages
from bot.understanding.phrases import stem
from bot.understanding.spelling import Speller
from bot.understanding.tokens import plain

FOLDER = Path(__file__).resolve().parent / "words"
FILES = ("classes.txt", "people.txt", "flags.txt", "concerns.txt", "labels.txt", "readers.txt", "answers.txt")
URGENCY = ("now", "today", "none")
VERSION = 5  # of the compiled form
_PART = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+/\d+|\d+|[?#&]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words near each other: the core first; each element is the numbers of its alternatives."""

    section: int
    elements: tuple[tuple[tuple[int, ...], str], ...]  # alternatives and kind: near | then | any | not | never
    gap: int
    across: bool
    marks: str  # now | today | unclear …, as written behind "="
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """What the patterns of one heading tell of."""

    kind: str
    name: str
    urgency: str
    trees: tuple[str, ...]


@dataclass(slots=True)
class Lexicon:
    """Everything the matcher needs."""

    names: list[str]
    exact: dict[str, list[int]]
    stems: dict[str, list[int]]
    phrases: dict[str, dict[str, list[tuple[tuple[str, ...], int]]]]  # by their first and second stem
    sections: list[Section]
    patterns: list[Pattern]
    speller: Speller
    digest: str
    short: dict[str, list[str]]
    number: dict[str, int]
    brings: dict[str, list[int]]  # age class → the classes that hold it
    by_kinds: dict[tuple[str, ...], list[Pattern]] = field(default_factory=dict)

    def patterns_of(self, kinds: tuple[str, ...]) -> list[Pattern]:
        """The patterns that stand under headings of these kinds."""
        if kinds not in self.by_kinds:
            self.by_kinds[kinds] = [p for p in self.patterns if self.sections[p.section].kind in kinds]
        return self.by_kinds[kinds]


def lines_of(text: str) -> list[tuple[str, bool]]:
    """The lines that say something, comments gone; indented lines belong to the line above."""
    found: list[tuple[str, bool]] = []
    for raw in text.splitlines():
        line = raw.split("##")[0] if raw.lstrip().startswith("##") else raw
        line = re.sub(r"(^|\s)#\s.*$", "", line).rstrip()
        if not line.strip():
            continue
        if line[0] in " \t" and found:
            found[-1] = (f"{found[-1][0]} {line.strip()}", found[-1][1])
        else:
            found.append((line.strip(), line.startswith("[")))
    return found


class _Compiler:
    def __init__(self) -> None:
        self.members: dict[str, list[str]] = {}
        self.names: list[str] = []
        self.number: dict[str, int] = {}
        self.entries: dict[str, set[int]] = {}
        self.sections: list[list[Any]] = []
        self.patterns: list[list[Any]] = []

    def of(self, name: str) -> int:
        if name not in self.number:
            self.number[name] = len(self.names)
            self.names.append(name)
        return self.number[name]

    def read(self, text: str, file: str) -> None:
        section = -1
        for line, heading in lines_of(text):
            if heading:
                kind, *rest = line.strip("[]").split()
                urgency = next((w for w in rest if w in URGENCY), "none")
                name = rest[0] if rest else ""
                about = [" ".join(rest[1:])] if kind == "answer" else [w for w in rest[1:] if w not in URGENCY]
                self.sections.append([kind, name, urgency, about])
                section = len(self.sections) - 1
            elif re.match(r"[A-Z][A-Z0-9_]*:", line):
                name, _, words = line.partition(":")
                self.members.setdefault(name, []).extend(w.strip() for w in words.split(",") if w.strip())
            elif section < 0:
                raise ValueError(f"{file}: '{line}' stands before any [section].")
            else:
                self.pattern(line, section)

    def pattern(self, line: str, section: int) -> None:
        body, _, mark = line.partition("=>")
        match = re.search(r"\s(//?)\s*(\d+)\s*$", body.rstrip())
        gap, across = (int(match.group(2)), match.group(1) == "//") if match else (7, False)
        if match:
            body = body[: match.start()]
        elements = []
        for part in re.split(r"\s(?=[+>]\s)", body.strip()):
            kind = "near"
            if part[:1] in "+>":
                kind, part = ("then" if part[0] == ">" else "near"), part[1:].strip()
            if part.startswith("!!"):
                kind, part = "never", part[2:]
            elif part.startswith("!"):
                kind, part = "not", part[1:]
            elif part.startswith("@"):
                kind, part = "any", part[1:]
            elements.append([[self.of(w.strip()) for w in part.split("|") if w.strip()], kind])
        self.patterns.append([section, elements, gap, across, mark.strip(), line])

    def expand(self, name: str, seen: frozenset[str] = frozenset()) -> set[str]:
        if name in seen:
            return set()
        if name in ages.CLASSES:
            return set()
        if name not in self.members:
            return {name}
        found: set[str] = set()
        for word in self.members.get(name, []):
            found |= self.expand(word, seen | {name})
        return found

    def brought(self, name: str, seen: frozenset[str] = frozenset()) -> set[str]:
        """The age classes that a class brings in."""
        if name in ages.CLASSES or name in seen:
            return {name} & ages.CLASSES
        found: set[str] = set()
        for word in self.members.get(name, []):
            found |= self.brought(word, seen | {name})
        return found

    def compiled(self) -> dict[str, Any]:
        exact: dict[str, list[int]] = {}
        stems: dict[str, list[int]] = {}
        phrases: dict[str, list[Any]] = {}
        vocabulary: set[str] = set()
        for name in self.members:
            self.of(name)
        for name, number in list(self.number.items()):
            for word in self.expand(name):
                parts = [plain(p) for p in _PART.findall(word.lstrip("="))]
                if word.startswith("=") and len(parts) == 1:
                    exact.setdefault(parts[0], []).append(number)
                elif len(parts) == 1:
                    stems.setdefault(stem(parts[0]), []).append(number)
                elif parts:
                    keyed = [stem(p) for p in parts]
                    phrases.setdefault(keyed[0], []).append([keyed, number])
                vocabulary |= set(parts)
        brings: dict[str, list[int]] = {}
        for name in self.members:
            for age in sorted(self.brought(name)):
                brings.setdefault(age, []).append(self.number[name])
        return {"brings": brings, "names": self.names, "exact": exact, "stems": stems, "phrases": phrases,
                "sections": self.sections, "patterns": self.patterns, "vocabulary": sorted(vocabulary)}  # fmt: skip


def _texts() -> dict[str, str]:
    names = (*FILES, "not_misspelt.txt", "reassuring.txt", "shorthand.txt")
    return {n: (FOLDER / n).read_text(encoding="utf-8") for n in names if (FOLDER / n).is_file()}


def _kept(digest: str, texts: dict[str, str]) -> dict[str, Any]:
    folder = Path(os.environ.get("ADVICE_CACHE") or FOLDER.parent.parent.parent / ".cache")
    file = folder / f"words-{digest[:16]}.json"
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        pass
    compiler = _Compiler()
    for name in FILES:
        compiler.read(texts.get(name, ""), name)
    made = compiler.compiled()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(made), encoding="utf-8")
        fresh.replace(file)
    except OSError:
        pass
    return made


def _shorthand(text: str) -> dict[str, list[str]]:
    pairs = (line.split(" = ", 1) for line, _ in lines_of(text))
    return {pair[0].strip(): pair[1].split() for pair in pairs if len(pair) == 2 and pair[0].strip() != pair[1].strip()}


def _by_two(phrases: dict[str, list[Any]]) -> dict[str, dict[str, list[tuple[tuple[str, ...], int]]]]:
    found: dict[str, dict[str, list[tuple[tuple[str, ...], int]]]] = {}
    for first, listed in phrases.items():
        following = found.setdefault(first, {})
        for stems, number in listed:
            following.setdefault(stems[1], []).append((tuple(stems), number))
    return found


@cache
def lexicon() -> Lexicon:
    """The reviewed words of this version, compiled."""
    texts = _texts()
    listed = json.dumps([VERSION, *sorted(texts.items())])
    digest = hashlib.sha256(listed.encode()).hexdigest()
    made = _kept(digest, texts)
    leave = {w for line, _ in lines_of(texts.get("not_misspelt.txt", "")) for w in line.split()}
    return Lexicon(
        names=made["names"],
        exact=made["exact"],
        stems=made["stems"],
        phrases=_by_two(made["phrases"]),
        sections=[Section(k, n, u, tuple(t)) for k, n, u, t in made["sections"]],
        patterns=[Pattern(s, tuple((tuple(a), k) for a, k in e), g, c, m, t) for s, e, g, c, m, t in made["patterns"]],
        speller=Speller(made["vocabulary"], leave),
        digest=digest,
        short=_shorthand(texts.get("shorthand.txt", "")),
        brings=made["brings"],
        number={name: i for i, name in enumerate(made["names"])},
    )
