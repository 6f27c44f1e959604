"""How what reviewers do enters the record: a sample that was drawn, an audit, an action, feedback.

The pages come here, and so do the invented audits of practice mode: both leave the same events.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.content import Content
from logs import review, sample
from logs.store import Event, Store
from web.people import Person
from web.recorded import keep

SAMPLES = "samples/"


def sample_drawn(
    store: Store,
    person: Person,
    title: str,
    picked: dict[str, str],
    plan: sample.Plan,
    found: sample.Draw,
    at: datetime,
) -> str:
    """Record a draw: with each conversation that was drawn, and as a whole; returns the sample's id."""
    id = f"{at:%Y%m%d}-{secrets.token_hex(4)}"
    for one in found.drawn:
        mark = {"sample": id, "second": one.second, "why": list(one.why), "by": person.id}
        hidden = {"finding": None} if one.second else None  # no list may give away what is rated a second time
        event = action("drawn-for-audit", at, mark)
        store.append(review.stream_of(one.stream), None, [event], summary=hidden, about=one.stream)
    meta = {
        "title": title,
        "by": person.id,
        "name": person.name,
        "picked": picked,
        "plan": {**asdict(plan), "every": list(plan.every)},
        "drawn": [{"conversation": one.stream, "why": list(one.why), "second": one.second} for one in found.drawn],
        "population": dict(found.population),
        "taken": dict(found.taken),
        "left_out": found.left_out,
    }
    store.append(SAMPLES + id, 0, [action("sample-drawn", at, meta)])
    return id


def audited(store: Store, there: Content, audits: review.Audits, audit: review.Audit) -> None:
    """Record an audit with the criteria it was made by."""
    keep(store, there)
    meta = review.metadata(audit) | {"content": there.digest}
    happened = {"event": "action", "name": "audited", "timestamp": audit.at, "metadata": meta}
    done(store, audit.conversation, audits, happened)


def done(store: Store, conversation: str, audits: review.Audits, event: Event) -> None:
    """Record what a reviewer did, with what the lists then show of the conversation."""
    stream = review.stream_of(conversation)
    last = store.last(stream)
    review.told(audits, last + 1, event)
    store.append(stream, last, [event], summary=review.columns(audits), about=conversation)


def action(name: str, at: datetime, metadata: dict[str, Any]) -> Event:
    """An event of ours."""
    return {"event": "action", "name": name, "timestamp": at.timestamp(), "metadata": metadata}


def audits_of(store: Store, conversation: str) -> review.Audits:
    """Everything said about a conversation by its reviewers."""
    return review.folded(one.event for one in store.read(review.stream_of(conversation)))
