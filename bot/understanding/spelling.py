"""Words typed wrong → the word of the vocabulary they were most likely meant to be.

Only words that we know nothing of are touched, only towards words that mean something to the rules, and never where
a correct English word would be taken for another (`words/not_misspelt.txt`, made by bench.train_understanding).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

SHORTEST = 4
_VOWELS = str.maketrans("", "", "aeiou")


def bones(word: str) -> str:
    """The consonants of a word, doubles once: what is left in "famly", "strangld" and "brusies"."""
    kept = word[:1] + word[1:].translate(_VOWELS)
    return "".join(c for i, c in enumerate(kept) if i == 0 or c != kept[i - 1])


class Speller:
    """Knows a vocabulary and the words that must be left alone."""

    def __init__(self, vocabulary: Iterable[str], leave: Iterable[str]) -> None:
        self.leave = frozenset(leave)
        self.vocabulary = vocabulary
        self.by_first: dict[str, list[str]] = {}
        self.by_bones: dict[str, str | None] = {}
        self.seen: dict[str, str | None] = {}

    def _index(self) -> None:
        # At the first unknown word, not at the start of the program; put in place whole, as threads share it.
        first: dict[str, list[str]] = defaultdict(list)
        thinned: dict[str, str | None] = {}
        for word in sorted(set(self.vocabulary)):
            if len(word) < SHORTEST or not word.isalpha():
                continue
            first[word[0]].append(word)
            thin = bones(word)
            if len(thin) >= 4:
                thinned[thin] = None if thin in thinned else word
        self.by_bones, self.by_first = thinned, dict(first)

    def meant(self, word: str) -> str | None:
        """The word that was meant, or None."""
        if len(word) < SHORTEST or len(word) > 24 or not word.isalpha() or word in self.leave:
            return None
        if word not in self.seen:
            if len(self.seen) > 20_000:
                self.seen.clear()
            self.seen[word] = self.nearest(word)
        return self.seen[word]

    def nearest(self, word: str) -> str | None:
        """The nearest word of the vocabulary with the same first letter, if it is near enough."""
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extractOne

        if not self.by_first:
            self._index()
        allowed = 2 if len(word) >= 8 else 1
        close = [w for w in self.by_first.get(word[0], ()) if abs(len(w) - len(word)) <= allowed]
        best = extractOne(word, close, scorer=OSA.distance, score_cutoff=allowed) if len(word) > SHORTEST else None
        if best is not None:
            return str(best[0])
        thin = bones(word)
        return self.by_bones.get(thin) if len(thin) >= 4 else None
