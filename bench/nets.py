"""Fits the net of the learned layer (`bot/understanding/learned.py`, `windows.py`) with PyTorch.

Only training needs PyTorch (`make train` installs it): the program runs the weights without it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from bot.understanding.learned import weight_of
from bot.understanding.windows import CLASSES, STRETCH

LONGEST = 160  # words of a message that are read in their order
BATCH, RATE = 128, 3e-3
ALIKE = 40  # batches whose messages are put by length, so that little is padded
Floats = Any  # an array of numpy, of which mypy knows no shape


@dataclass(frozen=True)
class Told:
    """One message by numbers: its features, and its words in order, each with its classes. 0 is no word and no class, 1
    a word seen too seldom."""

    features: Floats
    said: list[tuple[int, tuple[int, ...]]]


@dataclass(frozen=True)
class Sizes:
    """How many features, words and classes there are."""

    features: int
    words: int
    classes: int


@dataclass(frozen=True)
class Recipe:
    """How the net is built and trained. `features_left_out` and `words_left_out` are the shares of what a message holds
    that the net does not see each time, so that what it learns rests on no one word; `rested` the share of its units
    that rest."""

    units: int = 160  # over features
    stretches: int = 128  # over words in their order
    deep: int = 192  # over both
    epochs: int = 10
    features_left_out: float = 0.6
    words_left_out: float = 0.2
    rested: float = 0.3
    wide: int = 64  # numbers by which a word is known


@dataclass(frozen=True)
class Fitted:
    """Weights: a row of units for each feature; a row for each word and class, the three places of a stretch after one
    another; a row of deeper units for each of these units; a row for each target, of all units."""

    inner: Floats
    bias: Floats
    order: Floats
    order_bias: Floats
    deep: Floats
    deep_bias: Floats
    outer: Floats
    outer_bias: Floats


def _weights(rows: int, wide: int) -> nn.Embedding:
    made = nn.Embedding(rows, wide, padding_idx=0)
    nn.init.normal_(made.weight, 0, 0.1)
    with torch.no_grad():
        made.weight[0] = 0
    return made


class _Net(nn.Module):
    """Says everything three times, from all units, from those of features and from those of words in their order, and
    is trained on all. The mean of the first two counts: from features alone one can tell which words weighed most."""

    def __init__(self, sizes: Sizes, targets: int, use: Recipe) -> None:
        super().__init__()
        self.inner = nn.EmbeddingBag(sizes.features, use.units, mode="sum")
        nn.init.normal_(self.inner.weight, 0, 0.05)
        self.bias = nn.Parameter(torch.zeros(use.units))
        self.words, self.classes = _weights(sizes.words, use.wide), _weights(sizes.classes, use.wide)
        self.stretch = nn.Conv1d(use.wide, use.stretches, STRETCH, padding=STRETCH // 2)
        self.rest = nn.Dropout(use.rested)
        both = use.units + use.stretches
        self.deep = nn.Linear(both, use.deep)
        self.alone, self.ordered = nn.Linear(use.units, targets), nn.Linear(use.stretches, targets)
        self.outer = nn.Linear(both + use.deep, targets)

    def forward(self, held: Any, starts: Any, weights: Any, said: Any, classes: Any) -> tuple[Any, Any, Any]:
        units = functional.relu(self.inner(held, starts, per_sample_weights=weights) + self.bias)
        heard = self.words(said) + self.classes(classes).sum(2)
        opened = functional.relu(self.stretch(heard.transpose(1, 2))).masked_fill((said == 0).unsqueeze(1), 0)
        ordered = self.rest(opened.amax(2))
        both = torch.cat([units, ordered], 1)
        deep = self.rest(functional.relu(self.deep(both)))
        return self.outer(torch.cat([both, deep], 1)), self.alone(units), self.ordered(ordered)


def _batch(some: Sequence[Told], use: Recipe, rng: Any) -> tuple[Any, ...]:
    """What the net takes, with some of it left out."""
    seen = [one.features[rng.random(len(one.features)) > use.features_left_out] for one in some]
    starts = np.cumsum([0, *(len(row) for row in seen[:-1])])
    weights = np.concatenate([np.full(len(row), weight_of(len(row)), dtype=np.float32) for row in seen])
    longest = max(STRETCH, *(min(LONGEST, len(one.said)) for one in some))
    said = np.zeros((len(some), longest), dtype=np.int64)
    held = np.zeros((len(some), longest, CLASSES), dtype=np.int64)
    for n, one in enumerate(some):
        kept = one.said[:LONGEST]
        said[n, : len(kept)] = [word for word, _ in kept]
        for at, (_, found) in enumerate(kept):
            held[n, at, : len(found)] = found
    said[(said > 0) & (rng.random(said.shape) < use.words_left_out)] = 1
    held[rng.random(held.shape) < use.words_left_out / 2] = 0
    return tuple(map(torch.tensor, (np.concatenate(seen), starts, weights, said, held)))


def _batches(told: Sequence[Told], rng: Any) -> Iterator[Any]:
    """Numbers of messages, every message once, those of about one length together."""
    order = rng.permutation(len(told))
    for start in range(0, len(order), BATCH * ALIKE):
        some = order[start : start + BATCH * ALIKE]
        some = some[np.argsort([len(told[i].said) + 8 * rng.random() for i in some])]
        starts = range(0, len(some), BATCH)
        yield from (some[starts[n] : starts[n] + BATCH] for n in rng.permutation(len(starts)))


def fit(told: Sequence[Told], sizes: Sizes, truths: Floats, counts: Floats, use: Recipe, seed: int = 0) -> Fitted:
    """The net that tells of each message which targets hold (`truths`, one row a message); `counts` says how much each
    target counts. Adam, with a rate that falls to nothing."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = _Net(sizes, truths.shape[1], use)
    steps = math.ceil(len(told) / BATCH) * use.epochs
    adam = torch.optim.Adam(net.parameters(), lr=RATE)
    falling = torch.optim.lr_scheduler.LambdaLR(adam, lambda step: max(0.0, 1 - step / steps) + 0.01)
    weight, truth = torch.tensor(counts, dtype=torch.float32), torch.tensor(truths, dtype=torch.float32)
    for _ in range(use.epochs):
        for some in _batches(told, rng):
            loss = torch.zeros(())
            for odds in net(*_batch([told[i] for i in some], use, rng)):
                each = functional.binary_cross_entropy_with_logits(odds, truth[some], reduction="none")
                loss = loss + (each @ weight).mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
            falling.step()
    return _fitted({name: value.detach().numpy() for name, value in net.named_parameters()}, use)


def _fitted(found: dict[str, Floats], use: Recipe) -> Fitted:
    known = np.concatenate([found["words.weight"], found["classes.weight"]])
    outer, outer_bias = found["outer.weight"] / 2, (found["outer.bias"] + found["alone.bias"]) / 2
    outer[:, : use.units] += found["alone.weight"] / 2
    return Fitted(
        inner=found["inner.weight"],
        bias=found["bias"],
        order=np.einsum("vd,udp->vpu", known, found["stretch.weight"]).reshape(len(known), -1),
        order_bias=found["stretch.bias"],
        deep=found["deep.weight"].T,
        deep_bias=found["deep.bias"],
        outer=outer,
        outer_bias=outer_bias,
    )
