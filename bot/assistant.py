"""One turn: a message and where the conversation stands go in; events, a reply and the new standing come out.

Which actions run is decided here; what they do is in `bot.turns`. Nothing is stored here: the caller appends the
events first and shows the reply only then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rasa_sdk.executor import ActionExecutor

import bot.actions
from bot import folding, messages, restricting, turns, understanding
from bot.content import Content
from bot.folding import Slots

Event = dict[str, Any]
DOMAIN = {"actions": ["action_next"]}  # the SDK takes an empty domain for none
_executor = ActionExecutor()
for _action in (
    bot.actions.TakeAnswer,
    bot.actions.Reopen,
    bot.actions.CarryOn,
    bot.actions.Hear,
    bot.actions.ToPerson,
    bot.actions.Differ,
    bot.actions.ContentChanged,
    bot.actions.Next,
    bot.actions.WhileOwned,
    bot.actions.Closed,
):
    _executor.register_action(_action)

fold = folding.after


@dataclass(frozen=True, slots=True)
class Turn:
    """What one message brought about."""

    events: list[Event]
    reply: list[dict[str, Any]]
    slots: Slots


def begin(asker: Mapping[str, Any], channel: str, at: datetime) -> list[Event]:
    """The first event of a conversation: who asks (person, name, role, organisation) and over which channel."""
    return [
        {
            "event": "action",
            "name": "action_session_start",
            "timestamp": at.timestamp(),
            "metadata": {"asker": dict(asker), "channel": channel},
        }
    ]


def take(
    slots: Slots,
    sender: str,
    text: str,
    at: datetime,
    message_id: str | None,
    content: Content,
    *,
    channel: str = "chat",
    masked: Iterable[str] = (),
) -> Turn:
    """One message of the practitioner. `text` is already masked; `masked` names the kinds that were."""
    stamp = at.timestamp()
    names, note = _actions(slots, text, content)
    user: Event = {
        "event": "user",
        "timestamp": stamp,
        "text": text,
        "message_id": message_id,
        "input_channel": channel,
        "parse_data": {"text": text, "intent": {"name": None, "confidence": 0.0}, "entities": []},
        "metadata": {"content": content.digest, "masked": list(masked)},
    }
    if "action_hear" in names:
        user["metadata"]["heard_with"] = understanding.version()
    events = [user]
    now = folding.after(slots, events)
    if now.get("content") != content.digest:
        seen = {"event": "slot", "name": "content", "value": content.digest, "timestamp": stamp}
        events.append(seen)
        now = folding.after(now, [seen])
    said: list[dict[str, Any]] = []
    if note == "stale":
        said.append({"text": content.phrases["stale"]})
    for name in names:
        if name == "action_next" and now["status"] != "with-assistant":
            ended = turns.stays_silent(now, content)
            said += ended.said
            break
        made, responses = _run(name, now, sender, text, stamp, note)
        fresh = [{"event": "action", "name": name, "timestamp": stamp}, *made]
        now = folding.after(now, fresh)
        events += fresh
        said += responses
    restricted, now = restricting.with_restriction(now, content, stamp, text)
    if restricted:
        events += restricted
        said.insert(0, {"text": content.phrases["restricted"]})
    events += [_bot(one, stamp) for one in said]
    return Turn(events, _reply(sender, said), now)


def _actions(slots: Slots, text: str, content: Content) -> tuple[list[str], str | None]:
    """The actions a message calls for, in order, and the note that goes with the reply."""
    if slots["status"] == "closed":
        return ["action_closed"], None
    message = messages.read(text, slots, content)
    if slots["status"] != "with-assistant":
        if slots["status"] == "waiting" and message.kind == "continue":
            return ["action_carry_on", "action_next"], None
        if message.kind == "differ":
            return ["action_differ", "action_while_owned"], None
        return ["action_while_owned"], None
    if slots.get("content") not in (None, content.digest) and turns.no_longer_fits(slots, content):
        return ["action_content_changed", "action_next"], None
    if message.kind in ("answer", "change") and not messages.fits(slots, content, message):
        return ["action_next"], "stale"
    first = {
        "answer": "action_take_answer",
        "change": "action_reopen",
        "person": "action_to_person",
        "continue": "action_carry_on",
        "differ": "action_differ",
        "text": "action_hear",
    }.get(message.kind)
    return [*([first] if first else []), "action_next"], None


def _run(
    name: str, slots: Slots, sender: str, text: str, stamp: float, note: str | None
) -> tuple[list[Event], list[dict[str, Any]]]:
    """Runs one action in this process by the SDK's executor; no action really awaits, so one step is enough."""
    about = {bot.actions.OURS: {"at": stamp, "note": note}}
    call = {
        "next_action": name,
        "version": "3.21",
        "domain": DOMAIN,
        "sender_id": sender,
        "tracker": {
            "sender_id": sender,
            "slots": slots,
            "events": [],
            "paused": False,
            "followup_action": None,
            "active_loop": {},
            "latest_action_name": None,
            "latest_message": {"text": text, "intent": {}, "entities": [], "metadata": about},
        },
    }
    running = _executor.run(call)
    try:
        running.send(None)
    except StopIteration as done:
        result = done.value
    else:
        running.close()
        raise RuntimeError(f"{name} waited for something; actions must not")
    events = [{**e, "timestamp": stamp if e.get("timestamp") is None else e["timestamp"]} for e in result.events]
    return events, [_said(r) for r in result.responses]


def _said(response: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if response.get("text") is not None:
        said["text"] = response["text"]
    if response.get("buttons"):
        said["buttons"] = response["buttons"]
    if response.get("custom"):
        said["custom"] = response["custom"]
    return said


def _bot(said: Mapping[str, Any], stamp: float) -> Event:
    """A `bot` event as Rasa writes it."""
    data = {
        "elements": None,
        "quick_replies": None,
        "buttons": said.get("buttons"),
        "attachment": None,
        "image": None,
        "custom": said.get("custom"),
    }
    return {"event": "bot", "timestamp": stamp, "text": said.get("text"), "data": data, "metadata": {}}


def _reply(sender: str, said: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The REST channel's list: texts first, the one `custom` element last."""
    texts = [{"recipient_id": sender, **{k: s[k] for k in ("text", "buttons") if k in s}} for s in said if "text" in s]
    customs = [{"recipient_id": sender, "custom": s["custom"]} for s in said if "custom" in s]
    return [*texts, *customs[-1:]]
