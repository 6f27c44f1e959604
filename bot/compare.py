"""The journeys whose outcome a change to the trees alters: paste it into the commit.

Journeys are compared by their answers. Both versions are walked side by side: from each question both trees ask,
every answer is followed in both; where they part, each is left at its own range of outcomes.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot import trees as reader
from bot.content import folders
from bot.engine import Range, joined, outcome_range
from bot.model import LEVELS, Common, Outcome, Question, Tree

LISTED = 200  # changed journeys printed for one tree


@dataclass(frozen=True, slots=True)
class Version:
    """The trees of one folder or git revision."""

    trees: dict[str, Tree]
    common: Common


@dataclass(frozen=True, slots=True)
class Change:
    """Answers that lead elsewhere than before."""

    answers: tuple[tuple[str, str], ...]
    before: str
    after: str
    lower: bool


def version(name: str) -> Version:
    """Reads a folder, or the trees of a git revision. Raises TreeError or ValueError with what is wrong."""
    folder = Path(name)
    if folder.is_dir():
        inside = folder / "decision_trees"
        texts = reader.texts_of(inside if inside.is_dir() else folder)
    else:
        texts = _of_revision(name)
    trees, common, faults = reader.read(texts)
    if faults:
        raise reader.TreeError(faults)
    return Version(trees, common)


def _of_revision(name: str) -> dict[str, str]:
    root = folders()[0].parent
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-tree", "--name-only", name, "decision_trees/"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        raise ValueError(f"'{name}' is neither a folder nor a git revision here.")
    files = [f for f in listed.stdout.split("\n") if f.endswith(".yaml")]
    return {
        Path(f).name: subprocess.run(
            ["git", "-C", str(root), "show", f"{name}:{f}"], capture_output=True, text=True, check=True
        ).stdout
        for f in files
    }


def _place(tree: Tree, common: Common, name: str) -> Question | Outcome:
    return tree.questions.get(name) or tree.outcomes.get(name) or common.outcomes[name]


def _reach(tree: Tree, common: Common, name: str) -> Range | None:
    here = _place(tree, common, name)
    if isinstance(here, Outcome):
        return outcome_range(here.level)
    return joined(_reach(tree, common, a.next) for a in here.known_answers)


def _says(place: Question | Outcome, reach: Range | None) -> str:
    levels = f"{LEVELS[reach[0]]} to {LEVELS[reach[1]]}" if reach else "not graded"
    if isinstance(place, Outcome):
        return f"{place.id} [{place.level}, hand-off {place.hand_off}, urgency {place.urgency}]"
    return f"asks {place.id} [{levels}]"


def changes(tree_id: str, old: Version, new: Version) -> Iterator[Change]:
    """Every way through both versions that parts or ends elsewhere."""
    before, after = old.trees[tree_id], new.trees[tree_id]
    seen: set[tuple[str, str]] = set()

    def side_by_side(a: str, b: str, answers: tuple[tuple[str, str], ...]) -> Iterator[Change]:
        if (a, b) in seen:
            return
        seen.add((a, b))
        here, there = _place(before, old.common, a), _place(after, new.common, b)
        if isinstance(here, Question) and isinstance(there, Question) and here.id == there.id:
            words = [x.text for x in here.answers] + [x.text for x in there.answers]
            for word in dict.fromkeys(words):
                x, y = here.leads_to(word), there.leads_to(word)
                way = (*answers, (here.id, word))
                if x and y:
                    yield from side_by_side(x, y, way)
                else:
                    yield Change(way, x or "no such answer", y or "no such answer", False)
            return
        reach_a, reach_b = _reach(before, old.common, a), _reach(after, new.common, b)
        says_a, says_b = _says(here, reach_a), _says(there, reach_b)
        if says_a != says_b:
            lower = bool(reach_a and reach_b and (reach_b[0] < reach_a[0] or reach_b[1] < reach_a[1]))
            yield Change(answers, says_a, says_b, lower)

    yield from side_by_side(before.start, after.start, ())


def report(old_name: str, new_name: str) -> int:
    """Prints what a change alters; 1 where a version cannot be read."""
    try:
        old, new = version(old_name), version(new_name)
    except (reader.TreeError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    changed = lower = 0
    for name in sorted({*old.trees, *new.trees}):
        if name not in old.trees or name not in new.trees:
            print(f"{name}: {'new' if name in new.trees else 'gone'}")
            continue
        for change in list(changes(name, old, new))[:LISTED]:
            way = ", ".join(f"{q}: {a}" for q, a in change.answers)
            print(f"{name}: {way}\n  {change.before} → {change.after}{'  LOWER' if change.lower else ''}")
            changed += 1
            lower += change.lower
    print(f"changed={changed} lower={lower}")
    return 0
