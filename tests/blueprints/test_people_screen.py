"""People over real HTTP: invited by a link, given a role, helped with a password, removed."""

import quopri
import re
from datetime import UTC, datetime, timedelta

import pytest

from app import create_app
from providers.mail import MailServer, NotMailed
from storage import invitations, people
from storage.credentials import token_hash
from storage.people import LastOwner
from tests.blueprints.conftest import EDITOR, VIEWER
from tests.blueprints.mail_stand_in import mail_server
from tests.helpers import OWNER, PASSWORD, Browser, sign_in

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
        invitations.invite(db, 1, "x@example.com", "viewer", moment, made_by=1)
        if kind == "join"
        else invitations.for_password(db, 1, 1, moment, made_by=1)
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
        data={
            "csrf_token": owner.form("Make a link")[0].fields["csrf_token"],
            "password": PASSWORD,
        },
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


def two_owners(app, db):
    """The browser of a second owner, their id, and the ids of an editor and a viewer to act on."""
    ids = [
        people.add(db, 1, email=f"{name}@example.com", name=name, role=role, password=PASSWORD)
        for name, role in (("olga", "owner"), ("ed", "editor"), ("vi", "viewer"))
    ]
    return sign_in(app, "olga@example.com"), *ids


def made_links(browser, person_id):
    """The addresses of an invitation as owner, and of a link for somebody's password."""
    links = []
    for path, typed in (
        ("invite", {"email": "later@example.com", "role": "owner"}),
        (f"{person_id}/password-link", {}),
    ):
        browser.get("/settings/people")
        browser.post(f"/settings/people/{path}", password=PASSWORD, **typed)
        links.append(re.search(r"/(?:join|password)/[\w-]+", browser.text)[0])
    return links


def statuses(app, links):
    """What a visitor gets at each of the addresses."""
    visitor = app.test_client()
    return [visitor.get(link).status_code for link in links]


@pytest.mark.parametrize("end", ["removed", "demoted"])
def test_whoever_is_an_owner_no_more_comes_back_by_no_link_they_made(app, db, end):
    olga, olga_id, editor, _ = two_owners(app, db)
    links = made_links(olga, editor)
    assert statuses(app, links) == [200, 200]
    if end == "removed":
        people.remove(db, 1, olga_id)
    else:
        people.change_role(db, 1, olga_id, "editor")
    assert statuses(app, links) == [410, 410]
    people.change_role(db, 1, editor, "owner")
    assert list(db.query("SELECT * FROM invitations")) == []


def test_a_link_that_came_too_late_to_be_deleted_is_worth_nothing_either(app, db):
    olga, olga_id, editor, _ = two_owners(app, db)
    links = made_links(olga, editor)
    db.execute("UPDATE people SET role = 'editor' WHERE id = ?", [olga_id])
    db.conn.commit()
    assert statuses(app, links) == [410, 410]
    assert invitations.waiting(db, 1, datetime.now(UTC)) == ()


def test_links_of_other_owners_stay_when_one_goes(app, db, owner):
    _, olga_id, editor, _ = two_owners(app, db)
    links = made_links(owner, editor)
    people.remove(db, 1, olga_id)
    assert statuses(app, links) == [200, 200]


def test_a_link_for_a_password_is_listed_and_can_be_taken_back(app, db, owner):
    _, _, editor, _ = two_owners(app, db)
    link = made_links(owner, editor)[1]
    owner.get("/settings/people")
    assert "new password link</span>" in owner.text
    waiting = {one.kind: one.id for one in invitations.waiting(db, 1, datetime.now(UTC))}
    owner.post(f"/settings/people/invitations/{waiting['password']}/take-back")
    assert "The link for ed@example.com does not work any more." in owner.text
    assert "new password link</span>" not in owner.text
    assert statuses(app, [link]) == [410]


def test_an_open_screen_makes_no_password_link_for_oneself(app, db, owner):
    owner.get("/settings/people")
    owner.post("/settings/people/1/password-link", password=PASSWORD)
    assert owner.page.request.path == "/account"
    assert "Change your own password here, with the old one." in owner.text
    assert list(db.query("SELECT * FROM invitations")) == []


@pytest.mark.parametrize(
    ("path", "typed", "done"),
    [
        ("invite", {"email": "later@example.com", "role": "owner"}, "Hand this link to"),
        ("{editor}/password-link", {}, "Hand this link to"),
        ("{editor}/role", {"role": "owner"}, "The role of ed was changed."),
    ],
)
def test_what_lets_in_for_later_asks_for_the_password_again(app, db, owner, path, typed, done):
    _, _, editor, _ = two_owners(app, db)
    address = f"/settings/people/{path.format(editor=editor)}"
    before = [list(db[table].rows) for table in ("people", "invitations")]
    owner.get("/settings/people")
    assert owner.post(address, **typed).status_code == 200
    assert "Your password is asked for once more" in owner.text
    for name, text in typed.items():
        assert f'name="{name}" value="{text}"' in owner.text
    assert owner.post(address, password="wrong password", **typed).status_code == 422
    assert "This is not your password." in owner.text
    assert [list(db[table].rows) for table in ("people", "invitations")] == before
    owner.post(address, password=PASSWORD, **typed)
    assert done in owner.text


@pytest.mark.parametrize(
    ("path", "typed"),
    [("invite", {"email": "later@example.com", "role": "editor"}),
     ("{viewer}/role", {"role": "editor"})],
)  # fmt: skip
def test_what_makes_no_owner_asks_for_no_password(app, db, owner, path, typed):
    *_, viewer = two_owners(app, db)
    owner.get("/settings/people")
    owner.post(f"/settings/people/{path.format(viewer=viewer)}", **typed)
    assert "Your password is asked for" not in owner.text
    assert owner.page.status_code == 200


def test_inviting_does_not_tell_whether_another_workspace_knows_an_address(app, db, stranger):
    stranger.get("/settings/people")
    stranger.post("/settings/people/invite", email=OWNER, role="viewer")
    assert stranger.page.status_code == 200
    link = re.search(r"/join/[\w-]+", stranger.text)[0]
    visitor = Browser(app.test_client())
    visitor.get(link)
    assert visitor.post(link, name="Copy", password=NEW).status_code == 410
    assert people.by_email(db, OWNER).workspace_id == 1


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


def test_a_link_leaves_this_machine_only_encrypted():
    with mail_server("127.0.0.2") as (url, mails):  # not one of this machine's own names
        with pytest.raises(NotMailed, match="no encryption"):
            MailServer(url, "a@example.com").send("b@example.com", "Come in", "/join/x")
        assert mails == []


def test_a_mail_server_that_is_not_there_leaves_the_link_on_the_page(data):
    app = create_app(data=data, TESTING=True, smtp_url="smtp://127.0.0.1:1")
    owner = sign_in(app)
    owner.get("/settings/people")
    owner.post("/settings/people/invite", email="anna@example.com", role="viewer")
    assert "Hand the link over yourself." in owner.text
    assert "/join/" in owner.text
