"""The invented audits of practice mode: made as a reviewer would, on words that stand in the record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from logs import criteria
from web import demo, demo_audits
from web.review import recording, samples
from web.review.audits import quotable
from web.review.figures import figures
from web.review.ledger import ledger
from web.review.reading_one import criteria_in
from web.transcript import lines

if TYPE_CHECKING:
    from bot.content import Content
    from logs.review import Audit
    from logs.store import Store

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, content: Content) -> Iterator[Store]:
    """A record with the demo and its audits in it."""
    from logs import open_store

    store = open_store(str(tmp_path_factory.mktemp("demo") / "record.sqlite"), "practice")
    demo.fill(store, content, NOW)
    assert demo_audits.fill(store, content)
    yield store
    store.close()


def every(store: Store) -> list[Audit]:
    return [audit for one in demo_audits.FIRST for audit in recording.audits_of(store, one.sender).audits]


def test_they_are_made_once_and_only_beside_the_demo(filled: Store, store: Store, content: Content) -> None:
    assert not demo_audits.fill(filled, content)
    assert not demo_audits.fill(store, content), "there is nothing to audit"


def test_the_sample_says_what_was_drawn_and_leaves_something_to_do(filled: Store) -> None:
    (drawn,) = samples.every(filled)
    twice = {one.stream for one in drawn.drawn if one.second}
    assert twice == {one.sender for one in demo_audits.FIRST if one.second} | {demo_audits.AWAITS}
    assert len(drawn.drawn) == len(demo.PAST) > len(demo_audits.FIRST)
    awaits = recording.audits_of(filled, demo_audits.AWAITS)
    assert awaits.awaits_second and awaits.hidden_from("second-reviewer") and not awaits.hidden_from("reviewer")


def test_every_rating_keeps_the_rules_of_the_form(filled: Store, content: Content) -> None:
    every_one = {one.id: one for one in criteria_in(content).all}
    for audit in every(filled):
        assert audit.ratings.keys() == every_one.keys()
        said = quotable(lines(filled.read(audit.conversation), content))
        for id, rating in audit.ratings.items():
            place = (audit.conversation, audit.reviewer, id)
            assert rating.value in criteria.RATINGS, place
            if rating.value in ("met", "partly"):
                assert rating.evidence, place
            if rating.value == "not" or (rating.value == "na" and every_one[id].critical):
                assert rating.note, place
            for one in rating.evidence:
                assert one.quote.casefold() in said[one.seq].casefold(), place


def test_agreement_has_figures_and_something_to_talk_through(filled: Store, content: Content) -> None:
    found, pairs = figures(filled, ledger(filled), [one.id for one in criteria_in(content).all])
    assert pairs == 4
    assert found["A05"].kappa.value is not None and found["level"].percent not in (None, 1)
    assert any(one.percent == 1 for one in found.values())


def test_there_is_an_action_to_do_one_done_and_feedback_with_its_answer(filled: Store) -> None:
    to_do, done = ledger(filled).actions()
    assert to_do.done_at is None and done.done_at is not None
    (told,) = ledger(filled).feedback_to("practitioner")
    assert told.answer
    assert filled.verify() == []
