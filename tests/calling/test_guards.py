"""May this number be rung: every rule by itself, and all of them where presses race."""

from __future__ import annotations

import multiprocessing
import threading
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from calling import guards, place
from calling.guards import Ask, Facts, NotAllowed, phone
from calling.guards.decision import RULES
from calling.guards.words import SECTIONS, price_text
from flows.document import Connect, Flow, HangUp, Menu
from flows.said import Said
from storage import calls, do_not_call, rules
from storage.calls import NewCall, NewEvent
from storage.db import open_db
from storage.do_not_call import NewEntry
from storage.rules import UNITS, Rules, Tally
from tests.calling.pressing import connection, flow, intent, service_for
from tests.helpers import let_ring

__all__ = ["connection", "flow", "service_for"]

NOON = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)
"""A Wednesday; noon in Kyiv."""

KYIV, SOFIA = "+380501234567", "+359881234567"
NEW_YORK, LOS_ANGELES = "+12125550123", "+13105550123"
MOSCOW_MOBILE = "+79161234567"

ALL = frozenset({"UA", "BG", "US", "RU", "GB", "IT", "AU"})


def facts(number=KYIV, /, transfers=(), **changed):
    """A call that may be made, unless something is changed."""
    own = {name: changed.pop(name) for name in list(changed) if name in Rules.__annotations__}
    return Facts(
        **{
            "rules": Rules(**{"countries": ALL, **own}), "home_region": "UA", "at": NOON,
            "phone": phone(number), "transfers": tuple(phone(n) for n in transfers), **changed,
        }
    )  # fmt: skip


def code(**known):
    refusal = guards.decide(facts(**known) if "number" not in known else _numbered(known))
    return refusal.code if refusal else ""


def _numbered(known):
    return facts(known.pop("number"), **known)


CASES = [
    ("an ordinary call", {}, ""),
    ("paused", {"paused": True}, "paused"),
    ("emergency behind a country code", {"number": "+380112"}, "never"),
    ("premium", {"number": "+19005551234"}, "never"),
    ("shared cost", {"number": "+448431234567"}, "never"),
    ("satellite", {"number": "+881612345678"}, "never"),
    ("a number that is none", {"number": "+380XXXXXXXXX"}, "country"),
    ("an unknown country", {"number": "+999123456789"}, "country"),
    ("practice number for real", {"number": "+15055550001"}, "practice_number"),
    ("another country", {"number": SOFIA, "countries": frozenset({"UA"})}, "country"),
    ("only home by default", {"number": SOFIA, "countries": None}, "country"),
    ("home by default", {"countries": None}, ""),
    ("home is elsewhere", {"number": SOFIA, "countries": None, "home_region": "BG"}, ""),
    ("no country at all", {"countries": frozenset()}, "country"),
    ("mobiles only, a landline", {"number": "+380442345678", "kinds": frozenset({"mobile"})},
     "kind"),
    ("mobile or landline, mobiles only", {"number": NEW_YORK, "kinds": frozenset({"mobile"}),
                                          "at": NOON + timedelta(hours=6)}, ""),
    ("toll free by default", {"number": "+18002345678"}, "kind"),
    ("personal numbers by default", {"number": "+447012345678"}, "kind"),
    ("on the list", {"listed": frozenset({KYIV})}, "do_not_call"),
    ("another number on the list", {"listed": frozenset({SOFIA})}, ""),
    ("a transfer to a satellite", {"transfers": ("+881612345678",)}, "never"),
    ("a transfer to premium", {"transfers": ("+19005551234",)}, "never"),
    ("a transfer abroad", {"transfers": (SOFIA,), "countries": frozenset({"UA"})}, "country"),
    ("a transfer on the list", {"transfers": (SOFIA,), "listed": frozenset({SOFIA})},
     "do_not_call"),
    ("a transfer where it is night", {"transfers": (LOS_ANGELES,)}, ""),
    ("in flight", {"tally": Tally(in_flight=True)}, "in_flight"),
    ("a person's fifth", {"tally": Tally(person_hour=4)}, ""),
    ("a person's sixth", {"tally": Tally(person_hour=5)}, "person_hour"),
    ("a number's sixth", {"tally": Tally(number_hour=5)}, "number_hour"),
    ("the tenth of an hour", {"tally": Tally(workspace_hour=9)}, ""),
    ("the eleventh of an hour", {"tally": Tally(workspace_hour=10)}, "workspace_hour"),
    ("the 101st of a day", {"tally": Tally(workspace_day=100)}, "workspace_day"),
    ("no caps", {"tally": Tally(9999, 9999, 9999, 9999, 9999), "person_hour": None,
                 "number_hour": None, "workspace_hour": None, "workspace_day": None}, ""),
    ("nobody at all", {"workspace_hour": 0}, "workspace_hour"),
    ("a country's cap", {"country_day": {"UA": 3}, "tally": Tally(country_day=3)}, "country_day"),
    ("another country's cap", {"country_day": {"BG": 0}, "tally": Tally(country_day=3)}, ""),
    ("a limit without a price", {"spend_day": UNITS}, "price_unknown"),
    ("the last cent", {"spend_day": UNITS, "prices": {"UA": 500}, "tally": Tally(spent_day=9500)},
     ""),
    ("over the limit", {"spend_day": UNITS, "prices": {"UA": 501},
                        "tally": Tally(spent_day=9500)}, "spent"),
    ("a free call", {"spend_day": 0, "prices": {"UA": 0}}, ""),
    ("unheard, without an own number", {"unheard": True}, "call_me_first"),
    ("unheard, to another", {"unheard": True, "own_number": SOFIA}, "call_me_first"),
    ("unheard, to oneself", {"unheard": True, "own_number": KYIV}, ""),
    ("unheard, switched off", {"unheard": True, "call_me_first": False}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("known", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_each_rule_forbids_what_it_is_for_and_nothing_else(known, expected):
    assert code(**dict(known)) == expected


def test_every_rule_has_a_case():
    assert {row.code for row in RULES} == {expected for *_, expected in CASES} - {""} | {"hours"}


HOURS = [
    (KYIV, "2026-06-10T04:59", "hours"),
    (KYIV, "2026-06-10T05:00", ""),
    (KYIV, "2026-06-10T17:59", ""),
    (KYIV, "2026-06-10T18:00", "hours"),
    (KYIV, "2026-01-14T05:30", "hours"),
    (KYIV, "2026-01-14T06:00", ""),
    (NEW_YORK, "2026-06-10T12:00", ""),
    (LOS_ANGELES, "2026-06-10T12:00", "hours"),
    (LOS_ANGELES, "2026-06-10T15:00", ""),
    (MOSCOW_MOBILE, "2026-06-10T09:00", "hours"),
    ("+61412345678", "2026-06-10T09:00", ""),
    ("+61412345678", "2026-06-10T11:30", "hours"),
]
"""Number, moment (UTC), verdict: 08:00 to 21:00 there, in summer and winter, in every zone."""


@pytest.mark.parametrize(("number", "at", "expected"), HOURS)
def test_the_hours_are_those_of_the_phone_in_every_zone_it_may_be_in(number, at, expected):
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert code(number=number, at=moment) == expected
    assert code(number=number, at=moment, hours_on=False) == ""


def test_a_day_off_is_the_day_where_the_phone_is():
    sunday_there = datetime(2026, 6, 13, 21, 30, tzinfo=UTC)
    working = {"days": frozenset(range(6)), "opens": 0, "closes": 24 * 60}
    refusal = guards.decide(facts(at=sunday_there, **working))
    assert (refusal.code, "Sunday" in refusal.sentence) == ("hours", True)
    assert code(at=sunday_there - timedelta(hours=1), **working) == ""


def test_a_phone_that_is_nowhere_is_not_rung_by_the_clock():
    nowhere = replace(facts(), phone=replace(phone(KYIV), zones=()))
    assert guards.decide(nowhere).code == "hours"
    strange = replace(facts(), phone=replace(phone(KYIV), zones=("Mars/Olympus",)))
    assert guards.decide(strange).code == "hours"


REFUSED = [dict(known) for _, known, expected in CASES if expected]


@pytest.mark.parametrize("known", REFUSED)
def test_practice_is_stopped_only_by_the_pause_and_by_what_is_never_rung(known):
    expected = code(**dict(known))
    left = code(**{**known, "practice": True})
    assert left == (expected if expected in ("paused", "never") else "")


@pytest.mark.parametrize("known", REFUSED)
def test_every_refusal_is_a_sentence_and_says_where_it_is_changed(known):
    refusal = guards.decide(_numbered(dict(known)) if "number" in known else facts(**known))
    assert isinstance(refusal.sentence, Said)
    assert refusal.sentence.endswith(".")
    assert refusal.section in {"", *SECTIONS}
    if refusal.section:
        assert f"“{SECTIONS[refusal.section]}”" in refusal.whole
    assert refusal.status in (400, 429)


def test_amounts_are_written_as_people_read_them():
    assert [price_text(n, "EUR") for n in (0, 1, 500, 10_000, 123_456)] == [
        "0.00 EUR", "0.0001 EUR", "0.05 EUR", "1.00 EUR", "12.3456 EUR",
    ]  # fmt: skip


def test_the_phones_of_a_flow_are_those_that_callers_are_connected_to():
    keys = {"1": (Connect(id="a", number=SOFIA),), "2": (Connect(id="b", number=SOFIA),),
            "3": (HangUp(id="h"),), "4": (Connect(id="c", number=""),)}  # fmt: skip
    connecting = Flow(name="F", menus=(Menu(id="m", keys=keys),))
    assert [p.number for p in guards.transfers_of(connecting)] == [SOFIA]


def test_a_number_is_known_with_or_without_its_plus():
    assert phone(KYIV[1:]) == phone(KYIV)
    assert (phone(KYIV).country, phone(KYIV).kinds, phone(KYIV).zones) == (
        "UA", ("mobile",), ("Europe/Kyiv",),
    )  # fmt: skip


def ask(number=KYIV, **changed):
    return Ask(**{"workspace_id": 1, "phone": phone(number), "home_region": "UA",
                  "practice": False, **changed})  # fmt: skip


def new(nonce, number=KYIV, **changed):
    return NewCall(
        **{
            "workspace_id": 1, "origin": "app", "nonce": nonce, "flow_name": "F",
            "service": "speechcall", "to_number": number, "sender": "S", "request_path": "/",
            "request": "{}", "state": "queued", **changed,
        }
    )  # fmt: skip


def ring(db, nonce, number=KYIV, over=False, **changed):
    """A call written down; ``over``: nothing more will be heard of it."""
    more = {"person_id": changed["person_id"]} if "person_id" in changed else {}
    call, fresh = calls.add(db, new(nonce, number, **more), [NewEvent("queued")],
                            guards.gate(ask(number, **changed)))  # fmt: skip
    if over:
        calls.change(db, call.id, [], finished_at="2026-01-01T00:00:00.000Z")
    return call, fresh


def refused(db, nonce, *more, **changed):
    with pytest.raises(NotAllowed) as problem:
        ring(db, nonce, *more, **changed)
    return problem.value.refusal.code


def rows(db):
    return next(db.query("SELECT count(*) AS n FROM calls"))["n"]


def test_what_is_written_down_is_what_counts(db):
    let_ring(db, prices={"UA": 500}, number_hour=1)
    call, _ = ring(db, "a", KYIV[1:], over=True)
    assert (call.real, call.country, call.price, call.to_number) == (True, "UA", 500, KYIV)
    assert refused(db, "b") == "number_hour"
    assert rows(db) == 1


def test_the_same_press_again_is_the_same_call_whatever_the_rules_say_by_now(db):
    call, _ = ring(db, "a")
    rules.change(db, 1, paused=True)
    assert ring(db, "a") == (call, False)
    assert refused(db, "b") == "paused"


def test_practice_is_neither_counted_nor_capped(db):
    let_ring(db, workspace_hour=0)
    for nonce in "abc":
        call, _ = ring(db, nonce, "+15055550100", practice=True)
        assert (call.real, call.country, call.price) == (False, "", 0)
    assert refused(db, "d") == "workspace_hour"


def test_a_number_rings_once_at_a_time(db):
    ring(db, "a")
    assert refused(db, "b") == "in_flight"
    assert ring(db, "c", SOFIA)[1]
    calls.change(db, 1, [], finished_at="2026-01-01T00:00:00.000Z")
    assert ring(db, "d")[1]


def test_calls_of_yesterday_of_others_and_of_practice_leave_room(db):
    let_ring(db, workspace_day=2, workspace_hour=1)
    ring(db, "old", over=True)
    db.execute("UPDATE calls SET created_at = '2020-01-01T00:00:00.000Z'")
    db.conn.commit()
    let_ring(db, 2)
    calls.add(db, new("foreign", workspace_id=2), [], guards.gate(ask(workspace_id=2)))
    ring(db, "a", over=True)
    assert refused(db, "b") == "workspace_hour"
    let_ring(db, workspace_day=1)
    assert refused(db, "b") == "workspace_day"


def test_a_call_that_was_certainly_not_placed_costs_nothing_but_counts(db):
    let_ring(db, spend_day=500, prices={"UA": 500}, number_hour=2)
    call, _ = ring(db, "a", over=True)
    calls.change(db, call.id, [], state="refused")
    ring(db, "b", over=True)
    assert refused(db, "c") == "number_hour"
    assert refused(db, "d", "+380671234567") == "spent"


def test_the_do_not_call_list_ends_when_it_says_so(db):
    do_not_call.add(db, 1, [NewEntry(KYIV, expires_at="2020-01-01T00:00:00.000Z")])
    assert guards.check(db, ask()) is None
    do_not_call.add(db, 1, [NewEntry(KYIV)])
    assert guards.check(db, ask()).code == "do_not_call"
    assert guards.check(db, ask(practice=True)) is None
    assert guards.check(db, ask(SOFIA, transfers=(phone(KYIV),))).code == "do_not_call"


def _press(path, start, results, person_ids, index):
    db = open_db(path)
    start.wait()
    try:
        for n, person_id in enumerate(person_ids):
            number = f"+38050123{index:02}{n:02}"
            try:
                ring(db, f"{index}-{n}", number, person_id=person_id)
                results.put("rung")
            except NotAllowed as refusal:
                results.put(refusal.refusal.code)
    finally:
        db.close()


def test_fifty_presses_at_once_never_get_past_a_cap(path, db):
    let_ring(db, workspace_hour=10)
    start, done = threading.Barrier(50), []

    def press(index):
        own = open_db(path)
        start.wait()
        try:
            ring(own, f"n{index}", f"+3805012345{index:02}")
            done.append("rung")
        except NotAllowed as problem:
            done.append(problem.refusal.code)
        own.close()

    threads = [threading.Thread(target=press, args=(index,)) for index in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (done.count("rung"), done.count("workspace_hour")) == (10, 40)
    assert rows(db) == 10


def test_processes_share_the_caps_as_threads_do(path, db):
    let_ring(db, workspace_hour=7)
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(4), context.Queue()
    workers = [
        context.Process(target=_press, args=(path, start, results, [None] * 5, index))
        for index in range(4)
    ]
    for worker in workers:
        worker.start()
    told = [results.get(timeout=60) for _ in range(20)]
    for worker in workers:
        worker.join(30)
    assert (told.count("rung"), told.count("workspace_hour")) == (7, 13)
    assert rows(db) == 7


def test_fifty_presses_for_one_number_ring_it_once(path, db):
    start, done = threading.Barrier(50), []

    def press(index):
        own = open_db(path)
        start.wait()
        try:
            ring(own, f"n{index}")
            done.append("rung")
        except NotAllowed as problem:
            done.append(problem.refusal.code)
        own.close()

    threads = [threading.Thread(target=press, args=(index,)) for index in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(done)) == ["in_flight", "rung"]
    assert done.count("rung") == 1


def test_a_call_that_was_written_down_before_the_pause_is_not_sent_after_it(
    db, flow, connection, service_for, listener
):
    call, _ = place.intend(db, intent(flow, connection))
    rules.change(db, 1, paused=True)
    stopped = place.send(db, call.id, service_for)
    assert (stopped.state, stopped.problem) == ("refused", place.PAUSED)
    assert listener.requests == []
    with pytest.raises(NotAllowed):
        place.intend(db, intent(flow, connection, "n2"))
    assert rows(db) == 1
