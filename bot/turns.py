"""What one message does: pure steps from slots to events and words. The rasa-sdk actions only call these."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot import danger, disagreeing, for_others, hand_off, handing, own_view, reasons, telling, understanding
from bot.content import Content
from bot.messages import Message
from bot.model import HAND_OFFS, LABELS, NOT_SURE, URGENCIES, Understood, gravest
from bot.standing import ALL_OF_THESE, CHOICE, NOT_NOW, Slots, Standing, after, flag_of, pending, question_at, where
from bot.telling import Said

Event = dict[str, Any]


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
        _join(step, heard)


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


def hear(slots: Slots, content: Content, text: str) -> tuple[Step, Understood]:
    """Free text: may add concerns, flags and suggestions, and raise urgency. It never clears anything."""
    heard = understanding.read(text, content.trees, content.common)
    step = Step()
    _concerns(step, slots, content, heard)
    _flags(step, slots, content, heard)
    answered = {name for name in slots if slots[name] is not None}
    hints = [
        {"q": h.q, "a": h.a, "quotes": list(h.quotes), **({"child": h.child} if h.child else {})}
        for h in heard.suggested
        if h.q not in answered
    ]
    if hints:
        step.set("suggested", [*slots["suggested"], *hints])
    against = [h for h in heard.suggested if h.q in answered]
    if against:  # what is written after an answer is held against it (a rule of the hand-off)
        told = [{"q": h.q, "a": h.a, "quotes": list(h.quotes), "child": h.child} for h in against]
        step.set("hinted", handing.with_hints(slots["hinted"], told))
    if heard.urgency != "none":
        step.set("urgency", gravest(URGENCIES, slots["urgency"], heard.urgency))
    if heard.not_for_us == "adult":
        step.say(content.phrases["adult-only"])
    if heard.not_for_us == "not-practitioner":
        step.set("for_others", True)
    return step, heard


def _concerns(step: Step, slots: Slots, content: Content, heard: Understood) -> None:
    known = {c["tree"] for c in slots["concerns"]}
    # A guess opens a conversation where nothing else does; beside words that name a concern it would only confuse.
    named = [c for c in heard.concerns if not c.guessed] or ([] if slots["chosen"] else list(heard.concerns[:1]))
    fresh: list[dict[str, Any]] = [
        {"tree": c.tree, "quotes": list(c.quotes)}
        for c in named
        if c.tree not in known and c.tree in content.trees
    ]
    if not fresh:
        return
    step.set("concerns", [*slots["concerns"], *fresh])
    if not slots["chosen"]:
        step.set("chosen", [fresh[0]["tree"]])
    for concern in fresh:
        if concern["quotes"]:
            title = content.trees[concern["tree"]].title
            step.say(telling.quoting(content, "heard-concern", [max(concern["quotes"], key=len)]) + f" {title}.")


def _flags(step: Step, slots: Slots, content: Content, heard: Understood) -> None:
    flags = {f["id"]: f for f in slots["red_flags"]}
    for flag in heard.red_flags:
        if flag_of(content, flag.id, slots["chosen"]) is None:
            continue
        old = flags.get(flag.id)
        if old is None:
            flags[flag.id] = {"id": flag.id, "quotes": list(flag.quotes), "label": flag.label}
        else:  # a graver label replaces a milder one, never the other way about
            label = min(old["label"], flag.label, key=LABELS.index)
            quotes = list(dict.fromkeys([*old["quotes"], *flag.quotes]))
            flags[flag.id] = {"id": flag.id, "quotes": quotes, "label": label}
    if flags != {f["id"]: f for f in slots["red_flags"]}:
        step.set("red_flags", list(flags.values()))
    known = {f["id"] for f in slots["red_flags"]} - set(slots["guessed"])
    surely = known | {f.id for f in heard.red_flags if not f.guessed}
    guessed = [name for name in flags if name not in surely]
    if guessed != slots["guessed"]:
        step.set("guessed", guessed)


def understood_nothing(slots: Slots, heard: Understood) -> bool:
    """Whether a message gave nothing to go on."""
    return not (
        heard.concerns
        or heard.red_flags
        or heard.suggested
        or heard.asks_for_person
        or heard.not_for_us in ("adult", "not-practitioner")
    )


def not_understood(slots: Slots, content: Content) -> Step:
    """Once: other words and examples; twice: buttons; three times: a person."""
    step = Step()
    times = slots["not_understood"] + 1
    step.set("not_understood", times)
    words = {1: "not-understood", 2: "not-understood-twice"}.get(times, "not-understood-three")
    step.say(content.phrases[words])
    return step


def to_person(
    slots: Slots, content: Content, at: datetime, reason: hand_off.Reason, rules: list[hand_off.Reason] | None = None
) -> Step:
    """Brings in a person: the queue where there is an advice line, else whom to ring; on the phone one is there."""
    step = Step()
    if slots["status"] != "with-assistant":
        return step
    if hand_off.on_the_phone(slots):
        step.events += hand_off.met(slots, reason, at)
        return step
    if not hand_off.has_line(slots, content):
        step.say(content.phrases["no-line"])
        return step
    quotes = [q for f in slots["red_flags"] for q in f["quotes"]]
    step.events += hand_off.hand_over(slots, reason, quotes, at, rules)
    step.say(content.phrases["handed-off"])
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
        _join(step, heard)
    if way == "down" and not slots["queued_at"]:
        reason = hand_off.Reason("sees-it-lower", content.phrases["differs-down"], "today")
        _join(step, to_person(after(slots, step.events), content, at, reason))
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
        _join(step, to_person(now, content, at, reason))
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
    told = telling.outcome(now, content, standing, at)
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
    bounds = reasons.bounds_of(now, content, standing)
    why = hand_off.fresh(hand_off.reasons(now, content, standing, telling.reached(standing), bounds), now)
    if why and HAND_OFFS.index(why[0].hand_off) >= HAND_OFFS.index("today") and not now["queued_at"]:
        _join(step, to_person(now, content, at, why[0], why))
    return _close(step, after(now, [e for e in step.events if e["event"] == "action"]), content, standing, note)


def _close(step: Step, now: Slots, content: Content, standing: Standing, note: str | None) -> Step:
    step.said.append({"custom": telling.custom(now, content, standing, note)})
    return step


def _join(step: Step, other: Step) -> None:
    step.events += other.events
    step.said += other.said


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
    _flags(step, slots, content, told.heard)
    if told.urgency != "none":
        step.set("urgency", gravest(URGENCIES, slots["urgency"], told.urgency))
    if told:
        step.events += _danger_again(told, at)
        step.say(content.phrases["emergency-notice"])
    now = after(slots, step.events)
    return _close(step, now, content, where(now, content), "no-answer-while-a-person-has-it")


def _danger_again(told: danger.Danger, at: datetime) -> list[Event]:
    return [{"event": "action", "name": "danger-again", "timestamp": at.timestamp(), "metadata": told.told()}]


def at_of(timestamp: float) -> datetime:
    """The time of a turn, from the timestamp of the message that began it."""
    return datetime.fromtimestamp(timestamp, UTC)


def hear_text(slots: Slots, content: Content, text: str, at: datetime) -> Step:
    """Free text as one step: what was heard, or that nothing was, and a person where one is asked for."""
    step, heard = hear(slots, content, text)
    told = danger.of(heard)
    if told and slots["outcome"] is not None:  # its outcome may have been told before: the notice stands again
        step.say(content.phrases["emergency-notice"])
        step.events += _danger_again(told, at) if slots["queued_at"] else []
    now = after(slots, step.events)
    if heard.asks_for_person:
        asked = hand_off.Reason("asked-for-person", content.phrases["asked-for-person"], "today")
        _join(step, to_person(now, content, at, asked))
    elif understood_nothing(slots, heard):
        _join(step, not_understood(now, content))
        now = after(slots, step.events)
        if now["not_understood"] > 2:
            _join(
                step,
                to_person(
                    now,
                    content,
                    at,
                    hand_off.Reason("not-understood", content.phrases["not-understood-three"], "today"),
                ),
            )
    elif slots["not_understood"]:
        step.set("not_understood", 0)
    return step


def content_changed(slots: Slots, content: Content, at: datetime) -> Step:
    """The trees changed and a recorded answer no longer fits: say so, and bring in a person."""
    step = Step()
    step.say(content.phrases["stale-content"])
    reason = hand_off.Reason("content-changed", content.phrases["stale-content"], "today")
    _join(step, to_person(slots, content, at, reason))
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
        step.events += _danger_again(told, at)
        step.say(content.phrases["emergency-notice"])
    step.say(content.phrases["closed"])
    return _close(step, slots, content, where(slots, content), None)


def stays_silent(slots: Slots, content: Content) -> Step:
    """Ends a turn in which a person was brought in: where the conversation stands, and nothing more."""
    step = Step()
    return _close(step, slots, content, where(slots, content), None)
