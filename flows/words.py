"""The sentences people read about a flow: one per code, from the caller's point of view."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from flows.said import Said, Whole, said

SENTENCES: dict[str, str] = {
    # What the reader refuses or warns of (``flows.reading``, ``flows.values``).
    "json_syntax": "This is not JSON: look at line {line}, near character {column}.",
    "empty": "This is empty: write something here.",
    "duplicate_key": "“{key}” is written twice in the same place: keep one of them.",
    "non_finite_number": "This is not a number that can be kept: write an ordinary one.",
    "number_too_long": "This number has far too many digits: write a shorter one.",
    "not_utf8": "This file is not saved as UTF-8 text: save it as UTF-8 and try again.",
    "too_deep": "There are too many brackets inside each other here: use at most 32 levels.",
    "too_large": "This is larger than {most}: send something smaller.",
    "more_problems": "There are more than {most} problems: mend these first, then try again.",
    "not_object": "The document must be a group of named values, beginning with {{.",
    "wrong_type": "This must be {wanted}.",
    "wrong_value": "This must be exactly “{wanted}”.",
    "missing": "“{field}” is missing: add it.",
    "out_of_range": "This must be between {least} and {most}.",
    "too_long": "This is too long: use at most {most} characters.",
    "too_many_menus": "There are {count} menus; at most {most} can be sent. Remove some.",
    "too_many_messages": "There are {count} messages; at most {most} can be read at once.",
    "too_many_headers": "There are {count} headers; at most {most} can be sent. Remove some.",
    "unknown_action": "“{action}” is no step that exists: use webhook, gotoMenu or hangup.",
    "unknown_key": "“{key}” is no key of a phone: use d0 to d9, d*, d# or wrong.",
    "goto_invalid": "“{value}” names no menu: write its place in the list, counted from 0.",
    "goto_out_of_range": "There is no menu {value}: with {count} in the list, count from 0.",
    "url_scheme": "The web address must begin with https:// or http://.",
    "url_userinfo": "The web address holds a name or password before @: remove it.",
    "url_characters": "The web address has a space or a hidden or unsafe character: remove it.",
    "url_host_form": "The web site’s name in this address is missing or cannot exist.",
    "url_port": "The number after the colon in this web address must be between 1 and 65535.",
    "intro_invalid": "“{value}” is neither a web address nor the name of a recording.",
    "header_name": "“{name}” cannot name a header: use letters, digits and hyphens, each once.",
    "header_value": "The value of the header “{name}” has a character that cannot be sent.",
    "header_forbidden": "The header “{name}” is set by the service itself: remove it.",
    "lone_surrogate": "This text has half a character in it: type the text again.",
    "nul_char": "This text has an invisible zero character in it: type the text again.",
    "control_char": "This text has an invisible character in it: type the text again.",
    "bad_number": "“{number}” is not a phone number: write it like +380936670003.",
    "unknown_field_kept": "“{field}” is not known here; it is kept and sent as it is.",
    "private_url": "Nobody outside can reach “{host}”: use a public web address.",
    "idn_host": "This web address really leads to “{host}”: make sure that is the right place.",
    "bidi_control": "This text has hidden marks that change its reading order: remove them.",
    "long_text": "This text is longer than {most} characters: callers will not listen so long.",
    "placeholder_number": "“{number}” is only an example: a test call asks for a real number.",
    "premium_number": "“{number}” is an expensive special number: it will not be rung.",
    "emergency_number": "“{number}” is an emergency number: it will not be rung.",
    "satellite_number": "“{number}” is a satellite or network number: it will not be rung.",
    "no_way_out": "Some callers can never reach an end: give them a key that hangs up.",
    # What a target cannot carry (``flows.targets``).
    "no_menu": "There is nothing to hear yet: add a menu.",
    "missing_recording": "There is no recording to play here yet: let a draft voice say the text,"
    " upload one, or practise without one.",
    "missing_target": "This step leads to no menu: choose one.",
    "not_for_target": "{reason}",
    # How a caller could get lost (``flows.checks``).
    "unreachable_menu": "No caller ever hears this menu: no key leads to it.",
    "missing_wrong": "A caller who presses another key, or none, is cut off without a word.",
    "silence_loops_forever": "A caller who stays silent goes round here and the call never ends.",
    "step_after_end": "The call has already moved on: from this step on, nothing happens.",
    "open_end": "The call ends here without a word, because no step hangs up or goes on.",
    "menu_without_keys": "The caller can only listen and wait here: no key does anything.",
    "text_to_fill_in": "“{text}” is still to be filled in: callers would hear it as it stands.",
    "key_not_announced": "Key {key} does something, but the caller is not told to press it.",
    "announced_key_empty": "The caller hears “press {key}”, but key {key} does nothing.",
    "too_many_options": "The caller must remember {count} keys: most people manage {most}.",
    "slow_timeout": "The caller may hear {seconds} seconds of silence here: keep it under {most}.",
    "practice_recording": "“{name}” is only for practice: name a recording before a real call.",
    "draft_outdated": "The draft voice still says an older text: make a new draft.",
    "draft_recording": "This is a draft voice: record or upload the real one before a real call.",
    "recording_gone": "This recording was deleted, so callers hear nothing: choose another one.",
    "recording_moved": "This recording has another address by now: the old one may not answer.",
    "recording_unreachable": "This recording did not come, so callers may hear nothing: {reason}",
    "recording_not_sound": "What is at this address is no recording: callers may hear nothing.",
    "recording_type": "This web site calls its recording “{type}”: some services refuse that.",
    "recording_large": "This recording is larger than 10 MB: services may not play it.",
    "recording_long": "This recording lasts {length}: few callers listen for so long.",
    "recording_quiet": "This recording is very quiet: callers may not understand it.",
    "recording_loud": "This recording is very loud: it may sound torn on a phone.",
    "insecure_webhook": "What the caller chose travels unprotected: use https:// for the address.",
    # What was pasted as a curl command (``flows.curl``).
    "curl_without_body": "This command sends nothing that could be read: it needs a -d part.",
    "curl_file": "This command takes its text from a file: import that file instead.",
    "curl_broken_off": "This command breaks off in the middle: copy all of it.",
    "not_a_request": "{reason}",
    # A file of our own (``flows.whole_file``).
    "file_damaged": "This part of the Press One file is damaged: export the call flow once more.",
    "file_too_new": "A newer Press One made this file: bring this one up to date, then import it.",
}
"""Problem code -> sentence; ``{name}`` places a parameter."""

BY_FIELD = {
    ("empty", "sender"): "Who is calling? Write the name or number that your service gave you.",
    ("empty", "name"): "This has no name: write one.",
}
"""(code, field) -> the sentence that says more of this field than the code's own."""

TRIGGER_NAMES = {"wrong": "anything else, or silence", "*": "key *", "#": "key #"}


FIELD_NAMES = {
    "name": "name",
    "sender": "sender",
    "recipient": "number in the JSON",
    "text": "text field",
}
"""A field of the whole call flow -> how its settings call it."""


@cache
def trigger_name(trigger: str) -> str:
    """How people call a trigger: "key 3", "anything else, or silence"."""
    known = TRIGGER_NAMES.get(trigger)
    return Whole(known) if known else said("key {key}", key=trigger)


class _Params(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "…"


def sentence(code: str, params: Mapping[str, Any], field: str = "") -> Said:
    """The sentence of a code, with its parameters filled in, as it is said of a field.

    Raises KeyError for a code that has no sentence (a test holds the table complete).
    """
    return Said(BY_FIELD.get((code, field), SENTENCES[code]), _Params(params))
