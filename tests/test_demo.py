"""The invented conversations of practice mode: really played, played once, and about nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from web import demo
from web.demo_conversations import PAST, PRESENT
from web.people import PRACTICE

if TYPE_CHECKING:
    from bot.content import Content
    from logs.store import Store

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ALL = (*PAST, *PRESENT)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, content: Content) -> Iterator[Store]:
    """A record with the demo in it."""
    from logs import open_store

    store = open_store(str(tmp_path_factory.mktemp("demo") / "record.sqlite"), "practice")
    assert demo.fill(store, content, NOW) == len(ALL)
    yield store
    store.close()


def actions(store: Store, sender: str) -> list[str]:
    return [row.event["name"] for row in store.read(sender) if row.event["event"] == "action"]


def test_it_is_played_once(played: Store, content: Content) -> None:
    before = {head.stream: head.last for head in played.streams()}
    assert {past.sender for past in ALL} | {"differing"} == set(before)
    assert demo.fill(played, content, NOW) == 0
    assert {head.stream: head.last for head in played.streams()} == before


def test_it_holds_every_way_a_conversation_can_stand(played: Store) -> None:
    assert set(played.counts("status")) == {"with-assistant", "waiting", "closed"}
    waiting = {row["stream"] for row in played.queue() if row["status"] == "waiting"}
    assert waiting == {past.sender for past in PRESENT}


def test_everything_a_specialist_can_do_was_done_in_it(played: Store) -> None:
    done = {name for past in ALL for name in actions(played, past.sender)}
    assert {"handed-off", "claimed", "released", "handed-back", "closed", "callback-number"} <= done


@pytest.mark.parametrize("past", [past for past in PAST if ("closes",) in {s[:1] for s in past.steps}])
def test_what_is_meant_to_be_closed_is_closed(played: Store, past: demo.Past) -> None:
    row = played.summary(past.sender)
    assert row is not None
    assert row["status"] == "closed"


def test_each_ends_in_an_outcome_or_with_a_person(played: Store) -> None:
    for past in ALL:
        row = played.summary(past.sender)
        assert row is not None
        reached = actions(played, past.sender)
        assert "outcome-given" in reached or "handed-off" in reached, past.sender


def test_each_lies_at_its_own_time_in_the_past(played: Store) -> None:
    for past in PAST:
        began = datetime.fromisoformat(past.at).replace(tzinfo=UTC).timestamp()
        times = [row.event["timestamp"] for row in played.read(past.sender)]
        assert began <= times[0] <= times[-1] < NOW.timestamp()
        assert times == sorted(times)


def test_its_record_is_whole_and_holds_nothing_that_had_to_be_masked(played: Store) -> None:
    assert played.verify() == []
    heard = [row.event for past in ALL for row in played.read(past.sender) if row.event["event"] == "user"]
    assert heard
    assert not any(event["metadata"]["masked"] for event in heard)


def test_somebody_saw_it_otherwise(played: Store) -> None:
    (row,) = played.read("differing")
    assert row.event["metadata"]["direction"] == "up"
    summary = played.summary(row.event["metadata"]["conversation"])
    assert summary is not None and summary["disagreements"] == "up"


def test_its_people_are_those_of_practice_mode() -> None:
    named = {past.person for past in ALL}
    named |= {step[1] for past in ALL for step in past.steps if step[0] in demo.BY_A_SPECIALIST}
    assert named <= set(PRACTICE)
