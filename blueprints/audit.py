"""The audit log on the screen: who did what, filtered, in pages, and as a file. Owners only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from msgspec import Struct
from msgspec.structs import asdict

from blueprints import db, owners_only, person, row_id
from blueprints.auth import sign_in_first, stored
from blueprints.languages import say
from blueprints.noting import note
from blueprints.sheets import csv_lines
from calling.guards.words import SECTIONS
from storage import audit as store
from storage import people

blueprint = Blueprint("audit", __name__, url_prefix="/settings/audit")
blueprint.before_request(sign_in_first)

PAGE = 50
"""Lines of one page."""

KINDS = {
    "coming_in": _l("Coming in and going"), "people": _l("People"), "keys": _l("Keys"),
    "connections": _l("Connections"), "rules": _l("Rules"), "calls": _l("Test calls"),
    "exports": _l("Exports"), "deletions": _l("Deletions"),
    "retention": _l("How long calls are kept"), "secrets": _l("Secrets and addresses"),
    "keeping": _l("Backups and updates"),
}  # fmt: skip
"""Kind of event -> its name."""

WORDS = {
    "signed_in": _l("Signed in"),
    "sign_in_refused": _l("Sign-in refused: wrong password"),
    "code_refused": _l("Sign-in refused: wrong code"),
    "too_many_tries": _l("Sign-in refused: too many tries"),
    "recovery_code_used": _l("Used a recovery code"),
    "signed_out": _l("Signed out"),
    "session_ended": _l("Ended a session"),
    "sessions_ended": _l("Signed out everywhere"),
    "first_owner": _l("Made the first account"),
    "invited": _l("Invited somebody"),
    "invitation_taken_back": _l("Took an invitation back"),
    "joined": _l("Joined"),
    "role_changed": _l("Changed a role"),
    "removed": _l("Removed a person"),
    "password_link_made": _l("Made a link for a new password"),
    "password_link_taken_back": _l("Took a link for a new password back"),
    "password_reset": _l("Chose a new password by a link"),
    "password_changed": _l("Changed the password"),
    "app_on": _l("Turned the authenticator app on"),
    "app_off": _l("Turned the authenticator app off"),
    "recovery_codes_made": _l("Made new recovery codes"),
    "profile_changed": _l("Changed name or language"),
    "person_added": _l("Added a person"),
    "key_made": _l("Made a key"),
    "key_changed": _l("Changed a key"),
    "key_taken_back": _l("Took a key back"),
    "caller_id_changed": _l("Changed the default caller ID"),
    "key_refused": _l("Was refused: the key was taken back"),
    "key_unknown": _l("Was refused: nobody knows the key"),
    "key_slowed": _l("Was told to wait: more requests a minute than the key may make"),
    "connection_saved": _l("Saved a connection"),
    "connection_removed": _l("Removed a connection"),
    "connection_checked": _l("Checked a connection"),
    "rules_changed": _l("Changed the rules"),
    "paused": _l("Paused all calls"),
    "went_on": _l("Let calls go on"),
    "not_to_ring": _l("Put numbers on the do-not-call list"),
    "may_ring_again": _l("Took a number off the do-not-call list"),
    "test_call": _l("Placed a test call"),
    "calls_exported": _l("Downloaded calls"),
    "answers_exported": _l("Downloaded answers"),
    "flow_exported": _l("Downloaded a call flow"),
    "audit_exported": _l("Downloaded the audit log"),
    "caller_erased": _l("Deleted a caller’s data"),
    "flow_deleted": _l("Deleted a call flow"),
    "flow_restored": _l("Brought a call flow back"),
    "flow_archived": _l("Archived a call flow"),
    "flow_unarchived": _l("Took a call flow out of the archive"),
    "recording_deleted": _l("Deleted a recording"),
    "calls_kept": _l("Changed how long calls are kept"),
    "inbox_rotated": _l("Changed the address of the answers inbox"),
    "address_saved": _l("Changed where answers are told"),
    "address_secret_rotated": _l("Changed the secret that answers are signed with"),
    "key_file_rotated": _l("Changed the key of all stored secrets"),
    "backup_made": _l("Made a backup"),
    "backup_restored": _l("Put a backup back; what happened after it was made is not in this log"),
    "database_changed": _l("Changed the database for a newer version"),
}
"""What happened, in words."""

MACHINE = _l("Somebody at the machine (command line)")


_ROLES = {"owner": _l("Owner"), "editor": _l("Editor"), "viewer": _l("Viewer")}

NAMES = {
    "invited": _ROLES,
    "person_added": _ROLES,
    "joined": _ROLES,
    "role_changed": _ROLES,
    "rules_changed": SECTIONS,
}
"""Event -> the codes that are noted with it, by the names that people know them by."""


def _who(entry: store.Entry) -> str:
    """Who did it; people and programs are named as they were then."""
    return str(MACHINE) if entry.who == store.COMMAND_LINE else entry.who


def _told(entry: store.Entry, text: str) -> str:
    """What an entry is about: roles and parts of the rules by their names, else as noted."""
    names = NAMES.get(entry.what, {})
    return " → ".join(
        say(str(names.get(part, part))) if part in names else part for part in text.split(" → ")
    )


class Asked(Struct, frozen=True):
    """The filters as the address has them; what cannot be meant is left out."""

    person: str
    kind: str
    since: str
    until: str

    def filters(self) -> store.Filters:
        """The same for the store; the last day is meant whole."""
        until = _day(self.until)
        return store.Filters(
            person_id=row_id(self.person),
            kind=self.kind,
            since=_start(_day(self.since)),
            until=_start(until + timedelta(days=1) if until and until < date.max else None),
        )

    def query(self) -> dict[str, str]:
        """What an address carries to ask for the same again."""
        return {name: value for name, value in asdict(self).items() if value}


def _asked() -> Asked:
    kind, since, until = (request.args.get(name, "") for name in ("kind", "since", "until"))
    return Asked(
        str(row_id(request.args.get("person")) or ""),
        kind if kind in KINDS else "",
        since if _day(since) else "",
        until if _day(until) else "",
    )


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _start(day: date | None) -> str:
    return stored(datetime(day.year, day.month, day.day, tzinfo=UTC)) if day else ""


@blueprint.get("")
@owners_only
def listing() -> ResponseReturnValue:
    """One page of the log, newest first."""
    asked, workspace = _asked(), person().workspace_id
    before = row_id(request.args.get("before"))
    found = store.page(db(), workspace, asked.filters(), before_id=before, limit=PAGE + 1)
    older = (
        url_for("audit.listing", before=found[PAGE - 1].id, **asked.query())
        if len(found) > PAGE
        else ""
    )
    return render_template(
        "audit/list.html",
        entries=found[:PAGE],
        words=WORDS,
        who=_who,
        told=_told,
        kinds=KINDS,
        people=people.list_all(db(), workspace),
        asked=asked,
        older=older,
        newest=before is not None,
    )


@blueprint.get("/export.csv")
@owners_only
def download() -> Response:
    """The lines of the filter as a file for a spreadsheet."""
    asked, workspace = _asked(), person().workspace_id
    note("audit_exported")
    header = (_l("When (UTC)"), _l("Who"), _l("What"), _l("About"), _l("More"))

    def lines() -> Iterator[tuple[object, ...]]:
        for entry in store.every(db(), workspace, asked.filters()):
            yield entry.at, _who(entry), WORDS[entry.what], entry.about, entry.detail

    name = f"audit-{datetime.now(UTC):%Y-%m-%d}.csv"
    return Response(
        stream_with_context(csv_lines(header, lines())),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )
