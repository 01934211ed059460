"""Atuin's history database -> RawBatch."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, groupby, pairwise, starmap
from operator import itemgetter
from pathlib import Path

from fivetimes.accounts import is_agent_program
from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats import records, values
from fivetimes.ingest.formats.records import advice_on_imports
from fivetimes.ingest.formats.sqlite import Table, rows
from fivetimes.ingest.formats.values import NAN
from fivetimes.model.events import By, Kind
from fivetimes.model.sources import Balance, RawBatch, Source

TABLE = Table(
    "history",
    frozenset({"timestamp", "duration", "exit", "command", "cwd", "session"}),
    {
        name: name
        for name in (
            "timestamp duration exit command cwd session hostname deleted_at author author_kind"  # the last three are new
        ).split()
    },
    order="timestamp",
)

_AGENT = (2, "2", "agent")  # in author_kind, where 1 is the user

# Nanoseconds that Atuin puts between commands for which the imported history had no time: since April and May 2023. Before, it
# counted back from the moment of the import, a second a command; in 2021 it looked at the clock anew for each of them.
_STEPS = (1, 1_000_000)
_SECOND = 1_000_000_000
_CLOCK = 10_000_000  # nanoseconds by which that second was shorter, at most: a line is imported in microseconds


def _exit(value: object) -> float:
    found = values.exit_if_known(value)
    return found if found >= 0 else NAN  # -1: not known


def _seconds(value: object) -> float:
    return values.seconds_if_known(value) / 1e9


def _folder(value: object) -> str | None:
    return None if value == "unknown" else values.text_if_known(value)  # so it is in what was imported


LAYOUT: records.Layout = {
    "text": ("command", values.command),
    "time": ("timestamp", values.time_if_known),
    "duration": ("duration", _seconds),
    "exit": ("exit", _exit),
    "where": ("cwd", _folder),
    "session": ("session", values.text_if_known),
    "by": ("by", lambda value: By.AGENT if value else By.HUMAN),
}


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of an Atuin database; deleted ones are left out, those of an agent are marked so.

    Of what Atuin took over from another history, times and sessions that it made up itself are unknown, and such commands stand
    in the order in which they were taken over: some versions made up times that run backwards.
    """
    known = _in_order(_without_made_up(rows(source.path, balance, table=TABLE)))
    found = ((number, _marked(row)) for number, row in known)
    return records.batches(source, balance, found, kind=Kind.SHELL, layout=LAYOUT)


def _marked(row: Mapping[str, object]) -> Mapping[str, object]:
    kind, author = row["author_kind"], row["author"]
    user = str(row["hostname"]).rpartition(":")[2]
    # without the kind, an author who is not the user may be a person by another name: only a known agent's is one
    by_agent = kind in _AGENT if kind is not None else author != user and is_agent_program(str(author or ""))
    left_out = {"command": values.Omit("deleted")} if row["deleted_at"] is not None else {}
    return {**row, **left_out, "by": by_agent}


# ---- what was imported

_Row = tuple[int, Mapping[str, object]]


def _without_made_up(found: Iterator[_Row]) -> Iterator[_Row]:
    """The rows without what Atuin made up, for which the two rows before and the two behind each are looked at."""
    window: deque[_Row | None] = deque([None, None], maxlen=5)
    for row in chain(found, (None, None)):
        window.append(row)
        if len(window) == window.maxlen and (middle := window[2]) is not None:
            yield middle[0], _as_known(middle[1], [None if one is None else one[1] for one in window])


def _as_known(row: Mapping[str, object], window: Sequence[Mapping[str, object] | None]) -> Mapping[str, object]:
    if row["cwd"] != "unknown":
        return row
    made_up: dict[str, object] = {}
    if any(before and behind for before, behind in pairwise(starmap(_is_step, pairwise(window)))):
        made_up["timestamp"] = None  # two such steps in a row: one alone may be two commands of the same second
    beside = [one for one in (window[1], window[3]) if one is not None and one["cwd"] == "unknown"]
    if beside and all(one["session"] != row["session"] for one in beside):
        made_up["session"] = None  # one for each command
    return {**row, **made_up}


def _is_step(one: Mapping[str, object] | None, other: Mapping[str, object] | None) -> bool:
    if one is None or other is None or one["cwd"] != "unknown" or other["cwd"] != "unknown":
        return False
    begun, ended = one["timestamp"], other["timestamp"]
    if not isinstance(begun, int) or not isinstance(ended, int):
        return False
    # what a shell has stamped is a whole second
    back = bool(begun % _SECOND) and bool(ended % _SECOND) and _SECOND - _CLOCK <= ended - begun <= _SECOND
    return back or ended - begun in _STEPS


def _in_order(found: Iterator[_Row]) -> Iterator[_Row]:
    """The rows, of which those without a time stand by their ids: a row that was taken over later has a higher one."""
    for untimed, some in groupby(found, key=lambda row: row[1]["timestamp"] is None):
        if untimed:
            yield from sorted(some, key=itemgetter(0))
        else:
            yield from some


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_data("atuin/history.db")


READER = ReaderSpec("atuin", read, Signature(tables=(TABLE,)), default_paths=_paths, advice=advice_on_imports)
