"""The export for analysts: pseudonymised, complete, searchable as Datasette searches, and recorded."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from logs import export
from logs.dictionary import DICTIONARY
from web.record import store_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

KEY = b"only for this test"
WORDS = "A police notification came about the children, bruises were seen"


@pytest.fixture
def made(app: Flask, client_as: Callable[[str], FlaskClient], says: Callable[..., Any], tmp_path: Path) -> Path:
    for sender in ("secret-sender-1", "secret-sender-2"):
        reply = says(WORDS, sender=sender)
        buttons = next(part["buttons"] for part in reply if part.get("buttons"))
        says(buttons[-1]["payload"], sender=sender)
    export.write(store_of(app), tmp_path / "export", KEY)
    return tmp_path / "export"


def test_nobody_and_no_conversation_is_named_in_it(made: Path) -> None:
    whole = b"".join(file.read_bytes() for file in made.iterdir())
    for name in (b"secret-sender", b"Practice health visitor", b'"practitioner-', b"callback"):
        assert name not in whole
    rows = [json.loads(line) for line in (made / "conversations.jsonl").read_text().splitlines()]
    assert len({row["conversation"] for row in rows}) == 2 and len({row["asked_by"] for row in rows}) == 1
    assert all(row["conversation"].startswith("c-") and row["asked_by"].startswith("p-") for row in rows)


def test_the_same_key_gives_the_same_pseudonyms_and_another_key_others(app: Flask, made: Path, tmp_path: Path) -> None:
    first = (made / "conversations.csv").read_text()
    export.write(store_of(app), tmp_path / "again", KEY)
    export.write(store_of(app), tmp_path / "other", b"another")
    assert (tmp_path / "again" / "conversations.csv").read_text() == first
    assert (tmp_path / "other" / "conversations.csv").read_text() != first


def test_every_table_is_the_same_in_every_form_and_every_column_is_described(made: Path) -> None:
    conn = sqlite3.connect(made / export.SQLITE)
    for table, columns in DICTIONARY.items():
        (many,) = conn.execute(f"SELECT count(*) FROM {table}").fetchone()
        with (made / f"{table}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == many == len((made / f"{table}.jsonl").read_text().splitlines())
        found = [row[1] for row in conn.execute(f"PRAGMA table_info({table})")]
        assert found == list(columns)
        assert all(says for _, says in columns.values())
    assert conn.execute("SELECT count(*) FROM messages").fetchone()[0] > 2
    conn.close()


def test_its_search_finds_word_endings_and_is_where_datasette_looks(made: Path) -> None:
    found = export.searchable(made / export.SQLITE, "bruise")
    assert len({one["conversation"] for one in found}) == 2
    conn = sqlite3.connect(made / export.SQLITE)
    # Datasette's own question: which full-text table has this table for its content.
    (sql,) = conn.execute("SELECT sql FROM sqlite_master WHERE name = 'messages_fts'").fetchone()
    assert "VIRTUAL TABLE" in sql and ('content="messages"' in sql or "content=[messages]" in sql)
    conn.close()


def test_it_is_closed_to_others_and_read_only_and_never_written_over(app: Flask, made: Path) -> None:
    assert all(file.stat().st_mode & 0o377 == 0 for file in made.iterdir())
    assert made.stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        export.write(store_of(app), made, KEY)


def test_a_text_that_looks_like_a_formula_is_harmless_in_a_spreadsheet() -> None:
    assert export._harmless("=1+1") == "'=1+1"
    assert export._harmless("a sum") == "a sum"


def test_a_download_needs_a_reason_and_leaves_a_trace(app: Flask, client_as: Callable[..., Any], says: Any) -> None:
    says(WORDS, sender="c-1")
    reviewer, store = client_as("reviewer"), store_of(app)
    assert reviewer.post("/desk/export", data={"form": "csv"}).status_code == 400
    assert not store.last("reads/reviewer")
    answer = reviewer.post("/desk/export", data={"form": "sqlite", "why": "Yearly report"})
    assert answer.status_code == 200
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert set(names) == {"advice_record.sqlite", "dictionary.csv", "metadata.json"}
    (seen,) = store.read("reads/reviewer")
    assert (seen.event["name"], seen.event["metadata"]["why"]) == ("exported", "Yearly report")
    assert client_as("author").get("/desk/export").status_code == 403


def test_the_commands_export_and_list_again(app: Flask, says: Any, tmp_path: Path) -> None:
    says(WORDS, sender="c-1")
    run = app.test_cli_runner().invoke
    assert run(args=["export", str(tmp_path / "out"), "--by", "gp", "--why", "x"]).exit_code == 2
    done = run(args=["export", str(tmp_path / "out"), "--by", "reviewer", "--why", "Yearly report"])
    assert done.exit_code == 0 and "1 conversations" in done.output
    assert "1 conversations listed again." in run(args=["rebuild"]).output
