"""What is in the way of a test call is mended on its own pages."""

from __future__ import annotations

import html
import re

import pytest

from storage import flows as flow_store
from tests.blueprints.ringing import mends, practice


@pytest.mark.parametrize("starter", ["survey", "appointment", "order", "verification"])
def test_a_starter_is_made_ready_to_ring_where_the_test_call_says_what_it_lacks(house, starter):
    house.owner.get("/")
    house.owner.post(f"/flows/from/en/{starter}")
    flow_id = int(re.search(r"/flows/(\d+)", house.owner.page.request.path)[1])
    house.owner.get(f"/flows/{flow_id}/call?number=%2B15055550107")
    assert "There is no recording to play here yet" in house.owner.text
    action, fields = mends(house.owner.text)[0]
    house.owner.post(action, **fields)
    assert house.owner.page.request.path == f"/flows/{flow_id}/call"
    assert "That was mended." in house.owner.text
    assert "This call flow cannot be sent yet." not in house.owner.text
    assert 'value="+15055550107"' in html.unescape(house.owner.text), "the number stays typed"
    assert re.search(r'<button class="call">Go on', house.owner.text)
    house.owner.post(f"/flows/{flow_id}/call", number="+15055550107",
                     connection=practice(house.db, "speechcall"))  # fmt: skip
    assert "Ring this number" in house.owner.text


def test_a_repair_that_somebody_else_made_already_changes_nothing(house):
    house.owner.get("/")
    house.owner.post("/flows/from/en/survey")
    flow_id = int(re.search(r"/flows/(\d+)", house.owner.page.request.path)[1])
    house.owner.get(f"/flows/{flow_id}/call")
    action, fields = mends(house.owner.text)[0]
    house.owner.post(action, **fields)
    mended = flow_store.load(house.db, 1, flow_id)
    for fix in (fields["fix"], "", "0", "99999 missing_recording /x", "a missing_recording /x"):
        house.owner.post(action, **{**fields, "fix": fix})
        assert house.owner.page.status_code == 200
        assert "That was mended." not in house.owner.text
    assert flow_store.load(house.db, 1, flow_id) == mended
