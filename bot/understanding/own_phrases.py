"""The phrases that the trees themselves listen for (`heard_as`, `told`), found by an index of their first words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from bot.model import Common, RedFlag, Tree
from bot.understanding.phrases import _stems

Phrase = tuple[tuple[str, ...], str | RedFlag]  # stems, and the tree's id or the flag


class OwnPhrases:
    """An index of every phrase of these trees."""

    def __init__(self, trees: Mapping[str, Tree], common: Common) -> None:
        self.first: dict[str, list[Phrase]] = defaultdict(list)
        flags = (*common.red_flags, *(f for t in trees.values() for f in t.red_flags))
        said: list[tuple[str, str | RedFlag]] = [(p, tree.id) for tree in trees.values() for p in tree.heard_as]
        said += [(p, flag) for flag in flags for p in flag.told]
        for phrase, what in said:
            if stems := _stems(phrase):
                self.first[stems[0]].append((stems, what))

    def found(self, stems: list[str]) -> Iterator[tuple[int, int, str | RedFlag]]:
        """Each phrase that stands in these words, in its order, with at most two others between."""
        for start, root in enumerate(stems):
            for wanted, what in self.first.get(root, ()):
                place = start
                for word in wanted[1:]:
                    place = next((i for i in range(place + 1, min(place + 4, len(stems))) if stems[i] == word), -1)
                    if place < 0:
                        break
                if place >= 0:
                    yield start, place, what


_last: list[tuple[object, object, OwnPhrases]] = []


def phrases_of(trees: Mapping[str, Tree], common: Common) -> OwnPhrases:
    """The index of these very trees, kept until others are given."""
    for known_trees, known_common, index in _last:
        if known_trees is trees and known_common is common:
            return index
    index = OwnPhrases(trees, common)
    _last[:] = [(trees, common, index)]
    return index
