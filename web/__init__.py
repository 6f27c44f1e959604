"""What people see: pages for each role, and Rasa's REST shapes for programs.

`create_app` puts the app together. Nothing of a conversation is decided here: every channel takes the one
road of `web.conversation`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, send_from_directory
from flask_wtf.csrf import CSRFProtect

from web import (
    about,
    addresses,
    advice_line,
    api,
    calls,
    chat,
    cli,
    components,
    directory,
    errors,
    feedback,
    guidance_pages,
    headers,
    limits,
    live,
    own_acts,
    practice,
    record_blocks,
    referrals,
    review,
    settings,
    shifts,
    sign_in,
    specialist_acts,
    streams,
)

ADVICE_LINE = (advice_line, own_acts, specialist_acts, record_blocks, shifts, calls, streams)
PAGES = (chat, referrals, *ADVICE_LINE, review, guidance_pages, directory, about)


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """The app with these settings; live mode raises `live.NotReady` with everything that is missing."""
    app = Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # an event reads in the order it was written
    settings.load(app, config)
    if not app.config["PRACTICE"]:
        live.attach(app)
    components.attach(app)
    addresses.attach(app)
    practice.guard(app)
    headers.attach(app)
    errors.attach(app)
    csrf = CSRFProtect(app)
    sign_in.attach(app)
    for page in PAGES:
        app.register_blueprint(page.blueprint)
    app.register_blueprint(review.desk)
    app.register_blueprint(feedback.blueprint)
    app.register_blueprint(api.blueprint)
    csrf.exempt(api.blueprint)  # programs send a token in a header, never a cookie
    limits.attach(app, api.blueprint)
    cli.attach(app)
    app.add_url_rule("/assets/<path:name>", "assets", _asset)
    return app


def _asset(name: str) -> Response:
    """A picture of the page components, at the address their own templates ask for."""
    return send_from_directory(f"{settings.ROOT}/web/static/vendor/assets", name)
