"""Invented audits of the invented conversations, so that the review desk has something to show and something to do.

A sample is drawn from the demo's past conversations. Six are audited; of the five that are to be rated twice four have
been, blind. The fifth waits for the second reviewer, and the others for anybody. Evidence is quoted by its words, so
that it is found wherever the conversation holds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ulid import ULID

from bot.content import Content
from logs import sample
from logs.review import Audit, Evidence, Rating
from logs.store import Store
from web.demo_conversations import PAST
from web.people import PRACTICE
from web.review import recording
from web.review.reading_one import criteria_in
from web.transcript import Line, lines

AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
A_RATING = timedelta(minutes=20)
TITLE = "Autumn sample (invented)"
PLAN = sample.Plan(seed=260, share=1.0, second=0.4, long_wait=3600.0)  # this seed draws those below to be rated twice
Given = tuple[str, str, str]  # rating, words it is quoted by, note


@dataclass(frozen=True, slots=True)
class Rated:
    """One invented audit: what stands out; the rest is met on the evidence of some words, or does not apply."""

    sender: str
    level: str | None
    met_by: str
    given: Mapping[str, Given]
    second: Mapping[str, Given] = field(default_factory=dict)  # where the second reviewer, blind, rated otherwise
    second_level: str | None = None


NA = {
    "A16": "No referral had been made when it ended.",
    "A17": "Nobody disagreed.",
    "A18": "The concern was above early help.",
}
# What shows these criteria in most records; where it is not there, the words of the audit stand in.
USUAL = {"A01": "in immediate danger", "A02": "Which council", "A11": "Outcome given"}
FIRST = (
    Rated(
        "demo-01",
        "4-CP",
        "Examination today arranged by the duty team",
        {
            "A03": ("not", "", "Nobody asked who else lives in the home, or about other children."),
            "A04": ("met", "Write mum's account down as her account", ""),
            "A05": ("partly", "who is with the baby now", "Where he is was asked. How he is, nobody asked."),
            "A08": ("not", "", "Mental health, substances and abuse at home were not asked about."),
            "A10": ("met", "small bruise on the cheek", "Recognised at once, with examination and talk the same day."),
        },
        {
            "A03": ("partly", "Both parents are at the surgery", "Two adults are named. Nobody else was asked about."),
            "A08": ("not", "", "No other risk was asked about."),
        },
        "4-CP",
    ),
    Rated(
        "demo-02",
        "4-CP",
        "The house is cold and dirty",
        {
            "A05": ("not", "", "Nothing of what the children said, or what a day is like for them."),
            "A06": ("not", "", "The adults were not asked about at all."),
            "A13": ("not", "", "The record does not say who agreed to what."),
            "A14": ("partly", "Caller knows whom to ring", "Whom to ring is there. By when is not."),
        },
        {"A06": ("na", "", "Nothing was known about the adults."), "A14": ("not", "", "No time and no name.")},
        "3",
    ),
    Rated(
        "demo-04",
        None,
        "find out who else lives there",
        {
            "A05": ("not", "", "Not sure, twice, and nobody came back to it."),
            "A11": ("partly", "Then she belongs on it", "The range stayed wide. What would settle it was not pursued."),
            "A19": ("met", "A notice never proves that a referral was made", ""),
        },
        {"A19": ("partly", "I hand you back to the questions now", "A little abrupt for a caller who was not sure.")},
        "4-CIN",
    ),
    Rated(
        "demo-05",
        "4-CP",
        "who keeps the baby safe until then",
        {
            "A05": ("partly", "says she is no good for the baby", "Mum is heard. What the baby's day is like, is not."),
            "A07": ("not", "", "Nothing about earlier pregnancies or illness."),
            "A10": ("met", "her own urgent assessment", "Both routes, at once."),
        },
    ),
    Rated(
        "demo-10",
        "4-CP",
        "Referral today by the caller",
        {
            "A01": ("met", "that is a call to the police first", ""),
            "A05": ("not", "", "He was asleep upstairs; nobody asked what he says about it."),
            "A15": ("partly", "My shift ends", "It was passed on at the end of a shift, and an answer took longer."),
        },
        {"A15": ("met", "Referral today by the caller", ""), "A05": ("partly", "asleep upstairs", "Seen, not heard.")},
        "4-CP",
    ),
    Rated(
        "demo-12",
        "2",
        "looks after her mother and misses school",
        {
            "A10": ("na", "", "No red flag was told."),
            "A13": ("met", "Caller asks the family first", ""),
            "A18": ("met", "assessment talked through", ""),
        },
    ),
)
AWAITS = "demo-05"  # drawn to be rated twice, and rated once


def fill(store: Store, content: Content) -> bool:
    """Draw the sample and make the audits, unless there are any audits already."""
    if store.streams(recording.SAMPLES, limit=1) or not all(store.last(one.sender) for one in FIRST):
        return False
    found = _draw(store)
    reviewer = PRACTICE["reviewer"]
    id = recording.sample_drawn(store, reviewer, TITLE, {}, PLAN, found, AT)
    at = AT
    for one in FIRST:
        at += A_RATING
        _audit(store, content, one, id, at, second=False)
    for one in FIRST:
        if one.second:
            at += A_RATING
            _audit(store, content, one, id, at, second=True)
    _what_follows(store, at)
    return True


def _draw(store: Store) -> sample.Draw:
    """Every past conversation of the demo, some of them to be rated twice."""
    rows = [row for past in PAST if (row := store.summary(past.sender)) is not None]
    return sample.draw(rows, PLAN)


def _audit(store: Store, content: Content, one: Rated, id: str, at: datetime, second: bool) -> None:
    criteria, said = criteria_in(content), lines(store.read(one.sender), content)
    given = {**{id: ("na", "", note) for id, note in NA.items()}, **one.given, **(one.second if second else {})}
    ratings = {}
    for criterion in criteria.all:
        rating, words, note = given.get(criterion.id, ("met", "", ""))
        shows = _evidence(said, words or USUAL.get(criterion.id, "")) if words or rating == "met" else ()
        if rating in ("met", "partly") and not shows:
            shows = _evidence(said, one.met_by)
        ratings[criterion.id] = Rating(rating, note, shows)
    person = PRACTICE["second-reviewer" if second else "reviewer"]
    critical = frozenset(criterion.id for criterion in criteria.all if criterion.critical)
    level = one.second_level if second else one.level
    audits = recording.audits_of(store, one.sender)
    recording.audited(
        store,
        content,
        audits,
        Audit(
            str(ULID.from_datetime(at)),
            0,
            one.sender,
            person.id,
            person.name,
            at.timestamp(),
            criteria.version,
            ratings,
            critical,
            level,
            id,
            second,
        ),
    )


def _evidence(said: list[Line], words: str) -> tuple[Evidence, ...]:
    """The entry that holds some words, quoted by them."""
    if not words:
        return ()
    holds = (line for line in said if words in "\n".join((line.asked, line.text, line.note)))
    return tuple(Evidence(line.seq, words) for line in holds)[:1]


def _what_follows(store: Store, at: datetime) -> None:
    """One action agreed, one done, and feedback with its answer."""
    reviewer = PRACTICE["reviewer"]
    for sender, criterion, what, due in (
        ("demo-02", "A05", "Talk in supervision about how a child's day is asked about.", "2026-12-01"),
        ("demo-10", "A15", "Agree how a conversation is passed on at the end of a shift.", "2026-11-20"),
    ):
        audits = recording.audits_of(store, sender)
        meta = {"id": str(ULID.from_datetime(at)), "conversation": sender, "audit": audits.firsts[0].id}
        meta |= {"criterion": criterion, "what": what, "owner": "Team lead", "due": due, "by": reviewer.id}
        recording.done(store, sender, audits, recording.action("action-agreed", at, meta))
        at += A_RATING
    told = {"id": meta["id"], "by": reviewer.id, "note": "A note goes with each, and the queue says for whom it is."}
    recording.done(store, "demo-10", audits, recording.action("action-done", at + timedelta(days=3), told))
    audits = recording.audits_of(store, "demo-01")
    words = "Mum's account stood as hers, and examination came the same day. Ask who else lives there, each time."
    meta = {"id": str(ULID.from_datetime(at)), "conversation": "demo-01", "to": "practitioner", "role": "practitioner"}
    meta |= {"words": words, "by": reviewer.name}
    recording.done(store, "demo-01", audits, recording.action("feedback-given", at, meta))
    answer = {"id": meta["id"], "words": "Thank you. I have put it on the list by my telephone.", "by": "practitioner"}
    happened = recording.action("feedback-answered", at + timedelta(days=1), answer)
    recording.done(store, "demo-01", audits, happened)
