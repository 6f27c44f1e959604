"""What an audit is: ratings with evidence, a finding, actions, feedback.

Audits of one conversation are events of the stream `audits/CONVERSATION`, added by the one append and never changed:
a second rating, an audit again of what failed, feedback and its answer are further events. Everything here is folded
from them. What there is to rate stands in `logs.criteria`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from logs.criteria import RATINGS, finding
from logs.store import Event, Summary

PREFIX = "audits/"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of the record: which event, and which words of it (empty: the whole event)."""

    seq: int
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Rating:
    """What one criterion was rated, on what evidence, with a note."""

    value: str
    note: str = ""
    evidence: tuple[Evidence, ...] = ()


PLAIN = {value: Rating(value) for value in RATINGS}


@dataclass(frozen=True, slots=True)
class Audit:
    """One rating of a conversation by one reviewer."""

    id: str
    seq: int
    conversation: str
    reviewer: str
    name: str
    at: float
    version: int
    ratings: Mapping[str, Rating]
    critical: frozenset[str]
    level: str | None = None
    sample: str | None = None
    second: bool = False
    again_of: str | None = None

    @property
    def finding(self) -> str:
        """The gravest rating decides; see `FINDINGS`."""
        return finding(((id, r.value) for id, r in self.ratings.items()), self.critical)

    @property
    def failed(self) -> tuple[str, ...]:
        """The criteria that are not, or only partly, met: what is audited again."""
        return tuple(id for id, rating in self.ratings.items() if rating.value in ("not", "partly"))


@dataclass(frozen=True, slots=True)
class Action:
    """Something agreed because of an audit: what, who, by when, and whether it is done."""

    id: str
    conversation: str
    audit: str
    criterion: str
    what: str
    owner: str
    due: str
    done_at: float | None = None
    done_note: str = ""

    def overdue(self, today: str) -> bool:
        """Whether its date has passed and it is not done; dates as YYYY-MM-DD."""
        return self.done_at is None and self.due < today


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reviewer told the practitioner or the specialist, and what they answered."""

    id: str
    conversation: str
    to: str
    role: str
    words: str
    by: str
    at: float
    answer: str = ""
    answered_at: float | None = None


@dataclass(slots=True)
class Audits:
    """Everything said about one conversation by its reviewers."""

    audits: list[Audit] = field(default_factory=list)
    actions: dict[str, Action] = field(default_factory=dict)
    feedback: dict[str, Feedback] = field(default_factory=dict)
    drawn: list[tuple[str, bool]] = field(default_factory=list)  # (sample, for a second rating)

    @property
    def firsts(self) -> list[Audit]:
        """The first ratings and those made again, in order; second ratings are for agreement alone."""
        return [audit for audit in self.audits if not audit.second]

    @property
    def seconds(self) -> list[Audit]:
        """The blind second ratings."""
        return [audit for audit in self.audits if audit.second]

    def rated_by(self, person: str) -> bool:
        """Whether this reviewer has rated it, first or second."""
        return any(audit.reviewer == person for audit in self.audits)

    @property
    def awaits_second(self) -> bool:
        """Whether it was drawn for a second rating that is not there yet."""
        return any(second for _, second in self.drawn) and not self.seconds

    def hidden_from(self, person: str) -> bool:
        """Whether this reviewer must not see the ratings: a blind second one is due and it may be theirs."""
        return self.awaits_second and not self.rated_by(person)


ACTION = ("id", "conversation", "audit", "criterion", "what", "owner", "due")
FEEDBACK = ("id", "conversation", "to", "role", "words", "by")


def stream_of(conversation: str) -> str:
    """The stream of one conversation's audits."""
    return PREFIX + conversation


def folded(events: Iterable[Event]) -> Audits:
    """What the events of one `audits/…` stream amount to."""
    found = Audits()
    for seq, event in enumerate(events, 1):
        told(found, seq, event)
    return found


def told(found: Audits, seq: int, event: Event) -> None:
    """Adds what one event tells."""
    name, meta, at = event.get("name"), event.get("metadata") or {}, float(event["timestamp"])
    if name == "audited":
        found.audits.append(_audit(seq, meta, at))
    elif name == "drawn-for-audit":
        found.drawn.append((meta["sample"], bool(meta.get("second"))))
    elif name == "action-agreed":
        found.actions[meta["id"]] = Action(**{key: meta[key] for key in ACTION})
    elif name == "action-done" and meta["id"] in found.actions:
        done = replace(found.actions[meta["id"]], done_at=at, done_note=meta.get("note", ""))
        found.actions[done.id] = done
    elif name == "feedback-given":
        found.feedback[meta["id"]] = Feedback(**{key: meta[key] for key in FEEDBACK}, at=at)
    elif name == "feedback-answered" and meta["id"] in found.feedback:
        answered = replace(found.feedback[meta["id"]], answer=meta["words"], answered_at=at)
        found.feedback[answered.id] = answered


def _rating(row: Mapping[str, Any]) -> Rating:
    """A rating as it was recorded; one without note and evidence is the same for everybody."""
    evidence, note = row.get("evidence") or (), row.get("note") or ""
    if not evidence and not note:
        return PLAIN[row["rating"]]
    return Rating(row["rating"], note, tuple(Evidence(one["seq"], one.get("quote", "")) for one in evidence))


def _audit(seq: int, meta: Mapping[str, Any], at: float) -> Audit:
    ratings = {id: _rating(row) for id, row in meta["ratings"].items()}
    return Audit(
        meta["id"],
        seq,
        meta["conversation"],
        meta["reviewer"],
        meta["name"],
        at,
        meta["version"],
        ratings,
        frozenset(meta["critical"]),
        meta.get("level"),
        meta.get("sample"),
        bool(meta.get("second")),
        meta.get("again_of"),
    )


def metadata(audit: Audit) -> dict[str, Any]:
    """An audit as the metadata of its event."""
    ratings = {
        id: {
            "rating": rating.value,
            "note": rating.note,
            "evidence": [{"seq": one.seq, "quote": one.quote} for one in rating.evidence],
        }
        for id, rating in audit.ratings.items()
    }
    return {
        "id": audit.id,
        "conversation": audit.conversation,
        "reviewer": audit.reviewer,
        "name": audit.name,
        "version": audit.version,
        "ratings": ratings,
        "critical": sorted(audit.critical),
        "level": audit.level,
        "sample": audit.sample,
        "second": audit.second,
        "again_of": audit.again_of,
        "finding": audit.finding,
    }


def now_found(audits: Audits) -> str | None:
    """The finding that stands: the last first rating, with what was audited again since in its place."""
    ratings: dict[str, str] = {}
    critical: frozenset[str] = frozenset()
    for audit in audits.firsts:
        if audit.again_of is None:
            ratings = {}
        ratings |= {id: rating.value for id, rating in audit.ratings.items()}
        critical = critical | audit.critical if audit.again_of else audit.critical
    return finding(ratings.items(), critical) if ratings else None


def columns(audits: Audits) -> Summary:
    """What the conversation's row in lists shows. While a blind second rating is due, no finding is shown."""
    reviewers = list(dict.fromkeys(audit.reviewer for audit in audits.audits))
    return {
        "reviewers": " ".join(reviewers) or None,
        "finding": None if audits.awaits_second else now_found(audits),
    }
