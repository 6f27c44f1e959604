"""Copies the NHS page components out of their npm package: python -P web/assets.py PACKAGE VENDOR.

The style sheet is changed on the way. Its two @font-face rules load Frutiger, licensed to the NHS, from an
outside host: they go, and Arial stands in. Its pictures become relative to the sheet. Pictures with the NHS
logo (favicons, icons of installed apps, sharing pictures) stay behind for the same reason.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
PICTURE = re.compile(r"url\((['\"]?)/assets/images/")
SOURCE_MAP = re.compile(r"\s*(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S+)\s*$")
BRANDED = re.compile(r"^favicon|^nhsuk-icon-(mask|\d+)\.|opengraph")

NOTICE = """\
The files in this folder come from the npm package {name}, version {version},
made by NHS England and licensed under the {licence} licence. The package carries
no licence file of its own; the terms stand in the licence of its source:
{source}

Changed here: the rules that load the Frutiger font are taken out of the style
sheet, its pictures are addressed relative to it, and pictures that show the NHS
logo are left out. Font and logo are licensed to NHS organisations only.
"""


class AssetsError(Exception):
    """The npm package is not what this copy was written for; says what to look at."""


def without_fonts(css: str) -> str:
    """The style sheet without outside fonts and with its pictures beside it."""
    css, found = FONT_FACE.subn("", css)
    if found != 2:
        raise AssetsError(f"Expected two @font-face rules in the style sheet and found {found}: look at it.")
    css = PICTURE.sub(r"url(\1assets/images/", css)
    if re.search(r"url\(['\"]?(https?:)?//", css):
        raise AssetsError("The style sheet still loads something from another host: look at its urls.")
    return SOURCE_MAP.sub("\n", css)


def notice(package: dict[str, object]) -> str:
    """What stands beside the copied files: what they are, whose, and under which licence."""
    source = package.get("repository")
    address = str(source["url"]) if isinstance(source, dict) else str(source)
    return NOTICE.format(
        name=package["name"],
        version=package["version"],
        licence=package["license"],
        source=address.removeprefix("git+").removesuffix(".git"),
    )


def copy(package: Path, vendor: Path) -> None:
    """Lays the components of an unpacked npm package into the folder that is served."""
    built = package / "dist" / "nhsuk"
    pictures = vendor / "assets" / "images"
    shutil.rmtree(vendor, ignore_errors=True)
    pictures.mkdir(parents=True)
    css = (built / "nhsuk-frontend.min.css").read_text(encoding="utf-8")
    (vendor / "nhsuk-frontend.min.css").write_text(without_fonts(css), encoding="utf-8")
    script = (built / "nhsuk-frontend.min.js").read_text(encoding="utf-8")
    (vendor / "nhsuk-frontend.min.js").write_text(SOURCE_MAP.sub("\n", script), encoding="utf-8")
    for picture in sorted((built / "assets" / "images").iterdir()):
        if not BRANDED.search(picture.name):
            shutil.copyfile(picture, pictures / picture.name)
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    # Last, because make takes this file as the sign that all the others are there.
    (vendor / "LICENSE.txt").write_text(notice(about), encoding="utf-8")


if __name__ == "__main__":
    try:
        copy(Path(sys.argv[1]), Path(sys.argv[2]))
    except (AssetsError, OSError) as fault:
        sys.exit(f"The page components could not be copied: {fault}")
