"""A log of anybody's making (CSV, JSON lines or Parquet: person, time, action, args) -> RawBatch, the action as it stands.

Tables whose columns have the usual names of process logs (case, activity, timestamp, resource; XES's, or the English or German ones
that tools export) are read without a map.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from fivetimes.errors import ReadError
from fivetimes.ingest.base import ReaderSpec, Signature
from fivetimes.ingest.formats import records, tables, values
from fivetimes.ingest.formats.files import beginning
from fivetimes.ingest.formats.json_objects import json_object, json_records
from fivetimes.model.events import Kind
from fivetimes.model.sources import Balance, RawBatch, Source

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

# Field -> what its column is usually called in process logs, without signs and in small letters, the most distinctive name first:
# XES (IEEE 1849) and the exports of tools for process mining, in English and in German. Of start and end of an activity the end is
# the time where both are there, as a completion is in XES.
_USUAL = {
    "action": (
        "conceptname activity activityname activityen activityde aktivität aktivitaet aktivitätsname tätigkeit taetigkeit"
        " arbeitsschritt prozessschritt vorgangsschritt eventname"
    ).split(),
    "session": (
        "caseconceptname caseid casekey caseidentifier casenumber case traceid processinstanceid processinstance fallid"
        " fallnummer fall vorgangsnummer vorgangsid vorgang prozessinstanz"
    ).split(),
    "time": (
        "timetimestamp timestamp eventtimestamp eventtime completetimestamp completetime endtimestamp endtime time"
        " starttimestamp starttime datetime zeitstempel zeitpunkt endzeit startzeit enddate startdate date datum zeit beginn"
    ).split(),
    "person": (
        "orgresource resource user username userid person performer actor employee ressource bearbeiter sachbearbeiter"
        " benutzer nutzer mitarbeiter"
    ).split(),
}
_NEEDED = ("action", "session", "time")  # a table that has all three is a process log, and hardly anything else
_ONLY_LETTERS = re.compile(r"[\W_]+")


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the actions of a generic log. `source.columns` has those of its columns that are called otherwise.

    Raises:
        ReadError: it cannot be opened, or has no column for the action.
    """
    names = {field: field for field in FIELDS} | (dict(source.columns) or _usual_columns(source.path))
    layout = {column: (names[field], take) for column, (field, take) in LAYOUT.items()}
    begun = beginning(source.path)
    if begun.startswith(tables.MAGIC):
        found = tables.parquet_rows(source.path, balance, wanted=list(names.values()))
    elif begun.lstrip().startswith(b"{"):
        found = json_records(source.path, balance)
    else:
        layout = {column: (field.lower(), take) for column, (field, take) in layout.items()}
        layout["time"] = (
            layout["time"][0],
            _time_of_file(source.path, column=names["action"].lower(), time=layout["time"][0]),
        )
        found = tables.csv_rows(source.path, balance, column=names["action"].lower())
    return records.batches(source, balance, found, kind=Kind.ACTION, layout=layout)


def _usual_columns(path: Path) -> dict[str, str]:
    """Field -> column of a table that is a process log by the names of its columns; empty for any other."""
    try:
        block = beginning(path)
        parquet = block.startswith(tables.MAGIC)
        columns = tables.parquet_columns(path) if parquet else _header(block)
    except ReadError:
        return {}
    if "action" in columns:
        return {}
    letters = {_ONLY_LETTERS.sub("", name.lower()): name for name in reversed(columns)}
    found = {field: next((letters[name] for name in usual if name in letters), "") for field, usual in _USUAL.items()}
    return {field: name for field, name in found.items() if name} if all(found[field] for field in _NEEDED) else {}


def _header(block: bytes) -> tuple[str, ...]:
    line = block.decode("utf-8", "surrogateescape").partition("\n")[0].strip()
    if line[:1] in ("{", "[", ""):
        return ()
    delimiter = max(",;\t", key=line.count)
    return tuple(name.strip().strip('"').lower() for name in line.split(delimiter))


def _time_of_file(path: Path, *, column: str, time: str) -> Callable[[object], tuple[float, float]]:
    """How the times of a table are read: dates such as 3/4/2026 in the order that a day above 12 in some row shows."""
    first_above = second_above = False
    for _, row in tables.csv_rows(path, Balance(), column=column):
        given = row.get(time)
        parts = values.DAY_OR_MONTH.match(given) if isinstance(given, str) else None
        if parts is None:
            if given:
                return values.moment  # in another form, and a table has one
            continue
        first_above, second_above = first_above or int(parts[1]) > 12, second_above or int(parts[3]) > 12
        if first_above or second_above or parts[2] == ".":
            return partial(values.moment_of_day, day_first=not second_above)
    return values.moment


def _is_process_log(path: Path) -> bool:
    return path.suffix.lower() in (".csv", ".tsv", ".txt", ".parquet") and path.is_file() and bool(_usual_columns(path))


def has_column(path: Path, action: str) -> bool:
    """Whether a file is a log with a column or field of this name for the action.

    Raises:
        ReadError: it cannot be opened.
    """
    block = beginning(path)
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
    signature=Signature(
        column="action", record=lambda record: "action" in record and bool({"time", "person"} & record.keys())
    ),
    recognises=_is_process_log,
)
