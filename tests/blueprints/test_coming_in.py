"""Guessing passwords, and what a session is worth: when, for how long, and after what no more."""

import re
import time
from datetime import UTC, datetime, timedelta
from statistics import median

import pyotp
import pytest

from app import create_app
from blueprints.auth import let_in, safe_next
from blueprints.noting import note
from storage import attempts, audit, people, second_factor, sessions
from storage.attempts import for_account, for_address
from storage.credentials import hash_password, password_matches
from tests.helpers import OWNER, PASSWORD, Browser, sign_in


def guess(app, email=OWNER, password="wrong password", address="203.0.113.5"):
    """One try at the sign-in page from an address."""
    browser = Browser(app.test_client())
    browser.client.environ_base["REMOTE_ADDR"] = address
    browser.get("/login")
    browser.post("/login", follow=False, email=email, password=password)
    return browser.page


def address(number):
    """An address of its own for each number."""
    return f"198.51.100.{number}"


@pytest.mark.parametrize("email", [OWNER, OWNER.upper(), "nobody@example.com"])
def test_an_account_has_twenty_tries_an_hour_from_wherever_they_come(app, email):
    for number in range(20):
        assert guess(app, email, address=address(number)).status_code == 422
    refused = guess(app, email, PASSWORD, address(21))
    assert refused.status_code == 429
    assert "There were too many tries. Try again in" in refused.text
    assert 3500 <= int(refused.headers["Retry-After"]) <= 3600


def test_an_address_has_twenty_tries_an_hour_for_whatever_accounts(app):
    for number in range(20):
        assert guess(app, f"p{number}@example.com").status_code == 422
    assert guess(app, OWNER, PASSWORD).status_code == 429
    assert guess(app, OWNER, PASSWORD, address(1)).status_code == 303


def test_the_tries_are_in_the_database_and_an_hour_takes_them_away(app, data, db):
    for number in range(20):
        guess(app, address=address(number))
    again = create_app(data=data, TESTING=True)
    assert guess(again, OWNER, PASSWORD, address(30)).status_code == 429
    hour = (datetime.now(UTC) - timedelta(minutes=61)).isoformat().replace("+00:00", "Z")
    db.execute("UPDATE attempts SET at = ?", [hour])
    db.conn.commit()
    assert guess(again, OWNER, PASSWORD, address(30)).status_code == 303


def test_signing_in_uses_no_try_up(app):
    for _ in range(25):
        assert guess(app, OWNER, PASSWORD).status_code == 303


def test_what_was_typed_as_an_address_is_not_kept_in_clear(app, db):
    guess(app, "my secret password")
    assert "my secret" not in str(list(db.query("SELECT * FROM attempts")))


def test_a_home_with_many_addresses_of_ipv6_is_one_address(db):
    one, other = for_address("2001:db8:1:2::1"), for_address("2001:db8:1:2:ffff::9")
    assert one.hashed == other.hashed != for_address("2001:db8:1:3::1").hashed


def test_tries_are_found_by_an_index(db):
    plan = db.execute(
        "EXPLAIN QUERY PLAN SELECT at FROM attempts WHERE kind = ? AND who = ? AND at >= ?"
        " ORDER BY at DESC LIMIT 1 OFFSET ?",
        ("account", for_account("a").hashed, "", 19),
    ).fetchall()
    assert "USING INDEX attempts_who" in str(plan) or "USING COVERING INDEX" in str(plan)


def test_a_clock_that_was_set_back_shuts_nobody_out_for_longer_than_an_hour(db):
    moment = datetime.now(UTC)
    for _ in range(20):
        attempts.count(db, [for_account("a")], moment + timedelta(days=9))
    assert attempts.count(db, [for_account("a")], moment).wait == 3600


@pytest.mark.usefixtures("costly_hashes")
def test_an_unknown_person_and_a_wrong_password_read_and_take_the_same(app, db):
    db["people"].update(1, {"password_hash": hash_password(PASSWORD)})
    taken, seen = {}, {}
    for email in (OWNER, "nobody@example.com"):
        times = []
        for number in range(7):
            start = time.process_time()
            page = guess(app, email, address=address(number))
            times.append(time.process_time() - start)
        taken[email] = median(times)
        text = re.sub(r'name="csrf_token"[^>]*>', "", page.text).replace(email, "")
        seen[email] = (page.status_code, text, sorted(page.headers.keys()))
    assert len(set(map(str, seen.values()))) == 1
    slow, fast = max(taken.values()), min(taken.values())
    assert slow - fast < 0.5 * slow, taken


def cookie_of(browser):
    """What the browser's cookie holds."""
    return browser.client.get_cookie("press_one").value


def worth_nothing(app, cookie):
    """Whether a cookie, brought by somebody else, leads to the sign-in page."""
    thief = app.test_client()
    thief.set_cookie("press_one", cookie)
    reply = thief.get("/")
    return reply.status_code == 302 and reply.headers["Location"].startswith("/login")


def test_signing_in_gives_a_new_cookie_that_is_not_the_one_from_before(app, db):
    browser = Browser(app.test_client())
    browser.get("/login")
    before = cookie_of(browser)
    browser.post("/login", email=OWNER, password=PASSWORD)
    assert cookie_of(browser) != before
    assert worth_nothing(app, before)
    first = cookie_of(browser)
    browser.post("/logout")
    browser.post("/login", email=OWNER, password=PASSWORD)
    assert worth_nothing(app, first)
    assert not worth_nothing(app, cookie_of(browser))


@pytest.mark.parametrize(
    ("column", "gone", "still"),
    [
        ("seen_at", timedelta(hours=12, minutes=1), timedelta(hours=11, minutes=59)),
        ("created_at", timedelta(days=7, minutes=1), timedelta(days=6, hours=23)),
    ],
)
def test_a_session_ends_by_itself(app, db, owner, column, gone, still):
    for ago, over in ((still, False), (gone, True)):
        moment = (datetime.now(UTC) - ago).isoformat(timespec="milliseconds")
        db.execute(f"UPDATE sessions SET {column} = ?", [moment.replace("+00:00", "Z")])
        db.conn.commit()
        assert worth_nothing(app, cookie_of(owner)) is over


@pytest.mark.parametrize("end", ["removed", "reset"])
def test_a_session_ends_when_the_person_is_removed_or_gets_another_password(app, db, end):
    person_id = people.add(
        db, 1, email="eve@example.com", name="Eve", role="editor", password=PASSWORD
    )
    cookie = cookie_of(sign_in(app, "eve@example.com"))
    assert not worth_nothing(app, cookie)
    if end == "removed":
        people.remove(db, 1, person_id)
    else:
        people.change_password(db, people.get(db, 1, person_id), "another password", keep="")
    assert worth_nothing(app, cookie)


@pytest.mark.parametrize("end", ["removed", "reset", "app"])
def test_a_session_of_a_password_that_was_changed_meanwhile_does_not_start(app, db, end):
    person_id = people.add(
        db, 1, email="eve@example.com", name="Eve", role="editor", password=PASSWORD
    )
    checked = people.get(db, 1, person_id)
    if end == "removed":
        people.remove(db, 1, person_id)
    elif end == "reset":
        people.change_password(db, checked, "another password", keep="")
    else:
        db.execute(
            "INSERT INTO second_factors (person_id, workspace_id, secret, confirmed_at)"
            " VALUES (?, 1, x'00', '2026-01-01')", [person_id])  # fmt: skip
        db.conn.commit()
        sessions.end(db, sessions.start(db, checked, code_checked=True))
    with pytest.raises(people.PasswordChanged):
        sessions.start(db, checked)
    assert list(db["sessions"].rows) == []


@pytest.mark.parametrize("path", ["/login", "/login/code"])
def test_a_password_changed_while_it_is_checked_lets_nobody_in(app, db, monkeypatch, path):
    person_id = people.add(
        db, 1, email="eve@example.com", name="Eve", role="editor", password=PASSWORD
    )
    eve, told = people.get(db, 1, person_id), []
    module = "auth" if path == "/login" else "second_step"

    def meanwhile(*args, **more):
        people.change_password(db, eve, "another password", keep="")
        told.append(let_in(*args, **more))
        return told[0]

    monkeypatch.setattr(f"blueprints.{module}.let_in", meanwhile)
    browser = Browser(app.test_client())
    if path == "/login/code":
        box = app.config["SECRET_BOX"]
        second_factor.begin(db, box, eve)
        app_of_eve = pyotp.TOTP(second_factor.being_set_up(db, box, eve))
        moment = datetime.now(UTC)
        assert second_factor.confirm(db, box, eve, app_of_eve.at(moment), moment)
    browser.get("/login")
    browser.post("/login", email="eve@example.com", password=PASSWORD)
    if path == "/login/code":
        browser.post(path, code=app_of_eve.at(datetime.now(UTC), counter_offset=1))
    else:
        assert "E-mail or password is wrong." in browser.text
    assert told == [False]
    assert browser.page.request.path == "/login"
    assert browser.client.get("/calls").status_code == 302


def test_a_password_is_not_changed_by_whoever_knew_only_the_one_before(db):
    before = people.get(db, 1, 1)
    people.change_password(db, before, "another password", keep="")
    with pytest.raises(people.PasswordChanged):
        people.change_password(db, before, "the thief's password", keep="")
    assert password_matches(people.get(db, 1, 1).password_hash, "another password")


def refusals(db):
    """(what, about) of everybody who was not let in, oldest first."""
    return [(row["what"], row["about"]) for row in db.query("SELECT * FROM audit ORDER BY id")]


def test_too_many_tries_stand_in_the_log_once_an_hour_for_an_account_or_address(app, db):
    for number in range(20):
        guess(app, address=address(number))
    for number in range(25, 30):
        assert guess(app, address=address(number)).status_code == 429
    for number in range(30):
        guess(app, f"p{number}@example.com", address="192.0.2.1")
    told = [about for what, about in refusals(db) if what == "too_many_tries"]
    assert told == [OWNER, ""]
    db.execute("UPDATE attempts SET at = ? WHERE kind LIKE '%_full'", ["2020-01-01T00:00:00.000Z"])
    db.conn.commit()
    assert guess(app, address=address(40)).status_code == 429
    assert refusals(db)[-1] == ("too_many_tries", OWNER)


def test_what_strangers_type_as_an_address_stands_neither_in_the_audit_nor_in_the_log(
    app, db, caplog
):
    caplog.set_level("INFO", "press_one")
    for _ in range(22):
        guess(app, "my secret password", address="192.0.2.9")
    guess(app, OWNER.upper())
    assert guess(app, "x" * 255).status_code == 422
    assert "my secret" not in caplog.text + str(list(db["audit"].rows))
    assert "xxx" not in caplog.text + str(list(db["audit"].rows))
    assert [what for what, _ in refusals(db)].count("sign_in_refused") == 21
    assert refusals(db)[-1] == ("sign_in_refused", OWNER)
    assert "sign_in_refused" in caplog.text


def test_long_values_are_cut_in_the_log(app, caplog):
    caplog.set_level("INFO", "press_one")
    with app.app_context():
        note("sign_in_refused", "a" * 5000, "b" * 5000, audit.Who(None, None, "c" * 5000))
    assert "a" * 300 in caplog.text
    for letter in "abc":
        assert letter * 301 not in caplog.text


def test_over_https_the_cookie_is_for_this_host_and_for_https_only(data):
    app = create_app(data=data, TESTING=True, base_url="https://calls.example.com")
    client = app.test_client()
    reply = client.get("/login", base_url="https://calls.example.com")
    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith("__Host-press_one=")
    for rule in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert f"; {rule}" in cookie
    assert "Domain" not in cookie


HOSTILE = [
    "//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example",
    "https://evil.example", "https:/evil.example", "%2f%2fevil.example", "/%2f%2fevil.example",
    "/%2Fevil.example", "\t//evil.example", "/\t/evil.example", "\thttps://evil.example",
    " //evil.example", "/ /evil.example", "///evil.example", "/\n/evil.example", "/a\r\nb: c",
    "javascript:alert(1)", "data:text/html,x", "evil.example", "@evil.example", ".evil.example",
    "/\x00/evil.example", "／／evil.example", "", "http://127.0.0.1:5000@evil.example/",
    "/%5cevil.example", "/\u202e//evil",
]  # fmt: skip


@pytest.mark.parametrize("target", HOSTILE)
def test_next_never_leads_to_another_site(app, target):
    with app.test_request_context():
        assert safe_next(target) == "/"


@pytest.mark.parametrize("target", ["/calls", "/calls?page=2&q=a%20b", "/flows/1#menu"])
def test_next_leads_to_the_page_that_was_asked_for(app, target):
    with app.test_request_context():
        assert safe_next(target) == target


def test_signing_in_with_a_hostile_next_leads_to_the_start_page(app):
    for target in ("//evil.example", "/%2f%2fevil.example", "%09//evil.example"):
        browser = Browser(app.test_client())
        browser.get(f"/login?next={target}")
        browser.post(f"/login?next={target}", follow=False, email=OWNER, password=PASSWORD)
        assert browser.page.headers["Location"] == "/"
