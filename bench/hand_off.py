"""The advice line under load: 50 practitioners wait, 10 specialists answer, on one process.

    python -m bench.hand_off [--seconds 60] [--practitioners 50] [--specialists 10] [--streams 128]

Every message must arrive once, and its 95th percentile from sent to seen must stay under two seconds. The pages do as
a browser does: they look when a stream tells them to, and every 1.5 s where there was no place for one. `--streams 0`
is polling alone. Loopback only; ends by time. `--seconds 600` is the ten minutes of the promise.
"""

from __future__ import annotations

import argparse
import http.client
import http.cookiejar
import os
import random
import re
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bench.servers import LOOPBACK, Server, serving

POLL = 1.5  # seconds between two looks of an open page, as in the templates
SELDOM = 15.0  # the same where a stream tells the page, as in web/static/live.js
PAUSE = 4.0  # seconds between two messages of one specialist
LONGEST = 600.0
CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
WORD = re.compile(r"\b(?:advice|answer)-\d+-\d+\b")
ROLES = ("specialist", "colleague")


class Browser:
    """One signed-in browser without scripts: cookies, the token of its forms, and polling."""

    def __init__(self, server: Server, person: str) -> None:
        jar = http.cookiejar.CookieJar()
        self.open = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar)
        ).open
        self.base = f"http://{LOOPBACK}:{server.port}"
        self.token = self._token("/sign-in")
        self.post("/sign-in", person=person)
        self.token = self._token("/advice-line" if person in ROLES else "/chat")

    def _token(self, path: str) -> str:
        return CSRF.search(self.get(path)[1])[1]  # type: ignore[index]

    def get(self, path: str) -> tuple[dict[str, str], str]:
        """Headers and body of a page."""
        with self.open(self.base + path, timeout=30) as answer:
            return dict(answer.headers), answer.read().decode()

    def post(self, path: str, **fields: str) -> str:
        """Send a form; the address of the page that came. Raises where it was refused."""
        body = urllib.parse.urlencode({"csrf_token": self.token if hasattr(self, "token") else "", **fields})
        with self.open(self.base + path, body.encode(), timeout=30) as answer:
            answer.read()
            return str(answer.url)


class Told:
    """What tells a page to look: a stream, where the server has a place for one, else the clock."""

    def __init__(self, browser: Browser, path: str) -> None:
        self.look, self.streaming = threading.Event(), False
        self._open, self._address = browser.open, browser.base + path
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            with self._open(self._address, timeout=60) as answer:
                self.streaming = answer.status == 200
                self.look.set()
                for word in answer:
                    if word.startswith(b"data:"):
                        self.look.set()
        except (OSError, http.client.HTTPException):
            pass
        self.streaming = False

    def wait(self, soon: bool, until: float = float("inf")) -> None:
        """Until there is something to look at; `soon` after something new, by which it counts as seen."""
        seldom = SELDOM if self.streaming and not soon else POLL
        if self.look.wait(max(0.05, min(seldom, until - time.monotonic()))):
            time.sleep(0.3)  # several rings close together are one look
        self.look.clear()


@dataclass
class Run:
    """What all threads share: who wrote what when, and who saw it when."""

    until: float
    sent: dict[str, float] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    seen: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    races: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def going(self) -> bool:
        """Whether there is time left."""
        return time.monotonic() < self.until

    def say(self, browser: Browser, path: str, word: str, **fields: str) -> None:
        """Send one message and note when, and that it was acknowledged."""
        with self.lock:
            self.sent[word] = time.monotonic()
        browser.post(path, **fields)
        with self.lock:
            self.acknowledged.add(word)

    def look(self, body: str, kind: str) -> set[str]:
        """Words of the other side on a page, noted when first seen; a page must show each once."""
        at, found = time.monotonic(), Counter(w for w in WORD.findall(body) if w.startswith(kind))
        with self.lock:
            self.faults += [f"{word} stands {n} times on one page" for word, n in found.items() if n > 1]
            for word in found:
                self.seen.setdefault(word, at)
        return set(found)


def practitioner(run: Run, server: Server, number: int, path: str, browser: Browser) -> None:
    """An open page that asks again and again, and somebody who answers every word of the specialist."""
    sender, after, answered = path.rpartition("/")[2], "0", set[str]()
    time.sleep(random.random() * POLL)
    told = Told(browser, f"/live/{sender}")
    while run.going():
        before = after
        headers, body = browser.get(f"/chat/{sender}/live?status=with-specialist&after={after}")
        after = headers.get("X-Seq", after)
        for word in run.look(body, "advice") - answered:
            answered.add(word)
            reply = f"answer-{number}-{len(answered)}"
            run.say(browser, f"/chat/{sender}", reply, message=reply, message_id=reply)
        told.wait(after != before, run.until)


def specialist(run: Run, number: int, browser: Browser, waiting: list[str]) -> None:
    """Takes five conversations (others try for the same), then writes to one after the other and watches all."""
    mine: list[str] = []
    for sender in sorted(waiting, key=lambda one: hash((number, one))):
        if len(mine) == max(1, len(waiting) // 10):
            break
        try:
            browser.post(f"/advice-line/{sender}/claim")
            mine.append(sender)
        except urllib.error.HTTPError as refused:
            if refused.code != 409:
                raise
            run.races += 1
    after, n, next_word = dict.fromkeys(mine, "0"), 0, time.monotonic() + random.random() * PAUSE
    told = {sender: Told(browser, f"/live/{sender}") for sender in mine}  # a window for each
    due = dict.fromkeys(mine, 0.0)
    while run.going() and mine:
        if time.monotonic() > next_word and time.monotonic() < run.until - 3 * POLL:
            n, next_word = n + 1, next_word + PAUSE
            word = f"advice-{number}-{n}"
            run.say(browser, f"/advice-line/{mine[n % len(mine)]}/answer", word, text=word, message_id=word)
        for sender in mine:
            if not told[sender].look.is_set() and time.monotonic() < due[sender]:
                continue
            told[sender].look.clear()
            page, before = f"/advice-line/{sender}/live?status=with-specialist&with=x", after[sender]
            headers, body = browser.get(f"{page}&after={before}")
            after[sender] = headers.get("X-Seq", before)
            seldom = told[sender].streaming and after[sender] == before
            due[sender] = time.monotonic() + (SELDOM if seldom else POLL)
            run.look(body, "answer")
        time.sleep(0.3)


def play(server: Server, seconds: float, practitioners: int, specialists: int) -> Run:
    """Let them all do what they do for so long."""
    asks = [Browser(server, "practitioner") for _ in range(practitioners)]
    paths = [one.post("/chat", message="/person", message_id=f"bench-{n}") for n, one in enumerate(asks)]
    line = [Browser(server, ROLES[n % 2]) for n in range(specialists)]
    waiting = [path.rpartition("/")[2] for path in paths]
    run = Run(time.monotonic() + seconds)

    def guarded(step: object, *given: object) -> None:
        try:
            step(*given)  # type: ignore[operator]
        except Exception as fault:
            run.faults.append(f"{type(fault).__name__}: {fault}")

    pairs = zip(paths, asks, strict=True)
    jobs = [(practitioner, run, server, n, path, one) for n, (path, one) in enumerate(pairs)]
    jobs += [(specialist, run, n, one, waiting) for n, one in enumerate(line)]  # type: ignore[misc]
    threads = [threading.Thread(target=guarded, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return run


def record_faults(database: Path, acknowledged: set[str]) -> list[str]:
    """What is wrong with the record after all: lost or doubled messages, acts that are forbidden, broken chains."""
    from bot.life_cycle import faults
    from logs.sqlite import SqliteStore

    store = SqliteStore(database, "practice")
    try:
        streams = [head.stream for head in store.streams(limit=10_000) if "/" not in head.stream]
        told: Counter[str] = Counter()
        found: list[str] = []
        for stream in streams:
            events = [row.event for row in store.read(stream)]
            said = [e["text"] or "" for e in events if e["event"] in ("agent", "user")]
            told.update(word for word in said if WORD.fullmatch(word))
            found += [f"{stream}: {fault}" for fault in faults(events)]
        found += [f"{fault.stream}: {fault.says}" for fault in store.verify()]
        found += [f"{word} is {told[word]} times in the record" for word in acknowledged if told[word] != 1]
        return found
    finally:
        store.close()


def main() -> int:
    """Measure, check and print."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--practitioners", type=int, default=50)
    options.add_argument("--specialists", type=int, default=10)
    options.add_argument("--streams", type=int, default=128)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "record.sqlite"
        ours = {"ADVICE_DATABASE": str(database), "ADVICE_DEMO": "0", "ADVICE_PAGE_LIMIT": "", "ADVICE_CACHE": folder}
        ours["ADVICE_STREAMS"] = str(given.streams)
        with serving(None, {**ours, "ADVICE_SECRET_KEY": "only for this run"}) as server:
            cpu = server.cpu_seconds()
            run = play(server, min(given.seconds, LONGEST), given.practitioners, given.specialists)
            used, memory = server.cpu_seconds() - cpu, server.worker_mib()
        wrong = [*run.faults, *record_faults(database, run.acknowledged)]
    taken = sorted(run.seen[word] - run.sent[word] for word in run.acknowledged if word in run.seen)
    unseen = [word for word in run.acknowledged if word not in run.seen and run.sent[word] < run.until - 3 * POLL]
    p95 = taken[int(len(taken) * 0.95)] if taken else float("inf")
    people = f"{given.practitioners} practitioners, {given.specialists} specialists"
    print(
        f"{people}, {given.streams} streams, {given.seconds:.0f} s, {os.cpu_count()} cores, {run.races} claims too late"
    )
    print(f"messages acknowledged {len(run.acknowledged)}, seen {len(taken)}, never seen {len(unseen)}")
    print(f"sent to seen: median {taken[len(taken) // 2]:.2f} s, p95 {p95:.2f} s, longest {taken[-1]:.2f} s")
    print(f"server: {used:.1f} s of CPU, {memory:.0f} MiB")
    whole = "every message is in the record once; no act was out of place"
    print("\n".join(["faults:", *wrong[:20]]) if wrong else whole)
    return 0 if not wrong and not unseen and p95 < 2.0 else 1


if __name__ == "__main__":
    raise SystemExit(main())
