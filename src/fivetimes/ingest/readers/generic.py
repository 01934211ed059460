"""A log of anybody's making (CSV, JSON lines or Parquet: person, time, action, args) -> RawBatch, the action as it stands."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from fivetimes.errors import ReadError
from fivetimes.ingest.formats import records, tables, values
from fivetimes.ingest.formats.files import after_newline, blocks
from fivetimes.ingest.formats.json_objects import json_object, json_records
from fivetimes.ingest.formats.values import moment
from fivetimes.model import Balance, Kind, RawBatch, Source

LAYOUT: records.Layout = {
    "text": ("action", values.name),
    "time": ("time", moment),
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
    """Yield the actions of a generic log. `source.columns` says which of its columns are called otherwise.

    Raises:
        ReadError: it cannot be opened, or has no column for the action.
    """
    names = {field: field for field in FIELDS} | dict(source.columns)
    layout = {column: (names[field], take) for column, (field, take) in LAYOUT.items()}
    begun = next(blocks(source.path, after_newline), b"")
    if begun.startswith(tables.MAGIC):
        found = tables.rows(source.path, balance, wanted=list(names.values()))
    elif begun.lstrip().startswith(b"{"):
        found = json_records(source.path, balance)
    else:
        lowered = {column: (field.lower(), take) for column, (field, take) in layout.items()}
        rows = _csv(source.path, balance, names["action"].lower())
        return records.batches(source, balance, rows, kind=Kind.ACTION, layout=lowered)
    return records.batches(source, balance, found, kind=Kind.ACTION, layout=layout)


def columns(header: str, action: str = "action") -> tuple[list[str], str] | None:
    """The column names of a CSV header, in small letters, and the delimiter; None if no column is called `action`.

    Example:
        >>> columns("Person;Time;Action")
        (['person', 'time', 'action'], ';')
    """
    for delimiter in ",;\t":
        names = [name.strip().strip('"').lower() for name in header.strip().split(delimiter)]
        if action in names:
            return names, delimiter
    return None


def holds(path: Path, action: str) -> bool:
    """Whether a file is a log with a column or field of this name for the action.

    Raises:
        ReadError: it cannot be opened.
    """
    block = next(blocks(path, after_newline), b"")
    if block.startswith(tables.MAGIC):
        return True  # whether it has the column is said when it is read
    rows = block.decode("utf-8", "surrogateescape").split("\n", _LINES)[:_LINES]
    if columns(rows[0], action.lower()):
        return True
    found = (json_object(row) for row in islice(rows, _LINES) if row.startswith("{"))
    return any(isinstance(record, dict) and action in record for record in found)


def _csv(path: Path, balance: Balance, action: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    rows = _lines(path)
    found = columns(next(rows, ""), action)
    if found is None:
        raise ReadError(
            f"{path}: its first line names no column {action}. Name the columns person, time, action, args, or say which"
            " they are: --map action=NAME"
        )
    names, delimiter = found
    reader = csv.reader(rows, delimiter=delimiter)
    while True:
        line = reader.line_num + 2  # the header is line 1; the reader counts the lines that it has taken from behind it
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a field of over 128 KiB, mostly: a quotation mark that is never closed
            row = None
        if row:
            yield line, dict(zip(names, row, strict=False))
        else:
            balance.records += 1
            reasons, reason = (balance.bad, "not CSV") if row is None else (balance.ignored, "empty line")
            reasons[reason] += 1


def _lines(path: Path) -> Iterator[str]:
    for block in blocks(path, after_newline):
        yield from io.StringIO(block.decode("utf-8", "surrogateescape"), newline="\n")
