"""A number, a name or a text with digits -> may it be somebody's: a date, an amount, a code, a number of a card or a telephone?

What a number is does not show in it, and what stands beside it (`--salary`, `x=`, nothing) is whatever its owner calls it. So no
kind is looked for: a number may stand in a file if everybody has it, and every other one is a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# ---- one number

# Numbers of three digits and more that manuals print: modes of files, ports, powers of two, sizes of pictures. Round thousands are
# left out, ports among them: they are what amounts of money are rounded to.
_PUBLIC = frozenset(
    """100 128 256 512 1024 2048 4096  400 440 444 600 640 644 660 664 666 700 750 755 775 777
    443 3306 4200 5173 5432 6379 8080 8443 8888  480 720 768 1080 1280 1920 2160""".split()
)
_COUNT = re.compile(r"-?\d{1,2}")  # a day, an age or a count: everybody has each of the hundred


def is_public_number(text: str) -> bool:
    """Whether a whole number says nothing about anyone: of two digits at most, or one that manuals print.

    Example:
        >>> [number for number in ("3", "-42", "755", "8080", "4711", "950", "1984") if is_public_number(number)]
        ['3', '-42', '755', '8080']
    """
    return text in _PUBLIC or _COUNT.fullmatch(text) is not None


_VERSION = re.compile(r"(v?)(\d{1,4})\.(\d{1,2})(?:\.(\d{1,4}))?")
_YEAR = re.compile(r"20\d\d")  # calendar versions: of this century


def is_version(text: str) -> bool:
    """Whether it is a version and cannot be an amount or a day: without a `v`, its parts are small, and no three of them a date.

    Example:
        >>> found = ("1.4.2", "3.12", "v2.10", "2024.1", "12.3.1984", "12.3.84", "1984.3.12", "950.00", "1.250.00")
        >>> [text for text in found if is_version(text)]
        ['1.4.2', '3.12', 'v2.10', '2024.1']
    """
    match = _VERSION.fullmatch(text)
    if match is None or digit_groups(text):
        return False
    mark, first, second, third = match.groups()
    if len(first) > 2 and _YEAR.fullmatch(first) is None:
        return False
    return bool(mark) or third is None or not _is_day(first, second, third)


def _is_day(first: str, second: str, third: str) -> bool:
    """Whether three numbers may be a day, its month and its year in any order; a year has two digits or four."""
    for day, month, year in ((first, second, third), (second, first, third), (third, second, first)):
        if 1 <= int(month) <= 12 and 1 <= int(day) <= 31 and len(year) in (2, 4) and len(day) <= 2:
            return True
    return False


_NUMBERS = re.compile(r"v?\d+(?:[.:/,_\-]\d+)*")


def numbers_in(text: str) -> list[str]:
    """The numbers of a text, each with the parts that a sign joins to it: of `a=12.3.84` the whole date.

    Example:
        >>> numbers_in("dob=12.3.84"), numbers_in("x-1/y2")
        (['12.3.84'], ['1', '2'])
    """
    return _NUMBERS.findall(text)


def is_harmless_number(text: str) -> bool:
    """Whether a number as `numbers_in` finds it may stand in a file: it is public, or a version.

    Example:
        >>> [text for text in ("8080", "v2", "1.4.2", "0-5", "12.3.84", "9500", "42:17") if is_harmless_number(text)]
        ['8080', 'v2', '1.4.2', '0-5', '42:17']
    """
    plain = text.removeprefix("v")
    if is_public_number(plain) or is_version(text):
        return True
    parts = re.split(r"[:/,_\-]", plain)
    if digit_groups(text) or (len(parts) == 3 and _is_day(*parts)):
        return False
    return len(parts) > 1 and all(is_public_number(part) or is_version(part) for part in parts)


# ---- digits in a name

_PIECES = re.compile(r"[A-Za-z]*\d+[A-Za-z]*")
_PERIOD = re.compile(r"(?<!\d)20\d\d(?:[-_.]?(?:0[1-9]|1[0-2]|[Qq][1-4]|[Ww]\d\d))?(?![-_.]?\d)")  # `report-2024-11`


def is_common_part(digits: str) -> bool:
    """Whether the digits of one piece of a name are everybody's: a public number, or a year of this century.

    Example:
        >>> [piece for piece in ("2", "2024", "1984", "48213") if is_common_part(piece)]
        ['2', '2024']
    """
    return is_public_number(digits) or _YEAR.fullmatch(digits) is not None


def numbered(name: str, *, is_word: Callable[[str], bool]) -> bool:
    """Whether a name holds a number that may be somebody's. A year of this century, also with its month, is a period of work.

    Args:
        name: of a skill, a tool, an action, an argument.
        is_word: whether letters and digits together are a public word (`sha256`).

    Example:
        >>> names = ("deploy-v2", "report-2024-11", "sha256-check", "pay-9500", "dob-12.3.84", "call-0171-2345")
        >>> [name for name in names if numbered(name, is_word={"sha256"}.__contains__)]
        ['pay-9500', 'dob-12.3.84', 'call-0171-2345']
    """
    rest = _PERIOD.sub("", name)
    rest = _PIECES.sub(lambda found: "" if is_word(found[0].lower()) else found[0], rest)
    return not all(map(is_harmless_number, numbers_in(rest)))


# ---- digits side by side

_GROUPS = re.compile(r"\d{2,}(?:[\W_]{1,3}\d{2,})+")
_LEAST = 6  # digits; ports, modes and versions have fewer
_KEYS = re.compile(r"(?<![^\s'\"({\[;,&?])(?:--?[A-Za-z][\w.\-]*(?:[\s=]+|$)|[A-Za-z_][\w.\-]*\s*[=:]\s*)")


def digit_groups(text: str) -> list[str]:
    """Return what stands in two or more groups of two digits or more, six digits in all.

    Each group alone may be harmless, which side by side they are not.

    Example:
        >>> digit_groups("pay 4929 1234 5678 9012"), digit_groups("call 415.555.2671"), digit_groups("git tag v10.12.3")
        (['4929 1234 5678 9012'], ['415.555.2671'], [])
    """
    return [found for found in _GROUPS.findall(text) if sum(map(str.isdigit, found)) >= _LEAST]


def without_keys(text: str) -> str:
    """A command with its values alone: what a program calls each of them, `--card` or `card=`, is gone from between them.

    Example:
        >>> digit_groups(without_keys("pay a=4929 b=1234 --c 5678 --d=9012"))
        ['4929 1234 5678 9012']
    """
    return _KEYS.sub("", text)


def without_digit_groups(text: str) -> str:
    """Return the text with a placeholder for each of its digit groups, also of those that keys stand between.

    Example:
        >>> without_digit_groups("pay 4929 1234 5678 9012 10")
        'pay <num>'
        >>> without_digit_groups("pay a=49 b=12 --c 56 now")
        'pay a=<num> b=<num> --c <num> now'
    """
    for found in digit_groups(text):
        text = text.replace(found, "<num>")
    for found in digit_groups(without_keys(text)):
        for digits in dict.fromkeys(re.findall(r"\d+", found)):
            text = re.sub(rf"(?<!\d){digits}(?!\d)", "<num>", text)
    return text
