"""Reads decision_trees/: every file into the types of `bot.model`, and every fault with its file and line.

YAML is read as plain words (YAML 1.2, no types), so `Yes` and `No` stay words. A shared question (`as:`) takes its
words from `_every_tree.yaml`; only where each answer leads stands in the tree.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from bot.model import (
    HAND_OFFS,
    LEVELS,
    URGENCIES,
    Answer,
    Common,
    Example,
    Outcome,
    Place,
    Question,
    RedFlag,
    Rule,
    Tree,
)

COMMON_FILE = "_every_tree.yaml"
TREE_KEYS = frozenset(
    [
        "tree",
        "title",
        "version",
        "owner",
        "approved_by",
        "reviewed",
        "review_by",
        "covers",
        "use_when",
        "heard_as",
        "start",
        "red_flags",
        "questions",
        "outcomes",
        "examples",
    ]
)
NEEDED_TREE_KEYS = (
    "tree",
    "title",
    "version",
    "owner",
    "reviewed",
    "review_by",
    "use_when",
    "start",
    "questions",
    "outcomes",
)
COMMON_KEYS = frozenset(["questions", "outcomes", "red_flags", "hand_off_when", "combinations"])
QUESTION_KEYS = frozenset(["ask", "why", "help", "cites", "about", "order", "answers", "as"])
OUTCOME_KEYS = frozenset(["level", "says", "do_next", "route", "cites", "hand_off", "urgency"])
FLAG_KEYS = frozenset(["flag", "urgency", "told", "next"])
RULE_KEYS = frozenset(["name", "when", "raises_to", "hand_off", "says", "cites"])
EXAMPLE_KEYS = frozenset(["situation", "path", "told", "outcome"])
OUTCOME_LEVELS = (*LEVELS, "undecided", "not-graded")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong, where it stands, and how to mend it."""

    file: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.says}"


class TreeError(Exception):
    """The decision trees cannot be trusted; lists everything wrong with them, not only the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """' Did you mean …?' where a known word is close, else nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f" Did you mean '{close[0]}'?" if close else ""


@dataclass(slots=True)
class _Reader:
    """Reads the nodes of one file and gathers faults instead of stopping at the first."""

    file: str
    faults: list[Fault] = field(default_factory=list)

    def fault(self, node: Any, says: str) -> None:
        self.faults.append(Fault(self.file, node.start_mark.line + 1, says))

    def place(self, node: Any) -> Place:
        return Place(self.file, node.start_mark.line + 1)

    def mapping(self, node: Any, what: str, allowed: frozenset[str] | None = None) -> dict[str, Any]:
        """Key → node of a mapping; unknown and doubled keys are faults."""
        if not isinstance(node, MappingNode):
            if node is not None:
                self.fault(node, f"{what} should be a list of 'key: value' lines.")
            return {}
        found: dict[str, Any] = {}
        for key_node, value in node.value:
            key = str(key_node.value)
            if getattr(value, "anchor", None):
                self.fault(value, "Anchors and aliases (& and *) are not allowed; write the words out.")
            if key in found:
                self.fault(key_node, f"'{key}' stands twice in {what}.")
            elif allowed is not None and key not in allowed:
                self.fault(key_node, f"'{key}' is not a key of {what}.{did_you_mean(key, allowed)}")
            else:
                found[key] = value
        return found

    def text(self, node: Any, what: str) -> str:
        if node is None:
            return ""
        if not isinstance(node, ScalarNode):
            self.fault(node, f"{what} should be plain words.")
            return ""
        if any(unicodedata.category(c) == "Cc" and not c.isspace() for c in str(node.value)):
            self.fault(node, f"{what} holds a character that cannot be seen; type the words again.")
        return " ".join(str(node.value).split())

    def texts(self, node: Any, what: str) -> tuple[str, ...]:
        if node is None:
            return ()
        if not isinstance(node, SequenceNode):
            self.fault(node, f"{what} should be a list.")
            return ()
        return tuple(self.text(item, what) for item in node.value)

    def one_of(self, node: Any, what: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.text(node, what) if node is not None else default
        if value not in allowed:
            self.fault(node, f"{what} '{value}' is not one of {', '.join(allowed)}.{did_you_mean(value, allowed)}")
            return default
        return value

    def needed(self, node: Any, found: dict[str, Any], keys: Iterable[str], what: str) -> None:
        for key in keys:
            if key not in found:
                self.fault(node, f"{what} has no '{key}'.")


def _items(node: Any) -> list[Any]:
    return list(node.value) if isinstance(node, SequenceNode) else []


def _answers(reader: _Reader, node: Any, what: str, next_needed: bool) -> tuple[Answer, ...]:
    answers: list[Answer] = []
    for item in _items(node):
        found = reader.mapping(item, f"an answer of {what}", frozenset(("answer", "next")))
        reader.needed(item, found, ("answer", "next") if next_needed else ("answer",), f"an answer of {what}")
        answer = Answer(
            reader.text(found.get("answer"), "answer"), reader.text(found.get("next"), "next"), reader.place(item)
        )
        if any(a.text == answer.text for a in answers):
            reader.fault(item, f"answer '{answer.text}' stands twice in {what}.")
        else:
            answers.append(answer)
    return tuple(answers)


def _question(reader: _Reader, name: str, node: Any, common: Common | None) -> Question | None:
    what = f"question '{name}'"
    found = reader.mapping(node, what, QUESTION_KEYS)
    answers = _answers(reader, found.get("answers"), what, next_needed=common is not None)
    if not answers:
        reader.fault(node, f"{what} has no answers.")
        return None
    if "as" not in found:
        reader.needed(node, found, ("ask", "why", "cites", "about"), what)
        return Question(
            id=name,
            ask=reader.text(found.get("ask"), "ask"),
            why=reader.text(found.get("why"), "why"),
            help=reader.text(found.get("help"), "help"),
            cites=reader.texts(found.get("cites"), "cites"),
            about=reader.one_of(found.get("about"), "about", ("child", "family"), "family"),
            ordered=reader.text(found.get("order"), "order") != "none",
            answers=answers,
            shares=None,
            at=reader.place(node),
        )
    shares = reader.text(found["as"], "as")
    for key in sorted(set(found) - {"as", "answers"}):
        reader.fault(found[key], f"{what} borrows '{shares}', so its '{key}' comes from {COMMON_FILE}.")
    source = common.questions.get(shares) if common else None
    if source is None:
        known = common.questions if common else ()
        reader.fault(found["as"], f"'{shares}' is not a question of {COMMON_FILE}.{did_you_mean(shares, known)}")
        return None
    return _borrowed(reader, name, node, source, answers)


def _borrowed(reader: _Reader, name: str, node: Any, source: Question, answers: tuple[Answer, ...]) -> Question:
    """A shared question as this tree uses it: the common words and order, this tree's `next` lines."""
    here = {a.text: a for a in answers}
    for answer in answers:
        if source.leads_to(answer.text) is None:
            words = did_you_mean(answer.text, [a.text for a in source.answers])
            reader.faults.append(
                Fault(answer.at.file, answer.at.line, f"'{answer.text}' is not an answer of '{source.id}'.{words}")
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


def _questions(reader: _Reader, node: Any, common: Common | None) -> dict[str, Question]:
    found = reader.mapping(node, "questions") if node is not None else {}
    read = {name: _question(reader, name, value, common) for name, value in found.items()}
    return {name: question for name, question in read.items() if question is not None}


def _outcomes(reader: _Reader, node: Any) -> dict[str, Outcome]:
    outcomes = {}
    for name, value in (reader.mapping(node, "outcomes") if node is not None else {}).items():
        found = reader.mapping(value, f"outcome '{name}'", OUTCOME_KEYS)
        reader.needed(value, found, ("level", "says", "do_next", "route", "cites"), f"outcome '{name}'")
        outcomes[name] = Outcome(
            id=name,
            level=reader.one_of(found.get("level"), "level", OUTCOME_LEVELS, "undecided"),
            says=reader.text(found.get("says"), "says"),
            do_next=reader.texts(found.get("do_next"), "do_next"),
            route=reader.texts(found.get("route"), "route"),
            cites=reader.texts(found.get("cites"), "cites"),
            hand_off=reader.one_of(found.get("hand_off"), "hand_off", HAND_OFFS, "none"),
            urgency=reader.one_of(found.get("urgency"), "urgency", URGENCIES, "none"),
            at=reader.place(value),
        )
    return outcomes


def _red_flags(reader: _Reader, node: Any) -> tuple[RedFlag, ...]:
    flags = []
    for item in _items(node):
        found = reader.mapping(item, "a red flag", FLAG_KEYS)
        reader.needed(item, found, ("flag", "urgency", "told", "next"), "a red flag")
        flags.append(
            RedFlag(
                flag=reader.text(found.get("flag"), "flag"),
                urgency=reader.one_of(found.get("urgency"), "urgency", ("today", "now"), "today"),
                told=reader.texts(found.get("told"), "told"),
                next=reader.text(found.get("next"), "next"),
                at=reader.place(item),
            )
        )
    return tuple(flags)


def _rules(reader: _Reader, node: Any) -> tuple[Rule, ...]:
    rules = []
    for item in _items(node):
        found = reader.mapping(item, "a rule", RULE_KEYS)
        reader.needed(item, found, ("name", "when", "says", "cites"), "a rule")
        when = {q: reader.texts(a, "when") for q, a in reader.mapping(found.get("when"), "when").items()}
        raises = reader.one_of(found["raises_to"], "raises_to", LEVELS, "1") if "raises_to" in found else None
        rules.append(
            Rule(
                name=reader.text(found.get("name"), "name"),
                when=tuple(when.items()),
                raises_to=raises,
                hand_off=reader.one_of(found.get("hand_off"), "hand_off", HAND_OFFS, "none"),
                says=reader.text(found.get("says"), "says"),
                cites=reader.texts(found.get("cites"), "cites"),
                at=reader.place(item),
            )
        )
    return tuple(rules)


def _examples(reader: _Reader, node: Any) -> tuple[Example, ...]:
    examples = []
    for item in _items(node):
        found = reader.mapping(item, "an example", EXAMPLE_KEYS)
        reader.needed(item, found, ("situation", "outcome"), "an example")
        path = reader.mapping(found["path"], "path") if "path" in found else {}
        examples.append(
            Example(
                situation=reader.text(found.get("situation"), "situation"),
                path=tuple((q, reader.text(a, "answer")) for q, a in path.items()),
                told=reader.text(found.get("told"), "told"),
                outcome=reader.text(found.get("outcome"), "outcome"),
                at=reader.place(item),
            )
        )
    return tuple(examples)


def _root(reader: _Reader, text: str) -> Any:
    try:
        return YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        reader.faults.append(Fault(reader.file, line, f"This is not YAML: {getattr(error, 'problem', 'unreadable')}."))
        return None


def read_common(file: str, text: str) -> tuple[Common, list[Fault]]:
    """What all trees share, and what is wrong with it."""
    reader = _Reader(file)
    root = _root(reader, text)
    found = reader.mapping(root, file, COMMON_KEYS) if root is not None else {}
    common = Common(
        questions=_questions(reader, found.get("questions"), None),
        outcomes=_outcomes(reader, found.get("outcomes")),
        red_flags=_red_flags(reader, found.get("red_flags")),
        hand_off_when=_rules(reader, found.get("hand_off_when")),
        combinations=_rules(reader, found.get("combinations")),
    )
    return common, reader.faults


def read_tree(file: str, text: str, common: Common) -> tuple[Tree | None, list[Fault]]:
    """One tree, and what is wrong with it; None where there is not enough to speak of a tree."""
    reader = _Reader(file)
    root = _root(reader, text)
    if root is None:
        return None, reader.faults or [Fault(file, 1, "The file is empty.")]
    found = reader.mapping(root, "a tree", TREE_KEYS)
    reader.needed(root, found, NEEDED_TREE_KEYS, "the tree")
    version = reader.text(found.get("version"), "version")
    if not version.isdigit():
        reader.fault(found.get("version", root), f"version '{version}' should be a whole number.")
    approved = reader.text(found.get("approved_by"), "approved_by")
    tree = Tree(
        id=reader.text(found.get("tree"), "tree"),
        title=reader.text(found.get("title"), "title"),
        version=int(version) if version.isdigit() else 0,
        owner=reader.text(found.get("owner"), "owner"),
        approved_by=None if approved in ("", "null", "~") else approved,
        reviewed=reader.text(found.get("reviewed"), "reviewed"),
        review_by=reader.text(found.get("review_by"), "review_by"),
        covers=reader.texts(found.get("covers"), "covers"),
        use_when=reader.text(found.get("use_when"), "use_when"),
        heard_as=reader.texts(found.get("heard_as"), "heard_as"),
        start=reader.text(found.get("start"), "start"),
        red_flags=_red_flags(reader, found.get("red_flags")),
        questions=_questions(reader, found.get("questions"), common),
        outcomes=_outcomes(reader, found.get("outcomes")),
        examples=_examples(reader, found.get("examples")),
        at=reader.place(root),
    )
    expected = Path(file).stem
    if tree.id != expected:
        reader.fault(found.get("tree", root), f"tree '{tree.id}' stands in a file named '{expected}.yaml'.")
    return tree, reader.faults


def read(texts: dict[str, str]) -> tuple[dict[str, Tree], Common, list[Fault]]:
    """All trees of `texts` (file name → text), what they share, and every fault found while reading."""
    if COMMON_FILE not in texts:
        missing = Fault(COMMON_FILE, 1, f"{COMMON_FILE} is missing: it holds the questions common to all trees.")
        return {}, Common(), [missing]
    common, faults = read_common(COMMON_FILE, texts[COMMON_FILE])
    trees: dict[str, Tree] = {}
    for file in sorted(set(texts) - {COMMON_FILE}):
        tree, found = read_tree(file, texts[file], common)
        faults += found
        if tree is not None and tree.id:
            trees[tree.id] = tree
    return trees, common, faults


def texts_of(folder: Path) -> dict[str, str]:
    """File name → text of every tree file of a folder."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))}
