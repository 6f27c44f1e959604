"""A tree as a nested outline: what is asked, where each answer leads, what it cites."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bot.content import Content
from bot.model import Outcome, Question, Tree


def outline(tree: Tree, content: Content) -> Iterator[tuple[int, str]]:
    """Depth and text of every line; a question that was told before is named, not told again."""
    told: set[str] = set()

    def of(name: str, depth: int) -> Iterator[tuple[int, str]]:
        place = tree.questions.get(name) or tree.outcomes.get(name) or content.common.outcomes[name]
        if isinstance(place, Outcome):
            yield depth, f"■ {place.id} [{place.level}] hand-off {place.hand_off}, urgency {place.urgency}"
            return
        if name in told:
            yield depth, f"↑ {name} (above)"
            return
        told.add(name)
        yield depth, f"? {name}: {place.ask}" + _cites(place)
        for answer in place.answers:
            yield depth + 1, f"{answer.text} →"
            yield from of(answer.next, depth + 2)

    yield from of(tree.start, 0)


def _cites(question: Question) -> str:
    return f"  ({', '.join(question.cites)})" if question.cites else ""


def show(tree_id: str, content: Content) -> int:
    """Prints one tree; 1 where there is none of this name."""
    tree = content.trees.get(tree_id)
    if tree is None:
        print(f"There is no tree '{tree_id}'. Trees: {', '.join(sorted(content.trees))}.", file=sys.stderr)
        return 1
    approved = tree.approved_by or "nobody yet"
    print(f"{tree.title} (version {tree.version}, owner {tree.owner}, approved by {approved})")
    for depth, text in outline(tree, content):
        print("  " * depth + text)
    return 0
