"""Sums of many rows of small weights, quickly and without a library of arrays: a whole number holds a whole row.

A row is bytes, each a weight of -127 to 127 with 128 added. Read as one whole number it is parted into its even and its
odd bytes, so that every weight has a lane of 16 bits. Such numbers add lane by lane, all lanes at once, as long as no
lane overflows: 257 rows fit. A row keeps its first half of weights in the even bytes and the second half in the odd
ones, so that both halves come out in order (`packed`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from struct import pack, unpack
from typing import NamedTuple

MIDDLE = 128  # what is added to every weight
MOST = 257  # rows whose sum fits a lane
Parted = tuple[int, int]
Row = bytes | memoryview


class Lanes(NamedTuple):
    """Of a row of so many bytes: which bits are the lanes of its even bytes, and a one in every lane."""

    width: int
    evens: int
    ones: int

    def parted(self, row: Row) -> Parted:
        """The even and the odd bytes of a row, each in a lane of its own."""
        whole = int.from_bytes(row, "little")
        return whole & self.evens, whole >> 8 & self.evens

    def told(self, evens: int, odds: int) -> tuple[int, ...]:
        """The lanes as numbers, in the order of the weights."""
        form = f"<{self.width // 2}H"
        return unpack(form, evens.to_bytes(self.width, "little")) + unpack(form, odds.to_bytes(self.width, "little"))


@cache
def lanes(width: int) -> Lanes:
    """The lanes of a row of `width` bytes, an even number."""
    ones = int.from_bytes(b"\x01\x00" * (width // 2), "little")
    return Lanes(width, ones * 255, ones)


def packed(weights: Sequence[int]) -> bytes:
    """A row of an even number of weights."""
    half = len(weights) // 2
    row = bytearray(len(weights))
    row[0::2] = bytes(w + MIDDLE for w in weights[:half])
    row[1::2] = bytes(w + MIDDLE for w in weights[half:])
    return bytes(row)


def place_of(weight: int, width: int) -> int:
    """Which byte of a row holds a weight."""
    half = width // 2
    return 2 * weight if weight < half else 2 * (weight - half) + 1


def unpacked(row: Row) -> list[int]:
    """The weights of a row."""
    whole = bytes(row)
    return [w - MIDDLE for w in whole[0::2] + whole[1::2]]


def summed(rows: Sequence[Row], width: int) -> list[int]:
    """The sums of the weights of some rows."""
    use, total = lanes(width), [0] * width
    for start in range(0, len(rows), MOST):
        some = rows[start : start + MOST]
        evens = odds = 0
        for row in some:
            whole = int.from_bytes(row, "little")
            evens += whole & use.evens
            odds += whole >> 8 & use.evens
        less = MIDDLE * len(some)
        total = [t + s - less for t, s in zip(total, use.told(evens, odds), strict=True)]
    return total


class Weighted:
    """Sums of rows that each count by a number of their own: unit by unit, what it says of every target.

    Lanes of 32 bits: a weight of 8 bits times a count of `COUNTS` at most, of up to 4,000 rows.
    """

    COUNTS = 4095

    def __init__(self, rows: Sequence[Sequence[float]]) -> None:
        """Of the weights of every row to every target; each target's weights are rounded to its largest."""
        self.scale = [max(map(abs, column)) / 127 or 1.0 for column in zip(*rows, strict=True)]
        self._form = f"<{len(self.scale)}I"
        self._bytes = 4 * len(self.scale)
        whole = [[round(w / s) + MIDDLE for w, s in zip(row, self.scale, strict=True)] for row in rows]
        self._rows = [int.from_bytes(pack(self._form, *row), "little") for row in whole]

    def summed(self, counts: Sequence[float]) -> list[float]:
        """The sum of the rows, each times its count (0 or more)."""
        most = max(counts, default=0.0)
        if not most:
            return [0.0] * len(self.scale)
        unit = most / self.COUNTS
        total = used = 0
        for count, row in zip(counts, self._rows, strict=True):
            if count:
                whole = int(count / unit + 0.5)
                total += whole * row
                used += whole
        told = unpack(self._form, total.to_bytes(self._bytes, "little"))
        return [(t - MIDDLE * used) * s * unit for t, s in zip(told, self.scale, strict=True)]
