"""Reading documents: every code of the reader, its place, what is kept, and what is pasted."""

import json
import re
from pathlib import Path

import pytest

from flows.document import Repeat
from flows.problems import Place
from flows.reading import Unreadable, document_to_json, read, read_pasted
from flows.words import SENTENCES
from tests.data.hostile.expand import CASES, expand
from tests.flows.test_hostile import same_json

FIXTURES = Path(__file__).parent.parent / "data" / "fixtures"


def a_menu(**fields):
    return {"introUrl": "ivr_1", "dtmfActions": {"wrong": [{"action": "hangup"}]}, **fields}


def a_document(*menus, **fields):
    message = {"from": "Shop", "to": "+380936670003", "text": "ivr", "type": "speechcall"}
    return {"messages": [{**message, "menu": list(menus or [a_menu()]), **fields}]}


def with_step(**step):
    return a_document(a_menu(dtmfActions={"d1": [step], "wrong": [{"action": "hangup"}]}))


def without(document, *names):
    message = {k: v for k, v in document["messages"][0].items() if k not in names}
    return {**document, "messages": [message]}


def content(document):
    return document if isinstance(document, bytes) else json.dumps(document).encode()


def refused(document):
    with pytest.raises(Unreadable) as caught:
        read(content(document))
    return caught.value


HOOK = {"action": "webhook", "url": "https://hooks.example.com/x"}
M, MENU, STEP = "/messages/0", "/messages/0/menu/0", "/messages/0/menu/0/dtmfActions/d1/0"

REFUSALS = [
    ("an empty text", b"", 400, "empty", "/"),
    ("only white space and a mark", b"\xef\xbb\xbf \n", 400, "empty", "/"),
    ("broken JSON", b'{"messages": [}', 400, "json_syntax", "/"),
    ("two documents", b"{} {}", 400, "json_syntax", "/"),
    ("a raw line break in a text", b'"a\nb"', 400, "json_syntax", "/"),
    ("UTF-16 without a mark", '{"a": 1}'.encode("utf-16-le"), 400, "not_utf8", "/"),
    ("a broken letter", b'{"a": "\xc3("}', 400, "not_utf8", "/"),
    ("half a letter in bytes", b'{"a": "\xed\xa0\x80"}', 400, "not_utf8", "/"),
    ("a key twice", b'{"a": {"b/~": 1, "b/~": 2}}', 400, "duplicate_key", "/a/b~1~0"),
    ("a key twice behind another", b'{"a": {"b":1,"b":2}, "a": 1}', 400, "duplicate_key", "/a/b"),
    ("no number", b'[1, {"a": NaN}]', 400, "non_finite_number", "/1/a"),
    ("an endless number", b"[1e400]", 400, "non_finite_number", "/0"),
    ("an endless number below", b"[-1e400]", 400, "non_finite_number", "/0"),
    ("far too many digits", b"[" + b"1" * 5000 + b"]", 400, "number_too_long", "/0"),
    ("far too many decimals", b"[0." + b"1" * 5000 + b"]", 400, "number_too_long", "/0"),
    ("bottomless lists", b"[" * 100_000, 400, "too_deep", "/"),
    ("bottomless objects", b'{"a":' * 100_000, 400, "too_deep", "/"),
    ("too many bytes", b" " * (1 << 20) + b"{}", 413, "too_large", "/"),
    ("a list", [], 422, "not_object", "/"),
    ("null", b"null", 422, "not_object", "/"),
    ("no messages", {}, 422, "missing", "/messages"),
    ("messages that are none", {"messages": 1}, 422, "wrong_type", "/messages"),
    ("an empty list", {"messages": []}, 422, "empty", "/messages"),
    ("101 messages", {"messages": a_document()["messages"] * 101}, 422, "too_many_messages",
     "/messages"),
    ("a text as message", {"messages": ["a"]}, 422, "wrong_type", "/messages/0"),
    ("no sender", without(a_document(), "from"), 422, "missing", M + "/from"),
    ("a number as sender", a_document(**{"from": 1}), 422, "wrong_type", M + "/from"),
    ("a blank sender", a_document(**{"from": " "}), 422, "empty", M + "/from"),
    ("an endless sender", a_document(**{"from": "a" * 999}), 422, "too_long", M + "/from"),
    ("no number", without(a_document(), "to"), 422, "missing", M + "/to"),
    ("a number that is none", a_document(to="+38(093)"), 422, "bad_number", M + "/to"),
    ("no text", without(a_document(), "text"), 422, "missing", M + "/text"),
    ("no type", without(a_document(), "type"), 422, "missing", M + "/type"),
    ("another type", a_document(type="sms"), 422, "wrong_value", M + "/type"),
    ("a type that is no text", a_document(type=None), 422, "wrong_type", M + "/type"),
    ("no menus", without(a_document(), "menu"), 422, "missing", M + "/menu"),
    ("201 menus", a_document(*[a_menu()] * 201), 422, "too_many_menus", M + "/menu"),
    ("a menu that is none", a_document(1), 422, "wrong_type", MENU),
    ("an echoed id that is none", a_document(customerMessageId=[]), 422, "wrong_type",
     M + "/customerMessageId"),
    ("a recording that is no text", a_document(a_menu(introUrl=1)), 422, "wrong_type",
     MENU + "/introUrl"),
    ("a wait of null", a_document(a_menu(idleTimeoutMsec=None)), 422, "wrong_type",
     MENU + "/idleTimeoutMsec"),
    ("a wait in quotes", a_document(a_menu(idleTimeoutMsec="10")), 422, "wrong_type",
     MENU + "/idleTimeoutMsec"),
    ("no wait at all", a_document(a_menu(idleTimeoutMsec=0)), 422, "out_of_range",
     MENU + "/idleTimeoutMsec"),
    ("no keys", a_document({"introUrl": "a"}), 422, "missing", MENU + "/dtmfActions"),
    ("a key in capitals", a_document(a_menu(dtmfActions={"D1": []})), 422, "unknown_key",
     MENU + "/dtmfActions/D1"),
    ("a key with a slash", a_document(a_menu(dtmfActions={"d1/~": []})), 422, "unknown_key",
     MENU + "/dtmfActions/d1~1~0"),
    ("null as list", a_document(a_menu(dtmfActions={"d*": None})), 422, "wrong_type",
     MENU + "/dtmfActions/d*"),
    ("a step that is none", a_document(a_menu(dtmfActions={"d1": ["hangup"]})), 422, "wrong_type",
     STEP),
    ("a step without a kind", with_step(), 422, "missing", STEP + "/action"),
    ("a kind that is no text", with_step(action=1), 422, "wrong_type", STEP + "/action"),
    ("a kind in capitals", with_step(action="Hangup"), 422, "unknown_action", STEP + "/action"),
    ("no web address", with_step(action="webhook"), 422, "missing", STEP + "/url"),
    ("a web address of null", with_step(action="webhook", url=None), 422, "wrong_type",
     STEP + "/url"),
    ("an empty web address", with_step(action="webhook", url=""), 422, "empty", STEP + "/url"),
    ("a body of null", with_step(**HOOK, body=None), 422, "wrong_type", STEP + "/body"),
    ("a body that is a list", with_step(**HOOK, body=[]), 422, "wrong_type", STEP + "/body"),
    ("headers of null", with_step(**HOOK, headers=None), 422, "wrong_type", STEP + "/headers"),
    ("65 headers", with_step(**HOOK, headers={f"X-{n}": "" for n in range(65)}), 422,
     "too_many_headers", STEP + "/headers"),
    ("no target", with_step(action="gotoMenu"), 422, "missing", STEP + "/menu"),
    ("an unknown field far too deep", {**a_document(), "x": json.loads("[" * 40 + "]" * 40)}, 422,
     "too_deep", "/x"),
    ("NUL in a body", with_step(**HOOK, body={"a": ["\0"]}), 422, "nul_char", STEP + "/body/a/0"),
    ("NUL in a body's key", with_step(**HOOK, body={"\0": 1}), 422, "nul_char", STEP + "/body"),
    ("half a letter", a_document(text="\ud800"), 422, "lone_surrogate", M + "/text"),
    ("half a letter after a backslash", a_document(text="\\ud83d\ude00"), 422, "lone_surrogate",
     M + "/text"),
    ("half a letter in a key", a_document(a_menu(dtmfActions={"\udfff": []})), 422,
     "lone_surrogate", MENU + "/dtmfActions"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("document", "status", "code", "path"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_it_refuses(document, status, code, path):
    unreadable = refused(document)
    assert unreadable.status == status
    assert (code, path) in {(p.code, p.path) for p in unreadable.problems}
    for problem in unreadable.problems:
        assert "…" not in problem.message.replace("…”", "")
        json.dumps(problem.path + problem.located_message, ensure_ascii=False).encode()


TARGETS = {
    "goto_invalid": ["", "01", " 1", "1 ", "+1", "1.0", "١", "-0", "0x1", "one", "1\n", True, False,
                     None, 1.0, 1.5, [1], {}],
    "goto_out_of_range": [-1, 2, 10**30, "-1", "2", "9" * 5000],
}  # fmt: skip


@pytest.mark.parametrize(
    ("target", "code"), [(t, code) for code, targets in TARGETS.items() for t in targets]
)
def test_it_refuses_to_go_to(target, code):
    step = {"action": "gotoMenu", "menu": target}
    document = a_document(a_menu(dtmfActions={"d1": [step]}), a_menu())
    assert [(p.code, p.path) for p in refused(document).problems] == [(code, STEP + "/menu")]


WARNED = [
    ({**a_document(), "priority": 1}, "unknown_field_kept", "/priority"),
    (a_document(validity=1), "unknown_field_kept", M + "/validity"),
    (a_document(a_menu(**{"__proto__": {}})), "unknown_field_kept", MENU + "/__proto__"),
    (with_step(action="hangup", url="x"), "unknown_field_kept", STEP + "/url"),
    (a_document(a_menu(introUrl="http://localhost/a.mp3")), "private_url", MENU + "/introUrl"),
    (with_step(**{**HOOK, "url": "https://аpple.com"}), "idn_host", STEP + "/url"),
    (a_document(text="a\u202eb"), "bidi_control", M + "/text"),
    (a_document(**{"from": "a\u202eb"}), "bidi_control", M + "/from"),
    (a_document(text="a" * 100_000), "long_text", M + "/text"),
    (a_document(to="+380XXXXXXXXX"), "placeholder_number", M + "/to"),
    (a_document(to="112"), "emergency_number", M + "/to"),
    (a_document(a_menu(dtmfActions={"wrong": [{"action": "gotoMenu", "menu": 0}]})), "no_way_out",
     M + "/menu"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "code", "path"), WARNED, ids=[w[1] + w[2] for w in WARNED])
def test_it_accepts_with_a_warning(document, code, path):
    imported = read(content(document))
    assert [(w.code, w.path, w.severity) for w in imported.warnings] == [(code, path, "warning")]
    assert same_json(document_to_json(imported.document), document)


ACCEPTED = {
    "a byte order mark": b"\xef\xbb\xbf" + content(a_document()),
    "an id to echo": a_document(customerMessageId="a1"),
    "two messages": {"messages": a_document()["messages"] * 2},
    "indexes in both forms": a_document(
        a_menu(dtmfActions={"d1": [{"action": "gotoMenu", "menu": 1}],
                            "d2": [{"action": "gotoMenu", "menu": "1"}]}),
        a_menu(),
    ),
    "an empty body": with_step(**HOOK, body={}),
    "empty headers": with_step(**HOOK, headers={}),
    "empty lists and no lists": a_document(a_menu(dtmfActions={"d1": [], "wrong": []}),
                                           a_menu(dtmfActions={})),
    "every key": a_document(a_menu(dtmfActions={f"d{k}": [] for k in "1234567890*#"})),
    "numbers in their own form": with_step(
        **HOOK, body={"a": [1, 1.0, True, -0.0, 1e22, 10**400, None]}
    ),
    "emoji written as escapes": with_step(**HOOK, body={"a": "😀", "b": "\\u0000"}),
}  # fmt: skip


@pytest.mark.parametrize("document", ACCEPTED.values(), ids=ACCEPTED)
def test_it_accepts_and_writes_back_the_same(document):
    imported = read(content(document))
    assert imported.warnings == ()
    assert same_json(document_to_json(imported.document), json.loads(content(document)))


@pytest.mark.parametrize("name", ["speechcall_one_menu", "speechcall_two_menus"])
def test_the_published_examples_are_written_back_the_same(name):
    text = (FIXTURES / f"{name}.json").read_bytes()
    assert same_json(document_to_json(read(text).document), json.loads(text))


def test_all_problems_are_found_at_once():
    document = a_document(a_menu(introUrl=""), a_menu(dtmfActions=1), type="x", to="?")
    assert [(p.code, p.path) for p in refused(document).problems] == [
        ("bad_number", M + "/to"),
        ("wrong_value", M + "/type"),
        ("empty", MENU + "/introUrl"),
        ("wrong_type", "/messages/0/menu/1/dtmfActions"),
    ]


def test_a_problem_names_its_place_in_words():
    bad = a_menu(
        dtmfActions={"d*": [{"action": "hangup"}, {"action": "webhook", "url": "ftp://a.b"}]}
    )
    (problem,) = refused(a_document(a_menu(), bad)).problems
    assert problem.place == Place("m2", 2, "*", "m2k9s2", 2, "url")
    assert problem.located_message.startswith("Menu 2, key *, step 2: The web address must begin")


def test_very_many_problems_are_summed_up_and_none_hides_an_error():
    document = {**a_document(type="x"), **{f"k{n}": 1 for n in range(1000)}}
    codes = [p.code for p in refused(document).problems]
    assert codes.count("unknown_field_kept") == 500
    assert "wrong_value" in codes
    assert codes[-1] == "more_problems"


def test_a_very_long_key_does_not_make_long_paths():
    problems = refused(b'{"' + b"k" * 500_000 + b'": [' + b"NaN," * 9_000 + b"1]}").problems
    assert len(problems) == 501
    assert max(len(p.path) for p in problems) < 300


def test_the_parser_limit_leaves_the_process_alive():
    for _ in range(3):
        assert refused(b"[" * 1_000_000).problems[0].code == "too_deep"
    assert read(content(a_document()))


def unrolled(times, menu=None, after=None):
    """A menu said ``times`` more times before ``after``, as SpeechCall needs it."""
    menu, after = menu or a_menu(), after or [{"action": "hangup"}]
    wrongs = [[{"action": "gotoMenu", "menu": str(n + 2)}] for n in range(times)] + [after]
    said = [{**menu, "dtmfActions": {**menu["dtmfActions"], "wrong": wrong}} for wrong in wrongs]
    return a_document(said[0], a_menu(introUrl="other"), *said[1:])


def test_an_exact_unrolling_is_folded_back_into_one_step():
    document = unrolled(2)
    imported = read(content(document))
    first, other = imported.document.flows[0].menus
    repeat, hangup = first.actions("wrong")
    assert isinstance(repeat, Repeat) and repeat.times == 2 and hangup.kind == "hangup"
    assert other.recording == "other"
    assert same_json(document_to_json(imported.document), document)


def test_a_warning_about_a_copy_leads_to_the_menu_it_is_a_copy_of():
    imported = read(content(unrolled(1, after=[{**HOOK, "url": "http://localhost/"}])))
    (warning,) = imported.warnings
    flow = imported.document.flows[0]
    assert warning.path == "/messages/0/menu/2/dtmfActions/wrong/0/url"
    assert (warning.place.menu_id, warning.place.menu_number) == (flow.menus[0].id, 1)
    assert warning.place.step_id == flow.menus[0].actions("wrong")[1].id


def changed(document, path, value):
    *parents, last = path
    document = place = json.loads(json.dumps(document))
    for key in parents:
        place = place[key]
    place[last] = value
    return document


NEARLY = {
    "a copy that waits longer": (2, "idleTimeoutMsec"),
    "a copy that says something else": (2, "introUrl"),
}


@pytest.mark.parametrize("path", NEARLY.values(), ids=NEARLY)
def test_what_is_nearly_an_unrolling_stays_as_it_is(path):
    value = {"idleTimeoutMsec": 5, "introUrl": "x"}[path[1]]
    document = changed(unrolled(2), ("messages", 0, "menu", *path), value)
    imported = read(content(document))
    assert len(imported.document.flows[0].menus) == 4
    assert same_json(document_to_json(imported.document), document)


def test_a_copy_whose_body_differs_only_to_json_stays_as_it_is():
    menu = a_menu(dtmfActions={"d1": [{**HOOK, "body": {"a": 1}}]})
    document = changed(
        unrolled(1, menu), ("messages", 0, "menu", 2, "dtmfActions", "d1", 0, "body", "a"), True
    )
    imported = read(content(document))
    assert same_json(document_to_json(imported.document), document)


def test_a_copy_that_another_key_leads_to_stays_as_it_is():
    document = changed(
        unrolled(1),
        ("messages", 0, "menu", 1, "dtmfActions"),
        {"d1": [{"action": "gotoMenu", "menu": "2"}]},
    )
    assert len(read(content(document)).document.flows[0].menus) == 3


CURL = (FIXTURES / "speechcall_curl.txt").read_text()
TEXT = json.dumps(a_document(text="it's $1"))
PASTED = {
    "plain JSON": TEXT,
    "single quotes": "curl https://a.example -d '{}'".format(TEXT.replace("'", r"'\''")),
    "double quotes": 'curl --data-binary "{}"'.format(TEXT.replace('"', r"\"").replace("$", r"\$")),
    "attached": "curl -d'{}' -H 'a: b'".format(TEXT.replace("'", r"'\''")),
    "with an equals sign": "curl --json='{}'".format(TEXT.replace("'", r"'\''")),
    "ANSI quotes": "curl --data-raw $'{}'".format(TEXT.replace("'", r"\'")),
    "ANSI escapes": "$ curl -d $'{}'".format(TEXT.replace("'", r"\u0027")),
    "Windows": "curl.exe ^\r\n -d ^\"{}^\"".format(TEXT.replace('"', r"\^"+'"')),
}  # fmt: skip


@pytest.mark.parametrize("text", PASTED.values(), ids=PASTED)
def test_a_pasted_text_is_read(text):
    assert same_json(document_to_json(read_pasted(text).document), json.loads(TEXT))


def test_the_published_curl_command_is_read():
    two_menus = json.loads((FIXTURES / "speechcall_two_menus.json").read_text())
    assert same_json(document_to_json(read_pasted(CURL).document), two_menus)


@pytest.mark.parametrize("name", ["voice_tts_request", "voice_transfer_request"])
def test_a_pasted_voice_request_becomes_one_menu(name):
    text = (FIXTURES / f"{name}.json").read_text()
    (flow,) = read_pasted(text).document.flows
    assert flow.recipient == "+15053753840"
    assert [menu.script for menu in flow.menus] == [json.loads(text)["text"]]


BROKEN = {
    "curl https://a.example": "curl_without_body",
    "curl -d": "curl_broken_off",
    "curl -d '{": "curl_broken_off",
    "curl -d @/etc/passwd": "curl_file",
    "curl --json @x": "curl_file",
    "curl --data-raw @x": "json_syntax",
    "curl -d $(cat /etc/passwd)": "json_syntax",
    "hello": "json_syntax",
    "": "empty",
    '{"to": "+15053753840"}': "not_a_request",
}


@pytest.mark.parametrize(("text", "code"), BROKEN.items(), ids=BROKEN)
def test_a_pasted_text_that_holds_no_document_says_why(text, code):
    with pytest.raises(Unreadable) as caught:
        read_pasted(text)
    assert [p.code for p in caught.value.problems] == [code]
    assert all(p.message for p in caught.value.problems)


def promised_codes():
    """The codes that the hostile documents' own description lists."""
    text = (FIXTURES.parent / "hostile" / "README.md").read_text().split("## The reader's codes")[1]
    return set(re.findall(r"`([a-z0-9_]+)`", text))


def test_every_promised_code_can_be_met_in_a_document():
    documents = [*(r[1] for r in REFUSALS), *(w[0] for w in WARNED)]
    documents += [expand(case["document"]) for case in CASES.values()]
    documents.append(with_step(**HOOK, headers={"X": "a\nb"}))
    met = set()
    for document in documents:
        try:
            met |= {warning.code for warning in read(content(document)).warnings}
        except Unreadable as unreadable:
            met |= {problem.code for problem in unreadable.problems}
    assert promised_codes() - met == set()


@pytest.mark.parametrize("word", ["dtmf", "payload", "endpoint", "node", "schema"])
def test_no_sentence_uses_a_word_of_programmers(word):
    texts = " ".join(SENTENCES.values()).lower()
    assert not re.search(rf"\b{word}s?\b", texts)
