"""A small application with nothing but the two gateways, on a real database."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

import blueprints
from blueprints import speechcall_gateway, voice_gateway
from settings import Settings
from storage import keys
from storage.credentials import secret_box
from storage.db import now, open_db, write_tx
from storage.migrations import migrate
from tests.helpers import let_ring

EXAMPLES = Path(__file__).parent.parent / "data" / "fixtures"


def example(name):
    """One of the services' own examples."""
    return json.loads((EXAMPLES / name).read_text())


@pytest.fixture
def data(tmp_path):
    db = open_db(tmp_path / "press-one.sqlite3")
    migrate(db)
    with write_tx(db):
        for name in ("A", "B"):
            db.execute("INSERT INTO workspaces (name, created_at) VALUES (?, ?)", (name, now()))
    let_ring(db)
    db.close()
    return tmp_path


def gateways(data, **settings):
    """The two gateways as an application."""
    app = Flask(__name__)
    app.config["SETTINGS"] = Settings(data=data, practice_pace=0.0005, **settings)
    app.config["SECRET_BOX"] = secret_box(data)
    blueprints.init_app(app)
    app.register_blueprint(voice_gateway.blueprint)
    app.register_blueprint(speechcall_gateway.blueprint)
    return app


class _Quiet(WSGIRequestHandler):
    def log(self, *_):
        return


@contextmanager
def listening(app):
    """The application on loopback, over real HTTP; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def app(data):
    return gateways(data)


@pytest.fixture
def url(app):
    """The gateways over real HTTP."""
    with listening(app) as address:
        yield address


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def db(data):
    db = open_db(data / "press-one.sqlite3")
    yield db
    db.close()


@pytest.fixture
def key(db):
    return keys.add(db, 1, "Tests")


@pytest.fixture
def foreign_key(db):
    return keys.add(db, 2, "Others")
