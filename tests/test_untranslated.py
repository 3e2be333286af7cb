"""Every sentence of the screens can be said in another language."""

from __future__ import annotations

import pytest

from tools import untranslated


def test_no_sentence_of_the_screens_stands_outside_the_translator():
    assert list(untranslated.everything()) == []


FORGOTTEN = {
    "text": ("<p>Nothing yet</p>", "Nothing yet"),
    "text between values": ("<p>{{ a }} menus of {{ b }}</p>", "menus of"),
    "one of two branches": ("{% if a %}{{ _('Yes') }}{% else %}Never{% endif %}", "Never"),
    "a choice in an expression": ("<p>{{ _('Yes') if a else 'Never' }}</p>", "Never"),
    "a fallback": ("<p>{{ name or 'Nobody' }}</p>", "Nobody"),
    "joined": ("<p>{{ 'Menu ' ~ number }}</p>", "Menu"),
    "an attribute": ('<a title="Go there">→</a>', "Go there"),
    "an attribute with a choice": ("<a aria-label=\"{{ 'Up' if a else _('Down') }}\">↑</a>", "Up"),
    "a field's example": (
        "{{ field(form.name, placeholder='for example this') }}",
        "for example this",
    ),
    "a label given to a macro": ("{{ press('go', 'Go on') }}", "Go on"),
    "a label in a list": ("{% for k, v in (('1', 'Slow'),) %}{{ v }}{% endfor %}", "Slow"),
}


@pytest.mark.parametrize("case", FORGOTTEN)
def test_a_forgotten_sentence_of_a_template_is_found(case):
    source, sentence = FORGOTTEN[case]
    assert sentence in [text.strip() for _line, text in untranslated.in_template(source)]


KEPT = [
    "<p>{{ _('Nothing yet') }}</p>",
    "<p>{{ ngettext('%(num)s menu', '%(num)s menus', n) }} · {{ flow.name }}</p>",
    '<a class=\'{{ "on" if a else "off" }}\' title="{{ _(\'Up\') }}">↑ 1</a>',
    "<script>let word = 'Never';</script><code>make run</code><kbd>Esc</kbd>",
    "<p>Press One · JSON · +380 50 123 4567 · https://example.com</p>",
    "{{ press('go', _('Go on'), 'call wide') }}",
    "{# Notes for whoever reads the template #}",
]


@pytest.mark.parametrize("source", KEPT)
def test_what_is_translated_or_is_no_sentence_is_left_alone(source):
    assert untranslated.in_template(source) == []


def test_a_sentence_is_found_in_its_own_line():
    source = "{# a\nnote #}\n<p>\n  {{ _('Yes') }}\n  Never\n</p>"
    assert untranslated.in_template(source) == [(5, "Never")]


PYTHON = {
    "flash('It was saved.')": ["It was saved."],
    "flash(f'“{name}” was deleted.')": ["” was deleted."],
    "flash(_('It was saved.'))": [],
    "name = StringField('Name', description='Any name.')": ["Any name.", "Name"],
    "name = StringField(_l('Name'), description=_l('Any name.'))": [],
    "raise StopValidation('Type a number.' if short else long)": ["Type a number."],
}


@pytest.mark.parametrize("source", PYTHON)
def test_labels_and_flashed_sentences_of_blueprints_are_found(source):
    assert sorted(text.strip() for _line, text in untranslated.in_python(source)) == PYTHON[source]
