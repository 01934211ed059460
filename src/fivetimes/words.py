"""Numbers and nouns -> words: the few forms of English that several packages write."""

from __future__ import annotations

import re
from collections.abc import Sequence

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


def listed(items: Sequence[str]) -> str:
    """Items as a sentence lists them.

    Example:
        >>> listed(["s1"]), listed(["s1", "s2"]), listed(["s1", "s2", "s3"])
        ('s1', 's1 and s2', 's1, s2 and s3')
    """
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def times(number: int) -> str:
    """How often.

    Example:
        >>> times(1), times(2), times(12)
        ('once', 'twice', '12 times')
    """
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


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
