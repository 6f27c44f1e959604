"""Three words at a time: a second small net, which hears words in their order, wherever in a message they stand.

Each word, and each class of words it belongs to, brings a row of weights for its place in a stretch of three words:
before, in the middle, after. What a stretch comes to is the sum of its rows. Of all stretches the strongest counts,
unit by unit, so that one grave sentence weighs the same in a long message as in a short one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.understanding.lanes import MIDDLE, Parted, lanes
from bot.understanding.lexicon import Lexicon
from bot.understanding.matching import Message

STRETCH = 3  # words
CLASSES = 6  # of one word at most, in the order of their names: the rows of a stretch must fit a lane (`lanes.MOST`)
UNKNOWN = "?"  # the row of words seen too seldom
Word = tuple[str, tuple[str, ...]]  # a stem and the classes it stands in


def sequence(message: Message, words: Lexicon) -> list[Word]:
    """The words of a message in order, each with its classes."""
    classes: list[list[str]] = [[] for _ in message.stems]
    for number, spans in message.spans.items():
        name = words.names[number]
        if name.isupper():
            for first, last in spans:
                for at in range(first, min(last + 1, len(classes))):
                    if name not in classes[at]:
                        classes[at].append(name)
    return [(root, tuple(sorted(found)[:CLASSES])) for root, found in zip(message.stems, classes, strict=True)]


@dataclass(frozen=True, slots=True)
class Windows:
    """The net up to its units: a row of weights for every known word and class, and what a unit makes of the sum."""

    places: dict[str, int]  # "w:" and a stem, "c:" and a class → where its row is
    rows: memoryview
    units: int
    scale: tuple[float, ...]
    bias: tuple[float, ...]

    def heard(self, said: Sequence[Word]) -> tuple[float, ...]:
        """How far each unit is open."""
        if not said:
            return (0.0,) * self.units
        width, block = self.units, self.units * 8  # bits of one place of a stretch in the lanes of a row
        use = lanes(width)
        mask = (1 << block) - 1
        token = [self._of(word) for word in said]
        most = STRETCH * (1 + CLASSES)
        evens_of, odds_of = [], []
        for at in range(len(token)):
            evens = odds = used = 0
            for place in range(STRETCH):
                near = at + place - STRETCH // 2
                if 0 <= near < len(token):
                    (even, odd), count = token[near]
                    evens += even >> block * place & mask
                    odds += odd >> block * place & mask
                    used += count
            rest = use.ones * (MIDDLE * (most - used))  # so that all stretches stand on the same middle
            evens_of.append(evens + rest)
            odds_of.append(odds + rest)
        told = [use.told(e, o) for e, o in zip(evens_of, odds_of, strict=True)]
        strongest = told[0] if len(told) == 1 else map(max, *told)
        middle = MIDDLE * most
        return tuple(max(0.0, (v - middle) * s + b) for v, s, b in zip(strongest, self.scale, self.bias, strict=True))

    def _of(self, word: Word) -> tuple[Parted, int]:
        """The sum of a word's own row and those of its classes, and how many these are."""
        root, classes = word
        wide = self.units * STRETCH
        use = lanes(wide)
        found = [self.places.get(f"w:{root}", self.places[UNKNOWN])]
        found += [self.places[key] for name in classes if (key := f"c:{name}") in self.places]
        evens = odds = 0
        for at in found:
            even, odd = use.parted(self.rows[at * wide : (at + 1) * wide])
            evens += even
            odds += odd
        return (evens, odds), len(found)


def of(held: Mapping[str, Any], rows: memoryview) -> Windows:
    """The net of a file's content. Raises ValueError where the rows are not those of its words."""
    if len(rows) != len(held["words"]) * len(held["scale"]) * STRETCH:
        raise ValueError("model.json and model.bin do not belong together: train both anew with `make train`.")
    return Windows(
        places={name: number for number, name in enumerate(held["words"])},
        rows=rows,
        units=len(held["scale"]),
        scale=tuple(held["scale"]),
        bias=tuple(held["bias"]),
    )
