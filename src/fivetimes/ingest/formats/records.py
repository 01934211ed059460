"""Records with named fields -> RawBatch: one row for each record, the others counted by reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from fivetimes.config import BATCH_ROWS
from fivetimes.ingest.formats.values import Omitted
from fivetimes.model.events import Kind
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport

# column -> (name of the field, how its value is read; a ValueError where it cannot be)
Layout = Mapping[str, tuple[str, Callable[[object], Any]]]


def batches(
    source: Source, balance: Balance, records: Iterable[tuple[int, Mapping[str, object]]], *, kind: Kind, layout: Layout
) -> Iterator[RawBatch]:
    """Yield one row for each record (line from 1, fields) that can be read; the others are counted by reason.

    Args:
        source: where the records are from.
        balance: its account; one record per record.
        records: what was found, in order.
        kind: what sort of thing they tell of.
        layout: the columns and where they are from; `text` is among them and needed.
    """
    rows = _rows(balance, records, layout)
    while found := list(islice(rows, BATCH_ROWS)):
        lines, *columns = zip(*found, strict=True)
        named: dict[str, Any] = dict(zip(layout, columns, strict=True))
        named["time"], named["offset"] = zip(*named["time"], strict=True)
        yield RawBatch(source.reader, source.origin, kind=kind, line=lines, owner=source.person, **named)


def _rows(
    balance: Balance, records: Iterable[tuple[int, Mapping[str, object]]], layout: Layout
) -> Iterator[tuple[Any, ...]]:
    for line, record in records:
        balance.records += 1
        try:
            row = _row(record, layout)
        except Omitted as rule:
            balance.ignored[str(rule)] += 1
            continue
        if isinstance(row, str):
            balance.bad[row] += 1
        else:
            balance.events += 1
            yield line, *row


def _row(record: Mapping[str, object], layout: Layout) -> list[Any] | str:
    row = []
    for field, read in layout.values():
        try:
            row.append(read(record.get(field)))
        except ValueError:
            return f"{field} not understood" if record.get(field) else f"no {field}"
    return row


def advice_on_imports(report: SourceReport) -> Iterator[str]:
    """A sentence on the commands that a history program took over from another history."""
    if report.untimed:
        yield f"Commands that were imported from another history, so that their times are not known: {report.untimed:,}."
