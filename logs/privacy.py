"""Recognisable identifiers do not enter the record.

`mask` puts the kind of an identifier in its place, "[phone number]", and says which kinds it found so that the
practitioner can be told. Where a pattern might be something clinical (an age, a gestation, a time, a school
year, the date of a visit) it stays: what a concern is about must remain readable.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from logs import dates, identifiers, names, payloads
from logs.identifiers import Found

# Where two finds overlap, the earlier of this list stands.
FINDERS: tuple[Callable[[str], Iterable[Found]], ...] = (
    identifiers.sign_in_details,
    identifiers.email_addresses,
    identifiers.nhs_numbers,
    dates.births,
    identifiers.phone_numbers,
    identifiers.national_insurance_numbers,
    identifiers.postcodes,
    names.persons,
)
ROUNDS = 6  # masking one thing may uncover the edge of another; it settles after one or two

_BREAKS = re.compile("\r\n?|[\x85\u2028\u2029]")
# Control characters, and marks that make a line read in another order than it is stored.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_HALVES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without its identifiers, and the kinds that were found, in the order they were met."""

    text: str
    kinds: tuple[str, ...] = ()


def clean(text: str) -> str:
    """The text without control characters other than newline and tab, composed (NFC), storable as UTF-8."""
    if text.isascii() and text.isprintable():
        return text
    text = _CONTROLS.sub("", _BREAKS.sub("\n", text))
    return unicodedata.normalize("NFC", _HALVES.sub("\ufffd", text))


def mask(text: str) -> Masked:
    """The text with every identifier replaced by its kind in brackets; a second time changes nothing.

    A payload may hold typed words behind escapes: those are cleaned and masked as they were meant.
    """
    kinds: list[str] = []

    def meant(words: str) -> str:
        found = _masked(clean(words))
        kinds.extend(found.kinds)
        return found.text

    found = _masked(payloads.rewritten(text, meant))
    return Masked(found.text, tuple(dict.fromkeys([*kinds, *found.kinds])))


def _masked(text: str) -> Masked:
    kinds: list[str] = []
    for _ in range(ROUNDS):
        found = _found(text)
        if not found:
            break
        kinds += [kind for _, _, kind in found]
        text = _replaced(text, found)
    return Masked(text, tuple(dict.fromkeys(kinds)))


def _found(text: str) -> list[Found]:
    """What to mask, in order and without overlaps."""
    taken = bytearray(len(text))
    found: list[Found] = []
    for finder in FINDERS:
        for start, end, kind in finder(text):
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                found.append((start, end, kind))
    return sorted(found)


def _replaced(text: str, found: list[Found]) -> str:
    parts, at = [], 0
    for start, end, kind in found:
        parts += [text[at:start], f"[{kind}]"]
        at = end
    return "".join([*parts, text[at:]])
