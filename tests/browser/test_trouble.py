"""When something goes wrong under somebody's hands: what they typed stays, and they are told."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import abort, request
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from app import create_app
from blueprints.assets import serve_compressed
from blueprints.errors import PAGES
from flows import edits
from flows.document import Flow, GoTo, HangUp, Menu, Webhook
from storage import flows as store
from storage.db import open_db
from tests.helpers import OWNER, PASSWORD, free_port

BROKEN = {500: ZeroDivisionError(), 507: sqlite3.OperationalError("database or disk is full")}
"""What the app really raises where it answers no status of its own."""

TYPED = "Words that nobody wants to type twice"


@dataclass
class Shaky:
    """The app over real HTTP; while ``status`` is set, every form is answered with it."""

    url: str
    db: Any
    status: int = 0
    seen: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def shaky(first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shaky]:
    """Served in a thread, so that a test can break it."""
    data = Path(shutil.copytree(first_day, tmp_path_factory.mktemp("trouble") / "data"))
    port = free_port()
    app = create_app(data=data, TESTING=True, PROPAGATE_EXCEPTIONS=False)
    house = Shaky(f"http://127.0.0.1:{port}", open_db(data / "press-one.sqlite3"))

    @app.before_request
    def break_down() -> None:
        if request.method == "POST" and request.path.startswith("/flows/"):
            house.seen.append(request.path)
            if house.status in BROKEN:
                raise BROKEN[house.status]
            if house.status:
                abort(house.status)

    serve_compressed(app).join()
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield house
    server.shutdown()
    thread.join()
    server.server_close()
    house.db.close()


@pytest.fixture
def page(chromium: Browser, shaky: Shaky) -> Iterator[Page]:
    """The owner at the editor, the app still whole; the page itself never breaks."""
    shaky.status, shaky.seen = 0, []
    context = chromium.new_context(base_url=shaky.url)
    context.set_default_timeout(10_000)
    page, broken = context.new_page(), []
    page.on("pageerror", lambda error: broken.append(str(error)))
    sign_in(page)
    yield page
    context.close()
    assert broken == []


def sign_in(page: Page) -> None:
    """Through the sign-in page."""
    page.goto("/login")
    page.get_by_label("E-mail").fill(OWNER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


@pytest.fixture
def flow_id(shaky: Shaky) -> int:
    """Two menus; the first has a step that can be edited."""
    told = Webhook(id="t", url="https://hooks.example.com/1")
    first = Menu(id="a", name="First", keys={"1": (told, HangUp(id="h"))})
    second = Menu(id="b", name="Second", keys={"1": (GoTo(id="g", menu="a"),)})
    return store.create(shaky.db, 1, 1, Flow(name="Delivery", menus=(first, second)), "Start")


def meanwhile(shaky: Shaky, flow_id: int, change: store.Edit) -> None:
    """Somebody else changes the call flow."""
    newest = store.load(shaky.db, 1, flow_id)
    store.edit(shaky.db, 1, flow_id, 1, newest.revision, change)


def type_a_script(page: Page) -> None:
    """Type, and leave the field so that it saves itself."""
    page.locator("#script").fill(TYPED)
    page.locator("#script").blur()


@pytest.mark.parametrize("status", sorted(PAGES.keys() - {400, 409}))
def test_whatever_the_server_says_the_text_stays_and_is_saved_later(
    page: Page, shaky: Shaky, flow_id: int, status: int
):
    page.goto(f"/flows/{flow_id}?menu=a")
    shaky.status = status
    type_a_script(page)
    trouble = page.locator("#trouble")
    expect(trouble).to_contain_text(str(PAGES[status][0]))
    expect(trouble).to_contain_text("What you typed is still here.")
    expect(page.locator("#script")).to_have_value(TYPED)
    expect(page.locator(".saved")).to_have_text("Not saved")
    shaky.status = 0
    if status == 404:
        expect(trouble.get_by_role("link", name="Go to your call flows")).to_be_visible()
        return
    trouble.get_by_role("button", name="Save again").click()
    expect(trouble).to_have_count(0)
    expect(page.locator(".announce")).to_contain_text("version 2")
    assert store.load(shaky.db, 1, flow_id).flow.menus[0].script == TYPED


def test_what_was_pressed_after_a_text_that_was_not_saved_does_not_take_it_away(
    page: Page, shaky: Shaky, flow_id: int
):
    page.goto(f"/flows/{flow_id}?menu=a")
    shaky.status = 503
    page.locator("#script").fill(TYPED)
    page.locator("#rail-b a").click()
    expect(page.locator("#trouble")).to_contain_text(str(PAGES[503][0]))
    page.wait_for_timeout(300)
    expect(page.locator("#script")).to_have_value(TYPED)


def test_a_text_larger_than_anything_may_be_stays(page: Page, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=a")
    # Not laid out: drawing that much takes Chromium half a minute.
    page.evaluate("document.getElementById('script').style.display = 'none'")
    page.evaluate("document.getElementById('script').value = 'x'.repeat(2_600_000)")
    page.evaluate("document.getElementById('heard').requestSubmit()")
    expect(page.locator("#trouble")).to_contain_text(str(PAGES[413][0]))
    assert page.evaluate("document.getElementById('script').value.length") == 2_600_000


def test_a_deleted_call_flow_says_so_and_leaves_the_text(page: Page, shaky: Shaky, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=a")
    store.delete(shaky.db, 1, flow_id)
    type_a_script(page)
    expect(page.locator("#trouble")).to_contain_text(str(PAGES[404][0]))
    expect(page.locator("#script")).to_have_value(TYPED)


@pytest.mark.parametrize("lost", ["cookies", "session"])
def test_signed_out_meanwhile_one_signs_in_elsewhere_and_goes_on(
    page: Page, shaky: Shaky, flow_id: int, lost: str
):
    page.goto(f"/flows/{flow_id}?menu=a")
    if lost == "cookies":
        page.context.clear_cookies()
    else:
        shaky.db.execute("DELETE FROM sessions")
        shaky.db.conn.commit()
    type_a_script(page)
    trouble = page.locator("#trouble")
    expect(trouble).to_contain_text("You are signed out.")
    expect(page.locator("#script")).to_have_value(TYPED)
    other = page.context.new_page()
    sign_in(other)
    other.close()
    trouble.get_by_role("button", name="Save again").click()
    expect(trouble).to_have_count(0)
    expect(page.locator(".announce")).to_contain_text("version 2")
    assert store.load(shaky.db, 1, flow_id).flow.menus[0].script == TYPED


def test_a_menu_deleted_meanwhile_leaves_its_text_to_copy(page: Page, shaky: Shaky, flow_id: int):
    page.goto(f"/flows/{flow_id}?menu=b")
    meanwhile(shaky, flow_id, lambda flow: edits.delete_menu(flow, "b"))
    type_a_script(page)
    conflict = page.get_by_role("alert")
    expect(conflict).to_contain_text("Somebody else deleted this menu")
    expect(conflict.get_by_label("What the caller hears")).to_have_value(TYPED)
    expect(page.locator(".menus li")).to_have_count(1)
    expect(page.locator("#script")).to_have_value("")
    assert store.load(shaky.db, 1, flow_id).flow.menus[0].script == ""


def test_a_new_step_of_a_menu_deleted_meanwhile_leaves_its_values_to_copy(
    page: Page, shaky: Shaky, flow_id: int
):
    page.goto(f"/flows/{flow_id}?menu=b&key=2&new=webhook")
    page.get_by_label("Web address").fill("https://typed.example.com/")
    meanwhile(shaky, flow_id, lambda flow: edits.delete_menu(flow, "b"))
    page.get_by_role("button", name="Save step").last.click()
    conflict = page.get_by_role("alert")
    expect(conflict).to_contain_text("Somebody else deleted this menu")
    expect(conflict.get_by_label("Web address")).to_have_value("https://typed.example.com/")


def test_a_step_removed_meanwhile_becomes_a_new_one_with_what_was_typed(
    page: Page, shaky: Shaky, flow_id: int
):
    page.goto(f"/flows/{flow_id}?menu=a&key=1&step=t")
    page.get_by_label("Web address").fill("https://typed.example.com/")
    meanwhile(shaky, flow_id, lambda flow: edits.remove_step(flow, "a", "t"))
    page.get_by_role("button", name="Save step").last.click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else removed this step")
    expect(page.locator("#new-step").get_by_label("Web address")).to_have_value(
        "https://typed.example.com/"
    )
    page.get_by_role("button", name="Save step").last.click()
    expect(page.locator(".announce")).to_contain_text("version 3")
    expect(page.locator(".step")).to_have_count(2)
    kept = store.load(shaky.db, 1, flow_id).flow.menus[0].actions("1")
    assert [getattr(action, "url", "") for action in kept] == ["https://typed.example.com/", ""]


@pytest.mark.parametrize("button", ["Delete", "Duplicate", "Move this menu up"])
def test_a_button_of_a_menu_deleted_meanwhile_shows_the_newest_version(
    page: Page, shaky: Shaky, flow_id: int, button: str
):
    page.goto(f"/flows/{flow_id}?menu=b")
    meanwhile(shaky, flow_id, lambda flow: edits.delete_menu(flow, "b"))
    page.locator(".hear").get_by_role("button", name=button).click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else removed this")
    expect(page.locator(".menus li")).to_have_count(1)
    expect(page.locator("#script")).to_be_visible()
