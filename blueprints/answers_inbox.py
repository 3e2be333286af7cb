"""Where services bring answers, as its owner sees it, and where answers are told on to."""

from __future__ import annotations

import json

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectChoice, SelectField, StringField
from wtforms.validators import StopValidation

from blueprints import box, db, owners_only, person, public_address, row_id, settings
from blueprints.auth import sign_in_first
from blueprints.fields import OurForm, Sound, at_most, stripped
from blueprints.languages import say
from blueprints.noting import noted
from blueprints.queue import jobs
from calling import forward
from calling.clock import later
from flows import values
from providers.web import WebClient
from storage import forward_addresses, forwards, inboxes

blueprint = Blueprint("answers_inbox", __name__, url_prefix="/answers")
blueprint.before_request(sign_in_first)

PAGE = 50
"""How many answers told on one page lists."""

GRACE_S = {"0": 0, "3600": 3_600, "86400": 86_400, "604800": 604_800}
"""For how long an old address or secret may still be used, in seconds."""

GRACE_WORDS = [
    SelectChoice("86400", _l("for one more day")),
    SelectChoice("3600", _l("for one more hour")),
    SelectChoice("604800", _l("for one more week")),
    SelectChoice("0", _l("no longer: end it now")),
]


class GraceForm(OurForm):
    """A new secret, and for how long the old one is good."""

    grace = SelectField(_l("The old one works"), choices=GRACE_WORDS)

    def until(self) -> str:
        """When the old one ends (UTC)."""
        return later(GRACE_S[self.grace.data])


def _typed(_form: OurForm, field: StringField) -> None:
    if not field.data:
        raise StopValidation(_("Type the web address that is to be told."))


def _reachable(_form: OurForm, field: StringField) -> None:
    """Private places only where the operator allows them; the guarded client holds to that."""
    for finding in values.check_url(field.data):
        if finding.code == "private_url" and finding.params["host"] not in _allowed_hosts():
            raise StopValidation(say(finding.message))


def _allowed_hosts() -> frozenset[str]:
    hosts = settings().allowed_hosts
    return hosts | {host.rpartition(":")[0] for host in hosts}


class AddressForm(OurForm):
    """The workspace's own web address."""

    url = StringField(
        _l("Your web address"),
        [
            _typed,
            at_most(2_000),
            Sound(values.check_url),
            _reachable,
        ],
        filters=[stripped],
    )
    enabled = BooleanField(_l("Tell every new answer to this address"))


@blueprint.get("/inbox")
@owners_only
def inbox() -> ResponseReturnValue:
    """The inbox's addresses: since when, until when, and whether services can reach them."""
    return _inbox_page(GraceForm(formdata=None))


@blueprint.post("/inbox/rotate")
@owners_only
def rotate_inbox() -> ResponseReturnValue:
    """A new inbox address and secret header; the old ones end after the grace time."""
    form = GraceForm()
    if not form.validate():
        return _inbox_page(form)
    with noted("inbox_rotated"):
        inboxes.rotate(db(), box(), person().workspace_id, form.until())
    flash(_("The inbox has a new address. Calls placed from now on use it."))
    return redirect(url_for("answers_inbox.inbox"), 303)


def _inbox_page(form: GraceForm) -> tuple[str, int]:
    inboxes.inbox_keys(db(), box(), person().workspace_id)
    return render_template(
        "answers/inbox.html",
        form=form,
        addresses=inboxes.addresses(db(), person().workspace_id),
        own_url=settings().base_url,
        public_address=public_address.warning(),
    ), 422 if form.errors else 200


@blueprint.get("/forward")
@owners_only
def own_address() -> ResponseReturnValue:
    """Where answers are told on to, and how that goes."""
    known = forward_addresses.get(db(), person().workspace_id)
    data = {"url": known.url, "enabled": known.enabled} if known else {"enabled": True}
    return _forward_page(AddressForm(formdata=None, data=data))


@blueprint.post("/forward")
@owners_only
def save_own_address() -> ResponseReturnValue:
    """Another address gets a secret of its own, shown on this one page."""
    workspace, form = person().workspace_id, AddressForm()
    if not form.validate():
        return _forward_page(form)
    known = forward_addresses.get(db(), workspace)
    if known and known.url == form.url.data:
        with noted("address_saved", form.url.data):
            forward_addresses.switch(db(), workspace, form.enabled.data)
        _go_on()
        flash(_("Saved."))
        return redirect(url_for("answers_inbox.own_address"), 303)
    secret = forward.new_secret()
    with noted("address_saved", form.url.data):
        forward_addresses.save(db(), box(), workspace, form.url.data, form.enabled.data, secret)
    _go_on()
    return _forward_page(form, secret)


@blueprint.post("/forward/secret")
@owners_only
def new_secret() -> ResponseReturnValue:
    """Another secret, shown on this one page; the old one signs, too, for the grace time."""
    form = GraceForm()
    known = _address_or_404()
    if not form.validate():
        abort(400)
    secret = forward.new_secret()
    with noted("address_secret_rotated", known.url):
        forward_addresses.rotate(db(), box(), person().workspace_id, secret, form.until())
    shown = AddressForm(formdata=None, data={"url": known.url, "enabled": known.enabled})
    return _forward_page(shown, secret)


@blueprint.post("/forward/test")
@owners_only
def send_test() -> ResponseReturnValue:
    """Send one test message now and say how it went."""
    _address_or_404()
    web = WebClient(settings().reachable_hosts)
    flash(say(forward.try_out(db(), web, box(), person().workspace_id)))
    return redirect(url_for("answers_inbox.own_address"), 303)


@blueprint.post("/forward/<int:forward_id>/again")
@owners_only
def send_again(forward_id: int) -> ResponseReturnValue:
    """Tell one answer once more, now."""
    if not forwards.again(db(), person().workspace_id, forward_id):
        abort(404)
    _go_on()
    flash(_("It is sent again now."))
    return redirect(url_for("answers_inbox.own_address", failed=request.args.get("failed")), 303)


@blueprint.post("/forward/again")
@owners_only
def send_failed_again() -> ResponseReturnValue:
    """Tell every answer once more that was given up."""
    count = forwards.all_failed_again(db(), person().workspace_id)
    _go_on()
    flash(_("%(count)s answers are sent again now.", count=count))
    return redirect(url_for("answers_inbox.own_address"), 303)


def _go_on() -> None:
    jobs().forward_answers(person().workspace_id)


def _address_or_404() -> forward_addresses.Address:
    return forward_addresses.get(db(), person().workspace_id) or abort(404)


def _forward_page(form: AddressForm, secret: str = "") -> tuple[str, int]:
    workspace, failed = person().workspace_id, request.args.get("failed") == "1"
    before = row_id(request.args.get("before"))
    found = forwards.page(db(), workspace, failed_only=failed, before_id=before, limit=PAGE + 1)
    return render_template(
        "answers/forward.html",
        form=form,
        secret=secret,
        grace=GraceForm(formdata=None),
        address=forward_addresses.get(db(), workspace),
        counts=forwards.counts(db(), workspace),
        told=found[:PAGE],
        older=found[PAGE - 1].id if len(found) > PAGE else None,
        failed=failed,
        sample=json.dumps(
            {"type": "answer.received", "timestamp": SAMPLE_AT, "data": forward.SAMPLE}, indent=2
        ),
    ), 422 if form.errors else 200


SAMPLE_AT = "2026-11-21T07:30:00.123Z"
"""The moment in the example."""
