"""Production does not start unless it is safe; proxies are believed only when it was said so."""

import subprocess
import sys

import pytest
from flask import request

from app import create_app
from blueprints.start_up import Unsafe
from settings import Settings
from tests.helpers import ROOT, start_server

SAFE = {"production": True, "base_url": "https://calls.example.com"}


def missing(data):
    (data / "secret.key").unlink()


def short(data):
    (data / "secret.key").write_bytes(b"short")


def readable(data):
    (data / "secret.key").chmod(0o644)


def nothing(data):
    pass


REFUSED = {
    "an address without https": ({"base_url": "http://calls.example.com"}, nothing, "https"),
    "a key that is missing": ({}, missing, "no stored password could be opened"),
    "a key that is short": ({}, short, "too short"),
    "a key that others may read": ({}, readable, "chmod 600"),
    "a token that can be guessed": ({"metrics_token": "abc"}, nothing, "METRICS_TOKEN"),
    "the token of the example": (
        {"metrics_token": "change-this-to-something-random"},
        nothing,
        "everybody can read",
    ),
}


def test_production_starts_when_everything_is_right(data):
    (data / "secret.key").chmod(0o600)
    assert create_app(data=data, **SAFE).config["SETTINGS"].production


@pytest.mark.parametrize("reason", REFUSED)
def test_production_refuses(data, reason):
    settings, spoil, sentence = REFUSED[reason]
    spoil(data)
    with pytest.raises(Unsafe, match=sentence):
        create_app(data=data, **{**SAFE, **settings})


def test_production_refuses_debugging(data, monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(Unsafe, match="FLASK_DEBUG"):
        create_app(data=data, **SAFE)


def test_production_without_https_starts_when_it_was_told_to(data):
    create_app(data=data, production=True, base_url="http://10.0.0.5", allow_http=True)


def test_a_missing_key_is_made_where_there_is_nothing_yet(tmp_path):
    create_app(data=tmp_path / "new", **SAFE)
    assert (tmp_path / "new" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_the_refusal_is_one_sentence_and_an_exit_code(data):
    done = subprocess.run(
        [sys.executable, "serve.py"], cwd=ROOT, capture_output=True, text=True, timeout=30,
        env={"PRESS_ONE_DATA": str(data), "PRESS_ONE_ENV": "production", "PATH": "/usr/bin"},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("Press One does not start. PRESS_ONE_BASE_URL is http://")
    assert "Traceback" not in done.stderr


def test_the_settings_are_read_from_the_environment():
    env = {"PRESS_ONE_ENV": "production", "PRESS_ONE_ALLOW_HTTP": "1", "TRUSTED_PROXIES": "2",
           "METRICS_TOKEN": "x" * 16}  # fmt: skip
    settings = Settings.from_env(env=env)
    assert settings.production
    assert settings.allow_http
    assert (settings.trusted_proxies, settings.metrics_token) == (2, "x" * 16)


PROXIES = {0: "127.0.0.1", 1: "9.9.9.9", 2: "8.8.8.8"}


@pytest.mark.parametrize("count", PROXIES)
def test_as_many_proxies_are_believed_as_the_setting_says(data, count):
    app = create_app(data=data, trusted_proxies=count, TESTING=True)
    seen = []
    app.before_request(lambda: seen.append((request.remote_addr, request.host)))
    told = {"X-Forwarded-For": "8.8.8.8, 9.9.9.9", "X-Forwarded-Host": "evil.example"}
    app.test_client().get("/healthz", headers=told)
    assert seen == [(PROXIES[count], "localhost")]


def test_a_browser_that_came_by_https_stays_with_it(data):
    safe = create_app(data=data, **SAFE).test_client()
    plain = create_app(data=data).test_client()
    header = "Strict-Transport-Security"
    host = {"Host": "calls.example.com"}
    assert safe.get("/healthz", headers=host).headers[header] == "max-age=31536000"
    assert header not in plain.get("/healthz").headers


OWN_ADDRESSES = {
    "https://calls.example.com": "calls.example.com:443",
    "http://calls.example.com": "calls.example.com:80",
    "http://calls.lan:8080": "calls.lan:8080",
    "http://[::1]:5000": "[::1]:5000",
}


@pytest.mark.parametrize("base_url", OWN_ADDRESSES)
def test_our_own_name_may_be_reached_at_our_own_port_alone(base_url):
    allowed = Settings(base_url=base_url, host="::1", port=5001).reachable_hosts
    assert allowed == {OWN_ADDRESSES[base_url], "[::1]:5001"}


def test_what_the_server_keeps_is_for_its_own_user(tmp_path):
    data = tmp_path / "fresh"
    _url, server = start_server(data, tmp_path / "log")
    server.terminate()
    server.wait(10)
    open_to_others = [path.name for path in (data, *data.rglob("*")) if path.stat().st_mode & 0o077]
    assert open_to_others == []
