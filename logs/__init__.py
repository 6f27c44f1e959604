"""The advice record: what was asked, what was answered, by whom and with which content."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logs.store import Kind, Store


def open_store(address: str, kind: Kind) -> Store:
    """The record at an address, which is the path of an SQLite file, stamped practice or live."""
    from logs.sqlite import SqliteStore
    from logs.store import RecordUnavailable

    if "://" in address:
        says = "This version keeps the record in an SQLite file. Let ADVICE_DATABASE be the path of one."
        raise RecordUnavailable("not-a-record", says)
    return SqliteStore(address, kind)
