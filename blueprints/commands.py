"""``flask --app app …``: migrate, people, keys, link."""

from __future__ import annotations

import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from blueprints import db, settings
from blueprints.noting import noted
from storage import audit, keys, people, second_factor
from storage.credentials import is_common
from storage.migrations import migrate as run_migrations

people_commands = AppGroup("people", help="People who can sign in.")
key_commands = AppGroup("keys", help="API keys of the two gateways.")


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(migrate)
    app.cli.add_command(link)
    app.cli.add_command(people_commands)
    app.cli.add_command(key_commands)


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database to its newest shape."""
    settings().data.mkdir(parents=True, exist_ok=True)
    run_migrations(db())
    click.echo(f"The database {settings().database} is up to date.")


@click.command()
@with_appcontext
def link() -> None:
    """Print a one-time link to create the first owner; nothing when there is one."""
    if not people.anybody(db()):
        click.echo(first_owner_link())


def first_owner_link() -> str:
    """A fresh one-time address for the first owner."""
    return f"{current_app.config['SETTINGS'].base_url}/welcome/{people.new_setup_link(db())}"


def _workspace() -> int:
    workspace = people.first_workspace(db())
    if workspace is None:
        raise click.ClickException(
            "There is no workspace yet. Start with `make run` and open the link it prints."
        )
    return workspace


@people_commands.command("add")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice(people.ROLES), required=True)
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password from stdin.")
@with_appcontext
def add_person(email: str, name: str, role: people.Role, password_stdin: bool) -> None:
    """Let somebody else in."""
    password = sys.stdin.readline().rstrip("\r\n")
    if len(password) < 10:
        raise click.ClickException("Use a password of at least 10 characters.")
    if is_common(password):
        raise click.ClickException("Many people use this password. Choose another one.")
    workspace = _workspace()
    who = audit.at_the_machine(workspace)
    try:
        with noted("person_added", f"{name} ({email})", role, who):
            people.add(db(), workspace, email=email, name=name, role=role, password=password)
    except people.EmailTaken:
        raise click.ClickException(f"Somebody here has the address {email} already.") from None
    click.echo(f"{name} can sign in as {email} ({role}).")


@people_commands.command("app-off")
@click.argument("email")
@with_appcontext
def app_off(email: str) -> None:
    """Let somebody sign in without the authenticator app that they lost."""
    person = people.by_email(db(), email)
    if person is None:
        raise click.ClickException(f"Nobody here has the address {email}.")
    if not second_factor.is_on(db(), person):
        raise click.ClickException(f"{person.name} signs in without an app already.")
    who = audit.at_the_machine(person.workspace_id)
    with noted("app_off", f"{person.name} ({person.email})", who=who):
        second_factor.turn_off(db(), person)
    click.echo(f"{person.name} signs in with the password alone now.")


@key_commands.command("add")
@click.argument("name")
@with_appcontext
def add_key(name: str) -> None:
    """Make an API key for the gateways and print it, once."""
    workspace = _workspace()
    with noted("key_made", name, who=audit.at_the_machine(workspace)):
        key = keys.add(db(), workspace, name)
    click.echo(key)
