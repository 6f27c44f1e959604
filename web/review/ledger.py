"""All audits at a glance: what pages over many audits need, folded once and kept up with the record.

It holds ratings without their notes and evidence, which are read from the record where they are shown. It is never
the truth: it is keyed by the last position read. What it came to is kept beside the record now and then (a projection),
so that the first page after a start has little left to fold; `flask --app web rebuild` throws that away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from weakref import WeakKeyDictionary

from logs import audit_index, review
from logs.review import Action, Audits, Feedback
from logs.store import Event, RecordUnavailable, Store

MANY = 100  # conversations: fewer are sooner folded at the next start than kept now


@dataclass(slots=True)
class Ledger:
    """The audits of every conversation that has any."""

    begun: bool = False  # whether what was kept has been read
    position: int = 0
    kept: int = 0  # up to where it is kept beside the record
    changed: set[str] = field(default_factory=set)  # the conversations of which more is known than is kept
    of: dict[str, Audits] = field(default_factory=dict)
    summed: tuple[int, Counter[str], dict[str, Counter[str]]] | None = None
    lock: Lock = field(default_factory=Lock)

    def catch_up(self, store: Store) -> None:
        """Fold what was recorded since."""
        if not self.begun:
            self.kept, texts = store.projection(audit_index.NAME)
            self.of = {conversation: audit_index.unpacked(text) for conversation, text in texts.items()}
            self.position, self.begun = self.kept, True
        for placed in store.gather(review.PREFIX, self.position):
            conversation = placed.stream.removeprefix(review.PREFIX)
            review.told(self.of.setdefault(conversation, Audits()), placed.seq, _plain(placed.event))
            self.changed.add(conversation)
            self.position = placed.position
        if len(self.changed) >= MANY:
            self._keep(store)

    def _keep(self, store: Store) -> None:
        """Keep what it came to. Where that cannot be done, the page is shown all the same."""
        texts = {conversation: audit_index.packed(self.of[conversation]) for conversation in self.changed}
        with suppress(RecordUnavailable):
            store.project(audit_index.NAME, self.kept, self.position, texts)
        self.kept = self.position  # refused, it stays refused from here on: what is kept would have a gap
        self.changed.clear()

    def actions(self) -> list[Action]:
        """Every action agreed, those that are not done first, by their date."""
        every = [action for audits in self.of.values() for action in audits.actions.values()]
        return sorted(every, key=lambda action: (action.done_at is not None, action.due, action.id))

    def feedback_to(self, person: str) -> list[Feedback]:
        """Everything reviewers told this person, the latest first."""
        every = [one for audits in self.of.values() for one in audits.feedback.values() if one.to == person]
        return sorted(every, key=lambda one: -one.at)

    def sums(self) -> tuple[Counter[str], dict[str, Counter[str]]]:
        """How many conversations have each finding, and how each criterion was rated in the audits that stand.

        Those that still await a blind rating are not counted. Kept until something is recorded.
        """
        if self.summed is None or self.summed[0] != self.position:
            self.summed = (self.position, *self._summed())
        return self.summed[1:]

    def _summed(self) -> tuple[Counter[str], dict[str, Counter[str]]]:
        findings: Counter[str] = Counter()
        rated: Counter[tuple[str, str]] = Counter()
        for audits in self.of.values():
            found = None if audits.awaits_second else review.now_found(audits)
            if found:
                findings[found] += 1
                rated.update((id, one.value) for id, one in audits.firsts[-1].ratings.items())
        by_criterion: dict[str, Counter[str]] = {}
        for (id, value), n in rated.items():
            by_criterion.setdefault(id, Counter())[value] = n
        return findings, by_criterion

    def pairs(self) -> Iterator[tuple[str, review.Audit, review.Audit]]:
        """The conversations rated twice, blind: the first rating and the second."""
        for conversation, audits in self.of.items():
            if audits.firsts and audits.seconds:
                yield conversation, audits.firsts[0], audits.seconds[0]


def _plain(event: Event) -> Event:
    """An audit without notes and evidence; anything else as it is."""
    if event.get("name") != "audited":
        return event
    ratings = {id: {"rating": row["rating"]} for id, row in event["metadata"]["ratings"].items()}
    return {**event, "metadata": {**event["metadata"], "ratings": ratings}}


_ledgers: WeakKeyDictionary[Store, Ledger] = WeakKeyDictionary()


def ledger(store: Store) -> Ledger:
    """The ledger of a store, up to date."""
    found = _ledgers.setdefault(store, Ledger())
    with found.lock:
        found.catch_up(store)
    return found
