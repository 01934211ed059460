"""zsh-histdb's database -> RawBatch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats import records, values
from fivetimes.ingest.formats.sqlite import Table, rows
from fivetimes.model.events import Kind
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport

TABLE = Table(
    "history",
    frozenset({"session", "command_id", "place_id", "exit_status", "start_time", "duration"}),
    {
        "command": "(SELECT argv FROM commands WHERE id = t.command_id)",
        "host": "(SELECT host FROM places WHERE id = t.place_id)",
        "folder": "(SELECT dir FROM places WHERE id = t.place_id)",
        **{name: name for name in ("session", "exit_status", "start_time", "duration")},
    },
    order="start_time",
    others=("commands", "places"),
)

LAYOUT: records.Layout = {
    "text": ("command", values.command),
    "time": ("start_time", values.time_if_known),
    "duration": ("duration", values.seconds_if_known),
    "exit": ("exit_status", values.exit_if_known),
    "where": ("folder", values.text_if_known),
    "session": ("session", values.text_if_known),
}


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of a zsh-histdb database; some (`ls`, `cd`, `top`) it never stores."""
    return records.batches(
        source, balance, _with_host(rows(source.path, balance, table=TABLE)), kind=Kind.SHELL, layout=LAYOUT
    )


def _with_host(found: Iterator[tuple[int, dict[str, object]]]) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Sessions are numbered per host: in a database of several hosts, those of the others get its name."""
    first: object = None
    for number, row in found:
        first = first or row["host"]
        yield number, row if row["host"] == first else {**row, "session": f"{row['session']}@{row['host']}"}


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_home(".histdb/zsh-history.db")


def _advice(report: SourceReport) -> Iterator[str]:
    if report.balance.events:
        yield "zsh-histdb never stores `ls`, `cd` and the like."


READER = ReaderSpec("zsh_histdb", read, Signature(tables=(TABLE,)), default_paths=_paths, advice=_advice)
