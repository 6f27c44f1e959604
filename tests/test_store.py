"""The contract of the advice record: what every store does, whatever database is underneath.

Another store joins by a line in `STORES`: a function that opens the same record each time it is called with the
same folder, as another process would.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from logs import search
from logs.columns import FACETS, SUMMARY
from logs.sqlite import SqliteStore
from logs.store import (
    Conflict,
    Filter,
    Message,
    NotKept,
    RecordUnavailable,
    Repeated,
    Store,
)

STORES: dict[str, Callable[[Path], Store]] = {
    "sqlite": lambda folder: SqliteStore(folder / "record.sqlite", "practice"),
}
AT = 1_770_000_000.0
Opened = Callable[[], Store]


@pytest.fixture(params=sorted(STORES))
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    """Open this test's record; a second call is a second process's view of it."""
    found: list[Store] = []

    def again() -> Store:
        found.append(STORES[request.param](tmp_path))
        return found[-1]

    yield again
    for one in found:
        one.close()


@pytest.fixture
def store(opened: Opened) -> Store:
    """This test's record, empty."""
    return opened()


def said(text: str, at: float = AT, who: str = "user") -> dict[str, Any]:
    return {"event": who, "text": text, "timestamp": at}


def slot(name: str, value: Any, at: float = AT) -> dict[str, Any]:
    return {"event": "slot", "name": name, "value": value, "timestamp": at}


def begin(store: Store, stream: str, at: float = AT, **summary: Any) -> None:
    """One conversation with a summary."""
    store.append(stream, 0, [said(f"about {stream}", at)], summary={"status": "with-assistant", **summary})


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Run acts in threads that start together; what each returned, or the exception it raised."""
    gate = threading.Barrier(len(acts))

    def act(one: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return one()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


# Appending and reading


def test_what_is_appended_is_read_back_in_order(store: Store) -> None:
    first = [said("a bruise on the cheek"), slot("bruise/mobile", "No"), {"event": "pause", "timestamp": AT}]
    assert store.append("c-1", 0, first) == 3
    assert store.append("c-1", 3, [said("and another", AT + 1)]) == 4
    assert [(one.seq, one.event) for one in store.read("c-1")] == list(
        enumerate([*first, said("and another", AT + 1)], 1)
    )
    assert store.last("c-1") == 4


def test_part_of_a_stream_can_be_read(store: Store) -> None:
    store.append("c-1", 0, [slot("q", n) for n in range(1, 7)])
    assert [one.event["value"] for one in store.read("c-1", after=2)] == [3, 4, 5, 6]
    assert [one.event["value"] for one in store.read("c-1", after=2, until=4)] == [3, 4]
    assert store.read("c-1", after=6) == []


def test_an_unknown_stream_is_empty_and_ends_at_nought(store: Store) -> None:
    assert store.last("nobody") == 0
    assert store.read("nobody") == []
    assert store.summary("nobody") is None
    assert store.answered("nobody", "m-1") is None


def test_words_of_every_script_come_back_as_they_were(store: Store) -> None:
    words = 'Zoë 👩‍👧 مرحبا \u200f שלום \U0001f9d1 line one\nline two\t"quoted" \\ </script> \u2028 \x00 end'
    store.append("c-1", 0, [said(words)])
    assert store.read("c-1")[0].event["text"] == words


def test_half_a_character_is_stored_as_a_question_mark_and_stops_nothing(store: Store) -> None:
    store.append("c-1", 0, [said("broken \ud83d emoji")], summary={"first_words": "broken \ud83d emoji"})
    assert store.read("c-1")[0].event["text"] == "broken ? emoji"
    assert store.summary("c-1")["first_words"] == "broken ? emoji"
    assert store.search("broken")[0].stream == "c-1"


def test_an_append_where_the_stream_does_not_end_is_refused_whole(store: Store) -> None:
    store.append("c-1", 0, [said("one")])
    for wrong in (0, 2):
        with pytest.raises(Conflict) as refused:
            store.append("c-1", wrong, [said("two"), said("three")], summary={"turns": 9})
        assert (refused.value.stream, refused.value.expected, refused.value.actual) == ("c-1", wrong, 1)
    assert store.last("c-1") == 1
    assert store.summary("c-1") is None


def test_an_append_wherever_the_stream_ends_is_never_refused(store: Store) -> None:
    assert store.append("reads/reviewer", None, [slot("a", 1)]) == 1
    assert store.append("reads/reviewer", None, [slot("a", 2), slot("a", 3)]) == 3


@pytest.mark.parametrize(
    "events",
    [
        [],
        [{"event": "user", "text": "when?"}],
        [{"event": "user", "timestamp": "yesterday"}],
        [{"event": "user", "timestamp": float("nan")}],
        [{"event": "user", "timestamp": True}],
        [{"timestamp": AT}],
        [said("fine"), {"event": "slot", "timestamp": AT, "value": {"a": {1, 2}}}],
        [said("fine"), {"event": "slot", "timestamp": AT, "value": float("inf")}],
    ],
)
def test_what_is_no_event_is_refused_before_anything_is_written(store: Store, events: list[Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        store.append("c-1", 0, events)
    assert store.last("c-1") == 0


@pytest.mark.parametrize(
    "summary", [{"colour": "red"}, {"owner": 7}, {"queued_at": "now"}, {"alerted": None}, {"updated_at": float("nan")}]
)
def test_what_is_no_summary_is_refused_before_anything_is_written(store: Store, summary: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        store.append("c-1", 0, [said("one")], summary=summary)
    assert store.last("c-1") == 0


def test_no_error_tells_what_was_typed(store: Store) -> None:
    secret = "mum said his name"
    begin(store, "c-1")
    for bad in ({"event": "user", "timestamp": AT, "text": {secret}}, {"event": "user", "text": secret}):
        with pytest.raises((ValueError, TypeError)) as refused:
            store.append("c-1", 1, [bad])
        assert secret not in str(refused.value)
    with pytest.raises(Conflict) as conflict:
        store.append("c-1", 0, [said(secret)])
    assert secret not in str(conflict.value)


def test_what_one_process_appends_another_sees(opened: Opened) -> None:
    one, other = opened(), opened()
    one.append("c-1", 0, [said("from one")])
    assert other.append("c-1", 1, [said("from the other")]) == 2
    with pytest.raises(Conflict):
        one.append("c-1", 1, [said("too late")])
    assert [row.event["text"] for row in one.read("c-1")] == ["from one", "from the other"]


def test_what_was_appended_is_there_when_the_record_is_opened_again(opened: Opened) -> None:
    first = opened()
    first.append("c-1", 0, [said("kept")], message=Message("m-1", "d", "[]"), summary={"owner": "gp"})
    first.close()
    again = opened()
    assert again.read("c-1")[0].event["text"] == "kept"
    assert again.answered("c-1", "m-1") == Message("m-1", "d", "[]")
    assert again.summary("c-1")["owner"] == "gp"
    assert [hit.stream for hit in again.search("kept")] == ["c-1"]


def test_a_closed_record_says_so_and_closes_twice(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(RecordUnavailable) as closed:
        store.append("c-1", 0, [said("one")])
    assert closed.value.reason == "closed"
    with pytest.raises(RecordUnavailable):
        store.read("c-1")
    assert not store.alive(AT)


# A message is answered once


REPLY = '[{"recipient_id": "c-1",  "text": "caf\\u00e9 é"}]'


def test_the_reply_of_a_message_is_kept_byte_for_byte(store: Store) -> None:
    message = Message("m-1", "digest", REPLY)
    store.append("c-1", 0, [said("one")], message=message)
    assert store.answered("c-1", "m-1") == message
    assert store.answered("c-1", "m-2") is None
    assert store.answered("c-2", "m-1") is None, "an id is unique within its stream only"


def test_a_repeated_message_adds_nothing_and_gives_the_recorded_reply(store: Store) -> None:
    message = Message("m-1", "digest", REPLY)
    store.append("c-1", 0, [said("one")], message=message)
    # Also where the sequence number no longer fits, and with other words: the caller compares the digests.
    for expected, digest in ((0, "digest"), (1, "digest"), (None, "another")):
        with pytest.raises(Repeated) as repeated:
            store.append("c-1", expected, [said("two")], message=Message("m-1", digest, "[]"))
        assert repeated.value.message == message
    assert store.last("c-1") == 1


def test_a_message_sent_many_times_at_once_is_stored_once(opened: Opened) -> None:
    stores = [opened(), opened()]

    def send(n: int) -> int:
        reply = Message("m-1", "digest", json.dumps([n]))
        return stores[n % 2].append("c-1", 0, [said(f"copy {n}"), slot("a", n)], message=reply)

    results = at_once([lambda n=n: send(n) for n in range(8)])
    assert sorted(str(one) for one in results if isinstance(one, int)) == ["2"]
    recorded = stores[0].answered("c-1", "m-1")
    repeated = [one for one in results if isinstance(one, Repeated)]
    assert len(repeated) == 7
    assert {one.message for one in repeated} == {recorded}
    assert json.loads(recorded.reply_json) == [store_n(stores[0])]


def store_n(store: Store) -> Any:
    """The copy that was stored."""
    events = [one.event for one in store.read("c-1")]
    assert len(events) == 2
    return events[1]["value"]


# Many at once


def test_of_eight_appends_to_one_place_exactly_one_stands(store: Store) -> None:
    for round_ in range(10):
        results = at_once([lambda n=n: store.append("c-1", round_, [said(f"{round_} {n}")]) for n in range(8)])  # noqa: B023
        won = [one for one in results if one == round_ + 1]
        lost = [one for one in results if isinstance(one, Conflict) and one.actual == round_ + 1]
        assert (len(won), len(lost)) == (1, 7)
    assert store.last("c-1") == 10
    assert store.verify() == []


def test_eight_threads_lose_and_mix_nothing(store: Store) -> None:
    turns, threads = 25, 8

    def work(n: int) -> None:
        mine, last = f"own-{n}", 0
        for turn in range(turns):
            last = store.append(mine, last, [said(f"thread {n} turn {turn}"), slot("turn", turn)])
            store.append("shared", None, [slot("from", n), slot("turn", turn)])
            if turn % 5 == 0:  # a conflict of somebody else's spoils nothing in the same commit
                with pytest.raises(Conflict):
                    store.append(mine, last - 1, [said("never")])
            assert store.last(mine) == last, "what was acknowledged is read at once"

    assert at_once([lambda n=n: work(n) for n in range(threads)]) == [None] * threads
    for n in range(threads):
        values = [one.event["value"] for one in store.read(f"own-{n}") if one.event["event"] == "slot"]
        assert values == list(range(turns))
    shared = [one.event["value"] for one in store.read("shared")]
    pairs = list(zip(shared[::2], shared[1::2], strict=True))
    assert sorted(pairs) == sorted((n, turn) for n in range(threads) for turn in range(turns)), (
        "the events of one append stand together"
    )
    assert store.verify() == []
    assert store.search("never") == []


def test_readers_see_whole_appends_only(store: Store) -> None:
    stop = threading.Event()
    odd: list[int] = []

    def watch() -> None:
        while not stop.is_set():
            seen = len(store.read("c-1"))
            if seen % 3:
                odd.append(seen)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for n in range(100):
        store.append("c-1", n * 3, [slot("a", n), slot("b", n), slot("c", n)])
    stop.set()
    watcher.join()
    assert not odd


# Summaries, lists, counts


def test_a_summary_keeps_what_an_append_does_not_name(store: Store) -> None:
    store.append("c-1", 0, [said("one", AT)], summary={"owner": "gp", "status": "with-assistant", "turns": 1})
    store.append("c-1", 1, [said("two", AT + 5)], summary={"status": "waiting", "queued_at": AT + 5})
    found = store.summary("c-1")
    assert found.keys() == SUMMARY.keys()
    assert (found["owner"], found["status"], found["turns"], found["queued_at"]) == ("gp", "waiting", 1, AT + 5)
    store.append("c-1", 2, [said("three", AT + 9)], summary={"queued_at": None})
    assert store.summary("c-1")["queued_at"] is None


def test_a_conversation_started_when_its_first_event_happened_and_that_never_changes(store: Store) -> None:
    store.append("c-1", 0, [said("one", AT)], summary={"owner": "gp"})
    store.append("c-1", 1, [said("two", AT + 60)], summary={"started_at": AT + 60})
    assert store.summary("c-1")["started_at"] == AT


def test_what_has_no_summary_is_in_no_list(store: Store) -> None:
    store.append("reads/reviewer", None, [slot("what", "c-1")])
    assert store.summaries() == []
    assert store.counts("status") == {}


def test_lists_show_the_last_started_first_and_page_without_gaps(store: Store) -> None:
    for n in range(25):
        begin(store, f"c-{n:02}", at=AT + n // 2, owner="gp" if n % 3 else "practitioner")
    whole = [row["stream"] for row in store.summaries(limit=100)]
    assert whole == [f"c-{n:02}" for n in reversed(range(25))]
    for where in (Filter(), Filter(owner="gp"), Filter(owner=("gp", "practitioner"))):
        paged: list[str] = []
        before = None
        while rows := store.summaries(where, before, 4):
            paged += [row["stream"] for row in rows]
            before = (rows[-1]["started_at"], rows[-1]["stream"])
            begin(store, f"later-{len(paged)}-{where.owner}", at=AT + 500, owner="nobody")
        assert paged == [one["stream"] for one in store.summaries(where, (AT + 400, ""), 100)]


CONVERSATIONS = {
    "c-1": {"owner": "gp", "status": "closed", "urgency": "none", "trees": "bruises neglect", "at_least": "1"},
    "c-2": {"owner": "gp", "status": "waiting", "urgency": "now", "trees": "bruises", "red_flags": "X-02 X-14"},
    "c-3": {"owner": "practitioner", "status": "waiting", "urgency": "today", "trees": "neglect-more"},
    "c-4": {"owner": "practitioner", "status": "with-specialist", "urgency": "now", "alerted": 1, "council": "Derby"},
}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Filter(), "4321"),
        (Filter(owner="gp"), "21"),
        (Filter(owner="gp", status="waiting"), "2"),
        (Filter(status=("waiting", "closed")), "321"),
        (Filter(status=("waiting", "closed"), urgency=("now", "none")), "21"),
        (Filter(tree="bruises"), "21"),
        (Filter(tree="neglect"), "1"),
        (Filter(tree=("neglect", "bruises")), "21"),
        (Filter(tree=""), "4"),
        (Filter(red_flag="X-14"), "2"),
        (Filter(red_flag="", status="waiting"), "3"),
        (Filter(alerted=True), "4"),
        (Filter(alerted=False, urgency="now"), "2"),
        (Filter(council=""), "321"),
        (Filter(council=("", "Derby")), "4321"),
        (Filter(owner="nobody"), ""),
        (Filter(owner=()), ""),
        (Filter(since=AT + 2), "432"),
        (Filter(until=AT + 2), "1"),
        (Filter(owner="gp", since=AT + 2), "2"),
        (Filter(status=("waiting", "closed"), until=AT + 3), "21"),
    ],
)
def test_lists_counts_and_search_are_narrowed_alike(store: Store, where: Filter, expected: str) -> None:
    for n, (stream, summary) in enumerate(CONVERSATIONS.items(), 1):
        store.append(stream, 0, [said("the same words", AT + n)], summary=summary)
    assert "".join(row["stream"][2:] for row in store.summaries(where)) == expected
    assert "".join(hit.stream[2:] for hit in store.search("words", where)) == expected
    assert sum(store.counts("owner", where).values()) == len(expected)


def test_counts_follow_every_change(store: Store) -> None:
    for stream, summary in CONVERSATIONS.items():
        store.append(stream, 0, [said("one")], summary=summary)
    assert store.counts("status") == {"closed": 1, "waiting": 2, "with-specialist": 1}
    assert store.counts("tree") == {"": 1, "bruises": 2, "neglect": 1, "neglect-more": 1}
    assert store.counts("red_flag", Filter(owner="gp")) == {"": 1, "X-02": 1, "X-14": 1}
    assert store.counts("alerted") == {"0": 3, "1": 1}
    change = {"status": "closed", "trees": "bruises neglect-more", "red_flags": None}
    store.append("c-2", 1, [said("two")], summary=change)
    assert store.counts("status") == {"closed": 2, "waiting": 1, "with-specialist": 1}
    assert store.counts("tree") == {"": 1, "bruises": 2, "neglect": 1, "neglect-more": 2}
    assert store.counts("red_flag") == {"": 4}
    assert [row["stream"] for row in store.summaries(Filter(tree="neglect-more"))] == ["c-3", "c-2"]
    for name in FACETS:
        total = sum(store.counts(name).values())
        assert total == sum(store.counts(name, Filter(since=0.0)).values()) >= 4, name


def test_counting_by_what_is_no_facet_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="tree"):
        store.counts("first_words")


def test_the_queue_shows_now_first_then_the_oldest(store: Store) -> None:
    begin(store, "old", status="waiting", urgency="today", queued_at=AT + 1)
    begin(store, "older", status="waiting", urgency="none", queued_at=AT)
    begin(store, "now", status="waiting", urgency="now", queued_at=AT + 9)
    begin(store, "alerted", status="with-assistant", alerted=1, urgency="now", queued_at=None, updated_at=AT + 5)
    begin(store, "asking", status="with-assistant", urgency="now")
    begin(store, "taken", status="with-specialist", alerted=1, urgency="now", queued_at=AT)
    begin(store, "done", status="closed", alerted=1, urgency="now")
    assert [row["stream"] for row in store.queue()] == ["alerted", "now", "older", "old"]
    store.append("now", 1, [said("taken")], summary={"status": "with-specialist"})
    assert [row["stream"] for row in store.queue()] == ["alerted", "older", "old"]


def test_summaries_can_be_thrown_away_and_built_again(store: Store) -> None:
    for n, (stream, summary) in enumerate(CONVERSATIONS.items()):
        store.append(
            stream, 0, [slot(name, value, AT + n) for name, value in summary.items()], summary={"owner": "wrong"}
        )
    store.append("reads/reviewer", None, [slot("what", "c-1")], summary={"owner": "no conversation"})

    def fold(stream: str, events: list[dict[str, Any]]) -> dict[str, Any] | None:
        return {event["name"]: event["value"] for event in events} if stream.startswith("c-") else None

    assert store.rebuild_summaries(fold) == 4
    for n, (stream, summary) in enumerate(CONVERSATIONS.items()):
        found = store.summary(stream)
        assert {name: found[name] for name in summary} == summary
        assert found["started_at"] == AT + n
    assert store.counts("owner") == {"gp": 2, "practitioner": 2}
    assert [row["stream"] for row in store.summaries(Filter(tree="bruises"))] == ["c-2", "c-1"]


def test_rebuilding_loses_nothing_that_is_appended_meanwhile(store: Store) -> None:
    for n in range(30):
        begin(store, f"c-{n}", turns=1)

    def fold(stream: str, events: list[dict[str, Any]]) -> dict[str, Any]:
        if len(events) == 1:  # it grows while it is folded
            store.append(stream, None, [said("more")], summary={"turns": 2})
        return {"turns": len(events)}

    assert store.rebuild_summaries(fold) == 30
    assert {row["turns"] for row in store.summaries(limit=100)} == {2}


def test_streams_are_listed_by_prefix_from_the_last_name(store: Store) -> None:
    for name in ("audits/1", "drafts/a", "drafts/b", "drafts/ü", "drafts", "e"):
        store.append(name, None, [slot("a", 1), slot("a", 2)])
    assert [head.stream for head in store.streams("drafts/")] == ["drafts/ü", "drafts/b", "drafts/a"]
    assert [head.stream for head in store.streams("drafts/", before="drafts/b")] == ["drafts/a"]
    assert [head.stream for head in store.streams(limit=2)] == ["e", "drafts/ü"]
    head = store.streams("e")[0]
    assert (head.last, head.hash) == (2, store.read("e")[-1].hash)


# Search


def test_search_finds_what_was_just_said_newest_first(store: Store) -> None:
    store.append("c-1", 0, [said("a bruise on his cheek", AT)], summary={"owner": "gp"})
    store.append("c-2", 0, [said("two bruises", AT + 1, "agent"), slot("bruise", "bruise")])
    hits = store.search("bruise")
    assert [(hit.stream, hit.seq, hit.who, hit.at) for hit in hits] == [
        ("c-2", 1, "specialist", AT + 1),
        ("c-1", 1, "practitioner", AT),
    ]
    assert hits[1].excerpt == (("a ", False), ("bruise", True), (" on his cheek", False))
    assert hits[1].summary["owner"] == "gp"
    assert hits[0].summary is None


def test_search_pages_without_gaps_while_more_is_said(store: Store) -> None:
    for n in range(23):
        store.append(f"c-{n % 4}", None, [said(f"bruise number {n}", AT + n)])
    found, before = [], None
    while hits := store.search("bruise", before=before, limit=5):
        found += [hit.at for hit in hits]
        before = hits[-1].position
        store.append("later", None, [said("bruise again", AT + 100)])
    assert found == [AT + n for n in reversed(range(23))]


def test_search_can_be_for_one_persons_words(store: Store) -> None:
    store.append("c-1", 0, [said("danger?"), said("any danger now?", who="bot"), said("no danger", who="agent")])
    assert [hit.who for hit in store.search("danger")] == ["specialist", "assistant", "practitioner"]
    assert [hit.who for hit in store.search("danger", Filter(said_by="practitioner"))] == ["practitioner"]
    assert len(store.search("danger", Filter(said_by=("practitioner", "specialist")))) == 2
    with pytest.raises(ValueError, match="practitioner"):
        store.search("danger", Filter(said_by="parent"))


def test_a_pressed_button_is_not_something_said(store: Store) -> None:
    pressed = ['/answer{"q":"bruises/mobile","a":"No"}', "/start", "/person", '/change{"q":"mobile"}']
    store.append("c-1", 0, [said(text) for text in [*pressed, "/ mobile person start answer change"]])
    for word in ("mobile", "start", "person", "answer"):
        assert [hit.seq for hit in store.search(word)] == [5], word


@pytest.mark.parametrize("words", ["", "  ", '"', "-", "*", '"" - ""', "\x00", "()", "👶"])
def test_nothing_to_look_for_finds_nothing(store: Store, words: str) -> None:
    begin(store, "c-1")
    assert store.search(words) == []


@pytest.mark.parametrize(
    "words",
    [
        'child"s (bruise',
        "bruise NOT cheek",
        "bruise OR nothing-here",
        "NEAR(bruise cheek)",
        "practitioner:bruise",
        "bru*",
        "^bruise",
        "bruise AND",
        "{practitioner} : bruise",
        "bruise + cheek'; DROP TABLE events --",
        '"bruise cheek',
        "bruise\x00cheek",
        "\ud83d bruise",
        "word " * 500,
    ],
)
def test_words_searched_for_are_never_operators(store: Store, words: str) -> None:
    store.append("c-1", 0, [said("a bruise on his cheek")])
    store.search(words)
    assert len(store.search("bruise")) == 1


def test_all_words_must_be_there_and_quoted_words_together(store: Store) -> None:
    store.append("c-1", 0, [said("cold house, no food"), said("no cold food in the house")])
    assert [hit.seq for hit in store.search("food house")] == [2, 1]
    assert [hit.seq for hit in store.search('"cold house"')] == [1]
    assert store.search("food garden") == []


def test_search_finds_what_another_process_appended(opened: Opened) -> None:
    one, other = opened(), opened()
    for n in range(3):
        one.append("c-1", None, [said(f"bruise {n}")])
        other.append("c-2", None, [said(f"bruise {n}")])
        assert len(one.search("bruise")) == len(other.search("bruise")) == 2 * (n + 1)


# Kept content, faults, backup, heartbeat


def test_content_is_kept_by_its_digest(store: Store) -> None:
    first = {"decision_trees/bruises.yaml": "tree: bruises", "knowledge/contacts.yaml": "contacts: é"}
    digest = store.keep(first)
    assert store.keep(dict(reversed(first.items()))) == digest
    changed = store.keep({**first, "knowledge/contacts.yaml": "contacts: none"})
    assert changed != digest
    assert store.kept(digest) == first
    assert store.kept(changed)["knowledge/contacts.yaml"] == "contacts: none"
    assert store.kept(store.keep({})) == {}
    with pytest.raises(NotKept):
        store.kept("0" * 64)


def test_content_kept_by_many_at_once_is_kept_once(opened: Opened) -> None:
    stores = [opened(), opened()]
    texts = {f"decision_trees/{n}.yaml": f"tree: {n % 3}" for n in range(9)}
    digests = at_once([lambda n=n: stores[n % 2].keep(texts) for n in range(6)])
    assert len(set(digests)) == 1
    assert stores[0].kept(digests[0]) == texts
    assert stores[0].verify() == []


def test_an_untouched_record_has_no_fault(store: Store) -> None:
    assert store.verify() == []
    for stream, summary in CONVERSATIONS.items():
        store.append(stream, 0, [said("é one"), said("two")], summary=summary, message=Message("m", "d", "[]"))
    store.keep({"a": "text", "b": "text"})
    assert store.verify() == []
    assert store.verify("c-1") == []
    assert store.verify("nobody") == []


def test_a_record_can_be_verified_while_it_grows(store: Store) -> None:
    stop = threading.Event()

    def grow() -> None:
        while not stop.is_set():
            store.append("c-1", None, [said("more")])

    grower = threading.Thread(target=grow)
    grower.start()
    try:
        for _ in range(20):
            assert store.verify() == []
    finally:
        stop.set()
        grower.join()


def test_a_beat_shows_for_two_seconds(store: Store) -> None:
    assert not store.alive(AT)
    store.beat(AT)
    assert store.alive(AT)
    assert store.alive(AT + 2)
    assert not store.alive(AT + 2.1)
    store.beat(AT + 0.9)
    assert not store.alive(AT + 2.5), "at most one row a second"
    store.beat(AT + 1.0)
    assert store.alive(AT + 2.5)
    store.beat(AT - 3600)
    assert store.alive(AT - 3600), "a clock that was put back stops nothing"


def test_another_process_sees_the_beat(opened: Opened) -> None:
    one, other = opened(), opened()
    one.beat(AT)
    assert other.alive(AT + 1)
    other.beat(AT + 0.5)
    assert not one.alive(AT + 2.2), "at most one row a second between them"


def test_an_append_takes_a_few_milliseconds(store: Store) -> None:
    store.append("c-1", None, [said("first")])
    began = time.perf_counter()
    for _ in range(50):
        store.append("c-1", None, [said("a few words about it"), *[slot("q", "Yes")] * 5], summary={"turns": 1})
    assert (time.perf_counter() - began) / 50 < 0.05


def test_an_audit_changes_the_row_of_the_conversation_it_is_about(store: Store) -> None:
    store.append("c-1", 0, [slot("a", 1)], summary={"owner": "gp"})
    store.append("audits/c-1", None, [slot("a", 1)], summary={"finding": "met", "reviewers": "r1 r2"}, about="c-1")
    assert store.summary("audits/c-1") is None
    found = store.summary("c-1")
    assert found is not None and found["finding"] == "met" and found["owner"] == "gp"
    assert [row["stream"] for row in store.summaries(Filter(finding="met", reviewer="r2"))] == ["c-1"]
    store.append("audits/c-2", None, [slot("a", 1)], summary={"finding": "met"}, about="c-2")
    assert store.summary("c-2") is None


def test_the_events_of_streams_of_one_kind_are_gathered_in_the_order_they_were_recorded(store: Store) -> None:
    for stream in ("audits/b", "audits/a", "other", "audits/b"):
        store.append(stream, None, [slot("a", stream)])
    found = list(store.gather("audits/"))
    assert [(one.stream, one.seq) for one in found] == [("audits/b", 1), ("audits/a", 1), ("audits/b", 2)]
    assert [one.position for one in store.gather("audits/", found[1].position)] == [found[2].position]


def test_what_follows_from_many_events_is_kept_under_a_name_up_to_a_position(store: Store) -> None:
    assert store.projection("audits") == (0, {})
    assert store.project("audits", 0, 7, {"a": "one", "b": "two"})
    assert store.project("audits", 7, 9, {"b": "three"})
    assert store.projection("audits") == (9, {"a": "one", "b": "three"})
    assert store.projection("other") == (0, {})


def test_a_projection_is_never_kept_with_a_gap_and_never_goes_back(store: Store) -> None:
    store.project("audits", 0, 7, {"a": "one"})
    assert not store.project("audits", 8, 9, {"a": "what happened between 7 and 8 is not in it"})
    assert not store.project("audits", 0, 6, {"a": "of a process that is behind"})
    assert store.projection("audits") == (7, {"a": "one"})
    assert store.project("audits", 3, 8, {"a": "all of it"})  # more than is missing does no harm


def test_building_again_throws_projections_away(store: Store) -> None:
    store.append("c-1", 0, [slot("a", 1)])
    store.project("audits", 0, 1, {"a": "one"})
    store.rebuild_summaries(lambda stream, events: None)
    assert store.projection("audits") == (0, {})


def test_a_narrowed_search_finds_the_same_whichever_way_it_is_gone_through(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(30):
        tree = "neglect" if n % 5 == 0 else "other"
        store.append(f"c-{n:02}", 0, [said(f"bruise number {n}"), said("again a bruise")], summary={"trees": tree})
    few = Filter(tree="neglect")
    whole = store.search("bruise", few, limit=50)
    assert [hit.stream for hit in whole][::2] == ["c-25", "c-20", "c-15", "c-10", "c-05", "c-00"]
    assert [hit.position for hit in whole] == sorted((hit.position for hit in whole), reverse=True)
    monkeypatch.setattr(search, "WALKED", 3)  # the newest hits are of others: their places are looked up beforehand
    assert store.search("bruise", few, limit=50) == whole
    page = store.search("bruise", few, limit=4)
    assert page == whole[:4]
    assert store.search("bruise", few, page[-1].position, limit=4) == whole[4:8]


def test_where_all_hits_are_on_one_page_those_with_more_of_the_words_together_stand_first(store: Store) -> None:
    store.append("c-1", 0, [said("a bruise on the cheek, then another bruise on the other cheek")])
    store.append("c-2", 0, [said("a bruise, and some words later something about his cheek")])
    newest = store.search("bruise cheek")
    assert [hit.stream for hit in newest] == ["c-2", "c-1"]
    assert [hit.stream for hit in search.closest_first(newest)] == ["c-1", "c-2"]
    assert search.closest_first(newest[::-1] + newest[:1])[1:] == [newest[0], newest[0]]  # equals keep their order


def test_words_typed_beside_a_button_are_found_and_the_payload_around_them_is_not(store: Store) -> None:
    view = {"level": "4-CP", "code": "pattern", "words": 'He said "again".\nIt is the third fracture.'}
    worry = {"q": "every-tree/own-view", "a": "Level 3", "worry": "Nobody looks behind the caravan."}
    pressed = {"q": "neglect/meals", "a": "Often missed"}
    store.append(
        "c-1",
        0,
        [
            said(f"/{kind}{json.dumps(body)}")
            for kind, body in (
                ("differ", view),
                ("answer", worry),
                ("answer", pressed),
                ("change", {"q": "neglect/meals"}),
            )
        ],
    )
    store.append("c-1", 4, [said(words) for words in ("/answer{ is no payload: kettle", "/continue", "/person")])
    assert [hit.seq for hit in store.search("third fracture")] == [1]
    (found,) = store.search("behind caravan")
    assert "".join(piece for piece, _ in found.excerpt) == "Nobody looks behind the caravan."
    assert [hit.seq for hit in store.search("kettle")] == [5], "what is no payload was typed"
    for word in ("differ", "pattern", "level", "neglect", "missed", "worry", "person", "continue"):
        assert store.search(word) == [], word
