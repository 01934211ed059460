"""Numbers, nouns and moments -> text: the few forms that several packages write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import overload

from fivetimes.errors import UnknownId

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


def doers(people: int) -> str:
    """Who did a routine, as a phrase; where no person is among them, bots did all of it.

    Example:
        >>> doers(1), doers(3), doers(0)
        ('1 person', '3 people', 'bots alone')
    """
    return f"{people:,} {noun(people, 'person', 'people')}" if people else "bots alone"


def on_days(days: int) -> str:
    """On how many days something was done, as a phrase; 0 where a history keeps no times.

    Example:
        >>> on_days(1), on_days(3), on_days(0)
        ('on 1 day', 'on 3 days', 'on unknown days')
    """
    return f"on {days:,} {noun(days, 'day')}" if days else "on unknown days"


@overload
def iso(time: datetime) -> str: ...
@overload
def iso(time: None) -> None: ...
def iso(time: datetime | None) -> str | None:
    """A moment as our files write it: ISO 8601 to the second, in UTC; None where it is not known.

    Example:
        >>> iso(datetime(2026, 3, 6, 14, 2, tzinfo=UTC))
        '2026-03-06T14:02:00Z'
    """
    return None if time is None else time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def id_of(name: str, known: Iterable[str], *, otherwise: str, what: str = "id") -> str:
    """The one id that was meant: the same, or the only one that begins so.

    Args:
        name: as a person typed it.
        known: all ids, the most important first; the first eight are listed where none fits.
        otherwise: what is listed where there are no ids at all.
        what: what they are ids of, such as a run.

    Raises:
        UnknownId: none begins so, or several do; the sentence has the nearest one.

    Example:
        >>> id_of("dep", ["release-55e0", "deploy-site-47ba"], otherwise="none")
        'deploy-site-47ba'
        >>> id_of("deply-site", ["deploy-site-47ba"], otherwise="none")
        Traceback (most recent call last):
        fivetimes.errors.UnknownId: deply-site: no such id. Did you mean deploy-site-47ba? Known ids: deploy-site-47ba.
    """
    ids = list(dict.fromkeys(known))
    begun = [name] if name in ids else [one for one in ids if one.startswith(name)]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise UnknownId(f"{name}: several {what}s begin so. Known {what}s: {', '.join(begun[:8])}.")
    near = nearest(name, ids)
    meant = f" Did you mean {near}?" if near is not None else ""
    raise UnknownId(f"{name}: no such {what}.{meant} Known {what}s: {', '.join(ids[:8]) or otherwise}.")


def nearest(name: str, ids: Sequence[str]) -> str | None:
    """The id that was probably meant; None: none is like it."""
    # an id ends in four letters of a digest, which nobody mistypes: the words before them are compared as well
    spellings = {spelling: one for one in reversed(ids) for spelling in (one, one.rpartition("-")[0] or one)}
    near = get_close_matches(name, spellings, n=1) or [one for one in ids if name and name in one][:1]
    return spellings.get(near[0], near[0]) if near else None


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
