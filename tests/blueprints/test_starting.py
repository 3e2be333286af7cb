"""What a start waits for: nothing that the first page does not need."""

import subprocess
import sys

from werkzeug.routing import Map, Rule

from app import create_app
from blueprints.assets import STATIC, serve_compressed
from tests.helpers import ROOT

LOADED = """
import sys, serve
serve.application().test_client().get("/login")
print(*sys.modules)
"""


def loaded(data, **env):
    done = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={"PRESS_ONE_DATA": str(data), "PATH": "/usr/bin", **env},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def test_a_start_loads_neither_what_asks_services_nor_a_queue_that_is_not_used(data):
    with_file = loaded(data)
    assert "blueprints.editor" in with_file
    assert not {"requests", "urllib3", "redis.client"} & with_file


def test_a_start_with_redis_loads_redis(data):
    assert "redis.client" in loaded(data, QUEUE_URL="redis://127.0.0.1:1/0")


def test_every_address_is_written_as_werkzeug_writes_it(app):
    for rule in app.url_map.iter_rules():
        usual = Rule(rule.rule, endpoint=rule.endpoint, methods=rule.methods)
        Map([usual])
        values = dict.fromkeys(rule.arguments, 7 if "int" in rule.rule else "é/x")
        for more in ({}, {"q": "a b", "list": ["1", "2"]}):
            assert rule.build({**values, **more}) == usual.build({**values, **more}), rule


def test_files_come_before_they_are_compressed_and_after(data):
    app = create_app(data=data, TESTING=True)
    path = f"/static/{next(STATIC.glob('htmx*')).name}?v=1"
    whole = app.test_client().get(path)
    serve_compressed(app).join()
    small = app.test_client().get(path, headers={"Accept-Encoding": "br"})
    assert small.headers["Content-Encoding"] == "br"
    assert len(small.data) < len(whole.data) / 2
    small.close()
    for answer in (whole, small):
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.mimetype == "text/javascript"


def test_a_start_that_was_cut_off_while_compressing_is_made_up_for(data):
    folder = data / "static"
    folder.mkdir()
    for file in STATIC.glob("htmx*"):
        (folder / f"draft-{file.name}").write_bytes(file.read_bytes()[:100])
    serve_compressed(create_app(data=data, TESTING=True)).join()
    assert not list(folder.glob("draft-*"))
    assert list(folder.glob("htmx*.br"))
