"""Bytes or a path -> what a reader makes of it: the few lines that the tests of the readers share."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fivetimes.ingest import READERS
from fivetimes.model.events import By, Kind
from fivetimes.model.sources import Balance, RawBatch, Source

FIXTURES = Path(__file__).parents[1] / "fixtures"


def read(reader: str, path: Path, *, person: str | None = None) -> tuple[list[RawBatch], Balance]:
    """All batches of a source, and its balance, which must hold."""
    balance = Balance()
    found = list(READERS[reader](Source(reader, path, path.name, person), balance))
    assert balance.holds, balance
    assert balance.events == sum(len(batch.text) for batch in found)
    for batch in found:
        check(batch)
    return found, balance


def read_bytes(reader: str, content: bytes, *, name: str = "history") -> tuple[list[RawBatch], Balance]:
    """The same for a file that holds these bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return read(reader, path)


def check(batch: RawBatch) -> None:
    """What is promised of every batch: columns of one length, text that can be encoded again, moments in range."""
    columns = (
        "line",
        "time",
        "offset",
        "session",
        "where",
        "exit",
        "duration",
        "person",
        "args",
        "commit",
        "files",
        "parent",
    )
    present = [getattr(batch, name) for name in columns if getattr(batch, name) is not None]
    present += [column for column in (batch.kind, batch.by) if not isinstance(column, Kind | By)]
    assert {len(column) for column in present} <= {len(batch.text)}
    assert 0 < len(batch.text) <= 50_000
    for text in batch.text:
        assert text or batch.kind is Kind.COMMIT  # a commit may be without a subject
        text.encode("utf-8", "surrogateescape")
    assert all(math.isnan(time) or 1 <= time < 1e11 for time in batch.time or ())


def column(batches: Sequence[RawBatch], name: str) -> list[Any]:
    """One column of all batches, with None for what is unknown."""
    values = [value for batch in batches for value in getattr(batch, name)]
    return [None if isinstance(value, float) and math.isnan(value) else value for value in values]


def bits(text: str) -> bytes:
    """The bytes that a decoded text stands for."""
    return text.encode("utf-8", "surrogateescape")
