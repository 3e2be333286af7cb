"""Screens and APIs: fetch, form, domain, save, redirect. What every route needs is here."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, abort, current_app, g
from flask_login import current_user
from sqlite_utils import Database
from werkzeug.routing import IntegerConverter, Map

from settings import Settings
from storage.credentials import SecretBox
from storage.db import Pool
from storage.people import Person

MAX_FORM_BYTES = 2_500_000
"""The most that a request may carry; a document itself may have 1 MB (flows.reading)."""

MOST_DIGITS = 19
"""Digits of ``LARGEST_ID``; Python itself refuses to read numbers of more than 4,300."""

LARGEST_ID = 2**63 - 1
"""The largest id that a table can have (SQLite's integers have 64 bits)."""

Given = ParamSpec("Given")
Answered = TypeVar("Answered")


class RowId(IntegerConverter):
    """An id in an address. A longer number is no id of anything: the address does not exist."""

    regex = r"[0-9]{1,19}"

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST_ID)


def whole(typed: str | None, most_digits: int = MOST_DIGITS) -> int | None:
    """A whole number as a form or an address has it: ASCII digits, not too many; else None."""
    digits = typed or ""
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > most_digits:
        return None
    return int(digits)


def row_id(typed: str | None) -> int | None:
    """An id as a form or a query has it, or None when it cannot be one."""
    number = whole(typed)
    return number if number is not None and number <= LARGEST_ID else None


def init_app(app: Flask) -> None:
    """Give the request's database back when the request ends; ids in addresses stay ids."""
    app.url_map.converters["int"] = RowId
    app.extensions["press_one_databases"] = Pool(app.config["SETTINGS"].database)

    @app.teardown_appcontext
    def give_db_back(_problem: BaseException | None) -> None:
        connection: Database | None = g.pop("db", None)
        if connection is not None:
            _pool().give(connection)


def settings() -> Settings:
    """How this installation runs."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def box() -> SecretBox:
    """What encrypts and decrypts stored secrets."""
    found: SecretBox = current_app.config["SECRET_BOX"]
    return found


def db() -> Database:
    """The database connection of this request; taken when first asked for."""
    if "db" not in g:
        g.db = _pool().take()
    connection: Database = g.db
    return connection


def _pool() -> Pool:
    found: Pool = current_app.extensions["press_one_databases"]
    return found


def person() -> Person:
    """Who is signed in. Only for routes that a sign-in protects."""
    found: Person = current_user.person
    return found


def new_id() -> str:
    """A fresh id for a menu or a step (48 bits: unique enough within one flow)."""
    return secrets.token_hex(6)


def may_edit(route: Callable[Given, Answered]) -> Callable[Given, Answered]:
    """Only owners and editors; viewers get a plain 403."""

    @wraps(route)
    def guarded(*args: Given.args, **kwargs: Given.kwargs) -> Answered:
        if not person().can_edit:
            abort(403)
        return route(*args, **kwargs)

    return guarded


def owners_only(route: Callable[Given, Answered]) -> Callable[Given, Answered]:
    """Only owners; everybody else gets a plain 403."""

    @wraps(route)
    def guarded(*args: Given.args, **kwargs: Given.kwargs) -> Answered:
        if not person().is_owner:
            abort(403)
        return route(*args, **kwargs)

    return guarded
