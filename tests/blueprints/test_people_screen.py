"""People over real HTTP: invited by a link, given a role, helped with a password, removed."""

import quopri
import re
from datetime import UTC, datetime, timedelta

import pytest

from app import create_app
from storage import invitations, people
from storage.credentials import token_hash
from storage.people import LastOwner
from tests.blueprints.conftest import EDITOR, VIEWER
from tests.blueprints.mail_stand_in import mail_server
from tests.helpers import OWNER, PASSWORD, sign_in

NEW = "a quite new password"


def invited(running, email, role="editor"):
    """The path of a link that the owner made for somebody."""
    owner = running.signed_in()
    owner.open("/settings/people").press("Make a link", email=email, role=role)
    assert owner.status == 200
    return re.search(r"/join/[\w-]+", owner.words)[0]


def test_somebody_joins_by_a_link_and_is_what_the_owner_said(running):
    path = invited(running, "new@example.com", "viewer")
    visitor = running.visitor().open(path)
    assert "You were invited as new@example.com" in visitor.words
    visitor.press("Join", name="Nina", password=NEW)
    assert (visitor.path, visitor.status) == ("/", 200)
    assert people.by_email(running.db, "new@example.com").role == "viewer"
    again = running.visitor().open("/login").press("Sign in", email="new@example.com", password=NEW)
    assert again.path == "/"


def test_an_invitation_works_once_and_for_seven_days(running):
    path = invited(running, "once@example.com")
    waiting, used = running.visitor().open(path), running.visitor().open(path)
    used.press("Join", name="One", password=NEW)
    assert waiting.press("Join", name="Two", password=NEW).status == 410
    assert people.by_email(running.db, "once@example.com").name == "One"
    late = invited(running, "late@example.com")
    ago = (datetime.now(UTC) - timedelta(seconds=1)).isoformat().replace("+00:00", "Z")
    running.db.execute("UPDATE invitations SET expires_at = ? WHERE email LIKE 'late%'", [ago])
    running.db.conn.commit()
    assert running.visitor().open(late).status == 410


@pytest.mark.parametrize(("kind", "lasts"), [("join", timedelta(days=7)),
                                             ("password", timedelta(hours=24))])  # fmt: skip
def test_a_link_works_until_its_time_is_over(db, kind, lasts):
    moment = datetime.now(UTC)
    token = (
        invitations.invite(db, 1, "x@example.com", "viewer", moment)
        if kind == "join"
        else invitations.for_password(db, 1, 1, moment)
    )
    for early, works in ((timedelta(seconds=1), True), (timedelta(0), False)):
        assert bool(invitations.of_token(db, kind, token, moment + lasts - early)) is works
    other = "password" if kind == "join" else "join"
    assert invitations.of_token(db, other, token, moment) is None


def test_only_the_hash_of_a_link_is_kept(running):
    token = invited(running, "hash@example.com").rpartition("/")[2]
    kept = b"".join(file.read_bytes() for file in running.served.data.glob("press-one.sqlite3*"))
    assert token.encode() not in kept
    assert token_hash(token).encode() in kept


def test_an_invitation_can_be_taken_back_and_a_second_one_replaces_the_first(running):
    first, second = invited(running, "back@example.com"), invited(running, "back@example.com")
    assert running.visitor().open(first).status == 410
    assert running.visitor().open(second).status == 200
    owner = running.signed_in().open("/settings/people")
    while "back@example.com" in owner.words:
        owner.press("Take back")
        assert owner.status == 200
    assert running.visitor().open(second).status == 410


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("", "Type the e-mail address of the person."),
        ("anna", "Type an e-mail address, such as anna@example.com."),
        ("a@b.c, d@e.f", "Type an e-mail address, such as anna@example.com."),
        (VIEWER.upper(), "Somebody here has this e-mail address already."),
    ],
)
def test_an_invitation_says_what_is_wrong_with_the_address(running, email, sentence):
    owner = running.signed_in().open("/settings/people").press("Make a link", email=email)
    assert owner.status == 422
    assert sentence in owner.words
    assert "/join/" not in owner.words


def test_a_new_role_counts_from_the_next_request_on(house):
    people.add(house.db, 1, email="r@example.com", name="Rita", role="viewer", password=PASSWORD)
    rita, somebody = house.somebody("r@example.com"), people.by_email(house.db, "r@example.com")
    assert rita.get("/import").status_code == 403
    house.owner.get("/settings/people")
    house.owner.post(f"/settings/people/{somebody.id}/role", role="editor")
    assert "The role of Rita was changed." in house.owner.text
    assert rita.get("/import").status_code == 200


def test_whoever_is_removed_is_out_at_once_and_their_address_is_free(house):
    people.add(house.db, 1, email="g@example.com", name="Gleb", role="editor", password=PASSWORD)
    gleb, somebody = house.somebody("g@example.com"), people.by_email(house.db, "g@example.com")
    house.owner.get(f"/settings/people/{somebody.id}/remove")
    assert gleb.client.get("/").status_code == 200
    house.owner.post(f"/settings/people/{somebody.id}/remove")
    assert "Gleb was removed and is signed out everywhere." in house.owner.text
    assert gleb.client.get("/").status_code == 302
    gleb.get("/login")
    assert gleb.post("/login", email="g@example.com", password=PASSWORD).status_code == 422
    people.add(house.db, 1, email="g@example.com", name="Other", role="viewer", password=PASSWORD)


@pytest.mark.parametrize(
    ("path", "typed"), [("role", {"role": "editor"}), ("role", {"role": "viewer"}), ("remove", {})]
)
def test_the_last_owner_stays_an_owner(house, path, typed):
    house.owner.get("/settings/people")
    house.owner.post(f"/settings/people/1/{path}", **typed)
    assert "Somebody has to be an owner." in house.owner.text
    assert people.by_email(house.db, OWNER).role == "owner"


def test_of_two_owners_one_may_go_and_then_no_more(db):
    second = people.add(db, 1, email="o@example.com", name="O", role="owner", password=PASSWORD)
    people.change_role(db, 1, 1, "viewer")
    with pytest.raises(LastOwner):
        people.remove(db, 1, second)
    assert people.get(db, 1, second).role == "owner"


def test_a_role_that_is_none_is_refused(house):
    somebody = people.by_email(house.db, EDITOR)
    house.owner.get("/settings/people")
    reply = house.owner.post(f"/settings/people/{somebody.id}/role", role="emperor")
    assert reply.status_code == 400


def test_an_owner_hands_over_a_link_for_a_new_password(running):
    helped = running.signed_in(VIEWER)
    before = people.by_email(running.db, VIEWER)
    owner = running.signed_in().open("/settings/people")
    reply = owner.session.post(
        f"{running.served.url}/settings/people/{before.id}/password-link",
        data={"csrf_token": owner.form("Make a link")[0].fields["csrf_token"]},
    )
    path = re.search(r"/password/[\w-]+", reply.text)[0]
    visitor = running.visitor().open(path)
    assert visitor.press("Save", password="short").status == 422
    visitor.press("Save", password=NEW)
    assert visitor.path == "/login"
    assert helped.open("/").path.startswith("/login")
    assert running.visitor().open(path).status == 410
    again = running.visitor().open("/login").press("Sign in", email=VIEWER, password=NEW)
    assert again.path == "/"


def test_a_link_is_mailed_where_a_mail_server_is_set(data):
    with mail_server() as (url, mails):
        app = create_app(data=data, TESTING=True, smtp_url=url, smtp_from="calls@example.com")
        owner = sign_in(app)
        owner.get("/settings/people")
        owner.post("/settings/people/invite", email="anna@example.com", role="viewer")
        assert "It was mailed to anna@example.com." in owner.text
        link = re.search(r"http://[^<\s]+/join/[\w-]+", owner.text)[0]
        assert link in quopri.decodestring(mails[0]).decode()
        assert "To: anna@example.com" in mails[0]
        owner.post("/settings/people/invite", email="refused@example.com", role="viewer")
        assert "The mail server did not take the mail." in owner.text
        assert "/join/" in owner.text


def test_a_mail_server_that_is_not_there_leaves_the_link_on_the_page(data):
    app = create_app(data=data, TESTING=True, smtp_url="smtp://127.0.0.1:1")
    owner = sign_in(app)
    owner.get("/settings/people")
    owner.post("/settings/people/invite", email="anna@example.com", role="viewer")
    assert "Hand the link over yourself." in owner.text
    assert "/join/" in owner.text
