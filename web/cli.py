"""Commands of the web room: `flask --app web token PERSON`, `demo`, `backup FILE`, `verify`, `export`, `rebuild`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask

from logs.store import EVERYTHING
from web import demo, demo_audits, people, record, rows, sign_in
from web.review import exporting


def attach(app: Flask) -> None:
    """Put the commands on the app."""

    @app.cli.command("token")
    @click.argument("person")
    def token(person: str) -> None:
        """Print an API token of PERSON, as the last line."""
        who = people.known(person) if app.config["PRACTICE"] else None
        if who is None:
            raise click.BadParameter(_no_such_person(app, person), param_hint="PERSON")
        days = app.config["TOKEN_DAYS"]
        click.echo(
            f"A token of {who.name}. It counts for {days} days; send it as 'Authorization: Bearer TOKEN'.",
            err=True,
        )
        click.echo(sign_in.token(app, who))

    @app.cli.command("demo")
    def fill() -> None:
        """Fill the practice record with invented conversations; those that are there stay as they are."""
        if not app.config["PRACTICE"]:
            raise click.ClickException("Demo conversations belong in practice mode. Nothing was added.")
        made = demo.fill(record.store_of(app), record.content_of(app), datetime.now(UTC))
        audited = demo_audits.fill(record.store_of(app), record.content_of(app))
        record.shut(app)
        click.echo(f"{made} invented conversations added{', and a sample with audits' if audited else ''}.")

    @app.cli.command("backup")
    @click.argument("file", type=click.Path(dir_okay=False))
    def backup(file: str) -> None:
        """Write a checked copy of the whole record to a new FILE, while conversations go on."""
        try:
            record.store_of(app).backup(file)
        except FileExistsError as fault:
            raise click.ClickException(str(fault)) from None
        finally:
            record.shut(app)
        click.echo(f"The record was copied to {file}. Whoever can read that file can read the record.")

    @app.cli.command("verify")
    @click.argument("stream", required=False)
    def verify(stream: str | None) -> None:
        """Check that the record, or one STREAM of it, is as it was written."""
        faults = record.store_of(app).verify(stream)
        record.shut(app)
        for fault in faults:
            click.echo(f"{fault.stream}:{fault.seq}: {fault.says}")
        click.echo("The record is as it was written." if not faults else f"{len(faults)} faults.")
        if faults:
            sys.exit(1)

    @app.cli.command("export")
    @click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
    @click.option("--by", required=True, help="Who takes it: recorded.")
    @click.option("--why", required=True, help="What it is for: recorded.")
    def export(folder: Path, by: str, why: str) -> None:
        """Write a pseudonymised copy of the record for analysts into a new FOLDER."""
        who = people.known(by) if app.config["PRACTICE"] else people.Person(by, by, "reviewer", "")
        if who is None or who.role != "reviewer":
            raise click.BadParameter("An export is taken by a reviewer.", param_hint="--by")
        try:
            done = exporting.recorded(record.store_of(app), who, folder, app.config["SECRET_KEY"], why, EVERYTHING)
        except FileExistsError as fault:
            raise click.ClickException(str(fault)) from None
        finally:
            record.shut(app)
        click.echo(", ".join(f"{n} {table}" for table, n in done.rows.items()))
        click.echo(f"Look at it: datasette -i {folder}/advice_record.sqlite --metadata {folder}/metadata.json")

    @app.cli.command("rebuild")
    def rebuild() -> None:
        """Build the lists of conversations again from their events."""
        store = record.store_of(app)
        done = store.rebuild_summaries(lambda stream, events: rows.fold(store, stream, events))
        record.shut(app)
        click.echo(f"{done} conversations listed again.")


def _no_such_person(app: Flask, person: str) -> str:
    """Why there is no token for this person."""
    if not app.config["PRACTICE"]:
        return "Live mode has a sign-in of its own; its tokens come from there."
    return f"There is no practice person '{person}'. There are {', '.join(people.PRACTICE)}."
