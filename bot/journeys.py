"""How far the recorded answers lead through a tree: the question to ask, or the outcome reached.

The answers are the whole state. A journey is walked from the start of its tree every time, so going back, changing
an answer and resuming are one operation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.model import COMMON, Common, Outcome, Question, Tree

Answers = Mapping[str, str]


def key_of(tree: str, question: Question, child: int) -> str:
    """The slot that holds the answer: `TREE/QUESTION`, with `#n` where it is about child n and n is not 1."""
    name = f"{COMMON}/{question.shares}" if question.shares else f"{tree}/{question.id}"
    return f"{name}#{child}" if question.about == "child" and child > 1 else name


@dataclass(frozen=True, slots=True)
class Step:
    """One answered question of a journey."""

    question: Question
    key: str
    answer: str

    @property
    def decides(self) -> bool:
        """Whether its question leads to more than one place; danger or a red flag that was denied decides nothing."""
        ways = {answer.next for answer in self.question.answers}
        asks_of_danger = self.key.startswith((f"{COMMON}/danger-", f"{COMMON}/flag-"))
        return len(ways) > 1 and (self.answer == "Yes" or not asks_of_danger)


@dataclass(frozen=True, slots=True)
class Journey:
    """How far the answers lead through one tree for one child: an open question or an outcome."""

    tree: Tree
    child: int
    steps: tuple[Step, ...]
    asks: Question | None
    outcome: Outcome | None

    @property
    def key(self) -> str | None:
        """The slot of the open question."""
        return key_of(self.tree.id, self.asks, self.child) if self.asks else None

    @property
    def decided(self) -> Step | None:
        """The last answer that another one would have led elsewhere from; None where nothing is answered."""
        return next((step for step in reversed(self.steps) if step.decides), self.steps[-1] if self.steps else None)


def place(tree: Tree, common: Common, name: str) -> Question | Outcome:
    """The question or outcome a `next` names; a tree's own comes before a common one."""
    return tree.questions.get(name) or tree.outcomes.get(name) or common.outcomes[name]


def walk(tree: Tree, common: Common, answers: Answers, child: int = 1) -> Journey:
    """Follows the recorded answers from the start of the tree; an answer that no longer fits is asked again."""
    steps: list[Step] = []
    here = place(tree, common, tree.start)
    while isinstance(here, Question):
        key = key_of(tree.id, here, child)
        answer = answers.get(key)
        following = here.leads_to(answer) if answer is not None else None
        if answer is None or following is None:
            return Journey(tree, child, tuple(steps), here, None)
        steps.append(Step(here, key, answer))
        here = place(tree, common, following)
    return Journey(tree, child, tuple(steps), None, here)
