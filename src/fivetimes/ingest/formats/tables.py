"""A Parquet file -> its rows as records, by pyarrow, which is an extra: pip install 'fivetimes[parquet]'."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fivetimes.errors import ReadError
from fivetimes.model import Balance

MAGIC = b"PAR1"
_ROWS = 10_000  # rows that are held at once


def is_action_log(path: Path) -> bool:
    """Whether the file has a column called `action`; False too where nothing here can say."""
    try:
        return "action" in _file(path)[1]
    except ReadError:
        return False


def rows(path: Path, balance: Balance, *, wanted: Sequence[str]) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield (row from 1, fields) with those of the wanted columns that the file has.

    Raises:
        ReadError: pyarrow is missing, or it cannot open the file.
    """
    file, names = _file(path)
    import pyarrow as arrow

    known = [name for name in wanted if name in names]
    number = 0
    try:
        for part in file.iter_batches(batch_size=_ROWS, columns=known, use_threads=False):
            for row in part.to_pylist():
                number += 1
                yield number, {name: _plain(value) for name, value in row.items()}
    except (arrow.ArrowException, OSError, ValueError, OverflowError):
        balance.records += 1
        balance.bad["no Parquet from here on"] += 1


def _file(path: Path) -> tuple[Any, Sequence[str]]:
    """The opened file and the names of its columns."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ReadError(
            f"{path}: it is Parquet, and pyarrow is missing. Install it: pip install 'fivetimes[parquet]'"
        ) from error
    try:
        file = pyarrow.parquet.ParquetFile(path)
        return file, file.schema_arrow.names
    except (pyarrow.ArrowException, OSError, ValueError) as error:  # ValueError: names that are no UTF-8
        raise ReadError(f"{path}: this is no Parquet that can be read. Export it again, or leave it out.") from error


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime | date) else value
