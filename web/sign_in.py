"""Signing in: who is at the screen, and the tokens that stand for a person on the API.

In practice mode one chooses a person. The cookie is signed and holds the person, when they were last seen
and a number of its own: it ends when nobody uses it for a while, and a number that signed out counts no
more. A token is signed with the same secret and names its person. Live mode brings its own way of knowing a
person (`SIGN_IN`).
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from functools import cache, lru_cache
from time import time
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Request,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadData, URLSafeTimedSerializer

from web import people
from web.access import current
from web.people import Person

pages = Blueprint("sign_in", __name__)

REFRESH_SECONDS = 60  # the cookie is written again at most this often
ENDED_KEPT = 4096
TOKEN_SALT = "threshold-guide-api-token"  # noqa: S105 - no secret: it keeps tokens apart from cookies
FIRST_PAGES = {
    "practitioner": "chat.home",
    "gp": "chat.home",
    "specialist": "advice_line.queue",
    "reviewer": "review.conversations",
    "author": "guidance.trees",
}


class _Cookies(SecureCookieSessionInterface):
    """Flask's signed cookie; what signs it is made once, not for every request."""

    @cache  # noqa: B019 - one app, one of these
    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs and reads the cookie."""
        return super().get_signing_serializer(app)


def attach(app: Flask) -> None:
    """Know the person of every page request, and tell templates who it is."""
    app.session_interface = _Cookies()
    app.register_blueprint(pages)
    app.extensions["signed_out"] = OrderedDict()
    app.before_request(_recognise)
    app.context_processor(lambda: {"person": current()})


def _recognise() -> None:
    """Put the signed-in person on the request; the API has tokens instead."""
    if request.blueprint == "api" or request.endpoint in {None, "static", "assets"}:
        return
    find = current_app.extensions.get("sign_in")
    g.person = find(request) if find else _from_cookie()


def _from_cookie() -> Person | None:
    """The person of a cookie that is signed, not idle for too long and not signed out."""
    person = people.known(session.get("person")) if current_app.config["PRACTICE"] else None
    if person is None:
        return None
    now, seen = time(), session.get("seen", 0)
    idle = now - seen > float(current_app.config["IDLE_MINUTES"]) * 60
    if idle or session.get("number") in current_app.extensions["signed_out"]:
        session.clear()
        return None
    if now - seen > REFRESH_SECONDS:
        session["seen"] = now
    return person


def enter(person: Person) -> None:
    """Begin a new sign-in of this person; nothing of an earlier one stays."""
    session.clear()
    session.update(person=person.id, seen=time(), number=secrets.token_urlsafe(16))


def leave() -> None:
    """End the sign-in for good: the same cookie shown again is nobody's."""
    ended: OrderedDict[str, float] = current_app.extensions["signed_out"]
    if number := session.get("number"):
        ended[number] = time()
        while len(ended) > ENDED_KEPT:
            ended.popitem(last=False)
    session.clear()


@pages.get("/sign-in")
def choose() -> Any:
    """The page on which one chooses a person."""
    return render_template(
        "sign_in.html",
        people=list(people.PRACTICE.values()) if current_app.config["PRACTICE"] else [],
        next=_own_page(request.args.get("next")),
    )


@pages.post("/sign-in")
def sign_in() -> Any:
    """Sign in as the person chosen and go where they were going."""
    if not current_app.config["PRACTICE"]:
        abort(404)
    person = people.known(request.form.get("person")) or abort(400)
    enter(person)
    return redirect(_own_page(request.form.get("next")) or first_page(person), code=303)


@pages.post("/sign-out")
def sign_out() -> Any:
    """Sign out; whoever would leave something behind is told first, and may go all the same."""
    before = current_app.extensions.get("before_leaving")
    if before and "anyway" not in request.form and (first := before()):
        return first
    leave()
    return redirect(url_for("sign_in.choose"), code=303)


@pages.get("/")
def home() -> Any:
    """The front door: each role's own first page, or the sign-in."""
    person = current()
    return redirect(first_page(person) if person else url_for("sign_in.choose"), code=303)


def first_page(person: Person) -> str:
    """Where a person of this role begins."""
    return url_for(FIRST_PAGES[person.role])


def _own_page(address: str | None) -> str | None:
    """An address of this app, or None: nobody is sent elsewhere."""
    if not address or not address.startswith("/") or address.startswith("//"):
        return None
    return None if any(c in address for c in "\\\r\n\t") else address


def token(app: Flask, person: Person) -> str:
    """A token of this person for the API."""
    return _signer(app.config["SECRET_KEY"]).dumps(person.id)


def bearer(app: Flask, asked: Request) -> Person | None:
    """The person whose token a request bears in its header, or None; live mode asks its own sign-in."""
    if find := app.extensions.get("sign_in"):
        person: Person | None = find(asked)
        return person
    kind, _, given = asked.headers.get("Authorization", "").partition(" ")
    return _holder(app, given.strip()) if kind.lower() == "bearer" else None


def _holder(app: Flask, given: str) -> Person | None:
    """The person a token stands for, or None where it is not ours or too old."""
    try:
        person_id, until = _read(app.config["SECRET_KEY"], given, float(app.config["TOKEN_DAYS"]))
    except BadData:
        return None
    return people.known(person_id) if time() < until else None


@lru_cache(maxsize=256)
def _read(secret: str, given: str, days: float) -> tuple[str, float]:
    """Whom a genuine token names, and until when. Remembered: a client sends the same one every turn."""
    person_id, signed = _signer(secret).loads(given, return_timestamp=True)
    return person_id, signed.timestamp() + days * 86400


@lru_cache(maxsize=4)
def _signer(secret: str) -> URLSafeTimedSerializer:
    """What signs and reads tokens."""
    return URLSafeTimedSerializer(secret, salt=TOKEN_SALT)
