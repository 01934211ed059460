"""What is written in a field -> its value: moments, numbers, texts, how it ended, who did it.

A value that cannot be understood raises ValueError, and its record is counted as bad. The functions `..._if_known` are for
histories: there what cannot be read is unknown, and the command stays.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from fivetimes.config import LARGEST, LONGEST_TEXT, MOST_ARGUMENTS
from fivetimes.ingest.formats.json_objects import json_object
from fivetimes.model.events import By

NAN = math.nan
_LATEST = 1e11  # seconds since the epoch; a larger number counts smaller units


# ---- moments

_DIGITS = re.compile(r"[0-9]{9,19}(?:\.[0-9]+)?")
_LOOSE = re.compile(
    r"([0-9-]+)[ T]+([0-9:.,]+) *(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?"
)  # a space where ISO 8601 has none


def moment(value: object) -> tuple[float, float]:
    """A recorded time as (seconds since the epoch, minutes east of UTC), NaN for what is unknown.

    Text is ISO 8601; a text without a zone is taken as UTC. A number counts seconds, or milli-, micro- or nanoseconds
    where it is too large for that. `Z` gives the moment and no zone: the offset stays unknown.

    Raises:
        ValueError: it is no time.

    Example:
        >>> moment("2026-11-20T09:00:00+01:00")
        (1795161600.0, 60.0)
        >>> moment(1795161600000)
        (1795161600.0, nan)
    """
    if value is None or value == "":
        return NAN, NAN
    seconds, offset = _written(value) if isinstance(value, str) else (_counted(value), NAN)
    if not 1 <= seconds < _LATEST:
        raise ValueError("out of range")
    return seconds, offset


def instant(value: object) -> float:
    """The seconds of `moment` alone, NaN for what is unknown.

    Raises:
        ValueError: it is no time.

    Example:
        >>> instant("2026-11-20T09:00:00.5Z")
        1795165200.5
    """
    try:
        when = datetime.fromisoformat(value)  # type: ignore[arg-type]  # a TypeError is handled too
    except (TypeError, ValueError):
        return moment(value)[0]
    if when.tzinfo is UTC:  # as transcripts have it, line for line
        seconds = when.timestamp()
        if 1 <= seconds < _LATEST:
            return seconds
    return moment(value)[0]


def _written(value: str) -> tuple[float, float]:
    if value[-1] == "Z" and value[10:11] == "T":  # the commonest form, taken the shortest way
        return datetime.fromisoformat(value).timestamp(), NAN
    text = value.strip()
    if _DIGITS.fullmatch(text):
        return _counted(text), NAN
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        found = _LOOSE.fullmatch(text)
        if found is None:
            raise
        text = f"{found[1]}T{found[2]}{(found[3] or '').replace('UTC', 'Z').replace('GMT', 'Z')}"
        when = datetime.fromisoformat(text)
    offset = when.utcoffset()
    if offset is None:
        return when.replace(tzinfo=UTC).timestamp(), NAN
    return when.timestamp(), NAN if text[-1] in "Zz" else offset.total_seconds() / 60


# 3/4/2026, 03.04.2026: which of the two is the day, only the file shows; with dots it is the first
DAY_OR_MONTH = re.compile(r"\s*([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})(?![0-9])(?:[ T,]+(.*))?", re.DOTALL)
_CLOCK = re.compile(
    r"([0-9]{1,2})(:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?)\s*([AP]M)?\s*(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?\s*", re.I
)


def moment_of_day(value: object, *, day_first: bool) -> tuple[float, float]:
    """The same as `moment`, for dates whose year stands last, in this order.

    Raises:
        ValueError: it is no time.

    Example:
        >>> moment_of_day("20.11.2026 09:00", day_first=True) == moment_of_day("11/20/2026 9:00 AM", day_first=False)
        True
    """
    parts = DAY_OR_MONTH.fullmatch(value) if isinstance(value, str) else None
    if parts is None:
        return moment(value)
    day, month = (parts[1], parts[3]) if day_first else (parts[3], parts[1])
    clock = _CLOCK.fullmatch(parts[5] or "0:00")
    if clock is None:
        raise ValueError("no time of day")
    hour = int(clock[1])
    if clock[3]:
        hour = hour % 12 + 12 * (clock[3].upper() == "PM")
    return moment(f"{parts[4]}-{month:0>2}-{day:0>2}T{hour:02}{clock[2].replace(',', '.')}{clock[4] or ''}")


def _counted(value: object) -> float:
    seconds = number(value)
    while _LATEST <= seconds < LARGEST:
        seconds /= 1000
    return seconds


def number(value: object) -> float:
    """A finite number, written as such or as text; NaN where there is none.

    Raises:
        ValueError: it is something else.

    Example:
        >>> number("2.5"), number(None)
        (2.5, nan)
    """
    if value is None or value == "":
        return NAN
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("no number")
    try:
        found = float(value)
    except OverflowError as error:
        raise ValueError("out of range") from error
    if not abs(found) < LARGEST:  # also what is not finite
        raise ValueError("out of range")
    return found


_FARTHEST = 14 * 60  # minutes from UTC


def git_moment(date: str) -> tuple[float, float]:
    """Seconds since the epoch and minutes east of UTC, NaN for what is no such thing.

    Example:
        >>> git_moment("1700000000 -0330")
        (1700000000.0, -210.0)
    """
    seconds, _, zone = date.partition(" ")
    known = re.fullmatch(r"([+-])(\d\d)(\d\d)", zone, re.ASCII)
    time = float(seconds) if re.fullmatch(r"[1-9]\d{0,10}", seconds, re.ASCII) else NAN
    offset = float(f"{known[1]}{int(known[2]) * 60 + int(known[3])}") if known else NAN
    return time, offset if abs(offset) <= _FARTHEST else NAN


# ---- a record that is left out


class Omitted(Exception):
    """No error: a record is left out, by the rule that this names."""


@dataclass(frozen=True, slots=True)
class Omit:
    """A value in place of a text: its record is left out, by this rule."""

    name: str


# ---- how a field is read


def name(value: object) -> str:
    """A text that must be there.

    Example:
        >>> name(" draft ")
        'draft'
    """
    found = text(value)
    if found is None:
        raise ValueError("empty")
    return found


def text(value: object) -> str | None:
    """A text that may be missing; a whole number (of a session, say) is taken as one.

    Example:
        >>> text(7), text("")
        ('7', None)
    """
    if value is None:
        return None
    if isinstance(value, Omit):
        raise Omitted(value.name)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError("no text")
    return str(value)[:LONGEST_TEXT].strip() or None


def arguments(value: object) -> Mapping[str, Any] | None:
    """Named arguments: an object, or the JSON text of one; None where there are none.

    Example:
        >>> arguments('{"slug": "spring"}')
        {'slug': 'spring'}
    """
    found = json_object(value) if isinstance(value, str) and value.strip() else value
    if not found:
        return None
    if not isinstance(found, dict):
        raise ValueError("no object")
    return bounded(found)


def bounded(args: Mapping[str, Any]) -> Mapping[str, Any]:
    """Arguments as they are held for each call: the first `MOST_ARGUMENTS`, of long values the first `LONGEST_TEXT` characters.

    Content (a list, an object) that is larger is the text of its beginning: it is compared whole, and never looked into.

    Example:
        >>> bounded({"slug": "spring", "paths": ["a.md"]})
        {'slug': 'spring', 'paths': ['a.md']}
        >>> len(bounded({"content": "x" * 100_000})["content"])
        65536
    """
    if len(args) <= MOST_ARGUMENTS and not any(map(_is_large, args.values())):
        return args
    return {
        key: _beginning(value) if _is_large(value) else value for key, value in islice(args.items(), MOST_ARGUMENTS)
    }


def _is_large(value: object) -> bool:
    if isinstance(value, str):
        return len(value) > LONGEST_TEXT
    return isinstance(value, list | dict) and _size(value) > LONGEST_TEXT


def _size(value: object) -> int:
    """Characters of some content, about; counted only as far as it takes to know that it is large."""
    total, waiting = 0, [value]
    while waiting and total <= LONGEST_TEXT:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.values()
            total += sum(map(len, one))
        elif isinstance(one, list):
            waiting += one
        total += len(one) if isinstance(one, str) else 4
    return total


def _beginning(value: object) -> str:
    """The beginning of a large value; that of content is marked as such, as `redaction.scalar` marks it."""
    return value[:LONGEST_TEXT] if isinstance(value, str) else "\n" + repr(value)[:LONGEST_TEXT]


_STATUS = {
    **dict.fromkeys(("ok", "success", "succeeded", "successful", "done", "completed", "passed"), 0.0),
    **dict.fromkeys(
        ("error", "errored", "fail", "failed", "failure", "timeout", "aborted", "cancelled", "canceled"), 1.0
    ),
}


def status(value: object) -> float:
    """A word or number for how it ended, as an exit status; NaN for a word that means neither success nor failure.

    Example:
        >>> status("ok"), status("error"), status("running"), status(2)
        (0.0, 1.0, nan, 2.0)
    """
    if isinstance(value, bool):
        return 0.0 if value else 1.0
    if isinstance(value, str):
        return _STATUS.get(value.strip().lower(), NAN)
    return number(value)


def seconds(value: object) -> float:
    """A duration; NaN where there is none.

    Example:
        >>> seconds("1.5")
        1.5
    """
    found = number(value)
    if found < 0:
        raise ValueError("negative")
    return found


_BY = {"": By.HUMAN, "human": By.HUMAN, "person": By.HUMAN, "user": By.HUMAN, "agent": By.AGENT, "bot": By.BOT}


def by(value: object) -> By:
    """Who did it; a person, if the log does not say.

    Example:
        >>> by("agent"), by(None)
        (<By.AGENT: 1>, <By.HUMAN: 0>)
    """
    found = _BY.get((text(value) or "").lower())
    if found is None:
        raise ValueError("unknown")
    return found


# ---- fields of a history: where one cannot be read it is unknown, and the command stays


def command(value: object) -> str:
    """A typed command.

    Raises:
        Omitted: it is empty, or begins with a blank, by which people say that it is not to be kept.

    Example:
        >>> command("ls")
        'ls'
    """
    if isinstance(value, Omit):
        raise Omitted(value.name)
    if not isinstance(value, str):
        raise ValueError("no text")
    found = value[:LONGEST_TEXT].strip("\n")
    if found[:1] in ("", " "):
        raise Omitted("leading space" if found else "empty")
    return found


def time_if_known(value: object) -> tuple[float, float]:
    """A moment as `lines.moment` gives it; unknown where it is none.

    Example:
        >>> time_if_known("yesterday")
        (nan, nan)
    """
    try:
        return moment(value)
    except ValueError:
        return NAN, NAN


def seconds_if_known(value: object) -> float:
    """A duration; unknown where it is none, or below 0.

    Example:
        >>> seconds_if_known(-1), seconds_if_known(2)
        (nan, 2.0)
    """
    try:
        return seconds(value)
    except ValueError:
        return NAN


def exit_if_known(value: object) -> float:
    """An exit status; unknown where it is no number.

    Example:
        >>> exit_if_known("130"), exit_if_known("?")
        (130.0, nan)
    """
    try:
        return number(value)
    except ValueError:
        return NAN


def text_if_known(value: object) -> str | None:
    """A text; unknown where it is empty or no text.

    Example:
        >>> text_if_known("/tmp"), text_if_known(b"")
        ('/tmp', None)
    """
    try:
        return text(value)
    except ValueError:
        return None
