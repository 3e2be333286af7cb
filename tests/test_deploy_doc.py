"""docs/deploy.md: what it tells people to type is typed here, on a machine of their kind."""

import configparser
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from blueprints.recording_view import MAX_UPLOAD_BYTES
from serve import THREADS
from storage import connections
from storage.credentials import secret_box
from tests.helpers import ROOT, free_port, start_server

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")
DOC = (ROOT / "docs" / "deploy.md").read_text()
BLOCKS = dict(re.findall(r"```\w+ test=([\w-]+)\n(.*?)```", DOC, flags=re.DOTALL))
ENV = dict(line.split("=", 1) for line in BLOCKS["env"].split())
SLOW = (
    b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 1000\r\n\r\na"
)
TOKEN = "a-token-that-nobody-has-read-yet"


def adapted(text, tmp_path, url="http://127.0.0.1:5000"):
    """The same commands with this machine's folders, program and port."""
    bin_folder = Path(sys.executable).parent
    for theirs, ours in ((".venv/bin/", f"{shlex.quote(str(bin_folder))}/"),
                         ("/var/backups/press-one", str(tmp_path / "backups")),
                         ("/opt/press-one/app", shlex.quote(str(ROOT))),
                         ("/etc/press-one.env", str(tmp_path / "press-one.env")),
                         ("runuser -u press-one -- ", ""),
                         ("http://127.0.0.1:5000", url)):  # fmt: skip
        text = text.replace(theirs, ours)
    return text


def typed(name, data, tmp_path, url="http://127.0.0.1:5000"):
    """Type a block of the document; gives what it printed."""
    (tmp_path / "backups").mkdir(exist_ok=True)
    settings = {**ENV, "PRESS_ONE_DATA": str(data), "METRICS_TOKEN": TOKEN}
    (tmp_path / "press-one.env").write_text("".join(f"{k}={v}\n" for k, v in settings.items()))
    (tmp_path / "bin").mkdir(exist_ok=True)
    wrapper = tmp_path / "bin" / "press-one"
    wrapper.write_text(adapted(BLOCKS["wrapper"], tmp_path))
    wrapper.chmod(0o755)
    env = {"PATH": f"{wrapper.parent}:/usr/bin:/bin", "LANG": "C.UTF-8", "METRICS_TOKEN": TOKEN}
    done = subprocess.run(
        ["/bin/sh", "-euc", adapted(BLOCKS[name], tmp_path, url)], cwd=ROOT, env=env,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, (name, done.stdout, done.stderr)
    return done.stdout


@pytest.fixture
def installed(data):
    """A data folder as production wants it."""
    (data / "secret.key").chmod(0o600)
    return data


def test_the_settings_of_the_document_start_the_app_and_its_questions_are_answered(
    installed, tmp_path
):
    own = {"PRESS_ONE_DATA", "HOST", "PORT"}
    env = {name: value for name, value in ENV.items() if name not in own}
    env["METRICS_TOKEN"] = TOKEN
    url, process = start_server(installed, tmp_path / "log", **env)
    try:
        printed = typed("health", installed, tmp_path, url)
        assert '"status":"ok"' in printed.replace(" ", "")
        assert "press_one_request_seconds_bucket" in printed
        through_nginx = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https",
                         "Host": "calls.example.com"}  # fmt: skip
        assert requests.get(f"{url}/metrics", headers=through_nginx, timeout=5).status_code == 404
        page = requests.get(f"{url}/login", headers=through_nginx, timeout=5)
        assert page.ok
        assert "Strict-Transport-Security" in page.headers
        cookie = page.headers["Set-Cookie"]
        assert cookie.startswith("__Host-press_one=")
        assert "Secure" in cookie
        refused = {**through_nginx, "Host": "evil.example"}
        assert requests.get(f"{url}/login", headers=refused, timeout=5).status_code == 400
    finally:
        process.terminate()
        process.wait(10)


def test_backup_restore_another_key_and_upgrade_as_the_document_has_them(installed, db, tmp_path):
    box = secret_box(installed)
    kept = connections.save(db, box, 1, service="speechcall", name="C",
                            base_url="https://a.example.com", new_secret="quiet")  # fmt: skip
    assert "checked" in typed("backup", installed, tmp_path)
    connections.save(db, box, 1, connection_id=kept, service="speechcall", name="Changed",
                     base_url="https://a.example.com")  # fmt: skip
    assert "Restored" in typed("restore", installed, tmp_path)
    assert connections.get(db, 1, kept).name == "C"
    assert "new key" in typed("rotate", installed, tmp_path)
    assert (installed / "secret.key.old").read_bytes() == box.key
    assert connections.secret(db, secret_box(installed), connections.get(db, 1, kept)) == "quiet"
    assert typed("link", installed, tmp_path) == ""


def test_an_upgrade_as_the_document_has_it(installed, tmp_path):
    install, compile_it, migrating = BLOCKS["upgrade"].splitlines()
    assert "requirements.txt" in install
    assert BLOCKS["install"].splitlines()[-1] == compile_it
    BLOCKS["upgrade-without-the-network"] = f"{compile_it}\n{migrating}\n"
    assert "up to date" in typed("upgrade-without-the-network", installed, tmp_path)


def test_the_program_is_installed_from_what_is_there():
    assert (ROOT / "requirements.txt").is_file()
    assert BLOCKS["install"].splitlines()[1].endswith("-r requirements.txt")


@pytest.fixture
def nginx_config(tmp_path):
    """The document's site in a configuration that this machine can load, without https."""
    if not NGINX:
        pytest.skip("nginx is not installed")
    https, _http = re.split(r"\n\n(?=server)", BLOCKS["nginx"])
    kept = [line for line in https.splitlines() if "ssl_" not in line]
    config = tmp_path / "nginx.conf"
    config.write_text(
        f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/log;"
        f" events {{}}\nhttp {{ access_log off; client_body_temp_path {tmp_path}/b;"
        f" proxy_temp_path {tmp_path}/p; fastcgi_temp_path {tmp_path}/f;"
        f" uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s;\n" + "\n".join(kept) + "\n}"
    )
    return config


def nginx_says(config):
    """What nginx thinks of a configuration: "" when it takes it."""
    done = subprocess.run([NGINX, "-t", "-c", config], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stderr


def test_nginx_takes_the_configuration(nginx_config, tmp_path):
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("openssl is not installed")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=x",
         "-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    site = BLOCKS["nginx"].replace("/etc/letsencrypt/live/calls.example.com", str(tmp_path))
    plain = nginx_config.read_text()
    nginx_config.write_text(plain[: plain.index("server {")] + site + "}")
    assert nginx_says(nginx_config) == ""
    nginx_config.write_text(nginx_config.read_text().replace("proxy_pass", "proxy_pas"))
    assert nginx_says(nginx_config)


def test_people_are_answered_while_others_send_their_bodies_very_slowly(
    installed, nginx_config, tmp_path
):
    url, app = start_server(installed, tmp_path / "log-app")
    front = free_port()
    text = nginx_config.read_text().replace("http://127.0.0.1:5000", url)
    nginx_config.write_text(
        text.replace("listen 443 ssl", f"listen 127.0.0.1:{front}").replace(
            "Host $host", f"Host {url.removeprefix('http://')}"
        )
    )
    nginx = subprocess.Popen([NGINX, "-c", nginx_config])
    slow = []
    try:
        until_answered(f"http://127.0.0.1:{front}/healthz")
        for _ in range(THREADS * 2):
            line = socket.create_connection(("127.0.0.1", front))
            line.sendall(SLOW)
            slow.append(line)
        time.sleep(1)  # until each of them would hold a thread of the app
        assert requests.get(f"http://127.0.0.1:{front}/healthz", timeout=5).ok
    finally:
        for line in slow:
            line.close()
        for process in (nginx, app):
            process.terminate()
            process.wait(10)


def until_answered(url):
    """Wait for somebody who has just started."""
    for _ in range(100):
        try:
            return requests.get(url, timeout=60)
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(f"Nobody answers at {url}.")


def test_the_proxies_let_through_what_the_app_takes():
    for proxy, written, unit in (
        ("nginx", r"client_max_body_size (\d+)m", 1024**2),
        ("caddy", r"max_size (\d+)MB", 1000**2),
        ("caddy", r"request_buffers (\d+)MB", 1000**2),
    ):
        assert int(re.search(written, BLOCKS[proxy])[1]) * unit >= MAX_UPLOAD_BYTES, written


def test_caddy_takes_the_configuration(tmp_path):
    caddy = shutil.which("caddy")
    if not caddy:
        pytest.skip("caddy is not installed")
    (tmp_path / "Caddyfile").write_text(BLOCKS["caddy"])
    command = [caddy, "validate", "--adapter", "caddyfile", "--config", tmp_path / "Caddyfile"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["unit", "backup-unit", "backup-timer"])
def test_the_units_are_units_and_run_what_the_document_runs(name, tmp_path):
    unit = configparser.ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str
    unit.read_string(BLOCKS[name])
    if name == "backup-timer":
        assert unit["Timer"]["OnCalendar"]
    else:
        assert unit["Service"]["EnvironmentFile"] == "/etc/press-one.env"
    if name == "backup-unit":
        wrapped = BLOCKS["backup"].strip().replace("press-one", ".venv/bin/flask --app app", 1)
        assert wrapped in unit["Service"]["ExecStart"].replace("%%", "%")
    verify = shutil.which("systemd-analyze")
    if verify:
        file = tmp_path / f"press-one.{'timer' if name == 'backup-timer' else 'service'}"
        file.write_text(BLOCKS[name])
        done = subprocess.run([verify, "verify", file], capture_output=True, text=True)
        assert "Unknown" not in done.stderr
        assert "Failed to parse" not in done.stderr
