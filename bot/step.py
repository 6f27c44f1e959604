"""The events and words of one step of a turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]
Said = dict[str, Any]


@dataclass(slots=True)
class Step:
    """The events and words of one step of a turn."""

    events: list[Event] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)

    def set(self, name: str, value: Any) -> None:
        """Sets a slot."""
        self.events.append({"event": "slot", "name": name, "value": value, "timestamp": None})

    def say(self, text: str) -> None:
        """Says one sentence before whatever comes next."""
        self.said.append({"text": text})

    def join(self, other: Step) -> None:
        """Adds what another step did and said."""
        self.events += other.events
        self.said += other.said
