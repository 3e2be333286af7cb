"""Every sentence is translated, in every language, with the same values in it."""

from __future__ import annotations

import pytest
from babel.messages.pofile import read_po

from tools import translations


@pytest.fixture(scope="module")
def said():
    """Every sentence that is said today."""
    return translations.collect()


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_no_sentence_lacks_a_translation(language, said):
    path = translations.FOLDER / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    catalogue.update(said, no_fuzzy_matching=True)
    assert list(translations.problems(catalogue)) == []
