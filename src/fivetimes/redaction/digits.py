"""A text -> the digits in it that may be somebody's number: of a card, an account, a telephone, a code in two halves."""

import re

_GROUPS = re.compile(r"\d{2,}(?:[\W_]{1,3}\d{2,})+")
_LEAST = 6  # digits; ports, modes and versions have fewer


def digit_groups(text: str) -> list[str]:
    """Return what stands in two or more groups of two digits or more, six digits in all.

    Each group alone may be harmless, which side by side they are not.

    Example:
        >>> digit_groups("pay 4929 1234 5678 9012"), digit_groups("call 415.555.2671"), digit_groups("git tag v10.12.3")
        (['4929 1234 5678 9012'], ['415.555.2671'], [])
    """
    return [found for found in _GROUPS.findall(text) if sum(map(str.isdigit, found)) >= _LEAST]


def without_digit_groups(text: str) -> str:
    """Return the text with a placeholder for each of its digit groups.

    Example:
        >>> without_digit_groups("pay 4929 1234 5678 9012 10")
        'pay <num>'
    """
    for found in digit_groups(text):
        text = text.replace(found, "<num>")
    return text
