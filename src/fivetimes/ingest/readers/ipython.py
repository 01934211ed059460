"""IPython's history database -> RawBatch: one call of that tool per input."""

from __future__ import annotations

from collections.abc import Iterator

from fivetimes.ingest.base import ReaderSpec, Signature
from fivetimes.ingest.formats import records, values
from fivetimes.ingest.formats.sqlite import Table, rows
from fivetimes.model.events import Kind
from fivetimes.model.sources import Balance, RawBatch, Source

TABLE = Table(
    "history",
    frozenset({"session", "line", "source", "source_raw"}),
    {"source_raw": "source_raw", "session": "session", "tool": "'ipython'"},
)


def _input(value: object) -> dict[str, str]:
    return {"input": value if isinstance(value, str) else ""}


LAYOUT: records.Layout = {
    "text": ("tool", values.name),
    "args": ("source_raw", _input),
    "time": ("time", values.time_if_known),
    "session": ("session", values.text_if_known),
}


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield what was typed into IPython, with its session; a time is kept per session only, and so is unknown."""
    found = rows(source.path, balance, table=TABLE)
    return records.batches(source, balance, found, kind=Kind.TOOL, layout=LAYOUT)


READER = ReaderSpec("ipython", read, Signature(tables=(TABLE,)))
