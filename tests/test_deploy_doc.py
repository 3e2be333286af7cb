"""docs/deploy.md: what it tells people to type is typed here, on a machine of their kind."""

import configparser
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from storage import connections
from storage.credentials import secret_box
from tests.helpers import ROOT, start_server

DOC = (ROOT / "docs" / "deploy.md").read_text()
BLOCKS = dict(re.findall(r"```\w+ test=([\w-]+)\n(.*?)```", DOC, flags=re.DOTALL))
ENV = dict(line.split("=", 1) for line in BLOCKS["env"].split())


def adapted(text, tmp_path, url="http://127.0.0.1:5000"):
    """The same commands with this machine's folders, program and port."""
    bin_folder = Path(sys.executable).parent
    for theirs, ours in ((".venv/bin/", f"{shlex.quote(str(bin_folder))}/"),
                         ("/var/backups/press-one", str(tmp_path / "backups")),
                         ("http://127.0.0.1:5000", url)):  # fmt: skip
        text = text.replace(theirs, ours)
    return text


def typed(name, data, tmp_path, url="http://127.0.0.1:5000"):
    """Type a block of the document; gives what it printed."""
    (tmp_path / "backups").mkdir(exist_ok=True)
    env = {**ENV, "PRESS_ONE_DATA": str(data), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
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
    migrating = BLOCKS["upgrade"].splitlines()[1]
    assert "requirements.txt" in BLOCKS["upgrade"].splitlines()[0]
    BLOCKS["upgrade-migrate"] = migrating
    assert "up to date" in typed("upgrade-migrate", installed, tmp_path)


def test_the_program_is_installed_from_what_is_there():
    assert (ROOT / "requirements.txt").is_file()
    assert BLOCKS["install"].splitlines()[1].endswith("-r requirements.txt")


def test_nginx_takes_the_configuration(tmp_path):
    nginx, openssl = shutil.which("nginx", path="/usr/sbin:/usr/bin"), shutil.which("openssl")
    if not (nginx and openssl):
        pytest.skip("nginx or openssl is not installed")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=x",
         "-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    site = BLOCKS["nginx"].replace("/etc/letsencrypt/live/calls.example.com", str(tmp_path))
    config = tmp_path / "nginx.conf"
    config.write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {tmp_path}/b; proxy_temp_path {tmp_path}/p;"
        f" fastcgi_temp_path {tmp_path}/f; uwsgi_temp_path {tmp_path}/u;"
        f" scgi_temp_path {tmp_path}/s;\n{site}\n}}"
    )
    done = subprocess.run([nginx, "-t", "-c", config], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    config.write_text(config.read_text().replace("proxy_pass", "proxy_pas"))
    assert subprocess.run([nginx, "-t", "-c", config], capture_output=True).returncode != 0


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
        assert BLOCKS["backup"].strip() in unit["Service"]["ExecStart"].replace("%%", "%")
    verify = shutil.which("systemd-analyze")
    if verify:
        file = tmp_path / f"press-one.{'timer' if name == 'backup-timer' else 'service'}"
        file.write_text(BLOCKS[name])
        done = subprocess.run([verify, "verify", file], capture_output=True, text=True)
        assert "Unknown" not in done.stderr
        assert "Failed to parse" not in done.stderr
