"""Agreement figures against published tables and against scikit-learn."""

from __future__ import annotations

import random
from time import perf_counter

import pytest
from sklearn.metrics import cohen_kappa_score

from logs import agreement

# Krippendorff (2011), "Computing Krippendorff's alpha-reliability", part C: four observers, twelve units, gaps.
UNITS = (
    (1, 1, 1),
    (2, 2, 3, 2),
    (3, 3, 3, 3),
    (3, 3, 3, 3),
    (2, 2, 2, 2),
    (1, 2, 3, 4),
    (4, 4, 4, 4),
    (1, 1, 2, 1),
    (2, 2, 2, 2),
    (5, 5, 5),
    (1, 1),
    (3,),
)
# Krippendorff (2011), part A: two observers, ten units, two values.
TWO = list(zip((0, 1, 0, 0, 0, 0, 0, 0, 1, 0), (1, 1, 1, 0, 0, 1, 0, 0, 0, 0), strict=True))


def test_alpha_is_that_of_the_published_examples() -> None:
    assert agreement.alpha_of_units(UNITS, (1, 2, 3, 4, 5), ordinal=False) == pytest.approx(0.743, abs=5e-4)
    assert agreement.alpha_of_units(UNITS, (1, 2, 3, 4, 5), ordinal=True) == pytest.approx(0.815, abs=5e-4)
    assert agreement.alpha(agreement.table(TWO, (0, 1)), ordinal=False) == pytest.approx(0.095, abs=5e-4)


def test_kappa_is_that_of_cohens_table() -> None:
    # Fifty applications read by two readers: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no.
    counts = [[20, 5], [10, 15]]
    assert agreement.percent(counts) == pytest.approx(0.7)
    assert agreement.kappa(counts) == pytest.approx(0.4)


@pytest.mark.parametrize("seed", range(20))
def test_kappa_and_weighted_kappa_are_those_of_scikit_learn(seed: int) -> None:
    lot = random.Random(seed)
    size = lot.choice((2, 3, 5))
    first = [lot.randrange(size) for _ in range(60)]
    second = [one if lot.random() < 0.6 else lot.randrange(size) for one in first]
    counts = agreement.table(list(zip(first, second, strict=True)), range(size))
    for power, weights in ((0, None), (1, "linear"), (2, "quadratic")):
        expected = cohen_kappa_score(first, second, weights=weights, labels=list(range(size)))
        assert agreement.kappa(counts, power) == pytest.approx(expected)


def test_a_hand_calculation_of_three_conversations() -> None:
    # Met/Met, Partly/Met, Not/Not. Percent 2/3. Chance (1*2 + 1*0 + 1*1)/9 = 1/3, so kappa (2/3 - 1/3)/(2/3) = 1/2.
    rated = [{"A01": ("met", "met")}, {"A01": ("partly", "met")}, {"A01": ("not", "not")}]
    found = agreement.agreements(rated, {"A01": ("not", "partly", "met", "na")}, {"A01": "na"})["A01"]
    assert found.pairs == 3
    assert found.percent == pytest.approx(2 / 3)
    assert found.kappa.value == pytest.approx(1 / 2)
    # Linear: seen 1/3; chance over the table with weights 1 and 2: (partly,met)2/9 ... = (1*2+1*1+2*(1*2)+1*1)/9.
    chance = (1 * 0 + 2 * 2 + 1 * 1 + 1 * 2 + 2 * 1 * 1 + 1 * 0) / 9
    assert found.weighted.value == pytest.approx(1 - (1 / 3) / chance)


def test_a_figure_that_is_not_defined_is_none_and_never_a_number() -> None:
    nothing = agreement.agreements([], {"A01": ("met", "not")})["A01"]
    assert (nothing.pairs, nothing.percent, nothing.kappa.value, nothing.alpha.value) == (0, None, None, None)
    same = agreement.agreements([{"A01": ("met", "met")}] * 5, {"A01": ("met", "not")})["A01"]
    assert same.percent == 1
    assert same.kappa.value is None and same.alpha.value is None


def test_what_does_not_apply_has_no_place_in_the_order() -> None:
    scale = ("not", "partly", "met", "na")
    rated = [{"A": ("met", "na")}, {"A": ("met", "met")}, {"A": ("not", "not")}]
    found = agreement.agreements(rated, {"A": scale}, {"A": "na"})["A"]
    assert found.percent == pytest.approx(2 / 3)
    assert found.weighted.value == 1 and found.alpha.value == 1


def test_the_interval_holds_the_figure_narrows_with_more_pairs_and_comes_out_the_same_again() -> None:
    lot = random.Random(3)
    levels = ("1", "2", "3", "4-CIN", "4-CP")

    def rated(many: int) -> list[dict[str, agreement.Pair]]:
        firsts = [lot.choice(levels) for _ in range(many)]
        return [{"level": (one, one if lot.random() < 0.7 else lot.choice(levels))} for one in firsts]

    few, many = rated(40), rated(800)
    one, other = (agreement.agreements(some, {"level": levels})["level"].alpha for some in (few, many))
    for figure in (one, other):
        assert figure.low < figure.value < figure.high
    assert other.high - other.low < one.high - one.low
    assert agreement.agreements(few, {"level": levels})["level"].alpha == one


def test_two_thousand_pairs_of_twenty_criteria_and_the_level_take_less_than_a_second() -> None:
    lot = random.Random(4)
    scale = ("not", "partly", "met", "na")
    names = [f"A{n:02}" for n in range(1, 22)]
    rated = [{name: (lot.choice(scale), lot.choice(scale)) for name in names} for _ in range(2000)]
    begun = perf_counter()
    agreement.agreements(rated, dict.fromkeys(names, scale), dict.fromkeys(names, "na"))
    took = perf_counter() - begun
    assert took < 4, took  # generous: the machine may be busy. bench/review.py prints what it is
