"""python -m web, as `make run` starts it: says what to open, is soon ready, and says plainly why it is not."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from socket import socket
from urllib.error import URLError

import pytest

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(tmp_path: Path, port: int | str, **more: str) -> subprocess.Popen[str]:
    named = {"ADVICE_DATABASE": str(tmp_path / "practice.sqlite"), "PORT": str(port), **more}
    return subprocess.Popen(
        [sys.executable, "-m", "web"],
        cwd=ROOT,
        env={**os.environ, **named},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, ConnectionError):
        return False


def refused(tmp_path: Path, port: int | str, **more: str) -> str:
    server = start(tmp_path, port, **more)
    out, said = server.communicate(timeout=30)
    assert server.returncode == 1, out
    assert "Traceback" not in said
    return said


def test_it_says_what_to_open_and_who_to_sign_in_as_and_stops_when_told(tmp_path: Path) -> None:
    port = free_port()
    server = start(tmp_path, port)
    try:
        until = time.monotonic() + 20
        while not answers(port) and time.monotonic() < until:
            time.sleep(0.05)
        assert answers(port)
    finally:
        server.terminate()
        out, said = server.communicate(timeout=30)
    assert f"http://127.0.0.1:{port}" in out
    assert all(person in out for person in ("practitioner", "gp", "specialist", "reviewer", "author"))
    assert (server.returncode, said) == (0, "")
    assert (tmp_path / "practice.secret").stat().st_mode & 0o777 == 0o600


def test_a_port_that_is_taken_is_said_plainly(tmp_path: Path) -> None:
    with socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"PORT={port + 1}" in refused(tmp_path, port)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"ADVICE_HOST": "0.0.0.0"}, "this machine only"),
        ({"ADVICE_PRACTICE": "0"}, "Live mode does not start. Missing:"),
        ({"PORT": "eight"}, "PORT should be a number"),
    ],
)
def test_what_it_refuses_it_says_plainly(tmp_path: Path, settings: dict[str, str], says: str) -> None:
    assert says in refused(tmp_path, free_port(), **settings)


def test_trees_that_cannot_be_trusted_are_told_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "trees").mkdir()
    (tmp_path / "trees" / "_every_tree.yaml").write_text("questions:\n  broken: [\n")
    said = refused(tmp_path, free_port(), TREES_DIR=str(tmp_path / "trees"), ADVICE_CACHE=str(tmp_path))
    assert "_every_tree.yaml:" in said
