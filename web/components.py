"""The NHS page components as Jinja macros, beside our own templates.

Their macros read values that nobody gave, so they live in an environment that allows it; ours keeps the
stricter rules, and a misspelt name in one of our templates is not silently nothing.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from flask import Flask
from jinja2 import (
    BaseLoader,
    ChainableUndefined,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    Template,
    TemplateNotFound,
    Undefined,
)


class Components(BaseLoader):
    """Serves `nhsuk/…` templates, each compiled in an environment of their own."""

    def __init__(self) -> None:
        self._theirs = Environment(
            loader=PackageLoader("nhsuk_frontend_jinja"), undefined=ChainableUndefined, autoescape=True
        )

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        """The text of a component's template."""
        if not template.startswith("nhsuk/") or self._theirs.loader is None:
            raise TemplateNotFound(template)
        return self._theirs.loader.get_source(self._theirs, template)

    def load(self, environment: Environment, name: str, globals: MutableMapping[str, Any] | None = None) -> Template:
        """A component's template, ready to be used from ours."""
        if not name.startswith("nhsuk/"):
            raise TemplateNotFound(name)
        return self._theirs.get_template(name)

    def list_templates(self) -> list[str]:
        """The components there are."""
        return self._theirs.list_templates()


def attach(app: Flask) -> None:
    """Make the components known to the app's templates, and escape whatever a template's name ends in."""
    strict = app.config.get("TESTING") or app.config.get("STRICT_TEMPLATES")
    app.jinja_options = {"undefined": StrictUndefined if strict else Undefined, "autoescape": True}
    app.jinja_env.loader = ChoiceLoader([Components(), FileSystemLoader(f"{app.root_path}/templates")])
