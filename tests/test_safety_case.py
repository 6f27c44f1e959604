"""The hazard log: every control names a test that exists and runs, or says plainly that it has none yet."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
LOG = ROOT / "docs" / "safety" / "hazard_log.yaml"
KEYS = {"id", "from", "hazard", "cause", "harm", "controls", "residual", "owner"}
SKIPS = {"skip", "skipif", "xfail"}
# What domain research asks a safety case to start from.
START_LIST = 15


def log() -> dict[str, Any]:
    return dict(YAML(typ="safe", pure=True).load(LOG.read_text(encoding="utf-8")))


HAZARDS: list[dict[str, Any]] = log()["hazards"]
CONTROLS = [(h["id"], c) for h in HAZARDS for c in h["controls"]]
NAMED = sorted({c["test"] for _, c in CONTROLS if c["test"]})


@cache
def functions_of(file: str) -> dict[str, ast.FunctionDef]:
    path = ROOT / file
    if not path.is_file():
        return {}
    found: dict[str, ast.FunctionDef] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{n.name}": n for n in node.body if isinstance(n, ast.FunctionDef)}
    return found


def test_every_hazard_is_whole_and_has_an_id_of_its_own() -> None:
    ids = [h["id"] for h in HAZARDS]
    assert len(set(ids)) == len(ids)
    for hazard in HAZARDS:
        assert set(hazard) == KEYS, hazard["id"]
        assert re.fullmatch(r"H-\d\d", hazard["id"])
        assert hazard["controls"], f"{hazard['id']} has no control"
        assert all(str(hazard[key]).strip() for key in KEYS)


def test_the_hazards_the_field_starts_from_are_all_there() -> None:
    assert sum(h["from"] == "start list" for h in HAZARDS) == START_LIST


def test_nobody_has_judged_the_risks_until_somebody_is_named() -> None:
    if log()["assessed_by"] is None:
        assert not any(key in hazard for hazard in HAZARDS for key in ("severity", "likelihood", "risk"))


@pytest.mark.parametrize(("hazard", "control"), CONTROLS, ids=lambda v: v if isinstance(v, str) else None)
def test_a_control_has_a_test_or_a_reason_why_not(hazard: str, control: dict[str, Any]) -> None:
    assert set(control) <= {"control", "test", "reason"}
    assert bool(control["test"]) != bool(control.get("reason")), f"{hazard}: {control['control']}"


@pytest.mark.parametrize("name", NAMED)
def test_the_test_of_a_control_exists_and_runs(name: str) -> None:
    file, _, function = name.partition("::")
    assert function.split("::")[-1].startswith("test_"), name
    found = functions_of(file).get(function)
    assert found is not None, f"{name} is named in the hazard log and is nowhere"
    marks = {n.attr for d in found.decorator_list for n in ast.walk(d) if isinstance(n, ast.Attribute)}
    assert not marks & SKIPS, f"{name} is named in the hazard log and is skipped"
