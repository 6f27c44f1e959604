"""Finds plain phrases in typed words, by the stems of their words, near each other."""

from __future__ import annotations

import re
from functools import lru_cache
from threading import Lock

import snowballstemmer

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_stemmer = snowballstemmer.stemmer("english")
_one_at_a_time = Lock()  # the stemmer holds the word it works on: two threads at once would stem each other's words
Word = tuple[str, int, int]  # stem, start, end


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of one word, in lower case."""
    with _one_at_a_time:
        return str(_stemmer.stemWord(word.casefold().replace("’", "'")))


def spread(text: str) -> tuple[str, list[Word]]:
    """The text and its words as stems with their places."""
    return text, [(stem(m.group()), m.start(), m.end()) for m in _WORD.finditer(text)]


@lru_cache(maxsize=4096)
def _stems(phrase: str) -> tuple[str, ...]:
    return tuple(stem(m.group()) for m in _WORD.finditer(phrase))


def found_in(words: tuple[str, list[Word]], phrase: str) -> str | None:
    """The words of the text that make up the phrase, in its order, with at most two others between."""
    text, spread_words = words
    wanted = _stems(phrase)
    for index, (first, start, end) in enumerate(spread_words):
        if not wanted or first != wanted[0]:
            continue
        place, last = index, end
        for word in wanted[1:]:
            ahead = [i for i in range(place + 1, min(place + 4, len(spread_words))) if spread_words[i][0] == word]
            if not ahead:
                break
            place, last = ahead[0], spread_words[ahead[0]][2]
        else:
            return text[start:last]
    return None
