"""What this is and is not for, how accessible it is, what is kept and who may read it. No sign-in needed.

The first two are the project's own documents where they are at hand, so that page and safety case agree.
"""

from __future__ import annotations

from flask import Blueprint, render_template
from markupsafe import Markup

from web.furniture import furnish
from web.reading import TITLE, rendered
from web.settings import ROOT

blueprint = Blueprint("about", __name__)
furnish(blueprint)


@blueprint.get("/about")
def about() -> str:
    """What Threshold Guide is for, and what it is not for."""
    return render_template("about.html", html=_document("safety/intended_use.md"))


@blueprint.get("/accessibility")
def accessibility() -> str:
    """The accessibility statement."""
    return render_template("accessibility.html", html=_document("accessibility.md"))


@blueprint.get("/privacy")
def privacy() -> str:
    """What is kept, for how long, and who may read it."""
    return render_template("privacy.html")


def _document(name: str) -> Markup | None:
    """A document of the project as HTML without its title; None where it was not installed."""
    try:
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    except OSError:
        return None
    return Markup(rendered(TITLE.sub("", text, count=1)))  # noqa: S704 - cleaned by nh3
