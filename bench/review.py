"""How fast the review desk is over a large record, beside Datasette on the same file, in one run.

    python -m bench.review [--messages 1000000] [--audits 10000] [--file FILE]

Server time: each page is asked of the app itself, without a network between. Datasette is asked over loopback and
its own time subtracted by nothing, so what it is asked for is JSON, its lightest form. Datasette is no part of the
locked environment: `DATASETTE` names its program, or one on the path is taken; without it the figures stand alone.
Every loop ends by count.
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
from urllib.parse import quote, urlencode

from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench import records
from bench.servers import LOOPBACK, free_port

TIMES = 150
SLOW_TIMES = 12
WORDS = ("bruise", "police notification", "caravan", '"older boyfriend"', "cannabis")
LEVELS = ("2", "3", "4-CP")
GOALS = {"list": (2, 4), "filter": (2, 4), "search": (2, 4), "search, filtered": (2, 4), "counted": (25, 25)}


def percentile(times: list[float], share: float) -> float:
    """The time below which this share of all lies, in milliseconds."""
    return 1000 * sorted(times)[min(len(times) - 1, int(share * len(times)))]


def measured(ask: Callable[[], float | None], times: int) -> list[float]:
    """How long asking takes, so many times, after a few that do not count; what is asked may say how long it took."""
    for _ in range(3):
        ask()
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        took = ask()
        found.append(time.perf_counter() - begun if took is None else took)
    return found


def served(client: FlaskClient, address: str) -> float:
    """How long the app takes for one page: from the request as a server hands it over to the whole answer."""
    cookies = "; ".join(f"{one.decoded_key}={one.decoded_value}" for one in client._cookies.values())
    path, _, asked = address.partition("?")
    here = {"REMOTE_ADDR": LOOPBACK}
    environ = EnvironBuilder(path, query_string=asked, headers={"Cookie": cookies}, environ_base=here).get_environ()
    begun = time.perf_counter()
    parts, status, _ = run_wsgi_app(client.application.wsgi_app, environ)
    b"".join(parts)
    took = time.perf_counter() - begun
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
            "PAGE_LIMIT": "",
            "WTF_CSRF_ENABLED": False,
        }
    )
    client = app.test_client()
    client.post("/sign-in", data={"person": "reviewer"})
    return client


def pages(client: FlaskClient, lot: random.Random) -> dict[str, Callable[[], float]]:
    """The pages of the speed goals."""
    links = [client.post("/review", data={"words": words}).location for words in WORDS]

    def get(address: str) -> float:
        return served(client, address)

    def level() -> str:
        return lot.choice(LEVELS)

    return {
        "list": lambda: get("/review"),
        "filter": lambda: get(f"/review?level={level()}&organisation=dchs"),
        "search": lambda: get(lot.choice(links)),
        "search, filtered": lambda: get(f"{lot.choice(links)}&level={level()}"),
        "counted": lambda: get(f"/review?level={level()}&organisation=dchs&count=status&count=urgency"),
    }


def slower(client: FlaskClient) -> dict[str, Callable[[], float]]:
    """Pages over all audits, once as at the first time after a start."""
    from web.review import ledger, overview

    def fresh() -> None:
        ledger._ledgers.clear()
        overview._worked_out.clear()

    def cold(address: str) -> Callable[[], float]:
        def ask() -> float:
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


def same_pages(connection: http.client.HTTPConnection, name: str, lot: random.Random) -> dict[str, Callable[[], None]]:
    """The same questions, put to Datasette."""

    def get(table: str, **asked: str) -> None:
        given = {"_size": "20", "_shape": "objects", "_nofacet": "1", "_nocount": "1", **asked}
        if "_facet" in asked:
            given.pop("_nofacet")
        connection.request("GET", f"/{name}/{table}.json?{urlencode(given)}")
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"Datasette answered {answer.status} for {table}: {body[:200]!r}")

    def found(**asked: str) -> None:
        words = lot.choice(WORDS)
        get(
            "spoken",
            _fts_table="spoken_fts",
            _fts_pk="position",
            _search=words,
            _searchmode="raw",
            _sort_desc="position",
            **asked,
        )

    def narrowed(**asked: str) -> None:
        get(
            "summaries", _sort_desc="started_at", at_most__exact=lot.choice(LEVELS), organisation__exact="dchs", **asked
        )

    def counted() -> None:
        narrowed(_facet="status")
        narrowed(_facet="urgency")

    return {
        "list": lambda: get("summaries", _sort_desc="started_at"),
        "filter": narrowed,
        "search": found,
        "counted": counted,
    }


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
        client, lot, ours = reviewer(file), random.Random(1), {}
        for name, ask in pages(client, lot).items():
            ours[name] = measured(ask, TIMES)
            p50, p95 = (percentile(ours[name], share) for share in (0.5, 0.95))
            goal = "within" if p50 <= GOALS[name][0] and p95 <= GOALS[name][1] else "NOT within"
            print(f"{name:32} p50 {p50:7.2f} ms  p95 {p95:7.2f} ms  {goal} {GOALS[name][0]} / {GOALS[name][1]} ms")
        for name, ask in slower(client).items():
            times = measured(ask, SLOW_TIMES)
            print(f"{name:32} p50 {1000 * median(times):7.0f} ms  most {1000 * max(times):7.0f} ms  (goal 1000)")
        with datasette(file) as reference:
            if reference is None:
                print("No Datasette here: DATASETTE=/path/to/datasette puts it beside these figures.")
                return
            for name, ask in same_pages(*reference, random.Random(1)).items():
                p50 = percentile(measured(ask, SLOW_TIMES if name == "counted" else TIMES // 3), 0.5)
                ratio = p50 / percentile(ours[name], 0.5)
                print(f"{name + ' in Datasette':32} p50 {p50:7.2f} ms  {ratio:5.1f} times ours")


if __name__ == "__main__":
    main()
