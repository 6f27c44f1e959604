"""Server-sent events for pages that are open: one word, `look`, when there is something to look at.

A stream holds a thread of the server for as long as its page is open, so there is a bound (`STREAMS`), and threads for
it beyond those that answer requests. Whoever comes after that is answered 204, for which a browser does not ask again:
that page goes on by asking every few seconds, as it does without streams. docs/deployment.md has the measurements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import BoundedSemaphore
from time import monotonic

from flask import Blueprint, Flask, Response, abort, current_app

from logs.store import Store
from web import conversation as road
from web.access import may_read, roles, somebody
from web.bell import QUEUE, bell_of
from web.record import store

blueprint = Blueprint("streams", __name__, url_prefix="/live")
SLICE = 1.0  # seconds after which a stream looks whether the server is ending
QUIET = 15.0  # seconds after which something is sent all the same: nobody there is noticed by that
LONGEST = 300.0  # then the browser asks anew, and who is signed in is looked at again
ANEW = "retry: 2000\n\n"
LOOK, STILL_HERE = "data: look\n\n", ": still here\n\n"


@blueprint.get("/queue")
@roles("specialist", "reviewer")
def queue() -> Response:
    """Says when the queue, or who has what, has changed."""
    return _stream(QUEUE)


@blueprint.get("/<sender>")
@roles("practitioner", "gp", "specialist")
def conversation(sender: str) -> Response:
    """Says when there is something new in a conversation of one's own, or one that reached the advice line."""
    if somebody().asks:
        seq, slots = road.where(store(), sender)
        if not seq or (slots.get("asker") or {}).get("person") != somebody().id:
            abort(404)
    elif not may_read(somebody(), store().summary(sender)):
        abort(404)
    return _stream(sender)


def _stream(topic: str) -> Response:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    places = places_of(app)
    if places is None or not places.acquire(blocking=False):
        return Response(status=204)
    answer = Response(_words(store(), topic, lambda: not app.extensions.get("ending")), mimetype="text/event-stream")
    answer.call_on_close(_once(places.release))
    answer.headers["X-Accel-Buffering"] = "no"  # a proxy passes each word on at once
    return answer


def _once(step: Callable[[], None]) -> Callable[[], None]:
    """A step that is taken once, however often an answer is closed."""
    left = [step]
    return lambda: left.pop()() if left else None


def places_of(app: Flask) -> BoundedSemaphore | None:
    """How many streams may be open at once; None where there are to be none."""
    most = int(app.config["STREAMS"])
    found: BoundedSemaphore | None = app.extensions.setdefault("streams", BoundedSemaphore(most) if most > 0 else None)
    return found


def _words(record: Store, topic: str, going: Callable[[], bool]) -> Iterator[str]:
    """What is sent: `look` at each ring, and now and then that the stream still stands."""
    begun = said = monotonic()
    yield ANEW
    with bell_of(record).heard(topic) as rung:
        while going() and monotonic() - begun < LONGEST:
            if rung.wait(SLICE):
                rung.clear()
                said = monotonic()
                yield LOOK
            elif monotonic() - said > QUIET:
                said = monotonic()
                yield STILL_HERE
