"""What one message does: pure steps from slots to events and words. The rasa-sdk actions only call these."""

from __future__ import annotations

from datetime import UTC, datetime

from bot import danger, disagreeing, for_others, hand_off, own_view, telling
from bot.bringing_in import to_person
from bot.content import Content
from bot.folding import Slots, after
from bot.messages import Message
from bot.model import HAND_OFFS, NOT_SURE, URGENCIES, gravest
from bot.standing import ALL_OF_THESE, CHOICE, NOT_NOW, Standing, pending, question_at, where
from bot.step import Step
from bot.typed import danger_again, hear, hear_text, take_flags

__all__ = ["Step", "hear_text", "to_person"]


def take_answer(slots: Slots, content: Content, message: Message) -> Step:
    """Records an answer; one that is no longer asked changes nothing."""
    step = Step()
    key, answer = message.key or "", message.answer or ""
    if key == CHOICE:
        _choose(step, slots, content, answer)
        return step
    earlier = slots.get(key)
    step.set(key, answer)
    _besides(step, slots, content, message)
    if slots["changing"]:
        step.set("changing", None)
    if slots["not_understood"]:
        step.set("not_understood", 0)
    if slots["suggested"]:
        step.set("suggested", [h for h in slots["suggested"] if h["q"] != key.partition("#")[0]])
    if earlier is not None and earlier != answer:
        _hold(step, slots, content, key, earlier, answer)
    return step


def _besides(step: Step, slots: Slots, content: Content, message: Message) -> None:
    """What stands beside an answer: why it is not known, the main worry, an own view that was passed over."""
    key = message.key or ""
    if message.not_known:
        step.set("not_known", {**slots["not_known"], key: message.not_known})
    elif key in slots["not_known"]:
        step.set("not_known", {k: v for k, v in slots["not_known"].items() if k != key})
    if own_view.passes_over(slots, key):
        step.set("own_view_passed", True)
    if message.worry and message.worry.strip():
        step.set("worry", message.worry.strip())
        heard, _ = hear(after(slots, step.events), content, message.worry)  # danger is watched in every word typed
        step.join(heard)


def _hold(step: Step, slots: Slots, content: Content, key: str, earlier: str, answer: str) -> None:
    """A change to a worse answer never lowers a bound already shown (contract, section 5)."""
    asked = question_at(slots, content, key)
    shown = (slots["outcome"] or {}).get("at_least") or slots["held"]
    words = [a.text for a in asked.question.answers] if asked and asked.question.ordered else []
    worse = earlier in words and answer in words and (answer == NOT_SURE or words.index(answer) < words.index(earlier))
    step.set("held", shown if worse and earlier != NOT_SURE else None)


def _choose(step: Step, slots: Slots, content: Content, answer: str) -> None:
    by_title = {tree.title: tree.id for tree in content.trees.values()}
    waiting = pending(slots, content)
    if answer == NOT_NOW:
        step.set("set_aside", [*slots["set_aside"], *waiting])
    else:
        wanted = waiting if answer == ALL_OF_THESE else [by_title[answer]] if answer in by_title else []
        replaced = [] if slots["changing"] == CHOICE and slots["outcome"] is None else slots["chosen"]
        step.set("chosen", list(dict.fromkeys([*replaced, *wanted])))
        known = {c["tree"] for c in slots["concerns"]}
        step.set("concerns", [*slots["concerns"], *({"tree": t, "quotes": []} for t in wanted if t not in known)])
    if slots["changing"]:
        step.set("changing", None)


def reopen(slots: Slots, content: Content, message: Message) -> Step:
    """Asks an answered question again; the later answers are kept."""
    step = Step()
    step.set("changing", message.key)
    if message.key != CHOICE:
        step.say(content.phrases["changed"])
    return step


def carry_on(slots: Slots, content: Content, at: datetime) -> Step:
    """Goes on with the questions after a stop; a place in the queue is kept."""
    step = Step()
    standing = where(slots, content)
    if slots["status"] == "waiting":
        step.events += hand_off.take_back(slots, at)
    step.set("told", [s.name for s in standing.stops])
    if slots["for_others"]:
        step.set("for_others", False)
        step.set("outcome", None)
        step.set("told", slots["told"])
    return step


def differ(slots: Slots, content: Content, view: disagreeing.View, at: datetime) -> Step:
    """The practitioner sees another level: up is recorded and stands at once, down brings in a person first."""
    step = Step()
    outcome, owned = slots["outcome"], slots["status"] != "with-assistant"
    way = disagreeing.direction(view, outcome) if outcome else None
    if way in (None, "same"):
        step.said += [] if owned else [{"text": content.phrases["differs-same" if way else "stale"]}]
        return step
    step.events.append(disagreeing.event(view, outcome, way, at))
    if owned:  # nothing is said while a person is expected or has it; what was written is watched all the same
        return step
    step.say(content.phrases[f"differs-{way}"])
    if view.words:
        heard, _ = hear(after(slots, step.events), content, view.words)
        step.join(heard)
    if way == "down" and not slots["queued_at"]:
        reason = hand_off.Reason("sees-it-lower", content.phrases["differs-down"], "today")
        step.join(to_person(after(slots, step.events), content, at, reason))
    return step


def next_step(slots: Slots, content: Content, at: datetime, note: str | None = None) -> Step:
    """Asks the next question or tells the outcome, and hands over where a rule says so."""
    step = Step()
    standing = where(slots, content)
    urgency = telling.urgency_of(slots, standing, content)
    if urgency != slots["urgency"]:
        step.set("urgency", urgency)
    now = after(slots, step.events)
    if slots["for_others"]:
        return _tell_others(step, now, content, standing, at)
    if slots["changing"] is None and (standing.stopped or standing.complete):
        return _tell(step, now, content, standing, at, note)
    if standing.asks is None:  # nothing left to ask and nothing reached: a person, never silence
        reason = hand_off.Reason("undecided", content.phrases["undecided"], "today")
        step.join(to_person(now, content, at, reason))
        return _close(step, after(slots, step.events), content, standing, note)
    if slots["outcome"] is not None and slots["changing"] is None:
        step.set("outcome", telling.outcome(now, content, standing, at))
    step.set("asked", standing.asks.key)
    now = after(slots, step.events)
    step.said += telling.asking(now, content, standing.asks)
    step.said.append({"custom": telling.custom(now, content, standing, note, _falls_away(now, content), standing.asks)})
    return step


def _tell_others(step: Step, now: Slots, content: Content, standing: Standing, at: datetime) -> Step:
    told = for_others.outcome(now, content, at)
    step.set("outcome", told)
    step.set("asked", None)
    step.said += telling.outcome_texts(content, told)
    return _close(step, after(now, step.events), content, standing, None)


def _tell(step: Step, now: Slots, content: Content, standing: Standing, at: datetime, note: str | None) -> Step:
    rules = telling.rules_of(now, content, standing)
    told = telling.outcome(now, content, standing, at, rules)
    step.set("outcome", told)
    step.set("asked", None)
    if now["held"] and standing.complete:
        step.set("held", None)
    step.events.append(
        {
            "event": "action",
            "name": "outcome-given",
            "timestamp": at.timestamp(),
            "metadata": {"at_least": told["at_least"], "at_most": told["at_most"], "hand_off": told["hand_off"]},
        }
    )
    step.said += telling.outcome_texts(content, told)
    step.said += [{"text": words} for words in telling.own_view_words(now, content, told)]
    now = after(now, step.events)
    why = hand_off.fresh(rules, now)
    if why and HAND_OFFS.index(why[0].hand_off) >= HAND_OFFS.index("today") and not now["queued_at"]:
        step.join(to_person(now, content, at, why[0], why))
    return _close(step, after(now, [e for e in step.events if e["event"] == "action"]), content, standing, note)


def _close(step: Step, now: Slots, content: Content, standing: Standing, note: str | None) -> Step:
    step.said.append({"custom": telling.custom(now, content, standing, note)})
    return step


def _falls_away(slots: Slots, content: Content) -> list[str]:
    """Recorded answers of chosen trees that the journey no longer meets; they are kept in case it comes back."""
    standing = where({**slots, "changing": None} if slots["changing"] else slots, content)
    met = {step.key for j in standing.journeys for step in j.steps}
    mine = tuple(f"{tree_id}/" for tree_id in slots["chosen"])
    return sorted({k.partition("#")[0] for k in slots if mine and k.startswith(mine) and k not in met})


def while_owned(slots: Slots, content: Content, at: datetime, text: str) -> Step:
    """A person is expected or has it: no guidance; typed danger brings the fixed notice and alerts the owner again."""
    step = Step()
    told = danger.in_message(text, slots, content)
    take_flags(step, slots, content, told.heard)
    if told.urgency != "none":
        step.set("urgency", gravest(URGENCIES, slots["urgency"], told.urgency))
    if told:
        step.events += danger_again(told, at)
        step.say(content.phrases["emergency-notice"])
    now = after(slots, step.events)
    return _close(step, now, content, where(now, content), "no-answer-while-a-person-has-it")


def at_of(timestamp: float) -> datetime:
    """The time of a turn, from the timestamp of the message that began it."""
    return datetime.fromtimestamp(timestamp, UTC)


def content_changed(slots: Slots, content: Content, at: datetime) -> Step:
    """The trees changed and a recorded answer no longer fits: say so, and bring in a person."""
    step = Step()
    step.say(content.phrases["stale-content"])
    reason = hand_off.Reason("content-changed", content.phrases["stale-content"], "today")
    step.join(to_person(slots, content, at, reason))
    return step


def no_longer_fits(slots: Slots, content: Content) -> bool:
    """Whether an answer of this conversation is not in the trees as they are now."""
    if any(tree_id not in content.trees for tree_id in slots["chosen"]):
        return True
    mine = tuple(f"{name}/" for name in slots["chosen"])
    for key, answer in slots.items():
        if mine and key.startswith(mine) and answer is not None:
            asked = question_at(slots, content, key)
            if asked is None or asked.question.leads_to(answer) is None:
                return True
    return False


def closed(slots: Slots, content: Content, at: datetime, text: str) -> Step:
    """A closed conversation takes nothing more; danger is seen in it all the same."""
    step = Step()
    told = danger.in_message(text, slots, content)
    if told:
        step.events += danger_again(told, at)
        step.say(content.phrases["emergency-notice"])
    step.say(content.phrases["closed"])
    return _close(step, slots, content, where(slots, content), None)


def stays_silent(slots: Slots, content: Content) -> Step:
    """Ends a turn in which a person was brought in: where the conversation stands, and nothing more."""
    step = Step()
    return _close(step, slots, content, where(slots, content), None)
