"""The tables of the SQLite store, in numbered steps, and the triggers that keep the record append-only.

What is true (events, where streams end, messages, kept texts, the stamp) cannot be changed or deleted:
triggers refuse it on any connection, also with REPLACE. What follows from it (summaries, facets, the search
index) can be built again. A migration that transforms a guarded table must call `guard` again, because a
transform drops triggers.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from logs.columns import FACETS, SUMMARY
from logs.restricted import TABLE as RESTRICTED

record = Migrations("advice_record")
STEPS = ("001_the_record", "002_the_review_desk", "003_projections", "004_words_beside_a_button", "005_restricted")
FOR_REVIEW = tuple(SUMMARY)[25:]  # what the second step added to summaries
LONG = frozenset(("indicators", "tree_versions", "hand_off_rules"))  # not in the index that counts: read seldom

TABLES = """
CREATE TABLE stamp (kind TEXT NOT NULL CHECK (kind IN ('practice', 'live'))) STRICT;
CREATE TABLE events (
    position INTEGER PRIMARY KEY, stream TEXT NOT NULL, seq INTEGER NOT NULL,
    event TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX events_stream_seq ON events (stream, seq);
CREATE TABLE streams (
    stream TEXT PRIMARY KEY, last INTEGER NOT NULL, hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE messages (
    stream TEXT NOT NULL, id TEXT NOT NULL, text_digest TEXT NOT NULL, reply_json TEXT NOT NULL,
    PRIMARY KEY (stream, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE texts (digest TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE TABLE manifests (digest TEXT PRIMARY KEY, listing TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE heartbeat (id INTEGER PRIMARY KEY CHECK (id = 1), at REAL NOT NULL) STRICT;
"""

# A conversation's place in every list follows from started_at, which never changes, so a turn that changes
# nothing a list is narrowed by touches one row and no index.
LISTS = """
CREATE TABLE summaries ({columns}, PRIMARY KEY (stream)) STRICT, WITHOUT ROWID;
CREATE INDEX summaries_started ON summaries (started_at, stream);
CREATE INDEX summaries_facets ON summaries ({facets}, started_at);
CREATE INDEX summaries_queue ON summaries (queued_at) WHERE status = 'waiting' OR alerted = 1;
CREATE TABLE facets (
    name TEXT NOT NULL, value TEXT NOT NULL, started_at REAL NOT NULL, stream TEXT NOT NULL,
    PRIMARY KEY (name, value, started_at, stream)
) STRICT, WITHOUT ROWID;
CREATE TABLE facet_counts (
    name TEXT NOT NULL, value TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (name, value)
) STRICT, WITHOUT ROWID;
"""

# A button that was pressed is not something said, so its payload is not searched for (see `WORDS_IN_PAYLOADS`).
SEARCH = """
CREATE VIEW spoken AS
    SELECT position, stream, seq,
        CASE type WHEN 'user' THEN text END AS practitioner,
        CASE type WHEN 'bot' THEN text END AS assistant,
        CASE type WHEN 'agent' THEN text END AS specialist
    FROM (SELECT position, stream, seq, json_extract(event, '$.event') AS type,
                 json_extract(event, '$.text') AS text FROM events)
    WHERE type IN ('user', 'bot', 'agent') AND text <> ''
        AND NOT (type = 'user' AND text IN ('/start', '/person'))
        AND NOT (type = 'user' AND (text GLOB '/answer{*' OR text GLOB '/change{*'));
CREATE VIRTUAL TABLE spoken_fts USING fts5 (
    practitioner, assistant, specialist,
    tokenize='porter unicode61', content="spoken", content_rowid='position'
);
CREATE TABLE indexed (upto INTEGER NOT NULL) STRICT;
INSERT INTO indexed VALUES (0);
"""

PROJECTIONS = """
CREATE TABLE projections (
    name TEXT NOT NULL, stream TEXT NOT NULL, told TEXT NOT NULL, PRIMARY KEY (name, stream)
) STRICT, WITHOUT ROWID;
CREATE TABLE projected (name TEXT PRIMARY KEY, upto INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""

# Words typed beside a button are in its payload: the main worry, and why somebody sees another level.
WORDS_IN_PAYLOADS = """
DROP VIEW spoken;
CREATE VIEW spoken AS
    SELECT position, stream, seq,
        CASE WHEN type = 'user' THEN CASE
            WHEN text NOT GLOB '/*' THEN text
            WHEN text IN ('/start', '/person', '/continue') THEN NULL
            WHEN text GLOB '/answer{*' AND json_valid(substr(text, 8)) THEN json_extract(substr(text, 8), '$.worry')
            WHEN text GLOB '/differ{*' AND json_valid(substr(text, 8)) THEN json_extract(substr(text, 8), '$.words')
            WHEN text GLOB '/change{*' AND json_valid(substr(text, 8)) THEN NULL
            ELSE text END END AS practitioner,
        CASE type WHEN 'bot' THEN text END AS assistant,
        CASE type WHEN 'agent' THEN text END AS specialist
    FROM (SELECT position, stream, seq, json_extract(event, '$.event') AS type,
                 json_extract(event, '$.text') AS text FROM events)
    WHERE coalesce(practitioner, assistant, specialist) <> '';
INSERT INTO spoken_fts (spoken_fts) VALUES ('rebuild');
UPDATE indexed SET upto = coalesce((SELECT max(position) FROM events), 0);
"""

APPEND_ONLY = "RAISE(ABORT, 'The advice record is append-only: add a correction instead')"
# On a connection without recursive triggers REPLACE fires no delete trigger, so inserts are guarded as well.
# A row number of -1 stands for one that is not given.
REPLACES = {
    "events": "new.seq <> 1 + coalesce((SELECT max(seq) FROM events WHERE stream = new.stream), 0)"
    " OR new.position <> -1 AND new.position <= (SELECT max(position) FROM events)",
    "streams": "EXISTS (SELECT 1 FROM streams WHERE stream = new.stream)",
    "messages": "EXISTS (SELECT 1 FROM messages WHERE stream = new.stream AND id = new.id)",
    "texts": "EXISTS (SELECT 1 FROM texts WHERE digest = new.digest)"
    " OR new.rowid <> -1 AND new.rowid <= (SELECT max(rowid) FROM texts)",
    "manifests": "EXISTS (SELECT 1 FROM manifests WHERE digest = new.digest)",
    "stamp": "EXISTS (SELECT 1 FROM stamp)",
}
# Where a stream ends only moves on.
CHANGES = {"streams": " WHEN new.stream <> old.stream OR new.last <= old.last"}
TRIGGER = "CREATE TRIGGER {name} BEFORE {act} ON {table}{when} BEGIN SELECT {refuses}; END"
GUARDS: dict[str, str] = {
    (name := f"{table}_{what}"): TRIGGER.format(name=name, act=act, table=table, when=when, refuses=APPEND_ONLY)
    for table, replaces in REPLACES.items()
    for what, act, when in (
        ("stays", "UPDATE", CHANGES.get(table, "")),
        ("remains", "DELETE", ""),
        ("is_added", "INSERT", f" WHEN {replaces}"),
    )
}


def guard(db: Database) -> None:
    """Put every append-only trigger in place again."""
    for name, sql in GUARDS.items():
        db.execute(f"DROP TRIGGER IF EXISTS {name}")
        db.execute(sql)


def missing_guards(db: Database) -> list[str]:
    """The append-only triggers that are not there, or not as they should be."""
    found = {trigger.name: trigger.sql for trigger in db.triggers}
    return [name for name, sql in GUARDS.items() if found.get(name) != sql]


def unknown_steps(db: Database) -> list[str]:
    """Migrations that this file has had and this version of the software does not know."""
    return [step.name for step in record.applied(db) if step.name not in STEPS]


@record(name=STEPS[0])
def the_record(db: Database) -> None:
    """The first tables: events, messages, kept texts, summaries and their facets, search."""
    types = {str: "TEXT", int: "INTEGER", float: "REAL"}
    required = {"stream": " NOT NULL", "alerted": " NOT NULL", "started_at": " NOT NULL"}
    columns = ", ".join(
        f"{name} {types[type]}{required.get(name, '')}" for name, type in SUMMARY.items() if name not in FOR_REVIEW
    )
    facets = ", ".join(column for column in FACETS.values() if column not in FOR_REVIEW)
    for script in (TABLES, LISTS.format(columns=columns, facets=facets), SEARCH):
        db.executescript(script)
    guard(db)


@record(name=STEPS[1])
def the_review_desk(db: Database) -> None:
    """What reviewers narrow lists by. Nothing of it is known of older rows until `flask --app web rebuild`."""
    types = {str: "TEXT", float: "REAL"}
    for name in FOR_REVIEW:
        db.execute(f"ALTER TABLE summaries ADD COLUMN {name} {types[SUMMARY[name]]}")
    counted = ", ".join(column for column in FACETS.values() if column not in LONG)
    db.execute("DROP INDEX summaries_facets")
    db.execute(f"CREATE INDEX summaries_facets ON summaries ({counted}, started_at)")
    for name, column in FACETS.items():
        if column in FOR_REVIEW:
            db.execute("INSERT INTO facets SELECT ?, '', started_at, stream FROM summaries", [name])
            db.execute("INSERT INTO facet_counts SELECT ?, '', count(*) FROM summaries", [name])


@record(name=STEPS[2])
def the_projections(db: Database) -> None:
    """What follows from many events, so that pages over all audits are quick after a start. Empty until asked for."""
    _run(db, PROJECTIONS)


@record(name=STEPS[3])
def the_words_beside_a_button(db: Database) -> None:
    """A worry and the words of a disagreement can be searched for, without the payload around them."""
    _run(db, WORDS_IN_PAYLOADS)


@record(name=STEPS[4])
def the_restricted(db: Database) -> None:
    """Conversations that stand in no list of the others."""
    db.execute(RESTRICTED)


def _run(db: Database, script: str) -> None:
    """The statements of a script, within the transaction that is open: `executescript` would end it."""
    for statement in script.split(";\n"):
        db.execute(statement)
