"""All audits at a glance: what pages over many audits need, folded once and kept up with the record.

It holds ratings without their notes and evidence, which are read from the record where they are shown. It is never
the truth: it is keyed by the last position read, and built again whenever the program starts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock
from weakref import WeakKeyDictionary

from logs import review
from logs.review import Action, Audits, Feedback
from logs.store import Event, Store


@dataclass(slots=True)
class Ledger:
    """The audits of every conversation that has any."""

    position: int = 0
    of: dict[str, Audits] = field(default_factory=dict)
    summed: tuple[int, Counter[str], dict[str, Counter[str]]] | None = None
    lock: Lock = field(default_factory=Lock)

    def catch_up(self, store: Store) -> None:
        """Fold what was recorded since."""
        for placed in store.gather(review.PREFIX, self.position):
            audits = self.of.setdefault(placed.stream.removeprefix(review.PREFIX), Audits())
            review.told(audits, placed.seq, _plain(placed.event))
            self.position = placed.position

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
