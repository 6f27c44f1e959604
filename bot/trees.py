"""Reads decision_trees/: every file into the types of `bot.model`, and every fault with its file and line.

YAML is read as plain words (YAML 1.2, no types), so `Yes` and `No` stay words. A shared question (`as:`) takes its
words from `_every_tree.yaml`; only where each answer leads stands in the tree.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ruamel.yaml.nodes import SequenceNode

from bot.model import (
    HAND_OFFS,
    LEVELS,
    URGENCIES,
    Answer,
    Common,
    Example,
    Outcome,
    Question,
    RedFlag,
    Rule,
    Tree,
)
from bot.plain_yaml import Fault, Reader, did_you_mean, fault_of

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


class TreeError(Exception):
    """The decision trees cannot be trusted; lists everything wrong with them, not only the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class _Reader(Reader):
    """What is not there reads as no words; the checks say so where words are needed."""

    def words(self, node: Any, what: str) -> str:
        """The words of a scalar, or none."""
        return self.text(node, what) or ""


def _needed(reader: _Reader, node: Any, found: dict[str, Any], keys: Iterable[str], what: str) -> None:
    for key in keys:
        if key not in found:
            reader.fault(node, f"{what} has no '{key}'.")


def _items(node: Any) -> list[Any]:
    return list(node.value) if isinstance(node, SequenceNode) else []


def _answers(reader: _Reader, node: Any, what: str, next_needed: bool) -> tuple[Answer, ...]:
    answers: list[Answer] = []
    for item in _items(node):
        found = reader.pairs(item, f"an answer of {what}", frozenset(("answer", "next")))
        _needed(reader, item, found, ("answer", "next") if next_needed else ("answer",), f"an answer of {what}")
        answer = Answer(
            reader.words(found.get("answer"), "answer"), reader.words(found.get("next"), "next"), reader.place(item)
        )
        if any(a.text == answer.text for a in answers):
            reader.fault(item, f"answer '{answer.text}' stands twice in {what}.")
        else:
            answers.append(answer)
    return tuple(answers)


def _question(reader: _Reader, name: str, node: Any, common: Common | None) -> Question | None:
    what = f"question '{name}'"
    found = reader.pairs(node, what, QUESTION_KEYS)
    answers = _answers(reader, found.get("answers"), what, next_needed=common is not None)
    if not answers:
        reader.fault(node, f"{what} has no answers.")
        return None
    if "as" not in found:
        _needed(reader, node, found, ("ask", "why", "cites", "about"), what)
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


def _borrowed(reader: _Reader, name: str, node: Any, source: Question, answers: tuple[Answer, ...]) -> Question:
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


def _questions(reader: _Reader, node: Any, common: Common | None) -> dict[str, Question]:
    found = reader.pairs(node, "questions") if node is not None else {}
    read = {name: _question(reader, name, value, common) for name, value in found.items()}
    return {name: question for name, question in read.items() if question is not None}


def _outcomes(reader: _Reader, node: Any) -> dict[str, Outcome]:
    outcomes = {}
    for name, value in (reader.pairs(node, "outcomes") if node is not None else {}).items():
        found = reader.pairs(value, f"outcome '{name}'", OUTCOME_KEYS)
        _needed(reader, value, found, ("level", "says", "do_next", "route", "cites"), f"outcome '{name}'")
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


def _red_flags(reader: _Reader, node: Any) -> tuple[RedFlag, ...]:
    flags = []
    for item in _items(node):
        found = reader.pairs(item, "a red flag", FLAG_KEYS)
        _needed(reader, item, found, ("flag", "urgency", "told", "next"), "a red flag")
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


def _rules(reader: _Reader, node: Any) -> tuple[Rule, ...]:
    rules = []
    for item in _items(node):
        found = reader.pairs(item, "a rule", RULE_KEYS)
        _needed(reader, item, found, ("name", "when", "says", "cites"), "a rule")
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


def _examples(reader: _Reader, node: Any) -> tuple[Example, ...]:
    examples = []
    for item in _items(node):
        found = reader.pairs(item, "an example", EXAMPLE_KEYS)
        _needed(reader, item, found, ("situation", "outcome"), "an example")
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


def read_common(file: str, text: str) -> tuple[Common, list[Fault]]:
    """What all trees share, and what is wrong with it."""
    reader = _Reader(file, [])
    root = reader.root(text)
    found = reader.pairs(root, file, COMMON_KEYS) if root is not None else {}
    common = Common(
        questions=_questions(reader, found.get("questions"), None),
        outcomes=_outcomes(reader, found.get("outcomes")),
        red_flags=_red_flags(reader, found.get("red_flags")),
        hand_off_when=_rules(reader, found.get("hand_off_when")),
        combinations=_rules(reader, found.get("combinations")),
    )
    return common, [fault_of(f) for f in reader.faults]


def read_tree(file: str, text: str, common: Common) -> tuple[Tree | None, list[Fault]]:
    """One tree, and what is wrong with it; None where there is not enough to speak of a tree."""
    reader = _Reader(file, [])
    root = reader.root(text)
    if root is None:
        return None, [fault_of(f) for f in reader.faults] or [Fault(file, 1, "The file is empty.")]
    found = reader.pairs(root, "a tree", TREE_KEYS)
    _needed(reader, root, found, NEEDED_TREE_KEYS, "the tree")
    version = reader.words(found.get("version"), "version")
    if not version.isdigit():
        reader.fault(found.get("version", root), f"version '{version}' should be a whole number.")
    approved = reader.words(found.get("approved_by"), "approved_by")
    tree = Tree(
        id=reader.words(found.get("tree"), "tree"),
        title=reader.words(found.get("title"), "title"),
        version=int(version) if version.isdigit() else 0,
        owner=reader.words(found.get("owner"), "owner"),
        approved_by=None if approved in ("", "null", "~") else approved,
        reviewed=reader.words(found.get("reviewed"), "reviewed"),
        review_by=reader.words(found.get("review_by"), "review_by"),
        covers=reader.texts(found.get("covers"), "covers"),
        use_when=reader.words(found.get("use_when"), "use_when"),
        heard_as=reader.texts(found.get("heard_as"), "heard_as"),
        start=reader.words(found.get("start"), "start"),
        red_flags=_red_flags(reader, found.get("red_flags")),
        questions=_questions(reader, found.get("questions"), common),
        outcomes=_outcomes(reader, found.get("outcomes")),
        examples=_examples(reader, found.get("examples")),
        at=reader.place(root),
    )
    expected = Path(file).stem
    if tree.id != expected:
        reader.fault(found.get("tree", root), f"tree '{tree.id}' stands in a file named '{expected}.yaml'.")
    return tree, [fault_of(f) for f in reader.faults]


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
