"""A log of anybody's making (CSV, JSON lines or Parquet: person, time, action, args) -> RawBatch, the action as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from fivetimes.ingest.base import ReaderSpec, Signature
from fivetimes.ingest.formats import records, tables, values
from fivetimes.ingest.formats.files import after_newline, blocks
from fivetimes.ingest.formats.json_objects import json_object, json_records
from fivetimes.model import Balance, Kind, RawBatch, Source

LAYOUT: records.Layout = {
    "text": ("action", values.name),
    "time": ("time", values.moment),
    "person": ("person", values.text),
    "args": ("args", values.arguments),
    "exit": ("exit", values.status),
    "session": ("session", values.text),
    "duration": ("duration", values.seconds),
    "by": ("by", values.by),
}
FIELDS = tuple(field for field, _ in LAYOUT.values())  # what a column map may name

_LINES = 200  # lines of JSON that are looked at for a field


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the actions of a generic log. `source.columns` has those of its columns that are called otherwise.

    Raises:
        ReadError: it cannot be opened, or has no column for the action.
    """
    names = {field: field for field in FIELDS} | dict(source.columns)
    layout = {column: (names[field], take) for column, (field, take) in LAYOUT.items()}
    begun = next(blocks(source.path, after_newline), b"")
    if begun.startswith(tables.MAGIC):
        found = tables.parquet_rows(source.path, balance, wanted=list(names.values()))
    elif begun.lstrip().startswith(b"{"):
        found = json_records(source.path, balance)
    else:
        layout = {column: (field.lower(), take) for column, (field, take) in layout.items()}
        found = tables.csv_rows(source.path, balance, column=names["action"].lower())
    return records.batches(source, balance, found, kind=Kind.ACTION, layout=layout)


def has_column(path: Path, action: str) -> bool:
    """Whether a file is a log with a column or field of this name for the action.

    Raises:
        ReadError: it cannot be opened.
    """
    block = next(blocks(path, after_newline), b"")
    if block.startswith(tables.MAGIC):
        return True  # whether it has the column is checked when it is read
    rows = block.decode("utf-8", "surrogateescape").split("\n", _LINES)[:_LINES]
    if tables.header(rows[0], action.lower()):
        return True
    found = (json_object(row) for row in islice(rows, _LINES) if row.startswith("{"))
    return any(isinstance(record, dict) and action in record for record in found)


READER = ReaderSpec(
    "generic",
    read,
    Signature(column="action", record=lambda record: "action" in record and bool({"time", "person"} & record.keys())),
)
