"""How far two reviewers agree: percent agreement, Cohen's kappa, weighted kappa, Krippendorff's alpha.

Short code of our own, because the libraries that know these bring numpy and scipy, several times the weight of the
whole program; `tests/test_agreement.py` holds it to scikit-learn and to published tables. Intervals come from drawing
the conversations again with replacement (percentile bootstrap), with a seed, so that a figure can be made again.

Pairs are counted in a square table of categories first; everything is worked out from that table.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

Table = list[list[int]]
Pair = tuple[Hashable, Hashable]
RESAMPLES = 500
MOST = 16  # categories of one scale: a pair of them is one byte


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its interval; None where it is not defined (nothing rated, or nobody ever differed)."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two raters agree about one thing."""

    pairs: int
    percent: float | None
    kappa: Figure
    weighted: Figure
    alpha: Figure


def table(pairs: Sequence[Pair], scale: Sequence[Hashable]) -> Table:
    """How often the first rater said one and the second said another, in the order of the scale."""
    place = {value: n for n, value in enumerate(scale)}
    counts = [[0] * len(scale) for _ in scale]
    for first, second in pairs:
        if first in place and second in place:
            counts[place[first]][place[second]] += 1
    return counts


def percent(counts: Table) -> float | None:
    """The share of pairs that are the same."""
    total = sum(map(sum, counts))
    return sum(row[n] for n, row in enumerate(counts)) / total if total else None


def kappa(counts: Table, power: int = 0) -> float | None:
    """Cohen's kappa; with power 1 weighted linearly, with 2 quadratically. None where chance agrees with itself."""
    size, total = len(counts), sum(map(sum, counts))
    if not total:
        return None
    rows = [sum(row) for row in counts]
    columns = [sum(row[n] for row in counts) for n in range(size)]
    seen = chance = 0.0
    for a in range(size):
        for b in range(size):
            if a != b:
                weight = float(abs(a - b) ** power) if power else 1.0
                seen += weight * counts[a][b]
                chance += weight * rows[a] * columns[b]
    return 1 - seen * total / chance if chance else None


def alpha(counts: Table, ordinal: bool = True) -> float | None:
    """Krippendorff's alpha of two raters who both rated every unit; see `alpha_of_units` for any number."""
    size = len(counts)
    return _alpha([[float(counts[a][b] + counts[b][a]) for b in range(size)] for a in range(size)], ordinal)


def alpha_of_units(units: Sequence[Sequence[Hashable]], scale: Sequence[Hashable], ordinal: bool) -> float | None:
    """Krippendorff's alpha of units rated by any number of raters; what a rater left out is simply not there."""
    place = {value: n for n, value in enumerate(scale)}
    matrix = [[0.0] * len(scale) for _ in scale]
    for unit in units:
        rated = [place[value] for value in unit if value in place]
        for n, a in enumerate(rated):
            for m, b in enumerate(rated):
                if n != m:
                    matrix[a][b] += 1 / (len(rated) - 1)
    return _alpha(matrix, ordinal)


def _alpha(matrix: list[list[float]], ordinal: bool) -> float | None:
    size = len(matrix)
    sums = [sum(row) for row in matrix]
    total = sum(sums)
    if total < 2:
        return None
    before = [sum(sums[:n]) for n in range(size + 1)]
    seen = chance = 0.0
    for a in range(size):
        for b in range(a + 1, size):
            weight = 1.0
            if ordinal:
                weight = (before[b + 1] - before[a] - (sums[a] + sums[b]) / 2) ** 2
            seen += 2 * weight * matrix[a][b]
            chance += 2 * weight * sums[a] * sums[b]
    return 1 - (total - 1) * seen / chance if chance else None


def agreements(
    rated: Sequence[Mapping[str, Pair]],
    scales: Mapping[str, Sequence[Hashable]],
    leave_out: Mapping[str, Hashable] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 1,
) -> dict[str, Agreement]:
    """How two raters agree about each thing; `rated` has for each conversation the pair of each thing rated.

    A scale stands in its order. `leave_out` names, for a thing, the value that has no place in the order ("does not
    apply"): it counts for percent and kappa, and a pair with it is left out of weighted kappa and alpha. Conversations
    are drawn again whole, so that the intervals of all things belong together.
    """
    leave_out = leave_out or {}
    coded, names = _coded(rated, scales), list(scales)
    sizes = {name: len(scale) for name, scale in scales.items()}
    odd = {name: list(scales[name]).index(value) for name, value in leave_out.items() if value in scales[name]}
    made: dict[str, tuple[list[float], list[float], list[float]]] = {name: ([], [], []) for name in names}
    lot = random.Random(seed)  # noqa: S311 - a figure must come out the same again
    for _ in range(resamples if len(coded) > 1 else 0):
        places = lot.choices(range(len(coded)), k=len(coded))
        drawn = b"".join(itemgetter(*places)(coded))
        for n, name in enumerate(names):
            counts = _counted(drawn[n :: len(names)], sizes[name])
            for value, values in zip(_three(counts, odd.get(name)), made[name], strict=True):
                if value is not None:
                    values.append(value)
    whole = b"".join(coded)
    found = {}
    for n, name in enumerate(names):
        counts = _counted(whole[n :: len(names)], sizes[name])
        figures = [
            Figure(value, *_interval(values))
            for value, values in zip(_three(counts, odd.get(name)), made[name], strict=True)
        ]
        found[name] = Agreement(sum(map(sum, counts)), percent(counts), *figures)
    return found


def _coded(rated: Sequence[Mapping[str, Pair]], scales: Mapping[str, Sequence[Hashable]]) -> list[bytes]:
    """Each conversation as one byte for each thing: its pair of categories, or 255 where it was not rated twice."""
    places = {name: {value: n for n, value in enumerate(scale)} for name, scale in scales.items()}
    if any(len(scale) >= MOST for scale in scales.values()):
        raise ValueError(f"A scale has fewer than {MOST} categories")
    coded = []
    for one in rated:
        row = bytearray()
        for name, place in places.items():
            first, second = one.get(name) or (None, None)
            both = first in place and second in place
            row.append(MOST * place[first] + place[second] if both else 255)
        coded.append(bytes(row))
    return coded


def _counted(pairs: bytes, size: int) -> Table:
    count: Callable[[int], int] = pairs.count
    return [[count(MOST * a + b) for b in range(size)] for a in range(size)]


def _three(counts: Table, odd: int | None) -> tuple[float | None, float | None, float | None]:
    """Kappa, weighted kappa and alpha of one table."""
    ordered = counts
    if odd is not None:
        ordered = [[n for b, n in enumerate(row) if b != odd] for a, row in enumerate(counts) if a != odd]
    return kappa(counts), kappa(ordered, 1), alpha(ordered)


def _interval(values: list[float]) -> tuple[float | None, float | None]:
    """The middle 95 in a hundred of what the draws gave; none where too few of them gave anything."""
    if len(values) < 20:
        return None, None
    values.sort()
    last = len(values) - 1
    return values[round(0.025 * last)], values[round(0.975 * last)]
