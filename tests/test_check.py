"""Every fault that could mislead a practitioner is planted once, and found with its file and line."""

from __future__ import annotations

import pytest

from bot import content as content_room
from bot.check import Checked, everything
from bot.check.wording import reading_grade, syllables

SOUND = """\
tree: made-up
title: A made-up concern
version: 1
owner: Nobody's lead
approved_by: null
reviewed: 2026-11-24
review_by: 2027-05-24
covers: []
use_when: Only in tests.
heard_as: [made up concern]
start: danger-first
red_flags:
  - {flag: X-02, urgency: today, told: [purple spots], next: flag-injury-not-mobile}
questions:
  danger-first:
    as: danger-now
    answers:
      - {answer: Yes, next: danger}
      - {answer: No, next: how-often}
      - {answer: Not sure, next: how-often}
  how-often:
    ask: How often does it happen?
    why: Often weighs more than once.
    help: Often means most weeks.
    cites: [threshold_guidance.md#level-3]
    about: family
    answers:
      - {answer: Often, next: last-check-often}
      - {answer: Once, next: last-check-once}
      - {answer: Not sure, next: last-check-often}
  last-check-often:
    as: danger-before-ending
    answers:
      - {answer: Yes, next: danger}
      - {answer: No, next: several-needs}
      - {answer: Not sure, next: several-needs}
  last-check-once:
    as: danger-before-ending
    answers:
      - {answer: Yes, next: danger}
      - {answer: No, next: some-needs}
      - {answer: Not sure, next: some-needs}
outcomes:
  several-needs:
    level: 3
    says: This reads as level 3.
    do_next: [Talk with the family about more help.]
    route: [early-help]
    cites: [threshold_guidance.md#level-3]
    hand_off: offer
    urgency: none
  some-needs:
    level: 2
    says: This reads as level 2.
    do_next: [Talk with the family about some help.]
    route: [early-help]
    cites: [threshold_guidance.md#level-2]
    hand_off: none
    urgency: none
examples:
  - situation: It happens most weeks
    path: {danger-first: No, how-often: Often, last-check-often: No}
    outcome: several-needs
  - situation: It happened once
    path: {danger-first: No, how-often: Once, last-check-once: No}
    outcome: some-needs
  - situation: Nobody knows how often
    path: {danger-first: Not sure, how-often: Not sure, last-check-often: Not sure}
    outcome: several-needs
  - situation: Danger at the start
    path: {danger-first: Yes}
    outcome: danger
  - situation: Danger comes up at the end
    path: {danger-first: No, how-often: Often, last-check-often: Yes}
    outcome: danger
  - situation: Danger comes up at the end of a mild one
    path: {danger-first: No, how-often: Once, last-check-once: Yes}
    outcome: danger
  - situation: A mark comes up
    told: there are purple spots on the baby
    outcome: injury-not-mobile
"""

PLANTED = {
    "a next that is nowhere": (
        "{answer: Often, next: last-check-often}",
        "{answer: Often, next: last-chek-often}",
        "Did you mean 'last-check-often'?",
    ),
    "a start that is nowhere": ("start: danger-first", "start: dangr", "start 'dangr'"),
    "a circle": ("{answer: No, next: some-needs}", "{answer: No, next: how-often}", "comes back on itself"),
    "a question nothing leads to": (
        "{answer: Once, next: last-check-once}",
        "{answer: Once, next: last-check-often}",
        "nothing leads to question 'last-check-once'",
    ),
    "no Not sure": ("      - {answer: Not sure, next: last-check-often}\n  last", "  last", "no 'Not sure'"),
    "Not sure that is not last": (
        "      - {answer: Often, next: last-check-often}\n      - {answer: Once, next: last-check-once}\n"
        "      - {answer: Not sure, next: last-check-often}\n",
        "      - {answer: Not sure, next: last-check-often}\n      - {answer: Often, next: last-check-often}\n"
        "      - {answer: Once, next: last-check-once}\n",
        "'Not sure' stands last",
    ),
    "a citation of nothing": (
        "cites: [threshold_guidance.md#level-3]\n    about",
        "cites: [threshold_guidance.md#no]\n    about",
        "not an anchor in knowledge/",
    ),
    "a level its citations do not support": ("level: 3", "level: 4-CIN", "none of its citations supports"),
    "a worse answer that lowers the level": (
        "{answer: Often, next: last-check-often}\n      - {answer: Once, next: last-check-once}",
        "{answer: Often, next: last-check-once}\n      - {answer: Once, next: last-check-often}",
        "lowers the lowest level",
    ),
    "a worse answer that lowers the hand-off": (
        "hand_off: offer",
        "hand_off: none",
        "ends in 'several-needs' without a person",
    ),
    "danger not asked at the start": ("as: danger-now", "as: adult-abuse", "does not begin with 'danger-now'"),
    "danger not asked before the end": (
        "{answer: Once, next: last-check-once}",
        "{answer: Once, next: some-needs}",
        "without asking 'danger-before-ending'",
    ),
    "an example that ends elsewhere": (
        "last-check-once: No}\n    outcome: some-needs",
        "last-check-once: No}\n    outcome: several-needs",
        "should end in 'several-needs'",
    ),
    "an answer no example uses": (
        "how-often: Not sure, last",
        "how-often: Often, last",
        "no example uses the answer 'Not sure'",
    ),
    "a red flag no example tells": (
        "there are purple spots on the baby",
        "there is nothing to tell",
        "no example tells of red flag X-02",
    ),
    "an unknown key": ("use_when: Only in tests.", "use_wen: Only in tests.", "Did you mean 'use_when'?"),
    "a doubled key": ("version: 1", "version: 1\nversion: 2", "stands twice"),
    "an alias": ("covers: []", "covers: &a []", "Anchors and aliases"),
    "a version that is no number": ("version: 1", "version: one", "should be a whole number"),
    "a route nobody knows": (
        "route: [early-help]\n    cites: [threshold_guidance.md#level-2]",
        "route: [early-halp]\n    cites: [threshold_guidance.md#level-2]",
        "not in contacts.yaml",
    ),
    "an outcome without a next step": (
        "do_next: [Talk with the family about some help.]",
        "do_next: []",
        "has no 'do_next'",
    ),
    "a shared question nobody shares": ("as: danger-now", "as: danger-nov", "Did you mean 'danger-now'?"),
    "a shared answer left out": (
        "      - {answer: Not sure, next: how-often}\n",
        "",
        "where the answer 'Not sure' leads",
    ),
    "a review date before the review": ("review_by: 2027-05-24", "review_by: 2026-05-24", "is not after reviewed"),
    "a date that is none": ("reviewed: 2026-11-24", "reviewed: soon", "should be dates"),
    "words that reassure": (
        "says: This reads as level 2.",
        "says: There is no concern here.",
        "no match is not 'no concern'",
    ),
    "a question too long to read": (
        "ask: How often does it happen?",
        "ask: " + "How often does it happen " * 12,
        "is the most people read",
    ),
    "words too hard to read": (
        "help: Often means most weeks.",
        "help: Multidisciplinary safeguarding considerations necessitate comprehensive deliberation.",
        "hard to read",
    ),
    "an abbreviation nobody explains": (
        "help: Often means most weeks.",
        "help: Ask the QZX about it.",
        "the glossary does not explain",
    ),
    "a level that does not exist": ("level: 3", "level: 5", "is not one of"),
    "a file with another name": ("tree: made-up", "tree: made-down", "stands in a file named"),
    "not YAML at all": ("examples:", "examples: [", "This is not YAML"),
}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return content_room.texts_in(*content_room.folders())


def checked(texts: dict[str, str], tree: str) -> Checked:
    return everything(
        {
            **{n: t for n, t in texts.items() if n.startswith("knowledge/") or n.endswith("_every_tree.yaml")},
            "decision_trees/made-up.yaml": tree,
        }
    )


def test_the_sound_tree_has_no_fault(texts: dict[str, str]) -> None:
    found = checked(texts, SOUND)
    assert not found.faults
    assert found.line() == "trees=1 questions=4 answers=12 outcomes={} journeys=19 examples=7 faults=0".format(
        found.counts["outcomes"]
    )


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found_with_file_and_line(texts: dict[str, str], name: str) -> None:
    sound, faulty, says = PLANTED[name]
    assert SOUND.count(sound) >= 1
    planted = SOUND.replace(sound, faulty, 1)
    found = [f for f in checked(texts, planted).faults if f.file == "made-up.yaml"]
    assert any(says in f.says for f in found), [str(f) for f in found]
    assert all(f.line >= 1 for f in found)


def test_a_fault_names_the_line_it_stands_on(texts: dict[str, str]) -> None:
    planted = SOUND.replace("next: several-needs}", "next: sevral-needs}", 1)
    line = planted.split("\n").index("      - {answer: No, next: sevral-needs}") + 1
    assert any(f.line == line and "sevral-needs" in f.says for f in checked(texts, planted).faults)


def test_every_fault_is_listed_not_only_the_first(texts: dict[str, str]) -> None:
    planted = SOUND.replace("version: 1", "version: one").replace("reviewed: 2026", "reviewed: x2026")
    assert len(checked(texts, planted).faults) >= 2


def test_a_confirmed_flag_cannot_end_below_its_floor(texts: dict[str, str]) -> None:
    milder = SOUND.replace(
        "as: danger-before-ending\n    answers:\n      - {answer: Yes, next: danger}\n"
        "      - {answer: No, next: some-needs}",
        "as: flag-injury-not-mobile\n    answers:\n      - {answer: Yes, next: some-needs}\n"
        "      - {answer: No, next: some-needs}",
    )
    assert any("which is below 'injury-not-mobile'" in f.says for f in checked(texts, milder).faults)


@pytest.mark.parametrize(
    ("word", "count"),
    [("cat", 1), ("home", 1), ("table", 2), ("baby", 2), ("needed", 2), ("asked", 1), ("safeguarding", 4)],
)
def test_syllables_are_counted_as_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_reading_grade_follows_flesch_and_kincaid() -> None:
    # 9 words, 2 sentences, 12 syllables: 0.39 * 4.5 + 11.8 * 12 / 9 - 15.59
    assert reading_grade("How often does it happen? Often means most weeks.") == pytest.approx(1.898, abs=0.01)
    assert reading_grade("") == 0.0
