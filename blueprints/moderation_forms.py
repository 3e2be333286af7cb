"""The forms of the Moderation screen: one for each section."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional, StopValidation

from blueprints import settings
from blueprints.fields import OurForm, Sound, at_most, needed, stripped
from blueprints.languages import say
from blueprints.rules_forms import Checkboxes
from calling.moderation import CATEGORIES, Rules
from calling.moderation.own import MOST_CHARACTERS
from calling.moderation.wording import NAMES
from flows import values
from flows.targets.voice_api import MAX_TEXT


class CategoriesForm(OurForm):
    """Which categories stop a message; none of them may be chosen, too."""

    categories = Checkboxes(_l("A message is stopped for"))

    @classmethod
    def of(cls, rules: Rules, **more: Any) -> CategoriesForm:
        """The form as the rules are."""
        form = cls(data={"categories": sorted(rules.categories)}, **more)
        form.categories.choices = _choices()
        return form


class WordForm(OurForm):
    """One word or phrase of the workspace's own."""

    word = StringField(
        _l("Word or phrase"),
        [needed(_l("Type a word or a phrase.")), at_most(MOST_CHARACTERS)],
        filters=[stripped],
    )
    category = SelectField(_l("Counts as"))

    @classmethod
    def of(cls, _rules: Rules, **more: Any) -> WordForm:
        """An empty form."""
        form = cls(**more)
        form.category.choices = _choices()
        return form


class NumberForm(OurForm):
    """One number that no message may name."""

    own_number = StringField(
        _l("Phone number"),
        [needed(_l("Type the number that no message may name.")), at_most(MOST_CHARACTERS)],
        filters=[stripped],
    )


class RemoveForm(OurForm):
    """One word or number to take off its list, as it stands there."""

    text = HiddenField()


def _reachable(_form: OurForm, field: StringField) -> None:
    """Private places only where the operator allows them; the guarded client holds to that."""
    hosts = settings().reachable_hosts
    allowed = hosts | {host.rpartition(":")[0] for host in hosts}
    for finding in values.check_url(field.data):
        if finding.code == "private_url" and finding.params["host"] not in allowed:
            raise StopValidation(say(finding.message))


class OutsideForm(OurForm):
    """The outside classifier, and what happens when it gives no answer."""

    classifier_url = StringField(
        _l("Its web address"),
        [Optional(), at_most(2_000), Sound(values.check_url), _reachable],
        filters=[stripped],
        description=_l("Leave it empty to ask nobody."),
    )
    fail_open = RadioField(
        _l("When it does not answer"),
        choices=[
            SelectChoice("1", _l("Let the message through")),
            SelectChoice("0", _l("Stop the message")),
        ],
    )

    @classmethod
    def of(cls, rules: Rules, **more: Any) -> OutsideForm:
        """The form as the rules are."""
        shown = {"classifier_url": rules.classifier_url, "fail_open": str(int(rules.fail_open))}
        return cls(data=shown, **more)


class StatisticsForm(OurForm):
    """Whether the package that counts words is asked, too."""

    statistics = BooleanField(_l("Also judge English messages by statistics"))


class TryForm(OurForm):
    """A sentence to judge and forget."""

    sentence = TextAreaField(
        _l("A sentence"),
        [needed(_l("Type a sentence to try.")), at_most(MAX_TEXT, lines=True)],
    )


def _choices() -> list[SelectChoice]:
    return [SelectChoice(category, say(NAMES[category])) for category in CATEGORIES]


FORMS: dict[str, Any] = {
    "categories": CategoriesForm.of,
    "word": WordForm.of,
    "number": lambda _rules, **more: NumberForm(**more),
    "outside": OutsideForm.of,
    "statistics": lambda rules, **more: StatisticsForm(
        data={"statistics": rules.statistics}, **more
    ),
    "attempt": lambda _rules, **more: TryForm(**more),
}
"""Section -> how its form is made of the rules; ``formdata=None`` for one nobody sent."""
