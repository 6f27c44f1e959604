"""Live mode: real families, so it does not begin until everything a Named nurse asks for is there.

All that is missing is listed at once. What can be read from the content is read from it; the rest is
settings by which an organisation says what it decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from flask import Flask

from bot import routes
from bot.content import Content
from bot.model import Outcome
from web.record import content_of

SECRET_SHORTEST = 32
ASKED = {
    "DATABASE": "the database of the live record. Set ADVICE_DATABASE to one that practice never used.",
    "SIGN_IN": "a sign-in with named people and roles. Set ADVICE_SIGN_IN to its MODULE:FUNCTION.",
    "RETENTION": "the organisation's decision on how long records are kept. Set ADVICE_RETENTION to it.",
    "OWNER": "the organisation and role that own this service. Set ADVICE_OWNER.",
    "CLINICAL_SAFETY_OFFICER": "the clinical safety officer. Set ADVICE_CLINICAL_SAFETY_OFFICER.",
    "THRESHOLDS_EDITION": "the edition of the Thresholds Document in force. Set ADVICE_THRESHOLDS_EDITION.",
}


class NotReady(Exception):
    """Live mode cannot begin; lists everything that is missing, not only the first."""

    def __init__(self, missing: list[str]) -> None:
        self.missing = missing
        super().__init__("Live mode does not start. Missing:\n" + "\n".join(f"- {one}" for one in missing))


def attach(app: Flask) -> None:
    """Let a live app begin, or refuse with everything that is missing."""
    missing = [*unset(app.config), *unapproved(content_of(app))]
    find, fault = _sign_in(app.config["SIGN_IN"])
    if fault:
        missing.append(fault)
    if missing:
        raise NotReady(missing)
    app.extensions["sign_in"] = find


def unset(config: Mapping[str, Any]) -> list[str]:
    """Settings that live mode asks for and nobody made."""
    found = [says for name, says in ASKED.items() if not str(config.get(name) or "").strip()]
    if len(str(config.get("SECRET_KEY") or "")) < SECRET_SHORTEST:
        found.insert(0, f"a secret key of {SECRET_SHORTEST} characters or more. Set ADVICE_SECRET_KEY.")
    return found


def unapproved(content: Content) -> list[str]:
    """What in the content may not be used with real families yet."""
    return [*_unsigned(content), *_unchecked(content), *_comparators_alone(content)]


def _unsigned(content: Content) -> Iterator[str]:
    """Trees that no Named professional approved, and the document of the immediate-action rows."""
    if not content.trees:
        yield "decision trees: there are none."
    for tree in content.trees.values():
        if not tree.approved_by:
            yield f"the approval of the tree '{tree.id}' by a Named professional (approved_by)."
    guidance = content.guidance.documents.get("threshold_guidance")
    if guidance is None or not guidance.status.lower().startswith("approved"):
        status = guidance.status if guidance else "there is no such document"
        yield f"the approval of the immediate-action rows X-01 to X-20 (threshold_guidance.md: {status})"


def _unchecked(content: Content) -> Iterator[str]:
    """Contacts that a 4-CP route may show and nobody has checked."""
    keys = {key for _, one in _outcomes(content) if one.level == "4-CP" for key in one.route}
    for contact in routes.unchecked(sorted(keys), content.guidance):
        yield f"a check of the contact '{contact.id}', which a 4-CP route may show (checked_on)."


def _comparators_alone(content: Content) -> Iterator[str]:
    """Outcomes whose level stands in no local or national source."""
    for name, outcome in _outcomes(content):
        cited = [content.guidance.passages[cite] for cite in outcome.cites if cite in content.guidance.passages]
        tagged = [passage for passage in cited if passage.provenance]
        if outcome.level[0] in "1234" and tagged and all(one.rests_on_comparators_alone for one in tagged):
            yield f"a local source for the level of '{name}': it rests on another area's document alone."


def _outcomes(content: Content) -> Iterator[tuple[str, Outcome]]:
    """Every outcome there is, with a name to find it by."""
    for tree in content.trees.values():
        yield from ((f"{tree.id}/{name}", outcome) for name, outcome in tree.outcomes.items())
    yield from ((f"every-tree/{name}", outcome) for name, outcome in content.common.outcomes.items())


def _sign_in(named: Any) -> tuple[Any, str | None]:
    """The function that finds the person of a request, or what is wrong with the setting."""
    module, _, function = str(named or "").partition(":")
    if not module:
        return None, None  # said already
    try:
        return getattr(import_module(module), function), None
    except (ImportError, AttributeError):
        return None, f"the sign-in: '{named}' names no function that can be imported."
