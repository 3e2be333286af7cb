"""One rule for every route: the least that somebody must be. A route without a rule fails."""

from __future__ import annotations

import re

import pytest

from app import create_app
from storage.db import open_db
from tests.blueprints.test_doors import EXAMPLES, FORM
from tests.helpers import OWNER, Browser, sign_in
from tests.security.furniture import furnish, new_house

ROLES = ("nobody", "viewer", "editor", "owner")

LEAST = {
    # Whoever holds an address, a link or a key; programs come without a session.
    "nobody": """
        auth.login auth.logout auth.first_owner invited.join invited.reset second_step.code
        health.healthz health.readyz metrics.metrics schema.speechcall schema.openapi
        static
        inbox.deliver told.receive media.recording
        voice_gateway.place_call voice_gateway.call_status voice_gateway.wrong_method
        voice_gateway.nothing_here
        speechcall_gateway.place_calls speechcall_gateway.message_status
        speechcall_gateway.wrong_method speechcall_gateway.nothing_here
    """,
    # What everybody in a workspace sees, and what is one's own.
    "viewer": """
        account.page account.profile account.password account.end_session account.end_sessions
        authenticator.page authenticator.begin authenticator.picture authenticator.new_codes
        authenticator.turn_off
        library.flows glance.small_map editor.show phone.show phone.press map.page script.page
        script.text history.listing history.version history.compare
        calls.listing calls.live_list calls.show calls.live call_export.download
        answers.listing answers.show answers.live answers.unknown
        answers.export_csv answers.export_json
        recordings.listing recordings.show connections.listing rules.page settings_page.page
        moderation.page help.page help.words help.keys guide.drawing
    """,
    # What changes call flows and recordings, rings phones, or holds flows' secret headers.
    "editor": """
        guide.welcome guide.show
        library.create library.start_from library_shelves.duplicate library_shelves.archive
        library_shelves.unarchive library_shelves.delete library_shelves.restore
        importing.document
        editor.save_settings editor.add_menu editor.save_menu editor.move_menu
        editor.duplicate_menu editor.delete_menu editor.fix
        copying.ask_menu copying.copy_menu copying.ask_steps copying.copy_steps
        steps.add_step steps.save_step steps.move_step steps.remove_step
        history.undo history.redo history.restore history.name
        journeys.keep journeys.accept journeys.bring_back journeys.forget phone.send
        preview.page preview.download preview.curl preview.whole
        test_call.start test_call.check test_call.confirm test_call.place_call
        call_mending.mend call_mending.undo
        calls.use_phone calls.tell_again moderation.attempt
        own_number.page own_number.ring own_number.code own_number.forget
        recordings.upload recordings.rename recordings.replace recordings.delete
        menu_recordings.choose menu_recordings.upload menu_recordings.draft
        menu_recordings.draft_all menu_recordings.try_all
    """,
    # People, keys, services, money, rules, and what deletes callers.
    "owner": """
        people.listing people.invite people.take_back people.change_role people.remove
        people.password_link audit.listing audit.download
        connections.choose connections.new connections.edit connections.check connections.delete
        gateway_keys.listing gateway_keys.add gateway_keys.caller_id gateway_keys.edit
        gateway_keys.revoke
        rules.pause rules.countries rules.hours rules.caps rules.spending rules.call_me_first
        do_not_call.add do_not_call.paste do_not_call.bring_file do_not_call.remove
        moderation.categories moderation.add_word moderation.remove_word moderation.add_number
        moderation.remove_number moderation.outside moderation.statistics
        call_keeping.settings answers.look_up answers.delete
        answers_inbox.inbox answers_inbox.rotate_inbox answers_inbox.own_address
        answers_inbox.save_own_address answers_inbox.new_secret answers_inbox.send_test
        answers_inbox.send_again answers_inbox.send_failed_again
    """,
}
"""Role -> the routes for which it is just enough."""

RULE = {route: role for role, routes in LEAST.items() for route in routes.split()}

LAST = ("forget", "remove", "delete", "revoke", "take_back", "end", "logout", "turn_off", "code")
"""Words of routes that take away what the others need."""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """An app with an owner, an editor and a viewer."""
    data = tmp_path_factory.mktemp("roles") / "data"
    new_house(data)
    app = create_app(data=data, TESTING=True, PROPAGATE_EXCEPTIONS=False)
    db = open_db(data / "press-one.sqlite3")
    yield app, db, data
    db.close()


def doors(app):
    """(method, rule) of everything the app answers; what takes things away comes last."""
    found = [
        (method, rule)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    ]
    return sorted(found, key=lambda door: (door[0] != "GET", door[1].endpoint.endswith(LAST)))


def rows_of(db):
    """Everything that stands in the database, but for what coming in itself writes."""
    left_out = {"sessions", "attempts", "audit", "sqlite_sequence"}
    tables = {name for name in db.table_names() if "search" not in name} - left_out
    return {name: [str(row) for row in db[name].rows] for name in sorted(tables)}


def come_in(app, role):
    """A browser of somebody with this role; of nobody, one at the sign-in page."""
    if role == "nobody":
        browser = Browser(app.test_client())
        browser.get("/login")
        return browser
    return sign_in(app, OWNER if role == "owner" else f"{role}@example.com")


def knock(app, browser, method, rule, ids):
    """Ask with a good token and a form that would do something."""
    values = {**EXAMPLES, **ids}
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda part: str(values[part[1]]), rule.rule)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.text)
    form = {"csrf_token": found[1], **FORM} if method != "GET" else None
    reply = browser.client.open(path, method=method, data=form)
    reply.get_data()
    reply.close()
    return reply


def test_every_route_has_one_rule_and_every_rule_a_route(place):
    routes = {rule.endpoint for rule in place[0].url_map.iter_rules()}
    assert routes - RULE.keys() == set(), "a route without a rule"
    assert RULE.keys() - routes == set(), "a rule without a route"
    assert sum(len(names.split()) for names in LEAST.values()) == len(RULE), "a route twice"


@pytest.mark.parametrize("role", ROLES)
def test_whoever_is_less_than_the_rule_says_is_refused_and_changes_nothing(place, role):
    app, db, data = place
    things = furnish(db, data, "Ours alone", f"refused-{role}")
    browser, before, asked = come_in(app, role), rows_of(db), 0
    for method, rule in doors(app):
        if ROLES.index(RULE[rule.endpoint]) <= ROLES.index(role):
            continue
        reply = knock(app, browser, method, rule, things.ids)
        where = (role, method, rule.rule, reply.status_code)
        if role == "nobody":
            assert reply.status_code == 302, where
            assert reply.headers["Location"].startswith("/login"), where
        else:
            assert reply.status_code == 403, where
        assert "Ours alone" not in reply.text, where
        asked += 1
    assert rows_of(db) == before
    assert asked > 30 or role == "owner"


@pytest.mark.parametrize("role", ROLES[1:])
def test_whoever_is_what_the_rule_says_is_let_in(place, role):
    app, db, data = place
    ids = furnish(db, data, "Ours alone", f"let-in-{role}").ids
    browser, asked = come_in(app, role), 0
    for method, rule in doors(app):
        if RULE[rule.endpoint] == "nobody" or ROLES.index(RULE[rule.endpoint]) > ROLES.index(role):
            continue
        browser.get("/")
        if browser.page.request.path == "/login":  # a route before ended this session
            browser = come_in(app, role)
        reply = knock(app, browser, method, rule, ids)
        where = (role, method, rule.rule, reply.status_code)
        assert reply.status_code not in (401, 403), where
        assert reply.status_code != 302 or "/login" not in reply.headers["Location"], where
        # The picture is there only while an app is being set up.
        nothing = reply.status_code in (404, 405) and rule.endpoint != "authenticator.picture"
        assert not (method == "GET" and nothing), where
        asked += 1
    assert asked > 25
