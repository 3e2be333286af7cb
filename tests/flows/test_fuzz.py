"""Reading generated documents: nothing but its own error, and export(import(x)) equals x.

FUZZ_EXAMPLES says how many documents of each kind are tried (``make fuzz``: 100 000).
"""

import json
import os

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from flows.document import TRIGGERS
from flows.json_text import MAX_PROBLEMS
from flows.reading import Unreadable, document_to_json, read, read_pasted
from flows.targets.speechcall import TRIGGER_FIELDS
from tests.data.hostile.expand import CASES, expand
from tests.flows.test_hostile import same_json

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10000"))
KINDS = 4
"""The documents are shared out among so many tests."""

fuzz = settings(
    max_examples=max(1, EXAMPLES // KINDS),
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)

ODD_TEXTS = [
    "", "0", "1", "-1", "01", "١", "wrong", "d1", "hangup", "gotoMenu", "webhook", "speechcall",
    "http://", "https://a.example/x", "http://127.1", "//x", "\0", "\ud800", "\u202e", "日本", "~/",
    "+380936670003", "+380XXXXXXXXX", "112", "ivr_1", "__proto__",
]  # fmt: skip
ODD_VALUES = [
    None, True, False, 0, 1, -1, 2**63, 10**400, 0.0, -0.0, 1.0, 1.5, [], {}, [[]], {"": {}},
    [{"action": "hangup"}], {"a": "\ud800"}, *ODD_TEXTS,
]  # fmt: skip
CONTENTS = [c for c in (expand(case["document"]) for case in CASES.values()) if len(c) < 10_000]


def outcome(content):
    """What reading gave; anything but Unreadable fails the test."""
    try:
        imported = read(content)
    except Unreadable as unreadable:
        assert unreadable.status in (400, 413, 422)
        assert 1 <= len(unreadable.problems) <= 2 * MAX_PROBLEMS + 1
        told(unreadable.problems)
        return None
    told(imported.warnings)
    assert same_json(document_to_json(imported.document), json.loads(content))
    return imported


def told(problems):
    """Every problem can be said, and sent to a page."""
    for problem in problems:
        (problem.located_message + problem.path).encode()


def places(value, path=()):
    """Every place in a JSON value."""
    yield path
    if not isinstance(value, (dict, list)):
        return
    for key, child in value.items() if isinstance(value, dict) else enumerate(value):
        yield from places(child, (*path, key))


DOCUMENTS = [
    value
    for case in CASES.values()
    if case["expect"]["verdict"] != "reject" and isinstance(value := case["document"], dict)
]
PLACES = [(document, path) for document in DOCUMENTS for path in places(document) if path]


def put(document, path, value, remove):
    changed = place = json.loads(json.dumps(document))
    for key in path[:-1]:
        place = place[key]
    if remove:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return changed


@fuzz
@given(st.sampled_from(PLACES), st.sampled_from(ODD_VALUES) | st.text(max_size=8), st.booleans())
def test_a_document_changed_in_one_place_is_read_or_refused(place, value, remove):
    outcome(json.dumps(put(*place, value, remove)).encode())


@fuzz
@given(st.sampled_from(CONTENTS), st.integers(0, 10_000), st.integers(0, 8), st.binary(max_size=6))
def test_a_document_with_broken_bytes_is_read_or_refused(content, start, cut, inserted):
    start %= len(content) + 1
    broken = content[:start] + inserted + content[start + cut :]
    outcome(broken)
    try:
        read_pasted("curl -d '" + broken.decode(errors="surrogateescape"))
    except Unreadable as unreadable:
        told(unreadable.problems)


STEPS = st.one_of(
    st.just({"action": "hangup"}),
    st.builds(
        lambda index, form: {"action": "gotoMenu", "menu": form(index)},
        st.integers(0, 3),
        st.sampled_from([int, str]),
    ),
    st.builds(
        lambda body, headers: {"action": "webhook", "url": "https://a.example/", **body, **headers},
        st.sampled_from([{}, {"body": {}}, {"body": {"a": [1, 1.0, True, None]}}]),
        st.sampled_from([{}, {"headers": {}}, {"headers": {"X-A": "é"}}]),
    ),
)
MENUS = st.builds(
    lambda wait, keys, extra: {"introUrl": "ivr_1", **wait, "dtmfActions": keys, **extra},
    st.sampled_from([{}, {"idleTimeoutMsec": 1}, {"idleTimeoutMsec": 10_000}]),
    st.dictionaries(
        st.sampled_from([TRIGGER_FIELDS[t] for t in TRIGGERS]),
        st.lists(STEPS, max_size=2),
        max_size=3,
    ),
    st.sampled_from([{}, {}, {"x": {"y": []}}]),
)


def a_document(menus):
    message = {"from": "Shop", "to": "+380936670003", "text": "ivr", "type": "speechcall"}
    return {"messages": [{**message, "menu": menus}]}


@fuzz
@given(st.lists(MENUS, min_size=4, max_size=5))
def test_a_good_document_is_accepted_and_written_back_the_same(menus):
    assert outcome(json.dumps(a_document(menus)).encode())


@fuzz
@given(
    st.sampled_from([{}, {"d1": []}, {"d1": [{"action": "gotoMenu", "menu": "0"}]}]),
    st.integers(1, 4),
    st.integers(0, 7),
    st.sampled_from(ODD_VALUES),
)
def test_copies_and_near_copies_are_written_back_the_same(keys, times, at, value):
    def wrong(place):
        return [{"action": "gotoMenu", "menu": str(place + 1)}] if place < times else []

    menus = [
        {"introUrl": "ivr_1", "dtmfActions": {**keys, "wrong": wrong(place)}}
        for place in range(times + 1)
    ]
    if at <= times:
        menus[at]["x"] = value
    outcome(json.dumps(a_document(menus)).encode())
