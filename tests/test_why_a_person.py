"""The rules by which a person takes over: reviewed data, each with the words or answers that made it hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bot import assistant, bounding, folding, hand_off, rule_book, standing, telling
from bot.handing import with_hints
from bot.model import COMMON
from bot.takeover import EVENTS, WHENS

if TYPE_CHECKING:
    from pathlib import Path

    from bot.content import Content

AT = datetime(2026, 3, 10, 10, 30, tzinfo=UTC)
ASKER = {"person": "practitioner", "name": "P", "role": "practitioner", "organisation": "dchs"}


def slots_of(**given: Any) -> dict[str, Any]:
    """Where a conversation stands at its beginning, with some slots as they are given."""
    return {**folding.after(None, assistant.begin(ASKER, "chat", AT)), **given}


def holding(slots: dict[str, Any], content: Content) -> dict[str, hand_off.Reason]:
    """The rules that hold, by name."""
    at = standing.where(slots, content)
    found = hand_off.reasons(slots, content, at, telling.reached(at), bounding.bounds_of(slots, content, at))
    return {reason.rule: reason for reason in found}


def test_every_rule_of_the_issue_stands_in_the_rule_book(content: Content) -> None:
    whens = {rule.when for rule in content.rule_book.rules}
    assert whens == set(WHENS)
    assert {event for rule in content.rule_book.rules if rule.when == "happened" for event in rule.what} == set(EVENTS)


def test_no_rule_is_approved_by_anybody_yet_and_each_rests_on_a_passage(content: Content, root: Path) -> None:
    assert "approved_by: null" in (root / "knowledge" / "hand_off.yaml").read_text(encoding="utf-8")
    for rule in content.rule_book.rules:
        assert rule.says and rule.cites
        assert all(cite in content.guidance.passages for cite in rule.cites), rule.name


def test_a_red_flag_brings_a_person_as_soon_as_the_flag_says_and_quotes_the_words(content: Content) -> None:
    flags = [{"id": "X-02", "label": "unclear", "quotes": ["bruise on his cheek"]}]
    found = holding(slots_of(red_flags=flags), content)["flag:X-02"]
    assert found.hand_off in ("today", "now")
    assert found.quotes == ("bruise on his cheek",)
    assert "flag:X-02" not in holding(slots_of(red_flags=[{**flags[0], "label": "denied"}]), content)


def test_setting_a_flag_aside_brings_a_person(content: Content) -> None:
    flags = [{"id": "X-02", "label": "stated", "quotes": ["bruise"]}]
    found = holding({**slots_of(red_flags=flags), f"{COMMON}/flag-injury-not-mobile": "No"}, content)
    assert "flag:X-02" not in found
    assert found["flag-dismissed"].hand_off == "today"


def test_not_sure_at_a_critical_question_brings_a_person_and_says_which(content: Content) -> None:
    found = holding({**slots_of(), f"{COMMON}/flag-perinatal": "Not sure"}, content)["critical-not-sure"]
    assert found.hand_off == "today"
    assert found.quotes[0].endswith("Not sure")


def test_a_range_wider_than_one_level_brings_a_person_and_one_that_reaches_level_4_does_so_today(
    content: Content,
) -> None:
    found = holding(slots_of(chosen=["neglect"]), content)["wide-range"]
    assert found.hand_off == "today"


def test_two_concerns_at_level_3_are_weighed_by_a_person(content: Content) -> None:
    class Journey:
        def __init__(self, tree: str, level: str) -> None:
            self.tree, self.steps, self.key = content.trees[tree], (), None
            self.outcome = next(o for t in content.trees.values() for o in t.outcomes.values() if o.level == level)

    def rules(*levels: str) -> set[str]:
        trees = ("neglect", "domestic-abuse")
        journeys = tuple(Journey(tree, level) for tree, level in zip(trees, levels, strict=True))
        at = standing.Standing((), journeys, (), None, False)  # type: ignore[arg-type]
        found = hand_off.reasons(slots_of(), content, at, [], bounding.bounds_of(slots_of(), content, at))
        return {r.rule for r in found}

    assert "several-at-three" in rules("3", "3")
    assert "several-at-three" not in rules("3", "2")


@pytest.mark.parametrize(("answer", "against"), [("No", True), ("Yes", False), ("Not sure", False)])
def test_an_answer_milder_than_what_was_written_is_a_contradiction(
    content: Content, answer: str, against: bool
) -> None:
    key = f"{COMMON}/adult-substances"
    hinted = with_hints({}, [{"q": key, "a": "Yes", "quotes": ["he drinks"]}])
    found = holding({**slots_of(hinted=hinted), key: answer}, content)
    assert ("contradiction" in found) is against
    if against:
        assert found["contradiction"].quotes[0] == "he drinks"


def test_what_is_not_on_the_list_goes_to_a_person(content: Content) -> None:
    found = holding(slots_of(chosen=["not-on-the-list"], first_words="Something odd."), content)
    assert found["not-on-the-list"].quotes == ("Something odd.",)


def test_what_a_person_handed_back_is_told_from_what_is_new(content: Content) -> None:
    one = hand_off.Reason("contradiction", "says", "today", ("he drinks",))
    other = hand_off.Reason("contradiction", "says", "today", ("she drinks",))
    assert hand_off.fresh([one, other], {"handled": [["contradiction", ["he drinks"]]]}) == [other]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("range-wider-than: 1", "range-wider-then: 1", "Did you mean 'range-wider-than'"),
        ("hand_off: as-the-flag", "hand_off: soon", "is not one of"),
        ("        - flag-danger\n", "        - flag-dagner\n", "there is no question 'flag-dagner'"),
        ("concerns.md#general-rules", "concerns.md#general-rule", "there is no anchor"),
        ("now: null", "now: soon", "is not a number of minutes"),
        ("{happened: undecided}", "{happened: asked-for-person}", "no rule says what happens on 'undecided'"),
        ("name: wide-range", "name: flag", "two rules are named"),
        ('{concerns-at-level: "3"}', '{concerns-at-level: "5"}', "should be of"),
        ("  dhcft:\n", "  dhctf:\n", "there is no organisation"),
    ],
)
def test_a_planted_fault_in_the_rules_is_found(content: Content, root: Path, old: str, new: str, says: str) -> None:
    text = (root / "knowledge" / "hand_off.yaml").read_text(encoding="utf-8")
    assert old in text
    known = rule_book.Known(
        content.common.questions, content.trees, content.guidance.passages, content.guidance.organisations
    )
    assert rule_book.read(text, known)[1] == []
    assert any(says in fault for fault in rule_book.read(text.replace(old, new, 1), known)[1])
