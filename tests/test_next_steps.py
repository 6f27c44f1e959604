"""What to do now: consent as safety orders it, who rings, what comes next; missing local facts shown as missing."""

from __future__ import annotations

from typing import Any

import pytest

from bot import content, next_steps
from bot.folding import EMPTY

CONTENT = content.content()
WORDS = CONTENT.phrases


def slots(**given: Any) -> dict[str, Any]:
    named = {k: v for k, v in given.items() if k in EMPTY}
    answers = {f"every-tree/{k.replace('_', '-')}": v for k, v in given.items() if k not in EMPTY}
    return {**EMPTY, "asker": {"role": "practitioner", "organisation": "dchs"}, **named, **answers}


def outcome(low: str | None, high: str | None) -> dict[str, Any]:
    return {"at_least": low, "at_most": high, "would_change": []}


def sections(low: str | None, high: str | None, **given: Any) -> dict[str, next_steps.Section]:
    return {s.name: s for s in next_steps.sections(slots(**given), outcome(low, high), CONTENT)}


RANGES = [("4-CP", "4-CP"), ("1", "4-CP"), ("4-CIN", "4-CIN"), ("3", "3"), ("2", "2"), ("1", "1"), (None, None)]


@pytest.mark.parametrize(("low", "high"), RANGES)
def test_everything_said_stands_in_a_passage_that_exists(low: str | None, high: str | None) -> None:
    for section in sections(low, high, council_lives="Derby", family_agrees="Refused").values():
        assert section.says and section.heading
        assert section.cites or section.name == "watch"
        assert all(cite in CONTENT.guidance.passages for cite in section.cites)


def test_at_significant_harm_agreement_is_not_needed_and_the_family_is_told_unless_it_raises_the_risk() -> None:
    consent = sections("4-CP", "4-CP")["consent"]
    assert WORDS["consent-protect"] in consent.says and consent.aloud


@pytest.mark.parametrize(("low", "high"), [("2", "2"), ("3", "3"), ("4-CIN", "4-CIN")])
def test_early_help_and_child_in_need_go_by_agreement_with_words_to_use(low: str, high: str) -> None:
    consent = sections(low, high)["consent"]
    assert consent.says == (WORDS["consent-support"],) and consent.aloud == (WORDS["consent-support-words"],)


def test_where_it_could_be_harm_nobody_is_told_to_ask_for_agreement() -> None:
    consent = sections("2", "4-CP")["consent"]
    assert WORDS["consent-support"] not in consent.says and not consent.aloud
    assert WORDS["consent-unsettled"] in consent.says


@pytest.mark.parametrize("tree", ["sexual-abuse", "fgm", "forced-marriage-and-belief", "child-exploitation"])
@pytest.mark.parametrize(("low", "high"), RANGES)
def test_where_a_word_could_alert_the_family_advice_comes_first_and_no_words_to_use(
    tree: str, low: str | None, high: str | None
) -> None:
    consent = sections(low, high, chosen=[tree])["consent"]
    assert consent.says[0] == WORDS["consent-advice-first"] and not consent.aloud


@pytest.mark.parametrize("flag", sorted(next_steps.ADVICE_FIRST_FLAGS))
def test_a_feature_heard_is_enough_for_advice_first(flag: str) -> None:
    heard = [{"id": flag, "quotes": ["words"], "label": "stated"}]
    assert sections("2", "2", red_flags=heard)["consent"].says[0] == WORDS["consent-advice-first"]


def test_a_refusal_lowers_nothing_and_has_its_steps() -> None:
    consent = sections("2", "2", family_agrees="Refused")["consent"]
    assert WORDS["consent-refused"] in consent.says and "pathways.md#consent-refused" in consent.cites


def test_whoever_is_feared_is_never_told() -> None:
    assert WORDS["consent-never-the-other"] in sections("3", "3", chosen=["domestic-abuse"])["consent"].says


def test_missing_local_steps_are_shown_as_missing() -> None:
    found = sections("4-CP", "4-CP", council_now="Derbyshire")
    assert "missing" in " ".join(found["refused"].says)
    assert WORDS["next-derbyshire"] in found["next"].says and "missing" in WORDS["next-derbyshire"]
    assert WORDS["next-derby"] not in found["next"].says


def test_early_help_names_the_assessment_who_leads_the_family_team_and_plus_for_its_service_alone() -> None:
    own = sections("2", "2", council_lives="Derby")["early-help"]
    assert "early_help.md#derby" in own.cites and WORDS["plus-words"] in own.says
    gp = next_steps.sections(
        {**slots(), "asker": {"role": "gp", "organisation": "gp-practice"}}, outcome("2", "2"), CONTENT
    )
    assert WORDS["plus-words"] not in next(s for s in gp if s.name == "early-help").says


def test_no_early_help_where_it_is_or_could_be_significant_harm() -> None:
    assert "early-help" not in sections("4-CP", "4-CP") and "early-help" not in sections("2", "4-CP")
