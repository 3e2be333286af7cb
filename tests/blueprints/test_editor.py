"""The editor without JavaScript: every edit is a plain form that answers 303, 422 or 409."""

import html
import json
import re
from pathlib import Path

import pytest

from flows import edits
from flows.document import Connect, Flow, GoTo, HangUp, Menu, Webhook
from flows.targets.speechcall import compile_flow
from storage import flows as store
from tests.helpers import save_flow, sign_in

FIXTURES = Path(__file__).parent.parent / "data" / "fixtures"


@pytest.fixture
def flow_id(db):
    menus = (Menu(id="a", name="First", recording="ivr_1"), Menu(id="b", name="Second"))
    return save_flow(db, Flow(name="Delivery", sender="Bazar", menus=menus))


@pytest.fixture
def edit(owner, flow_id, db):
    """Open the editor, send one of its forms, and give the flow as it is then."""

    def send(action, /, **fields):
        owner.get(f"/flows/{flow_id}")
        owner.post(f"/flows/{flow_id}{action}", **fields)
        return store.load(db, 1, flow_id).flow

    return send


def test_a_new_call_flow_begins_with_one_menu(owner, db):
    owner.get("/")
    owner.post("/flows", name="Delivery")
    assert [menu.name for menu in store.load(db, 1, 1).flow.menus] == ["Menu 1"]
    assert owner.page.request.path == "/flows/1"


def test_what_the_caller_hears_is_saved(edit):
    flow = edit("/menus/a", name="Hello", script="Hi.", recording="ivr_9", wait="2.5")
    assert flow.menus[0].model_dump(include={"name", "script", "recording", "wait_ms"}) == {
        "name": "Hello", "script": "Hi.", "recording": "ivr_9", "wait_ms": 2500,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("recording", "../../etc/passwd", "neither a web address nor the name of a recording"),
        ("recording", "https://user:pw@example.com/a.mp3", "remove it"),
        ("wait", "soon", "Type the seconds as a number"),
        ("wait", "601", "Type the seconds as a number"),
        ("wait", "1_0", "Type the seconds as a number"),
        ("wait", "١٠", "Type the seconds as a number"),
        ("wait", "１", "Type the seconds as a number"),
        ("wait", "1e1", "Type the seconds as a number"),
        ("wait", "0", "Type the seconds as a number"),
        ("wait", "9" * 5000, "Type the seconds as a number"),
        ("name", "Zero\0", "an invisible zero character"),
        ("name", "Bell\x07", "an invisible character"),
        ("name", "x" * 121, "This is too long: use at most 120 characters."),
        ("script", "Zero\0", "an invisible zero character"),
        ("script", "Escape\x1b[31m", "an invisible character"),
        ("script", "x" * 20_001, "This is too long: use at most 20000 characters."),
    ],
)
def test_a_wrong_value_is_explained_where_it_was_typed(edit, owner, field, typed, sentence):
    typed_fields = {"name": "Kept", "script": "Kept too", "recording": "", "wait": "10"}
    flow = edit("/menus/a", **{**typed_fields, field: typed})
    assert owner.page.status_code == 422
    assert sentence in owner.text
    assert ("Kept" if field == "script" else "Kept too") in owner.text
    assert flow.menus[0].name == "First"


def test_menus_are_added_moved_and_copied(edit):
    edit("/menus")
    edit("/menus/b/move/up")
    flow = edit("/menus/b/duplicate")
    assert [menu.name for menu in flow.menus] == ["Second", "Second (copy)", "First", "Menu 3"]


def test_a_menu_that_nothing_leads_to_is_deleted_at_once(edit):
    assert [menu.id for menu in edit("/menus/b/delete").menus] == ["a"]


def test_deleting_a_menu_asks_where_its_callers_should_go(edit, owner):
    edit("/menus/a/keys/2/goto", menu="b")
    flow = edit("/menus/b/delete")
    assert len(flow.menus) == 2
    assert "Where should they go instead?" in owner.text
    flow = edit("/menus/b/delete", links_to="a")
    assert [menu.id for menu in flow.menus] == ["a"]
    assert flow.menus[0].actions("2")[0].menu == "a"


STEPS = [
    ("1", "hangup", {}, HangUp(id="")),
    ("star", "goto", {"menu": "b"}, GoTo(id="", menu="b")),
    ("hash", "connect", {"number": "+380 44 123-45-67"}, Connect(id="", number="+380441234567")),
    ("wrong", "hangup", {}, HangUp(id="")),
    (
        "2",
        "webhook",
        {
            "url": "https://api.example.com/a",
            "body-0-name": "confirm", "body-0-type": "yesno", "body-0-value": "yes",
            "body-1-name": "count", "body-1-type": "number", "body-1-value": "2.5",
            "body-2-name": "who", "body-2-type": "text", "body-2-value": "007",
            "body-3-name": "list", "body-3-type": "json", "body-3-value": '[1, {"a": null}]',
            "headers-0-name": "X-Custom-Header", "headers-0-value": "value",
        },
        Webhook(
            id="", url="https://api.example.com/a", headers={"X-Custom-Header": "value"},
            body={"confirm": True, "count": 2.5, "who": "007", "list": [1, {"a": None}]},
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("slug", "kind", "fields", "action"), STEPS)
def test_every_kind_of_step_can_be_added(edit, slug, kind, fields, action):
    flow = edit(f"/menus/a/keys/{slug}/{kind}", **fields)
    trigger = {"star": "*", "hash": "#"}.get(slug, slug)
    added = flow.menus[0].actions(trigger)[0]
    assert added.model_copy(update={"id": ""}) == action


@pytest.mark.parametrize(("key", "told"), [("2", {"key": "2"}), ("star", {"key": "*"})])
def test_a_new_web_address_is_told_the_key_unless_that_is_taken_out(owner, flow_id, key, told):
    owner.get(f"/flows/{flow_id}?menu=a&key={key}&new=webhook")
    rows = [
        (tag[1], re.search(r'value="([^"]*)"', tag[0])[1])
        for tag in re.finditer(r'<input[^>]*name="(body-\d-name)"[^>]*>', owner.text)
    ]
    assert rows == [("body-0-name", "key"), ("body-1-name", "")]
    typed = re.search(r'name="body-0-value"[^>]*value="([^"]*)"', owner.text)[1]
    assert {"key": typed} == told
    owner.get(f"/flows/{flow_id}?menu=a&key=wrong&new=webhook")
    assert 'value="key"' not in owner.text, "silence is no key"


@pytest.mark.parametrize(
    ("kind", "fields", "sentence"),
    [
        ("webhook", {"url": "ftp://example.com"}, "must begin with https://"),
        ("webhook", {"url": "https://a.example/", "body-0-value": "x"}, "Give this value a name."),
        (
            "webhook",
            {"url": "https://a.example/", "body-0-name": "n", "body-0-type": "number",
             "body-0-value": "many"},
            "Type a number",
        ),
        (
            "webhook",
            {"url": "https://a.example/", "body-0-name": "n", "body-0-type": "json",
             "body-0-value": "{'a': 1}"},
            "not valid JSON",
        ),
        (
            "webhook",
            {"url": "https://a.example/", "headers-0-name": "Content-Length",
             "headers-0-value": "5"},
            "set by the service itself",
        ),
        (
            "webhook",
            {"url": "https://a.example/", "body-0-name": "n", "body-1-name": "n"},
            "there twice",
        ),
        ("webhook", {"url": "https://a.example/", "body-0-name": "n\0", "body-0-value": "x"},
         "an invisible zero character"),
        ("webhook", {"url": "https://a.example/", "body-0-name": "n", "body-0-value": "x\0"},
         "an invisible zero character"),
        (
            "webhook",
            {"url": "https://a.example/", "body-0-name": "n", "body-0-type": "json",
             "body-0-value": "[" * 60 + "]" * 60},
            "too many brackets inside each other",
        ),
        ("save_answer", {"name": "n", "type": "json", "value": "[" * 60 + "]" * 60},
         "too many brackets inside each other"),
        ("save_answer", {"name": "n", "type": "json", "value": '"\\ud800"'}, "half a character"),
        ("save_answer", {"name": "  ", "value": "x"}, "Give the answer a name."),
        ("save_answer", {"name": "x" * 81}, "use at most 80 characters"),
        ("goto", {"menu": ""}, "Choose the menu"),
        ("goto", {"menu": "gone"}, "not there any more"),
        ("connect", {"number": "call me"}, "not a phone number"),
    ],
)  # fmt: skip
def test_a_wrong_step_is_explained_and_not_saved(edit, owner, kind, fields, sentence):
    flow = edit(f"/menus/a/keys/1/{kind}", **fields)
    assert owner.page.status_code == 422
    assert sentence in owner.text
    assert not flow.menus[0].actions("1")


def test_one_more_row_keeps_what_was_typed(edit, owner):
    fields = {"url": "https://kept.example/", "body-0-name": "kept", "more": "body"}
    flow = edit("/menus/a/keys/1/webhook", **fields)
    assert "https://kept.example/" in owner.text
    assert 'name="body-1-name"' in owner.text
    assert not flow.menus[0].actions("1")


def test_steps_are_edited_moved_and_removed(edit):
    edit("/menus/a/keys/1/webhook", url="https://one.example/")
    flow = edit("/menus/a/keys/1/hangup")
    first, second = (action.id for action in flow.menus[0].actions("1"))
    edit(f"/menus/a/steps/{first}", url="https://two.example/")
    flow = edit(f"/menus/a/steps/{second}/move/up")
    assert [action.kind for action in flow.menus[0].actions("1")] == ["hangup", "webhook"]
    assert flow.menus[0].actions("1")[1].url == "https://two.example/"
    flow = edit(f"/menus/a/steps/{first}/remove")
    assert [action.id for action in flow.menus[0].actions("1")] == [second]


def test_opening_a_step_shows_its_values_in_the_form(edit, owner, flow_id):
    flow = edit("/menus/a/keys/1/webhook", **STEPS[-1][2])
    step = flow.menus[0].actions("1")[0].id
    owner.get(f"/flows/{flow_id}?menu=a&step={step}")
    assert 'value="https://api.example.com/a"' in owner.text
    edit(f"/menus/a/steps/{step}", **STEPS[-1][2])
    assert edit("/menus/a/duplicate").menus[0] == flow.menus[0]


def test_the_preview_follows_every_edit(edit, owner, flow_id):
    edit("/menus/b", name="Second", recording="ivr_77", script="", wait="")
    owner.get(f"/flows/{flow_id}?tab=json")
    assert "ivr_77" in owner.text


def test_a_menu_says_how_a_caller_gets_there(edit, owner, flow_id):
    edit("/menus/a/keys/1/goto", menu="b")
    edit("/menus/b/keys/wrong/goto", menu="+")
    third = edit("/menus").menus
    said = {}
    for menu in third:
        owner.get(f"/flows/{flow_id}?menu={menu.id}")
        found = re.search(r'class="hint reached">([^<]*)<', owner.text)
        said[menu.name] = found[1].strip() if found else ""
    assert said == {
        "First": "",
        "Second": "Heard by a caller who presses 1.",
        "Menu 3": "Heard by a caller who presses 1, then stays silent.",
        "Menu 4": "",
    }


def test_the_preview_says_why_a_service_cannot_carry_the_flow(owner, flow_id):
    owner.get(f"/flows/{flow_id}?tab=json&target=voice_api")
    assert "The Voice API plays one menu" in owner.text


def test_a_change_of_another_menu_does_not_get_in_the_way(app, owner, db, flow_id):
    other = sign_in(app)
    owner.get(f"/flows/{flow_id}?menu=a")
    other.get(f"/flows/{flow_id}?menu=b")
    other.post(f"/flows/{flow_id}/menus/b", name="Theirs")
    owner.post(f"/flows/{flow_id}/menus/a", name="Mine")
    assert owner.page.status_code == 200
    assert [menu.name for menu in store.load(db, 1, flow_id).flow.menus] == ["Mine", "Theirs"]


def test_a_change_of_the_same_menu_shows_both_and_loses_neither(app, owner, db, flow_id):
    other = sign_in(app)
    owner.get(f"/flows/{flow_id}?menu=a")
    other.get(f"/flows/{flow_id}?menu=a")
    other.post(f"/flows/{flow_id}/menus/a", name="First", script="Their words")
    owner.post(f"/flows/{flow_id}/menus/a", name="First", script="My words")
    assert owner.page.status_code == 409
    assert "Their words" in owner.text
    assert "My words" in owner.text
    assert store.load(db, 1, flow_id).flow.menus[0].script == "Their words"
    owner.post(f"/flows/{flow_id}/menus/a", name="First", script="My words")
    assert store.load(db, 1, flow_id).flow.menus[0].script == "My words"


def test_a_menu_moved_to_the_beginning_is_said_to_begin_the_call(edit, owner, flow_id):
    edit("/menus/b", name="Hang up", script="Press 1.", recording="ivr_1", wait="10")
    owner.post("/account/profile", name="Olena", language="uk")
    edit("/menus/b/move/up")
    assert "Hang up" in html.unescape(owner.text), "a name that people gave is not translated"
    owner.post("/account/profile", name="Olena", language="en")
    edit("/menus/b/move/down")
    edit("/menus/b/move/up")
    words = "The menu was moved. Calls now begin with “Hang up”."
    assert words in html.unescape(owner.text)
    edit("/menus")
    edit("/menus/a/move/down")
    assert "The menu was moved." in owner.text
    assert "Calls now begin" not in owner.text


def test_a_check_is_mended_with_its_button(edit, owner, flow_id):
    owner.get(f"/flows/{flow_id}")
    flow = edit("/fix", fix=re.search(r'value="(0 missing_wrong \w+)"', owner.text)[1])
    assert [action.kind for action in flow.menus[0].actions("wrong")] == ["repeat", "hangup"]


def _build(edit, document):
    """Rebuild a SpeechCall document with the editor's own forms."""
    message = document["messages"][0]
    edit("/settings", name="Built", sender=message["from"], recipient=message["to"],
         text=message["text"])  # fmt: skip
    flow = edit("/menus/b/delete")
    while len(flow.menus) < len(message["menu"]):
        flow = edit("/menus")
    ids = [menu.id for menu in flow.menus]
    for menu_id, menu in zip(ids, message["menu"], strict=True):
        wait = str(menu["idleTimeoutMsec"] / 1000)
        edit(f"/menus/{menu_id}", name="", recording=menu["introUrl"], wait=wait)
        for key, actions in menu["dtmfActions"].items():
            for action in actions:
                slug = key if key == "wrong" else key[1:]
                edit(f"/menus/{menu_id}/keys/{slug}/{_kind(action)}", **_fields(action, ids))


def _kind(action):
    return {"gotoMenu": "goto"}.get(action["action"], action["action"])


def _fields(action, ids):
    if action["action"] == "gotoMenu":
        return {"menu": ids[int(action["menu"])]}
    fields = {"url": action.get("url", "")}
    for number, (name, value) in enumerate(action.get("body", {}).items()):
        fields |= {
            f"body-{number}-name": name,
            f"body-{number}-type": "yesno",
            f"body-{number}-value": "yes" if value else "no",
        }
    for number, (name, value) in enumerate(action.get("headers", {}).items()):
        fields |= {f"headers-{number}-name": name, f"headers-{number}-value": value}
    return fields


@pytest.mark.parametrize("name", ["speechcall_one_menu.json", "speechcall_two_menus.json"])
def test_the_documents_own_examples_can_be_built_and_come_out_equal(edit, db, flow_id, name):
    document = json.loads((FIXTURES / name).read_text())
    _build(edit, document)
    assert compile_flow(store.load(db, 1, flow_id).flow).body == document


@pytest.mark.parametrize("name", ["voice_tts_request.json", "voice_transfer_request.json"])
def test_the_voice_documents_own_examples_can_be_built_too(edit, owner, flow_id, name):
    request = json.loads((FIXTURES / name).read_text())
    edit("/settings", name="Built", sender=request["from"], recipient=request["to"], text="ivr")
    edit("/menus/b/delete")
    edit("/menus/a", name="", script=request["text"], recording="", wait="10")
    if "transferToNumber" in request:
        edit(
            f"/menus/a/keys/{request['dtmfTransferDigit']}/connect",
            number=request["transferToNumber"],
        )
    owner.get(f"/flows/{flow_id}/export/voice_api.json")
    assert json.loads(owner.text) == request


def test_a_secret_header_is_covered_in_the_preview_and_whole_in_the_export(edit, owner, flow_id):
    fields = {"headers-0-name": "Authorization", "headers-0-value": "Bearer s3cr3t-CANARY-7f"}
    edit("/menus/a/keys/1/webhook", url="https://hooks.example.com/", **fields)
    edit("/menus/b", name="Second", recording="ivr_2", wait="10")
    owner.get(f"/flows/{flow_id}?menu=a&tab=json")
    assert "CANARY" not in owner.text
    owner.get(f"/flows/{flow_id}/export/speechcall.json")
    assert "CANARY" in owner.text


@pytest.mark.parametrize("times", ["21", "0", "1_0", "٢", "many", "9" * 5000])
def test_saying_it_again_takes_a_number_from_1_to_20(edit, owner, times):
    flow = edit("/menus/a/keys/wrong/repeat", times=times)
    assert "Type a number from 1 to 20." in owner.text
    assert not flow.menus[0].actions("wrong")


def test_only_silence_and_wrong_keys_may_have_it_said_again(edit, owner, flow_id):
    assert not edit("/menus/a/keys/1/repeat", times="2").menus[0].actions("1")
    assert owner.page.status_code == 404
    owner.get(f"/flows/{flow_id}?menu=a&key=1&new=repeat")
    assert 'id="step-times"' not in owner.text
    assert edit("/menus/a/keys/wrong/repeat", times="2").menus[0].actions("wrong")


@pytest.mark.parametrize("typed", ["  ", "Zero\0", "Bell\x07", "Half\x85way"])
def test_a_name_that_cannot_be_read_names_no_call_flow(edit, owner, db, flow_id, typed):
    flow = edit("/settings", name=typed, sender="", recipient="", text="ivr")
    assert (owner.page.status_code, flow.name) == (422, "Delivery")
    owner.get("/")
    owner.post("/flows", name=typed)
    assert owner.page.status_code == 422
    assert [one.id for one in store.list_all(db, 1)] == [flow_id]


NINES = "9" * 5000


@pytest.mark.parametrize(
    ("action", "fields", "status"),
    [
        (f"/menus/a/move/{NINES}", {}, 404),
        (f"/menus/a/steps/t/move/{NINES}", {}, 404),
        ("/menus/a/move/١", {}, 404),
        ("/fix", {"fix": f"{NINES} missing_wrong 0123456789ab"}, 200),
        ("/menus", {"revision": NINES}, 400),
        ("/undo", {"revision": NINES}, 400),
        ("/phone/send", {"number": NINES}, 400),
        (f"/phone?start={NINES}&keys=1", {}, 200),
        (f"/history/{NINES}/restore", {}, 404),
    ],
)
def test_a_number_of_five_thousand_digits_is_no_number(edit, db, owner, action, fields, status):
    step = Webhook(id="t", url="https://hooks.example.com/")
    store.edit(db, 1, 1, 1, 1, lambda flow: edits.add_step(flow, "a", "1", step))
    before = store.load(db, 1, 1).flow
    assert edit(action, **fields) == before
    assert owner.page.status_code == status


@pytest.mark.parametrize(
    "path",
    ["/flows/1/compare?a={n}&b={n}", "/flows/1/history?before={n}", "/flows/1?start={n}&keys=1",
     "/calls?before={n}", "/calls?via=c{n}", "/calls?flow={n}", "/answers?flow={n}"],
)  # fmt: skip
def test_neither_is_it_in_an_address(owner, flow_id, path):
    assert owner.get(path.format(n=NINES)).status_code in (200, 404)


def test_a_deleted_menu_leaves_what_was_typed_to_copy(edit, owner, db, flow_id):
    owner.get(f"/flows/{flow_id}?menu=b")
    store.edit(db, 1, flow_id, 1, 1, lambda flow: edits.delete_menu(flow, "b"))
    typed = {"name": "My name", "script": "My words", "recording": "not even ../ valid"}
    owner.post(f"/flows/{flow_id}/menus/b", **typed, wait="10")
    assert owner.page.status_code == 409
    assert "Somebody else deleted this menu" in owner.text
    assert all(words in owner.text for words in typed.values())
    assert [menu.name for menu in store.load(db, 1, flow_id).flow.menus] == ["First"]


@pytest.mark.parametrize("more", [{}, {"more": "body"}])
def test_a_new_step_of_a_deleted_menu_leaves_what_was_typed_to_copy(owner, db, flow_id, more):
    owner.get(f"/flows/{flow_id}?menu=b&key=2&new=webhook")
    store.edit(db, 1, flow_id, 1, 1, lambda flow: edits.delete_menu(flow, "b"))
    owner.post(
        f"/flows/{flow_id}/menus/b/keys/2/webhook", url="https://typed.example/",
        **{"body-0-name": "colour", "body-0-value": "red"}, **more,
    )  # fmt: skip
    assert owner.page.status_code == 409
    for words in ("https://typed.example/", "colour", "red", "Somebody else deleted this menu"):
        assert words in owner.text


def test_a_removed_step_comes_back_as_a_new_one(edit, owner, db, flow_id):
    step = edit("/menus/a/keys/2/webhook", url="https://old.example/").menus[0].actions("2")[0]
    owner.get(f"/flows/{flow_id}?menu=a&key=2&step={step.id}")
    store.edit(db, 1, flow_id, 1, 2, lambda flow: edits.remove_step(flow, "a", step.id))
    owner.post(f"/flows/{flow_id}/menus/a/steps/{step.id}?menu=a&key=2", kind="webhook",
               url="https://typed.example/")  # fmt: skip
    assert owner.page.status_code == 409
    assert "Somebody else removed this step" in owner.text
    assert 'value="https://typed.example/"' in owner.text
    assert f"/flows/{flow_id}/menus/a/keys/2/webhook" in owner.text


def test_an_unknown_menu_or_key_is_a_page_not_a_traceback(edit, owner):
    edit("/menus/gone", name="X")
    assert owner.page.status_code == 409
    edit("/menus/a/steps/gone", kind="nonsense")
    assert owner.page.status_code == 409
    edit("/menus/a/keys/A/hangup")
    assert owner.page.status_code == 404
    edit("/menus/a/keys/1/teleport")
    assert owner.page.status_code == 404
