"""The arrows of the house, as setup.cfg draws them, and what an import linter cannot see."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PURE = (
    "engine", "reasons", "hand_off", "life_cycle", "why_a_person", "advising", "promise", "calendar", "routes",
)  # fmt: skip
CLOCKS = {"now", "utcnow", "today", "time", "monotonic"}
FILES = {"content", "Reader", "open", "read_text", "read_bytes", "stat"}


def modules_of(root: Path, room: str, name: str) -> list[Path]:
    single, folder = root / room / f"{name}.py", root / room / name
    return [single] if single.is_file() else sorted(folder.rglob("*.py"))


def calls_of(source: str) -> list[tuple[int, str]]:
    """Line and name of everything that is called. The time type and a datetime's time() ask no clock."""
    called = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    plain = [(n.lineno, n.func.id) for n in called if isinstance(n.func, ast.Name) and n.func.id != "time"]
    methods = [(n.lineno, n.func) for n in called if isinstance(n.func, ast.Attribute)]
    of_a_clock = [(line, f.attr) for line, f in methods if f.attr != "time" or ast.unparse(f) == "time.time"]
    return plain + of_a_clock


def test_every_arrow_of_the_house_is_kept(root: Path) -> None:
    script = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, timeout=100
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("name", PURE)
def test_what_must_be_pure_reads_no_clock_and_opens_no_file(root: Path, name: str) -> None:
    files = modules_of(root, "bot", name)
    assert files, f"bot.{name} is gone: name its successor here"
    for file in files:
        for line, called in calls_of(file.read_text(encoding="utf-8")):
            assert called not in CLOCKS | FILES, f"{file.name}:{line} calls {called}()"


def test_knowledge_and_trees_hold_no_code(root: Path) -> None:
    for folder in ("knowledge", "decision_trees"):
        kinds = {path.suffix for path in (root / folder).rglob("*") if path.is_file()}
        assert kinds <= {".md", ".yaml"}, f"{folder} holds {kinds}"


def test_no_room_is_named_for_nothing(root: Path) -> None:
    empty_names = {"utils", "helpers", "manager", "managers", "data", "common", "misc"}
    named = {path.stem for room in ("bot", "logs", "web") for path in (root / room).rglob("*.py")}
    assert not named & empty_names


def test_only_web_commands_and_benches_are_run_as_programs(root: Path) -> None:
    # `bot` and `logs` are used by `web`; the one program of `bot` is its own command line.
    programs = {
        str(path.relative_to(root))
        for room in ("bot", "logs")
        for path in (root / room).rglob("*.py")
        if 'if __name__ == "__main__"' in path.read_text(encoding="utf-8")
    }
    assert programs <= {"bot/__main__.py"}
