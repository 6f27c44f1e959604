"""What a turn costs over Rasa's REST channel, beside Flask hello and Flask hello with one commit, in one run.

    python -m bench.turns [--seconds 3]

A client begins a conversation, answers with the last-but-one button of each question (so journeys are long
and mild), and begins another one when it has ended. Loopback only; every loop ends by count and by time.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.servers import Server, posted, serving

CLIENTS = (1, 16)
MOST_TURNS = 20_000  # of one client in one measurement
LONGEST_JOURNEY = 40
WARM_TURNS = 40

Step = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Measured:
    """Times of one measurement, in milliseconds, and how much CPU it took."""

    times: tuple[float, ...]
    per_second: float
    per_cpu_second: float

    def at(self, share: float) -> float:
        """The time that this share of the turns stayed under."""
        return self.times[min(len(self.times) - 1, int(len(self.times) * share))]


class Practitioner:
    """A client that goes through one conversation after the other."""

    def __init__(self, server: Server, token: str, number: int) -> None:
        self.connection, self.token, self.number = server.connect(), token, number
        self.conversation, self.turns, self.buttons = 0, 0, []

    def turn(self) -> None:
        """Say the next thing."""
        if not self.buttons or self.turns > LONGEST_JOURNEY:
            self.conversation, self.turns = self.conversation + 1, 0
            said = "/start"
        else:
            said = self.buttons[max(0, len(self.buttons) - 2)]["payload"]
        sender = f"bench-{self.number}-{self.conversation}"
        path = "/webhooks/rest/webhook"
        reply = json.loads(posted(self.connection, path, {"sender": sender, "message": said}, self.token))
        self.buttons = next((part["buttons"] for part in reversed(reply) if part.get("buttons")), [])
        self.turns += 1


def measure(server: Server, steps: list[Step], seconds: float) -> Measured:
    """Let each step run again and again in a thread of its own for so long."""
    times: list[list[float]] = [[] for _ in steps]
    faults: list[BaseException] = []
    until = time.perf_counter() + seconds

    def client(step: Step, mine: list[float]) -> None:
        try:
            while len(mine) < MOST_TURNS and (begun := time.perf_counter()) < until:
                step()
                mine.append((time.perf_counter() - begun) * 1000)
        except BaseException as fault:
            faults.append(fault)

    cpu, begun = server.cpu_seconds(), time.perf_counter()
    threads = [threading.Thread(target=client, args=pair) for pair in zip(steps, times, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    taken, used = time.perf_counter() - begun, server.cpu_seconds() - cpu
    every = tuple(sorted(t for mine in times for t in mine))
    return Measured(every, len(every) / taken, len(every) / max(used, 0.01))


def reference(server: Server, path: str, clients: int, seconds: float) -> Measured:
    """The same for a reference that answers one path."""
    connections = [server.connect() for _ in range(clients)]
    return measure(server, [lambda c=c: posted(c, path, {}) and None for c in connections], seconds)


def program(server: Server, token: str, clients: int, seconds: float) -> Measured:
    """The same for the program itself."""
    people = [Practitioner(server, token, 1000 * clients + n) for n in range(clients)]
    return measure(server, [person.turn for person in people], seconds)


def warmed(server: Server, token: str, plain: Server) -> None:
    """Let everything be loaded that is loaded once."""
    practitioner, bare = Practitioner(server, token, 0), plain.connect()
    for _ in range(WARM_TURNS):
        practitioner.turn()
        posted(bare, "/hello", {})
        posted(bare, "/commit", {})


def line(name: str, clients: int, found: Measured) -> str:
    """One row of what is printed."""
    p50, p95, p99 = (found.at(share) for share in (0.5, 0.95, 0.99))
    return (
        f"{name:<22}{clients:>4}{p50:>9.2f}{p95:>9.2f}{p99:>9.2f}{found.times[-1]:>9.1f}"
        f"{found.per_second:>9.0f}{found.per_cpu_second:>9.0f}"
    )


def token_for(environment: dict[str, str]) -> str:
    """A practitioner's token, signed as the measured server signs."""
    os.environ.update(environment)
    from web import create_app, people, sign_in

    return sign_in.token(create_app(), people.PRACTICE["practitioner"])


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--seconds", type=float, default=3.0, help="of each of the six measurements")
    seconds = min(options.parse_args().seconds, 30.0)
    with tempfile.TemporaryDirectory() as folder:
        ours = {"ADVICE_DATABASE": str(Path(folder) / "record.sqlite"), "ADVICE_DEMO": "0"}
        ours["ADVICE_SECRET_KEY"] = "only for this run"
        token = token_for(ours)
        print(f"{'':<19}{'clients':>7}{'p50 ms':>9}{'p95':>9}{'p99':>9}{'max':>9}{'/s':>9}{'/cpu s':>9}")
        against: dict[tuple[str, int], Measured] = {}
        with (
            serving("bench.references:app", {"BENCH_DATABASE": str(Path(folder) / "hello.sqlite")}) as plain,
            serving(None, ours) as server,
        ):
            warmed(server, token, plain)
            for clients in CLIENTS:
                for name, path in (("Flask hello", "/hello"), ("Flask hello + commit", "/commit")):
                    against[name, clients] = reference(plain, path, clients, seconds)
                    print(line(name, clients, against[name, clients]))
                against["a turn", clients] = program(server, token, clients, seconds)
                print(line("a turn", clients, against["a turn", clients]))
    for clients in CLIENTS:
        turn, bare = against["a turn", clients], against["Flask hello + commit", clients]
        print(f"p95 of a turn, {clients} clients: {turn.at(0.95) / bare.at(0.95):.2f} x Flask hello + commit")


if __name__ == "__main__":
    main()
