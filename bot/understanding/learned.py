"""The learned layer: small linear models over the words and classes of a message, shipped as plain numbers.

Made by `python -m bench.train_understanding` from our own labelled messages; `words/model.json` names its version and
the digest of what it was trained from. What it hears is a question, never a statement: the label is "unclear", the
quotes are the words that weighed most. It raises and supports hints of the rules; it takes no hit away.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import log

from bot.understanding.labels import Labeller
from bot.understanding.lexicon import FOLDER, Lexicon
from bot.understanding.matching import Message

Feature = tuple[str, int, int]  # name, first and last token it stands on (-1: the whole message)


@dataclass(frozen=True, slots=True)
class Model:
    """Weights by feature, in hundredths, for each target by its number."""

    version: str
    trained_from: str
    targets: tuple[str, ...]
    bias: tuple[float, ...]
    weights: dict[str, list[int]]  # feature → target, weight, target, weight …
    raise_at: float  # log odds at which a message is raised
    now_at: float  # and raised to now
    hint: float  # what one hint of the rules adds to the log odds


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the model makes of one message."""

    odds: dict[str, float]
    because: tuple[tuple[int, int], ...]  # places of the words that weighed most for raising


def features(message: Message, labeller: Labeller, words: Lexicon) -> Iterator[Feature]:
    """Classes, stems and pairs of stems, and how the message is put; each name once counts as much as often."""
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


@cache
def model() -> Model | None:
    """The shipped model, or None where there is none yet."""
    try:
        held = json.loads((FOLDER / "model.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Model(
        version=held["version"],
        trained_from=held["trained_from"],
        targets=tuple(held["targets"]),
        bias=tuple(held["bias"]),
        weights=held["weights"],
        raise_at=held["raise_at"],
        now_at=held["now_at"],
        hint=held["hint"],
    )


def weigh(message: Message, labeller: Labeller, words: Lexicon, use: Model) -> Weighed:
    """The log odds of every target."""
    odds = [b * 100 for b in use.bias]
    known: set[str] = set()
    places: list[tuple[int, int, int]] = []
    for name, first, last in features(message, labeller, words):
        weights = use.weights.get(name)
        if weights is None or name in known:
            continue
        known.add(name)
        for target, weight in zip(weights[::2], weights[1::2], strict=True):
            odds[target] += weight
        if first >= 0 and weights[0] == 0 and weights[1] > 0:
            places.append((weights[1], first, last))
    places.sort(reverse=True)
    because = tuple((first, last) for _, first, last in places[:3])
    return Weighed({t: o / 100 for t, o in zip(use.targets, odds, strict=True)}, because)
