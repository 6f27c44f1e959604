"""Fits the two nets of the learned layer (`bot/understanding/learned.py`, `windows.py`) with PyTorch.

Only training needs PyTorch (`make train` installs it): the program runs the weights without it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from bot.understanding.learned import weight_of
from bot.understanding.windows import CLASSES, STRETCH

LONGEST = 160  # words of a message that the second net is trained on
BATCH, RATE = 128, 3e-3
Floats = Any  # an array of numpy, of which mypy knows no shape


@dataclass(frozen=True)
class Fitted:
    """Weights: one row of units for each thing heard, the units' bias, one row of units for each target, its bias."""

    inner: Floats
    bias: Floats
    outer: Floats
    outer_bias: Floats


@dataclass(frozen=True)
class Recipe:
    """How one net is trained: `left_out` is the share of what a message holds that it does not see each time, so that
    what it learns rests on no one word; `rested` the share of its units that rest."""

    units: int
    epochs: int
    left_out: float
    rested: float = 0.0
    wide: int = 64  # numbers by which the second net knows a word


def _weights(rows: int, wide: int, spread: float) -> nn.Embedding:
    made = nn.Embedding(rows, wide, padding_idx=0)
    nn.init.normal_(made.weight, 0, spread)
    with torch.no_grad():
        made.weight[0] = 0
    return made


Batch = Callable[[Any, Any], Any]  # numbers of messages, chance → what the net takes


def _fit(net: nn.Module, batch: Batch, truths: Floats, counts: Floats, epochs: int, seed: int) -> None:
    """Adam with a rate that falls to nothing; `counts` says how much each target counts."""
    rng = np.random.default_rng(seed)
    steps = math.ceil(len(truths) / BATCH) * epochs
    adam = torch.optim.Adam(net.parameters(), lr=RATE)
    falling = torch.optim.lr_scheduler.LambdaLR(adam, lambda step: 1 - step / steps + 0.01)
    weight, truth = torch.tensor(counts, dtype=torch.float32), torch.tensor(truths, dtype=torch.float32)
    net.train()
    for _ in range(epochs):
        order = rng.permutation(len(truths))
        for start in range(0, len(order), BATCH):
            some = order[start : start + BATCH]
            odds = net(*batch(some, rng))
            loss = functional.binary_cross_entropy_with_logits(odds, truth[some], reduction="none") @ weight
            adam.zero_grad()
            loss.mean().backward()
            adam.step()
            falling.step()


class _Bag(nn.Module):
    def __init__(self, width: int, units: int, targets: int) -> None:
        super().__init__()
        self.inner = nn.EmbeddingBag(width, units, mode="sum")
        nn.init.normal_(self.inner.weight, 0, 0.05)
        self.bias = nn.Parameter(torch.zeros(units))
        self.outer = nn.Linear(units, targets)

    def forward(self, held: Any, starts: Any, weights: Any) -> Any:
        return self.outer(functional.relu(self.inner(held, starts, per_sample_weights=weights) + self.bias))


def bag(rows: Sequence[Floats], width: int, truths: Floats, counts: Floats, use: Recipe, seed: int) -> Fitted:
    """The net over the features of a message; `rows` are their numbers, below `width`."""
    torch.manual_seed(seed)
    net = _Bag(width, use.units, truths.shape[1])

    def batch(some: Any, rng: Any) -> Any:
        seen = [row[rng.random(len(row)) > use.left_out] for row in (rows[i] for i in some)]
        starts = np.cumsum([0, *(len(row) for row in seen[:-1])])
        weights = np.concatenate([np.full(len(row), weight_of(len(row)), dtype=np.float32) for row in seen])
        return torch.tensor(np.concatenate(seen)), torch.tensor(starts), torch.tensor(weights)

    _fit(net, batch, truths, counts, use.epochs, seed)
    found = {name: value.detach().numpy() for name, value in net.named_parameters()}
    return Fitted(found["inner.weight"], found["bias"], found["outer.weight"], found["outer.bias"])


class _Windows(nn.Module):
    def __init__(self, words: int, classes: int, targets: int, use: Recipe) -> None:
        super().__init__()
        self.words, self.classes = _weights(words, use.wide, 0.1), _weights(classes, use.wide, 0.1)
        self.stretch = nn.Conv1d(use.wide, use.units, STRETCH, padding=STRETCH // 2)
        self.rest, self.outer = nn.Dropout(use.rested), nn.Linear(use.units, targets)

    def forward(self, said: Any, classes: Any) -> Any:
        heard = self.words(said) + self.classes(classes).sum(2)
        opened = functional.relu(self.stretch(heard.transpose(1, 2))).masked_fill((said == 0).unsqueeze(1), 0)
        return self.outer(self.rest(opened.amax(2)))


def windows(
    rows: Sequence[Sequence[tuple[int, tuple[int, ...]]]],
    words: int,
    classes: int,
    truths: Floats,
    counts: Floats,
    use: Recipe,
    seed: int,
) -> Fitted:
    """The net over words in their order. `rows` hold the number of each word (1: seen too seldom) and of its classes;
    0 is nothing. The inner weights of a word are those of its three places in a stretch, words before classes."""
    torch.manual_seed(seed)
    net = _Windows(words, classes, truths.shape[1], use)

    def batch(some: Any, rng: Any) -> Any:
        kept = [rows[i][:LONGEST] for i in some]
        longest = max(STRETCH, *(len(row) for row in kept))
        said = np.zeros((len(kept), longest), dtype=np.int64)
        held = np.zeros((len(kept), longest, CLASSES), dtype=np.int64)
        for n, row in enumerate(kept):
            said[n, : len(row)] = [word for word, _ in row]
            for at, (_, found) in enumerate(row):
                held[n, at, : len(found)] = found
        said[(said > 0) & (rng.random(said.shape) < use.left_out)] = 1
        held[rng.random(held.shape) < use.left_out / 2] = 0
        return torch.tensor(said), torch.tensor(held)

    _fit(net, batch, truths, counts, use.epochs, seed)
    found = {name: value.detach().numpy() for name, value in net.named_parameters()}
    known = np.concatenate([found["words.weight"], found["classes.weight"]])
    inner = np.einsum("vd,udp->vpu", known, found["stretch.weight"]).reshape(len(known), -1)
    return Fitted(inner, found["stretch.bias"], found["outer.weight"], found["outer.bias"])
