"""The practitioner's own view: asked before any level is shown, never where anything is urgent, shown beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot import assistant, content, own_view, writing
from bot.model import NOT_SURE
from bot.standing import where

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
CONTENT = content.content()
TREES = sorted(CONTENT.trees)


class Talk:
    """A conversation in memory about one concern."""

    def __init__(self, tree: str = "neglect", role: str = "practitioner", organisation: str = "gp-practice") -> None:
        asker = {"person": "p", "name": "P", "role": role, "organisation": organisation}
        self.slots = assistant.fold(None, assistant.begin(asker, "chat", NOW))
        self.slots = assistant.fold(self.slots, [{"event": "slot", "name": "chosen", "value": [tree]}])
        self.asked: list[str] = []
        self.says("/start")

    def says(self, text: str) -> dict[str, Any]:
        turn = assistant.take(self.slots, "s", text, NOW, None, CONTENT)
        assert turn.slots == assistant.fold(self.slots, turn.events), "the events alone are the truth"
        self.slots, self.reply, self.events = turn.slots, turn.reply, turn.events
        self.custom = self.reply[-1]["custom"]
        if self.custom["question"]:
            self.asked.append(self.custom["question"])
        return dict(self.custom)

    def answers(self, q: str, a: str, **besides: Any) -> dict[str, Any]:
        return self.says("/answer" + json.dumps({"q": q, "a": a, **besides}))

    def mild_until(self, question: str | None = None) -> None:
        """Presses the last answer but one, which is never "Not sure", until a question is asked or none is."""
        while (buttons := self.buttons) and self.custom["question"] != question:
            self.says(buttons[max(0, len(buttons) - 2)]["payload"])

    @property
    def buttons(self) -> list[dict[str, str]]:
        return next((r["buttons"] for r in reversed(self.reply) if r.get("buttons")), [])

    @property
    def words(self) -> str:
        return " ".join(r.get("text", "") for r in self.reply)


@pytest.mark.parametrize("tree", TREES)
def test_in_every_tree_it_is_asked_just_before_the_last_question_about_danger(tree: str) -> None:
    talk = Talk(tree)
    talk.mild_until()
    if own_view.KEY in talk.asked:
        assert talk.asked[talk.asked.index(own_view.KEY) + 1] == own_view.LAST_KEY
    else:
        assert own_view.LAST_KEY not in talk.asked, "only an outcome that cannot wait leaves it out"


def test_every_level_can_be_named_and_nobody_has_to() -> None:
    titles = [a.text for a in CONTENT.common.questions[own_view.QUESTION].answers]
    assert [t for t in titles if t in own_view.NAMED] == list(own_view.NAMED)
    assert "I would rather not say" in titles and titles[-1] == NOT_SURE
    talk = Talk()
    talk.mild_until(own_view.KEY)
    talk.answers(own_view.KEY, "I would rather not say")
    talk.mild_until()
    assert talk.custom["outcome"] is not None and own_view.level(talk.slots) is None


def test_it_is_skipped_where_there_is_danger_or_anything_urgent() -> None:
    talk = Talk()
    talk.answers("every-tree/danger-now", "Yes")
    assert own_view.KEY not in talk.asked and talk.custom["outcome"] is not None
    for words in ("she has been strangled by him", "he is not breathing"):
        talk = Talk()
        talk.says(words)
        talk.says("/continue")
        talk.mild_until()
        assert own_view.KEY not in talk.asked


def test_a_gp_checks_early_help_in_at_most_seven_questions_whatever_the_answers() -> None:
    def longest(talk: Talk) -> int:
        most, ahead = 0, [(talk.slots, [b["payload"] for b in talk.buttons], 1)]
        while ahead:
            slots, payloads, deep = ahead.pop()
            most = max(most, deep)
            for payload in payloads:
                turn = assistant.take(slots, "s", payload, NOW, None, CONTENT)
                there = next((r["buttons"] for r in reversed(turn.reply) if r.get("buttons")), [])
                if there:
                    ahead.append((turn.slots, [b["payload"] for b in there], deep + 1))
        return most

    assert longest(Talk("early-help", role="gp")) <= 7


def test_whoever_answers_the_last_question_without_it_has_passed_it_over() -> None:
    talk = Talk()
    talk.mild_until(own_view.KEY)
    custom = talk.answers(own_view.LAST_KEY, "No")
    assert custom["outcome"] is not None and custom["note"] is None
    talk.says("/start")
    assert talk.asked.count(own_view.KEY) == 1


def test_it_changes_neither_level_nor_urgency_nor_who_takes_over() -> None:
    told = []
    for own in (*own_view.NAMED, "I would rather not say", NOT_SURE):
        talk = Talk()
        talk.mild_until(own_view.KEY)
        talk.answers(own_view.KEY, own)
        talk.mild_until()
        told.append((talk.custom["outcome"], talk.custom["urgency"]))
    assert all(one == told[0] for one in told)


@pytest.mark.parametrize(("own", "how"), [("Level 4, child protection", "higher"), ("Level 1, universal", "within")])
def test_both_are_told_together_and_stand_in_the_note(own: str, how: str) -> None:
    talk = Talk()
    talk.mild_until(own_view.KEY)
    talk.answers(own_view.KEY, own, worry="that nobody sees the little one")
    talk.mild_until()
    assert own_view.beside(talk.slots, talk.custom["outcome"]) == how
    phrase = CONTENT.phrases[f"own-view-{how}"].replace("{quotes}", own)
    note = writing.note(talk.slots, CONTENT, NOW)
    assert phrase in talk.words and phrase in note
    assert "that nobody sees the little one" in note


def test_a_view_from_before_is_not_made_or_changed_once_the_level_is_known() -> None:
    talk = Talk()
    talk.mild_until()
    before = talk.slots[own_view.KEY]
    for text in ('/change{"q":"every-tree/own-view"}', '/answer{"q":"every-tree/own-view","a":"Level 1, universal"}'):
        assert talk.says(text)["note"] == "stale"
    assert talk.slots[own_view.KEY] == before


def test_danger_in_the_main_worry_is_heard() -> None:
    talk = Talk()
    talk.mild_until(own_view.KEY)
    custom = talk.answers(own_view.KEY, "Level 2, emerging needs", worry="he has strangled her twice")
    assert custom["urgency"] != "none" and any(f["id"] == "X-13" for f in custom["red_flags"])
    assert custom["outcome"] is not None, "what was typed stops the questions"


def test_not_known_has_three_kinds_and_none_of_them_lowers_anything() -> None:
    told = []
    for kind in (None, "yet", "cannot", "declined"):
        talk = Talk("domestic-abuse")
        while talk.buttons:
            question = where(talk.slots, CONTENT).asks
            assert question is not None
            danger = "danger" in question.key
            body = {"q": question.key, "a": "No" if danger else NOT_SURE}
            talk.says("/answer" + json.dumps(body if danger or kind is None else {**body, "not_known": kind}))
        outcome = talk.custom["outcome"]
        told.append((outcome["at_least"], outcome["at_most"], outcome["hand_off"]))
        assert set(talk.slots["not_known"].values()) == ({kind} if kind else set())
        if kind:
            assert CONTENT.phrases[f"not-known-{kind}"] in writing.note(talk.slots, CONTENT, NOW)
    assert len(set(told)) == 1


@pytest.mark.parametrize(
    "besides",
    [{"not_known": "yet"}, {"not_known": "perhaps"}, {"worry": 3}, {"worry": "x" * 1001}, {"another": "key"}],
)
def test_what_may_not_stand_beside_an_answer_makes_it_no_answer(besides: dict[str, Any]) -> None:
    talk = Talk()
    talk.answers("every-tree/danger-now", "No", **besides)
    assert talk.slots.get("every-tree/danger-now") is None


def test_a_later_answer_takes_away_why_it_was_not_known() -> None:
    talk = Talk()
    talk.answers("every-tree/danger-now", "No")
    talk.answers("every-tree/council-lives", NOT_SURE, not_known="cannot")
    assert talk.slots["not_known"] == {"every-tree/council-lives": "cannot"}
    talk.says('/change{"q":"every-tree/council-lives"}')
    talk.answers("every-tree/council-lives", "Derby")
    assert talk.slots["not_known"] == {}
