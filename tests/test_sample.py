"""Samples to audit: the same for the same seed, every risky one, a share of the rest, quotas kept."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from logs import sample
from logs.sample import Plan, draw


def row(n: int, **columns: Any) -> dict[str, Any]:
    plain = {"urgency": "none", "red_flags": "", "hand_off": None, "disagreements": None, "specialist_beside": None}
    return {"stream": f"c-{n:04}", "organisation": "dchs", "with_person": None, "waited": None, **plain, **columns}


def rows(many: int = 200) -> list[dict[str, Any]]:
    made = [row(n) for n in range(many)]
    made[3] |= {"urgency": "now"}
    made[5] |= {"red_flags": "X-02"}
    made[7] |= {"disagreements": "down"}
    made[11] |= {"specialist_beside": "lower"}
    made[13] |= {"waited": 3600.0}
    made[17] |= {"waited": 3599.0}
    for n in range(20, 24):
        made[n] |= {"organisation": "gp-practice"}
    return made


PLAN = Plan(seed=7, share=0.1, second=0.2, long_wait=3600.0)


def test_the_same_seed_draws_the_same_whatever_the_order_and_another_seed_draws_otherwise() -> None:
    one, other = rows(), rows()
    random.Random(1).shuffle(other)
    assert draw(one, PLAN) == draw(other, PLAN)
    assert draw(one, PLAN) != draw(one, Plan(seed=8, share=0.1, second=0.2, long_wait=3600.0))


def test_every_stop_disagreement_downgrade_and_long_wait_is_drawn_and_a_share_of_the_rest() -> None:
    found = draw(rows(), PLAN)
    why = {one.stream: one.why for one in found.drawn}
    assert why["c-0003"] == why["c-0005"] == ("stop",)
    assert (why["c-0007"], why["c-0011"], why["c-0013"]) == (("disagreement",), ("downgrade",), ("long-wait",))
    assert sum(reason == ("rest",) for reason in why.values()) == 20  # a tenth of 195, rounded up
    assert found.population == {"all": 200, "stop": 2, "disagreement": 1, "downgrade": 1, "long-wait": 1, "rest": 195}
    assert found.taken == {"all": 25, "stop": 2, "disagreement": 1, "downgrade": 1, "long-wait": 1, "rest": 20}
    assert sum(one.second for one in found.drawn) == 5


def test_quotas_fill_up_whoever_the_lot_left_out() -> None:
    found = draw(rows(), Plan(seed=7, share=0, second=0, long_wait=3600.0, per_organisation=3))
    gps = [one for one in found.drawn if one.stream in {f"c-{n:04}" for n in range(20, 24)}]
    assert len(gps) == 3 and all(one.why == ("quota:organisation",) for one in gps)


def test_with_an_end_the_risky_ones_come_first_and_what_is_left_out_is_said() -> None:
    found = draw(rows(), Plan(seed=7, share=1, second=0, long_wait=3600.0, most=6))
    assert len(found.drawn) == 6 and found.left_out == 194
    assert sum(one.why != ("rest",) for one in found.drawn) == 5


def test_a_plan_comes_back_from_what_was_recorded_of_it() -> None:
    from dataclasses import asdict

    assert sample.plan_of({**asdict(PLAN), "every": list(PLAN.every)}) == PLAN


@settings(max_examples=50, deadline=None)
@given(
    some.lists(some.sampled_from(("none", "today", "now")), min_size=1, max_size=60),
    some.integers(0, 10_000),
    some.floats(0, 1),
    some.floats(0, 1),
)
def test_nobody_is_drawn_twice_and_nobody_risky_is_left(
    urgencies: list[str], seed: int, share: float, second: float
) -> None:
    made = [row(n, urgency=urgency) for n, urgency in enumerate(urgencies)]
    found = draw(made, Plan(seed, share, second, 60.0))
    streams = [one.stream for one in found.drawn]
    assert len(streams) == len(set(streams))
    assert {one["stream"] for one in made if one["urgency"] != "none"} <= set(streams)
