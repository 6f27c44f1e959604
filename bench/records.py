"""A generator of realistic made-up records: conversations, hand-offs, audits. Nobody in them exists.

    python -m bench.records FILE [--messages 1000000] [--audits 10000] [--seed 1]

Everything goes through the store's own append, so the file is one the program could have written: chained, filed in
lists, indexed for search. The same seed makes the same record.
"""

from __future__ import annotations

import argparse
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.made_up import BEGUN, YEARS, Maker, act
from bot import content as reader
from bot.model import LEVELS
from logs import criteria, review
from logs.sqlite import SqliteStore


def fill(path: Path, messages: int, audits: int, seed: int = 1) -> tuple[int, int]:
    """Writes a record; returns how many conversations and messages it holds."""
    content = reader.content()
    store = SqliteStore(path, "practice", patience=120)
    maker = Maker(content, seed, store.keep(content.texts))
    of = max(1, messages // 20)
    said = 0
    with ThreadPoolExecutor(4) as pool:

        def put(number: int) -> int:
            made = maker.one(number, of)
            store.append(made.stream, 0, made.events, summary=made.row)
            return made.messages

        for begin in range(0, of * 2, 2000):
            said += sum(pool.map(put, range(begin, begin + 2000)))
            if said >= messages:
                of = begin + 2000
                break
        list(pool.map(lambda n: audit(store, maker, n), range(min(audits, of))))
    store.search("cheek")  # brings the index up to date
    store.close()
    return of, said


def audit(store: SqliteStore, maker: Maker, number: int) -> None:
    """An audit of one conversation; one in five is rated twice."""
    lot = random.Random(f"{maker.seed}:audit:{number}")
    stream = f"b-{maker.seed}-{number:07}"
    in_force = criteria.read(maker.content.texts[criteria.TEXT])
    audits = review.Audits()
    twice = number % 5 == 0
    first: dict[str, str] = {}
    at = BEGUN + YEARS * 365 * 86400
    for second in (False, True) if twice else (False,):
        values = {c.id: lot.choices(("met", "partly", "not", "na"), (60, 20, 10, 10))[0] for c in in_force.all}
        if second:
            values = {id: value if lot.random() < 0.7 else values[id] for id, value in first.items()}
        first = values
        ratings = {
            id: review.Rating(value, "As it stands in the record.", (review.Evidence(2, ""),))
            for id, value in values.items()
        }
        who = "second-reviewer" if second else "reviewer"
        made = review.Audit(
            f"{stream}-{int(second)}",
            0,
            stream,
            who,
            who,
            at,
            in_force.version,
            ratings,
            frozenset(c.id for c in in_force.all if c.critical),
            lot.choice(LEVELS),
            None,
            second,
        )
        event = act(at, "audited", **review.metadata(made))
        review.told(audits, 1, event)
        store.append(review.stream_of(stream), None, [event], summary=review.columns(audits), about=stream)


def main() -> None:
    """Make a record and say what it holds."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("file", type=Path)
    asked.add_argument("--messages", type=int, default=1_000_000)
    asked.add_argument("--audits", type=int, default=10_000)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    begun = time.perf_counter()
    conversations, messages = fill(given.file, given.messages, given.audits, given.seed)
    size = given.file.stat().st_size / 2**20
    took = time.perf_counter() - begun
    print(f"{conversations:,} conversations, {messages:,} messages, {size:,.0f} MiB in {took:.0f} s")


if __name__ == "__main__":
    main()
