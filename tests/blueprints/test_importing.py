"""Bringing documents in: files, pasted text, curl commands; and everything that is refused."""

import html
import json
import re
from pathlib import Path

import pytest
from urllib3 import encode_multipart_formdata

from storage import flows as store
from storage import inboxes
from tests.data.hostile.expand import CASES, expand

FIXTURES = Path(__file__).parent.parent / "data" / "fixtures"
ONE_MENU = (FIXTURES / "speechcall_one_menu.json").read_text()
TWO_MENUS = (FIXTURES / "speechcall_two_menus.json").read_text()
CURL = (FIXTURES / "speechcall_curl.txt").read_text()
TRANSFER = (FIXTURES / "voice_transfer_request.json").read_text()


def as_file(content, name="flow.json"):
    """A file chosen on the page."""
    return {"file": (name, content.encode() if isinstance(content, str) else content)}


@pytest.fixture
def bring(house):
    """Open the import screen, send its form, and give the flows that are new since."""

    def send(**fields):
        before = {flow.id for flow in store.list_all(house.db, 1)}
        house.owner.get("/import")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', house.owner.text)[1]
        body, kind = encode_multipart_formdata({"csrf_token": token, **fields})
        house.owner.page = house.owner.client.post(
            "/import", data=body, content_type=kind, follow_redirects=True
        )
        new = [flow.id for flow in store.list_all(house.db, 1) if flow.id not in before]
        return [store.load(house.db, 1, flow_id) for flow_id in sorted(new)]

    return send


def exported(house, flow_id, target="speechcall"):
    """What the flow's download holds."""
    reply = house.owner.client.get(f"/flows/{flow_id}/export/{target}.json")
    assert reply.status_code == 200
    return json.loads(reply.data)


def same_json(one, other):
    """Whether two values are the same JSON: to Python 1, 1.0 and True are equal."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@pytest.mark.parametrize(
    "given",
    [
        as_file(TWO_MENUS),
        as_file("\ufeff" + TWO_MENUS),
        as_file(CURL, "command.txt"),
        {"pasted": TWO_MENUS},
        {"pasted": CURL},
        {"pasted": "$ " + CURL.replace("\n", "\r\n")},
    ],
    ids=["file", "file with a mark", "curl in a file", "pasted", "curl", "curl from Windows"],
)
def test_the_services_own_example_comes_in_and_goes_out_the_same(house, bring, given):
    (stored,) = bring(name="Survey", **given)
    assert house.owner.page.request.path == f"/flows/{stored.id}"
    assert (stored.flow.name, len(stored.flow.menus)) == ("Survey", 2)
    assert same_json(exported(house, stored.id), json.loads(TWO_MENUS))


@pytest.mark.parametrize("given", [as_file(TRANSFER), {"pasted": TRANSFER}])
def test_a_voice_api_request_comes_in_and_goes_out_the_same(house, bring, given):
    (stored,) = bring(**given)
    assert stored.flow.menus[0].actions("1")[0].number == "+15055559999"
    assert same_json(exported(house, stored.id, "voice_api"), json.loads(TRANSFER))


def test_every_message_becomes_a_flow_of_its_own(house, bring):
    document = json.loads(ONE_MENU)
    first = document["messages"][0]
    document["messages"] = [first, {**first, "from": "Second", "to": "+380936670004"}]
    flows = bring(name="Batch", pasted=json.dumps(document))
    assert [stored.flow.sender for stored in flows] == ["BazarCOM", "Second"]
    assert len({stored.flow.name for stored in flows}) == 2
    assert "2 call flows were imported, one for each message." in house.owner.text
    for stored, message in zip(flows, document["messages"], strict=True):
        assert exported(house, stored.id)["messages"] == [message]


def test_what_is_not_known_is_kept_and_said(house, bring):
    document = json.loads(ONE_MENU)
    document["campaign"] = {"id": 7, "big": 12345678901234567890, "share": 1.0}
    message = document["messages"][0]
    message["priority"] = "1"
    message["menu"][0]["voice"] = None
    message["menu"][0]["dtmfActions"]["d1"][0]["retry"] = [True, 1]
    (stored,) = bring(pasted=json.dumps(document))
    assert same_json(exported(house, stored.id), document)
    assert "“campaign” is not known here; it is kept" in house.owner.text


def test_many_long_warnings_are_still_shown(house, bring):
    document = json.loads(ONE_MENU)
    for number in range(30):
        document["".join(chr(0x4E00 + 97 * number + i * 13) for i in range(400))] = number
    (stored,) = bring(pasted=json.dumps(document))
    assert "is not known here" in house.owner.text
    assert "Imported. 30 things to look at: see Checks." in house.owner.text
    assert same_json(exported(house, stored.id), document)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_hostile_file_gets_its_status_and_nothing_of_it_is_saved(house, bring, case):
    content, expected = expand(case["document"]), case["expect"]
    flows = bring(**as_file(content))
    page = house.owner.page
    assert "Traceback" not in house.owner.text
    if expected["verdict"] == "reject":
        assert (page.status_code, flows) == (expected["http"], [])
        assert 'role="alert"' in house.owner.text or page.status_code == 413
    else:
        assert page.status_code == 200
        assert page.request.path == f"/flows/{flows[0].id}"
        document = json.loads(content)
        assert len(flows) == len(document["messages"])
        if len(flows) == 1:
            assert same_json(exported(house, flows[0].id), document)


PASTED = {
    name: case
    for name, case in CASES.items()
    if "$b64" not in case["document"] and case["expect"]["verdict"] == "reject"
}


@pytest.mark.parametrize("case", PASTED.values(), ids=PASTED)
def test_a_hostile_text_is_refused_alike_and_stays_on_the_page(house, bring, case):
    text, expected = expand(case["document"]).decode(), case["expect"]
    flows = bring(pasted=text)
    status = house.owner.page.status_code
    assert flows == []
    assert status == (expected["http"] if text.strip() else 422)
    if status != 413:
        shown = html.unescape(house.owner.text).replace("\r\n", "\n")
        # A page cannot hold NUL; HTML says that it becomes U+FFFD.
        assert text.strip().replace("\r\n", "\n").replace("\0", "\ufffd") in shown


def test_the_place_of_a_problem_is_said_in_words_and_as_a_path(house, bring):
    document = json.loads(ONE_MENU)
    actions = document["messages"][0]["menu"][0]["dtmfActions"]
    actions["d2"][0]["url"] = "https://me:pw@example.com/"
    actions["d1"][1] = {"action": "hangUp"}
    assert bring(pasted=json.dumps(document)) == []
    text = house.owner.text
    assert house.owner.page.status_code == 422
    assert "Please mend these 2 things first" in text
    actions_at = "/messages/0/menu/0/dtmfActions"
    for words in ("Menu 1, key 2, step 1", f"{actions_at}/d2/0/url",
                  "Menu 1, key 1, step 2", f"{actions_at}/d1/1/action"):  # fmt: skip
        assert words in text


def test_a_warning_is_not_among_the_things_to_mend(house, bring):
    document = json.loads(TWO_MENUS)
    document["messages"][0]["type"] = "sms"
    bring(pasted=json.dumps(document))
    assert "Please mend this first" in house.owner.text
    assert "Nobody outside can reach" not in house.owner.text


def test_the_text_of_a_refused_file_can_be_mended_on_the_page(house, bring):
    bring(name="Survey", **as_file(ONE_MENU.replace('"hangup"', '"hang&lt;up"')))
    shown = html.unescape(house.owner.text)
    assert house.owner.page.status_code == 422
    assert '"hang&lt;up"' in shown
    assert 'value="Survey"' in shown
    (stored,) = bring(name="Survey", pasted=ONE_MENU)
    assert stored.flow.name == "Survey"


def test_a_file_in_another_encoding_is_not_shown_as_if_it_could_be_mended(house, bring):
    assert bring(**as_file(ONE_MENU.encode("utf-16"))) == []
    assert house.owner.page.status_code == 400
    assert "not saved as UTF-8" in house.owner.text
    assert "\ufffd" not in house.owner.text


@pytest.mark.parametrize("size", [1_200_000, 3_000_000])
def test_a_file_that_is_too_large_is_refused_and_not_shown_cut_off(house, bring, size):
    assert bring(**as_file(ONE_MENU + " " * size)) == []
    assert house.owner.page.status_code == 413
    assert "BazarCOM" not in house.owner.text
    assert "1 MB" in house.owner.text


@pytest.mark.parametrize(
    ("given", "status", "sentence"),
    [
        ({}, 422, "Choose a file, or paste JSON or a curl command."),
        ({"pasted": " \r\n "}, 422, "Choose a file, or paste JSON or a curl command."),
        ({"pasted": ONE_MENU, **as_file(TWO_MENUS)}, 422, "keep one of them"),
        (as_file(""), 400, "This is empty"),
        (as_file("\ufeff"), 400, "This is empty"),
        ({"pasted": "curl https://example.com"}, 400, "it needs a -d part"),
        ({"pasted": "curl -d @flow.json https://example.com"}, 400, "import that file instead"),
        ({"pasted": "curl -d '{\"messages\": "}, 400, "copy all of it"),
        ({"pasted": '{"to": "+15053753840"}'}, 422, "Missing required fields"),
        ({"pasted": ONE_MENU, "name": "x" * 121}, 422, "use at most 120 characters"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_in_a_plain_sentence(house, bring, given, status, sentence):
    assert bring(**given) == []
    shown = html.unescape(house.owner.text).replace("\r\n", "\n")
    assert house.owner.page.status_code == status
    assert sentence in shown
    assert given.get("pasted", "").strip() in shown


def test_a_flow_without_a_name_of_its_own_is_called_imported(bring):
    (stored,) = bring(name="   ", pasted=ONE_MENU)
    assert stored.flow.name == "Imported call flow"


def test_viewers_cannot_import(house):
    viewer = house.somebody("viewer@example.com")
    viewer.get("/")
    assert viewer.post("/import", pasted=ONE_MENU).status_code == 403
    assert viewer.get("/import").status_code == 403
    viewer.get("/")
    assert "/import" not in viewer.text


def test_a_press_one_file_brings_everything_back(house, bring):
    house.owner.get("/")
    house.owner.post("/flows/from/uk/appointment")
    made = store.load(house.db, 1, max(flow.id for flow in store.list_all(house.db, 1)))
    reply = house.owner.client.get(f"/flows/{made.id}/export/press-one.json")
    assert reply.headers["Content-Disposition"].endswith('.press-one.json"')
    (back,) = bring(**as_file(reply.data, "renamed.json"))
    assert back.flow == made.flow
    (pasted,) = bring(name="Another name", pasted=reply.text)
    assert pasted.flow == made.flow.model_copy(update={"name": "Another name"})
    assert not bring(pasted=reply.text.replace('"goto"', '"gone"'))
    assert "This part of the Press One file is damaged" in house.owner.text


@pytest.mark.parametrize("move", ["nothing", "the inbox has a new address", "another server"])
def test_our_own_inbox_comes_back_as_a_saved_answer(house, bring, move):
    house.owner.get("/")
    house.owner.post("/flows/from/en/survey")
    made = store.load(house.db, 1, max(flow.id for flow in store.list_all(house.db, 1)))
    menus = tuple(menu.model_copy(update={"recording": "ivr_1"}) for menu in made.flow.menus)
    whole = made.flow.model_copy(update={"menus": menus, "sender": "Bazar"})
    document = exported(house, store.create(house.db, 1, 1, whole, "Start"))
    text = json.dumps(document)
    if move == "the inbox has a new address":
        inboxes.rotate(house.db, house.app.config["SECRET_BOX"], 1, "2999-01-01T00:00:00Z")
    if move == "another server":
        text = re.sub(r'"http[^"]*/in/', '"https://old.example.com/in/', text)
    (back,) = bring(pasted=text)
    kinds = {action.kind for menu in back.flow.menus for _, _, action in menu.all_actions()}
    assert kinds == {"save_answer", "goto", "repeat", "hangup"}
    assert "private" not in house.owner.text
    assert same_json(exported(house, back.id), document) == (move != "the inbox has a new address")


def test_an_address_like_our_inbox_stays_a_web_address(house, bring):
    body = {"answer": "day", "value": 1, "step": "s"}
    step = {"action": "webhook", "url": "https://example.com/in/somebody-elses", "body": body}
    document = json.loads(ONE_MENU)
    document["messages"][0]["menu"][0]["dtmfActions"]["d1"] = [step, {"action": "hangup"}]
    (back,) = bring(pasted=json.dumps(document))
    assert back.flow.menus[0].actions("1")[0].kind == "webhook"
    assert same_json(exported(house, back.id), document)
