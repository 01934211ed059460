"""nushell's history (text or SQLite) -> RawBatch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats import records, values
from fivetimes.ingest.formats.files import beginning
from fivetimes.ingest.formats.sqlite import Table, is_database, rows
from fivetimes.ingest.formats.text_history import Entries, batches, continued_entries
from fivetimes.model.events import Kind
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport

TABLE = Table(
    "history",
    frozenset({"command_line", "start_timestamp", "session_id", "duration_ms", "exit_status"}),
    {name: name for name in ("command_line", "start_timestamp", "session_id", "cwd", "duration_ms", "exit_status")},
    order="start_timestamp",
)

LAYOUT: records.Layout = {
    "text": ("command_line", values.command),
    "time": ("start_timestamp", values.time_if_known),
    "duration": ("duration_ms", lambda value: values.seconds_if_known(value) / 1000),
    "exit": ("exit_status", values.exit_if_known),
    "where": ("cwd", values.text_if_known),
    "session": ("session_id", values.text_if_known),
}


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of a nushell history; as text it keeps no times, and drops repeats in a row."""
    beginning(source.path)
    if is_database(source.path):
        found = rows(source.path, balance, table=TABLE)
        yield from records.batches(source, balance, found, kind=Kind.SHELL, layout=LAYOUT)
    else:
        yield from batches(source, balance, _entries(source.path), keeps_repeats=True)


def _entries(path: Path) -> Iterator[Entries]:
    for part in continued_entries(path, "\0\n"):  # a NUL cannot be typed: no line goes on
        yield replace(part, texts=[text.replace("<\\n>", "\n") for text in part.texts])


_HISTORIES = ("nushell/history.sqlite3", "nushell/history.txt")


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_settings(*_HISTORIES)
    yield from machine.in_roaming(*_HISTORIES)


def _advice(report: SourceReport) -> Iterator[str]:
    if report.untimed:
        yield f'Commands without a time: {report.untimed:,}. Set `$env.config.history.file_format = "sqlite"`.'


READER = ReaderSpec(
    "nushell",
    read,
    Signature(tables=(TABLE,), file_name=re.compile(r"nu(?:shell)?/history\.txt$", re.I)),
    default_paths=_paths,
    advice=_advice,
)
