"""Serves the app: python -m web. Practice mode on this machine, one process, threads for those who wait."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from socket import AF_INET, AF_INET6, socket
from threading import Thread
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from bot.content import shelf
from bot.guidance import GuidanceError
from bot.trees import TreeError
from logs.store import RecordUnavailable, Store
from web import create_app, demo, demo_audits, record
from web.live import NotReady
from web.people import PRACTICE
from web.practice import loopback_only
from web.settings import DEFAULTS, truth

THREADS = 32  # that answer requests, however many pages hold a stream


class Server(BaseApplication):
    """gunicorn with the app; the app is made in the worker, so that the record's thread lives there."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def load_config(self) -> None:
        """One process: the record has one writer."""
        settings = {
            "bind": self._address,
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS + streams_wanted(),
            "keepalive": 75,
            "timeout": 60,
            "graceful_timeout": 5,
            "proc_name": "threshold-guide",
            "forwarded_allow_ips": "",
            "control_socket_disable": True,
            "loglevel": "warning",
            "when_ready": lambda server: _say_where(self._address),
            "post_worker_init": _end_streams_first,
            "worker_exit": lambda server, worker: _shut(worker),
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The app, with its record open and its demo conversations on the way."""
        return opened(create_app())


def opened(app: Flask) -> Flask:
    """An app whose record is open; where it cannot be opened, every page says so."""
    try:
        store = record.store_of(app)
    except RecordUnavailable as fault:
        print(f"The record cannot be opened: {fault}\nNo advice is given until it can.", file=sys.stderr)
        return app
    if app.config["PRACTICE"] and app.config["DEMO"]:
        Thread(target=_fill, args=(app, store), name="demo", daemon=True).start()
    return app


def _fill(app: Flask, store: Store) -> None:
    """Put the invented conversations into an empty practice record, or those that are still missing."""
    with suppress(RecordUnavailable):  # stopped meanwhile: the rest is played at the next start
        if demo.begun(store) or not store.streams(limit=1):
            demo.fill(store, record.content_of(app), datetime.now(UTC))
            demo_audits.fill(store, record.content_of(app))


def streams_wanted() -> int:
    """How many threads there are beyond those that answer requests: one for each stream that may be open."""
    wanted = os.environ.get("ADVICE_STREAMS", "")
    return int(wanted) if wanted.isdecimal() else int(DEFAULTS["STREAMS"])


def _end_streams_first(worker: Any) -> None:
    """When the worker is told to end, open streams end first, so that it need not wait for them."""
    handlers = {
        signal.SIGTERM: worker.handle_exit,
        signal.SIGINT: worker.handle_quit,
        signal.SIGQUIT: worker.handle_quit,
    }

    def ending(number: int, frame: Any) -> None:
        if isinstance(app := getattr(worker, "wsgi", None), Flask):
            app.extensions["ending"] = True
        handlers[signal.Signals(number)](number, frame)

    for one in handlers:
        signal.signal(one, ending)


def _shut(worker: Any) -> None:
    """Close the record when the worker ends."""
    if isinstance(app := getattr(worker, "wsgi", None), Flask):
        record.shut(app)


def _say_where(address: str) -> None:
    """Say what to open and who to sign in as."""
    if not truth(os.environ.get("ADVICE_PRACTICE", "1")):
        print(f"Threshold Guide is open on http://{address}", flush=True)
        return
    listed = "\n".join(f"  {person.id:<13} {person.name}" for person in PRACTICE.values())
    print(
        f"Threshold Guide, practice mode: invented people and families only.\n"
        f"Open http://{address} and choose whom to sign in as:\n{listed}\n"
        f"Stop it with Ctrl+C.",
        flush=True,
    )


def main() -> int:
    """Serve until stopped; says plainly why it does not start."""
    host, port = os.environ.get("ADVICE_HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    practice = truth(os.environ.get("ADVICE_PRACTICE", "1"))
    if not port.isdecimal():
        print(f"PORT should be a number, not '{port}'.", file=sys.stderr)
        return 1
    if practice and not loopback_only(host):
        print(f"Practice mode listens on this machine only, not on {host}.", file=sys.stderr)
        return 1
    if not practice:
        try:
            create_app()
        except NotReady as fault:
            print(fault, file=sys.stderr)
            return 1
    try:
        shelf()  # read before the server forks: its worker finds it ready
    except (TreeError, GuidanceError) as fault:
        print(f"The trees and guidance cannot be used as they are:\n{fault}", file=sys.stderr)
        return 1
    if _taken(host, port):
        print(f"Something listens on port {port} already. Try PORT={int(port) + 1} make run", file=sys.stderr)
        return 1
    Server(f"[{host}]:{port}" if ":" in host else f"{host}:{port}").run()
    return 0


def _taken(host: str, port: str) -> bool:
    """Whether another program answers at this address."""
    with socket(AF_INET6 if ":" in host else AF_INET) as probe:
        return probe.connect_ex((host, int(port))) == 0


if __name__ == "__main__":
    sys.exit(main())
