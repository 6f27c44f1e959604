"""Which classes of words a message holds, and which patterns of them stand near each other."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.understanding.ages import ages
from bot.understanding.lexicon import Lexicon, Pattern
from bot.understanding.phrases import stem
from bot.understanding.tokens import Token, spread_out, written_out

Span = tuple[int, int]
_INSIDE = frozenset(("-", "–", "'", "’", "‘", '"'))
NEEDED = frozenset(("near", "then", "any"))


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
    tokens = written_out(spread_out(text), words.short)
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
        following = words.phrases.get(root)
        if following is None:
            continue
        second = _after(stems, i)
        for wanted, number in following.get(stems[second], ()) if second < len(stems) else ():
            if (last := _ends(stems, i, wanted)) is not None:
                spans.setdefault(number, []).append((i, last))
    number_of = words.number
    for name, first, last in ages(tokens):
        if (found := number_of.get(name)) is not None:
            spans.setdefault(found, []).append((first, last))
        for number in words.brings.get(name, ()):
            spans.setdefault(number, []).append((first, last))
    for places in spans.values():
        places.sort()
    return message


def _after(stems: list[str], place: int) -> int:
    """The next word; a hyphen or an apostrophe does not count."""
    place += 1
    while place < len(stems) and stems[place] in _INSIDE:
        place += 1
    return place


def _ends(stems: list[str], first: int, wanted: tuple[str, ...]) -> int | None:
    """Where a phrase ends that begins here."""
    place = first
    for root in wanted[1:]:
        place = _after(stems, place)
        if place >= len(stems) or stems[place] != root:
            return None
    return place


def matches(message: Message, words: Lexicon, *kinds: str) -> Iterator[Match]:
    """Every pattern of these kinds of section that stands in the message, with each place of its core."""
    spans = message.spans
    for pattern in words.patterns_of(kinds):
        for alternatives, kind in pattern.elements:
            if kind in NEEDED:
                for number in alternatives:
                    if number in spans:
                        break
                else:
                    break
            elif kind == "never" and not spans.keys().isdisjoint(alternatives):
                break
        else:
            yield from _stand(message, pattern, [_places(spans, a) for a, _ in pattern.elements])


def _places(spans: dict[int, list[Span]], alternatives: tuple[int, ...]) -> list[Span]:
    found = [spans[a] for a in alternatives if a in spans]
    return found[0] if len(found) == 1 else sorted(s for places in found for s in places)


def _stand(message: Message, pattern: Pattern, places: list[list[Span]]) -> Iterator[Match]:
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
