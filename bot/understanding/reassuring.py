"""A message without what takes nothing back: clauses that only reassure ("otherwise all well, no other concerns"), and
denials that a "but" ends."""

from __future__ import annotations

import re
from functools import cache

from bot.understanding.lexicon import FOLDER, lines_of

_DENIED_BUT = re.compile(r"\b(?:no|nil|not|never|none|without)\b[^.;:!?\n]{0,160}?\bbut\b", re.IGNORECASE)
_BETWEEN = re.compile(r"([,.;:!?()\n–—]+|\b(?:and|but)\b)", re.IGNORECASE)
_WORD = re.compile(r"[a-z']+")


@cache
def _lists() -> dict[str, frozenset[str]]:
    """The reviewed lists of `words/reassuring.txt` by their headings."""
    found: dict[str, set[str]] = {}
    name = ""
    for line, heading in lines_of((FOLDER / "reassuring.txt").read_text(encoding="utf-8")):
        if heading:
            name = line.strip("[]")
        else:
            found.setdefault(name, set()).update(word.strip() for word in line.split(","))
    return {name: frozenset(words) for name, words in found.items()}


def _only_reassures(clause: str) -> bool:
    """Whether every word of a clause is about its being well, or there being nothing of concern; "not well" is not."""
    lists = _lists()
    said = set(_WORD.findall(clause.lower().replace("’", "'")))
    well, ill, no = said & lists["reassures"], said & lists["nothing of"], said & lists["no"]
    known = lists["around"] | lists["reassures"] | lists["nothing of"] | lists["no"]
    return bool(said) and said <= known and bool(ill and no and not well or well and not ill and not no)


def without_reassurance(text: str) -> str | None:
    """What is left of a text without such clauses; None where it has none, or nothing would be left."""
    pieces = _BETWEEN.split(text)  # clause, mark, clause, …
    kept: list[str] = []
    for n, piece in enumerate(pieces):
        if n % 2 == 0 and _only_reassures(piece):
            kept[-1:] = [mark for mark in kept[-1:] if not mark.isalpha()]  # "and", "but" before it joins nothing now
        else:
            kept.append(piece)
    if len(kept) == len(pieces):
        return None
    rest = "".join(kept).strip(" ,.;:!?\n")
    return rest or None


def without_what_is_denied(text: str) -> str | None:
    """What is left of a text without each denial that a "but" ends ("no bruises on his legs but a burn on his hand");
    None where it has none, or nothing would be left."""
    rest = _DENIED_BUT.sub(" ", text).strip(" ,.;:!?\n")
    return rest if rest and rest != text.strip(" ,.;:!?\n") else None
