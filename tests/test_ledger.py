"""Pages over all audits: what is folded, what is kept beside the record, and that both say the same."""

from __future__ import annotations

from typing import Any

import pytest

from logs import audit_index, review
from logs.review import Audit, Audits, Evidence, Rating
from logs.store import RecordUnavailable, Store
from web.review import figures, ledger
from web.review.ledger import Ledger

AT = 1_773_138_600.0
RATED = ("met", "partly", "not", "na")


def record(store: Store, conversation: str, name: str, /, **meta: Any) -> None:
    event = {"event": "action", "name": name, "timestamp": AT, "metadata": meta}
    store.append(review.stream_of(conversation), None, [event])


def audited(store: Store, conversation: str, first: int, reviewer: str = "reviewer", second: bool = False) -> None:
    ratings = {f"A{n:02}": Rating(RATED[(first + n) % 4], "noted", (Evidence(2, "words"),)) for n in range(1, 4)}
    critical = frozenset({"A01"})
    made = Audit(
        f"{conversation}-{reviewer}", 0, conversation, reviewer, "Somebody", AT, 1, ratings, critical, "3", None, second
    )
    record(store, conversation, "audited", **review.metadata(made))


@pytest.fixture
def some(store: Store) -> Store:
    """Audits, blind second ratings, an action and feedback."""
    for n in range(6):
        record(store, f"c-{n}", "drawn-for-audit", sample="s", second=n % 2 == 0, why=["rest"], by="reviewer")
        audited(store, f"c-{n}", n)
        if n in (0, 2):
            audited(store, f"c-{n}", n + n, "second-reviewer", True)
    meta = {
        "id": "act",
        "audit": "c-1-reviewer",
        "criterion": "A01",
        "what": "Ask",
        "owner": "Lead",
        "due": "2026-04-01",
    }
    record(store, "c-1", "action-agreed", conversation="c-1", by="reviewer", **meta)
    record(store, "c-1", "action-done", id="act", note="asked")
    told = {"id": "told", "to": "practitioner", "role": "practitioner", "words": "Well recorded.", "by": "Somebody"}
    record(store, "c-1", "feedback-given", conversation="c-1", **told)
    return store


def fresh(store: Store) -> Ledger:
    """The ledger as after a start."""
    ledger._ledgers.pop(store, None)
    return ledger.ledger(store)


def test_what_is_kept_says_what_the_events_say(some: Store) -> None:
    folded = fresh(some)
    for conversation, audits in folded.of.items():
        again = audit_index.unpacked(audit_index.packed(audits))
        assert again == audits, conversation
    assert audit_index.unpacked(audit_index.packed(Audits())) == Audits()


def test_after_a_start_only_what_came_since_is_folded(some: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "MANY", 1)
    before = fresh(some)
    audited(some, "c-9", 1)
    asked: list[int] = []
    gather = some.gather
    monkeypatch.setattr(some, "gather", lambda prefix, after=0: asked.append(after) or gather(prefix, after))
    after = fresh(some)
    assert asked == [before.position]
    assert after.of.keys() == before.of.keys() | {"c-9"}
    assert {c: after.of[c] for c in before.of} == before.of
    assert after.sums() != before.sums()


def test_without_what_was_kept_everything_is_folded_again(some: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "MANY", 1)
    before = fresh(some)
    some.rebuild_summaries(lambda stream, events: None)
    assert some.projection(audit_index.NAME) == (0, {})
    assert fresh(some).of == before.of


def test_a_page_is_shown_where_nothing_can_be_kept(some: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> bool:
        raise RecordUnavailable("read-only", "It cannot be written.")

    monkeypatch.setattr(ledger, "MANY", 1)
    monkeypatch.setattr(some, "project", refused)
    assert len(fresh(some).of) == 6


def test_figures_that_were_kept_are_those_worked_out(some: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "MANY", 1)
    ids = ["A01", "A02", "A03"]
    found = fresh(some)
    made, pairs = figures.figures(some, found, ids)
    assert pairs == 2 and some.projection(figures.KEPT)[0] == found.position
    figures._worked_out.clear()
    monkeypatch.setattr(figures, "_made", lambda *_: pytest.fail("worked out again"))
    assert figures.figures(some, found, ids) == (made, pairs)


def test_figures_of_another_moment_or_of_other_criteria_are_not_taken(
    some: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "MANY", 1)
    figures.figures(some, fresh(some), ["A01"])
    figures._worked_out.clear()
    assert figures.figures(some, fresh(some), ["A01", "A02"])[0].keys() == {"A01", "A02", "level"}
    audited(some, "c-4", 1, "second-reviewer", True)
    figures._worked_out.clear()
    assert figures.figures(some, fresh(some), ["A01", "A02"])[1] == 3
