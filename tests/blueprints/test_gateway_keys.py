"""Keys for programs: made, shown once, given a route and a limit, taken back."""

from __future__ import annotations

import re

import pytest

from storage import connections, keys
from tests.blueprints.conftest import STRANGER

PAGE = "/settings/keys"


@pytest.fixture
def infobip(house):
    """A real connection that a key can ring over."""
    return connections.save(
        house.db, house.app.config["SECRET_BOX"], 1, service="infobip", name="Main line",
        base_url="https://x.api.infobip.com", new_secret="canary-secret-1",
    )  # fmt: skip


def make(house, **typed):
    """Make a key on the page; its id, and the key itself where it was made."""
    house.owner.get(PAGE)
    form = {"key_name": "Shop", "route": "practice", "per_minute": "60", **typed}
    house.owner.post(PAGE, **form)
    shown = re.search(r"<code>(p1_[\w-]{40,})</code>", house.owner.text)
    return keys.list_all(house.db, 1)[0], shown and shown[1]


def test_a_key_is_shown_once_and_can_be_taken_back(house):
    stored, key = make(house, key_name=" Corner shop ")
    assert house.owner.page.status_code == 200
    client, status = house.app.test_client(), {"x-api-key": key}
    assert client.get("/api/v1/call/status/none", headers=status).status_code == 404
    house.owner.get(PAGE)
    assert "Corner shop" in house.owner.text
    assert key not in house.owner.text
    assert not any(key in str(row) for row in house.db.query("SELECT * FROM api_keys"))
    house.owner.post(f"{PAGE}/{stored.id}/revoke")
    assert "The key was taken back." in house.owner.text
    assert "Corner shop" not in house.owner.text
    assert client.get("/api/v1/call/status/none", headers=status).status_code == 401
    house.owner.get(PAGE)
    assert house.owner.post(f"{PAGE}/{stored.id}/revoke").status_code == 404


def test_a_route_and_a_limit_are_chosen_shown_and_changed(house, infobip):
    stored, _ = make(house, route=str(infobip), per_minute="7")
    assert (stored.route, stored.connection_id, stored.per_minute) == ("connection", infobip, 7)
    house.owner.get(PAGE)
    assert "Main line (Infobip)" in house.owner.text
    assert "7 requests a minute" in house.owner.text
    house.owner.get(f"{PAGE}/{stored.id}")
    house.owner.post(f"{PAGE}/{stored.id}", key_name="Shop 2", route="practice", per_minute="900")
    changed = keys.get(house.db, 1, stored.id)
    assert (changed.name, changed.route, changed.connection_id, changed.per_minute) == (
        "Shop 2", "practice", None, 900,
    )  # fmt: skip


def test_a_removed_connection_is_said_and_is_not_practice(house, infobip):
    stored, _ = make(house, route=str(infobip))
    connections.delete(house.db, 1, infobip)
    house.owner.get(PAGE)
    assert "Rings nobody: its connection was removed" in house.owner.text
    house.owner.get(f"{PAGE}/{stored.id}")
    unchanged = {"key_name": stored.name, "route": "", "per_minute": "60"}
    assert house.owner.post(f"{PAGE}/{stored.id}", **unchanged).status_code == 422
    assert keys.get(house.db, 1, stored.id).route == "connection"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("key_name", ""),
        ("key_name", "x" * 81),
        ("per_minute", "0"),
        ("per_minute", "-1"),
        ("per_minute", "1.5"),
        ("per_minute", "many"),
        ("per_minute", "60001"),
        ("route", "999999"),
        ("route", "nothing"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_kept(house, field, typed):
    before = keys.list_all(house.db, 1)
    make(house, key_name="Kept name", **{field: typed} if field != "key_name" else {})
    if field == "key_name":
        make(house, key_name=typed)
    assert house.owner.page.status_code == 422
    assert f'id="{field}-error"' in house.owner.text
    assert field == "key_name" or "Kept name" in house.owner.text
    new = [key for key in keys.list_all(house.db, 1) if key not in before]
    assert [key.name for key in new] == (["Kept name"] if field == "key_name" else [])


def test_a_route_that_leads_back_here_is_refused(house):
    own = house.app.config["SETTINGS"].base_url
    loop = connections.save(
        house.db, house.app.config["SECRET_BOX"], 1, service="voice_api", name="Ourselves",
        base_url=f"{own}/api/v1",
    )  # fmt: skip
    before = len(keys.list_all(house.db, 1))
    make(house, route=str(loop))
    assert "leads back to Press One itself" in house.owner.text
    assert len(keys.list_all(house.db, 1)) == before


def test_another_workspaces_connection_is_no_choice(house):
    theirs = connections.save(
        house.db, house.app.config["SECRET_BOX"], 2, service="infobip", name="Theirs alone",
        base_url="https://x.api.infobip.com",
    )  # fmt: skip
    before = len(keys.list_all(house.db, 1))
    make(house, route=str(theirs))
    assert house.owner.page.status_code == 422
    assert "Theirs alone" not in house.owner.text
    assert len(keys.list_all(house.db, 1)) == before


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("+1 (505) 376-1293", "+15053761293"), ("044 123 4567", "+380441234567"), ("", "")],
)
def test_the_default_caller_id_is_kept_as_a_number(house, typed, kept):
    house.owner.get(PAGE)
    house.owner.post(f"{PAGE}/caller-id", caller_id=typed)
    assert keys.caller_id(house.db, 1) == kept
    assert f'value="{kept}"' in house.owner.text


@pytest.mark.parametrize("typed", ["abc", "112", "+1900", "+380XXXXXXXXX"])
def test_a_caller_id_that_is_no_number_is_refused(house, typed):
    keys.set_caller_id(house.db, 1, "+15053761293")
    house.owner.get(PAGE)
    assert house.owner.post(f"{PAGE}/caller-id", caller_id=typed).status_code == 422
    assert 'id="caller_id-error"' in house.owner.text
    assert typed in house.owner.text
    assert keys.caller_id(house.db, 1) == "+15053761293"


def test_the_key_of_practice_cannot_be_touched(house):
    practice = next(iter(house.db.query("SELECT id FROM api_keys WHERE purpose = 'practice'")))
    house.owner.get(PAGE)
    assert house.owner.get(f"{PAGE}/{practice['id']}").status_code == 404
    house.owner.get(PAGE)
    assert house.owner.post(f"{PAGE}/{practice['id']}/revoke").status_code == 404


def test_another_workspace_sees_only_its_own(house):
    stored, _ = make(house, key_name="Our shop alone")
    stranger = house.somebody(STRANGER)
    stranger.get(PAGE)
    assert "Our shop alone" not in stranger.text
    assert stranger.get(f"{PAGE}/{stored.id}").status_code == 404
