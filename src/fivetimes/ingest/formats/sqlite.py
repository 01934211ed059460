"""An SQLite file that nobody vouches for -> the rows of one table of it, with the file untouched and nothing in it run."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np

from fivetimes.config import DEEPEST, LONGEST_BYTES
from fivetimes.errors import ReadError
from fivetimes.ingest.formats.budget import more
from fivetimes.ingest.formats.files import beginning
from fivetimes.ingest.formats.sqlite_journals import together
from fivetimes.model.sources import Balance

MAGIC = b"SQLite format 3\0"

# a damaged schema can make even SQLite's own complaint unreadable
_FAULTS = (sqlite3.Error, UnicodeDecodeError, OverflowError)

_TOGETHER = 400  # rows that are asked for at once
_BYTES_TOGETHER = 8 << 20  # of such rows; where they are longer, they are asked for one by one
_STEPS = 100_000  # of SQLite's machine, between two looks at the budget: a thousandth of a second
_SCHEMA_BYTES = 16 << 20  # of a statement or schema; no program's comes near


@dataclass(frozen=True, slots=True)
class Table:
    """What is wanted of a table: `fields` maps names to columns, or to expressions on the table as `t`.

    A plain column that the table does not have is NULL: older versions of a program lack some. `needed` are columns without
    which the table is another program's. `order` is the column by which rows are sorted, None for the order of their ids.
    `others` are further tables that the expressions use.
    """

    name: str
    needed: frozenset[str]
    fields: Mapping[str, str]
    order: str | None = None
    others: tuple[str, ...] = ()


def is_database(path: Path) -> bool:
    """Whether a file begins as an SQLite database does."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def holds(path: Path, tables: Sequence[Table]) -> list[bool]:
    """For each table, whether the database holds it.

    Raises:
        ReadError: the file cannot be opened or is no database.
    """
    try:
        with _opened(path) as connection:
            return [_is_there(connection, table) for table in tables]
    except _FAULTS as error:
        raise _refused(path, error) from error


def rows(path: Path, balance: Balance, *, table: Table) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield (row id, fields) of a table in its order; what a damaged file no longer gives is counted as bad.

    Raises:
        ReadError: the file cannot be opened, or does not hold the table.
    """
    try:
        with _opened(path) as connection:
            if not _is_there(connection, table):
                raise ReadError(
                    f"{path}: there is no table {table.name} as this reader knows it. Name another program's database."
                )
            for number, row in _in_order(connection, table, balance):
                if not more(sum(len(value) for value in row.values() if isinstance(value, str | bytes))):
                    return
                yield number, row
    except _FAULTS as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: Exception) -> ReadError:
    reason = error if isinstance(error, sqlite3.Error) else "it is damaged"
    shown = "".join(letter if letter.isprintable() else "?" for letter in str(reason)[:200])
    return ReadError(f"{path}: this database cannot be read ({shown}). Export it anew, or leave it out.")


# ---- opening


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    beginning(path)  # raises for what is no ordinary file, or may not be read
    whole = together(path)
    # takes no lock and makes no file beside it
    uri = ":memory:" if whole is not None else f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        if whole is not None:
            connection.deserialize(whole)
        _harden(connection)
        yield connection


def _harden(connection: sqlite3.Connection) -> None:
    connection.text_factory = lambda written: written.decode("utf-8", "surrogateescape")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, _SCHEMA_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, DEEPEST)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.setlimit(sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 0)
    for setting in ("trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0", "query_only=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {setting}")
    connection.set_progress_handler(lambda: int(not more()), _STEPS)


# ---- what is in it


def _is_there(connection: sqlite3.Connection, table: Table) -> bool:
    wanted = (table.name, *table.others)
    marks = ",".join("?" * len(wanted))
    # a view, or a virtual table, would run what its author wrote
    kinds = connection.execute(f"SELECT type, sql FROM sqlite_master WHERE name IN ({marks})", wanted).fetchall()
    plain = [kind for kind, sql in kinds if kind == "table" and str(sql).upper().startswith("CREATE TABLE")]
    return len(plain) == len(wanted) and table.needed <= _columns(connection, table.name)


def _columns(connection: sqlite3.Connection, name: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA table_info({name})")}


def _in_order(
    connection: sqlite3.Connection, table: Table, balance: Balance
) -> Iterator[tuple[int, dict[str, object]]]:
    known = _columns(connection, table.name)
    columns = [
        expression if expression in known or not expression.isidentifier() else "NULL"
        for expression in table.fields.values()
    ]
    name = _name_of_ids(table, known)
    ids = _ids(connection, table, name, balance)
    select = f"SELECT t.{name}, {', '.join(columns)} FROM {table.name} AS t WHERE t.{name} IN ({{}})"
    for start in range(0, len(ids), _TOGETHER):
        for number, row in _fetched(connection, select, ids[start : start + _TOGETHER].tolist()):
            if row is not None:
                yield number, dict(zip(table.fields, row, strict=True))
            elif more():  # else it was no damage that broke it off
                balance.records += 1
                balance.bad["row cannot be read"] += 1


def _name_of_ids(table: Table, columns: set[str]) -> str:
    """What the ids of rows are called: a column may have one of their names, and then holds anything."""
    taken = {column.lower() for column in columns}
    name = next((name for name in ("rowid", "_rowid_", "oid") if name not in taken), None)
    if name is None:
        raise sqlite3.DatabaseError(f"no ids of rows in {table.name}")
    return name


def _ids(
    connection: sqlite3.Connection, table: Table, name: str, balance: Balance
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The ids of all rows in the wanted order; in a damaged file, those up to the damage."""
    ids, keys = array("q"), array("d")
    key = f"CAST(t.{table.order} AS REAL)" if table.order else f"t.{name}"
    try:
        for number, value in connection.execute(f"SELECT t.{name}, {key} FROM {table.name} AS t NOT INDEXED"):
            ids.append(number)
            keys.append(value if isinstance(value, float | int) else 0.0)
    except _FAULTS:
        if not ids or not more():
            raise
        balance.records += 1
        balance.bad["database breaks off"] += 1
    numbers = np.frombuffer(ids, dtype=np.int64) if ids else np.zeros(0, dtype=np.int64)
    return numbers[np.argsort(np.frombuffer(keys), kind="stable")] if ids else numbers


def _fetched(
    connection: sqlite3.Connection, select: str, ids: Sequence[int]
) -> Iterator[tuple[int, tuple[object, ...] | None]]:
    """Each id in order with its row; where one of them cannot be read, or they are long, each is asked for by itself."""
    try:
        found, size = dict[int, tuple[object, ...]](), 0
        for number, *row in connection.execute(select.format(",".join("?" * len(ids))), ids):
            found[number] = tuple(row)
            size += sum(len(value) for value in row if isinstance(value, str | bytes))
            if size > _BYTES_TOGETHER and len(ids) > 1:
                break
        else:
            yield from ((number, found.get(number)) for number in ids)
            return
    except _FAULTS:
        if len(ids) == 1:
            yield ids[0], None
            return
    found.clear()
    for number in ids:
        yield from _fetched(connection, select, [number])
