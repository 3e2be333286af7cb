"""The sentences that ``static/press-one.js`` says, in the page's language.

They stand in the page as one attribute of its body, ``data-words``: a table as JSON.
"""

from __future__ import annotations

import json
from functools import lru_cache, partial

from flask import Flask
from flask_babel import lazy_gettext as _l
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from blueprints.languages import spoken

WORDS = {
    "unsaved": _l("Not saved yet"),
    "leave": _l("What you typed is not saved yet. Leave without saving it?"),
    "saving": _l("Saving…"),
    "again": _l("Save again"),
    "signedOut": _l("You are signed out."),
    "signInAgain": _l(
        "What you typed is still here. Sign in in another tab, then press again here."
    ),
    "signIn": _l("Sign in"),
    "notYet": _l("That did not work yet."),
    "tooLong": _l("The page was open for too long. What you typed is still here: press again."),
    "failed": _l("That did not work"),
    "later": _l("Try again in a moment."),
    "toFlows": _l("Go to your call flows"),
    "kept": _l("What you typed is still here."),
    "notSaved": _l("Not saved"),
    "lost": _l("Not saved: the connection was lost. Try again."),
    "copied": _l("Copied"),
    "silenceIn": _l("silence in {seconds} s"),
    "working": _l("Working…"),
    "close": _l("Close"),
}
"""What the script calls a sentence -> the sentence."""


def script_words() -> Markup:
    """The table as JSON that may stand between single quotes."""
    return _table(spoken())


@lru_cache(maxsize=8)
def _table(_language: str) -> Markup:
    """Made once for a language: every page has it."""
    table = {name: str(words) for name, words in WORDS.items()}
    return htmlsafe_json_dumps(table, dumps=partial(json.dumps, ensure_ascii=False))


def init_app(app: Flask) -> None:
    """Offer it to templates."""
    app.add_template_global(script_words)
