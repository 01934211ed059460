"""The manifest of memory: which parts count, and what is known of each file that was read, in one SQLite database.

A part counts from the moment at which the manifest names it, and a file is what the manifest says of it: both change in one
transaction, written through to the disk. Whoever writes holds the lock of the folder; readers need none.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fivetimes.errors import FivetimesError

VERSION = 1
_APPLICATION = 0x35783578  # marks the file as ours, for `file` and for us
_PATIENCE = 10.0  # seconds that a reader waits while a transaction is being written

_SCHEMA = """
create table parts (name text primary key, rows integer not null, digest blob not null, written real not null) strict;
create table files (
    id integer primary key, reader text not null, path blob not null, person text, once integer not null,
    state text not null, uncertain integer not null, unique (reader, path)
) strict;
"""


@dataclass(frozen=True, slots=True)
class MemoryPart:
    """A Parquet file of memory: its name, how many rows it has, the BLAKE2b digest of its bytes, and when it was written."""

    name: str
    rows: int
    digest: bytes
    written: float


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that was read.

    Attributes:
        id: by which the rows of parts name it.
        once: it keeps one entry per text.
        state: what its size and its time of change were when all in it was read; empty: it may have changed since.
        uncertain: rows of which it was open whether they were new.
    """

    id: int
    reader: str
    path: Path
    person: str | None
    once: bool = False
    state: str = ""
    uncertain: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What counts at one moment."""

    parts: tuple[MemoryPart, ...] = ()
    files: tuple[KnownFile, ...] = ()


def exists(folder: Path) -> bool:
    """Whether something was collected yet."""
    return _path(folder).exists()


def read(folder: Path) -> Manifest:
    """What counts now.

    Raises:
        FivetimesError: the manifest is damaged, or of a newer version.
    """
    if not exists(folder):
        return Manifest()
    try:
        with closing(_opened(folder, writing=False)) as database:
            parts = database.execute("select name, rows, digest, written from parts order by written, name").fetchall()
            files = database.execute("select id, reader, path, person, once, state, uncertain from files order by id")
            return Manifest(tuple(MemoryPart(*row) for row in parts), tuple(map(_file, files.fetchall())))
    except sqlite3.Error as error:
        raise _damaged(folder) from error


def write(folder: Path, *, parts: Sequence[MemoryPart], gone: Iterable[str], files: Sequence[KnownFile]) -> None:
    """Make parts and files count in one transaction; `folder` must be locked.

    Args:
        folder: of memory.
        parts: that count from now on.
        gone: names of parts that count no more.
        files: all files as they are from now on.

    Raises:
        FivetimesError: it cannot be written; then everything is as it was.
    """
    try:
        with closing(_opened(folder, writing=True)) as database, database:
            database.execute("begin immediate")
            database.executemany("delete from parts where name = ?", [(name,) for name in gone])
            database.executemany(
                "insert into parts values (?, ?, ?, ?)", [(p.name, p.rows, p.digest, p.written) for p in parts]
            )
            database.execute("delete from files")
            database.executemany("insert into files values (?, ?, ?, ?, ?, ?, ?)", map(_row, files))
    except sqlite3.DatabaseError as error:
        if "disk" in str(error) or "readonly" in str(error):
            raise FivetimesError(
                f"{folder}: memory cannot be written ({error}). What was kept before is kept; make room and collect again."
            ) from error
        raise _damaged(folder) from error


@contextmanager
def locked(folder: Path, *, wait: bool) -> Iterator[bool]:
    """One writer at a time; gives whether this is it. The lock goes with the process that holds it, however that ends."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform == "win32":
        yield True  # no lock of a folder there: SQLite still writes one after the other
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)


def _path(folder: Path) -> Path:
    return folder / "manifest.sqlite"


def _opened(folder: Path, *, writing: bool) -> sqlite3.Connection:
    path = _path(folder)
    if not writing:
        return _checked(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE), folder)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    database = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    # no write-ahead log: one journal file, gone after each transaction; what is deleted is overwritten
    for pragma in ("journal_mode = truncate", "synchronous = full", "secure_delete = on", "trusted_schema = off"):
        database.execute(f"pragma {pragma}")
    if database.execute("pragma user_version").fetchone()[0] == 0 and not _tables(database):
        database.executescript(
            f"begin; {_SCHEMA} pragma application_id = {_APPLICATION}; pragma user_version = {VERSION}; commit;"
        )
    return _checked(database, folder)


def _checked(database: sqlite3.Connection, folder: Path) -> sqlite3.Connection:
    version = database.execute("pragma user_version").fetchone()[0]
    if version > VERSION:
        raise FivetimesError(
            f"{_path(folder)}: it was written by a newer fivetimes (version {version}, this one knows {VERSION})."
            " Use that one, or begin anew: fivetimes forget --all"
        )
    return database


def _tables(database: sqlite3.Connection) -> list[str]:
    return [name for (name,) in database.execute("select name from sqlite_schema where type = 'table'")]


def _damaged(folder: Path) -> FivetimesError:
    return FivetimesError(f"{_path(folder)}: this file is damaged. Begin anew: fivetimes forget --all")


def _file(row: tuple[int, str, bytes, str | None, int, str, int]) -> KnownFile:
    number, reader, path, person, once, state, uncertain = row
    return KnownFile(number, reader, Path(os.fsdecode(path)), person, bool(once), state, uncertain)


def _row(file: KnownFile) -> tuple[int, str, bytes, str | None, int, str, int]:
    return file.id, file.reader, os.fsencode(file.path), file.person, int(file.once), file.state, file.uncertain
