"""Quotes as a reader wants them: each stretch of the message once, without the commas it was cut at, and with the word
or two that would stand alone before or after it in its sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable

_EDGES = " \t\n,;:.-–—"
_APART = 3  # characters between two quotes of one stretch: a comma, a space
_LEFT_OVER = re.compile(r"[ ,]*(?:[^\s.?!;:]+ ?){0,2}")  # what may be left of a sentence: two words at most
_END = re.compile(r"[.?!;:](?=\s|$)|\n|$")
_BEGIN = re.compile(r"(?:.*(?:[.?!;:](?=\s)|\n))?\s*", re.DOTALL)


def merged(quotes: Iterable[str], text: str) -> tuple[str, ...]:
    """Quotes that overlap, or stand next to each other, in `text` as one; the first mentioned stretch first. A quote
    that is not a piece of the text is kept as it is."""
    whole: list[str] = []
    spans: list[tuple[int, int]] = []
    for quote in quotes:
        at = text.find(quote)
        if at < 0 or not quote.strip(_EDGES):
            whole.append(quote)
        else:
            spans.append(_whole(text, at, at + len(quote)))
    order = list(spans)
    stretches: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if stretches and first <= stretches[-1][1] + _APART and "\n" not in text[stretches[-1][1] : first]:
            stretches[-1] = (stretches[-1][0], max(last, stretches[-1][1]))
        else:
            stretches.append((first, last))
    stretches.sort(key=lambda s: min(n for n, (a, b) in enumerate(order) if s[0] <= a and b <= s[1]))
    return (*(text[a:b].strip(_EDGES) for a, b in stretches), *whole)


def sentence_of(text: str, quote: str) -> str:
    """The sentence, or the sentences, that a quote stands in; the quote itself where it is no piece of the text."""
    at = text.find(quote)
    return quote if at < 0 else text[slice(*_sentence(text, at, at + len(quote)))]


def _sentence(text: str, first: int, last: int) -> tuple[int, int]:
    begin = match.end() if (match := _BEGIN.match(text, 0, first)) else first
    end = match.start() if (match := _END.search(text, last)) else last
    return begin, end


def _whole(text: str, first: int, last: int) -> tuple[int, int]:
    """A stretch with what little is left of its sentence on either side."""
    begin, end = _sentence(text, first, last)
    return (
        begin if _LEFT_OVER.fullmatch(text, begin, first) else first,
        end if _LEFT_OVER.fullmatch(text, last, end) else last,
    )
