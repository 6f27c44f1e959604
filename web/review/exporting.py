"""The export for analysts: what it holds, and a download. Every export is recorded before it is made."""

from __future__ import annotations

import hashlib
import hmac
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import current_app, render_template, request, send_file

from logs import export, privacy
from logs.dictionary import DICTIONARY
from logs.store import Filter, Store
from web import reads
from web.access import somebody
from web.chat import error
from web.people import Person
from web.record import now, store
from web.review import filters
from web.review.room import desk, reviewers

MOST = 5000  # conversations of one download; more are exported by the command
FORMS = {"sqlite": "SQLite, for Datasette", "csv": "CSV, for a spreadsheet", "jsonl": "JSON lines, for a program"}


def key(secret: str | bytes) -> bytes:
    """What pseudonyms are made with: follows from the app's secret, which never leaves it."""
    raw = secret.encode() if isinstance(secret, str) else secret
    return hmac.new(raw, b"threshold-guide pseudonyms", hashlib.sha256).digest()


def recorded(
    store: Store, person: Person, folder: Path, secret: str | bytes, why: str, where: Filter
) -> export.Exported:
    """Record that somebody exports, then write the export."""
    told = f"since {where.since or 'the beginning'}, until {where.until or 'now'}"
    reads.exported(store, person, f"export: {told}", why, now())
    return export.write(store, folder, key(secret), where)


@desk.get("/export")
@reviewers
def exports() -> str:
    """What an export holds, and the form to take one."""
    return _page([])


def _page(errors: list[dict[str, str]]) -> str:
    return render_template("desk_export.html", dictionary=DICTIONARY, forms=FORMS, most=MOST, errors=errors)


@desk.post("/export")
@reviewers
def take() -> Any:
    """One download: recorded, made in a folder of its own, and gone from there afterwards."""
    where = filters.where(filters.chosen({n: request.form.get(n, "") for n in filters.DATES}))
    why = privacy.mask(privacy.clean(request.form.get("why", ""))).text.strip()[:200]
    form = request.form.get("form", "")
    errors = [] if why else error("why", "Say what the export is for")
    errors += [] if form in FORMS else error("form", "Choose a form")
    if len(store().summaries(where, None, MOST + 1)) > MOST:
        errors += error("since", f"More than {MOST:,} conversations: narrow the dates, or use the command")
    if errors:
        return _page(errors), 400
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "export"
        recorded(store(), somebody(), folder, current_app.config["SECRET_KEY"], why, where)
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.iterdir()):
                if file.suffix == f".{form}" or file.name in ("dictionary.csv", export.METADATA):
                    archive.write(file, file.name)
    packed.seek(0)
    return send_file(packed, "application/zip", as_attachment=True, download_name=f"advice-record-{form}.zip")
