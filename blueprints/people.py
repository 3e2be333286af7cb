"""People of the workspace: who may come in and as what. Owners only."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, SelectChoice, SelectField
from wtforms.validators import InputRequired, Regexp

from blueprints import db, owners_only, person, settings
from blueprints.auth import sign_in_first
from blueprints.fields import OurForm, at_most, stripped
from blueprints.noting import noted
from blueprints.passwords import PasswordAgainForm, refused
from providers.mail import MailServer, NotMailed
from storage import invitations
from storage import people as store

blueprint = Blueprint("people", __name__, url_prefix="/settings/people")
blueprint.before_request(sign_in_first)

ROLES = {
    "owner": _l("Owner: everything, also connections, rules and people"),
    "editor": _l("Editor: builds call flows and places calls"),
    "viewer": _l("Viewer: sees everything, changes nothing"),
}
"""Role -> what it may do."""

SHORT = {"owner": _l("Owner"), "editor": _l("Editor"), "viewer": _l("Viewer")}
"""Role -> its name."""

_TAKEN_BACK = {"join": "invitation_taken_back", "password": "password_link_taken_back"}
"""Kind of link -> what the log says of taking it back."""

NO_OWNER_LEFT = _l("Somebody has to be an owner. Make another person an owner first.")


class InviteForm(OurForm):
    """Who is invited, as what."""

    email = EmailField(
        _l("E-mail"),
        [
            InputRequired(_l("Type the e-mail address of the person.")),
            at_most(200),
            Regexp(
                r"[^@\s,;<>]+@[^@\s,;<>]+$",
                message=_l("Type an e-mail address, such as anna@example.com."),
            ),
        ],
        filters=[stripped],
    )
    role = SelectField(
        _l("Role"), choices=[SelectChoice(*one) for one in ROLES.items()], default="editor"
    )


class RoleForm(OurForm):
    """Another role."""

    role = SelectField(_l("Role"), choices=[SelectChoice(*one) for one in SHORT.items()])


class _SureForm(OurForm):
    """A button."""


@blueprint.get("")
@owners_only
def listing() -> ResponseReturnValue:
    """Everybody, those who were invited, and a new invitation."""
    return _page()


@blueprint.post("/invite")
@owners_only
def invite() -> ResponseReturnValue:
    """Make a link for somebody; shown on this one page and never again."""
    form = InviteForm()
    if not form.validate():
        return _page(form, status=422)
    email, role, me = form.email.data, form.role.data, person()
    if role == "owner" and (asked := _password_asked(_("Invite %(email)s as owner", email=email))):
        return asked
    try:
        with noted("invited", email, role):
            token = invitations.invite(
                db(), me.workspace_id, email, role, datetime.now(UTC), made_by=me.id
            )
    except store.EmailTaken:
        form.email.errors = [_("Somebody here has this e-mail address already.")]
        return _page(form, status=422)
    link = settings().base_url + url_for("invited.join", token=token)
    text = _(
        "%(name)s invites you to Press One. Open this link within seven days:",
        name=person().name,
    )
    return _page(link=link, link_for=email, told=_mailed(email, text, link), days=True)


@blueprint.post("/invitations/<int:invitation_id>/take-back")
@owners_only
def take_back(invitation_id: int) -> ResponseReturnValue:
    """Make an invitation, or a link for a new password, worthless."""
    waiting = {
        one.id: one for one in invitations.waiting(db(), person().workspace_id, datetime.now(UTC))
    }
    link = waiting.get(invitation_id) or abort(404)
    with noted(_TAKEN_BACK[link.kind], link.email):
        invitations.take_back(db(), person().workspace_id, invitation_id)
    flash(_("The link for %(email)s does not work any more.", email=link.email))
    return redirect(url_for("people.listing"), 303)


@blueprint.post("/<int:person_id>/role")
@owners_only
def change_role(person_id: int) -> ResponseReturnValue:
    """Give somebody another role."""
    somebody, form = _or_404(person_id), RoleForm()
    if not form.validate():
        abort(400)
    promoted = form.role.data == "owner" != somebody.role
    if promoted and (asked := _password_asked(_("Make %(name)s an owner", name=somebody.name))):
        return asked
    try:
        with noted("role_changed", audit_name(somebody), f"{somebody.role} → {form.role.data}"):
            store.change_role(db(), somebody.workspace_id, somebody.id, form.role.data)
    except store.LastOwner:
        flash(str(NO_OWNER_LEFT), "warn")
    else:
        flash(_("The role of %(name)s was changed.", name=somebody.name))
    return redirect(url_for("people.listing"), 303)


@blueprint.route("/<int:person_id>/remove", methods=["GET", "POST"])
@owners_only
def remove(person_id: int) -> ResponseReturnValue:
    """Let somebody in no more, after asking."""
    somebody, form = _or_404(person_id), _SureForm()
    if not form.validate_on_submit():
        return render_template("people/remove.html", somebody=somebody, form=form)
    try:
        with noted("removed", audit_name(somebody)):
            store.remove(db(), somebody.workspace_id, somebody.id)
    except store.LastOwner:
        flash(str(NO_OWNER_LEFT), "warn")
    else:
        flash(_("%(name)s was removed and is signed out everywhere.", name=somebody.name))
    return redirect(url_for("people.listing"), 303)


@blueprint.post("/<int:person_id>/password-link")
@owners_only
def password_link(person_id: int) -> ResponseReturnValue:
    """Make a link to choose a new password with; shown once."""
    somebody, me = _or_404(person_id), person()
    if somebody.id == me.id:
        flash(_("Change your own password here, with the old one."), "warn")
        return redirect(url_for("account.page", _anchor="password"), 303)
    title = _("A link for a new password of %(name)s", name=somebody.name)
    if asked := _password_asked(title):
        return asked
    with noted("password_link_made", audit_name(somebody)):
        token = invitations.for_password(
            db(), somebody.workspace_id, somebody.id, datetime.now(UTC), made_by=me.id
        )
    link = settings().base_url + url_for("invited.reset", token=token)
    text = _("Choose a new password for Press One. The link works for 24 hours:")
    return _page(link=link, link_for=somebody.name, told=_mailed(somebody.email, text, link))


def _password_asked(title: str) -> ResponseReturnValue | None:
    """The page that asks for one's own password and sends the same form again; None when the
    password came with it and is right. Whoever finds a screen open gets no way in for later."""
    form = PasswordAgainForm()
    status = refused(form) if "password" in request.form else 200
    if not status:
        return None
    kept = [(name, text) for name, text in request.form.items() if name in ("email", "role")]
    return render_template("people/password.html", title=title, form=form, kept=kept), status


def audit_name(somebody: store.Person) -> str:
    """Somebody as the log names whom a deed is about."""
    return f"{somebody.name} ({somebody.email})"


def _or_404(person_id: int) -> store.Person:
    return store.get(db(), person().workspace_id, person_id) or abort(404)


def _mailed(to: str, text: str, link: str) -> str:
    """Mail a link where a mail server is set; in words, whether that went well."""
    if not settings().smtp_url:
        return ""
    try:
        MailServer(settings().smtp_url, settings().smtp_from).send(
            to, "Press One", f"{text}\n\n{link}\n"
        )
    except NotMailed:
        return _("The mail server did not take the mail. Hand the link over yourself.")
    return _("It was mailed to %(email)s.", email=to)


def _page(
    form: InviteForm | None = None,
    *,
    link: str = "",
    link_for: str = "",
    told: str = "",
    days: bool = False,
    status: int = 200,
) -> tuple[str, int]:
    workspace = person().workspace_id
    return render_template(
        "people/list.html",
        form=form or InviteForm(formdata=None),
        people=[
            (one, RoleForm(formdata=None, data={"role": one.role}))
            for one in store.list_all(db(), workspace)
        ],
        invitations=invitations.waiting(db(), workspace, datetime.now(UTC)),
        roles=SHORT,
        link=link,
        link_for=link_for,
        told=told,
        days=days,
    ), status
