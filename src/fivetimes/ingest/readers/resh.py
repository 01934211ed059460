"""resh's history (JSON lines, in its old and its new form) -> RawBatch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fivetimes.ingest.formats import records, values
from fivetimes.ingest.formats.json_objects import json_object, json_records
from fivetimes.model import Balance, Kind, RawBatch, Source

# the new form calls some fields otherwise, and writes numbers as text
_RENAMED = {"time": "realtimeBefore", "duration": "realtimeDuration", "sessionID": "sessionId"}

LAYOUT: records.Layout = {
    "text": ("cmdLine", values.command),
    "time": ("realtimeBefore", values.time_if_known),
    "duration": ("realtimeDuration", values.seconds_if_known),
    "exit": ("exitCode", values.exit_if_known),
    "where": ("pwd", values.text_if_known),
    "session": ("sessionId", values.text_if_known),
}


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of a resh history. A time that cannot be understood is unknown, and the command stays."""
    found = ((line, _one_form(record)) for line, record in json_records(source.path, balance, parse=_parsed))
    return records.batches(source, balance, found, kind=Kind.SHELL, layout=LAYOUT)


def _parsed(row: bytes) -> dict[str, Any] | str:
    return json_object(row.removeprefix(b"v1"))  # which begins a line of the new form


def _one_form(record: Mapping[str, object]) -> Mapping[str, object]:
    return {_RENAMED.get(field, field): value for field, value in record.items()}
