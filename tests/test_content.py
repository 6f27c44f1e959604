"""Content is named by what it says, and each text is kept once."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

from logs import content
from logs.sqlite import SqliteStore

TEXTS = {"decision_trees/a.yaml": "tree: a\n", "decision_trees/b.yaml": "tree: a\n", "knowledge/é.md": "# Zoë\n"}


def test_a_text_is_named_by_the_sha_256_of_its_utf_8() -> None:
    assert content.digest("# Zoë\n") == hashlib.sha256("# Zoë\n".encode()).hexdigest()


def test_a_set_is_named_by_its_paths_and_texts_in_any_order() -> None:
    whole = content.manifest(TEXTS)
    assert content.manifest(dict(reversed(TEXTS.items()))) == whole
    assert content.listed(whole.listing) == {path: content.digest(text) for path, text in TEXTS.items()}
    assert content.digest(whole.listing) == whole.digest


def test_another_word_path_or_file_makes_another_set() -> None:
    sets = [
        TEXTS,
        {**TEXTS, "knowledge/é.md": "# Zoe\n"},
        {path.replace("b.yaml", "c.yaml"): text for path, text in TEXTS.items()},
        {path: text for path, text in TEXTS.items() if "b.yaml" not in path},
        {**TEXTS, "empty": ""},
        {},
    ]
    assert len({content.manifest(one).digest for one in sets}) == len(sets)


def test_line_ends_and_spaces_are_part_of_a_text(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "record.sqlite")) as store:
        texts = {"a": "one\r\ntwo \n\n", "b": "one\ntwo\n", "c": ""}
        assert store.kept(store.keep(texts)) == texts


def test_the_same_text_is_kept_once_however_many_sets_hold_it(tmp_path: Path) -> None:
    path = tmp_path / "record.sqlite"
    with closing(SqliteStore(path)) as store:
        digests = [store.keep({**TEXTS, "version": str(n)}) for n in range(5)]
        assert len(set(digests)) == 5
    with closing(SqliteStore(path)) as again:
        assert again.keep({**TEXTS, "version": "0"}) == digests[0]
        assert again.kept(digests[4]) == {**TEXTS, "version": "4"}
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM texts").fetchone() == (2 + 5,)
        assert other.execute("SELECT count(*) FROM manifests").fetchone() == (5,)
