"""Which classes of words a message holds, and which patterns of them stand near each other."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.understanding.ages import ages
from bot.understanding.lexicon import Lexicon, Pattern
from bot.understanding.phrases import stem
from bot.understanding.tokens import Token, spread_out

Span = tuple[int, int]


@dataclass(slots=True)
class Message:
    """One message as the rules see it: its words and where each class of words stands."""

    text: str
    tokens: list[Token]
    stems: list[str]
    spans: dict[int, list[Span]] = field(default_factory=dict)

    def quote(self, first: int, last: int) -> str:
        """The typed words from one token to another."""
        return self.text[self.tokens[first].start : self.tokens[last].end]


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern that stands in a message; the core is what labels apply to."""

    pattern: Pattern
    core: Span
    parts: tuple[Span, ...]

    @property
    def whole(self) -> Span:
        """From the first to the last word."""
        return min(p[0] for p in self.parts), max(p[1] for p in self.parts)


def seen(text: str, words: Lexicon) -> Message:
    """A message with every class of words it holds."""
    tokens = spread_out(text)
    stems: list[str] = []
    message = Message(text, tokens, stems)
    spans = message.spans
    for i, token in enumerate(tokens):
        word = token.word
        root = stem(word) if word[0].isalpha() else word
        known = root in words.stems or word in words.exact or root in words.phrases
        if not known and (meant := words.speller.meant(word)):
            word, root = meant, stem(meant)
        stems.append(root)
        for number in words.stems.get(root, ()):
            spans.setdefault(number, []).append((i, i))
        for number in words.exact.get(word, ()):
            spans.setdefault(number, []).append((i, i))
    for i, root in enumerate(stems):
        for wanted, number in words.phrases.get(root, ()):
            if (last := _ends(stems, i, wanted)) is not None:
                spans.setdefault(number, []).append((i, last))
    number_of = _numbers(words)
    for name, first, last in ages(tokens):
        if (found := number_of.get(name)) is not None:
            spans.setdefault(found, []).append((first, last))
    for places in spans.values():
        places.sort()
    return message


def _ends(stems: list[str], first: int, wanted: tuple[str, ...]) -> int | None:
    """Where a phrase ends that begins here; a hyphen or an apostrophe inside it does not count."""
    place = first
    for root in wanted[1:]:
        place += 1
        while place < len(stems) and stems[place] in ("-", "–", "'", "’", "‘", '"'):
            place += 1
        if place >= len(stems) or stems[place] != root:
            return None
    return place


_names: dict[int, dict[str, int]] = {}


def _numbers(words: Lexicon) -> dict[str, int]:
    if id(words) not in _names:
        _names[id(words)] = {name: i for i, name in enumerate(words.names)}
    return _names[id(words)]


def matches(message: Message, words: Lexicon, *kinds: str) -> Iterator[Match]:
    """Every pattern of these kinds of section that stands in the message, with each place of its core."""
    spans = message.spans
    for pattern in words.patterns:
        if words.sections[pattern.section].kind not in kinds:
            continue
        places = []
        for alternatives, kind in pattern.elements:
            if len(alternatives) == 1:
                found = spans.get(alternatives[0], ())
            else:
                found = sorted(s for a in alternatives for s in spans.get(a, ()))
            if kind == "never" and found:
                break
            if kind in ("near", "then", "any") and not found:
                break
            places.append(found)
        else:
            yield from _stand(message, pattern, places)


def _stand(message: Message, pattern: Pattern, places: list) -> Iterator[Match]:
    tokens = message.tokens
    tried = 0
    for core in places[0]:
        tried += 1
        if tried > 40:
            return
        parts = [core]
        for (_, kind), found in zip(pattern.elements[1:], places[1:], strict=True):
            if kind == "never":
                continue
            if kind == "any":
                parts.append(found[0]) if abs(found[0][0] - core[0]) < 12 else None
                continue
            near = _nearest(tokens, core if kind != "then" else parts[-1], found, pattern, kind, parts)
            if kind == "not":
                if near is not None:
                    break
                continue
            if near is None:
                break
            parts.append(near)
        else:
            yield Match(pattern, core, tuple(parts))


def _nearest(
    tokens: list[Token], core: Span, found: list[Span], pattern: Pattern, kind: str, taken: list[Span]
) -> Span | None:
    best, distance = None, pattern.gap + 1
    middle = bisect_left(found, core)
    for span in found[max(0, middle - 4) : middle + 5]:
        if any(span[0] <= t[1] and t[0] <= span[1] for t in taken):
            continue
        if not pattern.across and tokens[span[0]].sentence != tokens[core[0]].sentence:
            continue
        ahead = span[0] - core[1]
        away = ahead if ahead > 0 else core[0] - span[1]
        if kind == "then" and ahead <= 0:
            continue
        if away < distance:
            best, distance = span, away
    return best
