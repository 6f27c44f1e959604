"""What was acknowledged holds: the program is killed while people write, and nothing of it is lost or doubled."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

from bench.servers import serving
from bot import life_cycle, understanding
from bot.understanding import phrases
from logs.sqlite import SqliteStore

if TYPE_CHECKING:
    from bot.content import Content

CLIENTS, ENOUGH = 6, 60  # writing at once; acknowledged before the program is killed


def children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()] if path.exists() else []


def test_nothing_acknowledged_is_lost_when_the_program_is_killed_under_load(tmp_path: Path) -> None:
    database = tmp_path / "record.sqlite"
    settings = {
        "ADVICE_DATABASE": str(database),
        "ADVICE_DEMO": "0",
        "ADVICE_SECRET_KEY": "only for this test",
        "ADVICE_CACHE": str(tmp_path),
    }
    acknowledged: list[tuple[str, str]] = []
    enough = threading.Event()
    with serving(None, settings) as server:
        token = token_for("only for this test")

        def writes(number: int) -> None:
            sender = f"kill-{number}"
            with closing(server.connect()) as connection:
                send(connection, number, sender)

        def send(connection: HTTPConnection, number: int, sender: str) -> None:
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
            for n in range(10_000):
                text = "/person" if n == 0 else f"Message {number} {n}"
                body = {"sender": sender, "message": text, "metadata": {"message_id": f"m{n}"}}
                try:
                    connection.request("POST", "/webhooks/rest/webhook", json.dumps(body), headers)
                    answer = connection.getresponse()
                    answer.read()
                except (OSError, HTTPException):
                    return
                if answer.status == 200:
                    acknowledged.append((sender, text))
                if len(acknowledged) > ENOUGH:
                    enough.set()

        threads = [threading.Thread(target=writes, args=(n,)) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        assert enough.wait(60)
        for pid in (*children(server.pid), server.pid):  # both are this test's own
            os.kill(pid, signal.SIGKILL)
        for thread in threads:
            thread.join(20)
    store = SqliteStore(database, "practice")
    try:
        told: Counter[tuple[str, str]] = Counter()
        for sender in {sender for sender, _ in acknowledged}:
            events = [row.event for row in store.read(sender)]
            told.update((sender, event["text"]) for event in events if event["event"] == "user")
            assert life_cycle.faults(events) == []
        assert store.verify() == []
        assert not [one for one in acknowledged if told[one] != 1]
        assert max(told.values()) == 1, "what was not acknowledged may be there, but once"
        assert {row["stream"] for row in store.queue()} == {sender for sender, _ in acknowledged}
    finally:
        store.close()


def token_for(secret: str) -> str:
    """A practitioner's token, signed as the killed program signs."""
    from web import create_app, people, sign_in

    app = create_app({"DATABASE": ":memory:", "DEMO": False, "SECRET_KEY": secret})
    return sign_in.token(app, people.PRACTICE["practitioner"])


def test_people_who_write_at_once_are_each_understood_as_if_alone(content: Content) -> None:
    words = [f"dad drinks and hits mum, bruising on the babies {'x' * n}" for n in range(24)]
    alone = [understanding.read(text, content.trees, content.common) for text in words]
    phrases.stem.cache_clear()
    with ThreadPoolExecutor(12) as pool:
        together = list(pool.map(lambda text: understanding.read(text, content.trees, content.common), words))
    assert together == alone


def test_the_stem_of_a_word_is_its_own_whoever_else_is_at_it() -> None:
    starts = ("strangl", "bruis", "threaten", "hospitalis")
    words = [f"{start}{end}" for start in starts for end in ("ed", "ing", "ation")]
    phrases.stem.cache_clear()
    alone = {word: phrases.stem(word) for word in words}
    for _ in range(40):
        phrases.stem.cache_clear()
        with ThreadPoolExecutor(8) as pool:
            assert dict(zip(words, pool.map(phrases.stem, words), strict=True)) == alone
