"""PowerShell's history (PSReadLine) -> RawBatch."""

from __future__ import annotations

from collections.abc import Iterator

from fivetimes.ingest.formats.text_history import batches, continued_entries
from fivetimes.model import Balance, RawBatch, Source


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of a PowerShell history.

    It keeps no times, and leaves out commands that look like secrets: steps may be missing. A newline within a command is
    written as backtick, newline; a typed backtick stays one of two.
    """
    return batches(source, balance, continued_entries(source.path, "`\n"), keeps_repeats=True)
