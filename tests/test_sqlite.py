"""The advice record in an SQLite file: append-only, stamped, and plain about what is wrong with a file."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from logs import migrations, open_store, writer
from logs.columns import FACETS
from logs.connections import connect
from logs.sqlite import SqliteStore
from logs.store import Conflict, Filter, Message, RecordUnavailable

AT = 1_770_000_000.0
TYPED = "what mum said about the bruise"


def said(text: str = TYPED) -> dict[str, Any]:
    return {"event": "user", "text": text, "timestamp": AT}


def raw(path: Path) -> Any:
    """A connection as any other program would open it: without this project's settings."""
    return closing(sqlite3.connect(path, isolation_level=None))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(path, "practice", patience=0.2)
    yield opened
    opened.close()


@pytest.fixture
def filled(store: SqliteStore) -> SqliteStore:
    for stream in ("c-1", "c-2"):
        store.append(stream, 0, [said(), said()], summary={"owner": "gp"}, message=Message("m-1", "d", "[]"))
    store.keep({"knowledge/contacts.yaml": "contacts"})
    return store


@contextmanager
def unavailable(reason: str) -> Iterator[None]:
    with pytest.raises(RecordUnavailable) as refused:
        yield
    assert refused.value.reason == reason, refused.value.says
    assert TYPED not in str(refused.value)
    assert refused.value.says.endswith(".")


# Append-only


@pytest.mark.parametrize("recursive", [False, True])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET event = '{}' WHERE seq = 1",
        "UPDATE events SET position = 99 WHERE seq = 1",
        "DELETE FROM events",
        "DELETE FROM events WHERE stream = 'c-2' AND seq = 2",
        "REPLACE INTO events (position, stream, seq, event, hash) VALUES (1, 'c-1', 1, '{}', 'x')",
        "REPLACE INTO events (stream, seq, event, hash) VALUES ('c-1', 1, '{}', 'x')",
        "REPLACE INTO events (position, stream, seq, event, hash) VALUES (4, 'new', 1, '{}', 'x')",
        "INSERT OR REPLACE INTO events (position, stream, seq, event, hash) VALUES (2, 'c-1', 3, '{}', 'x')",
        "INSERT INTO events (stream, seq, event, hash) VALUES ('c-1', 9, '{}', 'x')",
        "INSERT INTO events (stream, seq, event, hash) VALUES ('c-1', 1, '{}', 'x') "
        "ON CONFLICT DO UPDATE SET event = excluded.event",
        "UPDATE streams SET last = 1 WHERE stream = 'c-1'",
        "UPDATE streams SET hash = 'x' WHERE stream = 'c-1'",
        "DELETE FROM streams",
        "REPLACE INTO streams VALUES ('c-1', 9, 'x')",
        "UPDATE messages SET reply_json = '[]'",
        "DELETE FROM messages",
        "REPLACE INTO messages VALUES ('c-1', 'm-1', 'd', 'other')",
        "UPDATE texts SET text = 'other'",
        "DELETE FROM texts",
        "REPLACE INTO texts SELECT digest, 'other' FROM texts",
        "REPLACE INTO texts (rowid, digest, text) VALUES (1, 'x', 'other')",
        "UPDATE manifests SET listing = '{}'",
        "DELETE FROM manifests",
        "REPLACE INTO manifests SELECT digest, '{}' FROM manifests",
        "UPDATE stamp SET kind = 'live'",
        "DELETE FROM stamp",
        "INSERT INTO stamp VALUES ('live')",
    ],
)
def test_what_is_recorded_cannot_be_changed_deleted_or_replaced(
    filled: SqliteStore, path: Path, statement: str, recursive: bool
) -> None:
    with raw(path) as other:
        other.execute(f"PRAGMA recursive_triggers = {recursive}")
        before = recorded(other)
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            other.execute(statement)
        assert recorded(other) == before


def recorded(db: sqlite3.Connection) -> list[str]:
    """Everything in the file but the search index, which follows the record in its own time."""
    return [line for line in db.iterdump() if "indexed" not in line and "spoken_fts" not in line]


def test_a_record_that_lost_a_guard_is_refused(filled: SqliteStore, path: Path) -> None:
    filled.close()
    with raw(path) as other:
        other.execute("DROP TRIGGER events_remains")
    with unavailable("unguarded"):
        SqliteStore(path)
    with raw(path) as other:
        other.execute("CREATE TRIGGER events_remains BEFORE DELETE ON events WHEN 0 BEGIN SELECT 1; END")
    with unavailable("unguarded"):
        SqliteStore(path)


def test_a_transform_drops_the_guards_and_guard_brings_them_back(filled: SqliteStore, path: Path) -> None:
    filled.close()
    db = connect(path, 1, writes=True)
    db.table("texts").transform(rename={"text": "words"})
    assert migrations.missing_guards(db) == ["texts_stays", "texts_remains", "texts_is_added"]
    migrations.guard(db)
    assert migrations.missing_guards(db) == []
    db.close()


def test_every_table_of_truth_is_guarded(filled: SqliteStore, path: Path) -> None:
    follows = {"summaries", "facets", "facet_counts", "indexed", "heartbeat", "_sqlite_migrations"}
    follows |= {"projections", "projected", "restricted"}
    with raw(path) as other:
        db = Database(other, execute_plugins=False)
        tables = {name for name in db.table_names() if not name.startswith("spoken_fts")}
    assert tables - follows == migrations.REPLACES.keys()


# Which file


def test_a_file_stamped_otherwise_is_refused_and_left_alone(filled: SqliteStore, path: Path) -> None:
    filled.close()
    before = path.read_bytes()
    with unavailable("stamped"):
        SqliteStore(path, "live")
    assert path.read_bytes() == before
    again = SqliteStore(path, "practice")
    assert again.last("c-1") == 2
    again.close()


def test_a_live_record_never_serves_practice(path: Path) -> None:
    open_store(str(path), "live").close()
    with unavailable("stamped"):
        open_store(str(path), "practice")


def test_a_record_is_practice_or_live_and_nothing_else(path: Path) -> None:
    with pytest.raises(ValueError, match="practice or live"):
        SqliteStore(path, "demo")  # type: ignore[arg-type]
    assert not path.exists()


def test_another_programs_file_is_refused_and_left_alone(path: Path) -> None:
    with raw(path) as other:
        other.execute("CREATE TABLE patients (name)")
    before = path.read_bytes()
    with unavailable("not-a-record"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_what_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.write_text("Dear colleague, please find attached. " * 100)
    with unavailable("damaged"):
        SqliteStore(path)
    assert path.read_text().startswith("Dear colleague")


def test_a_folder_is_no_record(tmp_path: Path) -> None:
    with unavailable("read-only"):
        SqliteStore(tmp_path)


def test_an_address_of_another_kind_says_what_to_do() -> None:
    with unavailable("not-a-record"):
        open_store("postgresql://localhost/record", "practice")


def test_a_record_of_newer_software_is_refused(filled: SqliteStore, path: Path) -> None:
    filled.close()
    with raw(path) as other:
        other.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('advice_record', '999', '')"
        )
    with unavailable("newer"):
        SqliteStore(path)


def test_nobody_else_on_the_machine_can_read_the_record(filled: SqliteStore, path: Path) -> None:
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file.name


def test_the_folder_of_a_new_record_is_made(tmp_path: Path) -> None:
    opened = SqliteStore(tmp_path / "logs" / "data" / "practice.sqlite")
    assert opened.append("c-1", 0, [said()]) == 1
    opened.close()


def test_every_connection_is_durable_and_overwrites_what_it_deletes(store: SqliteStore) -> None:
    wanted = {"synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "journal_mode": "wal", "recursive_triggers": 1}
    names = list(wanted)

    def settings(conn: sqlite3.Connection) -> dict[str, Any]:
        return {name: conn.execute(f"PRAGMA {name}").fetchone()[0] for name in names}

    assert store._writer.do(settings) == wanted
    with store._readers.one() as conn:
        assert settings(conn) == wanted
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            conn.execute("INSERT INTO heartbeat VALUES (1, 1)")


SEVERAL = """
import sys
from logs.sqlite import SqliteStore
store = SqliteStore(sys.argv[1])
store.append(sys.argv[2], 0, [{"event": "user", "text": "x", "timestamp": 1.0}])
store.close()
"""


def python(script: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *arguments]
    root = Path(__file__).resolve().parent.parent
    return subprocess.Popen(
        command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_processes_that_start_together_make_one_record(path: Path) -> None:
    started = [python(SEVERAL, str(path), f"c-{n}") for n in range(4)]
    for one in started:
        _, wrong = one.communicate(timeout=60)
        assert one.returncode == 0, wrong
    store = SqliteStore(path)
    assert [head.stream for head in store.streams()] == ["c-3", "c-2", "c-1", "c-0"]
    assert store.verify() == []
    store.close()


# When the file cannot be used


@contextmanager
def as_somebody_else(user: int = 65534) -> Iterator[None]:
    """Act as a user without rights, since root may write everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_cannot_be_written_is_named_with_what_to_do() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.sqlite"
        SqliteStore(path).close()
        path.chmod(0o644)
        os.chmod(folder, 0o555)
        try:
            with as_somebody_else():
                with unavailable("read-only"):
                    SqliteStore(path)
                with unavailable("read-only"):
                    SqliteStore(Path(folder) / "new.sqlite")
        finally:
            os.chmod(folder, 0o755)


def test_a_record_locked_by_another_program_says_so_and_goes_on_afterwards(store: SqliteStore, path: Path) -> None:
    store.append("c-1", 0, [said()])
    with raw(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with unavailable("locked"):
            store.append("c-1", 1, [said()])
        with unavailable("locked"):
            store.beat(AT)
        assert not store.alive(AT)
        assert len(store.read("c-1")) == 1, "reading goes on"
        other.execute("ROLLBACK")
    assert store.append("c-1", 1, [said()]) == 2


def test_a_full_disk_says_so_keeps_what_is_there_and_goes_on_afterwards(store: SqliteStore) -> None:
    store.append("c-1", 0, [said()])

    def limit(pages: int) -> None:
        store._writer.do(lambda conn: conn.execute(f"PRAGMA max_page_count = {pages}").fetchone())

    limit(1)
    large = [said(f"{TYPED} {n} " * 200) for n in range(20)]
    with unavailable("full"):
        store.append("c-1", 1, large, message=Message("m-1", "d", "[]"))
    assert store.last("c-1") == 1
    assert store.answered("c-1", "m-1") is None
    limit(1_000_000)
    assert store.append("c-1", 1, large, message=Message("m-1", "d", "[]")) == 21
    assert store.verify() == []


def test_a_damaged_file_says_so(path: Path) -> None:
    with closing(SqliteStore(path)) as store:
        store.append("c-1", 0, [said(TYPED * 50) for _ in range(100)])
    with raw(path) as other:
        (root,) = other.execute("SELECT rootpage FROM sqlite_master WHERE name = 'events'").fetchone()
        (size,) = other.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    with closing(SqliteStore(path)) as store:
        with unavailable("damaged"):
            store.read("c-1")
        with unavailable("damaged"):
            store.append("c-1", None, [said()])
        with unavailable("damaged"):
            store.verify()


def test_nothing_is_written_into_a_file_that_was_replaced(store: SqliteStore, path: Path) -> None:
    store.append("c-1", 0, [said()])
    path.rename(path.with_suffix(".old"))
    with unavailable("moved"):
        store.append("c-1", 1, [said()])
    with unavailable("moved"):
        store.beat(AT)
    SqliteStore(path).close()  # another file at the same path is not this record either
    with unavailable("moved"):
        store.append("c-1", 1, [said()])


FORKED = """
import os, sys
from logs.sqlite import SqliteStore
from logs.store import RecordUnavailable
store = SqliteStore(sys.argv[1])
if not os.fork():
    try:
        store.append("c-1", 0, [{"event": "user", "text": "x", "timestamp": 1.0}])
    except RecordUnavailable as refused:
        os._exit(0 if refused.reason == "closed" else 3)
    os._exit(4)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def test_a_forked_process_is_told_instead_of_waiting_for_ever(path: Path) -> None:
    started = python(FORKED, str(path))
    _, wrong = started.communicate(timeout=30)
    assert started.returncode == 0, wrong


# One commit for many


class Held:
    """The writing thread held back, so that what is asked for meanwhile goes into one group."""

    def __init__(self, store: SqliteStore) -> None:
        self.store, self.go, self.begun = store, threading.Event(), threading.Event()
        self.told: dict[str, Any] = {}
        self.threads: list[threading.Thread] = []
        self._ask("holding", lambda: store._writer.do(self._hold))
        assert self.begun.wait(10)

    def _hold(self, _: sqlite3.Connection) -> None:
        self.begun.set()
        self.go.wait(10)

    def _ask(self, name: str, act: Any) -> None:
        def run() -> None:
            try:
                self.told[name] = act()
            except Exception as error:
                self.told[name] = error

        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()

    def ask(self, name: str, act: Any) -> None:
        """Ask for something to be written and see it in the queue before the next."""
        waiting = self.store._writer._asked.qsize()
        self._ask(name, act)
        while self.store._writer._asked.qsize() == waiting:
            pass

    def let_go(self) -> dict[str, Any]:
        self.go.set()
        for thread in self.threads:
            thread.join()
        return self.told


def test_one_conflict_spoils_no_other_append_of_the_same_commit(store: SqliteStore) -> None:
    store.append("c-1", 0, [said()])
    statements: list[str] = []
    held = Held(store)
    store._writer._conn.set_trace_callback(statements.append)
    held.ask("first", lambda: store.append("c-2", 0, [said(), said()]))
    held.ask("conflict", lambda: store.append("c-1", 0, [said("lost")]))
    held.ask("second", lambda: store.append("c-2", 2, [said()]))
    told = held.let_go()
    assert (told["first"], told["second"]) == (2, 3)
    assert isinstance(told["conflict"], Conflict)
    store._writer._conn.set_trace_callback(None)
    group = statements[statements.index("COMMIT") + 1 :]
    assert [one for one in group if one in ("BEGIN IMMEDIATE", "COMMIT")][:2] == ["BEGIN IMMEDIATE", "COMMIT"]
    assert group[: group.index("COMMIT")].count("SAVEPOINT request") == 3
    assert [head.last for head in store.streams()] == [3, 1]


def test_when_a_commit_fails_nobody_is_answered_from_it(store: SqliteStore) -> None:
    message = Message("m-1", "d", "[]")
    held = Held(store)
    held.ask("first", lambda: store.append("c-1", 0, [said()], message=message))
    held.ask("repeated", lambda: store.append("c-1", 0, [said()], message=message))
    held.ask("conflict", lambda: store.append("c-1", 0, [said()]))
    held.ask("spoils", lambda: store._writer.do(lambda conn: conn.execute("ROLLBACK")))
    told = held.let_go()
    for name in ("first", "repeated", "conflict", "spoils"):
        assert isinstance(told[name], RecordUnavailable), name
    assert store.last("c-1") == 0
    assert store.append("c-1", 0, [said()], message=message) == 1


def test_what_was_asked_for_before_closing_is_written(path: Path) -> None:
    store = SqliteStore(path)
    held = Held(store)
    held.ask("append", lambda: store.append("c-1", 0, [said()]))
    closer = threading.Thread(target=store.close)
    closer.start()
    told = held.let_go()
    closer.join()
    assert told["append"] == 1
    with closing(SqliteStore(path)) as again:
        assert again.last("c-1") == 1


def test_who_gave_up_waiting_is_not_recorded_later(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "GRACE", 0.0)
    with closing(SqliteStore(path, patience=0.1)) as store:
        held = Held(store)
        held.ask("append", lambda: store.append("c-1", 0, [said()]))
        held.threads[-1].join()
        told = held.let_go()
        assert told["append"].reason == "slow"
        store.append("c-2", 0, [said()])
        assert store.last("c-1") == 0


# Power cuts, backups, the search index


APPENDING = """
import sys, threading
from logs.sqlite import SqliteStore
from logs.store import Message
store = SqliteStore(sys.argv[1])
told = threading.Lock()
def work(n):
    last = store.last(f"c-{n}")
    while True:
        events = [{"event": "user", "text": f"words {last} {k}", "timestamp": 1.0} for k in range(6)]
        last = store.append(f"c-{n}", last, events, summary={"turns": last}, message=Message(str(last), "d", "[]"))
        with told:
            print(n, last, flush=True)
for n in range(4):
    threading.Thread(target=work, args=(n,)).start()
"""


def test_killing_the_process_loses_nothing_that_was_acknowledged(path: Path) -> None:
    acknowledged: dict[str, int] = {}
    for lines in (40, 150, 90):
        started = python(APPENDING, str(path))
        assert started.stdout is not None
        for _ in range(lines):
            n, last = started.stdout.readline().split()
            acknowledged[n] = int(last)
        started.send_signal(signal.SIGKILL)
        rest, _ = started.communicate(timeout=30)
        for line in rest.splitlines(keepends=True):
            if line.endswith("\n"):
                n, last = line.split()
                acknowledged[n] = int(last)
        with closing(SqliteStore(path)) as store:
            assert store.verify() == []
            for n, last in acknowledged.items():
                stored = store.last(f"c-{n}")
                assert stored >= last
                assert stored % 6 == 0, "an append is there whole or not at all"
                assert store.answered(f"c-{n}", str(last - 6)) is not None
                assert store.summary(f"c-{n}")["turns"] == stored - 6
            total = sum(head.last for head in store.streams())
            assert len(store.search("words", limit=100_000)) == total, "the search index catches up"


def test_a_backup_made_while_conversations_go_on_is_whole(filled: SqliteStore, tmp_path: Path) -> None:
    stop = threading.Event()

    def grow() -> None:
        while not stop.is_set():
            filled.append("c-3", None, [said(), said()])

    grower = threading.Thread(target=grow)
    grower.start()
    copy = tmp_path / "backup.sqlite"
    try:
        filled.backup(copy)
    finally:
        stop.set()
        grower.join()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.part*"))
    with closing(SqliteStore(copy)) as store:
        assert store.verify() == []
        assert store.last("c-1") == 2
        assert store.search("bruise", Filter(owner="gp"))
        assert store.append("c-1", 2, [said()]) == 3
    with pytest.raises(FileExistsError):
        filled.backup(copy)
    other = tmp_path / "other.sqlite.part"  # another backup at work
    other.write_bytes(b"half")
    with unavailable("read-only"):
        filled.backup(tmp_path / "other.sqlite")
    assert other.read_bytes() == b"half"
    with unavailable("read-only"):
        filled.backup(tmp_path / "nowhere" / "backup.sqlite")


def test_appends_go_on_when_the_search_index_cannot(store: SqliteStore, path: Path) -> None:
    store._writer.do(lambda conn: conn.execute("ALTER TABLE indexed RENAME TO lost"))
    for n in range(100):  # more than one round of indexing
        assert store.append("c-1", n, [said()]) == n + 1
    with pytest.raises(RecordUnavailable):
        store.search("bruise")
    store._writer.do(lambda conn: conn.execute("ALTER TABLE lost RENAME TO indexed"))
    assert len(store.search("bruise", limit=1000)) == 100


def test_the_index_is_brought_up_to_date_when_it_is_quiet(store: SqliteStore, path: Path) -> None:
    store.append("c-1", 0, [said(), said()])
    for _ in range(200):
        with raw(path) as other:
            (upto,) = other.execute("SELECT upto FROM indexed").fetchone()
        if upto == 2:
            break
        threading.Event().wait(0.02)
    assert upto == 2


def test_a_first_page_is_read_along_an_index_and_sorts_nothing(filled: SqliteStore) -> None:
    from logs import lists

    statements: list[str] = []
    with filled._readers.one() as conn:
        for where in (Filter(), Filter(owner="gp"), Filter(owner="gp", status="waiting", since=1.0)):
            conn.set_trace_callback(statements.append)
            lists.page(conn, where, (AT, "c"), 20)
            conn.set_trace_callback(None)
            plan = conn.execute(f"EXPLAIN QUERY PLAN {statements[-1]}").fetchall()
            steps = " ".join(step[-1] for step in plan)
            assert "TEMP B-TREE" not in steps, steps
            assert "SCAN f" not in steps, steps
        queue = " ".join(step[-1] for step in conn.execute(f"EXPLAIN QUERY PLAN {lists.QUEUE}"))
        assert "summaries_queue" in queue


def test_a_record_from_before_the_review_desk_is_brought_up_to_date_with_its_lists(path: Path) -> None:
    older = SqliteStore(path)
    older.append("c-1", 0, [said()], summary={"owner": "gp", "status": "waiting"})
    older.close()
    with raw(path) as conn:  # as the first step left it
        conn.execute("DROP INDEX summaries_facets")
        for name in migrations.FOR_REVIEW:
            conn.execute(f"ALTER TABLE summaries DROP COLUMN {name}")
        newer = [name for name, column in FACETS.items() if column in migrations.FOR_REVIEW]
        for name in newer:
            conn.execute("DELETE FROM facets WHERE name = ?", (name,))
            conn.execute("DELETE FROM facet_counts WHERE name = ?", (name,))
        conn.execute("CREATE INDEX summaries_facets ON summaries (owner, started_at)")
        conn.execute("DELETE FROM _sqlite_migrations WHERE name = ?", (migrations.STEPS[1],))
    store = SqliteStore(path)
    found = store.summary("c-1")
    assert found is not None and found["owner"] == "gp" and found["finding"] is None
    assert store.counts("finding") == {"": 1}
    store.append("c-1", 1, [said()], summary={"finding": "met"})
    assert store.counts("finding") == {"met": 1}
    assert not store.verify()
    store.close()
