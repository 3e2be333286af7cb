"""Every kind of value: what is refused, what is warned of, what passes."""

import pytest

from flows.addresses import is_metadata_address, is_private_host, is_public_address
from flows.findings import shown
from flows.values import (
    ascii_host,
    check_body,
    check_header,
    check_headers,
    check_line,
    check_number,
    check_prose,
    check_recording,
    check_sender,
    check_text,
    check_url,
    check_value,
    check_wait_ms,
    depth_of,
    is_placeholder,
)


def codes(findings):
    return [finding.code for finding in findings]


URLS = {
    "https://hooks.example.com/x?a=1#b": [],
    "HTTPS://Hooks.Example.com": [],
    "https://hooks.example.com:8443/a{b}/é": [],
    "https://hooks_1.example.com./": [],
    "http://93.184.216.34/": [],
    "http://[2606:4700::1111]/": [],
    "": ["empty"],
    "https://hooks.example.com/" + "a" * 8000: ["too_long"],
    " https://hooks.example.com/": ["url_characters"],
    "\thttps://hooks.example.com/": ["url_characters"],
    "https://hooks.example.com/a b": ["url_characters"],
    "https://hooks.example.com/\u00a0": ["url_characters"],
    "https://hooks.example.com/\u2028": ["url_characters"],
    "https://hooks.example.com/\x7f": ["url_characters"],
    "https://hooks.example.com/\u202egpj": ["url_characters"],
    "https://hooks.exa\u00admple.com/": ["url_characters"],
    "https://hooks.example.com/\ud800": ["url_characters"],
    "https://hooks.example.com\\@evil.example/": ["url_characters"],
    "https:\\\\hooks.example.com/": ["url_characters"],
    "http://127.0.0.%31/": ["url_characters"],
    "http://[fe80::1%25eth0]/": ["url_characters"],
    "javascript:alert(1)": ["url_scheme"],
    "file:///etc/passwd": ["url_scheme"],
    "ftp://hooks.example.com/": ["url_scheme"],
    "//hooks.example.com/": ["url_scheme"],
    "hooks.example.com/x": ["url_scheme"],
    "https://user:pw@hooks.example.com/": ["url_userinfo"],
    "https://hooks.example.com@169.254.169.254/": ["url_userinfo"],
    "https://@hooks.example.com/": ["url_userinfo"],
    "https:///x": ["url_host_form"],
    "https:hooks.example.com": ["url_host_form"],
    "https:/hooks.example.com": ["url_host_form"],
    "https://?x": ["url_host_form"],
    "http://2130706433/": ["url_host_form"],
    "http://0x7f000001/": ["url_host_form"],
    "http://0x7f.1/": ["url_host_form"],
    "http://0x/": ["url_host_form"],
    "http://0177.0.0.1/": ["url_host_form"],
    "http://127.1/": ["url_host_form"],
    "http://127.0.0.1./": ["url_host_form"],
    "http://256.0.0.1/": ["url_host_form"],
    "http://1.2.3.4.5/": ["url_host_form"],
    "http://①②⑦.0.0.1/": ["url_host_form"],
    "http://127。0。0。1/": ["url_host_form"],
    "http://ｅxample.com/": ["url_host_form"],
    "https://a..example.com/": ["url_host_form"],
    "https://.example.com/": ["url_host_form"],
    "https://" + "a" * 64 + ".example.com/": ["url_host_form"],
    "https://a<b.example.com/": ["url_host_form"],
    "https://xn--a.example.com/": ["url_host_form"],
    "http://[::1": ["url_host_form"],
    "http://[::g]/": ["url_host_form"],
    "http://::1/": ["url_host_form"],
    "https://hooks.example.com:0/": ["url_port"],
    "https://hooks.example.com:99999/": ["url_port"],
    "https://hooks.example.com:٨٠/": ["url_port"],
    "https://hooks.example.com:/": ["url_port"],
    "http://[2606:4700::1111]:x/": ["url_port"],
    "http://localhost/": ["private_url"],
    "http://LOCALHOST.:8080/": ["private_url"],
    "http://intranet/": ["private_url"],
    "http://metadata.google.internal/": ["private_url"],
    "http://api.smsbat.local/gatereq/temp/hook": ["private_url"],
    "http://0.0.0.0/": ["private_url"],
    "http://[::ffff:169.254.169.254]/": ["private_url"],
    "https://аpple.com/x": ["idn_host"],
    "https://xn--pple-43d.com/x": ["idn_host"],
    "https://їжак.local/": ["private_url", "idn_host"],
}


@pytest.mark.parametrize(("url", "found"), URLS.items(), ids=map(shown, URLS))
def test_a_web_address_is_judged(url, found):
    assert codes(check_url(url)) == found


def test_a_cyrillic_host_is_shown_as_it_is_looked_up():
    assert ascii_host("https://аpple.com/x") == "xn--pple-43d.com"
    assert check_url("https://аpple.com/x")[0].params == {"host": "xn--pple-43d.com"}
    assert ascii_host("https://user@example.com") == ""


ADDRESSES = {
    "8.8.8.8": True,
    "93.184.216.34": True,
    "2606:4700::1111": True,
    "10.1.2.3": False,
    "100.64.0.1": False,
    "100.127.255.255": False,
    "127.0.0.1": False,
    "0.1.2.3": False,
    "169.254.169.254": False,
    "172.31.0.1": False,
    "192.0.0.192": False,
    "192.168.0.1": False,
    "198.19.0.1": False,
    "203.0.113.9": False,
    "224.0.0.1": False,
    "255.255.255.255": False,
    "168.63.129.16": False,
    "::": False,
    "::1": False,
    "::127.0.0.1": False,
    "::ffff:8.8.8.8": False,
    "64:ff9b::808:808": False,
    "2002:7f00:1::": False,
    "2001::1": False,
    "2001:db8::1": False,
    "fc00::1": False,
    "fe80::1": False,
    "fe80::1%eth0": False,
    "fec0::1": False,
    "ff02::1": False,
    "not an address": False,
}


@pytest.mark.parametrize(("address", "public"), ADDRESSES.items(), ids=ADDRESSES)
def test_only_ordinary_addresses_of_the_internet_are_public(address, public):
    assert is_public_address(address) is public


METADATA = {
    "169.254.169.254": True,
    "169.254.170.2": True,
    "100.100.100.200": True,
    "192.0.0.192": True,
    "168.63.129.16": True,
    "fd00:ec2::254": True,
    "::ffff:169.254.169.254": True,
    "::169.254.169.254": True,
    "64:ff9b::a9fe:a9fe": True,
    "2002:a9fe:a9fe::": True,
    "127.0.0.1": False,
    "10.0.0.1": False,
    "8.8.8.8": False,
    "2606:4700::1111": False,
    "nothing": False,
}


@pytest.mark.parametrize(("address", "metadata"), METADATA.items(), ids=METADATA)
def test_metadata_addresses_are_known_in_every_disguise(address, metadata):
    assert is_metadata_address(address) is metadata


HOSTS = {
    "localhost": True,
    "x.localhost": True,
    "printer.lan": True,
    "router.home.arpa.": True,
    "intranet": True,
    "wiki.INTRANET": True,
    "[::1]": True,
    "10.0.0.1": True,
    "example.com": False,
    "local.example.com": False,
    "notlocal.com.": False,
    "[2606:4700::1111]": False,
}


@pytest.mark.parametrize(("host", "private"), HOSTS.items(), ids=HOSTS)
def test_plainly_private_hosts_are_known_by_their_spelling(host, private):
    assert is_private_host(host) is private


NUMBERS = {
    "+380936670003": [],
    "380936670003": [],
    "+15055550001": [],
    "+380XXXXXXXXX": [],
    "": ["empty"],
    "+٣٨٠٩٣٦٦٧٠٠٠٣": ["bad_number"],
    "+380 93 667 00 03": ["bad_number"],
    "0936670003": ["bad_number"],
    "tel:+380936670003": ["bad_number"],
    "+380936670003\n": ["bad_number"],
    "++380936670003": ["bad_number"],
    "+1234": ["bad_number"],
    "+999123456789": ["bad_number"],
    "+1234567890123456": ["bad_number"],
    "BazarCOM": ["bad_number"],
    "X": ["bad_number"],
    "+19005550100": ["premium_number"],
    "+979123456789": ["premium_number"],
    "112": ["emergency_number"],
    "+112": ["emergency_number"],
    "911": ["emergency_number"],
    "000": ["emergency_number"],
    "+380112": ["emergency_number"],
    "+1911": ["emergency_number"],
    "+882161234567": ["satellite_number"],
    "+881612345678": ["satellite_number"],
    "+80012345678": ["satellite_number"],
}


@pytest.mark.parametrize(("number", "found"), NUMBERS.items(), ids=map(shown, NUMBERS))
def test_a_number_is_judged(number, found):
    assert codes(check_number(number)) == found


def test_a_placeholder_is_told_from_a_number():
    assert is_placeholder("+380XXXXXXXXX")
    assert not is_placeholder("+380936670003")


HEADERS = [
    ("X-Custom", "value", []),
    ("X-Custom", "", []),
    ("Authorization", "Bearer abc é", []),
    ("X", "a\tb", []),
    ("", "v", ["header_name"]),
    ("X A", "v", ["header_name"]),
    ("X:", "v", ["header_name"]),
    ("X\r\nB", "v", ["header_name"]),
    ("Ключ", "v", ["header_name"]),
    ("X\n", "v", ["header_name"]),
    ("X", "a\r\nb", ["header_value"]),
    ("X", "a\0", ["header_value"]),
    ("X", " a", ["header_value"]),
    ("X", "a\n", ["header_value"]),
    ("X", "日本", ["header_value"]),
    ("X", 1, ["wrong_type"]),
    ("X", None, ["wrong_type"]),
    ("hOST", "v", ["header_forbidden"]),
    ("content-length", "5", ["header_forbidden"]),
    ("Transfer-Encoding", "chunked", ["header_forbidden"]),
    ("", 1, ["header_name", "wrong_type"]),
]


@pytest.mark.parametrize(("name", "value", "found"), HEADERS)
def test_a_header_is_judged(name, value, found):
    assert codes(check_header(name, value)) == found


def test_sixty_four_headers_are_the_most():
    assert check_headers({f"X-{n}": "v" for n in range(64)}) == ()
    assert codes(check_headers({f"X-{n}": "v" for n in range(65)})) == ["too_many_headers"]


def test_a_header_written_twice_in_different_case_is_refused():
    assert codes(check_headers({"X-A": "1", "x-a": "2"})) == ["header_name"]


RECORDINGS = {
    "ivr_651854": [],
    "welcome-2.mp3": [],
    "https://cdn.example.com/a.mp3": [],
    "": ["empty"],
    "  ": ["empty"],
    "../../../etc/passwd": ["intro_invalid"],
    "..": ["intro_invalid"],
    "javascript:alert(1)": ["intro_invalid"],
    "file:///etc/passwd": ["intro_invalid"],
    "//evil.example/a.mp3": ["intro_invalid"],
    " https://cdn.example.com/a.mp3": ["intro_invalid"],
    "ivr_1\n": ["intro_invalid"],
    "a" * 201: ["too_long"],
    "https://u:p@cdn.example.com/a.mp3": ["url_userinfo"],
    "http://localhost/a.mp3": ["private_url"],
}


@pytest.mark.parametrize(("value", "found"), RECORDINGS.items(), ids=map(shown, RECORDINGS))
def test_a_recording_is_a_web_address_or_a_name(value, found):
    assert codes(check_recording(value)) == found


WAITS = [
    (1, []),
    (600_000, []),
    (0, ["out_of_range"]),
    (600_001, ["out_of_range"]),
    (2**63, ["out_of_range"]),
    (True, ["wrong_type"]),
    (10.0, ["wrong_type"]),
    ("10", ["wrong_type"]),
    (None, ["wrong_type"]),
]


@pytest.mark.parametrize(("value", "found"), WAITS)
def test_a_wait_is_a_whole_number_of_milliseconds(value, found):
    assert codes(check_wait_ms(value)) == found


def test_texts_warn_of_hidden_order_and_of_length():
    assert check_text("=HYPERLINK()\r\n{{7*7}}") == ()
    assert codes(check_text("a\u202eb")) == ["bidi_control"]
    assert codes(check_text("a" * 1401)) == ["long_text"]
    assert codes(check_text("")) == ["empty"]


def test_a_sender_is_short_and_not_blank():
    assert check_sender("BazarCOM") == ()
    assert codes(check_sender(" ")) == ["empty"]
    assert codes(check_sender("a" * 201)) == ["too_long"]
    assert codes(check_sender("a\u2066")) == ["bidi_control"]


def nested(depth):
    value = {}
    for _ in range(depth - 1):
        value = {"a": value}
    return value


def test_a_body_is_an_object_of_at_most_thirty_two_levels():
    assert check_body(nested(32)) == ()
    assert codes(check_body(nested(33))) == ["too_deep"]
    assert codes(check_body([])) == ["wrong_type"]
    assert depth_of(1) == 0
    assert depth_of([[1], {"a": [2]}]) == 3


def test_a_wrong_value_is_repeated_short_and_on_one_line():
    assert shown("a\nb\ud800") == "a\\u000ab\\ud800"
    assert len(shown("a" * 1000)) == 61


LINES = {
    "Доставка – “Ok” 👍\u200d": ([], []),
    "two\nlines\r\n\tindented": (["control_char"], []),
    "bell\x07": (["control_char"], ["control_char"]),
    "delete\x7f": (["control_char"], ["control_char"]),
    "next line\x85": (["control_char"], ["control_char"]),
    "zero\0": (["nul_char"], ["nul_char"]),
    "half \ud800": (["lone_surrogate"], ["lone_surrogate"]),
}


@pytest.mark.parametrize(("text", "found"), LINES.items())
def test_characters_that_nobody_sees_are_found(text, found):
    assert (codes(check_line(text)), codes(check_prose(text))) == found


def lists(levels):
    value = "deep"
    for _ in range(levels):
        value = [value]
    return value


def test_a_value_of_a_body_may_be_one_level_less_deep_than_the_body():
    assert codes(check_value(lists(31))) == codes(check_body({"a": lists(31)})) == []
    assert codes(check_value(lists(32))) == codes(check_body({"a": lists(32)})) == ["too_deep"]
    assert codes(check_value({"a\0": ["\ud800"]})) == ["nul_char", "lone_surrogate"]
