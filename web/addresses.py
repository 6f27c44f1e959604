"""Addresses for templates, each worked out once.

A page names some thirty addresses, and most are the same on every page: making them anew took longer than reading
the list they stand beside.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask, request

KEPT = 2048


def attach(app: Flask) -> None:
    """Give the app's templates a `url_for` that remembers."""
    app.jinja_env.globals["url_for"] = remembering(app)


def remembering(app: Flask) -> Callable[..., str]:
    """The app's `url_for`, which remembers what it made for each place the app is mounted at."""

    @lru_cache(maxsize=KEPT)
    def made(root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return app.url_for(endpoint, **dict(values))

    def url_for(endpoint: str, /, **values: Any) -> str:
        # Relative names and whole addresses (`_external`) depend on more of the request than its mount point.
        plain = endpoint[0] != "." and all(name[0] != "_" and isinstance(v, str) for name, v in values.items())
        if not plain:
            return app.url_for(endpoint, **values)
        return made(request.script_root, endpoint, tuple(values.items()))

    return url_for
