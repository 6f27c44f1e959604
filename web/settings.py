"""What the app is told from outside: settings with their defaults, and the secret that signs.

Settings come from the environment with the prefix `ADVICE_` (`ADVICE_DATABASE`, `ADVICE_PRACTICE` …) and,
without a prefix, `TREES_DIR`, `KNOWLEDGE_DIR` and `PORT`; what `create_app` is given wins. Practice mode is
the default.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

ROOT = Path(__file__).resolve().parent.parent
PRACTICE_DATABASE = ROOT / "logs" / "data" / "practice.sqlite"
PLAIN = ("TREES_DIR", "KNOWLEDGE_DIR", "PORT")

DEFAULTS: dict[str, Any] = {
    "PRACTICE": True,
    "DATABASE": None,
    "DEMO": True,  # practice only: fill an empty record with invented conversations at the first start
    "TREES_DIR": None,
    "KNOWLEDGE_DIR": None,
    "HOST": "127.0.0.1",
    "PORT": 8000,
    "IDLE_MINUTES": 30,
    "TOKEN_DAYS": 30,
    "STREAMS": 128,  # open pages that are told of what is new; all others ask every few seconds
    "PAGE_LIMIT": "1200 per minute",  # for each address; empty: none
    "API_LIMIT": "",  # for each token; empty: none, the record's own writer is the brake
    "MAX_CONTENT_LENGTH": 320 * 1024,  # 20,000 characters, each escaped at its longest, and the rest of a body
    "MAX_FORM_MEMORY_SIZE": 320 * 1024,
    "SESSION_COOKIE_NAME": "threshold_guide",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "WTF_CSRF_TIME_LIMIT": None,  # a form may lie open through a long call; it ends with its sign-in
    # Asked of live mode only (web.live says what each is for).
    "SIGN_IN": None,
    "RETENTION": None,
    "OWNER": None,
    "CLINICAL_SAFETY_OFFICER": None,
    "THRESHOLDS_EDITION": None,
}


def load(app: Flask, given: Mapping[str, Any] | None) -> None:
    """Put every setting in its place: defaults, then the environment, then what was given."""
    app.config.from_mapping(DEFAULTS)
    app.config.from_prefixed_env("ADVICE")
    app.config.from_mapping({name: os.environ[name] for name in PLAIN if os.environ.get(name)})
    app.config.from_mapping(given or {})
    for name in ("TREES_DIR", "KNOWLEDGE_DIR"):  # the actions find their content there too
        if app.config[name]:
            os.environ[name] = str(app.config[name])
    app.config["PRACTICE"] = truth(app.config["PRACTICE"])
    app.config["DEMO"] = truth(app.config["DEMO"])
    if app.config["PRACTICE"]:
        app.config["DATABASE"] = str(app.config["DATABASE"] or PRACTICE_DATABASE)
        app.config["SECRET_KEY"] = str(app.config["SECRET_KEY"] or secret_beside(app.config["DATABASE"]))
    else:
        app.config["SESSION_COOKIE_SECURE"] = True


def secret_beside(database: str) -> str:
    """The secret kept, readable by its owner only, beside a database file; made when first asked for."""
    if "://" in database or database.startswith(":"):
        return secrets.token_urlsafe(48)
    place = Path(database).with_suffix(".secret")
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _kept(place)
    except FileNotFoundError:
        return _made(place)


def _made(place: Path) -> str:
    """Write a new secret; where another process was first, theirs counts."""
    draft = place.with_name(f"{place.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        os.link(draft, place)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return _kept(place)


def _kept(place: Path) -> str:
    """The secret in a file, with the file closed to everybody else."""
    if place.stat().st_mode & 0o077:
        place.chmod(0o600)
    return place.read_text().strip()


def truth(value: object) -> bool:
    """A setting read as yes or no; only a plain no switches something off."""
    return str(value).strip().lower() not in {"", "0", "false", "no", "off", "none"}
