"""`python -m bot understand`: JSON lines in and out, one by one; a bad line stops no other and is never shown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-m", "bot", "understand"]
BRUISE = "Baby of 6 weeks has a bruise on his cheek, not rolling yet, mum cannot say how"
KEYS = ["id", "concerns", "red_flags", "urgency", "asks_for_person", "not_for_us"]


def told(lines: bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(COMMAND, input=lines, capture_output=True, timeout=60, cwd=ROOT,
                          env={**os.environ, **environment}, check=False)  # fmt: skip


def line(name: object, text: object) -> bytes:
    return json.dumps({"id": name, "text": text}).encode() + b"\n"


def test_each_line_is_answered_with_its_id_in_order() -> None:
    done = told(line("a", BRUISE) + b"\n" + line(7, "which form do I use for a referral to speech therapy"))
    first, second = (json.loads(one) for one in done.stdout.splitlines())
    assert done.returncode == 0 and not done.stderr
    assert list(first) == list(second) == KEYS and (first["id"], second["id"]) == ("a", 7)
    assert first["urgency"] == "today" and first["concerns"][0]["tree"] == "injury-not-mobile"
    flag = first["red_flags"][0]
    assert flag["id"] == "X-02" and flag["label"] in ("stated", "unclear")
    assert all(quote in BRUISE for quote in flag["quotes"])
    assert second["urgency"] == "none" and not second["red_flags"]


@pytest.mark.parametrize(
    "bad",
    [b"secret words\n", b'{"id": "x", "text": 4}\n', b'{"text": "secret words"}\n', b"[1]\n", b"[" * 100_000 + b"\n",
     b'{"id": "x", "text": "secret words\n'],
)  # fmt: skip
def test_a_bad_line_is_named_without_its_words_and_stops_no_other(bad: bytes) -> None:
    done = told(line("a", BRUISE) + bad + line("b", BRUISE))
    assert [json.loads(one)["id"] for one in done.stdout.splitlines()] == ["a", "b"]
    said = done.stderr.decode()
    assert done.returncode == 2 and said.startswith("Line 2: ") and '{"id": "1", "text":' in said
    assert "secret" not in said and "Traceback" not in said


@pytest.mark.parametrize(
    "text",
    ["", "\ud83d", "bruise \ud83d on baby of 6 weeks", "👶🏽 bruise 😢", "ребёнок с синяком", "\u202ebruise\u202c baby",
     "<script>alert(1)</script> bruise", "a\x00b\x1b[31m bruise", "bruise on baby " * 1_400, "\u2028bruise\u2028"],
)  # fmt: skip
@pytest.mark.parametrize("charset", ["C", "en_GB.ISO-8859-1"])
def test_whatever_is_typed_is_answered(text: str, charset: str) -> None:
    done = told(line("a", text), LC_ALL=charset, LANG=charset, PYTHONIOENCODING="latin-1")
    assert done.returncode == 0 and json.loads(done.stdout.decode())["id"] == "a", done.stderr


def test_bytes_that_are_no_characters_stop_nothing() -> None:
    done = told(b'{"id": "a", "text": "bruise on baby of 6 weeks \xff\xfe"}\n')
    assert done.returncode == 0 and json.loads(done.stdout)["urgency"] == "today"


@pytest.fixture
def running() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        yield process
        process.kill()


def test_an_answer_comes_before_the_next_line_is_sent(running: subprocess.Popen[bytes]) -> None:
    assert running.stdin and running.stdout
    for name in ("a", "b"):
        running.stdin.write(line(name, BRUISE))
        running.stdin.flush()
        assert json.loads(running.stdout.readline())["id"] == name
