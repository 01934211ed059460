"""What a reader yields -> the same, once its account adds up: records = events + ignored + duplicates + bad + held back.

The conservation law is checked here, for every reader, built in or plugged in, and whoever calls it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fivetimes.errors import ReadError
from fivetimes.model import Balance, RawBatch, Source


def conserved(batches: Iterable[RawBatch], reader: str, source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the batches of a source, and check its balance behind the last one.

    Args:
        batches: what the reader yields.
        reader: its name, for the message.
        source: what is read.
        balance: the account that the reader fills.

    Raises:
        ReadError: some records are neither events, nor left out, nor counted as bad.

    Example:
        >>> from pathlib import Path
        >>> source, lost = Source("r", Path("h"), "h"), Balance(records=2, events=1)
        >>> list(conserved([RawBatch("r", "h", ["ls"])], "r", source, lost))  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        fivetimes.errors.ReadError: h: the reader r does not account for every record. ...
    """
    yield from batches
    if not balance.holds:
        raise ReadError(
            f"{source.path}: the reader {reader} does not account for every record. Tell its authors; what it read"
            " is counted all the same."
        )
