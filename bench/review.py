"""How fast the review desk is over a large record, beside Datasette on the same file, in one run.

    python -m bench.review [--messages 1000000] [--audits 10000] [--file FILE]

Server time: each page is asked of the app itself, without a network between; beside the time stands the CPU time,
which other work on the machine spoils less. Datasette is asked over loopback for its own page (suggested facets off),
and for JSON without counts, its lightest form. It is no part of the locked environment: `DATASETTE` names its program,
or one on the path is taken; without it the figures stand alone. Every loop ends by count.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import quote, urlencode

from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench import records
from bench.servers import LOOPBACK, free_port

TIMES = 150
SLOW_TIMES = 12
WORDS = ("bruise", "police notification", "caravan", '"older boyfriend"', "cannabis")
LEVELS = ("2", "3", "4-CP")
GOALS = {
    "list": (2, 4),
    "list, after a pause": (2, 4),
    "filter": (2, 4),
    "search": (2, 4),
    "search, filtered": (2, 4),
    "counted": (25, 25),
}


def percentile(times: list[float], share: float) -> float:
    """The time below which this share of all lies, in milliseconds."""
    return 1000 * sorted(times)[min(len(times) - 1, int(share * len(times)))]


class Took(NamedTuple):
    """Seconds by the clock, and of the processor."""

    wall: float
    cpu: float


def measured(ask: Callable[[], Took], times: int) -> tuple[list[float], list[float]]:
    """How long asking takes, so many times, after a few that do not count."""
    for _ in range(3):
        ask()
    found = [ask() for _ in range(times)]
    return [one.wall for one in found], [one.cpu for one in found]


def served(client: FlaskClient, address: str) -> Took:
    """How long the app takes for one page: from the request as a server hands it over to the whole answer."""
    cookies = "; ".join(f"{one.decoded_key}={one.decoded_value}" for one in client._cookies.values())
    path, _, asked = address.partition("?")
    here = {"REMOTE_ADDR": LOOPBACK}
    environ = EnvironBuilder(path, query_string=asked, headers={"Cookie": cookies}, environ_base=here).get_environ()
    begun, worked = time.perf_counter(), time.thread_time()
    parts, status, _ = run_wsgi_app(client.application.wsgi_app, environ)
    b"".join(parts)
    took = Took(time.perf_counter() - begun, time.thread_time() - worked)
    if not status.startswith("200"):
        raise RuntimeError(f"{address} answered {status}")
    return took


def reviewer(file: Path) -> FlaskClient:
    """A reviewer who is signed in to the app over this file."""
    from web import create_app

    app = create_app(
        {
            "DATABASE": str(file),
            "DEMO": False,
            "SECRET_KEY": "only for this run",
            "PAGE_LIMIT": "1000000 per minute",  # looked at, as in use, and never reached
            "WTF_CSRF_ENABLED": False,
        }
    )
    client = app.test_client()
    client.post("/sign-in", data={"person": "reviewer"})
    client.get("/review")  # the first page sets what later ones find in the cookie
    return client


def pages(client: FlaskClient, lot: random.Random) -> dict[str, Callable[[], Took]]:
    """The pages of the speed goals. After a pause the kept counts beside the filters are read anew."""
    from web.review import filters

    links = [client.post("/review", data={"words": words}).location for words in WORDS]

    def get(address: str) -> Took:
        return served(client, address)

    def level() -> str:
        return lot.choice(LEVELS)

    def after_a_pause() -> Took:
        filters._kept.update({store: (0.0, counts) for store, (_, counts) in filters._kept.items()})
        return get("/review")

    return {
        "list": lambda: get("/review"),
        "list, after a pause": after_a_pause,
        "filter": lambda: get(f"/review?level={level()}&organisation=dchs"),
        "search": lambda: get(lot.choice(links)),
        "search, filtered": lambda: get(f"{lot.choice(links)}&level={level()}"),
        "counted": lambda: get(f"/review?level={level()}&organisation=dchs&count=status&count=urgency"),
    }


def slower(client: FlaskClient) -> dict[str, Callable[[], Took]]:
    """Pages over all audits, once as at the first time after a start."""
    from web.review import figures, ledger

    def fresh() -> None:
        ledger._ledgers.clear()
        figures._worked_out.clear()

    def cold(address: str) -> Callable[[], Took]:
        def ask() -> Took:
            fresh()
            return served(client, address)

        return ask

    return {
        "audits": lambda: served(client, "/desk/audits"),
        "agreement": lambda: served(client, "/desk/agreement"),
        "audits, first after a start": cold("/desk/audits"),
        "agreement, first after a start": cold("/desk/agreement"),
    }


@contextmanager
def datasette(file: Path) -> Iterator[tuple[http.client.HTTPConnection, str] | None]:
    """Datasette over the same file, or None where there is no Datasette."""
    program = os.environ.get("DATASETTE") or shutil.which("datasette")
    if not program:
        yield None
        return
    port = free_port()
    command = [
        program,
        "serve",
        str(file),
        "--host",
        LOOPBACK,
        "--port",
        str(port),
        "--setting",
        "sql_time_limit_ms",
        "20000",
    ]
    command += ["--setting", "facet_time_limit_ms", "20000", "--setting", "suggest_facets", "off"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            connection = http.client.HTTPConnection(LOOPBACK, port, timeout=60)
            try:
                connection.request("GET", "/-/versions.json")
                connection.getresponse().read()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise RuntimeError("Datasette did not answer within 20 s.")
        yield connection, quote(file.stem)
    finally:
        process.terminate()
        process.wait(timeout=10)


def same_pages(
    connection: http.client.HTTPConnection, name: str, lot: random.Random, lightest: bool
) -> dict[str, Callable[[], Took]]:
    """The same questions, put to Datasette: for its page, or for JSON without counts."""

    def get(table: str, **asked: str) -> Took:
        given = {"_size": "20", **asked}
        if lightest:
            given |= {"_shape": "objects", "_nocount": "1"} | ({} if "_facet" in asked else {"_nofacet": "1"})
        begun = time.perf_counter()
        connection.request("GET", f"/{name}/{table}{'.json' if lightest else ''}?{urlencode(given)}")
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"Datasette answered {answer.status} for {table}: {body[:200]!r}")
        return Took(time.perf_counter() - begun, 0)

    def found() -> Took:
        where = {"_fts_table": "spoken_fts", "_fts_pk": "position", "_searchmode": "raw", "_sort_desc": "position"}
        return get("spoken", _search=lot.choice(WORDS), **where)

    def narrowed(**asked: str) -> Took:
        where = {"at_most__exact": lot.choice(LEVELS), "organisation__exact": "dchs"}
        return get("summaries", _sort_desc="started_at", **where, **asked)

    return {
        "list": lambda: get("summaries", _sort_desc="started_at"),
        "filter": narrowed,
        "search": found,
        "counted": lambda: Took(narrowed(_facet="status").wall + narrowed(_facet="urgency").wall, 0),
    }


def beside(reference: tuple[http.client.HTTPConnection, str], ours: dict[str, Callable[[], Took]]) -> None:
    """Print how long Datasette takes for the same, and how many times as long as ours that is.

    Asked in turn with ours, so that other work on the machine spoils both alike.
    """
    for form, lightest in (("page", False), ("JSON, nothing counted", True)):
        for name, ask in same_pages(*reference, random.Random(1), lightest).items():
            for _ in range(3):
                ask()
            both = [(ours[name]().wall, ask().wall) for _ in range(SLOW_TIMES if name == "counted" else TIMES // 3)]
            own, theirs = (percentile(list(one), 0.5) for one in zip(*both, strict=True))
            ratio = theirs / own
            print(f"Datasette's {form}: {name:8} p50 {theirs:7.2f} ms, ours {own:6.2f} ms: {ratio:5.1f} times ours")


def main() -> None:
    """Make a record, or take one, and print how long its pages take."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--messages", type=int, default=1_000_000)
    asked.add_argument("--audits", type=int, default=10_000)
    asked.add_argument("--file", type=Path, help="a record made by bench.records")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = given.file or Path(folder) / "record.sqlite"
        if not file.exists():
            conversations, messages = records.fill(file, given.messages, given.audits)
            print(f"{conversations:,} conversations, {messages:,} messages, {file.stat().st_size / 2**20:,.0f} MiB")
        client, lot = reviewer(file), random.Random(1)
        ours = pages(client, lot)
        print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        for name, ask in ours.items():
            wall, cpu = measured(ask, TIMES)
            (p50, p95), (c50, c95) = ([percentile(of, share) for share in (0.5, 0.95)] for of in (wall, cpu))
            least = percentile(cpu, 0.05)
            goal = "within" if p50 <= GOALS[name][0] and p95 <= GOALS[name][1] else "NOT within"
            print(
                f"{name:20} p50 {p50:6.2f}  p95 {p95:6.2f} ms  (CPU {c50:5.2f} {c95:5.2f}, least {least:5.2f})  "
                f"{goal} {GOALS[name][0]} / {GOALS[name][1]} ms"
            )
        for name, ask in slower(client).items():
            wall, _ = measured(ask, SLOW_TIMES)
            print(f"{name:32} p50 {1000 * median(wall):5.0f} ms  most {1000 * max(wall):5.0f} ms  (goal 1000)")
        with datasette(file) as reference:
            if reference is None:
                print("No Datasette here: DATASETTE=/path/to/datasette puts it beside these figures.")
            else:
                beside(reference, ours)
        print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
