"""The commands of whoever keeps an installation, and what no file of it ever shows."""

import base64
import re
from urllib.parse import urljoin, urlsplit

import requests

from app import create_app
from storage import connections, inboxes
from storage.credentials import secret_box
from tests.blueprints.reader import PageReader
from tests.helpers import OWNER, PASSWORD

CANARY = "canary-7f3d91-sings"


def run(app, *args):
    return app.test_cli_runner().invoke(args=args)


def test_backup_and_restore_say_what_they_did(app, data, tmp_path):
    file = tmp_path / "b.tar"
    made = run(app, "backup", str(file))
    assert made.exit_code == 0, made.output
    assert "checked, with 0 recordings" in made.output
    assert "secret.key" in made.output
    done = run(app, "restore", str(file))
    assert done.exit_code == 0, done.output
    assert "Everybody signs in again" in done.output
    assert "passwords are as they were when the copy was made" in done.output
    assert "backups/before-restore.sqlite3" in done.output


def test_a_copy_of_the_database_alone_can_be_put_back_too(app, data):
    copy = data / "copy.sqlite3"
    copy.write_bytes((data / "press-one.sqlite3").read_bytes())
    assert run(app, "restore", str(copy)).exit_code == 0


def test_a_backup_that_cannot_be_written_or_read_is_told_in_a_sentence(app, tmp_path):
    nowhere = run(app, "backup", str(tmp_path / "no" / "b.tar"))
    assert nowhere.exit_code == 1
    assert "That did not work" in nowhere.output
    (tmp_path / "b.tar").write_bytes(b"hello")
    nonsense = run(app, "restore", str(tmp_path / "b.tar"))
    assert nonsense.exit_code == 1
    assert "no whole backup" in nonsense.output
    assert "Nothing was changed" in nonsense.output


def test_a_running_server_is_backed_up_and_neither_restored_over_nor_given_another_key(
    served, app, tmp_path
):
    file = tmp_path / "b.tar"
    assert run(app, "backup", str(file)).exit_code == 0
    for args in (("restore", str(file)), ("rotate-secret",)):
        refused = run(app, *args)
        assert refused.exit_code == 1
        assert "Press One is running" in refused.output


def test_a_changed_key_signs_everybody_out_and_keeps_the_connections(app, owner, data):
    done = run(app, "rotate-secret")
    assert done.exit_code == 0, done.output
    assert "2 stored secrets are kept with a new key" in done.output
    client = create_app(data=data, TESTING=True, PROPAGATE_EXCEPTIONS=False).test_client()
    for cookie in owner.client._cookies.values():
        client.set_cookie(cookie.key, cookie.value)
    assert client.get("/connections").status_code == 302


class Walker:
    """Somebody signed in who opens every page that can be reached, and keeps what came."""

    def __init__(self, url):
        self.reader = PageReader(url)
        self.reader.open("/login")
        self.reader.press("Sign in", email=OWNER, password=PASSWORD)
        self.seen = {}

    def walk(self):
        waiting, self.seen = ["/", "/nothing-here"], {}
        while waiting:
            path = waiting.pop()
            if path in self.seen:
                continue
            text = self.seen[path] = self.reader.open(path).reply.text
            for link in re.findall(r'(?:href|src)="([^"#]+)"', text.replace("&amp;", "&")):
                to = urlsplit(urljoin(self.reader.reply.url, link))
                if to.netloc == urlsplit(self.reader.url).netloc and "/static/" not in to.path:
                    waiting.append(f"{to.path}?{to.query}" if to.query else to.path)
        return self

    def secret_forms(self):
        """(page, form, its secret fields) of every form in which a secret is typed."""
        for path, text in list(self.seen.items()):
            secret = {
                re.search(r'name="(\w+)"', tag)[1]
                for tag in re.findall(r'<input[^>]*type="password"[^>]*>', text)
            }
            if not secret:
                continue
            self.reader.open(path)
            for form in self.reader.page.forms:
                if secret & form.fields.keys():
                    yield path, form, sorted(secret & form.fields.keys())


def spellings(text):
    """A secret as it stands, and as it would look inside base64."""
    plain = text.encode()
    return [plain, *(base64.b64encode(b"x" * shift + plain)[4:-4] for shift in range(3))]


def test_a_secret_that_somebody_types_is_found_nowhere(served, app, db, tmp_path):
    walker = Walker(served.url).walk()
    assert len(walker.seen) > 20
    typed, replies = [], []
    for path, form, names in walker.secret_forms():
        for address in ("no address", "https://api.example.com"):
            known = {"name": "Canary", "base_url": address}
            values = {**form.fields, **{k: v for k, v in known.items() if k in form.fields}}
            values |= dict.fromkeys(names, CANARY)
            for token in ("wrong", form.fields["csrf_token"]):
                to = urljoin(walker.reader.url + path, form.action)
                sent = {**values, "csrf_token": token}
                replies.append(walker.reader.session.post(to, data=sent, timeout=10).text)
        typed.append(path)
    requests.post(f"{served.url}/login", data={"email": OWNER, "password": CANARY}, timeout=10)
    requests.get(f"{served.url}/in/{CANARY}", timeout=10)
    requests.post(f"{served.url}/in/{CANARY}", json={"a": CANARY}, timeout=10)
    for headers in ({"x-api-key": CANARY}, {"Authorization": f"Bearer {CANARY}"}):
        requests.get(f"{served.url}/api/v1/call/tts", headers=headers, timeout=10)
        requests.post(f"{served.url}/bat/messagelist", auth=("shop", CANARY), timeout=10)
    kept = [c for c in connections.list_all(db, 1) if c.name == "Canary"]
    box = secret_box(served.data)
    assert len(kept) >= 3
    assert {connections.secret(db, box, c) for c in kept} == {CANARY}
    walker.walk()
    assert any(path.endswith(f"/{kept[0].id}") for path in walker.seen)
    assert run(app, "backup", str(tmp_path / "b.tar")).exit_code == 0

    inbox = inboxes.inbox_keys(db, box, 1)
    cookie = next(iter(walker.reader.session.cookies.get_dict().values()))
    files = [path for path in (*served.data.rglob("*"), tmp_path / "b.tar", served.log)
             if path.is_file()]  # fmt: skip
    assert {"press-one.sqlite3", "press-one.sqlite3-wal", "b.tar"} <= {f.name for f in files}
    assert [file for file in files if b"Canary" in file.read_bytes()]
    for secret in (CANARY, PASSWORD, served.key, inbox.token, inbox.secret, cookie):
        for spelled in spellings(secret):
            assert not [file for file in files if spelled in file.read_bytes()]
    for text in (*walker.seen.values(), *replies):
        assert CANARY not in text
        assert served.key not in text
