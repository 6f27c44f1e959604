"""What is shown when something cannot be done: a page or Rasa's shape, and always what to do now.

Nothing here needs the record, and nothing that was typed is logged or told to a program: of an unexpected fault
the log has its kind and where it happened, not its words. A page gives what was typed back to whoever typed it.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from bot.guidance import GuidanceError
from bot.hand_off import NotNow
from bot.trees import TreeError
from logs.store import Conflict, RecordUnavailable
from web import conversation, notices, unsent
from web.access import current
from web.record import content, now

SPEAKS = "3.6.21"  # the Rasa whose HTTP shapes programs are answered in
PROGRAMS = ("/webhooks", "/conversations", "/health", "/version", "/status", "/model", "/domain")
RETRY_SECONDS = "5"


@dataclass(frozen=True, slots=True)
class Says:
    """How one kind of failure is told."""

    reason: str
    title: str
    says: str


FAILURES = {
    400: Says("BadRequest", "That could not be read", "What was sent is not complete. Go back and send it again."),
    401: Says(
        "NotAuthenticated",
        "Sign in first",
        "Nobody is signed in here, or the sign-in has ended. Sign in and try again.",
    ),
    403: Says("NotAuthorized", "This is not open to you", "It is not yours to see or do here. Nothing was changed."),
    404: Says("NotFound", "There is nothing here", "It may have another address, or it belongs to somebody else."),
    405: Says(
        "MethodNotAllowed",
        "That cannot be done here",
        "What was asked for cannot be done. Nothing was changed.",
    ),
    409: Says(
        "Conflict",
        "Somebody was quicker",
        "Things have changed since this page was opened. Read it again before you go on.",
    ),
    413: Says(
        "TooLarge",
        "That is too long",
        "Shorten it to 20,000 characters or fewer and send it again. Nothing was kept.",
    ),
    429: Says(
        "TooManyRequests",
        "Too many at once",
        "More was sent than can be answered. Wait a minute and try again.",
    ),
    500: Says(
        "InternalError",
        "Something went wrong here",
        "It is not your doing. What was recorded before is safe. No advice is given now.",
    ),
    503: Says(
        "RecordUnavailable",
        "No advice can be given now",
        "What you sent could not be recorded, so no advice is shown. Try again in a few minutes.",
    ),
}
STALE_FORM = Says("BadRequest", "This page was open too long", "Go back, load the page again and send it once more.")
NO_CONTENT = Says(
    "ContentUnavailable",
    "No advice can be given now",
    "The guidance cannot be used as it is, so no advice is shown. Try again in a few minutes.",
)
REUSED = Says(
    "MessageReused",
    "That was sent before",
    "A message with the same number came before with other words. Nothing was changed. Send it with a new number.",
)
OWN_WORDS = {TreeError: NO_CONTENT, GuidanceError: NO_CONTENT, conversation.MessageReused: REUSED}
KNOWN: dict[type[Exception], int] = {
    conversation.NotYours: 404,
    conversation.Unknown: 404,
    conversation.MessageReused: 409,
    conversation.TooLong: 413,
    NotNow: 409,
    Conflict: 503,
    RecordUnavailable: 503,
    TreeError: 503,
    GuidanceError: 503,
}


def attach(app: Flask) -> None:
    """Answer every failure of the app with words and a next step."""
    app.register_error_handler(HTTPException, _refused)
    for kind, code in KNOWN.items():
        app.register_error_handler(kind, lambda fault, code=code: _told(code, _own_words(fault, code)))
    app.register_error_handler(Exception, _unexpected)


def for_program() -> bool:
    """Whether a program asks here, not a person at a page."""
    return request.blueprint == "api" or request.path.startswith(PROGRAMS)


def _refused(fault: HTTPException) -> Response:
    """A failure that HTTP has a number for."""
    code = fault.code or 500
    says = STALE_FORM if isinstance(fault, CSRFError) else FAILURES.get(code)
    if says is None:
        return make_response(fault.get_response()) if code < 400 else _told(code, FAILURES[400])
    response = _told(code, says)
    for name, value in fault.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers.setdefault(name, value)
    return response


def _own_words(fault: Exception, code: int) -> Says:
    """What a failure says for itself, where it was written for people to read."""
    if isinstance(fault, NotNow):
        return Says("NotNow", "That cannot be done now", fault.says)
    return OWN_WORDS.get(type(fault), FAILURES[code])


def _unexpected(fault: Exception) -> Response:
    """A failure nobody thought of: its kind and place go to the log, never its words."""
    places = " < ".join(
        f"{frame.filename}:{frame.lineno}" for frame in reversed(traceback.extract_tb(fault.__traceback__))
    )
    current_app.logger.error("%s at %s", type(fault).__name__, places)
    return _told(500, FAILURES[500])


def _told(code: int, says: Says) -> Response:
    """The answer, in the shape of whoever asked."""
    response = _for_program(code, says) if for_program() else _page(code, says)
    response.status_code = code
    if code == 503:
        response.headers["Retry-After"] = RETRY_SECONDS
    if code == 401 and for_program():
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _for_program(code: int, says: Says) -> Response:
    """Rasa's shape of a failure; `message` is for the practitioner at the other end."""
    message = f"{says.says} {notices.EMERGENCY} {notices.RING}"
    return jsonify(version=SPEAKS, status="failure", code=code, reason=says.reason, message=message)


def _page(code: int, says: Says) -> Response:
    """The page of a failure; plain words of its own where even the page cannot be made."""
    try:
        if code >= 500:
            told = {"title": says.title, "says": says.says, "unsent": unsent.unsent(), "again": unsent.again()}
            return make_response(render_template("cannot_record.html", notice=_lines(), **told))
        # To a page that takes no form, and to a form that nobody writes sentences into, nothing was written.
        mine = unsent.unsent() if code not in (404, 405) and request.blueprint != "sign_in" else []
        told = {"title": says.title, "says": says.says, "unsent": mine}
        return make_response(render_template("error.html", code=code, **told))
    except Exception as fault:
        current_app.logger.error("%s while showing a failure", type(fault).__name__)
        return make_response(
            PLAIN.format(title=says.title, says=says.says, emergency=notices.EMERGENCY, ring=notices.RING)
        )


def _lines() -> list[dict]:
    """Whom to ring, from the content in force; nothing where the content is what fails."""
    try:
        person = current()
        return notices.lines(content().guidance, person.asker if person else None, now())
    except Exception as fault:
        current_app.logger.error("%s while looking up whom to ring", type(fault).__name__)
        return []


PLAIN = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title} – Threshold Guide</title></head>
<body><main><h1>{title}</h1><p>{says}</p><p><strong>{emergency}</strong></p><p>{ring}</p></main></body></html>
"""
