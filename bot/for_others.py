"""When whoever types is a child, a parent or the public: no level, but whom to ring, and danger as ever.

The tool is for practitioners. Somebody taken for another by mistake says so with one button and carries on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot import routes
from bot.content import Content

STEPS = ("others-danger", "others-talk", "others-council")
ROUTES = ("emergency", "childline-nspcc", "council-protection")


def outcome(slots: Mapping[str, Any], content: Content, at: datetime) -> dict[str, Any]:
    """An outcome outside the levels (contract, section 2): 999, Childline or NSPCC, the council."""
    return {
        "at_least": None,
        "at_most": None,
        "indicated": None,
        "says": content.phrases["not-practitioner"],
        "do_next": [content.phrases[step] for step in STEPS],
        "route": routes.resolve(ROUTES, slots, content.guidance, at),
        "because": [],
        "would_change": [],
        "would_settle": [],
        "hand_off": "none",
        "children": [],
        "trees": [],
    }


def can(content: Content) -> list[dict[str, str]]:
    """The one thing to do next: say that it was a practitioner after all."""
    return [{"title": content.phrases["i-am-a-practitioner"], "payload": "/continue"}]
