"""Numbers and nouns -> words: the few forms of English that several packages write."""

from __future__ import annotations

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_SHORTEST = 5  # letters; shorter words on `s` are seldom plurals (`aws`, `dns`, `bus`)


def counted(number: int, noun: str) -> str:
    """A number with its noun, which takes an `s` in the plural.

    Example:
        >>> counted(1, "day"), counted(3, "day")
        ('1 day', '3 days')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def singular(word: str) -> str:
    """The singular of a plural on `s`; any other word as it is. For names that are made of other names, such as of a folder.

    Example:
        >>> [singular(word) for word in ("posts", "images", "class", "aws")]
        ['post', 'image', 'class', 'aws']
    """
    return word[:-1] if len(word) >= _SHORTEST and word.endswith("s") and not word.endswith("ss") else word
