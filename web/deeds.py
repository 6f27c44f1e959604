"""What people did beside talking, as one line of a transcript: suggested, indicated, asked, signed, decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Told = Mapping[str, Any]
Ask = Callable[[str], str]


def deed(event: Mapping[str, Any], ask: Ask) -> tuple[str, str] | None:
    """The line and its note; None for what no transcript tells. `ask` gives the words of a question.

    What colleagues say to each other in a second opinion stays on the specialists' page.
    """
    name, told = str(event.get("name")), event.get("metadata") or {}
    return _TOLD[name](told, str(told.get("name") or "A specialist"), ask) if name in _TOLD else None


def _answer(told: Told, ask: Ask) -> str:
    return f"{ask(told['key'])} {told['answer']}"


def _beside(told: Told, ask: Ask) -> str:
    return f" beside “{ask(told['key'])}”" if told.get("key") else ""


_TOLD: Mapping[str, Callable[[Told, str, Ask], tuple[str, str]]] = {
    "returned": lambda t, who, _: (f"Contact with {who} was lost. Back in the queue, in its old place", ""),
    "answer-suggested": lambda t, who, ask: (f"{who} suggests an answer", f"{_answer(t, ask)} Why: {t['why']}"),
    "suggestion-taken": lambda t, who, ask: ("The practitioner confirmed the suggested answer", _answer(t, ask)),
    "suggestion-refused": lambda t, who, ask: ("The practitioner says it is not so", _answer(t, ask)),
    "level-indicated": lambda t, who, _: (f"{who} indicates level {t['level']}", str(t["reason"])),
    "opinion-asked": lambda t, who, _: (f"{who} asked a colleague for a second opinion", ""),
    "opinion-given": lambda t, who, _: (f"{who} gave a second opinion", ""),
    "advice": lambda t, who, _: (f"{who} signed the advice", str(t["rationale"])),
    "decision": lambda t, who, _: (f"{who} wrote down what they decided", str(t["decision"])),
    "corrected": lambda t, who, _: (f"{who} corrected what they wrote", str(t["text"])),
    "call-note": lambda t, who, ask: (f"{who} noted{_beside(t, ask)}", str(t["text"])),
    "rule-met": lambda t, who, _: ("A rule asks for a person, and one is on the phone", str(t["says"])),
}
