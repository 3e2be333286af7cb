"""What forms bring: nothing from other sites, over https neither, and files only as files."""

import io
import re

import pytest

from app import create_app
from blueprints.security import FILE_FIELDS
from flows.document import Flow, Menu
from tests.helpers import OWNER, PASSWORD, ROOT, save_flow

HERE = "https://calls.example.com"


@pytest.fixture
def over_https(data):
    """Somebody at the sign-in page of an app that is reached by https; sends its form."""
    app = create_app(data=data, TESTING=True, PROPAGATE_EXCEPTIONS=False, base_url=HERE)
    client = app.test_client()
    page = client.get("/login", base_url=HERE).get_data(as_text=True)
    form = {
        "csrf_token": re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1],
        "email": OWNER, "password": PASSWORD,
    }  # fmt: skip

    def send(**headers):
        return client.post("/login", base_url=HERE, data=form, headers=headers).status_code

    return send


@pytest.mark.parametrize(
    ("referer", "status"),
    [(f"{HERE}/login", 303), ("https://evil.example.com/", 400), (f"{HERE}.evil.example/", 400),
     ("http://calls.example.com/login", 400), (None, 400)],
)  # fmt: skip
def test_over_https_a_form_says_which_page_of_ours_it_comes_from(over_https, referer, status):
    assert over_https(**({"Referer": referer} if referer else {})) == status


@pytest.mark.parametrize("field", ["name", "script", "recording", "wait"])
def test_a_file_where_a_text_belongs_is_refused_and_changes_nothing(owner, db, field):
    flow_id = save_flow(db, Flow(name="F", menus=(Menu(id="m", name="Kept", recording="r"),)))
    owner.get(f"/flows/{flow_id}")
    typed = {"name": "Other", "script": "", "recording": "r", "wait": "10"}
    sent = owner.post(f"/flows/{flow_id}/menus/m", **typed | {field: (io.BytesIO(b"x"), "x.wav")})
    assert sent.status_code == 400
    owner.get(f"/flows/{flow_id}")
    assert "Kept" in owner.text


@pytest.mark.parametrize("field", ["email", "password"])
def test_strangers_cannot_break_the_sign_in_page_with_a_file(app, field):
    client = app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").text)[1]
    typed = {"csrf_token": token, "email": OWNER, "password": PASSWORD}
    sent = client.post("/login", data={**typed, field: (io.BytesIO(b"x"), "x")})
    assert sent.status_code == 400


def test_every_field_that_takes_a_file_has_one_of_the_known_names():
    """Any other name would be refused before its form saw it."""
    found = set()
    for path in (ROOT / "templates").rglob("*.html"):
        for tag in re.findall(r"<input[^>]*type=\"file\"[^>]*>", path.read_text()):
            found |= set(re.findall(r"\bname=\"(\w+)\"", tag))
    for path in (ROOT / "blueprints").glob("*.py"):
        found |= set(re.findall(r"(\w+) = (?:Multiple)?FileField\(", path.read_text()))
    assert found == FILE_FIELDS
