"""Services that tell by themselves how a call went: at which address, and what comes of it.

The address names the connection and carries a token that only this installation can make, so
nothing about it is stored, and it ends with its connection.
"""

from __future__ import annotations

import hmac
import re

from sqlite_utils import Database

from calling import track
from flows.values import check_url, has_error
from providers import SERVICES
from providers.base import Report
from storage import calls_due, connections
from storage.connections import Connection
from storage.credentials import SecretBox

PATH = "/told/"
"""Below our own address; the token follows."""

_TOKEN_CHARACTERS = 32
"""Hexadecimal: 128 bits."""

_ADDRESS = re.compile(r"([0-9]{1,18})-([0-9]{1,18})-([0-9a-f]{32})")


def notify_url(base_url: str, box: SecretBox, connection: Connection) -> str:
    """Where this connection's service is asked to tell how calls went; "" for nowhere.

    Only an address that the service can reach is given: ``base_url`` must be a public one.
    """
    if SERVICES[connection.service].read_told is None or connection.practice:
        return ""
    found = check_url(base_url)
    if has_error(found) or any(finding.code == "private_url" for finding in found):
        return ""
    token = _token(box, connection.workspace_id, connection.id)
    return f"{base_url}{PATH}{connection.workspace_id}-{connection.id}-{token}"


def connection_of(db: Database, box: SecretBox, address: str) -> Connection | None:
    """The connection of the last part of such an address; None for a token that is not ours."""
    parts = _ADDRESS.fullmatch(address)
    if parts is None:
        return None
    workspace_id, connection_id = int(parts[1]), int(parts[2])
    if not hmac.compare_digest(parts[3], _token(box, workspace_id, connection_id)):
        return None
    found = connections.get(db, workspace_id, connection_id)
    return found if found and SERVICES[found.service].read_told else None


def receive(db: Database, connection: Connection, content: bytes) -> bool:
    """Fold what a service told into its calls; False when it cannot be read.

    The same report again changes nothing, and one about a call that is not ours is let go.
    """
    read = SERVICES[connection.service].read_told
    reports = read(content) if read else None
    if reports is None:
        return False
    for report in reports:
        _fold(db, connection, report)
    return True


def _fold(db: Database, connection: Connection, report: Report) -> None:
    call = calls_due.told_about(
        db, connection.workspace_id, connection.id, report.bulk_id, report.message_id
    )
    if call is not None:
        track.apply(db, call, report.status)


def _token(box: SecretBox, workspace_id: int, connection_id: int) -> str:
    return box.derived(f"told:{workspace_id}:{connection_id}")[:_TOKEN_CHARACTERS]
