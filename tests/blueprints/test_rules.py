"""The Rules screen: owners change, others read; and the test call obeys and says so."""

from __future__ import annotations

import html
import io
import re

import pytest

from storage import calls, connections, do_not_call, own_numbers, rules
from storage.own_numbers import OwnNumber
from storage.rules import Rules
from tests.blueprints.conftest import EDITOR, VIEWER, token
from tests.blueprints.ringing import two_menus
from tests.helpers import let_ring, save_flow

RULES = "/settings/rules"
MINE = "/settings/my-number"
NUMBER, OTHER = "+380501234567", "+380671234567"


@pytest.fixture(autouse=True)
def usual_rules(house):
    """Every test begins with the rules of a workspace that changed nothing."""
    for table in ("calling_rules", "do_not_call", "own_numbers"):
        house.db.execute(f"DELETE FROM {table}")
    house.db.conn.commit()
    house.owner.get(RULES)


def shown(browser):
    """The page as people read it."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", browser.text)))


def change(house, section, expect=200, **fields):
    house.owner.get(RULES)
    house.owner.post(f"{RULES}/{section}", **fields)
    assert house.owner.page.status_code == expect, shown(house.owner)
    return rules.get(house.db, 1)


def test_the_screen_shows_every_section_and_what_stands_in_it(house):
    text = house.owner.text
    for anchor in ("pause", "countries", "hours", "caps", "spending", "do-not-call",
                   "call-me-first"):  # fmt: skip
        assert f'<section class="card rule" id="{anchor}"' in text or f'id="{anchor}">' in text
        assert f'href="#{anchor}"' in text
    assert re.search(r'checked[^>]*value="UA"', text)
    assert 'value="08:00"' in text and 'value="21:00"' in text
    assert 'aria-current="page">Rules</a>' in text


def test_pausing_stops_everything_until_calls_go_on(house):
    assert change(house, "pause", paused="1").paused
    assert "Nothing rings, practice and programs included" in shown(house.owner)
    assert not change(house, "pause", paused="0").paused


def test_countries_and_kinds_are_chosen(house):
    kept = change(house, "countries", countries=["UA"], add="BG", kinds=["mobile"])
    assert (kept.countries, kept.kinds) == ({"UA", "BG"}, {"mobile"})
    assert "Bulgaria (+359)" in shown(house.owner)
    kept = change(house, "countries", countries=["BG"], add="", kinds=["mobile", "voip"])
    assert (kept.countries, kept.kinds) == ({"BG"}, {"mobile", "voip"})


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kinds": ["mobile"]}, "Leave at least one country."),
        ({"countries": ["XX"], "kinds": ["mobile"]}, "Leave at least one country."),
        ({"countries": ["UA"]}, "Leave at least one kind."),
        ({"countries": ["UA"], "kinds": ["pager"]}, "is not a valid choice"),
    ],
)
def test_a_rule_that_leaves_nobody_is_not_saved(house, fields, sentence):
    assert change(house, "countries", 422, **fields) == Rules()
    assert sentence in shown(house.owner)


def test_hours_and_days_are_kept(house):
    kept = change(house, "hours", hours_on="1", opens="09:30", closes="00:00", days=["0", "6"])
    assert (kept.hours_on, kept.opens, kept.closes, kept.days) == (True, 570, 1440, {0, 6})
    assert not change(house, "hours", hours_on="0", opens="09:00", closes="20:00",
                      days=["0"]).hours_on  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"closes": "09:00"}, "The end must be later than the beginning."),
        ({"opens": "soon"}, "Type a time such as 09:00."),
        ({"closes": ""}, "Type a time such as 09:00."),
        ({"days": []}, "Leave at least one day."),
        ({"hours_on": "2"}, "Not a valid choice."),
    ],
)
def test_hours_that_cannot_be_are_explained(house, fields, sentence):
    good = {"hours_on": "1", "opens": "09:00", "closes": "20:00", "days": ["0"]}
    assert change(house, "hours", 422, **{**good, **fields}) == Rules()
    assert sentence in shown(house.owner)


def test_caps_are_numbers_or_nothing(house):
    kept = change(house, "caps", person_hour="1", number_hour="", workspace_hour="20",
                  workspace_day="0", country_UA="7")  # fmt: skip
    assert (kept.person_hour, kept.number_hour, kept.workspace_hour) == (1, None, 20)
    assert (kept.workspace_day, kept.country_day) == (0, {"UA": 7})
    assert re.search(r'name="country_UA"[^>]*value="7"', house.owner.text)


@pytest.mark.parametrize("typed", ["many", "-1", "1.5", "9999999", "٥ x", "٥", "1_0"])
@pytest.mark.parametrize("name", ["person_hour", "country_UA"])
def test_a_cap_that_is_no_number_keeps_what_was_typed(house, name, typed):
    assert change(house, "caps", 422, **{name: typed}) == Rules()
    assert "Type a whole number, or nothing for no limit." in shown(house.owner)
    assert f'value="{typed}"' in html.unescape(house.owner.text)


def test_prices_and_the_limit_are_amounts(house):
    kept = change(house, "spending", spend_day="10", currency="uah", price_UA="0,0512")
    assert (kept.spend_day, kept.currency, kept.prices) == (100_000, "UAH", {"UA": 512})
    assert re.search(r'name="price_UA"[^>]*value="0.0512"', house.owner.text)
    kept = change(house, "spending", spend_day="", currency="EUR", price_UA="")
    assert (kept.spend_day, kept.prices) == (None, {})


@pytest.mark.parametrize(
    "fields", [{"spend_day": "-1"}, {"spend_day": "1e9"}, {"price_UA": "0.12345"},
               {"price_UA": "ten"}, {"currency": "€"}],
)  # fmt: skip
def test_an_amount_that_is_none_is_explained(house, fields):
    assert change(house, "spending", 422, **{"currency": "EUR", **fields}) == Rules()
    assert "Type " in shown(house.owner)


def test_call_me_first_can_be_switched_off(house):
    assert not change(house, "call-me-first", call_me_first="0").call_me_first
    assert change(house, "call-me-first", call_me_first="1").call_me_first
    change(house, "call-me-first", 422, call_me_first="maybe")


def numbers(house):
    return sorted(entry.number for entry in do_not_call.page(house.db, 1, limit=1000))


def test_a_number_is_put_on_the_list_and_taken_off(house):
    change(house, "do-not-call/add", number="050 123 45 67", until="2999-12-31", note="by letter")
    [entry] = do_not_call.page(house.db, 1)
    assert (entry.number, entry.note) == (NUMBER, "by letter")
    assert entry.expires_at == "3000-01-01T00:00:00.000Z"
    assert "+380 50 123 4567 2999-12-31 by letter" in shown(house.owner)
    change(house, f"do-not-call/{entry.id}/remove")
    assert numbers(house) == []
    change(house, f"do-not-call/{entry.id}/remove", 404)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"number": ""}, "Type the phone number not to ring."),
        ({"number": "call me"}, "This is not a phone number."),
        ({"number": NUMBER, "until": "soon"}, "“soon” is not a day."),
        ({"number": NUMBER, "until": "2020-01-01"}, "The day 2020-01-01 is over."),
        ({"number": NUMBER, "until": "31.02.2999"}, "is not a day."),
    ],
)
def test_an_entry_that_cannot_be_kept_is_explained_and_kept_in_the_form(house, fields, sentence):
    change(house, "do-not-call/add", 422, **fields)
    assert sentence in shown(house.owner)
    assert numbers(house) == []
    for typed in filter(None, fields.values()):
        assert f'value="{typed}"' in house.owner.text


def test_pasted_lines_are_read_one_by_one(house):
    text = f"{NUMBER}\n\nabc\n067 123 45 67, 2999-01-31, by phone\n+380501234567\n,\n"
    change(house, "do-not-call/paste", 422, lines=text)
    assert numbers(house) == [NUMBER, OTHER]
    said = shown(house.owner)
    assert "2 numbers were added." in said
    assert "1 line was not understood." in said
    assert "Line 3 abc This is not a phone number." in said
    assert re.search(r"<textarea[^>]*>\s*abc</textarea>", house.owner.text)
    change(house, "do-not-call/paste", lines=NUMBER)
    assert "These numbers were on the list already." in shown(house.owner)
    change(house, "do-not-call/paste", 422, lines=" ")


FILES = [
    ("phone;until;note\r\n380501234567;31.12.2999;x\r\n", [NUMBER], 200),
    ("\ufeffPhone\n+380501234567\n+380671234567\n", [NUMBER, OTHER], 200),
    ("note,number\nby letter,+380501234567\n", [NUMBER], 200),
    ("0501234567\t2999-01-01\tx\n", [NUMBER], 200),
    (f'"{NUMBER}","","said ""no"", twice"\n', [NUMBER], 200),
    (f"nonsense\n{NUMBER}\n", [NUMBER], 422),
    (f"{NUMBER}\nnonsense\n+380671234567;\n", [NUMBER, OTHER], 422),
    ("\0\0\0", [], 422),
    ("ф" * 200_000, [], 422),
    (f"{NUMBER},,{'ф' * 200_000}", [NUMBER], 200),
    ("", [], 422),
]


@pytest.mark.parametrize(("content", "expected", "status"), FILES)
def test_a_file_is_imported_and_every_wrong_line_is_named(house, content, expected, status):
    file = (io.BytesIO(content.encode()), "list.csv")
    change(house, "do-not-call/import", status, file=file)
    assert numbers(house) == expected
    if status == 422:
        assert 'id="file-error"' in house.owner.text


def test_a_file_from_excel_in_another_alphabet_is_read(house):
    content = f"телефон;примітка\n{NUMBER};просив листом\n".encode("cp1251")
    change(house, "do-not-call/import", file=(io.BytesIO(content), "x.csv"))
    assert do_not_call.page(house.db, 1)[0].note == "просив листом"
    change(house, "do-not-call/import", 422)


def test_the_list_is_searched_and_read_page_by_page(house):
    lines = "\n".join(f"+38050123{n:04}" for n in range(60))
    change(house, "do-not-call/paste", lines=lines)
    assert house.owner.text.count("/remove") == 50
    older = re.search(r'href="([^"]*before=[^"]*)"', house.owner.text)[1]
    house.owner.get(html.unescape(older))
    assert house.owner.text.count("/remove") == 10
    house.owner.get(f"{RULES}?digits=1230+042")
    assert house.owner.text.count("/remove") == 1
    house.owner.get(f"{RULES}?digits=999999&before=x")
    assert "No number on the list has these digits." in shown(house.owner)


def test_a_note_is_shown_as_it_is(house):
    change(house, "do-not-call/add", number=NUMBER, until="", note="<b>=cmd</b>")
    assert "&lt;b&gt;=cmd&lt;/b&gt;" in house.owner.text


@pytest.mark.parametrize("email", [VIEWER, EDITOR])
def test_others_read_the_rules_and_change_nothing(house, email):
    change(house, "do-not-call/add", number=NUMBER, until="", note="")
    entry = do_not_call.page(house.db, 1)[0]
    somebody = house.somebody(email)
    somebody.get(RULES)
    assert "An owner of the workspace can change these rules." in shown(somebody)
    assert "<button>Save" not in somebody.text
    good = token(somebody)
    for section in ("pause", "countries", "hours", "caps", "spending", "call-me-first",
                    "do-not-call/add", "do-not-call/paste", "do-not-call/import",
                    f"do-not-call/{entry.id}/remove"):  # fmt: skip
        form = {"csrf_token": good, "paused": "1", "lines": OTHER, "number": OTHER}
        assert somebody.client.post(f"{RULES}/{section}", data=form).status_code == 403, section
    assert (rules.get(house.db, 1), numbers(house)) == (Rules(), [NUMBER])


# The test call.


@pytest.fixture(scope="module")
def flow_id(house):
    return save_flow(house.db, two_menus("Slow", 60_000))


@pytest.fixture(scope="module")
def real(house):
    """A connection that nothing is ever sent over: no consumer runs here."""
    return connections.save(
        house.db, house.app.config["SECRET_BOX"], 1, service="speechcall", name="Real",
        base_url="https://restapi.smsbat.com", new_secret="s",
    )  # fmt: skip


@pytest.fixture
def speaking(house):
    """A connection that could speak a code, for one test."""
    made = connections.save(
        house.db, house.app.config["SECRET_BOX"], 1, service="voice_api", name="Speaks",
        base_url="https://api.sespcl.com/api/v1", new_secret="s",
    )  # fmt: skip
    yield made
    connections.delete(house.db, 1, made)


@pytest.fixture(autouse=True)
def no_calls(house):
    """Nothing was rung before."""
    for table in ("practice_calls", "call_events", "calls"):
        house.db.execute(f"DELETE FROM {table}")
    house.db.conn.commit()


def place(house, flow_id, connection, number=NUMBER, nonce="n"):
    house.owner.get(f"/flows/{flow_id}/call")
    return house.owner.post(f"/flows/{flow_id}/call/place", connection=str(connection),
                            number=number, nonce=nonce)  # fmt: skip


def placed(house):
    return next(house.db.query("SELECT count(*) AS n FROM calls"))["n"]


REFUSED = [
    ({"paused": True}, 422, "All calls are paused.", "pause"),
    ({"countries": frozenset({"BG"})}, 422, "Calls to Ukraine are not allowed.", "countries"),
    ({"kinds": frozenset({"landline"})}, 422, "Numbers of this kind are not rung: mobile phones.",
     "countries"),
    ({"hours_on": True, "opens": 0, "closes": 0}, 422, "where this phone is.", "hours"),
    ({"workspace_hour": 0}, 429, "More are not allowed.", "caps"),
    ({"spend_day": 0}, 422, "nobody has set what a call to Ukraine costs.", "spending"),
    ({"spend_day": 0, "prices": {"UA": 1}}, 429, "would go over the limit of 0.00 EUR.",
     "spending"),
    ({"call_me_first": True}, 422, "nobody has heard it on a phone of their own yet.",
     "call-me-first"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "status", "sentence", "anchor"), REFUSED)
def test_a_refused_call_says_why_and_where_it_is_changed(
    house, flow_id, real, changed, status, sentence, anchor
):
    let_ring(house.db, **changed)
    query = {"connection": real, "number": NUMBER}
    asked = house.owner.client.get(f"/flows/{flow_id}/call/confirm", query_string=query)
    assert asked.status_code == status
    place(house, flow_id, real)
    for page in (asked, house.owner.page):
        assert page.status_code == status
        text = html.unescape(page.text)
        assert sentence in text
        assert f'href="/settings/rules#{anchor}"' in text
        assert "Ring this number" not in text
        back = re.search(r'href="([^"]+)">Back', text)[1]
    assert placed(house) == 0
    house.owner.get(back)
    assert f'value="{NUMBER}"' in house.owner.text
    assert re.search(rf'value="{real}"[^>]* checked', house.owner.text)


def test_a_number_on_the_list_is_not_rung(house, flow_id, real):
    let_ring(house.db)
    change(house, "do-not-call/add", number=NUMBER, until="", note="")
    assert place(house, flow_id, real).status_code == 422
    assert "This number is on the do-not-call list." in shown(house.owner)
    assert place(house, flow_id, real, OTHER).status_code == 200
    assert placed(house) == 1


def test_the_eleventh_call_of_an_hour_is_429_and_is_not_placed(house, flow_id, real):
    let_ring(house.db, workspace_hour=10)
    for n in range(10):
        assert place(house, flow_id, real, f"+3805012345{n:02}", f"n{n}").status_code == 200
    assert place(house, flow_id, real, OTHER, "n11").status_code == 429
    assert "10 calls were placed in the last hour." in shown(house.owner)
    assert placed(house) == 10


def test_practice_rings_on_under_the_usual_rules(house, flow_id):
    practice = next(c.id for c in connections.list_all(house.db, 1) if c.service == "speechcall")
    for n in range(12):
        assert place(house, flow_id, practice, "+15055550100", f"n{n}").status_code == 200
    assert placed(house) == 12
    rules.change(house.db, 1, paused=True)
    assert place(house, flow_id, practice, "+15055550100", "n13").status_code == 422


def test_the_price_is_said_before_the_call_or_that_nobody_set_one(house, flow_id, real):
    let_ring(house.db)
    address = f"/flows/{flow_id}/call/confirm?connection={real}&number=%2B380501234567"
    house.owner.get(address)
    assert "not known: no price is set for Ukraine" in shown(house.owner)
    let_ring(house.db, prices={"UA": 512})
    house.owner.get(address)
    assert "at most 0.0512 EUR" in shown(house.owner)
    assert re.search(r"Time there \d\d:\d\d ", shown(house.owner))


# One's own number, and Call me first.


def verify(house, connection, number=NUMBER, typed=None):
    house.owner.get(MINE)
    nonce = re.search(r'name="nonce"[^>]*value="([^"]+)"', house.owner.text)[1]
    house.owner.post(f"{MINE}/ring", number=number, connection=str(connection), nonce=nonce)
    if house.owner.page.status_code != 200:
        return
    code = next(house.db.query("SELECT code FROM own_numbers"))["code"]
    house.owner.post(f"{MINE}/code", code=typed or " ".join(code))


def test_a_number_is_verified_by_the_code_that_its_phone_was_told(house, speaking):
    let_ring(house.db)
    verify(house, speaking, typed="x")
    assert house.owner.page.status_code == 422
    assert "This is not the code." in shown(house.owner)
    assert own_numbers.get(house.db, 1, 1).number == ""
    code = next(house.db.query("SELECT code FROM own_numbers"))["code"]
    call = calls.get(house.db, 1, own_numbers.get(house.db, 1, 1).call_id)
    assert ", ".join(code) in call.request
    house.owner.get(f"/calls/{call.id}")
    assert ", ".join(code) not in shown(house.owner)
    house.owner.get(MINE)
    house.owner.post(f"{MINE}/code", code=code)
    assert "This number is yours now." in shown(house.owner)
    mine = own_numbers.get(house.db, 1, 1)
    assert (mine.number, mine.practice) == (NUMBER, False)
    house.owner.post(f"{MINE}/forget")
    assert own_numbers.get(house.db, 1, 1) == OwnNumber(1, 1)


def test_the_call_with_the_code_obeys_the_rules(house, speaking):
    let_ring(house.db, countries=frozenset({"BG"}))
    verify(house, speaking)
    assert house.owner.page.status_code == 422
    assert "Calls to Ukraine are not allowed." in shown(house.owner)
    assert f'value="{NUMBER}"' in house.owner.text
    assert placed(house) == 0


@pytest.mark.parametrize(
    ("number", "sentence"),
    [("", "Type your phone number."), ("112", "This is an emergency number."),
     ("+15055550001", "practice network")],
)  # fmt: skip
def test_a_number_that_cannot_be_verified_is_explained(house, speaking, number, sentence):
    let_ring(house.db)
    verify(house, speaking, number)
    assert house.owner.page.status_code == 422
    assert sentence in shown(house.owner)
    assert placed(house) == 0


def test_a_connection_that_cannot_speak_is_not_offered(house, real):
    let_ring(house.db)
    house.owner.get(MINE)
    assert not re.search(rf'name="connection" value="{real}"', house.owner.text)
    verify(house, real)
    assert house.owner.page.status_code == 400


def test_a_changed_flow_rings_its_author_first(house, flow_id, real, speaking):
    let_ring(house.db)
    verify(house, speaking)
    let_ring(house.db, call_me_first=True)
    for call in calls_of(house):
        calls.change(house.db, call, [], finished_at="2026-01-01T00:00:00.000Z")
    assert place(house, flow_id, real, OTHER).status_code == 422
    assert "Ring your own number +380501234567 first" in shown(house.owner)
    assert re.search(r'href="[^"]*number=%2B380501234567[^"]*">Ring my own number first',
                     house.owner.text)  # fmt: skip
    assert place(house, flow_id, real, NUMBER, "mine").status_code == 200
    own_call = int(house.owner.page.request.path.rpartition("/")[2])
    assert place(house, flow_id, real, OTHER).status_code == 422
    calls.change(house.db, own_call, [], state="accepted", outcome="answered",
                 finished_at="2026-01-01T00:00:00.000Z")  # fmt: skip
    assert place(house, flow_id, real, OTHER, "theirs").status_code == 200


def calls_of(house):
    return [row["id"] for row in house.db.query("SELECT id FROM calls")]


def test_a_number_of_practice_is_enough_only_where_nothing_can_speak(house, flow_id, real):
    practice = next(c.id for c in connections.list_all(house.db, 1) if c.service == "voice_api")
    let_ring(house.db, call_me_first=True)
    verify(house, practice)
    assert own_numbers.get(house.db, 1, 1).practice
    assert place(house, flow_id, real, NUMBER, "a").status_code == 200
    made = connections.save(
        house.db, house.app.config["SECRET_BOX"], 1, service="infobip", name="Speaks",
        base_url="https://x.api.infobip.com", new_secret="s",
    )  # fmt: skip
    house.owner.get(MINE)
    assert "Before real calls, verify it over a real connection." in shown(house.owner)
    assert place(house, flow_id, real, NUMBER, "b").status_code == 422
    connections.delete(house.db, 1, made)


def test_viewers_have_no_number_to_verify(house):
    assert house.somebody(VIEWER).get(MINE).status_code == 403
