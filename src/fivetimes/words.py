"""Numbers and nouns -> words: the few forms of English that several packages write."""

from __future__ import annotations

import re

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_SHORTEST = 5  # letters; shorter words on `s` are seldom plurals (`aws`, `dns`, `lens`, `bus`)
_NO_PLURAL = re.compile(r".*(?:ss|us|is)|series|species")
# (ending of a plural, what stands in its place), the first that fits
_ENDINGS = (
    (re.compile(r"(?<=cook)ies$|(?<=mov)ies$"), "ie"),
    (re.compile(r"ies$"), "y"),
    (re.compile(r"(?<=[tnr]ch)es$|(?<=sh)es$|(?<=ss)es$|(?<=x)es$"), ""),
    (re.compile(r"s$"), ""),
)


def noun(number: int, one: str, many: str = "") -> str:
    """The form of a noun that goes with a number; by default the plural has an `s`.

    Example:
        >>> noun(1, "day"), noun(3, "day"), noun(2, "person", "people")
        ('day', 'days', 'people')
    """
    return one if number == 1 else many or f"{one}s"


def singular(word: str) -> str:
    """The singular of a regular plural; any other word as it is. For names that are made of other names, such as of a folder.

    Example:
        >>> [singular(word) for word in ("posts", "entries", "branches", "caches")]
        ['post', 'entry', 'branch', 'cache']
        >>> [singular(word) for word in ("status", "class", "series", "analysis", "dns")]
        ['status', 'class', 'series', 'analysis', 'dns']
    """
    if len(word) < _SHORTEST or _NO_PLURAL.fullmatch(word):
        return word
    for ending, instead in _ENDINGS:
        if ending.search(word):
            return ending.sub(instead, word)
    return word
