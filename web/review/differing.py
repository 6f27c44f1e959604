"""Where practitioners saw another level than the answers pointed to: why, on which concern, in their words.

For reviewers, and for authors, who may read no conversation but are to find where the guide falls short. Looking at
the words is recorded like a reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from flask import render_template, request

from bot.content import Content
from bot.disagreeing import CODES
from logs.store import Event, Store
from web import reads
from web.access import roles, somebody
from web.continuum import NAMES, range_words
from web.conversation import DIFFERING
from web.furniture import moment_of
from web.record import content, now, store
from web.review.room import PAGE, desk, let_stand, stands, unseen

WHY = "Disagreements, to learn from"  # what stands in the record of who looked
WAYS = ("up", "down", "same")


@dataclass(frozen=True, slots=True)
class Differing:
    """One disagreement: what was pointed to, what was seen instead, and why."""

    seq: int
    at: datetime | None
    conversation: str
    role: str
    way: str
    level: str
    code: str
    words: str
    pointed_to: str
    trees: tuple[tuple[str, int], ...]


def read(seq: int, event: Event) -> Differing:
    """A disagreement from its event in the stream of all of them."""
    told: dict[str, Any] = event["metadata"]
    trees = told.get("trees") or ()
    low, high = told.get("at_least"), told.get("at_most")
    return Differing(
        seq,
        moment_of(event["timestamp"]),
        told["conversation"],
        told.get("role") or "",
        told["direction"],
        NAMES.get(told["level"], told["level"]),
        told["code"],
        told.get("words") or "",
        range_words(low, high, low if low == high else None),
        tuple((one["tree"], one["version"]) for one in trees),
    )


_known: WeakKeyDictionary[Store, list[Differing]] = WeakKeyDictionary()
_reading = Lock()


def every(store: Store) -> list[Differing]:
    """All disagreements, the first first; what was read before is not read again."""
    with _reading:
        found = _known.setdefault(store, [])
        found += [read(row.seq, row.event) for row in store.read(DIFFERING, found[-1].seq if found else 0)]
        return list(found)


def counted(found: Iterable[Differing]) -> dict[str, Counter[str]]:
    """How many went up and down for each coded reason."""
    counts: dict[str, Counter[str]] = {code: Counter() for code in CODES}
    for one in found:
        counts.setdefault(one.code, Counter())[one.way] += 1
    return counts


def by_concern(found: Iterable[Differing], there: Content) -> list[tuple[str, str, Counter[str]]]:
    """How many went up and down for each concern, most first; a disagreement may be about several."""
    counts: dict[str, Counter[str]] = {}
    for one in found:
        for tree, _ in one.trees:
            counts.setdefault(tree, Counter())[one.way] += 1
    rows = [(tree, _title(tree, there), ways) for tree, ways in counts.items()]
    return sorted(rows, key=lambda row: (-row[2].total(), row[1]))


@desk.get("/disagreements")
@roles("reviewer", "author")
def disagreements() -> str:
    """Counts for each reason and concern, and each disagreement in its words, the latest first."""
    there, person = content(), somebody()
    if not stands("reading", DIFFERING):
        reads.read(store(), person, DIFFERING, WHY, now())
        let_stand("reading", DIFFERING)
    hidden = unseen()
    found = [one for one in every(store()) if one.conversation not in hidden]
    why, tree, before = (request.args.get(name, "") for name in ("why", "concern", "before"))
    listed = [
        one
        for one in reversed(found)
        if (not why or one.code == why) and (not tree or tree in {name for name, _ in one.trees})
    ]
    total = len(listed)
    if before.isdigit():
        listed = [one for one in listed if one.seq < int(before)]
    return render_template(
        "desk_disagreements.html",
        reasons=[(code, _reason(code, there), ways) for code, ways in counted(found).items()],
        concerns=by_concern(found, there),
        why=(why, _reason(why, there)) if why else None,
        concern=(tree, _title(tree, there)) if tree else None,
        total=total,
        rows=[(one, _reason(one.code, there), _concerns(one, there)) for one in listed[:PAGE]],
        older=str(listed[PAGE - 1].seq) if len(listed) > PAGE else None,
        newest=before.isdigit(),
        may_read=person.role == "reviewer",
    )


def _reason(code: str, there: Content) -> str:
    return there.phrases.get(f"differs-{code}", code.replace("-", " ").capitalize())


def _title(tree: str, there: Content) -> str:
    return there.trees[tree].title if tree in there.trees else tree


def _concerns(one: Differing, there: Content) -> str:
    return ", ".join(f"{_title(tree, there)}, version {version}" for tree, version in one.trees)
