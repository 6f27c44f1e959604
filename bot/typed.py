"""Typed words: what they add to a conversation. They may only raise; nothing that was heard is ever cleared."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot import danger, hand_off, handing, telling, understanding
from bot.bringing_in import to_person
from bot.content import Content
from bot.folding import Slots, after
from bot.model import LABELS, URGENCIES, Understood, gravest
from bot.standing import flag_of, where
from bot.step import Event, Step


def hear(slots: Slots, content: Content, text: str) -> tuple[Step, Understood]:
    """Free text: may add concerns, flags and suggestions, and raise urgency. It never clears anything."""
    heard = understanding.read(text, content.trees, content.common)
    step = Step()
    _concerns(step, slots, content, heard)
    take_flags(step, slots, content, heard)
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
    told = [c for c in heard.concerns if not c.guessed]
    named = [c for c in told if c.likely] or told[:1]  # a word that only might belong to a concern names none
    if not named and not slots["chosen"]:
        named = [c for c in heard.concerns if c.likely][:1]
    fresh: list[dict[str, Any]] = [
        {"tree": c.tree, "quotes": list(c.quotes)} for c in named if c.tree not in known and c.tree in content.trees
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


def take_flags(step: Step, slots: Slots, content: Content, heard: Understood) -> None:
    """Adds the red flags that were heard, the gravest label of each, and which of them are only guessed."""
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
        any(c.likely or not c.guessed for c in heard.concerns)
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


def hear_text(slots: Slots, content: Content, text: str, at: datetime) -> Step:
    """Free text as one step: what was heard, or that nothing was, and a person where one is asked for."""
    step, heard = hear(slots, content, text)
    told = danger.of(heard)
    now = after(slots, step.events)
    wanted = heard.asks_for_person and not _stops_first(now, content)
    # Its outcome may have been told before, gone past while a person was awaited, or have to wait for one now.
    if told and (slots["outcome"] is not None or slots["told"] or wanted):
        step.say(content.phrases["emergency-notice"])
        step.events += danger_again(told, at) if slots["queued_at"] else []
        now = after(slots, step.events)
    if wanted:
        asked = hand_off.Reason("asked-for-person", content.phrases["asked-for-person"], "today")
        step.join(to_person(now, content, at, asked))
    elif understood_nothing(slots, heard):
        step.join(not_understood(now, content))
        now = after(slots, step.events)
        if now["not_understood"] > 2:
            step.join(
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


def _stops_first(slots: Slots, content: Content) -> bool:
    """Whether a red flag that was just heard leads to its outcome, which says what to do and brings in a person too."""
    first = slots["outcome"] is None and not slots["queued_at"] and not slots["for_others"]
    return first and where(slots, content).stopped


def danger_again(told: danger.Danger, at: datetime) -> list[Event]:
    """The owner, or whoever takes it next, is alerted again."""
    return [{"event": "action", "name": "danger-again", "timestamp": at.timestamp(), "metadata": told.told()}]
