"""The counts behind the limits: how often each has asked in the present window."""

from __future__ import annotations

import pytest

from web import counting
from web.counting import Here


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    clock = {"now": 1000.0}
    monkeypatch.setattr(counting, "time", lambda: clock["now"])
    return clock


def test_a_window_counts_until_it_ends_and_begins_anew(at: dict[str, float]) -> None:
    counts = Here()
    assert [counts.incr("gp", 60) for _ in range(3)] == [1, 2, 3]
    assert counts.incr("specialist", 60) == 1
    assert counts.get_expiry("gp") == 1060
    at["now"] = 1059.9
    assert counts.get("gp") == 3
    at["now"] = 1060
    assert counts.get("gp") == 0
    assert counts.incr("gp", 60) == 1


def test_counts_that_are_over_are_forgotten_before_there_are_too_many(
    at: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MANY", 10)
    counts = Here()
    for n in range(10):
        counts.incr(f"address-{n}", 60)
    at["now"] = 1070
    assert counts.incr("gp", 60) == 1
    assert counts.reset() == 1


def test_one_count_can_be_cleared(at: dict[str, float]) -> None:
    counts = Here()
    counts.incr("gp", 60)
    counts.clear("gp")
    assert counts.get("gp") == 0 and counts.check()
