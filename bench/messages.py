"""The labelled messages that understanding is trained on and measured with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.understanding.lexicon import FOLDER

ROOT = Path(__file__).resolve().parent.parent
CONVERSATIONS = ROOT / "tests" / "conversations"
DEVELOPMENT = (*sorted(f.stem for f in CONVERSATIONS.glob("*_?.*")), "paraphrases")
APART = ("unseen", "apart", "notices")  # nobody who tunes reads these
RAISING = ("stated", "unclear")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One invented message and what a specialist says of it."""

    id: str
    kind: str
    text: str
    concerns: tuple[str, ...]
    flags: tuple[tuple[str, str], ...]
    urgency: str
    not_for_us: str | None
    asks_for_person: bool
    part: str

    @property
    def raising(self) -> frozenset[str]:
        """The flags that are, or may be, so."""
        return frozenset(name for name, label in self.flags if label in RAISING)

    @property
    def calm(self) -> bool:
        """Nothing urgent, and no feature even denied."""
        return self.urgency == "none" and not self.flags


def _of(row: dict[str, Any], part: str) -> Labelled:
    flags = tuple((f["id"], f["label"]) for f in row["red_flags"])
    return Labelled(row["id"], row["kind"], row["text"], tuple(row["concerns"]), flags, row["urgency"],
                    row.get("not_for_us"), bool(row.get("asks_for_person")), part)  # fmt: skip


def _short(file: Path) -> Iterable[Labelled]:
    """Messages of one line, under headings `[X-02:stated | today | injury-not-mobile | person]`; the last part, for
    whom it is not and whether a person is asked for, is left out of most."""
    flags: tuple[tuple[str, str], ...] = ()
    urgency, concerns, rest = "none", (), []
    part = file.stem
    lines = (raw.strip() for raw in file.read_text(encoding="utf-8").splitlines())
    told = (line for line in lines if line and not line.startswith("# "))  # "#" within a message is a fracture
    for number, line in enumerate(told):
        if line.startswith("["):
            named, urgency, trees, *last = (piece.strip() for piece in line.strip("[]").split("|"))
            flags = tuple((n, la) for n, _, la in (w.partition(":") for w in named.split()) if la)
            concerns, rest = tuple(trees.split()), " ".join(last).split()
        else:
            not_for_us = next((who for who in rest if who != "person"), None)
            person = "person" in rest
            yield Labelled(f"{part}-{number:04}", "short", line, concerns, flags, urgency, not_for_us, person, part)


def messages(part: str) -> list[Labelled]:
    """Every message of one part; nothing where the part is not there."""
    for short in (CONVERSATIONS / f"{part}.txt", FOLDER / f"{part}.txt"):
        if short.is_file():
            return list(_short(short))
    file = CONVERSATIONS / f"{part}.jsonl"
    if not file.is_file():
        return []
    rows = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
    return [_of(row, part) for row in rows]


def digest(rows: Iterable[Labelled]) -> str:
    """What these messages and labels are, as one SHA-256."""
    told = hashlib.sha256()
    for row in rows:
        told.update(repr((row.id, row.text, row.concerns, row.flags, row.urgency)).encode())
    return told.hexdigest()
