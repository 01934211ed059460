"""tcsh's history -> RawBatch."""

from __future__ import annotations

from collections.abc import Iterator

from fivetimes.ingest.formats.text_history import batches, timed_entries
from fivetimes.model import Balance, RawBatch, Source


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of a tcsh history; each line of a loop is an entry of its own there, with one time."""
    return batches(source, balance, timed_entries(source.path, "#+", digits=range(10, 11)), keeps_repeats=True)
