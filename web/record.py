"""Where a request finds the advice record, the content it is answered from, and the time.

The store is opened at the first use and asked for again after a failure, so that a broken disk still leaves
pages that can show the emergency notice. No request opens a store of its own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Lock

from flask import Flask, current_app

from bot.content import Content, Shelf, shelf
from logs import open_store
from logs.store import Kind, Store

_opening = Lock()


def store() -> Store:
    """The advice record of this app."""
    return store_of(current_app)


def store_of(app: Flask) -> Store:
    """The advice record of an app, opened when first asked for."""
    found: Store | None = app.extensions.get("store")
    if found is None:
        with _opening:
            found = app.extensions.get("store")
            if found is None:
                kind: Kind = "practice" if app.config["PRACTICE"] else "live"
                found = app.extensions["store"] = open_store(app.config["DATABASE"], kind)
    return found


def shut(app: Flask) -> None:
    """Close the record, where it was opened."""
    if found := app.extensions.pop("store", None):
        found.close()


def content() -> Content:
    """The trees and guidance in force."""
    return content_of(current_app)


def content_of(app: Flask) -> Content:
    """The trees and guidance in force for an app."""
    found: Shelf | None = app.extensions.get("shelf")
    if found is None:
        found = app.extensions["shelf"] = shelf()
    return found.now()


def now() -> datetime:
    """The present moment, in UTC; a test may set another clock."""
    clock = current_app.config.get("CLOCK")
    return clock() if clock else datetime.now(UTC)
