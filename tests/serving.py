"""The app on a free loopback port, for tests with a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from flask import Flask

KEPT = "tests.answer"


class Answer:
    """What the app answers with, closed once and no more."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self.parts, self.closed = parts, False

    def __iter__(self) -> Iterator[bytes]:
        """The parts of the answer."""
        return iter(self.parts)

    def close(self) -> None:
        """Let go of files and streams."""
        if not self.closed:
            self.closed = True
            getattr(self.parts, "close", lambda: None)()


class Quiet(WSGIRequestHandler):
    """Serves without writing down every request, and lets go of an answer whose reader has gone away.

    werkzeug's server leaves such an answer open, and with it the file that was being sent.
    """

    def log_request(self, *_: object) -> None:
        """Nothing."""

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
        """Close what was being sent."""
        if environ and KEPT in environ:
            environ[KEPT].close()


@contextmanager
def served(folder: Path, **settings: object) -> Iterator[tuple[Flask, str]]:
    """The app and its address: a free loopback port, and an empty record in this folder."""
    from web import create_app
    from web.record import shut

    app = create_app(
        {
            "TESTING": True,
            "DATABASE": str(folder / "record.sqlite"),
            "DEMO": False,
            "SECRET_KEY": "only for these tests",
            "PAGE_LIMIT": "",
            **settings,
        }
    )

    def kept(environ: dict[str, Any], start_response: Any) -> Answer:
        environ[KEPT] = Answer(app(environ, start_response))
        return environ[KEPT]

    server = make_server("127.0.0.1", 0, kept, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield app, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        shut(app)
