"""One's own account over real HTTP: name, language, password, sessions, the authenticator app."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from app import create_app
from storage import people, second_factor
from tests.blueprints.conftest import EDITOR
from tests.helpers import PASSWORD, Browser, sign_in

NEW = "a quite new password"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def add(db, email):
    """A person of the test's own."""
    people.add(db, 1, email=email, name="Eve", role="viewer", password=PASSWORD)
    return people.by_email(db, email)


def test_name_and_language_are_changed(running):
    editor = running.signed_in(EDITOR).open("/account")
    editor.press("Save", name="Nadia", language="uk")
    assert editor.path == "/account"
    assert 'lang="uk"' in editor.reply.text
    assert "Nadia" in editor.words
    assert "Збережено." in editor.words
    found = people.by_email(running.db, EDITOR)
    assert (found.name, found.language) == ("Nadia", "uk")
    assert people.list_all(running.db, 1)[0].name == "Olena"


@pytest.mark.parametrize(("name", "language"), [("", "uk"), ("x" * 101, "uk"), ("Eve", "klingon")])
def test_a_profile_that_cannot_be_kept_is_not(app, db, name, language):
    add(db, "eve@example.com")
    eve = sign_in(app, "eve@example.com")
    eve.get("/account")
    assert eve.post("/account/profile", name=name, language=language).status_code == 422
    assert people.by_email(db, "eve@example.com").name == "Eve"


def test_changing_the_password_ends_the_other_sessions_and_not_this_one(running):
    add(running.db, "p@example.com")
    here, there = running.signed_in("p@example.com"), running.signed_in("p@example.com")
    here.open("/account").press("Change the password", password="wrong one", new=NEW)
    assert (here.status, "This is not your password." in here.words) == (422, True)
    assert there.open("/").path == "/"
    here.press("Change the password", password=PASSWORD, new="short")
    assert "Use at least 10 characters." in here.words
    here.press("Change the password", password=PASSWORD, new=NEW)
    assert "Your password was changed." in here.words
    assert here.open("/").path == "/"
    assert there.open("/").path.startswith("/login")


def test_the_old_password_cannot_be_guessed_at_an_open_screen(app, db):
    add(db, "g@example.com")
    eve = sign_in(app, "g@example.com")
    eve.get("/account")
    for _ in range(20):
        assert eve.post("/account/password", password="wrong", new=NEW).status_code == 422
    assert eve.post("/account/password", password=PASSWORD, new=NEW).status_code == 429


def test_sessions_are_listed_and_ended_one_by_one_or_all(running):
    add(running.db, "s@example.com")
    here, there = running.visitor(), running.signed_in("s@example.com")
    here.session.headers["User-Agent"] = FIREFOX
    here.open("/login").press("Sign in", email="s@example.com", password=PASSWORD)
    here.open("/account")
    assert "Firefox, Linux this one" in here.words
    assert "a Python program" in here.words
    assert here.buttons.count("Sign out there") == 1
    here.press("Sign out there")
    assert there.open("/").path.startswith("/login")
    assert here.open("/account").buttons.count("Sign out there") == 0
    there = running.signed_in("s@example.com")
    here.press("Sign out everywhere")
    assert here.path == "/login"
    assert there.open("/").path.startswith("/login")


def test_nobody_ends_a_session_of_somebody_else(app, db, owner):
    add(db, "n@example.com")
    eve = sign_in(app, "n@example.com")
    handle = db.execute("SELECT substr(token_hash, 1, 20) FROM sessions WHERE person_id = 1")
    eve.get("/account")
    assert eve.post(f"/account/sessions/{handle.fetchone()[0]}/end").status_code == 404
    assert owner.get("/").status_code == 200


class Phone:
    """An authenticator app that scanned the secret of a person."""

    def __init__(self, app, db, email):
        self.app, self.email, self.person = app, email, add(db, email)
        self.browser = sign_in(app, email)
        self.browser.get("/account/app")
        self.browser.post("/account/app/begin", password=PASSWORD)
        assert self.browser.page.request.path == "/account/app"
        secret = re.search(r"<code>([A-Z2-7 ]{32,})</code>", self.browser.text)[1]
        self.totp = pyotp.TOTP(secret.replace(" ", ""))

    def code(self, steps=1):
        """What the app shows in some half minutes: the next code was not used to set it up."""
        return self.totp.at(datetime.now(UTC), counter_offset=steps)

    def set_up(self):
        """Turn it on; the recovery codes."""
        self.browser.post("/account/app", code=self.code(0))
        return re.findall(r"<code>([a-z2-7-]{19})</code>", self.browser.text)

    def password(self, path="/login"):
        """A fresh browser after the first step."""
        browser = Browser(self.app.test_client())
        browser.get(path)
        browser.post(path, email=self.email, password=PASSWORD)
        return browser


@pytest.fixture
def phone(app, db):
    return Phone(app, db, "totp@example.com")


def test_the_picture_holds_the_secret_and_nothing_comes_from_elsewhere(phone):
    picture = phone.browser.client.get("/account/app/picture.svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.data.startswith(b"<?xml")
    assert 'src="/account/app/picture.svg"' in phone.browser.text


def test_looking_at_the_page_makes_no_secret_and_beginning_makes_one(app, db):
    eve, browser = add(db, "looks@example.com"), sign_in(app, "looks@example.com")
    browser.get("/account/app")
    assert browser.client.get("/account/app/picture.svg").status_code == 404
    browser.post("/account/app", code="000000")
    assert "<code>" not in browser.text
    assert list(db.query("SELECT 1 FROM second_factors")) == []
    browser.post("/account/app/begin", password=PASSWORD)
    shown = re.search(r"<code>([A-Z2-7 ]{32,})</code>", browser.text)[1]
    assert list(db.query("SELECT person_id, confirmed_at FROM second_factors")) == [
        {"person_id": eve.id, "confirmed_at": None}
    ]
    browser.post("/account/app/begin", password=PASSWORD)
    assert re.search(r"<code>([A-Z2-7 ]{32,})</code>", browser.text)[1] != shown


@pytest.mark.parametrize(
    ("typed", "sentence"), [({}, "Type your password."), ({"password": "wrong"}, "not your")]
)
def test_an_open_screen_sets_up_no_app(app, db, typed, sentence):
    add(db, "open@example.com")
    browser = sign_in(app, "open@example.com")
    browser.get("/account/app")
    assert browser.post("/account/app/begin", **typed).status_code == 422
    assert sentence in browser.text
    assert list(db.query("SELECT 1 FROM second_factors")) == []


def test_another_password_ends_what_is_being_set_up_and_not_what_is_on(phone, db):
    people.change_password(db, phone.person, PASSWORD, keep="")
    assert list(db.query("SELECT 1 FROM second_factors")) == []
    assert phone.set_up() == []
    other = Phone(phone.app, db, "on@example.com")
    other.set_up()
    people.change_password(db, other.person, NEW, keep="")
    assert second_factor.is_on(db, other.person)


def test_turning_the_app_on_ends_the_other_sessions_and_not_this_one(phone):
    there = sign_in(phone.app, phone.email)
    assert there.client.get("/account").status_code == 200
    assert len(phone.set_up()) == 10
    assert there.client.get("/account").status_code == 302
    assert phone.browser.client.get("/account").status_code == 200


def test_after_a_restore_with_another_key_a_recovery_code_still_lets_in(phone, data):
    codes = phone.set_up()
    (data / "secret.key").write_bytes(bytes(range(32)))
    phone.app = create_app(data=data, TESTING=True)
    browser = phone.password()
    assert browser.post("/login/code", code=phone.code()).status_code == 422
    assert "Codes of your app cannot be checked here any more." in browser.text
    browser.post("/login/code", code=codes[0])
    assert browser.page.request.path == "/"
    browser.get("/account/app")
    browser.post("/account/app/off", password=PASSWORD)
    assert phone.password().page.request.path == "/"


def test_an_app_that_was_being_set_up_with_another_key_is_begun_anew(phone, data):
    (data / "secret.key").write_bytes(bytes(range(32)))
    browser = sign_in(create_app(data=data, TESTING=True), phone.email)
    assert browser.get("/account/app").status_code == 200
    browser.post("/account/app/begin", password=PASSWORD)
    assert re.search(r"<code>([A-Z2-7 ]{32,})</code>", browser.text)


def test_a_command_turns_the_app_of_somebody_off_and_says_so_in_the_log(phone, db):
    runner, args = phone.app.test_cli_runner(), ["people", "app-off", phone.email]
    assert "signs in without an app already" in runner.invoke(args=args).output
    phone.set_up()
    done = runner.invoke(args=args)
    assert (done.exit_code, "signs in with the password alone now" in done.output) == (0, True)
    assert phone.password().page.request.path == "/"
    lines = [(row["what"], row["about"], row["who"]) for row in db["audit"].rows]
    assert ("app_off", "Eve (totp@example.com)", "command line") in lines
    unknown = runner.invoke(args=["people", "app-off", "nobody@example.com"])
    assert (unknown.exit_code, "Nobody here has the address" in unknown.output) == (1, True)


def test_beginning_again_leaves_an_app_that_is_on_as_it_is(phone, db):
    phone.set_up()
    kept = list(db.query("SELECT * FROM second_factors"))
    phone.browser.get("/account/app")
    phone.browser.post("/account/app/begin", password=PASSWORD)
    assert list(db.query("SELECT * FROM second_factors")) == kept
    assert phone.totp.secret not in phone.browser.text.replace(" ", "")


def test_the_app_is_on_only_after_a_right_code(phone, db):
    phone.browser.post("/account/app", code="000000")
    assert "This code is wrong." in phone.browser.text
    assert not second_factor.is_on(db, phone.person)
    assert len(phone.set_up()) == 10
    assert second_factor.is_on(db, phone.person)
    assert phone.browser.client.get("/account/app/picture.svg").status_code == 404


def test_the_secret_and_the_codes_are_not_in_the_database(phone, data):
    codes = phone.set_up()
    kept = b"".join(file.read_bytes() for file in data.glob("press-one.sqlite3*"))
    assert phone.totp.secret.encode() not in kept
    for code in codes:
        assert code.encode() not in kept
        assert code.replace("-", "").encode() not in kept


def test_the_password_alone_lets_nobody_in(phone):
    phone.set_up()
    browser = phone.password("/login?next=/calls")
    assert "One more step" in browser.text
    assert browser.client.get("/calls").status_code == 302
    assert browser.post("/login/code?next=/calls", code="12345").status_code == 422
    browser.post("/login/code?next=/calls", code=phone.code())
    assert browser.page.request.path == "/calls"


def test_a_code_works_once_and_none_before_it(phone):
    phone.set_up()
    code = phone.code()
    first, second = phone.password(), phone.password()
    assert first.post("/login/code", code=code).status_code == 200
    assert second.post("/login/code", code=code).status_code == 422
    assert "This code is wrong or was used before." in second.text
    assert second.post("/login/code", code=phone.code(0)).status_code == 422


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (2, False), (1, True)])
def test_a_clock_may_be_wrong_by_half_a_minute(phone, db, app, steps, right):
    phone.set_up()
    moment = datetime.now(UTC)
    code = phone.totp.at(moment, counter_offset=steps)
    box = app.config["SECRET_BOX"]
    assert second_factor.check(db, box, phone.person, code, moment) is right


def test_a_recovery_code_lets_in_once(phone, db):
    codes = phone.set_up()
    browser = phone.password()
    browser.post("/login/code", code=codes[0].upper().replace("-", " "))
    assert "You used a recovery code. 9 are left." in browser.text
    assert phone.password().post("/login/code", code=codes[0]).status_code == 422


def test_codes_can_be_tried_ten_times_an_hour(phone):
    phone.set_up()
    browser = phone.password()
    for _ in range(10):
        assert browser.post("/login/code", code="000000").status_code == 422
    refused = phone.password().post("/login/code", code=phone.code())
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 3500


def test_the_second_step_ends_after_ten_minutes_and_with_another_password(phone, db):
    phone.set_up()
    browser = phone.password()
    people.change_password(db, phone.person, NEW, keep="")
    assert browser.client.get("/login/code").status_code == 302
    late = phone.app.test_client()
    with late.session_transaction() as cookie:
        cookie["second_step"] = {
            "workspace": 1, "person": phone.person.id, "proof": "x",
            "until": (datetime.now(UTC) - timedelta(seconds=1)).timestamp(),
        }  # fmt: skip
    assert late.get("/login/code").status_code == 302


def test_the_app_is_turned_off_and_codes_are_renewed_with_the_password(phone, db):
    old = phone.set_up()
    phone.browser.get("/account/app")
    assert phone.browser.post("/account/app/off", password="wrong").status_code == 422
    assert phone.browser.post("/account/app/codes", password=PASSWORD).status_code == 200
    assert second_factor.codes_left(db, phone.person) == 10
    assert not second_factor.use_recovery_code(db, phone.person, old[0])
    phone.browser.get("/account/app")
    phone.browser.post("/account/app/off", password=PASSWORD)
    assert "The app is not asked for any more." in phone.browser.text
    assert phone.password().page.request.path == "/"
