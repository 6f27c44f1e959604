"""The written note of a conversation, plain text, ready to paste into a child's record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot import disagreeing, next_steps, own_view, signed, telling
from bot.blocks import blocks
from bot.content import Content
from bot.folding import Slots
from bot.follow_up import Referral
from bot.model import COMMON
from bot.standing import children, question_at

LONDON = ZoneInfo("Europe/London")


def note(
    slots: Slots,
    content: Content,
    at: datetime,
    reference: str = "",
    events: Iterable[Mapping[str, Any]] = (),
    referrals: Sequence[Referral] = (),
) -> str:
    """What was told, asked, answered, and then three signed blocks: the tool's guidance, advice, the decision.

    `events` are the conversation's from its beginning. Identity stays in the organisation's own record.
    """
    said = list(events)
    found = blocks(enumerate(said, 1))
    parts = [_head(slots, content, at, reference), _told(slots, content), _answers(slots, content)]
    parts += [_noted(slots, content, said), _handed_over(said)]
    if outcome := slots["outcome"]:
        parts += [
            _own_view(slots, content, outcome),
            iter([signed.TOOL]),
            _outcome(slots, outcome, content),
            _because(slots, outcome, content),
            _unknown(slots, outcome, content),
            _advised(outcome),
            _next(slots, outcome, content),
            signed.by_the_tool(found),
        ]
    parts += [_differs(said, content), signed.by_specialists(found), signed.by_the_practitioner(found)]
    parts.append(_referrals(referrals))
    return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part))) + "\n"


def _head(slots: Slots, content: Content, at: datetime, reference: str) -> Iterator[str]:
    asker = slots.get("asker") or {}
    yield "SAFEGUARDING ADVICE NOTE"
    yield "Hide this entry from online and proxy view. It belongs in the record of each child it is about,"
    yield "and of each parent it is about. Write in who they are there: this note names nobody."
    yield f"Written {_moment(at)} (London)" + (f", reference {reference}" if reference else "")
    if asker:
        yield f"Asked by: {asker.get('role')}, {_organisation(content, asker.get('organisation'))}"
    yield "The tool indicates; people decide. It is not a referral."


def _organisation(content: Content, key: str | None) -> str:
    found = content.guidance.organisations.get(key or "")
    return found.name if found else "organisation not given"


def _told(slots: Slots, content: Content) -> Iterator[str]:
    if slots["first_words"]:
        yield f"Situation, in the practitioner's words: {slots['first_words']}"
    for concern in slots["concerns"]:
        tree = content.trees.get(concern["tree"])
        words = _quoted(concern["quotes"])
        yield f"Concern: {tree.title if tree else concern['tree']}" + (f" (from {words})" if words else "")
    for flag in slots["red_flags"]:
        words = _quoted(flag["quotes"])
        yield f"Red flag {flag['id']}, {flag['label']}: {words}"


def _quoted(quotes: Sequence[str]) -> str:
    """Quotes with a stroke between, without those that stand within another."""
    once = list(dict.fromkeys(quotes))
    return " / ".join(f"“{q}”" for q in once if not any(q != other and q in other for other in once))


def _answers(slots: Slots, content: Content) -> Iterator[str]:
    yield "Asked and answered"
    for key, answer in slots.items():
        if "/" not in key or answer is None or key == own_view.KEY:
            continue
        asked = question_at(slots, content, key)
        child = f" ({child_name(slots, asked.child)})" if asked and asked.child and children(slots) > 1 else ""
        kind = slots["not_known"].get(key)
        why = f" ({content.phrases[f'not-known-{kind}']})" if kind else ""
        yield f"- {asked.question.ask if asked else key}{child} {answer}{why}"


def _noted(slots: Slots, content: Content, events: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What was noted during a phone call, beside its question."""
    found = [e for e in events if e.get("name") == "call-note"]
    if found:
        yield "Noted during the call"
    for event in found:
        told = event["metadata"]
        asked = question_at(slots, content, told["key"]) if told["key"] else None
        yield f"- {_moment(_at(event))}: " + (f"{asked.question.ask} " if asked else "") + str(told["text"])


def _handed_over(events: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """When and why a person was brought in, with the words that did it."""
    found = [e for e in events if e.get("name") in ("handed-off", "rule-met")]
    if found:
        yield "Why a specialist was brought in"
    for event in found:
        words = _quoted(event["metadata"].get("quotes") or ())
        yield f"- {_moment(_at(event))}: {event['metadata']['says']}" + (f" (from {words})" if words else "")


def child_name(slots: Mapping[str, Any], child: int) -> str:
    """A child's row in words: a number, and the age that was answered; an unborn baby is called that."""
    age = slots.get(f"{COMMON}/childs-age" + (f"#{child}" if child > 1 else ""))
    if age == "Unborn":
        return f"Child {child}, unborn baby"
    return f"Child {child}" + (f", {age[0].lower()}{age[1:]}" if age and age != "Not sure" else "")


def _own_view(slots: Slots, content: Content, outcome: Mapping[str, Any]) -> Iterator[str]:
    yield "The practitioner's own view, given before the level was shown"
    yield from telling.own_view_words(slots, content, outcome) or [content.phrases["own-view-none"]]


def _outcome(slots: Slots, outcome: Mapping[str, Any], content: Content) -> Iterator[str]:
    yield "What the answers point to"
    yield telling.level_line(outcome, content)
    yield str(outcome["says"])
    if len(outcome["children"]) > 1:
        for row in outcome["children"]:
            yield f"- {child_name(slots, row['child'])}: {telling.level_line(row, content)}"
    for row in outcome["trees"]:
        tree = content.trees.get(row["tree"])
        approved = f"approved by {tree.approved_by}" if tree and tree.approved_by else "not approved"
        yield f"- tree {row['tree']} version {row['version']}, {approved}"
    yield f"Guidance {content.digest[:12]}. Research content, not approved local policy, unless a tree says otherwise."


def _because(slots: Slots, outcome: Mapping[str, Any], content: Content) -> Iterator[str]:
    """The reasons, each with the indicators it rests on."""
    if outcome["because"]:
        yield "Why"
    for reason in outcome["because"]:
        asked = question_at(slots, content, reason["q"])
        child = f" ({child_name(slots, reason['child'])})" if "child" in reason and children(slots) > 1 else ""
        cites = ", ".join(c.partition("#")[2] for c in reason["cites"])
        yield f"- {asked.question.ask if asked else reason['q']}{child} {reason['answer']} [{cites}]"


def _unknown(slots: Slots, outcome: Mapping[str, Any], content: Content) -> Iterator[str]:
    if outcome["would_settle"]:
        yield "Not known, and would settle it"
    for fact in outcome["would_settle"]:
        child = fact.get("child")
        row = f" ({child_name(slots, child)})" if child and children(slots) > 1 else ""
        key = fact["q"] + (f"#{child}" if child and child > 1 else "")
        asked, kind = question_at(slots, content, key), slots["not_known"].get(key)
        why = f" ({content.phrases[f'not-known-{kind}']})" if kind else ""
        yield f"- {asked.question.ask if asked else key}{row}{why}"


def _differs(events: Iterable[Mapping[str, Any]], content: Content) -> Iterator[str]:
    found = [e for e in events if e.get("name") == disagreeing.EVENT]
    if found:
        yield "The practitioner sees it otherwise"
    for event in found:
        told = event["metadata"]
        words = f": “{told['words']}”" if told["words"] else ""
        yield f"- {_moment(_at(event))}, level {told['level']} ({content.phrases['differs-' + told['code']]}){words}"


def _advised(outcome: Mapping[str, Any]) -> Iterator[str]:
    yield "Advised by Threshold Guide"
    yield from (f"- {step}" for step in outcome["do_next"])
    yield "Whom to ring"
    for ring in outcome["route"]:
        yield f"- {ring['says'].rstrip('.')}: {ring['value']}" if ring["value"] else f"- {ring['says']}"


def _next(slots: Slots, outcome: Mapping[str, Any], content: Content) -> Iterator[str]:
    """Consent, what comes next and what to watch for, as the page has them."""
    for section in next_steps.sections(slots, outcome, content):
        yield section.heading
        yield from (f"- {says}" for says in (*section.says, *section.aloud))


def _referrals(referrals: Sequence[Referral]) -> Iterator[str]:
    if referrals:
        yield "Referrals made"
    for one in referrals:
        taken = f", taken by {one.taken_by}" if one.taken_by else ", name of who took it not given"
        yield f"- {_moment(datetime.fromtimestamp(one.made_at, UTC))}, to {one.to} ({one.how}){taken}"
        if one.acknowledged is not None:
            heard = "acknowledged" if one.acknowledged else "not acknowledged"
            rest = "".join(f", {part}" for part in (one.by, one.decision) if part)
            yield f"  {_moment(datetime.fromtimestamp(one.asked_at or 0, UTC))}: {heard}{rest}"


def _at(event: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(event.get("timestamp") or 0, UTC)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(LONDON):%d %B %Y %H:%M}"
