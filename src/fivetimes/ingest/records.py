"""Records with named fields (a skill log, a generic log) -> RawBatch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from fivetimes.config import BATCH_ROWS
from fivetimes.ingest.lines import NAN, moment, number
from fivetimes.ingest.objects import json_object
from fivetimes.model import Balance, By, Kind, RawBatch, Source


class LeftOut(Exception):
    """No error: says that a record is left out, and by which rule."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Stands in the place of a text and says that its record is left out, and by which rule."""

    name: str


# column -> (name of the field, how its value is read; a ValueError says that it cannot be)
Layout = Mapping[str, tuple[str, Callable[[object], Any]]]


def batches(
    source: Source, balance: Balance, records: Iterable[tuple[int, Mapping[str, object]]], *, kind: Kind, layout: Layout
) -> Iterator[RawBatch]:
    """Yield one row for each record (line from 1, fields) that can be read; the others are counted by reason.

    Args:
        source: where the records are from.
        balance: its account; one record per record.
        records: what was found, in order.
        kind: what sort of thing they tell of.
        layout: the columns and where they are from; `text` is among them and needed.
    """
    rows = _rows(balance, records, layout)
    while found := list(islice(rows, BATCH_ROWS)):
        lines, *columns = zip(*found, strict=True)
        named: dict[str, Any] = dict(zip(layout, columns, strict=True))
        named["time"], named["offset"] = zip(*named["time"], strict=True)
        yield RawBatch(source.reader, source.origin, kind=kind, line=lines, owner=source.person, **named)


def _rows(
    balance: Balance, records: Iterable[tuple[int, Mapping[str, object]]], layout: Layout
) -> Iterator[tuple[Any, ...]]:
    for line, record in records:
        balance.records += 1
        try:
            row = _row(record, layout)
        except LeftOut as rule:
            balance.ignored[str(rule)] += 1
            continue
        if isinstance(row, str):
            balance.bad[row] += 1
        else:
            balance.events += 1
            yield line, *row


def _row(record: Mapping[str, object], layout: Layout) -> list[Any] | str:
    row = []
    for field, read in layout.values():
        try:
            row.append(read(record.get(field)))
        except ValueError:
            return f"{field} not understood" if record.get(field) else f"no {field}"
    return row


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
    if isinstance(value, Rule):
        raise LeftOut(value.name)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError("no text")
    return str(value).strip() or None


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
    return found


_STATUS = {
    **dict.fromkeys(("ok", "success", "succeeded", "successful", "done", "completed", "passed"), 0.0),
    **dict.fromkeys(
        ("error", "errored", "fail", "failed", "failure", "timeout", "aborted", "cancelled", "canceled"), 1.0
    ),
}


def status(value: object) -> float:
    """A word or number for how it ended, as an exit status; NaN for a word that says neither well nor badly.

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
        LeftOut: it is empty, or begins with a blank, by which people say that it is not to be kept.

    Example:
        >>> command("ls")
        'ls'
    """
    if isinstance(value, Rule):
        raise LeftOut(value.name)
    if not isinstance(value, str):
        raise ValueError("no text")
    found = value.strip("\n")
    if found[:1] in ("", " "):
        raise LeftOut("leading space" if found else "empty")
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
