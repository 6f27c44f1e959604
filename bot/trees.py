"""Reads decision_trees/: every file into the types of `bot.model`, and every fault with its file and line.

YAML is read as plain words (YAML 1.2, no types), so `Yes` and `No` stay words. A shared question (`as:`) takes its
words from `_every_tree.yaml`; only where each answer leads stands in the tree.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bot import tree_parts
from bot.model import Common, Tree
from bot.plain_yaml import Fault, fault_of
from bot.tree_parts import COMMON_FILE, WordReader

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


class TreeError(Exception):
    """The decision trees cannot be trusted; lists everything wrong with them, not only the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


def read_common(file: str, text: str) -> tuple[Common, list[Fault]]:
    """What all trees share, and what is wrong with it."""
    reader = WordReader(file, [])
    root = reader.root(text)
    found = reader.pairs(root, file, COMMON_KEYS) if root is not None else {}
    common = Common(
        questions=tree_parts.questions(reader, found.get("questions"), None),
        outcomes=tree_parts.outcomes(reader, found.get("outcomes")),
        red_flags=tree_parts.red_flags(reader, found.get("red_flags")),
        hand_off_when=tree_parts.rules(reader, found.get("hand_off_when")),
        combinations=tree_parts.rules(reader, found.get("combinations")),
    )
    return common, [fault_of(f) for f in reader.faults]


def read_tree(file: str, text: str, common: Common) -> tuple[Tree | None, list[Fault]]:
    """One tree, and what is wrong with it; None where there is not enough to speak of a tree."""
    reader = WordReader(file, [])
    root = reader.root(text)
    if root is None:
        return None, [fault_of(f) for f in reader.faults] or [Fault(file, 1, "The file is empty.")]
    found = reader.pairs(root, "a tree", TREE_KEYS)
    tree_parts.needed(reader, root, found, NEEDED_TREE_KEYS, "the tree")
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
        red_flags=tree_parts.red_flags(reader, found.get("red_flags")),
        questions=tree_parts.questions(reader, found.get("questions"), common),
        outcomes=tree_parts.outcomes(reader, found.get("outcomes")),
        examples=tree_parts.examples(reader, found.get("examples")),
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
