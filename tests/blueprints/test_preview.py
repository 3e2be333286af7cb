"""Taking a flow away: the very bytes, a curl command that works, or the reasons why not."""

import html
import json
import re
import subprocess
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from flows.document import Connect, Flow, GoTo, HangUp, Menu, Repeat, Webhook
from flows.targets import speechcall, voice_api
from providers import SERVICES
from tests.helpers import save_flow

ODD = "It's “here”: \"quoted\" \\ $HOME `id` $(id) !! %s \\n\t; & | # ~ ' '' Привіт 👋 \u2028"

END = (HangUp(id="e"),)
SPOKEN = Flow(
    name="Ring me",
    sender="+15053761293",
    recipient="+15053753840",
    menus=(Menu(id="m", script=ODD, keys={"1": (Connect(id="c", number="+15055559999"),),
                                          "wrong": END}),),
)  # fmt: skip
MENUS = (
    Menu(id="a", recording="ivr_1", keys={
        "1": (Webhook(id="w", url="https://hooks.example.com/a?b=c&d='e'", body={ODD: [ODD, 1.0]},
                      headers={"X-Key": "it's $HOME"}), HangUp(id="h")),
        "2": (GoTo(id="g", menu="b", form="integer"),),
        "wrong": (Repeat(id="r", times=2), HangUp(id="h2")),
    }),
    Menu(id="b", recording="https://cdn.example.com/b.mp3", wait_ms=None, keys={"wrong": END}),
)  # fmt: skip
SURVEY = Flow(name="Опитування: “1”", sender=ODD, menus=MENUS)
COMPILERS = {"speechcall": speechcall.compile_flow, "voice_api": voice_api.compile_flow}
FLOWS = {"speechcall": SURVEY, "voice_api": SPOKEN}
ENVELOPES = [*FLOWS.items()]


@dataclass
class StandIn:
    """A service on loopback that writes down what it was sent."""

    address: str
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture(scope="module")
def service():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            stand_in.got.append((self.path, dict(self.headers), body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in = StandIn(f"http://127.0.0.1:{server.server_port}")
    Thread(target=server.serve_forever, daemon=True).start()
    yield stand_in
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("target", "flow"), ENVELOPES)
def test_the_download_is_byte_for_byte_what_the_compiler_makes(house, target, flow):
    flow_id = save_flow(house.db, flow)
    reply = house.owner.client.get(f"/flows/{flow_id}/export/{target}.json")
    assert reply.data == COMPILERS[target](flow).content
    assert reply.mimetype == "application/json"


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Delivery, March 2026!", "delivery-march-2026.json"),
        ("Доставка", "call-flow.json"),
        ('a"\r\nSet-Cookie: x=1', "a-set-cookie-x-1.json"),
    ],
)
def test_the_file_is_named_after_the_flow(house, name, file):
    flow_id = save_flow(house.db, SPOKEN.model_copy(update={"name": name}))
    reply = house.owner.client.get(f"/flows/{flow_id}/export/voice_api.json")
    assert reply.headers["Content-Disposition"] == f'attachment; filename="{file}"'
    assert "Set-Cookie" not in reply.headers


@pytest.mark.parametrize(("target", "flow"), ENVELOPES)
def test_the_curl_command_sends_exactly_these_bytes(house, service, target, flow):
    flow_id = save_flow(house.db, flow)
    command = house.owner.client.get(f"/flows/{flow_id}/export/{target}.curl").text
    base = SERVICES[target].default_base_url
    assert command.count(base) == 1
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command.replace(base, service.address)],
        capture_output=True, timeout=20, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    path, headers, body = service.got[-1]
    made = COMPILERS[target](flow)
    assert body == made.content
    assert path == made.path
    assert headers["Content-Type"] == "application/json"
    assert "x-api-key" in headers or headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize("kilobytes", [100, 200])
def test_the_curl_command_of_a_large_flow_still_runs(house, service, kilobytes):
    menu = Menu(id="m", recording="ivr_1", keys={"1": END, "wrong": (
        Webhook(id="w", url="https://h.example.com/", body={"a": "я'" * 333 * kilobytes}),
        HangUp(id="h"))})  # fmt: skip
    flow = Flow(name="Large", sender="S", menus=(menu,))
    flow_id = save_flow(house.db, flow)
    command = house.owner.client.get(f"/flows/{flow_id}/export/speechcall.curl").text
    script = command.replace(SERVICES["speechcall"].default_base_url, service.address)
    done = subprocess.run(["bash"], input=script.encode(), capture_output=True, timeout=20,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert service.got[-1][2] == COMPILERS["speechcall"](flow).content


@pytest.mark.parametrize(("target", "flow"), ENVELOPES)
def test_the_page_to_copy_from_holds_both_to_the_letter(house, target, flow):
    flow_id = save_flow(house.db, flow)
    house.owner.get(f"/flows/{flow_id}/export/{target}")
    areas = re.findall(r"<textarea[^>]*>(.*?)</textarea>", house.owner.text, re.DOTALL)
    command = house.owner.client.get(f"/flows/{flow_id}/export/{target}.curl").text
    assert [html.unescape(area) for area in areas] == [COMPILERS[target](flow).text, command]


@pytest.mark.parametrize(("target", "flow"), ENVELOPES)
def test_the_curl_command_can_be_pasted_into_import_again(house, target, flow):
    flow_id = save_flow(house.db, flow)
    command = house.owner.client.get(f"/flows/{flow_id}/export/{target}.curl").text
    house.owner.get("/import")
    house.owner.post("/import", pasted=command)
    again = house.owner.page.request.path
    reply = house.owner.client.get(f"{again}/export/{target}.json")
    assert json.loads(reply.data) == COMPILERS[target](flow).body


REFUSED = {
    "speechcall": (SPOKEN, ["Menu 1", "SpeechCall cannot connect"]),
    "voice_api": (SURVEY, ["The Voice API plays one menu; this flow has 2."]),
}


@pytest.mark.parametrize(("target", "refused"), REFUSED.items())
@pytest.mark.parametrize("form", ["", ".json", ".curl"])
def test_a_flow_that_a_service_cannot_carry_gives_reasons_and_no_file(house, target, refused, form):
    flow, reasons = refused
    flow_id = save_flow(house.db, flow)
    reply = house.owner.get(f"/flows/{flow_id}/export/{target}{form}")
    assert (reply.status_code, reply.mimetype) == (422, "text/html")
    assert "Content-Disposition" not in reply.headers
    for reason in reasons:
        assert reason in html.unescape(house.owner.text)


@pytest.mark.parametrize("target", ["fax", "SPEECHCALL", "..", "telepathy"])
def test_an_unknown_service_is_not_found(house, target):
    flow_id = save_flow(house.db, SPOKEN)
    for form in ("", ".json", ".curl"):
        assert house.owner.get(f"/flows/{flow_id}/export/{target}{form}").status_code == 404


def test_a_stored_file_on_disk_equals_the_fixture_it_came_from(house):
    fixture = Path(__file__).parent.parent / "data" / "fixtures" / "speechcall_two_menus.json"
    house.owner.get("/import")
    house.owner.post("/import", pasted=fixture.read_text())
    reply = house.owner.client.get(house.owner.page.request.path + "/export/speechcall.json")
    assert json.loads(reply.data) == json.loads(fixture.read_text())
