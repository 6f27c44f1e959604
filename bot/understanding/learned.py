"""The learned layer: a small net over the words and classes of a message, shipped as plain numbers.

Made by `python -m bench.train_understanding` from our own labelled messages; `words/model.json` names its version and
the digest of what it was trained from. Some of its units hear which words and pairs of words a message holds, others
(`windows`) words in their order, and deeper ones both together. All targets share them: is this urgent, is it now, each
red flag (told as so, and told as not so), each concern, who is writing. Over it stand two gates, which weigh what it
says together with what the rules heard. What is learned is a question, never a statement: the label is "unclear", the
quotes are the words that weighed most. It raises and supports hints of the rules; it takes no sure hit away.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import log, sqrt
from mmap import ACCESS_READ, mmap
from operator import itemgetter, mul
from typing import Any

from bot.model import MILD
from bot.understanding import windows
from bot.understanding.hearing import Listened
from bot.understanding.lanes import MIDDLE, Weighted, place_of, summed
from bot.understanding.lexicon import FOLDER, Lexicon
from bot.understanding.windows import Windows

Feature = tuple[str, int, int]  # name, first and last token it stands on (-1: the whole message)
Place = tuple[int, int]
LONGEST = 80  # characters of a pattern in the name of a feature
STRONG = 24  # units looked at for the words that weighed most


def weight_of(count: int) -> float:
    """What each of a message's features weighs: long messages and short ones come to the same."""
    return 4 / sqrt(max(1, count))


@dataclass(frozen=True, slots=True)
class Model:
    """The net: features → units (a byte a weight, each unit with its scale), words in their order → units, both →
    deeper units, all units → targets."""

    version: str
    trained_from: str
    numbers: dict[str, int]  # feature → its row of `inner`
    inner: memoryview  # one row of units a feature (`lanes`)
    scale: tuple[float, ...]
    inner_bias: tuple[float, ...]
    targets: tuple[str, ...]
    order: Windows
    deep: Weighted  # one row of deeper units a unit
    deep_bias: tuple[float, ...]
    outer: tuple[tuple[float, ...], ...]  # one row of units a target: of features, of words in their order, deeper ones
    outer_bias: tuple[float, ...]
    out: Weighted  # the same rows, unit by unit
    gates: dict[str, dict[str, float]]  # "raise" and "now": the weight of each sign, and "bias"

    def gate(self, name: str, signs: Mapping[str, float]) -> float:
        """The log odds of a gate; above 0 it opens."""
        weights = self.gates[name]
        return weights["bias"] + sum(weights[sign] * value for sign, value in signs.items())

    def row(self, number: int) -> memoryview:
        """The weights of one feature to every unit, packed."""
        width = len(self.scale)
        return self.inner[number * width : (number + 1) * width]


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the model makes of one message: the log odds of every target, and the words they came from."""

    odds: dict[str, float]
    model: Model | None = None
    units: tuple[float, ...] = ()  # how far each is open
    held: tuple[tuple[int, int, int], ...] = ()  # features by number, and the places they stand on

    def because(self, target: str, most: int = 3) -> list[Place]:
        """The places of the words that weighed most for a target, the weightiest first."""
        use = self.model
        if use is None or target not in self.odds:
            return []
        out = use.outer[use.targets.index(target)]  # of the features alone: they are words one can quote
        pull = [w * s if unit > 0 else 0.0 for w, s, unit in zip(out, use.scale, self.units, strict=False)]
        strong = sorted(range(len(pull)), key=lambda n: -abs(pull[n]))[:STRONG]  # the others weigh next to nothing
        of_strong, pulls = itemgetter(*(place_of(n, len(pull)) for n in strong)), [pull[n] for n in strong]
        middle = MIDDLE * sum(pulls)
        found = [
            (sum(map(mul, of_strong(use.row(n)), pulls)) - middle, first, last)
            for n, first, last in self.held
            if first >= 0
        ]
        return [(first, last) for weight, first, last in sorted(found, reverse=True)[:most] if weight > 0]


def features(heard: Listened, words: Lexicon) -> Iterator[Feature]:
    """Classes, stems and pairs of stems, what the rules heard, and how the message is put; each name once counts as
    much as often."""
    message, labeller = heard.message, heard.labeller
    for pattern, label, flag in heard.hits:
        yield f"h:{flag}:{label}", -1, -1
        yield f"r:{flag}:{label}:{pattern}"[:LONGEST], -1, -1
    for number, spans in message.spans.items():
        if words.names[number].isupper():
            yield f"c:{words.names[number]}", *spans[0]
    stems = message.stems
    for i, root in enumerate(stems):
        yield f"w:{root}", i, i
        if i + 1 < len(stems):
            yield f"w:{root} {stems[i + 1]}", i, i + 1
    for name, cues in (("no", labeller.before), ("past", labeller.past), ("over", labeller.past_all),
                       ("perhaps", labeller.hedges), ("others", labeller.others)):  # fmt: skip
        for count in range(1, min(3, len(cues)) + 1):
            yield f"n:{name}{count}", -1, -1
    yield f"n:long{min(6, int(log(len(stems) + 1, 1.8)))}", -1, -1
    if message.text.rstrip().endswith("?"):
        yield "n:asks", -1, -1


def is_tree(target: str) -> bool:
    """Whether a target is a concern, which has a tree."""
    return target not in ("urgent", "now", "person", "stated", *MILD) and not target.startswith(("X-", "not:", "who:"))


@cache
def model() -> Model | None:
    """The shipped model, or None where there is none yet."""
    try:
        held = json.loads((FOLDER / "model.json").read_text(encoding="utf-8"))
        with (FOLDER / "model.bin").open("rb") as file:  # mapped: workers share its pages, and read only what they use
            return of(held, mmap(file.fileno(), 0, access=ACCESS_READ))
    except (OSError, ValueError):
        return None


def of(held: Mapping[str, Any], weights: bytes | mmap) -> Model:
    """The model of its two files: names and numbers, and a byte a weight, first those of features.

    Raises ValueError where the two do not belong together."""
    size = len(held["features"]) * len(held["scale"])
    whole = memoryview(weights)
    order = windows.of(held["order"], whole[size:])
    return Model(
        version=held["version"],
        trained_from=held["trained_from"],
        numbers={name: number for number, name in enumerate(held["features"])},
        inner=whole[:size],
        scale=tuple(held["scale"]),
        inner_bias=tuple(held["inner_bias"]),
        targets=tuple(held["targets"]),
        order=order,
        deep=Weighted(held["deep"]),
        deep_bias=tuple(held["deep_bias"]),
        outer=tuple(map(tuple, held["outer"])),
        outer_bias=tuple(held["outer_bias"]),
        out=Weighted(list(zip(*held["outer"], strict=True))),
        gates=held["gates"],
    )


def weigh(heard: Listened, words: Lexicon, use: Model) -> Weighed:
    """The log odds of every target."""
    held: dict[int, Place] = {}
    for name, first, last in features(heard, words):
        number = use.numbers.get(name)
        if number is not None:
            held.setdefault(number, (first, last))
    total = summed([use.row(number) for number in held], len(use.scale))
    weight = weight_of(len(held))
    units = tuple(max(0.0, t * s * weight + b) for t, s, b in zip(total, use.scale, use.inner_bias, strict=True))
    units += use.order.heard(windows.sequence(heard.message, words))
    deep = use.deep.summed(units)
    units += tuple(max(0.0, d + b) for d, b in zip(deep, use.deep_bias, strict=True))
    said = use.out.summed(units)
    odds = {target: s + bias for target, s, bias in zip(use.targets, said, use.outer_bias, strict=True)}
    return Weighed(odds, use, units, tuple((n, *place) for n, place in held.items()))
