"""What the documents promise is there: commands, settings, statuses, words, names of events, links."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
DOCUMENTS = [README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
STATUSES = ("with-assistant", "waiting", "with-specialist", "closed")
# Addresses of package registries stand nowhere, not even here in one piece.
REGISTRIES = [
    host + end for host, end in (("pypi", ".org"), ("pythonhosted", ".org"), ("registry.npm", "js"))
]
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|farm|root|home|Users)/")
WRITTEN_BY = re.compile(r"(?i)co-[a]uthored-by|generated (?:by|with) an? (?:ai|llm)\b|\.\./shared\b")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE))


def kept_files() -> list[Path]:
    """Every file that is or would be committed; where there is no git, every file that is no product."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    folders = ("bot", "logs", "web", "tests", "docs", "knowledge", "decision_trees", "bench", "requirements")
    return [p for f in folders for p in (ROOT / f).rglob("*") if p.is_file() and "vendor" not in p.parts]


def named_actions(folder: str) -> set[str]:
    """Names of the record's own events, where they are written out as `{"event": "action", "name": …}`."""
    found: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.Dict):
                literal = {
                    key.value: value.value
                    for key, value in zip(node.keys, node.values, strict=True)
                    if isinstance(key, ast.Constant) and isinstance(value, ast.Constant)
                }
                if literal.get("event") == "action" and "name" in literal:
                    found.add(str(literal["name"]))
    return found


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_make_command_in_a_document_is_in_the_makefile(path: Path) -> None:
    commands = re.findall(r"(?:^|`|\()make ([a-z]+)\b", text_of(path), re.MULTILINE)
    assert set(commands) <= targets()


def test_the_first_command_of_the_readme_is_make_run() -> None:
    blocks = re.findall(r"^```\w*\n(.*?)^```", text_of(README), re.MULTILINE | re.DOTALL)
    assert blocks[0].strip() == "make run"


def test_the_makefile_offers_what_others_build_on() -> None:
    assert {"help", "install", "run", "test", "check", "lint", "bench", "pack", "lock"} <= targets()


def test_bot_commands_in_the_readme_are_commands_of_bot() -> None:
    commands = set(re.findall(r"python -m bot ([a-z]+)", text_of(README)))
    program = text_of(ROOT / "bot" / "__main__.py")
    assert commands
    assert not {c for c in commands if f'"{c}"' not in program}


def test_the_flask_command_of_the_readme_is_a_command_of_web() -> None:
    commands = set(re.findall(r"flask --app web ([a-z-]+)", "".join(map(text_of, DOCUMENTS))))
    program = text_of(ROOT / "web" / "cli.py")
    assert commands
    assert not {
        c for c in commands if f'"{c}"' not in program and f"def {c.replace('-', '_')}(" not in program
    }


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text_of(path)):
        assert (path.parent / link).exists(), f"{link} is nowhere"


def test_every_file_a_document_names_is_there() -> None:
    rooms = "docs|tests|web|bot|logs|knowledge|decision_trees|bench|requirements"
    for path in DOCUMENTS:
        for name in re.findall(rf"`((?:{rooms})/[\w./-]*)`", text_of(path)):
            if "data/" not in name and name.upper() != name and "FILE" not in name:
                assert (ROOT / name).exists(), f"{path.name} names {name}, which is nowhere"


def test_statuses_are_the_same_in_the_readme_the_glossary_and_the_program() -> None:
    glossary = text_of(ROOT / "knowledge" / "glossary.md")
    program = "".join(text_of(p) for p in (ROOT / "bot").rglob("*.py"))
    for status in STATUSES:
        assert f"`{status}`" in text_of(README)
        assert f'"{status}"' in program
        assert status in glossary


def test_the_words_of_the_readme_stand_in_the_glossary() -> None:
    table = text_of(README).split("## The words")[1].split("## ")[0]
    rows = re.findall(r"^\| ([a-z][^|]*?) \|", table, re.MULTILINE)
    words = [w.strip() for row in rows for w in row.split(",") if row != "word"]
    glossary = text_of(ROOT / "knowledge" / "glossary.md").lower()
    assert len(words) > 10
    assert not [w for w in words if w not in glossary]


def test_every_setting_is_described_and_every_described_setting_exists() -> None:
    from flask import Flask

    from web.settings import DEFAULTS, PLAIN

    not_ours = set(Flask.default_config) | {
        name for name in DEFAULTS if name.startswith(("SESSION_", "WTF_"))
    }
    ours = {name if name in PLAIN else f"ADVICE_{name}" for name in set(DEFAULTS) - not_ours}
    rows = re.findall(r"^\| `([A-Z_]+)` \|", text_of(ROOT / "docs" / "deployment.md"), re.MULTILINE)
    others = "".join(text_of(p) for room in ("bot", "logs") for p in (ROOT / room).rglob("*.py"))
    read_elsewhere = set(re.findall(r'environ\.get\("(ADVICE_\w+)"', others))
    assert set(rows) == ours | read_elsewhere | {"ADVICE_SECRET_KEY"}


def test_every_action_the_program_records_is_described() -> None:
    described = text_of(ROOT / "docs" / "record.md")
    recorded = named_actions("bot") | named_actions("logs") | named_actions("web")
    assert recorded
    assert not {name for name in recorded if f"`{name}`" not in described}


def test_every_act_of_the_hand_off_is_described() -> None:
    from bot.hand_off import ACTS

    described = text_of(ROOT / "docs" / "record.md")
    assert not {act for act in ACTS if f"`{act}`" not in described}


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    faults = []
    for path in kept_files():
        try:
            words = text_of(path)
        except UnicodeDecodeError:
            continue
        faults += [f"{path.name}: {host}" for host in REGISTRIES if host in words]
        faults += [
            f"{path.name}: {m.group()}" for m in (MACHINE_PATH.search(words), WRITTEN_BY.search(words)) if m
        ]
    assert not faults


@pytest.mark.parametrize("name", ["run", "test", "node", "lock"])
def test_a_lock_file_holds_versions_and_hashes_and_no_address(name: str) -> None:
    lines = text_of(ROOT / "requirements" / f"{name}.txt").splitlines()
    assert not [line for line in lines if "://" in line or line.startswith("-")]
    packages = [line for line in lines if not line.startswith(" ")]
    assert packages
    assert all(re.match(r"[a-z0-9.-]+==[^ ]+ .*\\$", line) for line in packages)


def test_what_the_tests_run_with_is_what_the_program_runs_with() -> None:
    def versions(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", text_of(ROOT / "requirements" / name), re.MULTILINE))

    tested = versions("test.txt")
    assert all(tested.get(package) == version for package, version in versions("run.txt").items())


def test_the_release_is_the_same_everywhere() -> None:
    version = re.search(r"^version = (\S+)$", text_of(ROOT / "setup.cfg"), re.MULTILINE)
    assert version is not None
    assert f"## {version.group(1)}" in text_of(ROOT / "CHANGELOG.md")
    assert f'"version": "{version.group(1)}"' in text_of(ROOT / "package.json")


def test_scripts_that_are_run_by_name_may_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
