"""resh's history (JSON lines, in its old and its new form) -> RawBatch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats import records, values
from fivetimes.ingest.formats.json_objects import json_object, json_records
from fivetimes.model.events import Kind
from fivetimes.model.sources import Balance, RawBatch, Source

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


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_home(".resh_history.json")
    yield from machine.in_data("resh/history.reshjson")


READER = ReaderSpec(
    "resh",
    read,
    Signature(line=re.compile(r'v1\{"cmdLine"'), record=lambda record: "cmdLine" in record),
    default_paths=_paths,
)
