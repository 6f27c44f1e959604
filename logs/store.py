"""What a store of the advice record must do, whatever database is underneath.

The record is a set of streams of events. A conversation is a stream, and so are audits, reads, contact checks
and authors' drafts; all of them grow by one operation, `append`. Events are plain dicts of Rasa's event types
with a float `timestamp`. Everything else a store holds (summaries, counts, the search index) follows from the
events and can be built again from them. Times are floats: seconds since 1970 in UTC, as in an event.

`tests/test_store.py` is the contract: every store passes it unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any, Literal, Protocol, TypeAlias

Event: TypeAlias = dict[str, Any]
Summary: TypeAlias = dict[str, Any]
Kind: TypeAlias = Literal["practice", "live"]
Cursor: TypeAlias = tuple[float, str]  # (started_at, stream) of the last row seen
OneOrMore: TypeAlias = str | tuple[str, ...]
Fold: TypeAlias = Callable[[str, list[Event]], "Summary | None"]


class Conflict(Exception):
    """The stream has grown since it was read: read what was added, decide again, append again."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(f"{stream} ends at {actual}, not at {expected}. Read what was added and decide again.")
        self.stream, self.expected, self.actual = stream, expected, actual


class Repeated(Exception):
    """This message id is in the stream already; `message` is what was recorded with it. Nothing was added."""

    def __init__(self, stream: str, message: Message) -> None:
        super().__init__(f"{stream} holds message {message.id} already. Answer with the recorded reply.")
        self.stream, self.message = stream, message


class RecordUnavailable(Exception):
    """The record cannot be written or read now: show no advice. Says what to do, never what was typed.

    `reason` is one word for a program: locked, read-only, full, damaged, moved, closed, slow, stamped, newer,
    not-a-record, unguarded or failed.
    """

    def __init__(self, reason: str, says: str) -> None:
        super().__init__(says)
        self.reason, self.says = reason, says


class NotKept(LookupError):
    """No content with this digest was ever kept."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was answered: its id, the digest of its text, and its reply, byte for byte."""

    id: str
    text_digest: str
    reply_json: str


@dataclass(frozen=True, slots=True)
class Stored:
    """One event of a stream: its place there (from 1), the event, and the hash that chains it to the rest."""

    seq: int
    event: Event
    hash: str


@dataclass(frozen=True, slots=True)
class Placed:
    """One event with its stream, its place there and its position in the whole record."""

    position: int
    stream: str
    seq: int
    event: Event


@dataclass(frozen=True, slots=True)
class Head:
    """Where a stream ends: its last sequence number and that event's hash."""

    stream: str
    last: int
    hash: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which conversations a list shows; several fields narrow it together, several values of one widen it.

    "" finds those where it is not known. `since` and `until` are when it started (from, before).
    `said_by` serves search alone: practitioner, assistant or specialist.
    """

    owner: OneOrMore | None = None
    organisation: OneOrMore | None = None
    role: OneOrMore | None = None
    channel: OneOrMore | None = None
    status: OneOrMore | None = None
    with_person: OneOrMore | None = None
    urgency: OneOrMore | None = None
    alerted: bool | None = None
    at_least: OneOrMore | None = None
    at_most: OneOrMore | None = None
    indicated: OneOrMore | None = None
    hand_off: OneOrMore | None = None
    council: OneOrMore | None = None
    tree: OneOrMore | None = None
    red_flag: OneOrMore | None = None
    own_view: OneOrMore | None = None
    own_beside: OneOrMore | None = None
    specialist_view: OneOrMore | None = None
    specialist_beside: OneOrMore | None = None
    disagreement: OneOrMore | None = None
    hand_off_rule: OneOrMore | None = None
    indicator: OneOrMore | None = None
    tree_version: OneOrMore | None = None
    reviewer: OneOrMore | None = None
    finding: OneOrMore | None = None
    since: float | None = None
    until: float | None = None
    said_by: OneOrMore | None = None


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Hit:
    """Something said that has the words searched for; `excerpt` is pieces of text, True where a word matched.

    `position` is its place in the whole record: the cursor for the next page.
    """

    stream: str
    seq: int
    position: int
    who: str  # practitioner, assistant or specialist
    at: float
    excerpt: tuple[tuple[str, bool], ...]
    summary: Summary | None


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the record is not as it was written: a stream's first bad sequence number, and what is wrong."""

    stream: str
    seq: int
    says: str


class Store(Protocol):
    """The advice record. Any method may raise `RecordUnavailable`; what was appended is safe."""

    def append(
        self,
        stream: str,
        expected: int | None,
        events: Sequence[Event],
        *,
        summary: Summary | None = None,
        message: Message | None = None,
        about: str | None = None,
    ) -> int:
        """Add events to a stream, all or none, and return its last sequence number once they are on disk.

        `expected` is where the caller believes the stream ends (0: it is new), or None for wherever it ends.
        `summary` changes the columns it names and keeps the others; started_at stays as first given.
        `about` names the conversation whose summary changes where the events are about another stream (an audit);
        where there is no such conversation no summary is made.
        Raises `Repeated` if the message id is in the stream, else `Conflict` if it ends elsewhere; ValueError
        or TypeError, before anything is written, for what is no event or no summary.
        """
        ...

    def answered(self, stream: str, message_id: str) -> Message | None:
        """The message recorded in this stream under this id, with the reply it was given."""
        ...

    def last(self, stream: str) -> int:
        """The last sequence number of a stream; 0 where nothing was ever appended."""
        ...

    def read(self, stream: str, after: int = 0, until: int | None = None) -> list[Stored]:
        """The events of a stream in order, those after `after` up to and with `until`."""
        ...

    def summary(self, stream: str) -> Summary | None:
        """One conversation as lists show it, every column of `SUMMARY`; None where there is none."""
        ...

    def summaries(self, where: Filter = EVERYTHING, before: Cursor | None = None, limit: int = 20) -> list[Summary]:
        """Conversations, the last started first; `before` is (started_at, stream) of the last row seen."""
        ...

    def queue(self) -> list[Summary]:
        """Who waits for a specialist, or was alerted while with the assistant: now first, then the oldest."""
        ...

    def restricted(self) -> list[Summary]:
        """Conversations whose record is restricted. They stand in no other list, count, queue or search.

        A summary with `restricted` makes it so, for good; `summary` finds it, and says so in the same word.
        """
        ...

    def counts(self, by: str, where: Filter = EVERYTHING) -> dict[str, int]:
        """How many conversations per value of one of `FACETS`, "" where not known. Kept for `EVERYTHING`."""
        ...

    def counts_by(self, several: Sequence[str], where: Filter = EVERYTHING) -> dict[str, dict[str, int]]:
        """As `counts` for several facets, in one reading of the list."""
        ...

    def search(self, words: str, where: Filter = EVERYTHING, before: int | None = None, limit: int = 20) -> list[Hit]:
        """What was said with all these words, newest first; `before` is the position of the last hit seen.

        Words between double quotes stand together; word endings do not matter. There are no operators.
        """
        ...

    def streams(self, prefix: str = "", before: str | None = None, limit: int = 100) -> list[Head]:
        """Streams whose name begins so, from the last name to the first; `before` is the last name seen."""
        ...

    def gather(self, prefix: str, after: int = 0) -> Iterator[Placed]:
        """Every event of the streams whose name begins so, in the order they were recorded, after a position."""
        ...

    def projection(self, name: str) -> tuple[int, dict[str, str]]:
        """What was kept under a name: up to which position it follows the record, and a text for each stream."""
        ...

    def project(self, name: str, since: int, upto: int, texts: dict[str, str]) -> bool:
        """Keep the texts that changed between two positions; False where that would leave a gap, or is behind."""
        ...

    def keep(self, texts: dict[str, str]) -> str:
        """Keep the texts turns are answered with (path: text), each once; the digest of them all."""
        ...

    def kept(self, digest: str) -> dict[str, str]:
        """The texts kept under a digest, by path. Raises `NotKept`."""
        ...

    def rebuild_summaries(self, fold: Fold) -> int:
        """Build every summary again; `fold(stream, events)` gives one, or None for what is no conversation.

        Projections are thrown away: whoever made them makes them anew.
        Returns how many there are. Safe while conversations go on.
        """
        ...

    def verify(self, stream: str | None = None) -> list[Fault]:
        """Everything that is not as it was written, in one stream or (None) in all streams and kept texts."""
        ...

    def backup(self, path: str | PathLike[str]) -> None:
        """Write a checked copy of the whole record to a new file while conversations go on."""
        ...

    def beat(self, at: float) -> None:
        """Show that the record can be written now; writes at most one row a second."""
        ...

    def alive(self, at: float) -> bool:
        """Whether a beat was committed within two seconds of this time; never raises."""
        ...

    def close(self) -> None:
        """Finish what was begun and let go of the database; a second time does nothing."""
        ...
