"""What a conversation's page shows: the present question, the answers so far, what was heard, how far it is.

All of it is read from the record (events and the standing folded from them) and from the content; nothing is
kept for the page's sake.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from bot import messages, own_view
from bot.content import Content
from bot.model import COMMON, NOT_SURE, Tree
from bot.preview import Preview, previews
from bot.standing import CHOICE, children, flag_question, question_at
from web.transcript import ask_of, payload, question_of, stands_in


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen, with the practitioner's own words where they suggested it."""

    title: str
    payload: str
    quotes: tuple[str, ...] = ()
    falls_away: tuple[str, ...] = ()  # later answers that would no longer count, while an answer is being changed
    asks_more: str = ""  # the first question that would be asked then
    unsure: bool = False  # "Not sure" to a question of fact: why it is not known may be said


@dataclass(frozen=True, slots=True)
class Asked:
    """The question on the page."""

    key: str
    child: int | None
    ask: str
    why: str
    help: str
    cites: tuple[str, ...]
    options: tuple[Option, ...]
    concern: str
    answered: int
    at_most: int | None  # questions that may still follow in this concern, this one not counted
    before: str = ""  # the answer that is being changed
    own_view: bool = False

    @property
    def suggested(self) -> tuple[Option, ...]:
        """The options the practitioner's own words point to."""
        return tuple(option for option in self.options if option.quotes)


@dataclass(frozen=True, slots=True)
class Given:
    """An answer given so far and the payload that asks its question again."""

    key: str
    child: int | None
    ask: str
    answer: str
    change: str
    not_known: str = ""


@dataclass(frozen=True, slots=True)
class HeardItem:
    """Something heard in typed words: its name, the words, and for a red flag how it was told."""

    name: str
    quotes: tuple[str, ...]
    label: str = ""
    cite: str = ""
    ask: str = ""  # the payload that goes into it, where that was not done yet


# Not sure about danger brings a person; there is nothing to explain first.
NEVER_ASKED_WHY = frozenset({CHOICE, own_view.KEY, own_view.LAST_KEY, f"{COMMON}/danger-now", f"{COMMON}/flag-danger"})
LABELS = {
    "stated": "you said so",
    "unclear": "may be so, treated as if it is",
    "denied": "you said it is not so; to be asked",
    "past": "in the past; to be asked",
    "other": "about someone else; to be asked",
}


def last_reply(events: Iterable[dict[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]], list[str]]:
    """The newest reply of the assistant: its custom element, its buttons and its words."""
    custom: dict[str, Any] = {}
    buttons: list[dict[str, Any]] = []
    texts: list[str] = []
    for event in events:
        kind = event.get("event")
        if kind == "user":
            buttons, texts = [], []
        elif kind == "bot":
            said = event.get("data") or {}
            custom = said.get("custom") or custom
            buttons = said.get("buttons") or buttons
            if event.get("text"):
                texts.append(event["text"])
    return custom, buttons, texts


def asked(
    custom: dict[str, Any],
    buttons: list[dict[str, Any]],
    texts: list[str],
    slots: dict[str, Any],
    content: Content,
) -> Asked | None:
    """The present question as the page shows it, or None where nothing is being asked."""
    if not buttons:
        return None
    key = custom.get("question") or ""
    found = question_at(slots, content, key) if key else None
    question = found.question if found else None
    tree = content.trees.get(custom.get("tree") or "")
    quotes = {(s["q"], s["a"]): tuple(s["quotes"]) for s in custom.get("suggested") or ()}
    options = tuple(_option(button, quotes) for button in buttons)
    slot = slots.get("changing") or ""
    if slot and slot != CHOICE:
        known = {p.answer: p for p in previews(slots, content, slot)}
        options = tuple(_with_preview(option, known, content) for option in options)
    left = longest_way(tree, key.partition("/")[2]) if tree and key else None
    return Asked(
        key=key,
        child=custom.get("child"),
        ask=texts[-1] if key == CHOICE and texts else question.ask if question else ask_of(content, key),
        why=question.why if question else "",
        help=question.help if question else "",
        cites=question.cites if question else (),
        options=options,
        concern=tree.title if tree else "",
        answered=len(answers(slots)),
        at_most=left,
        before=str(slots.get(slot) or "") if slot and slot != CHOICE else "",
        own_view=key == own_view.KEY,
    )


def _with_preview(option: Option, known: dict[str, Preview], content: Content) -> Option:
    """An option with what choosing it would do to the answers given later."""
    found = known.get(option.title)
    if found is None:
        return option
    away = tuple(dict.fromkeys(ask_of(content, key) for key in found.falls_away))
    return replace(option, falls_away=away, asks_more=ask_of(content, found.asks_more) if found.asks_more else "")


def _option(button: dict[str, Any], quotes: dict[tuple[str, str], tuple[str, ...]]) -> Option:
    told = (payload(button["payload"]) or ("", {}))[1]
    said = quotes.get((str(told.get("q")), str(told.get("a"))), ())
    unsure = told.get("a") == NOT_SURE and told.get("q") not in NEVER_ASKED_WHY
    return Option(button["title"], button["payload"], said, unsure=unsure)


def longest_way(tree: Tree, question: str) -> int | None:
    """The most questions that can still follow this one in its tree; None where the tree does not ask it."""
    if question not in tree.questions:
        return None
    known: dict[str, int] = {}

    def after(name: str) -> int:
        if name not in tree.questions:
            return 0
        if name not in known:
            known[name] = 0  # a tree has no circles; this only keeps a faulty one from hanging the page
            known[name] = 1 + max((after(a.next) for a in tree.questions[name].answers), default=0)
        return known[name]

    return after(question) - 1


def answers(slots: dict[str, Any]) -> dict[str, str]:
    """The answers among the slots: those named `TREE/QUESTION`."""
    return {name: str(value) for name, value in slots.items() if "/" in name and value is not None}


def answers_so_far(slots: dict[str, Any], content: Content) -> list[Given]:
    """Every answer given, in the order given, each with the payload that changes it."""
    found = []
    several = children(slots) > 1
    for key, answer in answers(slots).items():
        name, _, number = key.partition("#")
        question = question_of(content, name)
        first = 1 if several and question and question.about == "child" else None
        child = int(number) if number else first
        body: dict[str, Any] = {"q": name} | ({"child": child} if child else {})
        kind = (slots.get("not_known") or {}).get(key)
        why = content.phrases.get(f"not-known-{kind}", "") if kind else ""
        given_before = name == own_view.KEY and slots.get("outcome")  # a view from before is not made afterwards
        change = "" if given_before else "/change" + json.dumps(body)
        found.append(Given(name, child, ask_of(content, name), answer, change, why))
    return found


def longest(quotes: Iterable[str]) -> tuple[str, ...]:
    """The quotes that are not part of another one."""
    said = list(dict.fromkeys(quotes))
    return tuple(q for q in said if not any(q != other and q in other for other in said))


def concerns_heard(slots: dict[str, Any], content: Content) -> list[HeardItem]:
    """The concerns heard so far, gravest first, by their titles."""
    found = []
    for heard in slots.get("concerns") or ():
        tree = content.trees.get(heard["tree"])
        ask = messages.payload("answer", CHOICE, tree.title) if tree and tree.id not in slots["chosen"] else ""
        found.append(HeardItem(tree.title if tree else heard["tree"], longest(heard["quotes"]), ask=ask))
    return found


def flags_heard(slots: dict[str, Any], content: Content) -> list[HeardItem]:
    """The red flags heard so far, each with its words and how it was told."""
    found = []
    for heard in slots.get("red_flags") or ():
        question = flag_question(content, heard["id"])
        key = f"{COMMON}/{question.id}" if question else ""
        ask = messages.payload("change", key) if key and slots.get(key) is None else ""
        label, cite = LABELS.get(heard["label"], heard["label"]), f"threshold_guidance.md#{heard['id']}"
        found.append(HeardItem(heard["id"], longest(heard["quotes"]), label, cite, ask))
    return found


def beside(texts: list[str], outcome: dict[str, Any] | None, content: Content) -> list[str]:
    """What was said with an outcome and does not stand in it: that something was masked, for one."""
    return [text for text in texts if not (outcome and stands_in(text, outcome, content))]


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be done next (`custom.can`), sorted by where it belongs on the page."""

    acts: tuple[Option, ...]  # a person, go on with the questions
    others: tuple[Option, ...]  # another concern
    confirms: tuple[tuple[str, tuple[Option, ...]], ...]  # a question of a red flag and its answers
    mentioned: tuple[Option, ...]  # other concerns heard
    settles: tuple[Option, ...]  # unknown facts that can be answered now


def offers(can: list[dict[str, Any]], content: Content) -> Offers:
    """Sorts `custom.can`: few buttons at once, the rest beside what they are about."""
    acts, others, mentioned, settles = [], [], [], []
    confirms: dict[str, list[Option]] = {}
    for one in can:
        told = payload(one["payload"])
        kind, body = told or ("", {})
        key = str(body.get("q", ""))
        if kind == "answer" and key == CHOICE:
            mentioned.append(Option(one["title"], one["payload"]))
        elif kind == "answer":
            confirms.setdefault(key, []).append(Option(str(body.get("a")), one["payload"]))
        elif kind == "change" and key != CHOICE:
            settles.append(Option(ask_of(content, key), one["payload"]))
        elif kind == "change":
            others.append(Option(one["title"], one["payload"]))
        else:
            acts.append(Option(one["title"], one["payload"]))
    return Offers(
        tuple(acts),
        tuple(others),
        tuple((ask_of(content, q), tuple(found)) for q, found in confirms.items()),
        tuple(mentioned),
        tuple(settles),
    )


def progress(question: Asked) -> str:
    """How far it is, in words."""
    done = "This is the first question." if not question.answered else f"You have answered {question.answered}."
    if question.at_most is None:
        return done
    more = (
        f" At most {question.at_most} more after this one in this concern."
        if question.at_most
        else " This is the last one in this concern."
    )
    return done + more
