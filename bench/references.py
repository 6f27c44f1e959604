"""What a turn is measured against: the least Flask app there is, and the same with one commit on disk."""

from __future__ import annotations

import os
import sqlite3
import threading

from flask import Flask, Response, jsonify

app = Flask(__name__)
_here = threading.local()


def _database() -> sqlite3.Connection:
    if not hasattr(_here, "database"):
        _here.database = sqlite3.connect(os.environ["BENCH_DATABASE"], timeout=10)
        _here.database.execute("PRAGMA journal_mode = WAL")
        _here.database.execute("PRAGMA synchronous = FULL")
        _here.database.execute("CREATE TABLE IF NOT EXISTS said (id INTEGER PRIMARY KEY, text TEXT)")
    return _here.database


@app.get("/health")
def health() -> Response:
    return jsonify(status="ok")


@app.post("/hello")
def hello() -> Response:
    return jsonify([{"recipient_id": "bench", "text": "hello"}])


@app.post("/commit")
def commit() -> Response:
    with _database() as database:
        database.execute("INSERT INTO said (text) VALUES ('hello')")
    return jsonify([{"recipient_id": "bench", "text": "hello"}])
