"""hishtory's database -> RawBatch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats import records, values
from fivetimes.ingest.formats.records import advice_on_imports
from fivetimes.ingest.formats.sqlite import Table, rows
from fivetimes.model.events import Kind
from fivetimes.model.sources import Balance, RawBatch, Source

TABLE = Table(
    "history_entries",
    frozenset({"command", "current_working_directory", "exit_code", "start_time", "end_time"}),
    {name: name for name in ("command", "current_working_directory", "exit_code", "start_time", "end_time")},
)

LAYOUT: records.Layout = {
    "text": ("command", values.command),
    "time": ("start_time", values.time_if_known),
    "duration": ("duration", values.seconds_if_known),
    "exit": ("exit_code", values.exit_if_known),
    "where": ("current_working_directory", values.text_if_known),
}


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of a hishtory database.

    What hishtory took over from another history has made-up times, exit 0 and the folder `Unknown`: of those only the text
    is known.
    """
    found = ((number, _known(row)) for number, row in rows(source.path, balance, table=TABLE))
    return records.batches(source, balance, found, kind=Kind.SHELL, layout=LAYOUT)


def _known(row: Mapping[str, object]) -> Mapping[str, object]:
    if row["current_working_directory"] == "Unknown":
        return {"command": row["command"]}
    begun, ended = (values.time_if_known(row[name])[0] for name in ("start_time", "end_time"))
    return {**row, "duration": ended - begun if ended >= begun else None}


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_home(".hishtory/.hishtory.db")


READER = ReaderSpec("hishtory", read, Signature(tables=(TABLE,)), default_paths=_paths, advice=advice_on_imports)
