"""The guarded client over real sockets: what it refuses, and how each fault of a server ends."""

from __future__ import annotations

import socket
import time

import pytest

from providers.web import MAX_REPLY_BYTES, NotSent, SentButUnclear, WebClient
from tests.providers.stand_in import (
    Behaviour,
    answering,
    dripping,
    resetting,
    saying,
    silent,
    standing_in,
)

PRIVATE_SPELLINGS = [
    "http://127.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://0:{port}/",
    "http://0.0.0.0:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://017700000001:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST:{port}/",
    "http://localhost.:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[fec0::1]:{port}/",
    "http://[fe80::1]:{port}/",
    "http://[ff02::1]:{port}/",
    "http://[fd00::1]:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://127。0。0。1:{port}/",
    "http://ｌｏｃａｌｈｏｓｔ:{port}/",
    "http://example.com@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@example.com/",
    "http://%31%32%37.0.0.1:{port}/",
    "http://10.0.0.1:{port}/",
    "http://192.168.0.1:{port}/",
    "http://172.16.0.1:{port}/",
    "http://100.64.0.1:{port}/",
    "http://169.254.169.254:{port}/",
    "http://224.0.0.1:{port}/",
]

METADATA = [
    "169.254.169.254",
    "100.100.100.200",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
]


@pytest.mark.parametrize("spelling", PRIVATE_SPELLINGS)
def test_no_byte_reaches_a_private_place_however_it_is_spelled(spelling: str) -> None:
    with standing_in(answering(200, b"secret")) as server:
        with pytest.raises(NotSent):
            WebClient().post(spelling.format(port=server.port), content=b"x", timeout_s=2)
        assert server.connections == 0


@pytest.mark.parametrize("answer", ["127.0.0.1", "::ffff:127.0.0.1", "10.1.2.3", "fe80::1"])
def test_a_public_name_that_leads_to_a_private_place_is_refused(answer: str) -> None:
    with standing_in(answering(200, b"secret")) as server:
        client = WebClient(resolver=lambda _host, _port: [answer])
        with pytest.raises(NotSent) as refused:
            client.get(f"http://hooks.example.com:{server.port}/")
        assert server.connections == 0
        assert answer not in refused.value.reason


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with standing_in(answering(200, b"secret")) as server:
        client = WebClient(resolver=lambda _host, _port: ["8.8.8.8", "127.0.0.1"])
        with pytest.raises(NotSent, match="private place"):
            client.get(f"http://hooks.example.com:{server.port}/")
        assert server.connections == 0


def test_a_name_is_looked_up_once_and_the_checked_address_is_connected_to() -> None:
    looked_up = []

    def changing(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"] if len(looked_up) == 1 else ["127.0.0.99"]

    with standing_in(answering(200, b"here")) as server:
        client = WebClient(frozenset({"hooks.example.com"}), resolver=changing)
        assert client.get(f"http://hooks.example.com:{server.port}/").content == b"here"
    assert looked_up == ["hooks.example.com"]


def test_a_name_that_turns_private_for_the_next_request_is_refused_then() -> None:
    answers = iter([["192.0.2.1"], ["127.0.0.1"]])
    with standing_in(answering(200, b"secret")) as server:
        client = WebClient(resolver=lambda _host, _port: next(answers))
        for _ in range(2):
            with pytest.raises(NotSent):
                client.get(f"http://hooks.example.com:{server.port}/", timeout_s=1)
        assert server.connections == 0


ALLOWING = ["127.0.0.1:{port}", "127.0.0.1", "LocalHost", "localhost:{port}"]


@pytest.mark.parametrize("entry", ALLOWING)
def test_an_operator_may_allow_a_private_host(entry: str) -> None:
    with standing_in(answering(200, b"ok")) as server:
        client = WebClient(frozenset({entry.format(port=server.port)}))
        host = "127.0.0.1" if entry.startswith("1") else "localhost"
        assert client.get(f"http://{host}:{server.port}/").status == 200


def test_allowing_one_port_does_not_allow_another() -> None:
    with standing_in(answering(200, b"secret")) as server:
        client = WebClient(frozenset({f"127.0.0.1:{server.port + 1}"}))
        with pytest.raises(NotSent):
            client.get(server.url)
        assert server.connections == 0


def test_allowing_an_address_does_not_allow_names_that_lead_there() -> None:
    with standing_in(answering(200, b"secret")) as server:
        client = WebClient(server.allowed, resolver=lambda _host, _port: ["127.0.0.1"])
        with pytest.raises(NotSent):
            client.get(f"http://evil.example.com:{server.port}/")
        assert server.connections == 0


@pytest.mark.parametrize("address", METADATA)
def test_metadata_addresses_stay_closed_even_when_allowed(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    by_number = WebClient(frozenset({address, f"{host}:80"}))
    by_name = WebClient(frozenset({"metadata.test"}), resolver=lambda _host, _port: [address])
    for client, name in ((by_number, host), (by_name, "metadata.test")):
        with pytest.raises(NotSent, match="private place"):
            client.get(f"http://{name}/", timeout_s=1)


def test_a_redirect_is_a_reply_and_no_secret_follows_it() -> None:
    with standing_in(answering(200, b"caught")) as other:
        location = f"Location: {other.url}/caught"
        with standing_in(answering(302, b"moved", location)) as server:
            client = WebClient(server.allowed | other.allowed)
            reply = client.post(
                server.url, content=b"{}", headers={"x-api-key": "canary"}, auth=("me", "canary")
            )
        assert (reply.status, reply.content) == (302, b"moved")
        assert reply.headers["location"] == f"{other.url}/caught"
        assert other.connections == 0


@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 307, 308])
@pytest.mark.parametrize("to", ["http://127.0.0.1:{port}/", "//127.0.0.1:{port}/", "/again"])
def test_no_kind_of_redirect_leads_a_second_request_anywhere(status: int, to: str) -> None:
    with standing_in(answering(200, b"secret")) as private:
        location = f"Location: {to.format(port=private.port)}"
        with standing_in(answering(status, b"", location)) as server:
            # Only this one host may be private; where it points to may not.
            assert WebClient(server.allowed).post(server.url, content=b"canary").status == status
            assert (server.connections, private.connections) == (1, 0)


def test_a_resolver_that_changes_its_answer_gets_no_byte_to_a_private_place() -> None:
    looked_up: list[str] = []

    def changing(host: str, port: int) -> list[str]:
        looked_up.append(host)  # TEST-NET-1 (RFC 5737) is no private place, and nobody is there
        return ["192.0.2.1"] if len(looked_up) % 2 else ["127.0.0.1"]

    with standing_in(answering(200, b"secret")) as server:
        client = WebClient(resolver=changing)
        for _ in range(6):
            with pytest.raises(NotSent):
                client.post(
                    f"http://hooks.example.com:{server.port}/", content=b"canary", timeout_s=0.3
                )
        assert server.connections == 0
        assert server.received == []
    assert len(looked_up) == 6, "one look-up for each request, none between check and connection"


def test_a_redirect_with_an_endless_body_is_not_swallowed_whole() -> None:
    body = b"x" * 10_000_000
    with (
        standing_in(answering(302, body, "Location: http://example.com/")) as server,
        pytest.raises(SentButUnclear, match="too long"),
    ):
        WebClient(server.allowed).get(server.url)


@pytest.mark.parametrize("size", [99_999, 100_000, 100_001, 3_000_000])
def test_of_a_file_no_more_is_read_than_was_asked_for(size: int) -> None:
    with standing_in(answering(200, b"x" * size)) as server:
        reply = WebClient(server.allowed).fetch(server.url, most_bytes=100_000)
    assert len(reply.content) == min(size, 100_000)


def test_a_file_that_drips_is_given_up_in_time() -> None:
    began = time.monotonic()
    with (
        standing_in(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n")) as server,
        pytest.raises(SentButUnclear, match="in time"),
    ):
        WebClient(server.allowed).fetch(server.url, most_bytes=1_000_000, timeout_s=0.6)
    assert time.monotonic() - began < 3


def test_no_file_is_fetched_from_a_private_place() -> None:
    with standing_in(answering(200, b"x")) as server, pytest.raises(NotSent, match="private"):
        WebClient().fetch(server.url, most_bytes=10)


def test_the_surroundings_take_no_part(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password canary\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with standing_in(answering(200, b"proxy")) as proxy, standing_in(answering(200, b"")) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert WebClient(server.allowed).get(server.url).content == b""
        assert proxy.connections == 0
        assert "authorization" not in server.requests()[0][1]


def test_a_request_arrives_as_it_was_given() -> None:
    with standing_in(answering(201, b'{"ok": 1}', "X-Odd: Yes")) as server:
        reply = WebClient(server.allowed).post(
            f"{server.url}/hook?a=1",
            content='{"ключ": 1}'.encode(),
            headers={"Content-Type": "application/json", "X-Name": "Оля"},
            auth=("user", "пароль"),
        )
        line, headers, body = server.requests()[0]
    assert line == "POST /hook?a=1 HTTP/1.1"
    assert headers["content-type"] == "application/json"
    assert headers["accept-encoding"] == "identity"
    assert headers["x-name"].encode("latin-1").decode() == "Оля"
    assert headers["authorization"] == "Basic dXNlcjrQv9Cw0YDQvtC70Yw="
    assert body.decode() == '{"ключ": 1}'
    assert (reply.status, reply.headers["x-odd"], reply.content) == (201, "Yes", b'{"ok": 1}')
    assert 0 < reply.duration_ms < 5000


def test_an_international_name_is_looked_up_in_its_ascii_form() -> None:
    looked_up = []

    def resolver(host: str, port: int) -> list[str]:
        looked_up.append(host)
        return ["127.0.0.1"]

    with standing_in(answering(200, b"ok")) as server:
        client = WebClient(frozenset({"xn--e1afmkfd.example"}), resolver=resolver)
        assert client.get(f"http://пример.example:{server.port}/").status == 200
    assert looked_up == ["xn--e1afmkfd.example"]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "//example.com/",
        "example.com",
        "",
        "http://",
        "http://user:pass@example.com/",
        "http://exa mple.com/",
        "http://example.com:99999/",
        "http://example.com/\r\nX-Injected: 1",
    ],
)
def test_a_bad_spelling_is_not_sent(url: str) -> None:
    with pytest.raises(NotSent, match="not written correctly"):
        WebClient().get(url)


@pytest.mark.parametrize("headers", [{"X-A": "1\r\nX-B: 2"}, {"X-A\r\nX-B": "1"}])
def test_a_header_cannot_smuggle_another_one(headers: dict[str, str]) -> None:
    with standing_in(answering(200, b"")) as server:
        with pytest.raises(NotSent, match="not written correctly"):
            WebClient(server.allowed).get(server.url, headers=headers)
        assert not any(server.received)


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_refused_connection_was_not_sent() -> None:
    port = unused_port()
    with pytest.raises(NotSent, match="Nobody answers") as refused:
        WebClient(frozenset({"127.0.0.1"})).get(f"http://127.0.0.1:{port}/")
    assert not refused.value.sent


def test_the_next_address_is_tried_when_the_first_does_not_answer() -> None:
    with standing_in(answering(200, b"second")) as server:
        client = WebClient(
            frozenset({"two.test"}), resolver=lambda _host, _port: ["127.0.0.77", "127.0.0.1"]
        )
        assert client.get(f"http://two.test:{server.port}/").content == b"second"


def test_an_unknown_name_was_not_sent() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror("not known")

    with pytest.raises(NotSent, match="not known"):
        WebClient(resolver=unknown).get("http://nobody.example.com/")


def test_a_slow_look_up_ends_at_the_limit() -> None:
    def slow(host: str, port: int) -> list[str]:
        time.sleep(2)
        return ["127.0.0.1"]

    began = time.monotonic()
    with pytest.raises(NotSent, match="in time"):
        WebClient(resolver=slow).get("http://slow.example.com/", timeout_s=0.3)
    assert time.monotonic() - began < 1


def test_a_connection_that_never_comes_about_ends_at_the_limit() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        began = time.monotonic()
        with pytest.raises(NotSent, match=r"in time|Nobody answers"):
            WebClient(frozenset({"127.0.0.1"})).get(f"http://127.0.0.1:{port}/", timeout_s=0.5)
        assert time.monotonic() - began < 2
        for one in waiting:
            one.close()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"

ENDLESS = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (silent, "in time"),
        (dripping(b"HTTP/1.1 200 OK\r\nX-Slow: "), "in time"),
        (dripping(HEAD), "in time"),
        (dripping(ENDLESS), "in time"),
        (dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n"), "in time"),
        (resetting, "broke"),
        (saying(b""), "broke"),
        (saying(HEAD + b"only this"), "broke"),
        (saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"), "broke"),
        (saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"), "broke"),
        (saying(b"\x00\x01\x02 this is not HTTP\r\n\r\n"), "broke"),
        (saying(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n"), "broke"),
        (answering(200, b"x" * (MAX_REPLY_BYTES + 1)), "too long"),
        (answering(200, b"x" * 10_000_000), "too long"),
        (saying(ENDLESS + b"x" * 10_000_000), "too long"),
        (answering(200, b"", "X-Long: " + "y" * 60_000, "X-Longer: " + "z" * 60_000), "too long"),
    ],
    ids=[
        "silence",
        "dripping headers",
        "dripping body",
        "dripping body without a length",
        "dripping chunk",
        "reset after accepting",
        "closed without a word",
        "truncated body",
        "truncated chunk",
        "bad chunk",
        "not HTTP",
        "500 headers",
        "a byte too many",
        "10 MB",
        "10 MB without a length",
        "120 kB of headers",
    ],
)
def test_a_fault_after_sending_is_unclear_and_ends_in_time(behave: Behaviour, reason: str) -> None:
    with standing_in(behave) as server:
        began = time.monotonic()
        with pytest.raises(SentButUnclear, match=reason) as unclear:
            WebClient(server.allowed).post(f"{server.url}/", content=b"{}", timeout_s=1)
        assert time.monotonic() - began < 3
        assert unclear.value.sent
        assert "127.0.0.1" not in unclear.value.reason
        assert server.connections == 1


def test_a_reply_of_just_the_limit_is_read() -> None:
    with standing_in(answering(200, b"x" * (MAX_REPLY_BYTES - 200))) as server:
        assert len(WebClient(server.allowed).get(server.url).content) == MAX_REPLY_BYTES - 200


def test_a_compressed_reply_is_not_unpacked() -> None:
    with standing_in(answering(200, b"\x1f\x8b rest", "Content-Encoding: gzip")) as server:
        assert WebClient(server.allowed).get(server.url).content == b"\x1f\x8b rest"
