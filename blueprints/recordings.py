"""Recordings: bring them in, listen, put another one in their place everywhere, delete them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from flask_wtf.file import FileField, MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, SelectChoice, SelectField, StringField

from blueprints import db, may_edit, person, row_id, settings
from blueprints.auth import sign_in_first
from blueprints.errors import page
from blueprints.fields import OurForm, at_most, needed, stripped
from blueprints.languages import say
from blueprints.noting import note
from blueprints.recording_view import MOST_FILES, allow_files, lines, shelf, size_words
from calling.recordings.keep import LONGEST_NAME, clean_name
from calling.recordings.kinds import MAX_BYTES, NotARecording
from calling.recordings.sound import can_fit
from storage import recordings as store
from storage.recordings import Recording

blueprint = Blueprint("recordings", __name__, url_prefix="/recordings")
blueprint.before_request(sign_in_first)

TAKES_FILES = ("recordings.upload", "recordings.replace")
ACCEPTED = ".mp3,.wav,.ogg,.oga,.m4a,audio/mpeg,audio/wav,audio/ogg,audio/mp4"
"""What a browser's file chooser offers; what a file is, is found out here."""


class UploadForm(OurForm):
    """Files, or one recording made in the browser with a name typed for it."""

    files = MultipleFileField(_l("Recordings"))
    title = StringField(_l("Name"), [at_most(LONGEST_NAME)], filters=[stripped])


class RenameForm(OurForm):
    """Another name."""

    name = StringField(
        _l("Name"),
        [needed(_l("Give this recording a name.")), at_most(LONGEST_NAME)],
        filters=[stripped],
        description=_l("You find it by this name; callers never hear it."),
    )


class ReplaceForm(OurForm):
    """The file that takes its place."""

    file = FileField(_l("The recording that takes its place"))


class DeleteForm(OurForm):
    """What callers hear instead: "nothing", or the id of another recording."""

    instead = SelectField(_l("What should callers hear there instead?"), validate_choice=False)
    asked = HiddenField()


@blueprint.url_value_preprocessor
def _allow_files(endpoint: str | None, _values: object) -> None:
    """Before anything reads the form: files are larger than forms."""
    if endpoint in TAKES_FILES:
        allow_files()


@blueprint.get("")
def listing() -> ResponseReturnValue:
    """Every recording, and the ways to bring in more."""
    return _list(UploadForm(formdata=None))


@blueprint.post("")
@may_edit
def upload() -> ResponseReturnValue:
    """Take in files; each is judged by itself, and what is wrong with one is said beside it."""
    form = UploadForm()
    files = [file for file in form.files.data or [] if file and file.filename]
    refused = list(form.title.errors) if not form.validate() else []
    if not files:
        refused.append(_("Choose a file first."))
    if len(files) > MOST_FILES:
        refused.append(_("Choose at most %(most)s files at once.", most=MOST_FILES))
    kept = 0
    for file in [] if refused else files:
        name = form.title.data or file.filename or ""
        try:
            shelf().take(content_of(file), name)
            kept += 1
        except NotARecording as problem:
            refused.append(f"{clean_name(file.filename or '')}: {say(problem.reason)}")
    if kept:
        flash(
            ngettext("One recording was kept.", "%(num)s recordings were kept.", kept),
        )
    if refused:
        form.files.errors = refused
        return _list(form, 422)
    return redirect(url_for("recordings.listing"), 303)


def content_of(file: FileStorage) -> bytes:
    """A file's bytes, but never more than one too many."""
    return file.stream.read(MAX_BYTES + 1)


def _list(form: UploadForm, status: int = 200) -> tuple[str, int]:
    workspace_id = person().workspace_id
    shown = lines(store.list_all(db(), workspace_id))
    return render_template(
        "recordings/list.html",
        lines=[line for line in shown if line.recording.replaced_by is None],
        earlier=[line for line in shown if line.recording.replaced_by is not None],
        form=form,
        accepted=ACCEPTED,
        used=size_words(store.used_bytes(db(), workspace_id)),
        quota=size_words(store.QUOTA_BYTES),
        can_fit=can_fit(),
    ), status


@blueprint.get("/<int:recording_id>")
def show(recording_id: int) -> ResponseReturnValue:
    """One recording: listen, where it is used, rename, replace, delete."""
    return _page(_load(recording_id))


def _load(recording_id: int) -> Recording:
    return store.get(db(), person().workspace_id, recording_id)


def _page(
    recording: Recording,
    status: int = 200,
    *,
    rename_form: RenameForm | None = None,
    replace_form: ReplaceForm | None = None,
    delete_form: DeleteForm | None = None,
) -> tuple[str, int]:
    line = lines([recording])[0]
    return render_template(
        "recordings/show.html",
        line=line,
        recording=recording,
        rename_form=rename_form or RenameForm(formdata=None, data={"name": recording.name}),
        replace_form=replace_form or ReplaceForm(formdata=None),
        delete_form=_offering(delete_form or DeleteForm(formdata=None), recording),
        asked=request.args.get("ask") == "delete" or delete_form is not None,
        accepted=ACCEPTED,
        can_fit=can_fit(),
    ), status


def _offering(form: DeleteForm, recording: Recording) -> DeleteForm:
    others = store.list_all(db(), recording.workspace_id)
    form.instead.choices = [
        SelectChoice("nothing", _("Nothing: the checks will remind you")),
        *(
            SelectChoice(str(other.id), other.name)
            for other in others
            if other.id != recording.id and other.replaced_by is None
        ),
    ]
    return form


@blueprint.post("/<int:recording_id>/rename")
@may_edit
def rename(recording_id: int) -> ResponseReturnValue:
    """Another name for people; callers and call flows do not notice."""
    recording, form = _load(recording_id), RenameForm()
    if not form.validate():
        return _page(recording, 422, rename_form=form)
    store.rename(db(), recording.workspace_id, recording.id, clean_name(form.name.data or ""))
    return redirect(url_for("recordings.show", recording_id=recording.id), 303)


@blueprint.post("/<int:recording_id>/replace")
@may_edit
def replace(recording_id: int) -> ResponseReturnValue:
    """Another sound in its place in every call flow, each as an edit that can be undone."""
    recording, form, mine = _load(recording_id), ReplaceForm(), shelf()
    if not form.file.data:
        form.file.errors = [_("Choose a file first.")]
        return _page(recording, 422, replace_form=form)
    try:
        new = mine.take(content_of(form.file.data), recording.name, replaces=recording.id)
    except NotARecording as problem:
        form.file.errors = [say(problem.reason)]
        return _page(recording, 422, replace_form=form)
    changed = mine.replace_everywhere(recording, mine.url(new))
    flash(
        ngettext(
            "Replaced, also in one call flow: Undo there takes it back.",
            "Replaced, also in %(num)s call flows: Undo in each takes it back.",
            changed,
        )
        if changed
        else _("Replaced. No call flow uses it yet.")
    )
    return redirect(url_for("recordings.show", recording_id=new.id), 303)


@blueprint.post("/<int:recording_id>/delete")
@may_edit
def delete(recording_id: int) -> ResponseReturnValue:
    """Delete a recording; where it is used, first ask what callers should hear there."""
    recording, form, mine = _load(recording_id), DeleteForm(), shelf()
    used = lines([recording])[0].uses
    if used and not form.instead.data:
        return _page(recording, 422, delete_form=form)
    if used:
        chosen = row_id(form.instead.data)
        url = mine.url(_load(chosen)) if chosen is not None else ""
        mine.replace_everywhere(recording, url)
    store.delete(db(), settings().data, recording.workspace_id, recording.id)
    note("recording_deleted", recording.name)
    flash(_("“%(name)s” was deleted.", name=recording.name))
    return redirect(url_for("recordings.listing"), 303)


TOO_MUCH = _l("That is too much at once: a file may have 10 MB, and all together 40 MB.")


@blueprint.errorhandler(413)
def _too_large(_problem: Exception) -> ResponseReturnValue:
    if not current_user.is_authenticated:
        return page(413)
    form = UploadForm(formdata=None)
    form.files.errors = [str(TOO_MUCH)]
    return _list(form, 413)
