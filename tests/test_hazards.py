"""Controls of the hazard log that belong to no single module: what every outcome, page and tree must say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

import web.outcomes
from bot import picture, understanding
from bot.content import Content
from bot.model import NOT_SURE, Outcome
from bot.standing import ALL_OF_THESE, NOT_NOW

ADVICE_FIRST = re.compile(
    r"before (?:the |you )?(?:parents|family)?.{0,40}(?:told|taken advice)"
    r"|[Dd]o not (?:tell|speak with|raise it with) the (?:parents|family)"
)
# Where telling the family may raise the danger: disclosure, FGM, induced illness, sexual activity under 13.
TELLING_IS_A_DANGER = ("X-04", "X-06", "X-07", "X-10", "X-11")


def outcomes_of(content: Content) -> dict[str, Outcome]:
    found = {f"every-tree/{name}": outcome for name, outcome in content.common.outcomes.items()}
    for tree in content.trees.values():
        found |= {f"{tree.id}/{name}": outcome for name, outcome in tree.outcomes.items()}
    return found


def outcome_of_flag(content: Content, flag: str) -> Outcome:
    found = next(f for f in content.common.red_flags if f.flag == flag)
    question = content.common.questions.get(found.next)
    name = found.next if question is None else next(a.next for a in question.answers if a.next)
    return content.common.outcomes[name]


def words_of(outcome: Outcome) -> str:
    return " ".join((outcome.says, *outcome.do_next))


def test_every_4_cp_outcome_begins_with_a_phone_call_and_brings_a_person(content: Content) -> None:
    grave = {name: o for name, o in outcomes_of(content).items() if o.level == "4-CP"}
    assert len(grave) > 20
    for name, outcome in grave.items():
        assert outcome.urgency in ("today", "now"), name
        assert outcome.hand_off in ("today", "now"), name
        assert "council-protection" in outcome.route, name
        assert re.search(r"[Rr]ing (?:999|the council|the police|for an urgent)", " ".join(outcome.do_next[:2])), name


def test_known_fgm_is_reported_to_the_police_by_whoever_knows_whatever_a_specialist_does(content: Content) -> None:
    outcome = outcome_of_flag(content, "X-06")
    assert "101" in words_of(outcome)
    assert "yourself" in words_of(outcome)
    assert "does not discharge" in outcome.says
    assert "police-101" in outcome.route


@pytest.mark.parametrize("flag", TELLING_IS_A_DANGER)
def test_where_telling_the_family_is_a_danger_advice_comes_first(content: Content, flag: str) -> None:
    assert ADVICE_FIRST.search(words_of(outcome_of_flag(content, flag)))


def test_every_outcome_says_that_anyone_may_refer_at_any_time(
    content: Content, says: Callable[..., list[dict[str, Any]]]
) -> None:
    says("/start")
    reply = says('/answer{"q":"every-tree/danger-now","a":"Yes"}')
    assert content.phrases["anyone-may-refer"] in reply[-1]["custom"]["outcome"]["do_next"]
    reply = says("she has been strangled by him", sender="another")
    assert content.phrases["anyone-may-refer"] in reply[-1]["custom"]["outcome"]["do_next"]
    assert "whatever" in content.phrases["anyone-may-refer"]


def test_every_page_of_every_role_shows_999(app: Flask, client_as: Callable[[str], FlaskClient]) -> None:
    plain = [r.rule for r in app.url_map.iter_rules() if not r.arguments and r.methods and "GET" in r.methods]
    app.config["STREAMS"] = 0  # a stream is no page, and ends only with the page that opened it
    seen = 0
    for person in ("practitioner", "gp", "specialist", "reviewer", "author"):
        client = client_as(person)
        for address in plain:
            answer = client.get(address)
            page = answer.get_data(as_text=True)
            if "<html" in page and answer.status_code != 303:
                assert 'href="tel:999"' in page, (person, address, answer.status_code)
                seen += 1
    assert seen > 20


def test_advice_that_rests_on_other_areas_alone_is_marked_as_not_local_policy(content: Content) -> None:
    guidance = content.guidance
    for tag, marked in (("CMP", True), ("LOC", False)):
        cite = next(name for name, passage in guidance.passages.items() if passage.provenance == tag)
        because = (web.outcomes.Reason("Why?", "Yes", (cite,)),)
        assert web.outcomes.comparators_only(because, guidance) is marked


def test_a_range_comes_with_what_would_settle_it_and_a_level_with_its_reasons(
    says: Callable[..., list[dict[str, Any]]],
) -> None:
    says("/start")
    unsettled = says("she has been strangled by him")[-1]["custom"]["outcome"]
    assert unsettled["indicated"] is None
    assert unsettled["would_settle"]
    settled = says('/answer{"q":"every-tree/danger-now","a":"Yes"}', sender="another")[-1]["custom"]["outcome"]
    assert settled["indicated"] == "4-CP"
    assert all(reason["cites"] for reason in settled["because"])
    assert settled["because"]


def test_every_sentence_of_a_conversation_stands_in_a_file(
    content: Content, says: Callable[..., list[dict[str, Any]]]
) -> None:
    written = " ".join(" ".join(text.replace("- ", " ").split()) for text in content.texts.values())

    def plain(words: str) -> str:
        return " ".join(words.replace("- ", " ").split())

    for number, tree in enumerate(content.trees.values()):
        talk = f"conversation-{number}"
        reply = says(tree.title, sender=talk) and says("/start", sender=talk)
        for _ in range(60):
            buttons = [b for part in reply for b in part.get("buttons", [])]
            if not buttons:
                break
            asked = next(part["text"] for part in reply if part.get("buttons"))
            assert plain(re.sub(r"^Child \d: ", "", asked)) in written
            titles = {button["title"] for button in buttons} - {ALL_OF_THESE, NOT_NOW}
            assert not {title for title in titles if plain(title) not in written}
            reply = says(buttons[max(0, len(buttons) - 2)]["payload"], sender=talk)
        outcome = reply[-1]["custom"]["outcome"]
        assert outcome is not None
        for sentence in (outcome["says"], *outcome["do_next"]):
            assert plain(sentence) in written, sentence


def test_words_never_fill_in_the_mildest_answer_of_a_question(content: Content, root: Path) -> None:
    questions = {f"every-tree/{name}": question for name, question in content.common.questions.items()}
    for tree in content.trees.values():
        questions |= {f"{tree.id}/{name}": question for name, question in tree.questions.items()}
    typed = [
        json.loads(line)["text"]
        for file in sorted((root / "tests" / "conversations").glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    suggested = [s for text in typed for s in understanding.read(text, content.trees, content.common).suggested]
    assert len(suggested) > 100
    for suggestion in suggested:
        question = questions[suggestion.q]
        if question.ordered:
            assert suggestion.a not in (question.known_answers[-1].text, NOT_SURE), suggestion


def test_reassuring_words_take_nothing_back(says: Callable[..., list[dict[str, Any]]]) -> None:
    says("/start")
    before = says("3 month old baby has a bruise on his cheek")[-1]["custom"]
    labels = {flag["id"]: flag["label"] for flag in before["red_flags"]}
    assert labels["X-02"] == "stated"
    for words in ("mum says he rolled off the sofa", "no concerns really, lovely visit", "it was not a bruise"):
        after = says(words)[-1]["custom"]
        assert after["urgency"] == before["urgency"] == "today"
        assert labels.items() <= {flag["id"]: flag["label"] for flag in after["red_flags"]}.items()


@pytest.mark.parametrize(
    "typed",
    [
        "3 month old baby has a bruise on his cheek, mum says he rolled off the sofa",
        "mum denies there is any bruise on the baby",
    ],
)
def test_a_parents_denial_or_explanation_clears_no_flag(content: Content, typed: str) -> None:
    heard = understanding.read(typed, content.trees, content.common)
    labels = {flag.id: flag.label for flag in heard.red_flags}
    assert labels["X-02"] in ("stated", "unclear")
    assert heard.urgency == "today"


def test_no_match_in_what_was_typed_is_never_no_concern(
    content: Content, says: Callable[..., list[dict[str, Any]]]
) -> None:
    says("/start")
    told = " ".join(part.get("text", "") for part in says("qwerty zxcvb plugh"))
    assert "does not mean there is no concern" in told


def test_every_tree_can_be_put_on_paper_with_its_version(content: Content, capsys: pytest.CaptureFixture[str]) -> None:
    for tree in content.trees.values():
        assert picture.show(tree.id, content) == 0
        paper = capsys.readouterr().out
        assert tree.title in paper
        assert str(tree.version) in paper
        assert all(question.ask in " ".join(paper.split()) for question in tree.questions.values())
