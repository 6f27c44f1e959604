"""The parts of a tree file: its questions, outcomes, red flags, rules and examples, with every fault."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ruamel.yaml.nodes import SequenceNode

from bot.model import HAND_OFFS, LEVELS, URGENCIES, Answer, Common, Example, Outcome, Question, RedFlag, Rule
from bot.plain_yaml import Reader, did_you_mean

COMMON_FILE = "_every_tree.yaml"
QUESTION_KEYS = frozenset(["ask", "why", "help", "cites", "about", "order", "answers", "as"])
OUTCOME_KEYS = frozenset(["level", "says", "do_next", "route", "cites", "hand_off", "urgency"])
FLAG_KEYS = frozenset(["flag", "urgency", "told", "next"])
RULE_KEYS = frozenset(["name", "when", "raises_to", "hand_off", "says", "cites"])
EXAMPLE_KEYS = frozenset(["situation", "path", "told", "outcome"])
OUTCOME_LEVELS = (*LEVELS, "undecided", "not-graded")


class WordReader(Reader):
    """What is not there reads as no words; the checks say so where words are needed."""

    def words(self, node: Any, what: str) -> str:
        """The words of a scalar, or none."""
        return self.text(node, what) or ""


def needed(reader: WordReader, node: Any, found: dict[str, Any], keys: Iterable[str], what: str) -> None:
    """A fault for every key that is not there."""
    for key in keys:
        if key not in found:
            reader.fault(node, f"{what} has no '{key}'.")


def _items(node: Any) -> list[Any]:
    return list(node.value) if isinstance(node, SequenceNode) else []


def _answers(reader: WordReader, node: Any, what: str, next_needed: bool) -> tuple[Answer, ...]:
    answers: list[Answer] = []
    for item in _items(node):
        found = reader.pairs(item, f"an answer of {what}", frozenset(("answer", "next")))
        needed(reader, item, found, ("answer", "next") if next_needed else ("answer",), f"an answer of {what}")
        answer = Answer(
            reader.words(found.get("answer"), "answer"), reader.words(found.get("next"), "next"), reader.place(item)
        )
        if any(a.text == answer.text for a in answers):
            reader.fault(item, f"answer '{answer.text}' stands twice in {what}.")
        else:
            answers.append(answer)
    return tuple(answers)


def _question(reader: WordReader, name: str, node: Any, common: Common | None) -> Question | None:
    what = f"question '{name}'"
    found = reader.pairs(node, what, QUESTION_KEYS)
    answers = _answers(reader, found.get("answers"), what, next_needed=common is not None)
    if not answers:
        reader.fault(node, f"{what} has no answers.")
        return None
    if "as" not in found:
        needed(reader, node, found, ("ask", "why", "cites", "about"), what)
        return Question(
            id=name,
            ask=reader.words(found.get("ask"), "ask"),
            why=reader.words(found.get("why"), "why"),
            help=reader.words(found.get("help"), "help"),
            cites=reader.texts(found.get("cites"), "cites"),
            about=reader.one_of(found.get("about"), "about", ("child", "family"), "family"),
            ordered=reader.words(found.get("order"), "order") != "none",
            answers=answers,
            shares=None,
            at=reader.place(node),
        )
    shares = reader.words(found["as"], "as")
    for key in sorted(set(found) - {"as", "answers"}):
        reader.fault(found[key], f"{what} borrows '{shares}', so its '{key}' comes from {COMMON_FILE}.")
    source = common.questions.get(shares) if common else None
    if source is None:
        known = common.questions if common else ()
        reader.fault(found["as"], f"'{shares}' is not a question of {COMMON_FILE}.{did_you_mean(shares, known)}")
        return None
    return _borrowed(reader, name, node, source, answers)


def _borrowed(reader: WordReader, name: str, node: Any, source: Question, answers: tuple[Answer, ...]) -> Question:
    """A shared question as this tree uses it: the common words and order, this tree's `next` lines."""
    here = {a.text: a for a in answers}
    for answer in answers:
        if source.leads_to(answer.text) is None:
            words = did_you_mean(answer.text, [a.text for a in source.answers])
            reader.faults.append(
                f"{answer.at.file}:{answer.at.line}: '{answer.text}' is not an answer of '{source.id}'.{words}"
            )
    for answer in source.answers:
        if answer.text not in here:
            reader.fault(node, f"question '{name}' does not say where the answer '{answer.text}' leads.")
    kept = tuple(here[a.text] for a in source.answers if a.text in here)
    return Question(
        name,
        source.ask,
        source.why,
        source.help,
        source.cites,
        source.about,
        source.ordered,
        kept,
        source.id,
        reader.place(node),
    )


def questions(reader: WordReader, node: Any, common: Common | None) -> dict[str, Question]:
    """The questions of a tree, or of what all trees share (`common` None), in the order they are written."""
    found = reader.pairs(node, "questions") if node is not None else {}
    read = {name: _question(reader, name, value, common) for name, value in found.items()}
    return {name: question for name, question in read.items() if question is not None}


def outcomes(reader: WordReader, node: Any) -> dict[str, Outcome]:
    """The outcomes, by name."""
    outcomes = {}
    for name, value in (reader.pairs(node, "outcomes") if node is not None else {}).items():
        found = reader.pairs(value, f"outcome '{name}'", OUTCOME_KEYS)
        needed(reader, value, found, ("level", "says", "do_next", "route", "cites"), f"outcome '{name}'")
        outcomes[name] = Outcome(
            id=name,
            level=reader.one_of(found.get("level"), "level", OUTCOME_LEVELS, "undecided"),
            says=reader.words(found.get("says"), "says"),
            do_next=reader.texts(found.get("do_next"), "do_next"),
            route=reader.texts(found.get("route"), "route"),
            cites=reader.texts(found.get("cites"), "cites"),
            hand_off=reader.one_of(found.get("hand_off"), "hand_off", HAND_OFFS, "none"),
            urgency=reader.one_of(found.get("urgency"), "urgency", URGENCIES, "none"),
            at=reader.place(value),
        )
    return outcomes


def red_flags(reader: WordReader, node: Any) -> tuple[RedFlag, ...]:
    """The red flags that a file watches typed words for."""
    flags = []
    for item in _items(node):
        found = reader.pairs(item, "a red flag", FLAG_KEYS)
        needed(reader, item, found, ("flag", "urgency", "told", "next"), "a red flag")
        flags.append(
            RedFlag(
                flag=reader.words(found.get("flag"), "flag"),
                urgency=reader.one_of(found.get("urgency"), "urgency", ("today", "now"), "today"),
                told=reader.texts(found.get("told"), "told"),
                next=reader.words(found.get("next"), "next"),
                at=reader.place(item),
            )
        )
    return tuple(flags)


def rules(reader: WordReader, node: Any) -> tuple[Rule, ...]:
    """The rules over several facts: combinations, and when a person is brought in."""
    rules = []
    for item in _items(node):
        found = reader.pairs(item, "a rule", RULE_KEYS)
        needed(reader, item, found, ("name", "when", "says", "cites"), "a rule")
        when = {q: reader.texts(a, "when") for q, a in reader.pairs(found.get("when"), "when").items()}
        raises = reader.one_of(found["raises_to"], "raises_to", LEVELS, "1") if "raises_to" in found else None
        rules.append(
            Rule(
                name=reader.words(found.get("name"), "name"),
                when=tuple(when.items()),
                raises_to=raises,
                hand_off=reader.one_of(found.get("hand_off"), "hand_off", HAND_OFFS, "none"),
                says=reader.words(found.get("says"), "says"),
                cites=reader.texts(found.get("cites"), "cites"),
                at=reader.place(item),
            )
        )
    return tuple(rules)


def examples(reader: WordReader, node: Any) -> tuple[Example, ...]:
    """The worked examples, each with its path and where it ends."""
    examples = []
    for item in _items(node):
        found = reader.pairs(item, "an example", EXAMPLE_KEYS)
        needed(reader, item, found, ("situation", "outcome"), "an example")
        path = reader.pairs(found["path"], "path") if "path" in found else {}
        examples.append(
            Example(
                situation=reader.words(found.get("situation"), "situation"),
                path=tuple((q, reader.words(a, "answer")) for q, a in path.items()),
                told=reader.words(found.get("told"), "told"),
                outcome=reader.words(found.get("outcome"), "outcome"),
                at=reader.place(item),
            )
        )
    return tuple(examples)
