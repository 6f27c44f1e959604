"""Servers to measure, each in a process of its own on the loopback address, ended by its own process id."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = "127.0.0.1"
READY_WITHIN = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers, how long it took to begin, and its process."""

    port: int
    ready_seconds: float
    pid: int

    def connect(self) -> http.client.HTTPConnection:
        """A connection that stays open from one request to the next."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=10)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def worker_mib(self) -> float:
        """Resident memory of the worker, in MiB (Linux)."""
        return max(_resident(pid) for pid in (self.pid, *_children(self.pid))) / 1024

    def cpu_seconds(self) -> float:
        """CPU time that the process and its children have used (Linux)."""
        ticks = os.sysconf("SC_CLK_TCK")
        return sum(_ticks(pid) for pid in (self.pid, *_children(self.pid))) / ticks


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(app: str | None, environment: Mapping[str, str]) -> Iterator[Server]:
    """A server until the block ends: the program as `make run` starts it, or a reference, MODULE:CALLABLE.

    Both are gunicorn with one worker of the same kind and as many threads.
    """
    port = free_port()
    command = [sys.executable, "-m", "web"]
    if app:
        command = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "32"]
        command += ["--bind", f"{LOOPBACK}:{port}", "--log-level", "error", "--keep-alive", "75", app]
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment, "PORT": str(port)}, stdout=subprocess.DEVNULL
    )
    try:
        _wait(process, port, "/health")
        yield Server(port, time.perf_counter() - begun, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    until = time.perf_counter() + READY_WITHIN
    while time.perf_counter() < until:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended with code {process.returncode} before it answered.")
        try:
            with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=2)) as connection:
                connection.request("GET", path)
                if connection.getresponse().status == 200:
                    return
        except OSError:
            pass
        time.sleep(0.01)
    raise RuntimeError(f"The server did not answer {path} within {READY_WITHIN:.0f} s.")


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()] if path.exists() else []


def _resident(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def posted(connection: http.client.HTTPConnection, path: str, body: object, token: str = "") -> bytes:
    """One POST of JSON; raises where the answer is not 200."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    connection.request("POST", path, json.dumps(body), headers)
    answer = connection.getresponse()
    read = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}.")
    return read
