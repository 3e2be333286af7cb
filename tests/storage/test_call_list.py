"""The list of calls: filtered, searched, paged, counted, forgotten; and never by a scan."""

from __future__ import annotations

import importlib
import random
from collections import Counter
from datetime import date

import pytest

from storage import call_counts, call_keeping, call_list, call_search, calls, erasing
from storage.call_list import EVERYTHING, Filters
from storage.calls import NewCall, NewEvent
from storage.connections import save
from storage.credentials import secret_box
from storage.db import now, open_db, rows, write_tx
from storage.migrations import IN_ORDER, MIGRATIONS, migrate

FIRST, LAST = date(2000, 1, 1), date(2100, 1, 1)


@pytest.fixture
def db(tmp_path):
    db = open_db(tmp_path / "p.sqlite3")
    migrate(db)
    with write_tx(db):
        for name in ("A", "B"):
            db.execute("INSERT INTO workspaces (name, created_at) VALUES (?, ?)", (name, now()))
        for number in range(1, 8):
            db.execute(
                "INSERT INTO flows (workspace_id, name, revision, menu_count, created_at,"
                " updated_at) VALUES (1, ?, 1, 1, '', '')",
                (f"F{number}",),
            )
    for name in ("One", "Two"):
        save(db, secret_box(tmp_path), 1, service="speechcall", name=name, base_url="https://x.ua")
    yield db
    db.close()


def add(db, nonce, **more):
    """A call, made at ``at`` if that is given."""
    at = more.pop("at", None)
    call = NewCall(
        **{
            "workspace_id": 1, "origin": "app", "nonce": nonce, "flow_name": "F",
            "service": "speechcall", "to_number": "+380936670003", "sender": "S",
            "request_path": "/bat/messagelist", "request": "{}", "state": "accepted", **more,
        }
    )  # fmt: skip
    stored, _ = calls.add(db, call, [NewEvent("queued")])
    if at:
        with write_tx(db):
            db.execute("UPDATE calls SET created_at = ? WHERE id = ?", (at, stored.id))
    return stored


def nonces(db, workspace_id=1, **filters):
    return [c.nonce for c in call_list.list_page(db, workspace_id, Filters(**filters), limit=999)]


def totals(db, **filters):
    return dict(call_counts.count(db, 1, Filters(**filters), FIRST, LAST).by_status)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["e", "d", "c", "b", "a"]),
        ({"flow_id": 2}, ["e", "c"]),
        ({"flow_id": -1}, []),
        ({"status": "busy"}, ["c"]),
        ({"status": "refused"}, ["b", "a"]),
        ({"status": 'x" OR "_w1'}, []),
        ({"service": "voice_api"}, ["b"]),
        ({"service": "x y"}, []),
        ({"connection_id": 2}, ["c"]),
        ({"origin": "gateway"}, ["d"]),
        ({"first_day": date(2026, 3, 2)}, ["e", "d", "c"]),
        ({"last_day": date(2026, 3, 1)}, ["b", "a"]),
        ({"first_day": date(2026, 3, 2), "last_day": date(2026, 3, 2)}, ["d", "c"]),
        ({"first_day": date(2027, 1, 1)}, []),
        ({"first_day": date.min, "last_day": date.max}, ["e", "d", "c", "b", "a"]),
        ({"flow_id": 2, "status": "busy", "connection_id": 2, "words": "bazar"}, ["c"]),
        ({"flow_id": 2, "first_day": date(2026, 3, 3)}, ["e"]),
    ],
)
def test_every_filter_and_every_mixture_of_them_finds_its_calls(db, filters, expected):
    add(db, "a", state="refused", at="2026-02-28T23:59:59.999Z")
    add(db, "b", outcome="refused", service="voice_api", at="2026-03-01T23:59:59.999Z")
    add(db, "c", outcome="busy", flow_id=2, connection_id=2, sender="Bazar",
        at="2026-03-02T00:00:00.000Z")  # fmt: skip
    add(db, "d", origin="gateway", at="2026-03-02T23:59:59.999Z")
    add(db, "e", flow_id=2, at="2026-03-03T00:00:00.000Z")
    add(db, "hidden", flow_id=2, listed=False, outcome="busy")
    add(db, "theirs", workspace_id=2, outcome="busy", sender="Bazar")
    assert nonces(db, **filters) == expected
    if not filters.get("words"):
        counted = totals(db, **{k: v for k, v in filters.items() if k != "status"})
        found = Counter(
            c.status
            for c in call_list.list_page(
                db, 1, Filters(**{k: v for k, v in filters.items() if k != "status"})
            )
        )
        assert counted == found


@pytest.mark.parametrize(
    "typed",
    [
        "+380936670003", "380936670003", "093 667 00 03", "(093) 667-00-03", "0936670003",
        "00380 93 667 00 03", "+38 (093) 667‑00‑03", "093.667.00.03", "0003", "670003",
        "667 00 03", "38093", "+380 93", "3809366", "09366", "+3809366700", "٠٩٣٦٦٧٠٠٠٣",
        "０９３６６７０００３", "  093\u00a0667 00 03 ",
    ],
)  # fmt: skip
def test_a_number_is_found_in_any_spelling(db, typed):
    add(db, "it")
    add(db, "other", to_number="+15055550100")
    assert nonces(db, words=typed, home_code="380") == ["it"]


@pytest.mark.parametrize(
    "typed",
    [
        "0009",
        "00 09",
        "0936670004",
        "+3809366700031",
        "93 667 00 04",
        "36670",
        "_w1",
        "_t0003",
        "380937",
        "+1",
    ],
)
def test_another_number_is_not_found(db, typed):
    add(db, "it")
    assert nonces(db, words=typed, home_code="380") == []


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("survey", ["a"]), ("SURVEY", ["a"]), ("delivery survey", ["a"]), ("deliv", ["a"]),
        ("survey 2", ["a"]), ("нагадування", ["b"]), ("НАГАД", ["b"]), ("візит", ["b"]),
        ("їжак", ["b"]), ("ljubljana", ["c"]), ("Ļjubljana", ["c"]), ("bazar_1", ["c"]),
        ("time", ["c"]), ("survey reminder", []), ("survey 0003", ["a"]), ("survey 0004", []),
        ("", ["c", "b", "a"]), ('"', ["c", "b", "a"]), ("* -", ["c", "b", "a"]),
        ('" OR "', []), ("NEAR(survey delivery)", []), ("survey AND", []), ("words:survey", []),
        ("x" * 5000, []), ("a b c d e f g h i j k l m n o p", []), ("\0", ["c", "b", "a"]),
        ("380667770000", ["b"]), ("Survey-after/delivery", ["a"]),
    ],
)  # fmt: skip
def test_words_of_the_flow_the_sender_and_the_problem_are_found(db, typed, expected):
    add(db, "a", flow_name="Survey after delivery 2")
    add(db, "b", flow_name="Нагадування про візит «Їжак»", sender="380667770000")
    add(db, "c", flow_name="Ļjubljana", sender="Bazar_1")
    calls.change(db, 3, [], problem="The service did not answer in time.")
    assert nonces(db, words=typed) == expected


def test_every_letter_can_be_searched_for(db):
    add(db, "a")
    letters = [chr(c) for c in range(0x3000)]
    for start in range(0, len(letters), call_search.MOST_PIECES):
        typed = " ".join(
            f"a{letter}b" for letter in letters[start : start + call_search.MOST_PIECES]
        )
        assert nonces(db, words=typed) == []


def test_the_search_follows_every_change_of_a_call(db):
    call = add(db, "a", state="queued")
    assert nonces(db, status="queued") == ["a"]
    calls.change(db, call.id, [], state="accepted", outcome="busy", problem="Zebra")
    assert (nonces(db, status="queued"), nonces(db, status="busy")) == ([], ["a"])
    assert nonces(db, words="zebra") == ["a"]
    calls.change(db, call.id, [], problem="", to_number="", connection_id=1)
    assert (nonces(db, words="zebra"), nonces(db, words="0003")) == ([], [])
    assert nonces(db, connection_id=1) == ["a"]
    calls.change(db, call.id, [], listed=False)
    assert (nonces(db, status="busy"), totals(db)) == ([], {})
    calls.change(db, call.id, [], listed=True)
    assert (nonces(db, status="busy"), totals(db)) == (["a"], {"busy": 1})


def test_pages_go_to_older_and_newer_calls_and_keep_the_filters(db):
    for number in range(10):
        add(db, str(number), outcome="busy" if number % 2 else "answered")
    busy = Filters(status="busy")

    def page(**place):
        found = call_list.page(db, 1, busy, limit=2, **place)
        return [c.nonce for c in found.calls], found.newer, found.older

    assert page() == (["9", "7"], False, True)
    assert page(before_id=8) == (["5", "3"], True, True)
    assert page(before_id=4) == (["1"], True, False)
    assert page(after_id=4) == (["7", "5"], True, True)
    assert page(after_id=8) == (["9", "7"], False, True)
    assert page(after_id=99) == (["9", "7"], False, True)


def test_an_export_goes_through_every_call_once(db):
    for number in range(1203):
        add(db, str(number), request="x" * 50)
    some = list(call_list.every(db, 1))
    assert [len(part) for part in some] == [500, 500, 203]
    assert [c.nonce for part in some for c in part] == [str(n) for n in reversed(range(1203))]
    assert {c.request for part in some for c in part} == {""}


def test_a_search_counts_its_newest_calls_and_says_that_there_are_more(db, monkeypatch):
    for number in range(12):
        add(db, str(number), outcome="busy" if number < 6 else "answered")
    found = call_counts.count(db, 1, Filters(words="0003", status="busy"), FIRST, LAST)
    assert (found.by_status, found.whole) == ({"busy": 6, "answered": 6}, True)
    monkeypatch.setattr(call_counts, "MOST_COUNTED", 8)
    found = call_counts.count(db, 1, Filters(words="0003"), FIRST, LAST)
    assert (found.by_status, found.whole) == ({"busy": 2, "answered": 6}, False)


def test_counts_stay_right_whatever_happens_to_calls(db):
    dice = random.Random(7)
    ids = []
    for number in range(150):
        ids.append(
            add(db, str(number), flow_id=dice.choice([None, 1, 2]), listed=dice.random() < 0.9,
                state=dice.choice(["queued", "accepted"]), origin=dice.choice(["app", "gateway"]),
                at=f"2026-03-{dice.randint(1, 5):02}T10:00:00.000Z").id
        )  # fmt: skip
    for _ in range(200):
        calls.change(
            db,
            dice.choice(ids),
            [],
            state=dice.choice(["accepted", "refused"]),
            outcome=dice.choice(["busy", "answered"]),
            connection_id=dice.choice([None, 1, 2]),
        )
    with write_tx(db):
        for call_id in dice.sample(ids, 20):
            db.execute("DELETE FROM call_events WHERE call_id = ?", (call_id,))
            db.execute("DELETE FROM calls WHERE id = ?", (call_id,))
    kept = rows(db, "SELECT * FROM call_counts WHERE calls <> 0 ORDER BY 1, 2, 3")
    searched = {
        status: nonces(db, status=status)
        for status in ("queued", "accepted", "refused", "busy", "answered", "waiting")
    }
    shape = importlib.import_module("storage.migrations.call_search")
    with write_tx(db):
        for name in rows(db, "SELECT name FROM sqlite_master WHERE type = 'trigger'"
                             " AND name LIKE 'call_search%'"):  # fmt: skip
            db.execute(f"DROP TRIGGER {name['name']}")
        for table in ("call_words", "call_search", "call_counts", "call_days"):
            db.execute(f"DROP TABLE {table}")
        shape.up(db)
    assert rows(db, "SELECT * FROM call_counts ORDER BY 1, 2, 3") == kept
    assert sum(totals(db).values()) == len(nonces(db))
    assert {status: nonces(db, status=status) for status in searched} == searched


def test_a_database_with_calls_learns_to_search(tmp_path):
    db = open_db(tmp_path / "old.sqlite3")
    names = [module.__name__.rpartition(".")[2] for module in IN_ORDER]
    MIGRATIONS.apply(db, stop_before="call_search")
    assert "call_search" in names
    with write_tx(db):
        db.execute("INSERT INTO workspaces (name, created_at) VALUES ('A', '')")
    add(db, "a", flow_name="Survey", outcome="busy")
    migrate(db)
    assert (nonces(db, words="survey"), nonces(db, status="busy")) == (["a"], ["a"])
    assert totals(db) == {"busy": 1}
    assert call_counts.first_day(db, 1) == date.fromisoformat(now()[:10])
    db.close()


def plan(db, sql, *values):
    return " | ".join(str(row["detail"]) for row in rows(db, f"EXPLAIN QUERY PLAN {sql}", *values))


def statements(db, work):
    """What SQLite is asked while something is done, with its plan."""
    seen = []
    db.conn.set_trace_callback(seen.append)
    try:
        work()
    finally:
        db.conn.set_trace_callback(None)
    # Virtual tables do their own reading of their shadow tables, which begins with "--".
    asked = [sql for sql in seen if sql.lstrip().upper().startswith("SELECT")]
    return {sql: plan(db, sql) for sql in asked if "call_search_" not in sql}


HOT = {
    "the list": lambda db: call_list.page(db, 1),
    "older": lambda db: call_list.page(db, 1, before_id=5),
    "newer": lambda db: call_list.page(db, 1, after_id=5),
    "days": lambda db: call_list.page(db, 1, Filters(first_day=FIRST, last_day=LAST)),
    "filters": lambda db: call_list.page(
        db, 1, Filters(flow_id=1, status="busy", service="speechcall", origin="app"), before_id=5
    ),
    "words and days": lambda db: call_list.page(
        db, 1, Filters(words="survey 093 667 00 03", first_day=FIRST), after_id=0
    ),
    "totals": lambda db: call_counts.count(db, 1, EVERYTHING, FIRST, LAST),
    "totals of a flow": lambda db: call_counts.count(db, 1, Filters(flow_id=1), FIRST, LAST),
    "totals of a search": lambda db: call_counts.count(db, 1, Filters(words="f"), FIRST, LAST),
    "first day": lambda db: call_counts.first_day(db, 1),
    "last of flows": lambda db: call_list.last_of_flows(db, 1),
    "to be forgotten": lambda db: call_keeping.older(db, 1, LAST),
    "forgetting": lambda db: call_keeping.forget(db, 1, FIRST),
}


@pytest.mark.parametrize("what", HOT)
def test_nothing_reads_every_call_or_sorts_them(db, what):
    add(db, "a", flow_id=1)
    plans = statements(db, lambda: HOT[what](db))
    assert plans
    for sql, its_plan in plans.items():
        for step in its_plan.split(" | "):
            assert "TEMP B-TREE FOR ORDER BY" not in step, (sql, its_plan)
            scans = step.startswith("SCAN ") and "VIRTUAL TABLE INDEX" not in step
            assert not scans or step in ("SCAN CONSTANT ROW", "SCAN f"), (sql, its_plan)


@pytest.mark.parametrize("days", [None, 30])
def test_a_workspace_decides_how_long_it_keeps_calls(db, days):
    assert call_keeping.days_kept(db, 1) is None
    call_keeping.keep(db, 1, 7)
    call_keeping.keep(db, 1, days)
    assert call_keeping.days_kept(db, 1) == days
    assert call_keeping.limited(db) == ([(1, days)] if days else [])
    assert call_keeping.days_kept(db, 2) is None


def test_calls_that_are_over_are_forgotten_a_few_at_a_time_with_all_that_is_theirs(db, monkeypatch):
    monkeypatch.setattr(call_keeping, "FORGOTTEN_AT_ONCE", 3)
    for number in range(5):
        add(db, f"old{number}", at="2026-03-01T10:00:00.000Z", flow_name="Zebra")
    add(db, "running", at="2026-03-01T10:00:00.000Z")
    add(db, "young", at="2026-03-02T00:00:00.000Z")
    add(db, "theirs", workspace_id=2, at="2026-03-01T10:00:00.000Z")
    with write_tx(db):
        db.execute("UPDATE calls SET finished_at = created_at WHERE nonce <> 'running'")
        db.execute(
            "INSERT INTO answers (workspace_id, mid, step, name, value, from_number, to_number,"
            " received_at, call_id) VALUES (1, 'm', 's', 'n', 'v', '', '', '', 1)"
        )
    kept_from = date(2026, 3, 2)
    assert call_keeping.older(db, 1, kept_from) == 6
    assert [call_keeping.forget(db, 1, kept_from) for _ in range(3)] == [3, 2, 0]
    call_keeping.tidy(db, 1)
    assert nonces(db) == ["young", "running"]
    assert nonces(db, 2) == ["theirs"]
    assert nonces(db, words="zebra") == []
    assert not rows(db, "SELECT * FROM call_words WHERE term = 'zebra'")
    assert totals(db) == {"waiting": 2}
    assert rows(db, "SELECT count(*) AS n FROM call_events")[0]["n"] == 3
    assert rows(db, "SELECT call_id FROM answers") == [{"call_id": None}]


def test_an_erased_number_is_nowhere_in_the_search(db):
    add(db, "a", to_number="+380671112233", sender="Zebra")
    calls.change(db, 1, [], finished_at=now())
    add(db, "b")
    erasing.erase(db, 1, "+380671112233")
    assert nonces(db, words="2233") == []
    assert nonces(db, words="0003") == ["b"]
    left = [row["term"] for row in rows(db, "SELECT term FROM call_words")]
    assert [term for term in left if "2233" in term or "067111" in term] == []


def test_everything_that_belongs_to_a_call_is_forgotten_with_it_and_found_by_an_index(db):
    tables = [row["name"] for row in rows(db, "SELECT name FROM sqlite_master WHERE type='table'")]
    owned = {
        table: key.column
        for table in tables
        if not table.startswith(("call_search", "call_words"))
        for key in db[table].foreign_keys
        if key.other_table == "calls"
    }
    assert owned.keys() == call_keeping.WITH_A_CALL.keys()
    small = {"own_numbers"}  # one row a person
    for table in owned.keys() - small:
        assert "SEARCH" in plan(db, f"SELECT 1 FROM {table} WHERE {owned[table]} = 1"), table
