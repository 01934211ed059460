"""A CSV or Parquet file -> its rows as records with named fields.

Parquet is read by pyarrow, which is an extra: pip install 'fivetimes[parquet]'.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fivetimes.config import LONGEST_TEXT
from fivetimes.errors import ReadError
from fivetimes.ingest.formats.budget import more
from fivetimes.ingest.formats.files import after_newline, blocks
from fivetimes.model.sources import Balance

# ---- CSV


def header(line: str, column: str) -> tuple[list[str], str] | None:
    """The column names of a CSV header, in small letters, and the delimiter; None if no column has this name.

    Example:
        >>> header("Person;Time;Action", "action")
        (['person', 'time', 'action'], ';')
    """
    if len(line) > LONGEST_TEXT:  # a thousand columns are some ten thousand characters
        return None
    for delimiter in ",;\t":
        names = [name.strip().strip('"').lower() for name in line.strip().split(delimiter)]
        if column in names:
            return names, delimiter
    return None


def csv_rows(path: Path, balance: Balance, *, column: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Yield (line from 1, fields by name in small letters); every other record is counted in `balance`.

    Args:
        path: the file.
        balance: its account.
        column: a column that the header must name, in small letters.

    Raises:
        ReadError: the header does not name the column, or the file cannot be opened.
    """
    rows = _lines(path)
    found = header(next(rows, ""), column)
    if found is None:
        raise ReadError(
            f"{path}: its first line names no column {column}. Name the columns person, time, action, args, or say which"
            " they are: --map action=NAME"
        )
    names, delimiter = found
    reader = csv.reader(rows, delimiter=delimiter)
    while True:
        line = reader.line_num + 2  # the header is line 1; the reader counts the lines that it has taken from behind it
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a field of over 128 KiB, mostly: a quotation mark that is never closed
            row = None
        if row:
            yield line, dict(zip(names, row, strict=False))
        else:
            balance.records += 1
            reasons, reason = (balance.bad, "not CSV") if row is None else (balance.ignored, "empty line")
            reasons[reason] += 1


def _lines(path: Path) -> Iterator[str]:
    for block in blocks(path, after_newline):
        yield from io.StringIO(block.decode("utf-8", "surrogateescape"), newline="\n")


# ---- Parquet

MAGIC = b"PAR1"
_ROWS = 10_000  # rows that are held at once
_BYTES = (
    4 << 20
)  # bytes in which Parquet holds them; as objects of Python they are up to 64 times that (a bit is a pointer)


def parquet_columns(path: Path) -> tuple[str, ...]:
    """The names of the columns; none where nothing here can tell."""
    try:
        return tuple(_file(path)[1])
    except ReadError:
        return ()


def parquet_rows(path: Path, balance: Balance, *, wanted: Sequence[str]) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Yield (row from 1, fields) with those of the wanted columns that the file has.

    Raises:
        ReadError: pyarrow is missing, or it cannot open the file.
    """
    file, names = _file(path)
    import pyarrow as arrow

    known = [name for name in wanted if name in names]
    number = 0
    try:
        for group in range(file.num_row_groups):
            # not that of the wanted columns alone: pyarrow ends the whole process where a column's statistics are damaged
            if not more(file.metadata.row_group(group).total_byte_size):
                return
            for part in file.iter_batches(batch_size=_ROWS, row_groups=[group], columns=known, use_threads=False):
                for row in _of_batch(part):
                    number += 1
                    if row is None:
                        balance.records += 1
                        balance.bad["row too large"] += 1
                    else:
                        yield number, {name: _plain(value) for name, value in row.items()}
                if not more():
                    return
    except (arrow.ArrowException, OSError, ValueError, OverflowError):
        balance.records += 1
        balance.bad["no Parquet from here on"] += 1


def _of_batch(part: Any) -> Iterator[Mapping[str, object] | None]:
    """The rows of a batch, so many at once as fit; None for one that is too large to be anybody's action."""
    if _size(part) <= _BYTES:
        yield from part.to_pylist()
    elif part.num_rows == 1:
        yield None
    else:
        half = part.num_rows // 2
        yield from _of_batch(part.slice(0, half))
        yield from _of_batch(part.slice(half))


def _size(part: Any) -> int:
    """Bytes of a batch, at most; of columns that name the entries of a dictionary, as if each row named the longest."""
    import pyarrow
    from pyarrow import compute

    total = 0
    for column in part.columns:
        if not pyarrow.types.is_dictionary(column.type):
            total += column.nbytes
            continue
        entries = column.dictionary
        texts = pyarrow.types.is_string(entries.type) or pyarrow.types.is_large_string(entries.type)
        longest = (compute.max(compute.binary_length(entries)).as_py() or 0) if texts else entries.nbytes
        total += column.indices.nbytes + part.num_rows * longest
    return int(total)


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
