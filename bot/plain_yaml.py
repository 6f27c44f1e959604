"""YAML as plain words, with the line of everything: what the readers of knowledge/ share.

Nothing is given a type while it is read (YAML 1.2), so a telephone number is never taken for a sum and `No`
stays an answer. Faults are gathered, each with its file and line, instead of stopping at the first.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from bot.model import Place

NOTHING = ("", "null", "~")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """' Did you mean …?' where a known word is close, else nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f" Did you mean '{close[0]}'?" if close else ""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong, where it stands, and how to mend it."""

    file: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.says}"


def fault_of(problem: str) -> Fault:
    """A fault from its line `file:line: what is wrong`."""
    file, _, rest = problem.partition(":")
    line, _, says = rest.partition(":")
    return Fault(file, int(line) if line.strip().isdigit() else 1, says.strip() or problem)


@dataclass(slots=True)
class Reader:
    """Reads the nodes of one file and gathers faults instead of stopping at the first."""

    file: str
    faults: list[str]

    def fault(self, node: Any, says: str) -> None:
        """Note something wrong at a node."""
        self.faults.append(f"{self.file}:{node.start_mark.line + 1}: {says}")

    def place(self, node: Any) -> Place:
        """Where a node stands."""
        return Place(self.file, node.start_mark.line + 1)

    def root(self, text: str) -> Any:
        """The first node of a file, or None where it is no YAML."""
        try:
            return YAML(typ="safe", pure=True).compose(text)
        except MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            self.faults.append(f"{self.file}:{line}: This is not YAML: {error.problem}.")
            return None

    def pairs(
        self, node: Any, what: str, allowed: frozenset[str] | None = None, needs: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Key → node of a mapping; unknown, doubled and missing keys are faults."""
        if node is None:
            return {}
        if not isinstance(node, MappingNode):
            self.fault(node, f"{what} should be 'key: value' lines.")
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
        for key in needs:
            if key not in found:
                self.fault(node, f"{what} has no '{key}'. Write 'null' where it is missing.")
        return found

    def text(self, node: Any, what: str) -> str | None:
        """The words of a scalar; None for null and for what is not there."""
        if node is None or (isinstance(node, ScalarNode) and not node.style and node.value in NOTHING):
            return None
        if not isinstance(node, ScalarNode):
            self.fault(node, f"{what} should be plain words.")
            return None
        if any(unicodedata.category(c) == "Cc" and not c.isspace() for c in str(node.value)):
            self.fault(node, f"{what} holds a character that cannot be seen; type the words again.")
        return " ".join(str(node.value).split())

    def texts(self, node: Any, what: str) -> tuple[str, ...]:
        """A list of words; one word alone is a list of one."""
        if isinstance(node, SequenceNode):
            return tuple(word for item in node.value if (word := self.text(item, what)) is not None)
        word = self.text(node, what)
        return () if word is None else (word,)

    def one_of(self, node: Any, what: str, allowed: tuple[str, ...], default: str) -> str:
        """A word of a closed list."""
        word = self.text(node, what) or default
        if word not in allowed:
            hint = did_you_mean(word, allowed)
            self.fault(node, f"{what} '{word}' is not one of {', '.join(allowed)}.{hint}")
            return default
        return word

    def yes(self, node: Any, what: str) -> bool:
        """true or false; what is not there is false."""
        return self.one_of(node, what, ("false", "true"), "false") == "true"

    def day(self, node: Any, what: str) -> date | None:
        """A date as 2026-11-24, or None."""
        word = self.text(node, what)
        try:
            return None if word is None else date.fromisoformat(word)
        except ValueError:
            self.fault(node, f"{what} '{word}' is not a date such as 2026-11-24.")
            return None
