"""An outcome as the page shows it: the first thing to do, whom to ring, where it lies, why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import bounding, engine, messages, next_steps, reasons, routes, standing, telling
from bot.content import Content
from bot.guidance import Guidance
from bot.model import COMMON, NOT_SURE, rank
from bot.standing import question_at
from bot.writing import child_name
from web.contacts import Calls, calls, ring
from web.continuum import NAMES, Cell, cells, range_words
from web.decided_by import decided_by
from web.first_step import FirstStep, first_step
from web.reading import passage
from web.transcript import ask_of, question_of

ACT = {"now": "Act now", "today": "Act today"}


@dataclass(frozen=True, slots=True)
class Reason:
    """One answer that led here, with the passages it rests on."""

    ask: str
    answer: str
    cites: tuple[str, ...]
    child: int | None = None
    up: tuple[str, ...] = ()  # the same theme one level up, and one down
    down: tuple[str, ...] = ()
    change: str = ""  # the payload that asks it, where it can be asked
    not_known: str = ""  # why it is not known, in words


@dataclass(frozen=True, slots=True)
class ChildRow:
    """One child or unborn baby: where it lies, and the answers in which this child differs from the others."""

    child: int
    name: str
    words: str
    cells: tuple[Cell, ...]
    differs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Together:
    """A rule over several facts that weigh more together, with its reason."""

    says: str
    cites: tuple[str, ...]
    raises_to: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the outcome's page needs, in the order it is read."""

    says: str
    urgency: str
    start: FirstStep
    calls: Calls
    graded: bool
    range_words: str
    cells: tuple[Cell, ...]
    because: tuple[Reason, ...]
    raises: tuple[Reason, ...]
    settles: tuple[Reason, ...]
    children: tuple[ChildRow, ...]
    trees: tuple[tuple[str, int, str], ...]  # title, version, approved by ("" where nobody has)
    hand_off: str
    comparators_only: bool
    lowers: tuple[Reason, ...] = ()  # for authors and reviewers alone
    own: tuple[str, ...] = ()  # the practitioner's own view beside it
    together: tuple[Together, ...] = ()
    sections: tuple[next_steps.Section, ...] = ()
    hour: str = ""  # what stands at this hour, where offices are shut
    told: str = ""  # the practitioner's own words or answer that decided what is done first
    find_out: Reason | None = None  # the one fact to find out while acting, where the level is open and it is urgent

    @property
    def raising(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What would raise it: each question, its answers, and for which of several children."""
        return _grouped(self.raises, self.several)

    @property
    def lowering(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What would lower it, in the same way."""
        return _grouped(self.lowers, self.several)

    @property
    def heading(self) -> str:
        """What it amounts to, as the page's own heading; where something is urgent that comes before an open range."""
        if self.open_range and self.urgency in ACT:
            level = "The level is not settled yet" if self.graded else "This is not graded in levels"
            return f"{ACT[self.urgency]}. {level}"
        return self.range_words.rstrip(".")

    @property
    def open_range(self) -> bool:
        """Whether the level is not settled."""
        return not any(cell.indicated for cell in self.cells)

    @property
    def several(self) -> bool:
        """Whether there is more than one child."""
        return len(self.children) > 1

    @property
    def unapproved(self) -> bool:
        """Whether any tree behind this outcome has not been signed by a Named professional."""
        return any(not approved for _, _, approved in self.trees)


def _grouped(rows: tuple[Reason, ...], several: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for row in rows:
        children = found.setdefault(row.ask, {}).setdefault(row.answer, [])
        children += [str(row.child)] if row.child and several else []
    return [
        (ask, [(answer, f"child {', '.join(children)}" if children else "") for answer, children in answers.items()])
        for ask, answers in found.items()
    ]


def shown(
    outcome: dict[str, Any],
    urgency: str,
    content: Content,
    at: datetime,
    for_author: bool = False,
    slots: Mapping[str, Any] | None = None,
) -> Shown:
    """An outcome (contract, section 2) made ready for the page; with the slots, also what stands beside it."""
    route = outcome.get("route") or ()
    said = {(slots or {}).get(f"{COMMON}/council-{q}"): words for q, words in (("lives", "lives"), ("now", "is now"))}
    councils = {str(council): words for council, words in said.items() if council not in (None, NOT_SURE)}
    rings = [ring(r, content.guidance, at, councils) for r in route]
    closed = any(r.for_line for r in rings)
    must = urgency in ACT or outcome.get("hand_off") in ("now", "today")
    start = first_step(list(outcome.get("do_next") or ()) or [outcome.get("says") or ""], slots, closed)
    low, high, indicated = outcome.get("at_least"), outcome.get("at_most"), outcome.get("indicated")
    because = tuple(_reason(r, content) for r in outcome.get("because") or ())
    settles = tuple(_settle(r, content, slots) for r in outcome.get("would_settle") or ())
    return Shown(
        says=outcome.get("says") or "",
        urgency=urgency,
        start=start,
        calls=calls(rings, start, must, urgency in ACT and high in (None, "4-CP")),
        graded=low is not None,
        range_words=range_words(low, high, indicated),
        cells=cells(low, high, indicated, content.guidance),
        because=because,
        raises=tuple(_reason(r, content) for r in _raising(outcome, for_author)),
        settles=settles,
        children=_children(outcome, content, slots),
        trees=tuple(_tree(t, content) for t in outcome.get("trees") or ()),
        hand_off=outcome.get("hand_off") or "none",
        comparators_only=comparators_only(because, content.guidance),
        lowers=lowers(slots, content) if for_author and slots else (),
        own=tuple(telling.own_view_words(slots, content, outcome)) if slots else (),
        together=together(slots, content) if slots else (),
        sections=tuple(next_steps.sections(slots, outcome, content)) if slots else (),
        hour=_hour(must, content.guidance, at),
        told=decided_by(slots, content) if slots else "",
        find_out=_find_out(settles, slots, content) if urgency in ACT and not indicated else None,
    )


def _find_out(
    settles: tuple[Reason, ...], slots: Mapping[str, Any] | None, content: Content
) -> Reason | None:
    """Of the facts that would settle it, the one about the red flag that stopped the questions, or else the first."""
    stops = standing.where(dict(slots), content).stops if slots else ()
    about = standing.flag_question(content, stops[0].flag) if stops and stops[0].flag else None
    return next((s for s in settles if about and s.ask == about.ask), settles[0] if settles else None)


def _hour(must: bool, guidance: Guidance, at: datetime) -> str:
    """What the hour means for whom to ring; nothing in office hours."""
    return guidance.words["after_hours" if must else "after_hours_calm"] if routes.out_of_hours(guidance, at) else ""


def lowers(slots: Mapping[str, Any], content: Content) -> tuple[Reason, ...]:
    """The single answers that would lower it: never shown to practitioners."""
    now = dict(slots)
    where = standing.where(now, content)
    found = reasons.would_lower(now, content, where, bounding.bounds_of(now, content, where))
    return tuple(_reason(row, content) for row in found)


def together(slots: Mapping[str, Any], content: Content) -> tuple[Together, ...]:
    """The combination rules that apply, each with its reason."""
    found = engine.applying(content.common.combinations, content.common, slots, standing.children(slots))
    return tuple(Together(r.says, r.cites, r.raises_to and NAMES[r.raises_to]) for r in found)


def _children(outcome: Mapping[str, Any], content: Content, slots: Mapping[str, Any] | None) -> tuple[ChildRow, ...]:
    """One row per child or unborn baby; what differs between them is shown, not blurred."""
    rows = outcome.get("children") or ()
    differing = _differing(slots, content, len(rows)) if slots and len(rows) > 1 else {}
    return tuple(
        ChildRow(
            row["child"],
            child_name(slots or {}, row["child"]),
            range_words(row["at_least"], row["at_most"], row["indicated"]),
            cells(row["at_least"], row["at_most"], row["indicated"], content.guidance),
            tuple((ask_of(content, q), answers.get(row["child"], "Not asked yet")) for q, answers in differing.items()),
        )
        for row in rows
    )


def _differing(slots: Mapping[str, Any], content: Content, children: int) -> dict[str, dict[int, str]]:
    """The questions about a child that were answered differently for different children."""
    found: dict[str, dict[int, str]] = {}
    for key, answer in slots.items():
        name, _, number = key.partition("#")
        question = question_of(content, name) if "/" in name and answer is not None else None
        if question is not None and question.about == "child":
            found.setdefault(name, {})[int(number or 1)] = str(answer)
    return {q: a for q, a in found.items() if len(set(a.values())) > 1 or 0 < len(a) < children}


def comparators_only(because: tuple[Reason, ...], guidance: Guidance) -> bool:
    """Whether every indicator this rests on comes from another area's document."""
    found = [passage(guidance, cite) for reason in because for cite in reason.cites]
    tags = [p.provenance for p in found if p and p.provenance]
    return bool(tags) and all(tag == "CMP" for tag in tags)


def _raising(outcome: dict[str, Any], for_author: bool) -> list[dict[str, Any]]:
    """Practitioners see what would raise it; authors see both directions (safety: what never lowers)."""
    changes = outcome.get("would_change") or []
    if for_author or outcome.get("at_least") is None:
        return list(changes)
    low, high = rank(outcome["at_least"]), rank(outcome["at_most"])
    return [c for c in changes if c.get("at_most") and (rank(c["at_most"]) > high or rank(c["at_least"]) > low)]


def _reason(row: dict[str, Any], content: Content) -> Reason:
    cites = tuple(row.get("cites") or ())
    up, down = (same_theme(cites, content.guidance, step) for step in (1, -1))
    return Reason(ask_of(content, row["q"]), row.get("answer") or "", cites, row.get("child"), up, down)


def same_theme(cites: tuple[str, ...], guidance: Guidance, step: int) -> tuple[str, ...]:
    """Passages on the same theme so many levels up or down from what is cited."""
    found: dict[str, None] = {}
    for passage_here in (guidance.passages[c] for c in cites if c in guidance.passages):
        for other in passage_here.same_theme:
            there = guidance.passages.get(other)
            levels = (passage_here.level[:1], there.level[:1] if there else "")
            if all(level.isdigit() for level in levels) and int(levels[1]) - int(levels[0]) == step:
                found[other] = None
    return tuple(found)


def _settle(row: dict[str, Any], content: Content, slots: Mapping[str, Any] | None) -> Reason:
    """A fact that would settle it, with the payload that asks it and why it is not known."""
    child = row.get("child")
    key = row["q"] + (f"#{child}" if child and child > 1 else "")
    if slots is None or question_at(slots, content, key) is None:
        return _reason(row, content)
    fits = messages.fits(slots, content, messages.Message("change", "change", key))
    kind = slots["not_known"].get(key) or ("" if slots.get(key) != NOT_SURE else "unsaid")
    return Reason(
        ask_of(content, row["q"]),
        "",
        (),
        child,
        change=messages.payload("change", key, None, child) if fits else "",
        not_known=content.phrases.get(f"not-known-{kind}", ""),
    )


def _tree(row: dict[str, Any], content: Content) -> tuple[str, int, str]:
    tree = content.trees.get(row["tree"])
    return (tree.title if tree else row["tree"], row["version"], (tree.approved_by or "") if tree else "")
