"""Who may see and do what.

A page or an act names the roles it is for; whoever is not signed in gets 401 (a page sends them to sign in
first) and whoever has another role 403. A conversation belongs to the practitioner who began it;
specialists and reviewers may read one where it reached them, and every such reading is recorded. One whose record is
restricted is for whoever began it and for people with that right: for all others there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import abort, g, redirect, request, url_for

from web.people import RESTRICTED, Person

P = ParamSpec("P")
R = TypeVar("R")


def current() -> Person | None:
    """Who is signed in on this request, or None."""
    person: Person | None = g.get("person")
    return person


def somebody() -> Person:
    """Who is signed in; 401 where nobody is."""
    return current() or abort(401)


def roles(*allowed: str) -> Callable[[Callable[P, R]], Callable[P, Any]]:
    """Let only people with one of these roles through; without any role named, everybody signed in."""

    def guard(view: Callable[P, R]) -> Callable[P, Any]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            person = current()
            if person is None:
                return _sign_in_first()
            if allowed and person.role not in allowed:
                abort(403)
            return view(*args, **kwargs)

        guarded.roles = allowed or ("everybody",)  # type: ignore[attr-defined]
        return guarded

    return guard


def _sign_in_first() -> Any:
    """Send somebody who opens a page to sign in and back; anything else is 401."""
    if request.method not in {"GET", "HEAD"}:
        abort(401)
    return redirect(url_for("sign_in.choose", next=request.full_path.rstrip("?")), code=303)


def may_read(person: Person, summary: Mapping[str, Any] | None) -> bool:
    """Whether this person may read the conversation with this summary."""
    if not summary:
        return False
    if summary.get("restricted") and not (summary.get("owner") == person.id or RESTRICTED in person.rights):
        return False
    if person.role == "reviewer":
        return True
    if person.role == "specialist":
        return reached_a_person(summary) or summary.get("owner") == person.id
    return person.asks and summary.get("owner") == person.id


def reached_a_person(summary: Mapping[str, Any]) -> bool:
    """Whether a conversation is, or should be, with the advice line: not ended with its own questions."""
    return bool(
        summary.get("status") != "with-assistant"
        or summary.get("alerted")
        or summary.get("hand_off") in {"today", "now"}
        or summary.get("urgency") == "now"
        or summary.get("channel") == "phone"
    )
