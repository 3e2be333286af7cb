"""What a program asks for again and again is found by an index."""

from __future__ import annotations

import pytest

from storage import gateway_calls, keys, send_again


@pytest.fixture
def asked(db):
    """Every statement that a connection runs."""
    found = []
    db.conn.set_trace_callback(found.append)
    yield found
    db.conn.set_trace_callback(None)


ASKED = {
    "a key": lambda db: keys.find(db, "p1_x"),
    "a message": lambda db: gateway_calls.find(db, 1, "speechcall", "m"),
    "a bulk": lambda db: gateway_calls.of_bulk(db, 1, "voice_api", "b"),
    "an attempt": lambda db: send_again.send_again(db, 1, 7),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_no_table_is_read_through(db, asked, ask):
    ask(db)
    statements = [sql for sql in asked if sql.startswith("SELECT")]
    assert statements
    db.conn.set_trace_callback(None)
    for sql in statements:
        plan = [row["detail"] for row in db.query(f"EXPLAIN QUERY PLAN {sql}")]
        assert plan
        assert all(step.startswith("SEARCH") for step in plan), plan
