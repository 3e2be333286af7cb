"""A link that somebody joined by is spent, whatever becomes of that person later."""

from datetime import UTC, datetime

import pytest

from storage import invitations, people
from tests.helpers import PASSWORD


def test_whoever_was_removed_does_not_come_back_by_the_link_they_joined_with(app, db):
    moment = datetime.now(UTC)
    token = invitations.invite(db, 1, "eve@example.com", "editor", moment, made_by=1)
    eve = invitations.join(db, token, moment, name="Eve", password=PASSWORD)
    people.remove(db, 1, eve)
    assert app.test_client().get(f"/join/{token}").status_code == 410
    with pytest.raises(invitations.LinkUsed):
        invitations.join(db, token, moment, name="Eve", password=PASSWORD)
