"""A skill log (JSON lines: timestamp, actor, skill, args, status) -> RawBatch."""

from __future__ import annotations

from collections.abc import Iterator

from fivetimes.ingest.base import ReaderSpec, Signature
from fivetimes.ingest.formats import records, values
from fivetimes.ingest.formats.json_objects import json_records
from fivetimes.ingest.formats.values import moment
from fivetimes.model.events import Kind
from fivetimes.model.sources import Balance, RawBatch, Source

LAYOUT: records.Layout = {
    "text": ("skill", values.name),
    "time": ("timestamp", moment),
    "person": ("actor", values.text),
    "args": ("args", values.arguments),
    "exit": ("status", values.status),
    "session": ("session", values.text),
    "duration": ("duration", values.seconds),
    "parent": ("parent", values.text),
}


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the skills that were called. A record without a skill, or with a field of a wrong type, is counted as bad."""
    return records.batches(source, balance, json_records(source.path, balance), kind=Kind.SKILL, layout=LAYOUT)


READER = ReaderSpec(
    "skill_log",
    read,
    Signature(record=lambda record: "skill" in record and bool({"timestamp", "actor", "status"} & record.keys())),
)
