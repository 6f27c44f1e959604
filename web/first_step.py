"""The one thing to do first, out of the steps of an outcome.

A step that turns on danger ("If she is hurt, ring 999") stands beside the first step on a line of its own, so that the
first step is decided. Where the practitioner has answered that nobody is in danger, that line comes after it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.model import COMMON

AT_MOST = 4  # steps that stand open after the first; the others are folded
_SENTENCE = re.compile(r"(?<=[.?!]) (?=[A-Z])")
_LEADS_ON = re.compile(r"^(Otherwise|Then),? (\w)")
_DANGER = ("danger-now", "flag-danger", "danger-before-ending")  # the questions that ask about it
_NEVER_FOLDED = ("999", "LADO")
_OR_THE_LINE = re.compile(r"your advice line(?: or |, or with your |, (?=your |or ))(?:your )?")
_INSIDE = re.compile(r"\b999 (if .+?)(?:, otherwise|\.$)")  # "ring the police: 999 if he is hurt, otherwise 101."
_HANGS_ON = re.compile(r"If (?:so|that|not)\b")  # says nothing without the sentence before it; not "If someone"


@dataclass(frozen=True, slots=True)
class FirstStep:
    """What to do first, what to do in danger ("" where the first step says it), and what comes after."""

    step: str
    danger: str
    danger_first: bool
    then: tuple[str, ...]
    more: tuple[str, ...]

    @property
    def when_999(self) -> str:
        """The sentence that says when to ring 999, for the card beside it; empty where 999 is rung whatever is so."""
        told = [s for s in _SENTENCE.split(f"{self.danger} {self.step}".strip()) if "999" in s]
        if len(told) != 1:
            return ""
        if _HANGS_ON.match(told[0]):
            return ""
        if told[0].startswith(("If ", "Ring 999 if ")):
            return told[0]
        inside = _INSIDE.search(told[0])
        return f"Ring 999 {inside[1]}." if inside else ""


def first_step(steps: Sequence[str], slots: Mapping[str, Any] | None, line_closed: bool = False) -> FirstStep:
    """The steps of an outcome in the order they are done; with `line_closed`, none sends to the advice line where it
    names somebody else as well."""
    if line_closed:
        steps = [_OR_THE_LINE.sub("your ", step) for step in steps]
    if not steps:
        return FirstStep("", "", True, (), ())
    danger, rest = _parted(steps[0])
    waiting = list(steps[1:])
    if not rest and waiting:
        rest = waiting.pop(0)
        further, kept = _parted(rest)
        if further and kept:  # two lines about danger: both stand
            danger, rest = f"{danger} {further}", kept
    if not rest:
        danger, rest = "", steps[0]
    danger = " ".join(filter(None, (danger, *(told for told in waiting if _is_danger(told)))))
    waiting = [told for told in waiting if not _is_danger(told)]
    open_first = sorted(waiting, key=lambda told: not any(word in told for word in _NEVER_FOLDED))[:AT_MOST]
    then, more = ([_standing_alone(s) for s in waiting if (s in open_first) is kept] for kept in (True, False))
    said = {(slots or {}).get(f"{COMMON}/{question}") for question in _DANGER}
    said_no = said - {None} == {"No"}
    return FirstStep(_standing_alone(rest), danger, not said_no, tuple(then), tuple(more))


def _parted(step: str) -> tuple[str, str]:
    """The sentences of a step that turn on danger, with what hangs on them, and the others."""
    told = _SENTENCE.split(step)
    turning = [n for n, s in enumerate(told) if "999" in s and s.startswith(("If ", "Ring 999 if "))]
    if not turning or any(_HANGS_ON.match(sentence) for sentence in told):
        return "", step
    if turning[0] == 0 and not any(_LEADS_ON.match(s) for s in told):
        return step, ""
    danger = [told[n] for n in turning]
    return " ".join(danger), " ".join(s for s in told if s not in danger)


def _is_danger(step: str) -> bool:
    """Whether a step says nothing but when to ring 999: that is read before anything else is done."""
    danger, rest = _parted(step)
    return bool(danger) and not rest


def _standing_alone(step: str) -> str:
    """ "Otherwise ring the council" leads on from a line that now stands by itself."""
    return _LEADS_ON.sub(lambda m: m[2].upper(), step)
