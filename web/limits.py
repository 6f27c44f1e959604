"""How often somebody may ask. Generous: a limit is there to stop a runaway, never a practitioner.

The counts are this process's own. Turns of the API have no limit unless one is set: each waits for its own
place in the record, which is brake enough, and a load test is not an attack.
"""

from __future__ import annotations

from flask import Blueprint, Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from web.access import current
from web.counting import Here


def attach(app: Flask, api: Blueprint) -> None:
    """Apply the limits of the settings: one for pages, by person or address, one for the API, by token."""
    page_limit, api_limit = app.config["PAGE_LIMIT"], app.config["API_LIMIT"]
    limiter = Limiter(
        _whoever, app=app, default_limits=[page_limit] if page_limit else [], storage_uri=f"{Here.STORAGE_SCHEME[0]}://"
    )
    if api_limit:
        limiter.limit(api_limit, key_func=_token)(api)
    _only_where_limited(app, limiter, {name for name in app.blueprints if name != api.name or api_limit})


def _only_where_limited(app: Flask, limiter: Limiter, blueprints: set[str]) -> None:
    """Ask the limiter for these blueprints only: it takes longer to say "no limit" than all else of a request."""
    everywhere = app.before_request_funcs[None]
    checks = [check for check in everywhere if getattr(check, "__self__", None) is limiter]
    app.before_request_funcs[None] = [check for check in everywhere if check not in checks]
    for name in blueprints:
        app.before_request_funcs.setdefault(name, []).extend(checks)


def _whoever() -> str:
    """Who is signed in, or else the address."""
    person = current()
    return person.id if person else get_remote_address()


def _token() -> str:
    """The token that was sent, or else the address."""
    return request.headers.get("Authorization") or get_remote_address()
