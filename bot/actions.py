"""The rasa-sdk actions: each reads the tracker, calls something pure, speaks, and returns events.

They run in this process by the SDK's executor, and unchanged as an action server
(`python -m rasa_sdk --actions bot.actions`). Time is the message's own; what they speak from is `bot.content`.
"""

from __future__ import annotations

import time
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot import hand_off, messages, turns
from bot.content import Content, content
from bot.folding import EMPTY, Slots
from bot.turns import Step

OURS = "threshold_guide"  # where a message's metadata carries its time and note


def _slots(tracker: Tracker) -> Slots:
    """The tracker's slots, with ours at their beginnings where Rasa has not set them."""
    given: Slots = tracker.slots
    if all(name in given for name in EMPTY):
        return given
    return {**EMPTY, **{k: v for k, v in given.items() if v is not None or k not in EMPTY}}


def _about(tracker: Tracker) -> dict[str, Any]:
    return (tracker.latest_message.get("metadata") or {}).get(OURS) or {}


class _Turn:
    """What all actions share: read, call, speak, return. No Action itself, or the SDK would register it."""

    def name(self) -> str:
        """The action's name."""
        raise NotImplementedError

    def step(self, slots: Slots, now: Content, text: str, at: float, note: str | None) -> Step:
        """The pure step of this action."""
        raise NotImplementedError

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Never lets an error carry what was typed: the SDK's server would echo the whole request."""
        about = _about(tracker)
        try:
            done = self.step(
                _slots(tracker),
                content(),
                tracker.latest_message.get("text") or "",
                about.get("at") or time.time(),
                about.get("note"),
            )
        except Exception as error:
            raise RuntimeError(f"{self.name()} could not be carried out ({type(error).__name__})") from None
        for said in done.said:
            dispatcher.utter_message(
                text=said.get("text"), buttons=said.get("buttons"), json_message=said.get("custom")
            )
        return done.events


class TakeAnswer(_Turn, Action):  # type: ignore[misc]
    """Records an answer given by a button."""

    def name(self) -> str:
        """The action's name."""
        return "action_take_answer"

    def step(self, slots: Slots, now: Content, text: str, at: float, note: str | None) -> Step:
        """See `turns.take_answer`."""
        return turns.take_answer(slots, now, messages.read(text, slots, now))


class Reopen(_Turn, Action):  # type: ignore[misc]
    """Asks an answered question again."""

    def name(self) -> str:
        """The action's name."""
        return "action_reopen"

    def step(self, slots: Slots, now: Content, text: str, at: float, note: str | None) -> Step:
        """See `turns.reopen`."""
        return turns.reopen(slots, now, messages.read(text, slots, now))


class CarryOn(_Turn, Action):  # type: ignore[misc]
    """Goes on with the questions after a stop."""

    def name(self) -> str:
        """The action's name."""
        return "action_carry_on"

    def step(self, slots: Slots, now: Content, text: str, at: float, note: str | None) -> Step:
        """See `turns.carry_on`."""
        return turns.carry_on(slots, now, turns.at_of(at))


class Hear(_Turn, Action):  # type: ignore[misc]
    """Takes in free text."""

    def name(self) -> str:
        """The action's name."""
        return "action_hear"

    def step(self, slots: Slots, now: Content, text: str, at: float, note: str | None) -> Step:
        """See `turns.hear_text`."""
        return turns.hear_text(slots, now, text, turns.at_of(at))


class Differ(_Turn, Action):  # type: ignore[misc]
    """Records that the practitioner sees another level, and why."""

    def name(self) -> str:
        """The action's name."""
        return "action_differ"

    def step(self, slots: Slots, now: Content, text: str, at: float, note: str | None) -> Step:
        """See `turns.differ`."""
        view = messages.read(text, slots, now).view
        return turns.differ(slots, now, view, turns.at_of(at)) if view else Step()


class ToPerson(_Turn, Action):  # type: ignore[misc]
    """Brings in a specialist because the practitioner asked for one."""

    def name(self) -> str:
        """The action's name."""
        return "action_to_person"

    def step(self, slots: Slots, now: Content, text: str, at: float, note: str | None) -> Step:
        """See `turns.to_person`."""
        asked = hand_off.Reason("asked-for-person", now.phrases["asked-for-person"], "today")
        return turns.to_person(slots, now, turns.at_of(at), asked)


class ContentChanged(_Turn, Action):  # type: ignore[misc]
    """Brings in a specialist because the trees changed under the conversation."""

    def name(self) -> str:
        """The action's name."""
        return "action_content_changed"

    def step(self, slots: Slots, now: Content, text: str, at: float, note: str | None) -> Step:
        """See `turns.content_changed`."""
        return turns.content_changed(slots, now, turns.at_of(at))


class Next(_Turn, Action):  # type: ignore[misc]
    """Asks the next question or tells the outcome."""

    def name(self) -> str:
        """The action's name."""
        return "action_next"

    def step(self, slots: Slots, now: Content, text: str, at: float, note: str | None) -> Step:
        """See `turns.next_step`."""
        return turns.next_step(slots, now, turns.at_of(at), note)


class WhileOwned(_Turn, Action):  # type: ignore[misc]
    """Stays silent while a person is expected or has the conversation; watches for danger."""

    def name(self) -> str:
        """The action's name."""
        return "action_while_owned"

    def step(self, slots: Slots, now: Content, text: str, at: float, note: str | None) -> Step:
        """See `turns.while_owned`."""
        return turns.while_owned(slots, now, turns.at_of(at), text)


class Closed(_Turn, Action):  # type: ignore[misc]
    """Says that the conversation is closed."""

    def name(self) -> str:
        """The action's name."""
        return "action_closed"

    def step(self, slots: Slots, now: Content, text: str, at: float, note: str | None) -> Step:
        """See `turns.closed`."""
        return turns.closed(slots, now, turns.at_of(at), text)
