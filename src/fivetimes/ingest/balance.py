"""What a reader yields -> the same, whatever it does: within the budget, its columns sound, its account adding up at the end.

Every reader is driven here, built in or plugged in, and whoever calls it. The conservation law is checked: records = events +
ignored + duplicates + bad + held back. What goes wrong in a reader is a sentence about its source, and ends nothing else.
"""

from __future__ import annotations

import logging
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from fivetimes.config import BUDGET, LARGEST, LONGEST_TEXT, Budget
from fivetimes.errors import FivetimesError, ReaderFault, ReadError, fault, trace
from fivetimes.ingest.formats.budget import Spending
from fivetimes.model.events import By, Kind
from fivetimes.model.sources import Balance, RawBatch, Source

logger = logging.getLogger(__name__)


def conserved(
    batches: Iterable[RawBatch], reader: str, source: Source, balance: Balance, *, budget: Budget = BUDGET
) -> Iterator[RawBatch]:
    """Yield the batches of a source as far as its budget goes, and check its balance behind the last one.

    Args:
        batches: what the reader yields.
        reader: its name, for the message.
        source: what is read.
        balance: the account that the reader fills.
        budget: what reading the source may cost.

    Raises:
        ReadError: the source cannot be read; or, behind all that was yielded, its rest was not: the budget was spent, or the
            reader failed (ReaderFault); or some records are neither events, nor left out, nor counted as bad.

    Example:
        >>> from pathlib import Path
        >>> source, lost = Source("r", Path("h"), "h"), Balance(records=2, events=1)
        >>> list(conserved([RawBatch("r", "h", ["ls"])], "r", source, lost))  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        fivetimes.errors.ReadError: h: the reader r does not account for every record. ...
    """
    account = Spending(source.path, budget)
    try:
        yield from _driven(iter(batches), balance, account)
    except FivetimesError:
        if account.reached is None:  # else it was the end that the reader saw
            raise
    except Exception as error:
        logger.debug("%s", trace(error))
        raise ReaderFault(f"{source.path}: reading it ended in the middle, by {fault(error)}") from error
    if not balance.holds:
        raise ReadError(
            f"{source.path}: the reader {reader} does not account for every record. Tell its authors; what it read"
            " is counted all the same."
        )
    if account.reached is not None:
        raise ReadError(
            f"{source.path}: stopped after {account.reached}, the rest of this source was not read: it costs far more than its"
            " size explains. Export or pack it anew, or leave it out."
        )


def _driven(found: Iterator[RawBatch], balance: Balance, account: Spending) -> Iterator[RawBatch]:
    """Yield what a reader yields, its cost counted; where it fails, its balance is made to hold."""
    counted = given = (
        0  # events that the reader has counted, and has given; between two batches others may take some out
    )
    while True:
        events, records = balance.events, balance.records
        try:
            with account.open():
                batch = next(found, None)
                if batch is not None:
                    _check(batch)
                    batch.text = _cut(batch.text)
        except Exception:
            _write_off(balance, counted + balance.events - events - given)
            raise
        if batch is None:
            return
        counted += balance.events - events
        given += len(batch.text)
        account.take(rows=balance.records - records)
        yield batch


def _write_off(balance: Balance, lost: int) -> None:
    """Count as bad the events that a reader had counted and did not give, and whatever else it was at."""
    balance.events -= lost
    balance.bad["lost when reading ended"] += lost
    missing = balance.records - (
        balance.events + balance.duplicates + balance.held_back + balance.ignored.total() + balance.bad.total()
    )
    balance.records -= min(missing, 0)
    balance.bad["lost when reading ended"] += max(missing, 0)
    balance.bad += Counter()  # drops what is 0


# ---- columns

_TEXTS = ("commit", "person", "session", "where", "parent", "key")
_NUMBERS = ("time", "offset", "exit", "duration")


def _check(batch: RawBatch) -> None:
    """Check that columns are of their types, as long as the text, and numbers such as arrays hold.

    Raises:
        TypeError: a value is of another type.
        ValueError: a column is of another length, or a number is out of range.
        OverflowError: a line has a number that no file has.
    """
    _of_types(batch.text, str)
    for name in _TEXTS:
        _of_types(getattr(batch, name) or (), str, type(None))
    _of_types(batch.args or (), Mapping, type(None))
    if batch.line is not None and not isinstance(batch.line, range | array):
        array("q", batch.line)
    for name in _NUMBERS:
        column = getattr(batch, name)
        if column is not None and np.fmax.reduce(np.abs(array("d", column)), initial=0.0) >= LARGEST:
            raise ValueError("a number out of range")
    for name in (*_TEXTS, *_NUMBERS, "line", "args", "kind", "by", "files"):
        column = getattr(batch, name)
        if column is not None and not isinstance(column, Kind | By) and len(column) != len(batch.text):
            raise ValueError("columns of different lengths")


def _cut(texts: Sequence[str]) -> Sequence[str]:
    """The texts, of long ones the beginning: who has pasted a megabyte shall not have it held for each time."""
    if max(map(len, texts), default=0) <= LONGEST_TEXT:
        return texts
    return [text[:LONGEST_TEXT] for text in texts]


def _of_types(column: Iterable[object], *types: type) -> None:
    if not all(issubclass(kind, types) for kind in set(map(type, column))):
        raise TypeError("a column of another type")
