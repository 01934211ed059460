"""A skill log (JSON lines: timestamp, actor, skill, args, status) -> RawBatch."""

from __future__ import annotations

from collections.abc import Iterator

from fivetimes.ingest import records
from fivetimes.ingest.lines import moment
from fivetimes.ingest.objects import json_records
from fivetimes.model import Balance, Kind, RawBatch, Source

LAYOUT: records.Layout = {
    "text": ("skill", records.name),
    "time": ("timestamp", moment),
    "person": ("actor", records.text),
    "args": ("args", records.arguments),
    "exit": ("status", records.status),
    "session": ("session", records.text),
    "duration": ("duration", records.seconds),
    "parent": ("parent", records.text),
}


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the skills that were called. A record without a skill, or with a field of a wrong type, is counted as bad."""
    return records.batches(source, balance, json_records(source.path, balance), kind=Kind.SKILL, layout=LAYOUT)
