"""Typed text → words in one spelling, with the places they came from.

Clinic shorthand, apostrophes and digits that lean on letters ("3yo", "d4", "F14") come apart here, so that every
later part sees plain lower-case words. `start` and `end` always point into the text as it was typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 20_000  # characters that are read; nobody may send more (contract, section 2)
_TOKEN = re.compile(
    r"\d+/\d+|\d+(?:\.\d+)?|[^\W\d_]+(?:['’][^\W\d_]+)*|[?!.;:,()#&↓↑=+\"“”]|['‘’]|[-–—]|\n", re.UNICODE
)
ENDS = frozenset((".", "!", "?", "\n"))
TURNS = frozenset((";", "but", "however", "although", "though", "except", "yet", "still", "then", "whereas"))
_WHOLE = {"#": "fracture", "&": "and", "↓": "down", "↑": "up"}
_SHORT = re.compile(r"['’](?:s|d|ll|ve|re|m)$")


@dataclass(frozen=True, slots=True)
class Token:
    """One word: its plain form, its place in the text, its sentence and its clause."""

    word: str
    start: int
    end: int
    sentence: int
    clause: int

    @property
    def is_mark(self) -> bool:
        """Whether this is punctuation."""
        return not (self.word[0].isalnum())


def plain(word: str) -> str:
    """A word in lower case without apostrophes: "Mum’s" → "mum", "isn't" → "isnt"."""
    word = _WHOLE.get(word, word.casefold())
    word = _SHORT.sub("", word)
    return word.replace("'", "").replace("’", "") or word


def _next_starts_low(text: str, place: int) -> bool:
    rest = text[place : place + 3].lstrip(" ")
    return bool(rest) and (rest[0].islower() or rest[0].isdigit())


def spread_out(text: str) -> list[Token]:
    """The words and marks of a text; a full stop inside shorthand ("c.o. pain") ends no sentence."""
    found: list[Token] = []
    sentence = clause = 0
    for match in _TOKEN.finditer(text[:LONGEST]):
        typed, start, end = match.group(), match.start(), match.end()
        word = plain(typed)
        if typed in ENDS:
            # "?bruise" and "? bruise" query what follows, they end nothing.
            query = typed == "?" and (_next_starts_low(text, end) or end >= len(text) or text[end : end + 1].isalnum())
            found.append(Token(typed, start, end, sentence, clause))
            if not query:
                sentence += 1
                clause += 1
            continue
        if word in TURNS or typed in ("-", "–", "—") and text[start - 1 : start] == " " and text[end : end + 1] == " ":
            clause += 1
        found.append(Token(word, start, end, sentence, clause))
    return found


def written_out(tokens: list[Token], short: dict[str, list[str]]) -> list[Token]:
    """The same words with shorthand written out; all of what one form stands for points to its place."""
    found: list[Token] = []
    for token in tokens:
        for word in short.get(token.word, (token.word,)):
            found.append(Token(word, token.start, token.end, token.sentence, token.clause))
    return found
