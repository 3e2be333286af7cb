"""Connections: added, edited, checked; the secret that nobody ever sees."""

import html
import re
import sqlite3

import pytest
import requests

from storage import connections as store
from storage import keys
from storage.credentials import CannotDecrypt
from tests.blueprints.conftest import EDITOR, STRANGER, VIEWER
from tests.helpers import free_port

CANARY = "canary-4f1c-Ключ-77"
REAL = {
    "service": "speechcall",
    "name": "SMSBAT, main",
    "base_url": "https://restapi.smsbat.com",
    "username": "bazar",
    "secret": CANARY,
    "sender": "BazarCOM",
}


@pytest.fixture
def add(house):
    """Add a connection on the page and give it as it is stored."""

    def added(**typed):
        known = {connection.id for connection in store.list_all(house.db, 1)}
        fields = {**REAL, **typed}
        house.owner.get(f"/connections/new/{fields['service']}")
        house.owner.post(f"/connections/new/{fields.pop('service')}", **fields)
        new = [one for one in store.list_all(house.db, 1) if one.id not in known]
        return new[0] if new else None

    return added


def edit(house, connection, **typed):
    """Change a connection on its page and give it as it is stored then."""
    house.owner.get(f"/connections/{connection.id}")
    unchanged = {name: getattr(connection, name) for name in REAL if name != "secret"}
    house.owner.post(f"/connections/{connection.id}", **{**unchanged, "secret": "", **typed})
    return store.get(house.db, 1, connection.id)


def secret(house, connection):
    """What is kept for a connection, in clear."""
    return store.secret(house.db, house.app.config["SECRET_BOX"], connection)


def test_a_connection_is_added_and_listed(house, add):
    added = add()
    assert house.owner.page.request.path == "/connections"
    assert "SMSBAT, main" in house.owner.text
    assert (added.username, added.sender, added.practice) == ("bazar", "BazarCOM", False)
    assert secret(house, added) == CANARY


def test_a_connection_is_edited_and_an_empty_secret_keeps_the_stored_one(house, add):
    changed = edit(house, add(), name="Renamed", sender="Other", username="")
    assert (changed.name, changed.sender, changed.username) == ("Renamed", "Other", "")
    assert secret(house, changed) == CANARY


def test_a_new_secret_replaces_the_old_one(house, add):
    assert secret(house, edit(house, add(), secret="another")) == "another"


@pytest.mark.parametrize(
    "address",
    ["https://restapi.smsbat.com:8443", "http://restapi.smsbat.com", "https://evil.example.com",
     "https://restapi.smsbat.com/v2"],
)  # fmt: skip
def test_changing_the_address_wipes_the_secret_and_says_so(house, add, address):
    changed = edit(house, add(), base_url=address)
    assert (changed.base_url, changed.has_secret) == (address, False)
    assert secret(house, changed) == ""
    assert "the stored password or key was removed. Type it again." in house.owner.text
    assert "no password or key yet" in house.owner.text


def test_a_new_address_with_its_own_secret_keeps_that_one(house, add):
    changed = edit(house, add(), base_url="https://evil.example.com", secret="for them")
    assert secret(house, changed) == "for them"


def test_a_trailing_slash_is_no_other_address(house, add):
    changed = edit(house, add(), base_url=" https://restapi.smsbat.com/ ")
    assert (changed.base_url, secret(house, changed)) == ("https://restapi.smsbat.com", CANARY)


def test_the_secret_is_on_no_page_in_no_log_and_in_no_file_in_clear(house, add, caplog):
    added = add()
    edit(house, added, secret=CANARY + "-2")
    edit(house, added, name="", secret=CANARY + "-3")
    assert house.owner.page.status_code == 422
    pages = [house.owner.text]
    for path in (
        "/connections",
        f"/connections/{added.id}",
        "/connections/new",
        "/connections/new/speechcall",
        "/",
        "/calls",
    ):
        house.owner.get(path)
        pages.append(house.owner.text)
    for page in pages:
        assert "canary" not in html.unescape(page)
    assert "canary" not in caplog.text
    for file in house.data.iterdir():
        if file.is_file():
            content = file.read_bytes()
            for form in (CANARY.encode(), CANARY.encode("utf-16-le"), b"canary-4f1c"):
                assert form not in content, file.name
    wal = house.data / "press-one.sqlite3-wal"
    assert wal.stat().st_size > 0, "the write-ahead log must be among the files looked at"


def test_a_secret_moved_to_another_row_cannot_be_read(house, add):
    one, other = add(), add(secret="second")
    with sqlite3.connect(house.data / "press-one.sqlite3") as thief:
        thief.execute(
            "UPDATE connections SET secret = (SELECT secret FROM connections WHERE id = ?)"
            " WHERE id = ?",
            (one.id, other.id),
        )
    thief.close()
    with pytest.raises(CannotDecrypt):
        secret(house, other)
    house.owner.get("/connections")
    house.owner.post(f"/connections/{other.id}/check")
    assert house.owner.page.status_code == 200
    assert "cannot be read any more. Type it again." in house.owner.text


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "", "Give the connection a name."),
        ("name", "   ", "Give the connection a name."),
        ("name", "x" * 81, "use at most 80 characters"),
        ("base_url", "https://api.sespcl.com/api/v1", "This is the address of Voice API."),
        ("base_url", "restapi.smsbat.com", "must begin with https:// or http://"),
        ("base_url", "ftp://restapi.smsbat.com", "must begin with https:// or http://"),
        ("base_url", "https://me:pw@restapi.smsbat.com", "remove it"),
        ("base_url", "https://restapi.smsbat.com/?key=1", "Leave out “?” or “#”"),
        ("base_url", "https://restapi.smsbat.com/#x", "Leave out “?” or “#”"),
        ("base_url", "https://2130706433", "missing or cannot exist"),
        ("username", "x" * 201, "use at most 200 characters"),
        ("secret", "", "Type the password or key that the service gave you."),
        ("secret", "x" * 501, "use at most 500 characters"),
        ("sender", "x" * 65, "use at most 64 characters"),
    ],
)
def test_a_wrong_value_is_explained_at_its_field_and_nothing_is_saved(
    house, add, field, typed, sentence
):
    assert add(**{"sender": "Kept", field: typed}) is None
    assert house.owner.page.status_code == 422
    text = html.unescape(house.owner.text)
    assert re.search(rf'id="{field}-error">[^<]*{re.escape(sentence)}', text)
    if field != "sender":
        assert 'value="Kept"' in text


def test_a_connection_is_removed_but_never_a_practice_one(house, add):
    added = add()
    house.owner.get("/connections")
    house.owner.post(f"/connections/{added.id}/delete")
    assert "was removed. Its calls are still in Calls." in house.owner.text
    assert store.get(house.db, 1, added.id) is None
    for practice in [one for one in store.list_all(house.db, 1) if one.practice]:
        house.owner.get("/connections")
        assert house.owner.post(f"/connections/{practice.id}/delete").status_code == 404
        assert house.owner.get(f"/connections/{practice.id}").status_code == 404
        assert store.get(house.db, 1, practice.id) == practice


OWNERS_ONLY = [
    ("get", "/connections/new"),
    ("get", "/connections/new/infobip"),
    ("post", "/connections/new/speechcall"),
    ("get", "/connections/{id}"),
    ("post", "/connections/{id}"),
    ("post", "/connections/{id}/check"),
    ("post", "/connections/{id}/delete"),
    ("get", "/settings/keys"),
    ("post", "/settings/keys"),
    ("post", "/settings/keys/caller-id"),
    ("get", "/settings/keys/{key}"),
    ("post", "/settings/keys/{key}"),
    ("post", "/settings/keys/{key}/revoke"),
]


def knock(browser, method, path):
    """Try an address with a good token."""
    browser.get("/")
    if method == "get":
        return browser.get(path).status_code
    return browser.post(path, key_name="Mine", route="practice", **REAL).status_code


@pytest.mark.parametrize("email", [VIEWER, EDITOR])
def test_only_owners_change_connections_and_keys(house, add, email):
    added = add()
    keys.add(house.db, 1, "Shop")
    key = keys.list_all(house.db, 1)[0]
    before = (store.list_all(house.db, 1), keys.list_all(house.db, 1))
    somebody = house.somebody(email)
    for method, path in OWNERS_ONLY:
        assert knock(somebody, method, path.format(id=added.id, key=key.id)) == 403, path
    assert (store.list_all(house.db, 1), keys.list_all(house.db, 1)) == before
    somebody.get("/connections")
    assert "SMSBAT, main" in somebody.text
    for word in ("New connection", "Remove", "Check", "Keys for programs"):
        assert word not in somebody.text


def test_another_workspace_finds_nothing_here(house, add):
    added = add(name="Ours alone")
    keys.add(house.db, 1, "Our shop")
    key = keys.list_all(house.db, 1)[0]
    stranger = house.somebody(STRANGER)
    for method, path in OWNERS_ONLY:
        if "{" in path:
            assert knock(stranger, method, path.format(id=added.id, key=key.id)) == 404, path
    assert secret(house, store.get(house.db, 1, added.id)) == CANARY
    assert key in keys.list_all(house.db, 1)
    stranger.get("/connections")
    assert "Ours alone" not in stranger.text
    assert "Our shop" not in stranger.text


@pytest.fixture(scope="module")
def owner_online(running):
    """The owner at the served app."""
    return running.signed_in()


def check(running, reader, **typed):
    """Add a connection on the served app's pages, press its Check, and read what it says."""
    fields = {**REAL, **typed}
    reader.open(f"/connections/new/{fields.pop('service')}")
    if "username" not in reader.page.forms[-1].fields:
        fields.pop("username")
    reader.press("Save connection", **fields)
    assert reader.status == 200
    added = store.list_all(running.db, 1)[-1]
    forms = [f for f in reader.page.forms if f.action == f"/connections/{added.id}/check"]
    reader.page.forms = forms
    return reader.press("Check").words


GATEWAYS = [("speechcall", ""), ("voice_api", "/api/v1")]


@pytest.mark.parametrize(("service", "path"), GATEWAYS)
@pytest.mark.parametrize(
    ("username", "right", "said"),
    [("", True, "knows this key"), ("", False, "does not know this key")],
)
def test_check_tells_a_right_key_from_a_wrong_one(
    running, owner_online, service, path, username, right, said
):
    key = running.served.key if right else "p1_wrong"
    words = check(running, owner_online, service=service, base_url=running.served.url + path,
                  username=username, secret=key)  # fmt: skip
    assert said in words
    assert key not in owner_online.reply.text


def test_check_tells_a_right_password_from_a_wrong_one(running, owner_online):
    for given, said in ((running.served.key, "knows this user"), ("пароль", "does not know")):
        words = check(running, owner_online, base_url=running.served.url, username="shop",
                      secret=given)  # fmt: skip
        assert said in words


@pytest.mark.parametrize("service", ["speechcall", "voice_api"])
def test_the_practice_connections_are_right_from_the_first_day(running, owner_online, service):
    practice = next(one for one in store.list_all(running.db, 1) if one.service == service)
    owner_online.open("/connections")
    owner_online.page.forms = [
        f for f in owner_online.page.forms if f.action == f"/connections/{practice.id}/check"
    ]
    assert "knows this key" in owner_online.press("Check").words


UNREACHABLE = [
    ("http://127.0.0.1:{port}", "was not reached"),
    ("http://169.254.169.254/latest", "was not reached"),
    ("{url}/static", "does not speak like SpeechCall"),
]


@pytest.mark.parametrize(("address", "said"), UNREACHABLE)
def test_check_says_when_the_service_is_not_there(running, owner_online, address, said):
    base = address.format(port=free_port(), url=running.served.url)
    assert said in check(running, owner_online, base_url=base, username="")


@pytest.mark.parametrize("key", ["line\r\nX-Evil: 1", "\0", "x\ty"])
def test_a_key_with_hidden_characters_is_refused_at_its_field(house, add, key):
    assert add(secret=key) is None
    assert house.owner.page.status_code == 422
    assert 'id="secret-error"' in house.owner.text


def test_a_key_that_no_header_can_hold_gets_a_sentence(running, owner_online):
    words = check(running, owner_online, base_url=running.served.url, username="", secret="ключ")
    assert "SpeechCall" in words
    assert owner_online.status == 200


def test_a_key_made_on_the_page_opens_the_gateway_until_it_is_taken_back(running, owner_online):
    owner_online.open("/settings/keys").press("Make a key", key_name="Till")
    key = re.search(r"p1_[\w-]{40,}", owner_online.words)[0]
    address = f"{running.served.url}/bat/message/0"
    asked = {"X-Authorization-Key": key}
    assert requests.get(address, headers=asked, timeout=5).status_code == 404
    stored = next(one for one in keys.list_all(running.db, 1) if one.name == "Till")
    owner_online.open("/settings/keys")
    owner_online.page.forms = [
        f for f in owner_online.page.forms if f.action.endswith(f"/{stored.id}/revoke")
    ]
    owner_online.press("Take back")
    assert requests.get(address, headers=asked, timeout=5).status_code == 401


ASKED = [
    ("speechcall", "Password or key", True),
    ("voice_api", "API key", False),
    ("infobip", "API key", False),
]


@pytest.mark.parametrize(("service", "secret_label", "user_name"), ASKED)
def test_the_form_asks_only_what_the_service_wants(house, service, secret_label, user_name):
    house.owner.get("/connections/new")
    assert f'href="/connections/new/{service}"' in house.owner.text
    house.owner.get(f"/connections/new/{service}")
    assert ('name="username"' in house.owner.text) is user_name
    assert f">{secret_label}<" in house.owner.text


def test_there_is_no_form_for_a_service_that_does_not_exist(house):
    assert house.owner.get("/connections/new/nowhere").status_code == 404
