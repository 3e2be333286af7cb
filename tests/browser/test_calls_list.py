"""The list of calls in a real browser: it changes by itself, and disturbs nobody."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from storage import calls
from storage.db import open_db
from tests.helpers import Served


def add(served: Served, number: int, **more: object) -> None:
    """A call that was answered."""
    db = open_db(served.data / "press-one.sqlite3")
    call = {
        "workspace_id": 1, "origin": "app", "nonce": f"list{number}", "flow_name": "Listed",
        "service": "speechcall", "to_number": f"+38093777{number:04}", "sender": "",
        "request_path": "/", "request": "{}", "state": "accepted", "outcome": "answered", **more,
    }  # fmt: skip
    calls.add(db, calls.NewCall(**call), [])
    db.close()


def test_new_calls_appear_while_somebody_types_and_reads(page: Page, served: Served):
    for number in range(60):
        add(served, number)
    page.goto("/calls?q=listed")
    page.get_by_text("As a table").click()
    search = page.get_by_role("searchbox")
    search.fill("half a wo")
    add(served, 60)
    expect(page.get_by_role("link", name="+380 93 777 0060")).to_be_visible()
    expect(search).to_have_value("half a wo")
    expect(search).to_be_focused()
    expect(page.get_by_role("columnheader", name="When (UTC)")).to_be_visible()
    expect(page.get_by_role("navigation", name="Calls by how they ended")).to_contain_text("61")


def test_an_older_page_stays_what_it_is_while_its_totals_follow(page: Page, served: Served):
    for number in range(100, 160):
        add(served, number, flow_name="Paged")
    page.goto("/calls?q=paged")
    page.get_by_role("link", name="Older calls").click()
    lines = page.locator("table.calls tbody tr")
    expect(lines).to_have_count(10)
    add(served, 160, flow_name="Paged")
    chips = page.get_by_role("navigation", name="Calls by how they ended")
    expect(chips).to_contain_text("61")
    expect(lines).to_have_count(10)
    page.get_by_role("link", name="Newest").click()
    expect(page.get_by_role("link", name="+380 93 777 0160")).to_be_visible()


def test_everything_is_reached_without_javascript(plain_page: Page, served: Served):
    for number in range(200, 203):
        add(served, number, flow_name="Plain", outcome="busy")
    plain_page.goto("/calls")
    plain_page.get_by_label("Find a number, a call flow or words").fill("093 777 02 01")
    plain_page.get_by_role("button", name="Show").click()
    expect(plain_page.locator("table.calls tbody tr")).to_have_count(1)
    plain_page.get_by_role("link", name="Show all calls").click()
    plain_page.get_by_label("Status", exact=True).select_option("busy")
    plain_page.get_by_role("button", name="Show").click()
    expect(plain_page).to_have_url(re.compile("status=busy"))
    with plain_page.expect_download() as download:
        plain_page.get_by_role("link", name="Spreadsheet (CSV)").click()
    assert re.fullmatch(r"calls-[\d-]{10}\.csv", download.value.suggested_filename)
    assert "'+380937770202" in download.value.path().read_text("utf-8-sig")
