"""The audits of a conversation in a short text, for the projection that saves folding all of them at every start.

It holds ratings without notes and evidence, which are read from the record where they are shown.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from logs.review import PLAIN, Action, Audit, Audits, Feedback

NAME = "audits-1"  # another number when the form of these texts changes
TOLD = tuple(f.name for f in fields(Audit) if f.name not in ("ratings", "critical"))
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def packed(audits: Audits) -> str:
    """The audits as a text."""
    return _encoded(
        {
            "audits": [_audit(one) for one in audits.audits],
            "actions": [_fields(one) for one in audits.actions.values()],
            "feedback": [_fields(one) for one in audits.feedback.values()],
            "drawn": audits.drawn,
        }
    )


def unpacked(text: str) -> Audits:
    """The audits such a text holds."""
    told: dict[str, Any] = json.loads(text)
    found = Audits([_told(*one) for one in told["audits"]])
    found.actions = {one.id: one for one in (Action(*row) for row in told["actions"])}
    found.feedback = {one.id: one for one in (Feedback(*row) for row in told["feedback"])}
    found.drawn = [(sample, second) for sample, second in told["drawn"]]
    return found


def _audit(one: Audit) -> list[Any]:
    ratings = {id: rating.value for id, rating in one.ratings.items()}
    return [[getattr(one, name) for name in TOLD], ratings, sorted(one.critical)]


def _told(values: list[Any], rated: dict[str, str], critical: list[str]) -> Audit:
    ratings = {id: PLAIN[value] for id, value in rated.items()}
    return Audit(**dict(zip(TOLD, values, strict=True)), ratings=ratings, critical=_same(critical))


_known: dict[tuple[str, ...], frozenset[str]] = {}


def _same(critical: list[str]) -> frozenset[str]:
    """The critical criteria of one version are the same for thousands of audits: one set serves them all."""
    return _known.setdefault(tuple(critical), frozenset(critical))


def _fields(one: Action | Feedback) -> list[Any]:
    return [getattr(one, field.name) for field in fields(one)]
