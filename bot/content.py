"""The content the assistant speaks from: trees and guidance, read once, kept in a cache, re-read when a file changes.

A tree is trusted only when `bot.check` finds nothing wrong with all of them. While the program runs, a change that
brings a fault is not taken over: the last good content stays, and `problems` says what is wrong.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from datetime import time as clock
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot import calendar, contacts, model, passages, rule_book, trees
from bot import guidance as guidance_module
from bot.guidance import Guidance
from bot.model import Common, Question, Tree
from bot.plain_yaml import Fault
from bot.takeover import RuleBook

ROOT = Path(__file__).resolve().parent.parent
PHRASES = "phrases.yaml"
LOOK_EVERY = 0.05  # seconds between two looks at the files
_TYPES = {
    cls.__name__: cls
    for module in (model, passages, contacts, calendar, guidance_module)
    for cls in vars(module).values()
    if isinstance(cls, type) and is_dataclass(cls)
}


@dataclass(frozen=True)
class Content:
    """Everything that is said comes from here. `digest` names these very texts in the record."""

    trees: dict[str, Tree]
    common: Common
    guidance: Guidance
    texts: dict[str, str]
    digest: str
    phrases: dict[str, str]

    @cached_property
    def stopping(self) -> dict[str, Question]:
        """The common questions of which an answer ends the questions."""
        return {n: q for n, q in self.common.questions.items() if any(a.next for a in q.answers)}

    @cached_property
    def rule_book(self) -> RuleBook:
        """When a person takes over; the project's own rules where a partnership brings none."""
        named = f"knowledge/{rule_book.FILE}"
        text = self.texts.get(named) or (ROOT / named).read_text(encoding="utf-8")
        return rule_book.read(text)[0]


def digest_of(texts: dict[str, str]) -> str:
    """The SHA-256 of a canonical JSON object of path: SHA-256 of its text; recorded with every turn.

    The record keeps the same texts under the same digest (docs/record.md).
    """
    listed = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    canonical = json.dumps(listed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def folders() -> tuple[Path, Path]:
    """Where trees and knowledge are read from; TREES_DIR and KNOWLEDGE_DIR put another partnership's in their place."""
    return (
        Path(os.environ.get("TREES_DIR") or ROOT / "decision_trees"),
        Path(os.environ.get("KNOWLEDGE_DIR") or ROOT / "knowledge"),
    )


def texts_in(trees_dir: Path, knowledge_dir: Path) -> dict[str, str]:
    """Every file that content is made of: `decision_trees/…` and `knowledge/…` → text."""
    found = {f"decision_trees/{name}": text for name, text in trees.texts_of(trees_dir).items()}
    for path in sorted(knowledge_dir.iterdir()) if knowledge_dir.is_dir() else []:
        if path.suffix in (".md", ".yaml"):
            found[f"knowledge/{path.name}"] = path.read_text(encoding="utf-8")
    return found


def phrases_in(texts: dict[str, str]) -> dict[str, str]:
    """What the assistant says between questions; the project's own words where a partnership brings none."""
    own = (ROOT / "knowledge" / PHRASES).read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for text in (own, texts.get(f"knowledge/{PHRASES}", "")):
        loaded = YAML(typ="safe", pure=True).load(text) or {}
        found.update({str(k): " ".join(str(v).split()) for k, v in loaded.items()})
    return found


def _packed(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, *(_packed(getattr(value, f.name)) for f in fields(value))]
    if isinstance(value, (date, clock)):
        return [type(value).__name__, value.isoformat()]
    if isinstance(value, (tuple, list, frozenset)):
        return ["()", *(_packed(v) for v in value)]
    if isinstance(value, dict):
        return {key: _packed(v) for key, v in value.items()}
    return value


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        if value[0] in ("date", "time"):
            return (date if value[0] == "date" else clock).fromisoformat(value[1])
        rest = [_unpacked(v) for v in value[1:]]
        return tuple(rest) if value[0] == "()" else _TYPES[value[0]](*rest)
    if isinstance(value, dict):
        return {key: _unpacked(v) for key, v in value.items()}
    return value


def _cache_file(digest: str) -> Path:
    folder = Path(os.environ.get("ADVICE_CACHE") or ROOT / ".cache")
    code = hashlib.sha256()
    for module in (
        "model",
        "trees",
        "guidance",
        "passages",
        "contacts",
        "calendar",
        "address_book",
        "check",
    ):  # another reader may read the same files otherwise
        path = ROOT / "bot" / f"{module}.py"
        code.update(path.read_bytes() if path.is_file() else b"")
    return folder / f"content-{digest[:16]}-{code.hexdigest()[:8]}.json"


def read(trees_dir: Path, knowledge_dir: Path) -> Content:
    """Reads and checks everything. Raises TreeError (all faults, with file and line) where it cannot be trusted."""
    texts = texts_in(trees_dir, knowledge_dir)
    digest = digest_of(texts)
    cache = _cache_file(digest)
    try:
        packed = json.loads(cache.read_text(encoding="utf-8"))
        return Content(_unpacked(packed[0]), _unpacked(packed[1]), _unpacked(packed[2]), texts, digest, packed[3])
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        pass
    from bot import check  # only a cold start pays for the proofs

    checked = check.everything(texts)
    if checked.faults or checked.guidance is None:
        raise trees.TreeError(checked.faults)
    content = Content(checked.trees, checked.common, checked.guidance, texts, digest, phrases_in(texts))
    _keep(cache, content)
    return content


def _keep(cache: Path, content: Content) -> None:
    """Writes the cache beside its name first, so that no reader meets half a file; a read-only folder is no fault."""
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        beside = cache.with_suffix(f".{os.getpid()}.tmp")
        beside.write_text(
            json.dumps([_packed(content.trees), _packed(content.common), _packed(content.guidance), content.phrases]),
            encoding="utf-8",
        )
        beside.replace(cache)
    except OSError:
        return


def _stamps(*places: Path) -> tuple[tuple[str, int, int], ...]:
    found = []
    for folder in places:
        for entry in os.scandir(folder):
            if entry.name.endswith((".yaml", ".md")):
                stat = entry.stat()
                found.append((entry.path, stat.st_mtime_ns, stat.st_size))
    return tuple(sorted(found))


class Shelf:
    """Holds the content in force and looks for changes; safe to share between threads."""

    def __init__(self, trees_dir: Path, knowledge_dir: Path) -> None:
        self._places = (trees_dir, knowledge_dir)
        self._lock = threading.Lock()
        self._seen = _stamps(*self._places)
        self._looked = time.monotonic()
        self.problems: tuple[Fault, ...] = ()
        self._content = read(*self._places)

    def now(self) -> Content:
        """The content in force; a faulty change is left out and stands in `problems`."""
        if time.monotonic() - self._looked > LOOK_EVERY and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._looked = time.monotonic()
                self._lock.release()
        return self._content

    def _look(self) -> None:
        stamps = _stamps(*self._places)
        if stamps == self._seen:
            return
        self._seen = stamps
        try:
            self._content, self.problems = read(*self._places), ()
        except trees.TreeError as error:
            self.problems = error.faults


_shelves: dict[tuple[Path | str | None, Path | str | None], Shelf] = {}


def shelf(trees_dir: Path | None = None, knowledge_dir: Path | None = None) -> Shelf:
    """The shelf of these folders (by default those of `folders`), opened once."""
    named = (trees_dir or os.environ.get("TREES_DIR"), knowledge_dir or os.environ.get("KNOWLEDGE_DIR"))
    found = _shelves.get(named)
    if found is None:
        default_trees, default_knowledge = folders()
        found = _shelves[named] = Shelf(trees_dir or default_trees, knowledge_dir or default_knowledge)
    return found


def content(trees_dir: Path | None = None, knowledge_dir: Path | None = None) -> Content:
    """The content in force. Raises TreeError at the first call where the files cannot be trusted."""
    return shelf(trees_dir, knowledge_dir).now()
