"""What somebody had typed into a form that failed, given back with the page that says so: nobody types it twice.

It goes back to the browser it came from, in the answer to the same request, and nowhere else: not into an address, a
program log or the record. A form of another site gets nothing back.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import request
from werkzeug.exceptions import HTTPException

from bot.signed import PARTS

# The fields people write sentences into, in any form of the app.
WRITTEN = frozenset(("message", "text", "note", "words", "why", "reason", "decision", "worry", "rationale", *PARTS))
SENT_ANEW = frozenset({"csrf_token"})  # what a second try gets of its own


def unsent() -> list[str]:
    """The sentences of a form that was sent and not taken; a button that was pressed is none."""
    if not _from_here():
        return []
    try:
        fields = request.form
    except HTTPException:  # too long to be read at all
        return []
    given = [(name, value.strip()) for name, value in fields.items() if _written(name)]
    return [value for _, value in given if value and not value.startswith("/")]


def again() -> dict[str, Any] | None:
    """The same form once more, for whoever wants to send it again: under its own number it is taken once."""
    if not (request.form and _from_here()):
        return None
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in SENT_ANEW]
    return {"action": request.path, "fields": fields}


def _written(name: str) -> bool:
    return name in WRITTEN or name.startswith(("note-", "what-"))


def _from_here() -> bool:
    """Whether a page of this app was sent: a browser says from where a form comes."""
    origin = request.headers.get("Origin")
    return request.method == "POST" and (not origin or urlsplit(origin).netloc == request.host)
