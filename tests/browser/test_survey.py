"""A survey from its template to its results, and recordings made without leaving the browser."""

from __future__ import annotations

import csv
import re

from playwright.sync_api import Page, expect

from tests.calling.audio import needs_espeak, wav


def _ring(page: Page, number: str) -> None:
    page.get_by_role("link", name="Test call").click()
    page.get_by_label("Number to ring").fill(number)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Ring this number").click()
    answers = page.locator("#live").get_by_role("heading", name="Answers", exact=True)
    expect(answers).to_be_visible(timeout=30_000)


@needs_espeak
def test_a_survey_is_spoken_rung_answered_counted_and_exported(page: Page):
    page.get_by_role("button", name="Customer survey").click()
    page.locator("#own-recording > summary").click()
    page.get_by_role("button", name="for all 4 menus without one").click()
    expect(page.locator(".sound .tag")).to_have_text("Draft voice", timeout=40_000)
    expect(page.locator(".checks")).to_contain_text("This is a draft voice")
    editor = page.url
    page.get_by_role("link", name="JSON", exact=True).click()
    expect(page.locator("pre")).to_contain_text("/r/")

    sound = page.request.get(page.locator("#heard-audio").get_attribute("src") or "")
    assert sound.headers["content-type"].startswith("audio/")
    assert len(sound.body()) > 5_000

    for number in ("+1 505 555 0001", "+380 93 555 0001"):
        page.goto(editor)
        _ring(page, number)

    page.get_by_role("link", name="Answers", exact=True).click()
    expect(page.get_by_role("heading", name="Answers", exact=True)).to_be_visible()
    page.get_by_role("link", name="See the answers").click()
    expect(page.locator("main")).to_contain_text("score")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("CSV|spreadsheet")).first.click()
    rows = list(csv.DictReader(download.value.path().read_text("utf-8-sig").splitlines()))
    assert len(rows) == 2
    assert {value for row in rows for value in row.values()} >= {"1"}


def test_a_voice_is_recorded_in_the_browser_listened_to_and_kept(page: Page):
    page.goto("/recordings")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator("[data-time]")).to_have_text("0:02", timeout=8_000)
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Listen").click()
    page.get_by_label("Name").fill("Welcome")
    page.get_by_role("button", name="Keep it").click()
    row = page.locator(".recordings li").filter(has_text="Welcome")
    expect(row).to_contain_text(re.compile(r"0:0[123] ·"))
    length = row.locator("audio").evaluate(
        "audio => new Promise(done => { audio.onloadedmetadata = () => done(audio.duration);"
        " audio.preload = 'metadata'; audio.load(); })"
    )
    assert 1 < length < 4


def test_files_dropped_on_the_page_are_uploaded_at_once(page: Page):
    page.goto("/recordings")
    sound = list(wav(0.2))
    page.evaluate(
        """bytes => {
          const files = new DataTransfer();
          for (const name of ["one.wav", "two.wav"])
            files.items.add(new File([new Uint8Array(bytes)], name));
          document.querySelector("[data-files] .drop").dispatchEvent(
            new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
        }""",
        sound,
    )
    expect(page.locator(".recordings li")).to_have_count(2)


def test_a_recording_is_chosen_in_the_editor_and_the_phone_plays_it(page: Page):
    page.goto("/recordings")
    page.set_input_files("#files", [{"name": "Hi.wav", "mimeType": "audio/wav", "buffer": wav(1)}])
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.locator(".recordings li")).to_have_count(1)
    page.goto("/")
    page.get_by_label("Name").fill("Greeting")
    page.get_by_role("button", name="New call flow").click()
    page.locator("#own-recording > summary").click()
    page.get_by_label("One of your recordings").select_option(label="Hi")
    page.get_by_role("button", name="Use it").click()
    expect(page.locator(".sound")).to_contain_text("Hi")
    page.get_by_role("button", name="Listen to this menu’s recording").click()
    expect(page.locator("#heard-audio")).to_have_js_property("ended", True)
    expect(page.locator(".sound .playing")).to_have_count(0)
    expect(page.locator("#recording")).to_have_value(re.compile("/r/"))
    page.get_by_label("read aloud").check()
    page.get_by_role("button", name="Start the call").click()
    audio = page.locator("[data-plays]")
    expect(audio).to_have_js_property("ended", True)
    page.locator("#recording").fill("ivr_7")
    page.locator("#recording").blur()
    expect(page.locator(".sound")).to_have_count(0)
    expect(page.get_by_label("Recording", exact=True)).to_have_value("ivr_7")
