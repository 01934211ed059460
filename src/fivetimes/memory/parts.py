"""Rows of many files <-> Parquet: a part is written whole, forced to the disk, and renamed into place."""

from __future__ import annotations

import hashlib
import io
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fivetimes import atomic
from fivetimes.columns import KEPT_COLUMNS, KeptRows
from fivetimes.errors import FivetimesError
from fivetimes.memory.manifest import KnownFile, MemoryPart

if TYPE_CHECKING:
    import pyarrow as pa

_TEXTS = {"form": "forms", "parent": "parents", "commit": "commits"}  # column -> the texts that it is an index into


@dataclass(frozen=True, slots=True)
class EventRows:
    """Rows of several files: `file` and KEPT_COLUMNS, and the texts that three of them are indexes into."""

    columns: Mapping[str, Any]
    texts: Mapping[str, tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.columns["file"])

    def of_files(self, files: Sequence[KnownFile]) -> Iterator[tuple[KnownFile, KeptRows]]:
        """The rows of each of these files in their order."""
        order = np.lexsort((self.columns["position"], self.columns["file"]))
        sorted_files = self.columns["file"][order]
        for file in files:
            low, high = np.searchsorted(sorted_files, [file.id, file.id + 1])
            if low == high:
                continue
            columns = {name: self.columns[name][order[low:high]] for name in KEPT_COLUMNS}
            texts = self.texts
            yield (
                file,
                KeptRows(file.reader, columns, texts["form"], texts["parent"], texts["commit"], file.once),
            )

    def only(self, wanted: Any) -> EventRows:
        """The rows of a mask."""
        return EventRows({name: column[wanted] for name, column in self.columns.items()}, self.texts)


def joined(rows: Iterable[tuple[int, KeptRows]]) -> EventRows:
    """Rows of several files, each with the id of its file, as one table."""
    pairs = list(rows)
    numbers: dict[str, dict[str, int]] = {name: {} for name in _TEXTS}
    columns: dict[str, list[Any]] = {name: [] for name in ("file", *KEPT_COLUMNS)}
    for file, kept in pairs:
        columns["file"].append(np.full(len(kept), file, dtype=np.int64))
        for name in KEPT_COLUMNS:
            column = kept.columns[name]
            if name in _TEXTS:
                of, texts = numbers[name], getattr(kept, _TEXTS[name])
                # only those that a row has: what was forgotten must not stay in the list of texts
                new = np.full(len(texts) + 1, -1, dtype=np.int32)
                for used in np.unique(column[column >= 0]).tolist():
                    new[used] = of.setdefault(texts[used], len(of))
                column = new[column]
            columns[name].append(column)
    types = {"file": "int64", **KEPT_COLUMNS}
    return EventRows(
        {
            name: np.concatenate([np.zeros(0, dtype=types[name]), *each]).astype(types[name])
            for name, each in columns.items()
        },
        {name: tuple(of) for name, of in numbers.items()},
    )


def write(folder: Path, rows: EventRows) -> MemoryPart:
    """Write a part. It counts only when the manifest names it.

    Raises:
        OSError: it cannot be written; then there is nothing of it.
    """
    parquet, arrow = _arrow()
    table = arrow.table(
        {
            name: arrow.DictionaryArray.from_arrays(
                arrow.array(column, mask=column < 0), arrow.array(rows.texts[name], arrow.string())
            )
            if name in _TEXTS
            else arrow.array(column)
            for name, column in rows.columns.items()
        }
    )
    sink = io.BytesIO()
    parquet.write_table(table, sink, compression="zstd", write_page_checksum=True)
    text = sink.getvalue()
    name = f"{secrets.token_hex(8)}.parquet"
    atomic.write_whole(folder / name, text)
    return MemoryPart(name, len(rows), _digest(text), time.time())


@dataclass(frozen=True, slots=True)
class Unread:
    """A part that cannot be read; `damaged`: nor ever will be, for its bytes are not those that were written, or it is gone."""

    part: MemoryPart
    sentence: str
    damaged: bool


def unreadable(folder: Path, parts: Sequence[MemoryPart]) -> list[Unread]:
    """Of these parts those that cannot be read, by their digests."""
    return [found for part in parts if isinstance(found := _bytes_of(folder, part), Unread)]


def _bytes_of(folder: Path, part: MemoryPart) -> bytes | Unread:
    what = f"{folder / part.name}: {part.rows:,} remembered events cannot be read"
    if part.lost:
        return Unread(part, f"{what}, the file was damaged. What its sources held then was collected again.", True)
    try:
        text = (folder / part.name).read_bytes()
    except FileNotFoundError:
        text = b""
    except OSError as error:
        return Unread(part, f"{what} ({error.strerror}). See to the disk, and call it again.", False)
    if _digest(text) != part.digest:
        lost = f"{what}, the file is damaged or gone. What its sources still hold is collected again: fivetimes collect"
        return Unread(part, lost, True)
    return text


def read(folder: Path, parts: Sequence[MemoryPart], unread: list[Unread]) -> EventRows:
    """The rows of parts; those that cannot be read go to `unread`, and the others are read."""
    parquet, arrow = _arrow()
    tables = []
    for part in parts:
        found = _bytes_of(folder, part)
        if isinstance(found, Unread):
            unread.append(found)
        else:
            tables.append(_table(parquet, found))
    return _rows(arrow, tables)


def _table(parquet: Any, text: bytes) -> pa.Table:
    """The table of a part, read by this thread alone.

    By default pyarrow reads on threads of its own, of which one may be the last to hold `text`. It then asks for the interpreter's
    lock; where the interpreter is ending by then, the whole process aborts (apache/arrow#34314).
    """
    file = parquet.ParquetFile(io.BytesIO(text), read_dictionary=list(_TEXTS), pre_buffer=False)
    return file.read(use_threads=False)


def _rows(arrow: Any, tables: Sequence[pa.Table]) -> EventRows:
    types = {"file": "int64", **KEPT_COLUMNS}
    if not tables:
        return EventRows({name: np.zeros(0, dtype=kind) for name, kind in types.items()}, dict.fromkeys(_TEXTS, ()))
    table = arrow.concat_tables(tables).unify_dictionaries().combine_chunks()
    columns, texts = {}, {}
    for name, kind in types.items():
        column = table.column(name)
        if name in _TEXTS:
            one = (
                column.chunk(0)
                if column.num_chunks
                else arrow.array([], arrow.dictionary(arrow.int32(), arrow.string()))
            )
            texts[name] = tuple(one.dictionary.to_pylist())
            column = one.indices.fill_null(-1)
        columns[name] = (
            column.to_numpy(zero_copy_only=False).astype(kind, copy=False)
            if name in _TEXTS
            else column.to_numpy().astype(kind, copy=False)
        )
    return EventRows(columns, texts)


def sweep(folder: Path, parts: Sequence[MemoryPart]) -> None:
    """Overwrite and remove what no manifest names: parts of a writer that was ended, and those that count no more.

    Raises:
        OSError: one of them cannot be overwritten or removed.
    """
    named = {part.name for part in parts}
    for path in folder.glob("*.parquet"):
        if path.name not in named:
            atomic.discard(path)
    atomic.sync_folder(folder)


def _digest(text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=16).digest()


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise FivetimesError(
            "memory is kept in Parquet files. Install what writes them: pip install 'fivetimes[memory]'"
        ) from error
    return parquet, pyarrow
