"""The Calls screen with many calls: searched, filtered, counted, exported, forgotten."""

from __future__ import annotations

import csv
import io
import json
import re
import tracemalloc
from datetime import date, timedelta

import pytest

from blueprints import call_chart
from blueprints.queue import jobs
from blueprints.sheets import safe_cell
from calling import forgetting
from storage import call_keeping, calls
from storage.db import write_tx
from tests.blueprints.conftest import EDITOR, STRANGER, VIEWER

NUMBERS = 120
FLOW = "Survey <b>&"


@pytest.fixture(scope="module")
def owner(house):
    """The owner, in a house with many calls: each third busy, each tenth from a program."""
    for number in range(NUMBERS):
        add(house.db, number)
    add(house.db, 0, workspace_id=2, flow_name="Theirs", nonce="theirs")
    with write_tx(house.db):
        house.db.execute("UPDATE calls SET created_at = '2026-03-02T10:00:00.000Z' WHERE id <= 20")
    return house.owner


def add(db, number, **more):
    """A call that was answered, or busy."""
    call = {
        "workspace_id": 1, "origin": "app" if number % 10 else "gateway", "nonce": f"n{number}",
        "flow_name": FLOW, "service": "speechcall", "to_number": f"+38093667{number:04}",
        "sender": "=cmd()", "request_path": "/", "request": "{}", "state": "accepted",
        "outcome": "answered" if number % 3 else "busy", **more,
    }  # fmt: skip
    return calls.add(db, calls.NewCall(**call), [])[0]


def numbers(text):
    """The last four digits of every line of the list."""
    return re.findall(r"<tr><td><a [^>]*><bdi>\+380 93 667 (\d{4})</bdi>", text)


def words(text):
    """What a page says."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def link(text, label):
    """Where a link of a page leads."""
    found = re.search(rf'<a [^>]*href="([^"]*)"[^>]*>(?:<span[^>]*>[^<]*</span> )?{label}<', text)
    return found[1].replace("&amp;", "&") if found else None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=093+667+00+07", ["0007"]),
        ("q=0007", ["0007"]),
        ("q=%2B38093667000", [f"{n:04}" for n in range(9, -1, -1)]),
        ("q=survey+0009&status=busy", ["0009"]),
        ("q=survey+0010&status=busy", []),
        ("status=busy&origin=gateway", [f"{n:04}" for n in (90, 60, 30, 0)]),
        ("until=2026-03-02&q=0003", ["0003"]),
        ("until=2026-03-01", []),
        ("via=voice_api", []),
        ("via=c999", []),
        ("q=Theirs", []),
    ],
)
def test_calls_are_searched_and_filtered(owner, query, expected):
    owner.get(f"/calls?{query}")
    assert numbers(owner.text) == expected
    assert ("No calls like this" in owner.text) is (expected == [])
    owner.get(f"/calls/live?{query}")
    assert numbers(owner.text) == expected


def test_the_form_keeps_what_was_asked_for(owner):
    owner.get("/calls?q=093+%22x%22&status=busy&origin=gateway&since=2026-01-01&until=2026-12-31")
    assert 'value="093 &#34;x&#34;"' in owner.text
    assert re.search(r'<option selected value="busy">', owner.text)
    assert re.search(r'<option selected value="gateway">', owner.text)
    assert 'value="2026-01-01"' in owner.text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("since=yesterday", "Type a day like 2026-11-21."),
        ("until=2026-02-30", "Type a day like 2026-11-21."),
        ("since=2026-03-02&until=2026-03-01", "This day is before the first one."),
    ],
)
def test_a_day_that_is_none_is_said_at_its_field_and_stays(owner, query, sentence):
    owner.get(f"/calls?{query}")
    assert sentence in owner.text
    assert f'value="{query.split("=")[-1]}"' in owner.text
    assert len(numbers(owner.text)) == 50


def test_pages_go_back_and_forth_with_the_filters(owner):
    owner.get("/calls?origin=app")
    first = numbers(owner.text)
    assert link(owner.text, "Newer calls") is None
    owner.get(link(owner.text, "Older calls"))
    second = numbers(owner.text)
    back, live = link(owner.text, "Newer calls"), re.search(r'hx-get="([^"]+)"', owner.text)[1]
    owner.get(link(owner.text, "Older calls"))
    third = numbers(owner.text)
    assert [len(first), len(second), len(third)] == [50, 50, 8]
    assert first + second + third == [f"{n:04}" for n in reversed(range(NUMBERS)) if n % 10]
    assert link(owner.text, "Older calls") is None
    assert numbers(owner.get(back).text) == first
    assert link(owner.text, "Newer calls") is None
    assert numbers(owner.get(live.replace("&amp;", "&")).text) == second


def test_the_totals_lead_to_their_calls(owner):
    owner.get("/calls?origin=app&status=busy")
    chips = re.search(r'<nav class="chips".*?</nav>', owner.text, re.S)[0]
    assert words(chips) == "108 calls 72 Answered 36 Busy"
    assert re.search(r'aria-current="true"><b>36', chips)
    address = re.search(r'href="([^"]+)"[^>]*><b>72', chips)[1].replace("&amp;", "&")
    assert len(numbers(owner.get(address).text)) == 50
    assert numbers(owner.text)[0] == "0119"


def test_the_chart_has_a_table_that_says_the_same(owner):
    owner.get("/calls?since=2026-03-01&until=2026-03-03")
    chart = re.search(r'<figure class="card chart">.*?</figure>', owner.text, re.S)[0]
    assert "Calls per day" in chart
    assert "20 calls. The most, 20, on 2 Mar." in words(chart)
    assert chart.count("<title>") == 2  # days before the first call are left out
    table = re.search(r"<tbody>.*?</tbody>", chart, re.S)[0]
    assert words(table) == "2 Mar 20 13 7 0 0"
    shown = [float(h) for h in re.findall(r'class="e-\w+"[^>]*height="([\d.]+)"', chart)]
    assert shown == [65.0, 35.0]
    address = re.search(r'<th scope="row"><a href="([^"]+)"', table)[1].replace("&amp;", "&")
    assert len(numbers(owner.get(address).text)) == 20


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("status=busy", "2 Mar 7 0 7 0 0"),
        ("status=answered&origin=gateway", "2 Mar 1 1 0 0 0"),
        ("q=survey&status=busy", "2 Mar 7 0 7 0 0"),
    ],
)
def test_the_chart_counts_what_the_filter_chose(owner, query, told):
    owner.get(f"/calls?since=2026-03-01&until=2026-03-03&{query}")
    assert words(re.search(r"<tbody>.*?</tbody>", owner.text, re.S)[0]) == told


@pytest.mark.parametrize("query", ["status=failed", "q=survey&status=failed", "q=Theirs"])
def test_where_nothing_is_found_it_says_so_first_and_draws_nothing(owner, query):
    owner.get(f"/calls/live?{query}")
    assert owner.text.lstrip().startswith('<section class="card empty"><h2>No calls like this')
    assert "<figure" not in owner.text


def test_an_unclear_call_is_named_briefly_in_the_list(house, owner):
    unclear = add(house.db, 7000, state="unknown", outcome="waiting", flow_name="Who knows")
    owner.get("/calls?q=who+knows")
    assert '<span class="badge o-unknown">Unclear</span></td>' in owner.text
    owner.get(f"/calls/{unclear.id}")
    assert "Unclear: the phone may have rung" in owner.text
    with write_tx(house.db):
        house.db.execute("DELETE FROM calls WHERE id = ?", [unclear.id])


@pytest.mark.parametrize(
    ("days", "step", "bars"), [(1, "day", 1), (92, "day", 92), (93, "week", 14), (700, "month", 23)]
)
def test_many_days_are_drawn_as_weeks_and_months(house, days, step, bars):
    last = date(2026, 3, 31)
    first = last - timedelta(days - 1)
    by_day = {first + timedelta(n): {"answered": 1, "busy": 1} for n in range(days)}
    with house.app.test_request_context():
        chart = call_chart.drawn(by_day, first, last, lambda start, end: f"{start}/{end}")
    assert (chart.step, len(chart.bars), chart.calls) == (step, bars, 2 * days)
    assert (chart.bars[0].first, chart.bars[-1].last) == (first, last)
    for one, next_one in zip(chart.bars, chart.bars[1:], strict=False):
        assert next_one.first - one.last == timedelta(1)
    for part in (part for bar in chart.bars for part in bar.parts):
        assert 0 <= part.top <= 100
        assert 0 < part.height <= 100


def test_every_status_has_its_part_of_a_bar():
    assert set(call_chart.KIND_OF) == {
        *(s for s in calls.State.__args__ if s != "accepted"),
        *calls.Outcome.__args__,
    }


def test_a_spreadsheet_gets_safe_cells_words_and_only_what_is_filtered(owner):
    reply = owner.get("/calls/export.csv?status=busy&origin=app")
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r"attachment; filename=calls-[\d-]{10}\.csv",
                        reply.headers["Content-Disposition"])  # fmt: skip
    assert reply.get_data().startswith("\ufeff".encode())
    lines = list(csv.DictReader(io.StringIO(reply.get_data().decode("utf-8-sig"))))
    assert len(lines) == 36
    assert lines[0] == {
        "Call": lines[0]["Call"], "Number": "'+380936670117", "Call flow": FLOW, "Version": "",
        "Status": "Busy", "Pressed": "", "Problem": "", "Service": "SpeechCall",
        "Connection": "", "Where from": "Placed here", "Sender": "'=cmd()",
        "Placed at (UTC)": lines[0]["Placed at (UTC)"], "Over at (UTC)": "",
        "The service’s number of the call": "",
    }  # fmt: skip


def test_programs_get_a_json_object_a_line(owner):
    reply = owner.get("/calls/export.jsonl?q=survey")
    assert reply.headers["Content-Type"] == "application/x-ndjson; charset=utf-8"
    lines = [json.loads(line) for line in reply.text.splitlines()]
    assert [line["number"][-4:] for line in lines] == [f"{n:04}" for n in reversed(range(NUMBERS))]
    assert (lines[0]["status"], lines[0]["origin"]) == ("answered", "app")
    assert lines[0]["sender"] == "=cmd()"


@pytest.mark.parametrize(
    "begins", ["=1", "+1", "-1", "@x", "\tx", "\rx", "\0x", "＝1", "＋1", "－1", "＠x"]
)
def test_no_cell_is_computed(begins):
    assert safe_cell(begins) == f"'{begins}"


@pytest.mark.parametrize("value", ["a=1", "1-1", " ", "'", "0", "x\ty"])
def test_other_cells_stay_as_they_are(value):
    assert safe_cell(value) == value


def test_an_export_that_is_none_is_not_found(owner):
    assert owner.get("/calls/export.exe").status_code == 404


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [(t, "Type a number of days from 1 to 36500") for t in ("0", "-1", "x", "1.5", "36501", "٣")],
)
def test_a_number_of_days_that_makes_no_sense_is_refused(house, owner, typed, sentence):
    owner.get("/calls/keeping")
    reply = owner.post("/calls/keeping", days=typed)
    assert reply.status_code == 422
    assert sentence in owner.text
    assert f'value="{typed}"' in owner.text
    assert call_keeping.days_kept(house.db, 1) is None


def test_owners_see_what_would_be_deleted_before_they_decide(house, owner):
    assert "How long calls are kept" in owner.get("/calls").get_data(as_text=True)
    owner.get("/calls/keeping")
    asked = owner.post("/calls/keeping", days="30")
    assert asked.status_code == 422
    assert "20 calls are older than that." in owner.text
    assert call_keeping.days_kept(house.db, 1) is None
    owner.post("/calls/keeping", days="30", sure="y")
    assert "Calls are kept for 30 days." in owner.text
    assert call_keeping.days_kept(house.db, 1) == 30
    owner.get("/calls/keeping")
    assert 'value="30"' in owner.text
    owner.post("/calls/keeping", days="")
    assert "Calls are kept for ever." in owner.text
    assert call_keeping.days_kept(house.db, 1) is None


@pytest.mark.parametrize("email", [VIEWER, EDITOR])
def test_only_owners_decide_how_long_calls_are_kept(house, owner, email):
    other = house.somebody(email)
    other.get("/calls")
    assert "How long calls are kept" not in other.text
    assert other.get("/calls/keeping").status_code == 403
    other.get("/calls")
    assert other.post("/calls/keeping", days="1", sure="y").status_code == 403


def test_another_workspace_exports_only_its_own_calls(house, owner):
    stranger = house.somebody(STRANGER)
    assert "Theirs" in stranger.get("/calls/export.csv").text
    assert stranger.text.count("\n") == 2
    assert "Theirs" not in owner.get("/calls/export.csv").text


def test_old_calls_are_forgotten_by_the_hour_and_no_others(house, owner):
    def over():
        return house.db.execute(
            "SELECT count(*) FROM calls WHERE workspace_id = 1 AND created_at < '2026-03-03'"
        ).fetchone()[0]

    with write_tx(house.db):
        house.db.execute("UPDATE calls SET finished_at = created_at WHERE id <= 15")
    today = date(2026, 3, 10)
    assert (forgetting.forget_old(house.db, today), over()) == (0, 20)
    call_keeping.keep(house.db, 1, 8)
    assert (forgetting.forget_old(house.db, today), over()) == (0, 20)
    call_keeping.keep(house.db, 1, 7)
    assert (forgetting.forget_old(house.db, today), over()) == (15, 5)
    assert forgetting.forget_old(house.db, today) == 0
    call_keeping.keep(house.db, 1, None)


def test_the_hourly_task_is_in_the_queue(house):
    with house.app.app_context():
        names = [str(task) for task in jobs().huey._registry.periodic_tasks]
    assert any("forget_old_calls_hourly" in name for name in names)


def test_more_calls_take_no_more_memory_to_export(house, owner):
    for number in range(3000):
        add(house.db, number, nonce=f"many{number}", flow_name="Many",
            to_number=f"+3805{number:08}")  # fmt: skip

    def peak(query):
        owner.client.get("/calls/export.csv?q=0007")
        tracemalloc.start()
        reply = owner.client.get(f"/calls/export.csv?{query}", buffered=False)
        lines = sum(piece.count(b"\n") for piece in reply.response)
        reply.close()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return lines, most

    some, most_of_some = peak("status=busy&q=many")
    every, most_of_every = peak("q=many")
    assert (some, every) == (1001, 3001)
    assert most_of_every < most_of_some * 1.3
