"""Typed words inside a payload: `/differ{"words": "…"}`, `/answer{…, "worry": "…"}`.

JSON writes a line break, a quotation mark or any letter it likes as an escape, and behind an escape an identifier is
not recognised. So such words are read as they were meant, masked, and written again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

PAYLOAD = re.compile(r"\s*/[a-z]+(?=\{)")


def rewritten(text: str, words: Callable[[str], str]) -> str:
    """The message with every text in its payload put through `words`; as it was where there is no payload.

    Without an escape the words stand in the message as they were meant, and the message can be read as a whole.
    """
    name = PAYLOAD.match(text) if "\\" in text else None
    if name is None:
        return text
    try:
        body = json.loads(text[name.end() :])
        found = _through(body, words)
    except (ValueError, RecursionError):  # not ours, or nested without end: it is read as the plain text it is
        return text
    if found == body:
        return text
    return text[: name.end()] + json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _through(value: Any, words: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return words(value)
    if isinstance(value, list):
        return [_through(one, words) for one in value]
    if isinstance(value, dict):
        return {words(name): _through(one, words) for name, one in value.items()}
    return value
