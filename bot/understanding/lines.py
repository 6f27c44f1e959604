"""What `python -m bot understand` makes of a line (contract, section 1): JSON in, JSON out."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.model import Common, Tree
from bot.understanding import read

WANTED = 'one line each, like {"id": "1", "text": "bruise on a baby of 6 weeks"}'


class BadLine(ValueError):
    """A line that is not a message; says why, and never what it holds."""


def answered(line: str, trees: Mapping[str, Tree], common: Common) -> str:
    """The JSON line that answers one. Raises BadLine."""
    try:
        given = json.loads(line)
    except json.JSONDecodeError as fault:
        raise BadLine(f"This is not JSON ({fault.msg}, character {fault.pos + 1}). Wanted: {WANTED}") from None
    except RecursionError:
        raise BadLine(f"This JSON is nested too deep. Wanted: {WANTED}") from None
    if not isinstance(given, dict) or "id" not in given or not isinstance(given.get("text"), str):
        raise BadLine(f'An object with an "id", and a "text" of characters, is missing. Wanted: {WANTED}')
    heard = read(given["text"], trees, common)
    told = {
        "id": given["id"],
        "concerns": [{"tree": c.tree, "quotes": list(c.quotes)} for c in heard.concerns],
        "red_flags": [{"id": f.id, "quotes": list(f.quotes), "label": f.label} for f in heard.red_flags],
        "urgency": heard.urgency,
        "asks_for_person": heard.asks_for_person,
        "not_for_us": heard.not_for_us,
    }
    return json.dumps(told, ensure_ascii=False)
