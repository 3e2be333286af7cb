"""The screens of answers: counted, filtered, live, exported, deleted, told on."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

import blueprints
from app import create_app
from blueprints import answers_on_keys, answers_view
from blueprints.editor_view import View
from flows.document import Flow, HangUp, Menu, SaveAnswer
from providers.web import NotSent, WebClient
from settings import Settings
from storage import answers, calls, connections, forwards
from storage import flows as flow_store
from storage.answer_counts import Count
from storage.answers import Answer
from storage.calls import NewCall, NewEvent
from storage.credentials import secret_box
from storage.db import now
from tests.helpers import save_flow, sign_in

QUESTION = "delivery"
KEYS = {
    "1": (SaveAnswer(id="s1", name=QUESTION, value="confirmed"), HangUp(id="h1")),
    "2": (SaveAnswer(id="s2", name=QUESTION, value="=1+1"), HangUp(id="h2")),
    "wrong": (SaveAnswer(id="s3", name=QUESTION, value=None), HangUp(id="h3")),
}
SURVEY = Flow(
    name="Delivery survey",
    sender="Bazar",
    menus=(Menu(id="a", name="Ask", script="Press 1 or 2.", recording="ivr_1", keys=KEYS),),
)


@pytest.fixture
def listener_on_localhost():
    """A web server on this machine, by a name that is plainly private, and what it was told."""
    told = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            told.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}", told
    server.shutdown()
    server.server_close()


@pytest.fixture
def flow_id(db):
    return save_flow(db, SURVEY)


def answered(db, flow_id, number, step="s1", value="confirmed"):
    """A call that is over, and what its caller answered. Returns the call."""
    new = NewCall(
        workspace_id=1, origin="app", nonce=f"n{number}", flow_id=flow_id, flow_revision=1,
        flow_name=SURVEY.name, service="speechcall", to_number=f"+38050123{number:04}",
        sender="Bazar", request_path="/", request="{}", state="accepted", outcome="answered",
        message_id=f"m{number}",
    )  # fmt: skip
    call, _ = calls.add(db, new, [NewEvent("accepted")])
    calls.change(db, call.id, [], finished_at=now())
    answers.receive(db, 1, Answer(f"m{number}", step, QUESTION, value, "Bazar", call.to_number))
    return call


@pytest.fixture
def three(db, flow_id):
    """Two callers pressed 1, one pressed 2."""
    return [
        answered(db, flow_id, 1),
        answered(db, flow_id, 2),
        answered(db, flow_id, 3, "s2", "=1+1"),
    ]


def test_answers_stand_in_the_navigation_and_are_listed_by_flow(owner, three, flow_id):
    owner.get("/")
    assert 'href="/answers"' in owner.text
    owner.get("/answers")
    assert "Delivery survey" in owner.text
    assert "3 callers answered" in owner.text


def test_every_value_is_counted_with_its_share_and_a_bar(owner, three, flow_id):
    owner.get(f"/answers/flows/{flow_id}")
    assert "3 callers answered, of 3 calls placed" in owner.text
    assert "67 %" in owner.text
    assert '<rect class="part" width="67"' in owner.text
    assert "+380 50 123 0002" in owner.text


@pytest.mark.parametrize(
    ("given", "order"),
    [
        ({'"5"': 9, '"10"': 20, '"1"': 2}, ["1", "5", "10"]),
        ({"5": 9, "1": 2, "-2.5": 1, '"3"': 4}, ["-2.5", "1", "3", "5"]),
        ({'"5"': 9, '"1"': 2, '"none"': 30}, ["none", "5", "1"]),
        ({'"5"': 9, "true": 10}, ["yes", "5"]),
        ({"null": 1, '"0"': 2}, ["0", "nothing"]),
        ({'"yes"': 1, '"no"': 1}, ["no", "yes"]),
        ({'"nan"': 1, '"2"': 5, '"1"': 3}, ["2", "1", "nan"]),
    ],
)
def test_numbers_stand_by_their_size_and_other_answers_by_how_often(app, given, order):
    counts = [Count(QUESTION, value, 1, callers) for value, callers in given.items()]
    with app.test_request_context():
        (question,) = answers_view.questions(counts)
    assert [bar.text for bar in question.bars] == order
    total = sum(given.values())
    assert question.versions[0].percents == [
        round(100 * given[bar.value] / total) for bar in question.bars
    ]


def test_answers_are_offered_as_a_filter_numbers_first_and_by_their_size(owner, db, flow_id):
    for number, value in enumerate(("10", "no", "9", "100")):
        answered(db, flow_id, number, value=value)
    owner.get(f"/answers/flows/{flow_id}")
    choice = re.search(r'<select id="value".*?</select>', owner.text, re.S)[0]
    assert re.findall(r">([^<]+)</option>", choice) == ["All", "9", "10", "100", "no"]


def test_rare_things_are_in_a_menu_and_nothing_is_deleted_before_there_is_something(
    owner, db, flow_id
):
    rare = ("/answers/forward", "/answers/inbox", "/answers/delete")
    owner.get("/answers")
    assert [path for path in rare if f'href="{path}"' in owner.text] == list(rare[:2])
    answered(db, flow_id, 1)
    owner.get("/answers")
    menu = re.search(r'<details class="menu".*?</details>', owner.text, re.S)[0]
    assert [path for path in rare if f'href="{path}"' in menu] == list(rare)


def test_a_callers_data_is_deleted_without_any_answer_too(owner):
    owner.get("/calls/keeping")
    assert 'href="/answers/delete"' in owner.text


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("value=%22confirmed%22", "0001", "0003"),
        ("question=delivery&value=%22%3D1%2B1%22", "0003", "0001"),
        ("since=2020-01-01", "0001", "No answers"),
        ("until=2020-01-01", "No answers like this", "0001"),
        ("version=1", "0001", "No answers"),
        ("version=9", "No answers like this", "0001"),
    ],
)
def test_the_page_is_filtered(owner, three, flow_id, query, shown, hidden):
    owner.get(f"/answers/flows/{flow_id}?{query}")
    assert shown in owner.text
    assert hidden not in owner.text


def test_a_day_that_is_none_gets_a_sentence_and_keeps_what_was_typed(owner, three, flow_id):
    page = owner.get(f"/answers/flows/{flow_id}?since=yesterday")
    assert page.status_code == 422
    assert "Type a day like 2026-11-21." in owner.text
    assert 'value="yesterday"' in owner.text


def test_the_live_part_answers_only_when_something_changed(owner, db, three, flow_id):
    owner.get(f"/answers/flows/{flow_id}")
    state = owner.text.split("seen=")[1].split('"')[0].split("&")[0]
    live = f"/answers/flows/{flow_id}/live?seen="
    assert owner.client.get(live + state).status_code == 204
    answered(db, flow_id, 4)
    changed = owner.client.get(live + state)
    assert changed.status_code == 200
    assert "4 callers answered" in changed.get_data(as_text=True)


def test_the_file_for_spreadsheets_computes_nothing(owner, three, flow_id):
    file = owner.client.get(f"/answers/flows/{flow_id}/answers.csv")
    assert file.mimetype == "text/csv"
    text = file.get_data(as_text=True)
    head, *lines = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert head == ["Number", "When (UTC)", "Version", "Call", QUESTION]
    assert [(line[0], line[4]) for line in lines] == [
        ("'+380501230003", "'=1+1"),
        ("'+380501230002", "confirmed"),
        ("'+380501230001", "confirmed"),
    ]


def test_the_file_for_programs_has_every_answer_as_it_came(owner, three, flow_id):
    file = owner.client.get(f"/answers/flows/{flow_id}/answers.json?value=%22%3D1%2B1%22")
    (call,) = json.loads(file.get_data(as_text=True))
    assert (call["call"], call["number"]) == (three[2].id, "+380501230003")
    assert [(a["question"], a["answer"]) for a in call["answers"]] == [(QUESTION, "=1+1")]
    none = owner.client.get(f"/answers/flows/{flow_id}/answers.json?value=%22none%22")
    assert json.loads(none.get_data(as_text=True)) == []


def test_a_calls_page_shows_what_was_answered_in_words(owner, db, flow_id):
    call = answered(db, flow_id, 5, "s3", None)
    owner.get(f"/calls/{call.id}")
    assert '<dd dir="auto">nothing</dd>' in owner.text


def test_the_editors_keys_say_how_often_they_were_pressed(owner, db, three, flow_id):
    owner.get(f"/flows/{flow_id}")
    assert "2 of 3 pressed 1" in owner.text
    assert "1 of 3 pressed 2" in owner.text
    assert "came here" not in owner.text
    other = save_flow(db, SURVEY)
    owner.get(f"/flows/{other}")
    assert "pressed 1" not in owner.text


def test_one_question_to_the_database_counts_all_keys(app, db, flow_id):
    asked = []
    with app.test_request_context():
        blueprints.db().conn.set_trace_callback(asked.append)
        answers_on_keys.pressed(flow_store.load(db, 1, flow_id), View(flow_id))
    assert len([sql for sql in asked if "SAVEPOINT" not in sql and "RELEASE" not in sql]) == 1


def test_answers_of_no_known_call_are_kept_apart(owner, db, three, flow_id):
    answers.receive(db, 1, Answer("stray", "s1", QUESTION, "confirmed", "x", "50001"))
    owner.get("/answers")
    assert "1 answer belongs to no call" in owner.text
    assert "3 callers answered" in owner.text
    owner.get("/answers/unknown")
    assert "stray" in owner.text


def test_a_callers_data_is_deleted_after_a_look_at_it(owner, db, three, flow_id):
    owner.get("/answers/delete?number=050+123+0001")
    assert "1 answer, 1 call." in owner.text
    assert db.execute("SELECT count(*) FROM answers").fetchone()[0] == 3
    owner.post("/answers/delete", number="+380501230001")
    assert "Deleted: 1 answers, and the details of 1 calls." in owner.text
    assert "2 callers answered" in owner.text
    owner.get(f"/calls/{three[0].id}")
    assert owner.page.status_code == 200
    assert "1230001" not in owner.text
    assert "deleted on request" in owner.text
    owner.get("/answers/delete?number=%2B380501230001")
    assert "Nothing is kept about this number." in owner.text


@pytest.mark.parametrize("number", ["", "hello", "12"])
def test_what_is_no_number_deletes_nothing(owner, three, number):
    owner.get("/answers/delete")
    page = owner.post("/answers/delete", number=number)
    known = number == "12"
    assert page.status_code == (200 if known else 422)
    assert ('class="error"' in owner.text) is not known


def test_a_call_under_way_cannot_be_forgotten_yet(owner, db, three):
    db.execute("UPDATE calls SET finished_at = NULL WHERE id = ?", [three[0].id])
    db.conn.commit()
    owner.get("/answers/delete")
    page = owner.post("/answers/delete", number="+380501230001")
    assert page.status_code == 422
    assert "Wait until it is over." in owner.text


def test_the_secret_of_our_own_address_is_shown_once(owner, db):
    owner.get("/answers/forward")
    owner.post("/answers/forward", url="https://shop.example.com/answers", enabled="y")
    assert "whsec_" in owner.text
    owner.get("/answers/forward")
    assert "whsec_" not in owner.text
    owner.post("/answers/forward/secret", grace="3600")
    assert "whsec_" in owner.text
    owner.get("/answers/forward")
    assert "signed with the old secret, too" in owner.text


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "Type the web address that is to be told."),
        ("ftp://shop.example.com", "must begin with https://"),
        ("https://me:pw@shop.example.com", "remove it"),
        ("http://127.0.0.1/hook", "Nobody outside can reach"),
        ("http://intranet.local/", "Nobody outside can reach"),
    ],
)
def test_an_address_that_cannot_be_told_is_refused_at_its_field(owner, url, sentence):
    owner.get("/answers/forward")
    page = owner.post("/answers/forward", url=url, enabled="y")
    assert page.status_code == 422
    assert sentence in owner.text
    assert f'value="{url}"' in owner.text


def test_what_was_told_is_listed_and_sent_again(owner, db, flow_id):
    owner.get("/answers/forward")
    owner.post("/answers/forward", url="https://shop.example.com/answers", enabled="y")
    answered(db, flow_id, 1)
    (owed,) = forwards.page(db, 1)
    claimed = forwards.claim(db, 1, "2999")
    forwards.finish(db, claimed, forwards.Attempt(now(), 500, 12, ""), "failed", None, None)
    owner.get("/answers/forward?failed=1")
    assert "answered 500 after 12 ms" in owner.text
    owner.post(f"/answers/forward/{owed.id}/again")
    assert "It is sent again now." in owner.text
    assert forwards.page(db, 1)[0].state == "waiting"


def test_switched_off_it_owes_nothing(owner, db, flow_id):
    owner.get("/answers/forward")
    owner.post("/answers/forward", url="https://shop.example.com/answers", enabled="y")
    owner.post("/answers/forward", url="https://shop.example.com/answers")
    answered(db, flow_id, 1)
    assert forwards.page(db, 1) == []


def test_the_inbox_gets_a_new_address_and_says_until_when_the_old_one_is_taken(owner):
    owner.get("/answers/inbox")
    assert "The old address" not in owner.text
    owner.post("/answers/inbox/rotate", grace="86400")
    assert "The old address" in owner.text
    assert "taken until" in owner.text


def real(db, data):
    """A connection to a real service."""
    return connections.save(
        db, secret_box(data), 1, service="speechcall", name="SMSBAT",
        base_url="https://restapi.smsbat.com", new_secret="secret",
    )  # fmt: skip


CANNOT = "The answers of a real call could not arrive here."


@pytest.mark.parametrize(
    ("base_url", "warned"),
    [
        ("http://127.0.0.1:5000", True),
        ("http://192.168.1.7:5000", True),
        ("http://[::1]:5000", True),
        ("http://office.lan", True),
        ("http://calls.example.com", False),
    ],
)
def test_before_a_real_call_it_says_that_answers_cannot_arrive(data, db, flow_id, base_url, warned):
    connection = real(db, data)
    app = create_app(data=data, TESTING=True, base_url=base_url, TRUSTED_HOSTS=["localhost"])
    owner = sign_in(app)
    owner.get(f"/flows/{flow_id}/call")
    assert (CANNOT in owner.text) is warned
    owner.get(f"/flows/{flow_id}/call/confirm?connection={connection}&number=%2B380501234567")
    assert owner.page.status_code == 200
    assert (CANNOT in owner.text) is warned
    assert ("PRESS_ONE_BASE_URL" in owner.text) is warned
    for page in ("/answers", "/connections"):
        owner.get(page)
        assert ("PRESS_ONE_BASE_URL" in owner.text) is warned, page


def test_practice_and_flows_that_save_nothing_need_no_public_address(owner, db, data, flow_id):
    owner.get(f"/flows/{flow_id}/call")
    assert CANNOT not in owner.text
    owner.get("/answers")
    assert "PRESS_ONE_BASE_URL" not in owner.text
    real(db, data)
    keys = {"1": (HangUp(id="h"),), "wrong": (HangUp(id="w"),)}
    plain = save_flow(db, SURVEY.model_copy(update={
        "menus": (Menu(id="a", recording="ivr_1", script="Press 1.", keys=keys),)}))  # fmt: skip
    owner.get(f"/flows/{plain}/call")
    assert CANNOT not in owner.text


def test_practice_brings_answers_to_the_address_that_services_use(listener_on_localhost, tmp_path):
    """As on an office network, where the base URL is a private name."""
    url, told = listener_on_localhost
    settings = Settings(data=tmp_path, base_url=url)
    WebClient(settings.reachable_hosts).post(f"{url}/in/token", content=b"{}")
    assert told == ["/in/token"]
    with pytest.raises(NotSent):
        WebClient(Settings(data=tmp_path).reachable_hosts).post(url, content=b"{}")


def test_practice_calls_are_counted_and_exported(running):
    menu = SURVEY.menus[0].model_copy(update={"wait_ms": 500})
    flow_id = save_flow(running.db, SURVEY.model_copy(update={"menus": (menu,)}))
    reader = running.signed_in()
    for number in ("+1 505 555 0001", "+1 505 555 0001", "+1 505 555 0002"):
        reader.open(f"/flows/{flow_id}/call").press("Go on", number=number)
        reader.press("Ring this number")
    until = time.monotonic() + 20
    while "3 callers answered" not in reader.open(f"/answers/flows/{flow_id}").words:
        assert time.monotonic() < until, reader.words
        time.sleep(0.1)
    assert "2 67 %" in reader.words
    file = reader.session.get(f"{running.served.url}/answers/flows/{flow_id}/answers.csv").text
    assert file.count("confirmed") == 2
    assert file.count("nothing") == 1


@pytest.mark.parametrize(
    ("stretches", "first", "last"),
    [
        ({"2026-09": 1, "2026-11": 2}, "Sep 2026", "Nov 2026"),
        ({"2026-11-09": 1, "2026-11-21": 2}, "9 Nov 2026", "21 Nov 2026"),
        ({"2026-11-21T07": 1, "2026-11-21T09": 2}, "21 Nov 2026, 07:00 UTC",
         "21 Nov 2026, 09:00 UTC"),
    ],
)  # fmt: skip
def test_the_picture_over_time_names_days_as_every_other_page_does(owner, stretches, first, last):
    with owner.client.application.test_request_context():
        drawn = answers_view.timeline(stretches)
    assert (drawn.first, drawn.last) == (first, last)
    assert drawn.columns[0].title == f"{first}: 1"
