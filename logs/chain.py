"""The chain that shows tampering.

Each event's hash is SHA-256 over one JSON object in canonical form (keys sorted, no spaces, UTF-8):

    {"event": the event, "previous": the hash before it, "seq": its number, "stream": the stream's name}

so anyone can recompute it in any language. The first event's previous hash is 64 zeros. The stored text of an
event is its canonical form, and it is that text which is checked, never a re-writing of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from logs.store import Fault, Head

FIRST = "0" * 64

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical(value: Any) -> bytes:
    """One value as canonical JSON. Half a surrogate pair, which UTF-8 cannot hold, becomes "?"."""
    return _encode(value).encode("utf-8", "replace")


def link(previous: str, name: bytes, seq: int, body: bytes) -> str:
    """The hash of the event with this canonical body; `name` is the canonical stream name."""
    whole = b'{"event":%b,"previous":"%b","seq":%d,"stream":%b}' % (body, previous.encode(), seq, name)
    return sha256(whole).hexdigest()


def fault(head: Head | None, stream: str, rows: Iterable[tuple[int, bytes, bytes]]) -> Fault | None:
    """The first thing wrong with a stream, given where it should end and its rows (seq, body, hash)."""
    previous, seq, name = FIRST, 0, canonical(stream)
    for found, body, hash in rows:
        seq += 1
        if found != seq:
            return Fault(stream, seq, f"event {seq} is missing; the next one is {found}")
        if link(previous, name, seq, body).encode() != hash:
            return Fault(stream, seq, f"event {seq} is not as it was written, or those before it are not")
        previous = hash.decode()
    if head is None:
        return Fault(stream, seq, "the stream has events but no end is recorded for it") if seq else None
    if head.last != seq:
        return Fault(stream, min(head.last, seq) + 1, f"the stream should end at {head.last} and ends at {seq}")
    if head.hash != previous:
        return Fault(stream, seq, f"event {seq} is not the one the stream ended with")
    return None
