"""xonsh's history (one JSON file per session, a folder of them, or SQLite) -> RawBatch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats import records, values
from fivetimes.ingest.formats.files import each_file
from fivetimes.ingest.formats.json_objects import json_document
from fivetimes.ingest.formats.sqlite import Table, is_database, rows
from fivetimes.model.events import Kind
from fivetimes.model.sources import Balance, RawBatch, Source

TABLE = Table(
    "xonsh_history",
    frozenset({"inp", "rtn", "tsb", "tse", "sessionid"}),
    {name: name for name in ("inp", "rtn", "tsb", "tse", "sessionid", "cwd", "frequency")},
    order="tsb",
)

LAYOUT: records.Layout = {
    "text": ("inp", values.command),
    "time": ("tsb", values.time_if_known),
    "duration": ("duration", values.seconds_if_known),
    "exit": ("rtn", values.exit_if_known),
    "where": ("cwd", values.text_if_known),
    "session": ("sessionid", values.text_if_known),
}


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of a xonsh history.

    A JSON file holds the environment of its session too, secrets and all, and perhaps what the commands printed: only the
    commands, their times, ends, folders and the session are looked at.

    Raises:
        ReadError: it cannot be opened, or a JSON file is no xonsh history.
    """
    return each_file(source, balance, "xonsh-*.json|xonsh-history.sqlite", _read)


def _read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    found = rows(source.path, balance, table=TABLE) if is_database(source.path) else _commands(source.path)
    counted: list[object] = []
    for batch in records.batches(source, balance, _complete(found, counted), kind=Kind.SHELL, layout=LAYOUT):
        batch.deduplicated = bool(counted)
        yield batch


def _complete(
    found: Iterable[tuple[int, dict[str, object]]], counted: list[object]
) -> Iterator[tuple[int, Mapping[str, object]]]:
    """The rows with their durations; one that stands for several commands (`erasedups`) is noted in `counted`."""
    for number, row in found:
        frequency = row.get("frequency")
        if isinstance(frequency, int) and frequency > 1 and not counted:
            counted.append(frequency)
        yield number, {**row, "duration": _between(row)}


def _between(row: Mapping[str, object]) -> float | None:
    begun, ended = (values.time_if_known(row.get(name))[0] for name in ("tsb", "tse"))
    return ended - begun if ended >= begun else None


def _commands(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    kept = json_document(path).get("data")
    session = kept.get("sessionid") if isinstance(kept, dict) else None
    commands = kept.get("cmds") if isinstance(kept, dict) else None
    for number, command in enumerate(commands if isinstance(commands, list) else (), start=1):
        row = command if isinstance(command, dict) else {}
        times = row.get("ts")
        begun, ended = (*times, None, None)[:2] if isinstance(times, list) else (None, None)
        yield (
            number,
            {
                **{name: row.get(name) for name in ("inp", "rtn", "cwd")},
                "tsb": begun,
                "tse": ended,
                "sessionid": session,
            },
        )


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_data("xonsh/history_json", "xonsh/xonsh-history.sqlite")


READER = ReaderSpec(
    "xonsh",
    read,
    Signature(tables=(TABLE,), first_bytes=re.compile(rb'\s*\{"locs":')),
    takes_folder=True,
    default_paths=_paths,
)
