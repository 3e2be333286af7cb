"""Which service the checks are for is chosen beside them, and a step that it lacks says so."""

import pytest

from flows.document import Flow, HangUp, Menu
from tests.helpers import save_flow


@pytest.fixture
def flow_id(db):
    menu = Menu(id="m0", name="Hello", script="Press 1.", recording="ivr_1",
                keys={"1": (HangUp(id="h"),)})  # fmt: skip
    return save_flow(db, Flow(name="Delivery", sender="Bazar", menus=(menu,)))


def test_the_checks_are_for_the_service_that_is_chosen_beside_them(owner, flow_id):
    page = owner.get(f"/flows/{flow_id}").text
    assert "Checks for SpeechCall" in page
    link = f"/flows/{flow_id}?menu=m0&amp;target=voice_api#checks"
    assert f'href="{link}">Voice API</a>' in page
    assert "Checks for Voice API" in owner.get(link.replace("&amp;", "&")).text


@pytest.mark.parametrize(
    ("target", "kind", "told"),
    [
        ("speechcall", "connect", "with SpeechCall. Possible with: Voice API, Infobip."),
        ("voice_api", "goto", "with Voice API. Possible with: SpeechCall, Infobip."),
        ("infobip", "connect", ""),
        ("speechcall", "goto", ""),
    ],
)  # fmt: skip
def test_a_step_that_the_service_lacks_says_so_where_it_is_added(
    owner, flow_id, target, kind, told
):
    page = owner.get(f"/flows/{flow_id}?target={target}&new={kind}").text
    assert f'name="kind" value="{kind}"' in page
    assert page.count("elsewhere") == bool(told)
    assert told in page
