"""bash's history (plain, with times, or first one and then the other) -> RawBatch."""

from __future__ import annotations

from collections.abc import Iterator

from fivetimes.ingest.formats.text_history import batches, timed_entries
from fivetimes.model import Balance, RawBatch, Source


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands of a bash history.

    From the first line with a time on, all that stands between two such lines is one command. Before it each line is
    one: the file does not say where a command of several lines ends.
    """
    # Nine digits begin in 1973, ten end in 2286: `#42` and `#2024 roadmap` are what somebody typed.
    return batches(source, balance, timed_entries(source.path, "#", digits=range(9, 11)), keeps_repeats=True)
