"""``flask --app app …`` for whoever keeps an installation: backup, restore, rotate-secret."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext

from blueprints import box, db, settings
from storage import audit, rotation
from storage import backup as backups
from storage import restore as restoring
from storage.in_use import InUse

RUNNING = "Press One is running. Stop its servers and consumers first, then try again."


def init_app(app: Flask) -> None:
    """Register the commands."""
    for command in (backup, restore, rotate_secret):
        app.cli.add_command(command)


@contextmanager
def _in_words() -> Iterator[None]:
    """What stops a command, as one sentence and an exit code of 1."""
    try:
        yield
    except InUse:
        raise click.ClickException(RUNNING) from None
    except backups.NotWhole as problem:
        raise click.ClickException(f"{problem} Nothing was changed.") from None
    except (OSError, sqlite3.Error) as problem:
        raise click.ClickException(f"That did not work: {problem}. Nothing was changed.") from None


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup(file: Path) -> None:
    """Write the database and the recordings to FILE, while people go on working.

    The key of the stored secrets is not in it: keep secret.key in another place.
    """
    with _in_words():
        made = backups.make(settings().database, settings().data, file)
    click.echo(
        f"{file}: {made.size:,} bytes, checked, with {made.recordings} recordings."
        f" Not in it: {settings().data / 'secret.key'}, which opens the stored passwords."
    )
    try:
        audit.record_for_all(db(), "backup_made", file.name)
    except sqlite3.Error as problem:  # an older shape of the database, no room, a lock
        click.echo(f"The audit log could not tell of it: {problem}.", err=True)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def restore(file: Path) -> None:
    """Put a backup in the place of what is there, which is set aside first."""
    with _in_words():
        done = restoring.restore(file, settings().database, settings().data, box())
    click.echo(f"Restored, with {done.recordings} recordings. Everybody signs in again.")
    click.echo(
        "People, roles and passwords are as they were when the copy was made: look under Settings,"
        " People whether somebody is there who was removed since. Links that waited work no more."
    )
    if done.set_aside:
        click.echo(f"The database as it was before: {done.set_aside}")
    if done.unclear:
        click.echo(
            f"{done.unclear} calls were waiting when the backup was made. They may have rung"
            " since, so they are not placed again; each says so."
        )
    if done.unreadable:
        click.echo(
            f"{done.unreadable} stored secrets were kept with another key. Put the secret.key of"
            " then into the data folder, or type them again under Connections. Whose"
            " authenticator app is among them signs in with a recovery code, or after"
            " `people app-off EMAIL`."
        )


@click.command("rotate-secret")
@click.option("--keep-old", is_flag=True, help="Leave the old key as secret.key.old.")
@with_appcontext
def rotate_secret(keep_old: bool) -> None:
    """Make a new secret.key and keep every stored secret with it. Everybody signs in again."""
    with _in_words():
        kept = rotation.rotate(settings().data, settings().database, keep_old)
    click.echo(
        f"{kept.readable} stored secrets are kept with a new key. Everybody signs in again."
        " Backups made before now need the old key."
    )
    if kept.unreadable:
        click.echo(f"{kept.unreadable} could not be opened with the old key and stay as they are.")
