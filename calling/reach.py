"""From a call's row to the service that can be asked about it."""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database

from flows.said import said
from providers import SERVICES, connect
from providers.base import Credentials, Service
from providers.web import WebClient
from storage import connections
from storage.calls import StoredCall
from storage.connections import Connection
from storage.credentials import CannotDecrypt, SecretBox

ServiceFor = Callable[[StoredCall], Service]
"""Opens the service of a call's connection. Raises CannotReach."""


class CannotReach(Exception):
    """A call's connection is gone or cannot be opened; the sentence says what to do."""


def service_opener(
    db: Database,
    box: SecretBox,
    web: WebClient,
    own_url: str,
    told_at: Callable[[Connection], str] = lambda connection: "",
) -> ServiceFor:
    """How calls find their service. ``own_url`` is this app's address, for Practice.

    ``told_at``: where a connection's service may tell by itself how calls went; "" for nowhere.
    """

    def open_service(call: StoredCall) -> Service:
        connection = connection_of(db, call)
        if connection is None or connection.service not in SERVICES:
            raise CannotReach(said("The connection of this call was removed. Choose another one."))
        try:
            secret = connections.secret(db, box, connection)
        except CannotDecrypt:
            raise CannotReach(
                said("The key kept for this connection cannot be read. Type it again in Settings.")
            ) from None
        credentials = Credentials(
            connection.address(own_url), connection.username, secret, told_at(connection)
        )
        return connect(connection.service, credentials, web)

    return open_service


def connection_of(db: Database, call: StoredCall) -> Connection | None:
    """The connection a call was placed over, or None when there is none (any more)."""
    if call.connection_id is None:
        return None
    return connections.get(db, call.workspace_id, call.connection_id)


def is_practice_call(db: Database, call: StoredCall) -> bool:
    """Whether a call goes to the practice phone network."""
    connection = connection_of(db, call)
    return connection is not None and connection.practice
