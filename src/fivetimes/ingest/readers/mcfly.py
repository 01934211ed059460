"""McFly's history database -> RawBatch."""

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
    "commands",
    frozenset({"cmd", "session_id", "when_run", "exit_code"}),
    {name: name for name in ("cmd", "session_id", "when_run", "exit_code", "dir")},
    order="when_run",
)

LAYOUT: records.Layout = {
    "text": ("cmd", values.command),
    "time": ("when_run", values.time_if_known),
    "exit": ("exit_code", values.exit_if_known),
    "where": ("dir", values.text_if_known),
    "session": ("session_id", values.text_if_known),
}


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of a McFly database.

    What McFly took over from another history has the time at which it did so, and exit 0: of those only the text is known.
    """
    found = ((number, _known(row)) for number, row in rows(source.path, balance, table=TABLE))
    return records.batches(source, balance, found, kind=Kind.SHELL, layout=LAYOUT)


def _known(row: Mapping[str, object]) -> Mapping[str, object]:
    return {"cmd": row["cmd"]} if row["session_id"] in ("IMPORTED", "UNKNOWN") else row


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_home(".mcfly/history.db")
    yield from machine.in_data("mcfly/history.db")


READER = ReaderSpec("mcfly", read, Signature(tables=(TABLE,)), default_paths=_paths, advice=advice_on_imports)
