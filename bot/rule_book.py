"""Reads knowledge/hand_off.yaml; every fault with its file and line, as everything people review here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.nodes import SequenceNode

from bot.model import HAND_OFFS, LABELS, LEVELS, URGENCIES
from bot.plain_yaml import Reader, did_you_mean
from bot.takeover import AS_THE_FLAG, EVENTS, WHENS, RuleBook, TakeOver

FILE = "hand_off.yaml"
KEYS = frozenset(
    ("owner", "approved_by", "reviewed", "review_by", "rules", "adult_specialist", "restricted", "promises")
)
RULE = frozenset(("name", "when", "hand_off", "today_from", "says", "cites"))


@dataclass(frozen=True, slots=True)
class Known:
    """The names a rule may turn on or cite; None where they are not at hand and so not looked at."""

    questions: Collection[str] | None = None
    trees: Collection[str] | None = None
    anchors: Collection[str] | None = None
    organisations: Collection[str] | None = None


def read(text: str, known: Known = Known()) -> tuple[RuleBook, list[str]]:
    """The rule book of a text, and everything wrong with it."""
    reader = Reader(FILE, [])
    root = reader.root(text)
    if root is None:
        return RuleBook(), reader.faults
    top = reader.pairs(root, "the file", KEYS, ("rules", "promises"))
    items = top["rules"].value if isinstance(top.get("rules"), SequenceNode) else []
    rules = tuple(_rule(reader, node, known) for node in items)
    names = [r.name for r in rules]
    for rule in rules:
        if names.count(rule.name) > 1:
            reader.faults.append(f"{FILE}:{rule.at.line}: two rules are named '{rule.name}'.")
    for event in EVENTS:
        if not any(r.when == "happened" and event in r.what for r in rules):
            reader.faults.append(f"{FILE}:1: no rule says what happens on '{event}'.")
    adult = reader.pairs(top.get("adult_specialist"), "adult_specialist", frozenset(("answers", "trees")))
    answers = {q: reader.texts(n, q) for q, n in reader.pairs(adult.get("answers"), "answers").items()}
    trees = reader.texts(adult.get("trees"), "trees")
    _named(reader, adult.get("answers"), "question", answers, known.questions)
    _named(reader, adult.get("trees"), "tree", trees, known.trees)
    restricted = reader.pairs(top.get("restricted"), "restricted", frozenset(("answers", "words")))
    restrict = {q: reader.texts(n, q) for q, n in reader.pairs(restricted.get("answers"), "answers").items()}
    words = reader.texts(restricted.get("words"), "words")
    promises = _promises(reader, top.get("promises"), known)
    return RuleBook(rules, answers, trees, promises, restrict, words), reader.faults


def _rule(reader: Reader, node: Any, known: Known) -> TakeOver:
    has = reader.pairs(node, "a rule", RULE, ("name", "when", "hand_off", "says", "cites"))
    when = reader.pairs(has.get("when"), "when", frozenset(WHENS))
    kind, told = next(iter(when.items()), ("", None))
    if len(when) != 1:
        reader.fault(node, "when should name one thing.")
    what = reader.texts(told, kind) if kind else ()
    _fits(reader, told, kind, what, known)
    cites = reader.texts(has.get("cites"), "cites")
    _named(reader, has.get("cites"), "anchor", cites, known.anchors)
    strengths = (*HAND_OFFS, *((AS_THE_FLAG,) if kind == "flag-heard" else ()))
    level = reader.text(has.get("today_from"), "today_from")
    if level is not None and level not in LEVELS:
        reader.fault(has["today_from"], f"'{level}' is not one of {', '.join(LEVELS)}.")
    return TakeOver(
        reader.text(has.get("name"), "name") or "",
        kind,
        what,
        reader.one_of(has.get("hand_off"), "hand_off", strengths, "today"),
        level,
        reader.text(has.get("says"), "says") or "",
        cites,
        reader.place(node),
    )


def _fits(reader: Reader, node: Any, kind: str, what: tuple[str, ...], known: Known) -> None:
    """What a rule turns on must be there to turn on."""
    shape = WHENS.get(kind)
    allowed = {"labels": LABELS, "level": LEVELS, "event": EVENTS, "yes": ("true",)}.get(shape or "")
    if shape == "questions":
        _named(reader, node, "question", what, known.questions)
    elif shape == "trees":
        _named(reader, node, "tree", what, known.trees)
    elif shape == "number":
        if len(what) != 1 or not what[0].isdigit():
            reader.fault(node, f"{kind} should be a number of levels.")
    elif allowed and (not what or any(word not in allowed for word in what)):
        reader.fault(node, f"{kind} should be of {', '.join(allowed)}.")


def _named(reader: Reader, node: Any, what: str, names: Collection[str], there: Collection[str] | None) -> None:
    for name in names if there is not None else ():
        if name not in (there or ()):
            reader.fault(node, f"there is no {what} '{name}'.{did_you_mean(name, there or ())}")


def _promises(reader: Reader, node: Any, known: Known) -> dict[str, dict[str, int]]:
    """Minutes agreed for each organisation and urgency; null is not agreed and stays out."""
    found: dict[str, dict[str, int]] = {}
    for organisation, urgencies in reader.pairs(node, "promises", None).items():
        _named(reader, urgencies, "organisation", (organisation,), known.organisations)
        for urgency, minutes in reader.pairs(urgencies, organisation, frozenset(URGENCIES)).items():
            word = reader.text(minutes, urgency)
            if word is None:
                continue
            if not word.isdigit() or int(word) < 1:
                reader.fault(minutes, f"'{word}' is not a number of minutes. Write null where nothing is agreed.")
                continue
            found.setdefault(organisation, {})[urgency] = int(word)
    return found
