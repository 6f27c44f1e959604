"""The ground of a checkout: page components without font and logo, scripts that say what is missing."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from web import assets

SHEET = (
    '@charset "UTF-8";@font-face{font-family:F;src:url(https://fonts.example/a.woff2)}'
    "@font-face{font-family:F;src:url(https://fonts.example/b.woff2)}"
    "body{background:url(/assets/images/cross.svg)}\n/*# sourceMappingURL=x.css.map */\n"
)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """An npm package of the shape that is copied."""
    made = tmp_path / "nhsuk-frontend"
    pictures = made / "dist" / "nhsuk" / "assets" / "images"
    pictures.mkdir(parents=True)
    (made / "dist" / "nhsuk" / "nhsuk-frontend.min.css").write_text(SHEET)
    (made / "dist" / "nhsuk" / "nhsuk-frontend.min.js").write_text("export{};//# sourceMappingURL=x.js.map\n")
    for name in ("nhsuk-icon-cross.svg", "favicon.svg", "nhsuk-icon-192.png", "nhsuk-icon-mask.svg"):
        (pictures / name).write_text("picture")
    about = {
        "name": "n",
        "version": "1",
        "license": "MIT",
        "repository": {"url": "git+https://code.example/n.git"},
    }
    (made / "package.json").write_text(json.dumps(about))
    return made


def run(script: str, root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", script],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def command(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_the_style_sheet_loads_no_font_and_nothing_from_elsewhere(package: Path, tmp_path: Path) -> None:
    assets.copy(package, tmp_path / "vendor")
    sheet = (tmp_path / "vendor" / "nhsuk-frontend.min.css").read_text()
    assert "@font-face" not in sheet
    assert "https:" not in sheet
    assert "url(assets/images/cross.svg)" in sheet
    assert "sourceMapping" not in sheet


def test_pictures_with_the_logo_stay_behind(package: Path, tmp_path: Path) -> None:
    assets.copy(package, tmp_path / "vendor")
    assert [p.name for p in (tmp_path / "vendor" / "assets" / "images").iterdir()] == ["nhsuk-icon-cross.svg"]


def test_the_licence_stands_beside_what_is_served(package: Path, tmp_path: Path) -> None:
    assets.copy(package, tmp_path / "vendor")
    notice = (tmp_path / "vendor" / "LICENSE.txt").read_text()
    assert "MIT" in notice
    assert "https://code.example/n\n" in notice


@pytest.mark.parametrize(
    "sheet", ["body{}", "@font-face{}@font-face{}a{background:url(//elsewhere.example/x.svg)}"]
)
def test_a_style_sheet_that_changed_its_ways_is_refused(sheet: str) -> None:
    with pytest.raises(assets.AssetsError):
        assets.without_fonts(sheet)


def test_what_is_served_was_copied_this_way(root: Path) -> None:
    vendor = root / "web" / "static" / "vendor"
    assert "@font-face" not in (vendor / "nhsuk-frontend.min.css").read_text(encoding="utf-8")
    assert (vendor / "LICENSE.txt").is_file()


def test_a_python_too_old_is_said_plainly(root: Path, tmp_path: Path) -> None:
    command(tmp_path, "python3", 'case "$1" in --version) echo "Python 3.9.2";; *) exit 1;; esac')
    ran = run("requirements/environment.sh", root, PATH=str(tmp_path))
    assert ran.returncode == 1
    assert "Python 3.11 or newer" in ran.stderr
    assert "Python 3.9.2" in ran.stderr


def test_a_missing_browser_is_said_plainly_with_what_to_do(root: Path, tmp_path: Path) -> None:
    ran = run("requirements/chromium.sh", root, PATH=str(tmp_path), CHROMIUM="/nowhere/chromium")
    assert ran.returncode == 1
    assert "/nowhere/chromium" in ran.stderr
    assert "CHROMIUM=none" in ran.stderr


def test_a_debian_package_without_the_rights_to_install_it_is_asked_for(root: Path, tmp_path: Path) -> None:
    command(tmp_path, "apt-get", "exit 1")
    command(tmp_path, "id", "echo 1000")
    command(tmp_path, "sudo", "exit 1")
    ran = run("requirements/debian.sh", root, PATH=f"{tmp_path}")
    assert ran.returncode == 1
    assert "Ask for: apt-get install" in ran.stderr


def test_the_list_of_commands_is_what_make_alone_prints(root: Path) -> None:
    ran = subprocess.run(
        ["make"], cwd=root, capture_output=True, text=True, env={"PATH": os.environ["PATH"]}, check=True
    )
    assert "make run" in ran.stdout
    assert "make test" in ran.stdout
