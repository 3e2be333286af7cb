"""The page of answers while callers answer: it counts by itself and leaves the reader alone."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from flows.document import Flow, HangUp, Menu, SaveAnswer
from storage import answers, calls
from storage.answers import Answer
from storage.calls import NewCall
from tests.helpers import save_flow


def _answered(db: Any, flow_id: int, number: int, value: str) -> None:
    """A call of the flow, and what its caller answered."""
    new = NewCall(
        workspace_id=1, origin="app", nonce=f"n{number}", flow_id=flow_id, flow_revision=1,
        flow_name="Survey", service="speechcall", to_number=f"+38050123{number:04}", sender="",
        request_path="/", request="{}", state="accepted", message_id=f"m{number}",
    )  # fmt: skip
    calls.add(db, new, [])
    answers.receive(db, 1, Answer(f"m{number}", "s1", "delivery", value, "Bazar", ""))


def test_answers_appear_by_themselves_and_nothing_that_is_open_closes(page: Page, db: Any) -> None:
    keys = {"1": (SaveAnswer(id="s1", name="delivery", value="yes"), HangUp(id="h"))}
    menu = Menu(id="a", script="Press 1.", recording="ivr_1", keys=keys)
    flow_id = save_flow(db, Flow(name="Survey", sender="Bazar", menus=(menu,)))
    page.goto(f"/answers/flows/{flow_id}")
    expect(page.get_by_role("heading", name="No answers yet")).to_be_visible()
    _answered(db, flow_id, 1, "yes")
    expect(page.get_by_role("heading", name="delivery")).to_be_visible()
    db.execute("UPDATE answers SET flow_revision = 2")
    db.conn.commit()
    _answered(db, flow_id, 2, "no")
    expect(page.locator(".shares li")).to_have_count(2)
    page.locator("summary", has_text="By version").click()
    page.get_by_label("From").fill("2026-01-01")
    _answered(db, flow_id, 3, "no")
    expect(page.locator(".shares li").first).to_contain_text("67 %")
    expect(page.locator("details[open] table")).to_contain_text("100 %")
    expect(page.get_by_label("From")).to_have_value("2026-01-01")
    page.goto(f"/flows/{flow_id}")
    expect(page.locator("#key-1 .pressed")).to_have_text("3 of 3 pressed 1")
