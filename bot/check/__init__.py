"""What must be true of the trees before anyone is advised by them.

Proved on the graph of each tree, not by listing journeys: every property here is about what lies behind an answer,
so one walk over the questions, remembering what each can still reach, covers every journey. Journeys are counted the
same way.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot import rule_book
from bot import trees as reader
from bot.check import content_rules, examples, graph, order, wording
from bot.guidance import Guidance, GuidanceError
from bot.guidance import read as read_guidance
from bot.model import Common, Tree
from bot.plain_yaml import Fault, fault_of


@dataclass(frozen=True, slots=True)
class Checked:
    """What was read, every fault, and how much was proved."""

    trees: dict[str, Tree]
    common: Common
    guidance: Guidance | None  # None where knowledge/ could not be read
    faults: tuple[Fault, ...]
    counts: dict[str, int] = field(default_factory=dict)

    def line(self) -> str:
        """The last line of `python -m bot check`."""
        names = ("trees", "questions", "answers", "outcomes", "journeys", "examples")
        return " ".join([*(f"{n}={self.counts[n]}" for n in names), f"faults={len(self.faults)}"])


def _guidance(texts: dict[str, str]) -> tuple[Guidance | None, list[Fault]]:
    named = {name.partition("/")[2]: text for name, text in texts.items() if name.startswith("knowledge/")}
    try:
        return read_guidance(named), []
    except GuidanceError as error:
        return None, [fault_of(problem) for problem in error.problems]


def everything(texts: dict[str, str]) -> Checked:
    """Reads and proves all content of `texts` (`decision_trees/…`, `knowledge/…` → text); never stops at one fault."""
    guidance, faults = _guidance(texts)
    files = {n.partition("/")[2]: t for n, t in texts.items() if n.startswith("decision_trees/")}
    trees, common, found = reader.read(files)
    faults += found
    faults += content_rules.of_common(common, guidance)
    for tree in trees.values():
        shape = graph.faults(tree, common)
        faults += shape
        faults += content_rules.of_tree(tree, common, guidance)
        faults += wording.of_tree(tree, guidance)
        if not shape:  # the proofs walk the graph, which must be one
            faults += order.faults(tree, common)
            faults += examples.faults(tree, common)
    faults += wording.of_common(common, guidance)
    faults += _rule_book(texts, trees, common, guidance)
    counts = _counts(trees, common, broken={f.file for f in faults})
    return Checked(trees, common, guidance, tuple(sorted(set(faults))), counts)


def _rule_book(
    texts: dict[str, str], trees: dict[str, Tree], common: Common, guidance: Guidance | None
) -> list[Fault]:
    """What is wrong with the rules by which a person takes over, where a partnership brings its own."""
    text = texts.get(f"knowledge/{rule_book.FILE}")
    if text is None or guidance is None:
        return []
    named = {tree for rule in rule_book.read(text)[0].rules if rule.when == "tree-chosen" for tree in rule.what}
    ours = trees if named & trees.keys() else None  # trees of another partnership may have none that the rules name
    known = rule_book.Known(common.questions, ours, guidance.passages, guidance.organisations)
    return [fault_of(problem) for problem in rule_book.read(text, known)[1]]


def _counts(trees: dict[str, Tree], common: Common, broken: set[str]) -> dict[str, int]:
    questions = [q for t in trees.values() for q in t.questions.values()]
    whole = [t for t in trees.values() if t.at.file not in broken]
    return {
        "trees": len(trees),
        "questions": len(questions),
        "answers": sum(len(q.answers) for q in questions),
        "outcomes": sum(len(t.outcomes) for t in trees.values()) + len(common.outcomes),
        "journeys": sum(graph.journeys(t, common) for t in whole),
        "examples": sum(len(t.examples) for t in trees.values()),
    }
