"""The content a turn was answered with: each text once, by digest, and one digest for a whole set.

A set (trees, guidance, contacts) is named by the digest of its manifest, the canonical JSON object of
path: digest of the text. Any turn can so be shown with the words as they were.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

from logs.chain import canonical


def digest(text: str | bytes) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal."""
    return sha256(text if isinstance(text, bytes) else text.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Manifest:
    """A set of texts: its digest, its listing (canonical JSON of path: digest) and the texts by digest."""

    digest: str
    listing: str
    texts: dict[str, str]


def manifest(texts: dict[str, str]) -> Manifest:
    """The manifest of a set of texts given by path; the order of the paths does not matter."""
    paths = {path: digest(text) for path, text in texts.items()}
    listing = canonical(paths).decode()
    return Manifest(digest(listing), listing, {paths[path]: text for path, text in texts.items()})


def listed(listing: str | bytes) -> dict[str, str]:
    """What a manifest lists: the digest of the text at each path."""
    found: dict[str, str] = json.loads(listing)
    return found
