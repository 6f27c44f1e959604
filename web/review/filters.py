"""What lists of conversations can be narrowed and counted by, in the words a page shows.

A filter stands in the address, so that a link to a list stays; it is a value of the record or of the guidance, never
something typed. Words searched for are named in the address by the search's own entry in the record of who looked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from markupsafe import Markup, escape

from bot.content import Content
from bot.model import LEVELS
from logs import criteria
from logs.store import Filter, Store
from web.continuum import NAMES
from web.furniture import LONDON, STATUSES
from web.people import known

Options = list[tuple[str, str]]
BESIDE = [("within", "Within the range"), ("lower", "Lower"), ("higher", "Higher")]
FIELD = Markup(
    '<div class="nhsuk-form-group"><label class="nhsuk-label nhsuk-label--s" for="{}">{}</label>'
    '<select class="nhsuk-select" id="{}" name="{}">{}</select></div>'
)
FRESH = 5.0  # seconds for which the kept counts of a page's options are not read again


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One thing a list can be narrowed by: its name in the address, its label, and the facet it reads."""

    name: str
    label: str
    facet: str
    more: bool = True  # folded away on the page


ALL = (
    Narrowing("concern", "Concern", "tree", False),
    Narrowing("level", "Could be as high as", "at_most", False),
    Narrowing("urgency", "Urgency", "urgency", False),
    Narrowing("status", "Status", "status", False),
    Narrowing("organisation", "Organisation", "organisation", False),
    Narrowing("red_flag", "Red flag", "red_flag", False),
    Narrowing("at_least", "At least", "at_least"),
    Narrowing("indicated", "Indicated level", "indicated"),
    Narrowing("own_view", "Practitioner's own view", "own_view"),
    Narrowing("own_beside", "Own view beside the range", "own_beside"),
    Narrowing("specialist_view", "Specialist's level", "specialist_view"),
    Narrowing("specialist_beside", "Specialist beside the range", "specialist_beside"),
    Narrowing("disagreement", "Practitioner disagreed", "disagreement"),
    Narrowing("indicator", "Indicator", "indicator"),
    Narrowing("hand_off_rule", "Rule that brought in a person", "hand_off_rule"),
    Narrowing("council", "Council", "council"),
    Narrowing("specialist", "Specialist", "with_person"),
    Narrowing("role", "Who asked", "role"),
    Narrowing("channel", "Channel", "channel"),
    Narrowing("tree_version", "Tree and version", "tree_version"),
    Narrowing("reviewer", "Audited by", "reviewer"),
    Narrowing("finding", "Finding of the audit", "finding"),
)
BY_NAME = {one.name: one for one in ALL}
DATES = ("since", "until")
LABELS = {one.name: one.label for one in ALL} | {"since": "Begun on or after", "until": "Begun on or before"}
UNKNOWN = "unknown"  # in an address: conversations of which it is not known


def chosen(args: Mapping[str, str]) -> dict[str, str]:
    """What an address or a form narrows a list by; anything else in it is left out."""
    found = {name: value[:80] for name in BY_NAME if (value := args.get(name, ""))}
    return found | {name: value for name in DATES if (value := args.get(name, "")) and _day(value)}


def where(picked: Mapping[str, str]) -> Filter:
    """The filter of the record that these choices stand for."""
    narrowed: dict[str, Any] = {
        BY_NAME[name].facet: "" if value == UNKNOWN else value for name, value in picked.items() if name in BY_NAME
    }
    for name, after in (("since", 0), ("until", 1)):
        if day := _day(picked.get(name, "")):
            begins = datetime(day.year, day.month, day.day, tzinfo=LONDON) + timedelta(days=after)
            narrowed[name] = begins.timestamp()
    return Filter(**narrowed)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def worded(name: str, value: str, there: Content) -> str:
    """A value of a filter in words."""
    if value in ("", UNKNOWN):
        return "Not known"
    words = WORDS.get(name)
    return words(value, there) if words else value


def _level(value: str, there: Content) -> str:
    return NAMES.get(value, value)


def _beside(value: str, there: Content) -> str:
    return dict(BESIDE).get(value, value)


def _concern(value: str, there: Content) -> str:
    return there.trees[value].title if value in there.trees else value


def _organisation(value: str, there: Content) -> str:
    found = there.guidance.organisations.get(value)
    return found.name if found else value


def indicator(value: str, there: Content) -> str:
    """An indicator or feature with its short words."""
    found = there.guidance.passages.get(f"threshold_guidance.md#{value}")
    return f"{value} {found.title.removeprefix(value).strip()}" if found else value


def _version(value: str, there: Content) -> str:
    tree, _, version = value.partition("@")
    return f"{_concern(tree, there)}, version {version}"


def _person(value: str, there: Content) -> str:
    found = known(value)
    return found.name if found else value


def _rule(value: str, there: Content) -> str:
    kind, _, rest = value.partition(":")
    flags = {"flag": f"Heard in words: {indicator(rest, there)}", "outcome": f"Outcome: {rest.replace('-', ' ')}"}
    return flags.get(kind, value.replace("-", " ").capitalize()) if rest else value.replace("-", " ").capitalize()


WORDS: dict[str, Callable[[str, Content], str]] = {
    **dict.fromkeys(("level", "at_least", "indicated", "own_view", "specialist_view"), _level),
    **dict.fromkeys(("own_beside", "specialist_beside"), _beside),
    **dict.fromkeys(("red_flag", "indicator"), indicator),
    **dict.fromkeys(("specialist", "reviewer"), _person),
    "concern": _concern,
    "organisation": _organisation,
    "tree_version": _version,
    "hand_off_rule": _rule,
    "urgency": lambda value, there: {"now": "Now", "today": "Today", "none": "Neither"}.get(value, value),
    "status": lambda value, there: STATUSES.get(value, value),
    "role": lambda value, there: {"gp": "GP"}.get(value, value.capitalize()),
    "channel": lambda value, there: {"api": "Another program"}.get(value, value.capitalize()),
    "disagreement": lambda value, there: {"up": "Saw it higher", "down": "Saw it lower"}.get(value, value),
    "finding": lambda value, there: criteria.FINDINGS.get(value, value),
}


def sure(name: str, there: Content) -> Options:
    """The values a filter always offers, in their own order, whether the record has any or not."""
    if WORDS.get(name) is _level:
        return [(level, NAMES[level]) for level in LEVELS]
    values: dict[str, Iterable[str]] = {
        "urgency": ("now", "today", "none"),
        "status": STATUSES,
        "concern": sorted(there.trees, key=lambda tree: there.trees[tree].title),
        "organisation": there.guidance.organisations,
        "red_flag": [flag.flag for flag in there.common.red_flags],
        "own_beside": [value for value, _ in BESIDE],
        "specialist_beside": [value for value, _ in BESIDE],
        "disagreement": ("up", "down"),
        "finding": criteria.FINDINGS,
    }
    return [(value, worded(name, value, there)) for value in values.get(name, ())]


_kept: WeakKeyDictionary[Store, tuple[float, dict[str, dict[str, int]]]] = WeakKeyDictionary()


def counted(store: Store) -> dict[str, dict[str, int]]:
    """How many conversations of the whole record there are for each value of each filter; kept for some seconds."""
    found = _kept.get(store)
    if found is None or monotonic() - found[0] > FRESH:
        by_facet = store.counts_by([one.facet for one in ALL])
        counts = {one.name: by_facet[one.facet] for one in ALL}
        if found is not None and counts == found[1]:
            counts = found[1]  # the same object: what was made from it need not be made again
        found = _kept[store] = (monotonic(), counts)
    return found[1]


def options(name: str, counts: Mapping[str, int], there: Content, picked: str) -> Markup:
    """The options of a filter's field, each with how many the whole record has; the picked one is marked."""
    values = tuple(sorted((value, n) for value, n in counts.items() if value))
    rest = _options(name, values, counts.get("", 0), there.digest, _Here(there))
    if not picked:
        return rest
    first = Markup('<option value="{}" selected>{}</option>').format(picked, worded(name, picked, there))
    return first + rest


def fields(store: Store, there: Content, picked: Mapping[str, str], *, more: bool) -> Markup:
    """The fields of the form that lie open, or those folded away, in one piece."""
    counts = _Same(counted(store))
    return _fields(counts, tuple(sorted(picked.items())), there.digest, _Here(there), more)


@lru_cache(maxsize=64)
def _fields(counts: _Same, picked: tuple[tuple[str, str], ...], digest: str, here: _Here, more: bool) -> Markup:
    chosen_here, parts = dict(picked), []
    for one in ALL:
        if one.more is more:
            values = options(one.name, counts.counts[one.name], here.content, chosen_here.get(one.name, ""))
            parts.append(FIELD.format(one.name, one.label, one.name, one.name, values))
    return Markup("").join(parts)


@lru_cache(maxsize=1)
def countable() -> Markup:
    """The options of what a list can be counted by."""
    return Markup("").join(Markup('<option value="{}">{}</option>').format(one.name, one.label) for one in ALL)


class _Same:
    """Counts as they were read at one time: the same object is the same."""

    __slots__ = ("counts",)

    def __init__(self, counts: dict[str, dict[str, int]]) -> None:
        self.counts = counts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.counts is other.counts

    def __hash__(self) -> int:
        return id(self.counts)


class _Here:
    """The content, which is the same for one digest: so the cache need not look at it."""

    __slots__ = ("content",)

    def __init__(self, content: Content) -> None:
        self.content = content

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Here)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=256)
def _options(name: str, values: tuple[tuple[str, int], ...], unknown: int, digest: str, here: _Here) -> Markup:
    there, have = here.content, dict(values)
    offered = sure(name, there)
    known_already = {value for value, _ in offered}
    offered += [(value, worded(name, value, there)) for value in have if value not in known_already]
    parts = ['<option value="">Any</option>']
    parts += [f'<option value="{escape(v)}">{escape(words)} ({have.get(v, 0):,})</option>' for v, words in offered]
    if unknown:
        parts.append(f'<option value="{UNKNOWN}">Not known ({unknown:,})</option>')
    return Markup("".join(parts))  # noqa: S704 - every value was escaped
