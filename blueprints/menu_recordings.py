"""A menu's recording in the editor: choose one, bring one in, have the script spoken, try them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from blueprints import db, editor, may_edit, person, row_id
from blueprints.auth import sign_in_first
from blueprints.editor_view import View
from blueprints.errors import page
from blueprints.languages import say
from blueprints.recording_view import allow_files, shelf, try_recordings, without_recording
from blueprints.recordings import TOO_MUCH, content_of
from calling.recordings.kinds import NotARecording
from calling.recordings.voice import can_speak
from flows import edits
from flows.document import Flow, menu_label
from storage import recordings as store

blueprint = Blueprint("menu_recordings", __name__, url_prefix="/flows/<int:flow_id>")
blueprint.before_request(sign_in_first)

MOST_DRAFTS = 20
"""Menus that are spoken at one press; speaking one takes about half a second."""

INSTALL = _l(
    "Drafts are spoken by the program espeak-ng, which is not installed here. Whoever runs"
    " Press One can add it: apt install espeak-ng on Linux, brew install espeak-ng on a Mac."
)


@blueprint.url_value_preprocessor
def _allow_files(endpoint: str | None, _values: object) -> None:
    """Before anything reads the form: files are larger than forms."""
    if endpoint == "menu_recordings.upload":
        allow_files()


@blueprint.post("/menus/<menu_id>/recording")
@may_edit
def choose(flow_id: int, menu_id: str) -> ResponseReturnValue:
    """Play one of the workspace's own recordings."""
    stored = editor.load(flow_id)
    edits.find_menu(stored.flow, menu_id)
    chosen = row_id(request.form.get("recording"))
    if chosen is None:
        return redirect(View.asked(flow_id, menu=menu_id).url("recording"), 303)
    return _play(flow_id, menu_id, store.get(db(), person().workspace_id, chosen))


@blueprint.post("/menus/<menu_id>/recording/upload")
@may_edit
def upload(flow_id: int, menu_id: str) -> ResponseReturnValue:
    """Bring in a file, and play it here."""
    stored = editor.load(flow_id)
    edits.find_menu(stored.flow, menu_id)
    file = request.files.get("file")
    if not file or not file.filename:
        return _refuse(flow_id, menu_id, _("Choose a file first."))
    try:
        taken = shelf().take(content_of(file), file.filename)
    except NotARecording as problem:
        return _refuse(flow_id, menu_id, say(problem.reason))
    return _play(flow_id, menu_id, taken)


@blueprint.post("/menus/<menu_id>/recording/draft")
@may_edit
def draft(flow_id: int, menu_id: str) -> ResponseReturnValue:
    """Have the script spoken, and play that here; the checks remember that it is a draft."""
    flow = editor.load(flow_id).flow
    menu = edits.find_menu(flow, menu_id)
    if not can_speak():
        return _refuse(flow_id, menu_id, str(INSTALL))
    name = _("Draft: %(menu)s", menu=menu_label(flow, menu_id))
    try:
        spoken = shelf().draft(menu.script, flow.language, name)
    except NotARecording as problem:
        return _refuse(flow_id, menu_id, say(problem.reason))
    reply = _play(flow_id, menu_id, spoken)
    shelf().retire_draft(menu.recording, spoken)
    return reply


@blueprint.post("/recordings/drafts")
@may_edit
def draft_all(flow_id: int) -> ResponseReturnValue:
    """Have the script of every menu spoken that plays nothing yet, as one edit."""
    flow = editor.load(flow_id).flow
    if not can_speak():
        return _refuse(flow_id, request.args.get("menu", ""), str(INSTALL))
    spoken: dict[str, str] = {}
    for menu in without_recording(flow)[:MOST_DRAFTS]:
        name = _("Draft: %(menu)s", menu=menu_label(flow, menu.id))
        try:
            spoken[menu.id] = shelf().url(shelf().draft(menu.script, flow.language, name))
        except NotARecording as problem:
            sentence = f"{menu_label(flow, menu.id)}: {say(problem.reason)}"
            return _refuse(flow_id, menu.id, sentence)

    def change(newest: Flow) -> Flow:
        for menu in without_recording(newest):
            if menu.id in spoken:
                newest = edits.change_menu(newest, menu.id, recording=spoken[menu.id])
        return newest

    return editor.apply(View.asked(flow_id), change)


@blueprint.post("/recordings/try")
@may_edit
def try_all(flow_id: int) -> ResponseReturnValue:
    """Try every recording that is somewhere on the web, and show what came of it as checks."""
    flow = editor.load(flow_id).flow
    count = try_recordings(flow)
    flash(
        ngettext(
            "One recording was tried: see Checks.",
            "%(num)s recordings were tried: see Checks.",
            count,
        )
        if count
        else _("All recordings of this call flow are here: nothing to try.")
    )
    if request.form.get("back") == "confirm":
        asked = {name: request.args.get(name) for name in ("connection", "number")}
        return redirect(url_for("test_call.confirm", flow_id=flow_id, **asked), 303)
    return redirect(View.asked(flow_id).url("checks"), 303)


def _play(flow_id: int, menu_id: str, recording: store.Recording) -> ResponseReturnValue:
    url = shelf().url(recording)
    return editor.apply(
        View.asked(flow_id, menu=menu_id),
        lambda flow: edits.change_menu(flow, menu_id, recording=url),
        menu_id=menu_id,
    )


def _refuse(flow_id: int, menu_id: str, sentence: str) -> ResponseReturnValue:
    return editor.render(
        editor.load(flow_id), View.asked(flow_id, menu=menu_id), 422, recording_problem=sentence
    )


@blueprint.errorhandler(413)
def _too_large(_problem: Exception) -> ResponseReturnValue:
    return page(413, str(TOO_MUCH))
