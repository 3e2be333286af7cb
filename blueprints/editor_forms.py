"""The forms of a whole flow and of one menu: what people type, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import StopValidation

from blueprints.fields import EditForm, OurForm, Sound, at_most, needed, on_one_line, stripped
from flows import values
from flows.document import Menu


class SettingsForm(EditForm):
    """The flow itself."""

    name = StringField(
        _l("Name"),
        [needed(_l("Give this call flow a name.")), at_most(120)],
        filters=[stripped],
        description=_l("For you and your team; callers never hear it."),
    )
    sender = StringField(
        _l("Sender"),
        [at_most(64)],
        filters=[stripped],
        description=_l("Who the call comes from: the name or number your service gave you."),
    )
    recipient = StringField(
        _l("Number in the JSON"),
        [Sound(values.check_number)],
        filters=[stripped],
        description=_l("Only an example: a test call asks for the number to ring."),
    )
    text = StringField(
        _l("Text field"),
        [at_most(4000, lines=True)],
        filters=[stripped],
        description=_l("SpeechCall requires it and never says it; “ivr” is usual."),
    )


class HeardForm(EditForm):
    """What the caller hears, and how long we wait."""

    name = StringField(_l("Name of this menu"), [at_most(120)], filters=[stripped])
    script = TextAreaField(
        _l("What the caller hears"),
        [at_most(20_000, lines=True)],
        description=_l("Say what each key does, as in “Press 1 to confirm”."),
    )
    recording = StringField(
        _l("Recording"),
        filters=[stripped],
        description=_l(
            "The web address of a recording, or the name your service gave it (such as ivr_651854)."
        ),
    )
    wait = StringField(
        _l("Wait for a key"),
        filters=[stripped],
        description=_l("After that, it is silence."),
    )

    @classmethod
    def of(cls, menu: Menu, revision: int) -> HeardForm:
        """The form as the menu is now."""
        return cls(
            formdata=None,
            data={
                "name": menu.name,
                "script": menu.script,
                "recording": menu.recording,
                "wait": seconds(menu.wait_ms),
                "revision": revision,
            },
        )

    def validate_recording(self, field: Any) -> None:
        """An empty recording may be saved (the checks speak of it); a wrong one may not."""
        if field.data:
            Sound(values.check_recording)(self, field)

    def validate_wait(self, field: Any) -> None:
        """Seconds, down to a millisecond; empty leaves it to the service."""
        if field.data and milliseconds(field.data) is None:
            raise StopValidation(_("Type the seconds as a number up to 600, such as 10."))

    def values(self) -> dict[str, Any]:
        """What flows.edits.change_menu takes."""
        return {
            "name": self.name.data,
            "script": (self.script.data or "").replace("\r\n", "\n"),
            "recording": self.recording.data,
            "wait_ms": milliseconds(self.wait.data),
        }


LONGEST_KEPT_NAME = 120
"""Characters."""


class KeepForm(OurForm):
    """The name of a call that is kept as a test; ``taken`` says whether another has it."""

    taken: Collection[str] = ()
    name = StringField(_l("Name of the test"), [at_most(LONGEST_KEPT_NAME)], filters=[on_one_line])

    def validate_name(self, _field: Any) -> None:
        """Every kept call has a name of its own."""
        if self.taken:
            raise StopValidation(_("A kept call has this name already: type another one."))


def seconds(wait_ms: int | None) -> str:
    """Milliseconds as people type seconds: 10000 -> "10", 1500 -> "1.5", None -> ""."""
    return "" if wait_ms is None else f"{Decimal(wait_ms) / 1000:f}"


def milliseconds(typed: str | None) -> int | None:
    """Typed seconds in milliseconds, or None when empty, not a number or out of range."""
    digits = (typed or "").replace(",", ".")
    if not _SECONDS.fullmatch(digits):
        return None
    exact = Decimal(digits) * 1000
    return None if values.check_wait_ms(int(exact)) else int(exact)


_SECONDS = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,3}0*)?")
