"""create_app: extensions, blueprints, error pages, commands. No logic."""

from __future__ import annotations

from typing import Any

from flask import Flask

import blueprints
from blueprints import (
    account,
    answers,
    answers_inbox,
    assets,
    audit,
    auth,
    authenticator,
    call_export,
    call_keeping,
    call_mending,
    calls,
    commands,
    connections,
    copying,
    do_not_call,
    editor,
    editor_parts,
    editor_steps,
    errors,
    formats,
    gateway_keys,
    glance,
    guide,
    health,
    help,
    history,
    importing,
    inbox,
    invited,
    journeys,
    keeping,
    languages,
    library,
    library_shelves,
    logs,
    map,
    media,
    menu_recordings,
    metrics,
    moderation,
    own_number,
    page_templates,
    people,
    phone,
    preview,
    recordings,
    rules,
    schema,
    script,
    script_words,
    second_step,
    security,
    settings_page,
    speechcall_gateway,
    start_up,
    test_call,
    told,
    voice_gateway,
)
from settings import Settings
from storage.credentials import secret_box

SCREENS = (
    auth,
    second_step,
    invited,
    account,
    authenticator,
    library,
    library_shelves,
    glance,
    importing,
    editor,
    editor_steps,
    copying,
    history,
    journeys,
    schema,
    preview,
    phone,
    map,
    script,
    test_call,
    call_mending,
    calls,
    call_export,
    call_keeping,
    answers,
    answers_inbox,
    recordings,
    menu_recordings,
    media,
    connections,
    rules,
    do_not_call,
    moderation,
    own_number,
    gateway_keys,
    settings_page,
    guide,
    help,
    people,
    audit,
    health,
    metrics,
)
PARTS = (
    page_templates,
    blueprints,
    logs,
    metrics,
    security,
    auth,
    languages,
    script_words,
    assets,
    editor_parts,
    formats,
    settings_page,
    guide,
    help,
    errors,
    commands,
    keeping,
)
GATEWAYS = (voice_gateway, speechcall_gateway, inbox, told)


def create_app(**config: Any) -> Flask:
    """The application. ``config`` overrides what the environment says (see ``Settings``)."""
    app = page_templates.PressOne(__name__, static_folder=None)
    settings = Settings.from_env(config)
    start_up.refuse_unsafe(settings, start_up.debugging(app))
    start_up.trust_proxies(app, settings)
    box = secret_box(settings.data)
    app.config.update(
        SETTINGS=settings,
        SECRET_BOX=box,
        SECRET_KEY=box.derived("cookies"),
        MAX_CONTENT_LENGTH=blueprints.MAX_FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=blueprints.MAX_FORM_BYTES,
        **security.COOKIE_RULES,
    )
    app.config.update({key: value for key, value in config.items() if key.isupper()})
    for part in PARTS:
        part.init_app(app)
    for screen in SCREENS:
        app.register_blueprint(screen.blueprint)
    for gateway in GATEWAYS:
        app.register_blueprint(gateway.blueprint)
        security.for_programs(app, gateway.blueprint)
    return app
