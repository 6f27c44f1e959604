"""The arithmetic of the learned layer: whole numbers add rows as plain sums would."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding import learned, windows
from bot.understanding.hearing import listen
from bot.understanding.lanes import MOST, Weighted, packed, place_of, summed, unpacked
from bot.understanding.lexicon import lexicon
from bot.understanding.windows import CLASSES, STRETCH, UNKNOWN, Windows, Word

UNITS = 8
WEIGHTS = st.lists(st.integers(-127, 127), min_size=UNITS, max_size=UNITS)
WORDS = st.tuples(st.sampled_from(["a", "b", "zz"]), st.lists(st.sampled_from(["C", "D", "E"]), unique=True).map(tuple))


@given(WEIGHTS)
def test_a_row_keeps_its_weights(weights: list[int]) -> None:
    row = packed(weights)
    assert unpacked(row) == weights
    assert [row[place_of(n, UNITS)] - 128 for n in range(UNITS)] == weights


@settings(deadline=None)
@given(st.lists(WEIGHTS, max_size=5), st.integers(0, 2 * MOST))
def test_rows_add_as_plain_sums_do_however_many_there_are(rows: list[list[int]], extremes: int) -> None:
    several = [*rows, *([[127] * UNITS] * extremes), *([[-127] * UNITS] * (extremes // 2))]
    wanted = [sum(column) for column in zip(*several, strict=True)] or [0] * UNITS
    assert summed([packed(row) for row in several], UNITS) == wanted


TARGETS = st.lists(st.floats(-9, 9, width=32), min_size=3, max_size=3)


@settings(deadline=None)
@given(st.lists(st.tuples(TARGETS, st.floats(0, 50, width=32)), min_size=1, max_size=12))
def test_weighted_rows_add_up_to_within_their_rounding(told: list[tuple[list[float], float]]) -> None:
    rows, counts = [row for row, _ in told], [count for _, count in told]
    found = Weighted(rows).summed(counts)
    for target, said in enumerate(found):
        wanted = sum(row[target] * count for row, count in told)
        largest = max(abs(row[target]) for row in rows)
        assert said == pytest.approx(wanted, abs=len(rows) * largest * max(counts) / 200 + 1e-9)


def net() -> tuple[Windows, dict[str, list[list[int]]]]:
    """A net of a few words, and its weights place by place."""
    chance = Random(7)
    names = [UNKNOWN, "w:a", "w:b", "c:C", "c:D"]
    rows = {n: [[chance.choice((-127, 127, chance.randint(-127, 127))) for _ in range(UNITS)] for _ in range(STRETCH)]
            for n in names}  # fmt: skip
    held = {"words": names, "scale": [0.5] * UNITS, "bias": [float(n - 3) for n in range(UNITS)]}
    return windows.of(held, memoryview(b"".join(packed(place) for row in rows.values() for place in row))), rows


@settings(deadline=None)
@given(st.lists(WORDS, max_size=9))
def test_the_strongest_stretch_counts(said: list[Word]) -> None:
    made, rows = net()
    sums = []
    for at in range(len(said)):
        total = [0] * UNITS
        for place in range(STRETCH):
            near = at + place - STRETCH // 2
            if 0 <= near < len(said):
                root, classes = said[near]
                word = f"w:{root}" if f"w:{root}" in rows else UNKNOWN
                keys = [word, *(key for c in classes if (key := f"c:{c}") in rows)]
                total = [t + sum(rows[key][place][unit] for key in keys) for unit, t in enumerate(total)]
        sums.append(total)
    strongest = [max(column) for column in zip(*sums, strict=True)]
    wanted = [max(0.0, s * 0.5 + b) for s, b in zip(strongest, made.bias, strict=True)] if said else [0.0] * UNITS
    assert list(made.heard(said)) == pytest.approx(wanted)


def test_a_stretch_with_every_class_fits_its_lanes() -> None:
    assert STRETCH * (1 + CLASSES) <= MOST


def test_rows_of_other_words_are_refused() -> None:
    with pytest.raises(ValueError, match="make train"):
        windows.of({"words": ["?"], "scale": [1.0] * UNITS, "bias": [0.0] * UNITS}, memoryview(b"\0" * 7))


def test_every_word_of_a_message_stands_in_its_order_with_its_classes() -> None:
    words = lexicon()
    said = windows.sequence(listen("Baby of 6 weeks, bruise to the cheek", words).message, words)
    assert [root for root, _ in said][:3] == ["babi", "of", "6"] and all(len(classes) <= CLASSES for _, classes in said)
    assert any(classes for _, classes in said)


def test_a_message_is_weighed_as_plain_sums_would() -> None:
    """Features and words in their order open units, both open deeper ones, all speak for the targets."""
    chance, words = Random(3), lexicon()
    heard = listen("Baby of 6 weeks, bruise to the cheek, mum says he rolled", words)
    names = sorted({name for name, _, _ in learned.features(heard, words)})[::2]  # the others are not known to it
    said = windows.sequence(heard.message, words)
    keys = [UNKNOWN, *sorted({f"w:{root}" for root, _ in said} | {f"c:{c}" for _, found in said for c in found})[::2]]

    def some(count: int) -> list[float]:
        return [chance.uniform(-1, 1) for _ in range(count)]

    def whole(count: int) -> list[int]:
        return [chance.randint(-127, 127) for _ in range(count)]

    rows, order = [whole(UNITS) for _ in names], [[whole(UNITS) for _ in range(STRETCH)] for _ in keys]
    held = {
        "version": "test", "trained_from": "", "features": names, "targets": ["urgent", "now"], "scale": [0.01] * UNITS,
        "inner_bias": some(UNITS), "deep": [some(4) for _ in range(2 * UNITS)], "deep_bias": some(4),
        "outer": [some(2 * UNITS + 4) for _ in range(2)], "outer_bias": some(2), "gates": {},
        "order": {"words": keys, "scale": [0.01] * UNITS, "bias": some(UNITS)},
    }  # fmt: skip
    weights = b"".join(map(packed, rows)) + b"".join(packed(place) for row in order for place in row)
    made = learned.of(held, weights)

    by_features = [sum(column) * 0.01 * learned.weight_of(len(names)) for column in zip(*rows, strict=True)]
    units = [max(0.0, v + b) for v, b in zip(by_features, held["inner_bias"], strict=True)]
    units += made.order.heard(said)
    deep = [sum(u * row[n] for u, row in zip(units, held["deep"], strict=True)) for n in range(4)]
    units += [max(0.0, v + b) for v, b in zip(deep, held["deep_bias"], strict=True)]
    wanted = [sum(u * w for u, w in zip(units, row, strict=True)) for row in held["outer"]]
    told = learned.weigh(heard, words, made).odds
    assert max(deep) > 0 and any(units[:UNITS]) and any(units[UNITS : 2 * UNITS])
    assert [told["urgent"], told["now"]] == pytest.approx(
        [w + b for w, b in zip(wanted, held["outer_bias"], strict=True)], abs=0.01 * sum(units)
    )
