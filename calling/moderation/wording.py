"""The words of moderation for people: its categories, and which part of it found something."""

from __future__ import annotations

from flows.said import said

NAMES = {
    "TOXICITY": said("Insults and hatred"),
    "PROFANITY": said("Swear words"),
    "THREAT": said("Threats"),
    "SEXUALLY_EXPLICIT": said("Explicit words about sex"),
    "SPAM": said("Spam and scams"),
}
"""Category -> its name."""

ABOUT = {
    "TOXICITY": said("calling people names, wishing them ill"),
    "PROFANITY": said("coarse words, also disguised ones"),
    "THREAT": said("what somebody says they will do to somebody"),
    "SEXUALLY_EXPLICIT": said("what has no place on a stranger’s phone"),
    "SPAM": said("asking for card numbers or codes, gift cards, prizes for a fee"),
}
"""Category -> what it means."""

FOUND_BY = {
    "own": said("your own words and numbers"),
    "profanity": said("the word lists"),
    "threats": said("the list of threats"),
    "spam": said("the signs of spam and scams"),
    "classifier": said("the outside classifier"),
}
"""Stage of a verdict -> who found it."""
