"""The manifest of memory: which parts count, and what is known of each file that was read, in one SQLite database.

A part counts from the moment at which the manifest names it, and a file is what the manifest says of it: both change in one
transaction, written through to the disk. Whoever writes holds the lock of the folder; readers need none. SQLite has no checksums of
its own, so a digest of all rows stands beside them: a manifest with one wrong bit is damaged, and never a wrong count.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fivetimes import atomic
from fivetimes.config import MEMORY
from fivetimes.errors import FivetimesError

VERSION = 2
_APPLICATION = 0x35783578  # marks the file as ours, for `file` and for us
_WAY_OUT = "What was kept before is kept. See to the disk and its rights, and call it again."
_PATIENCE = 10.0  # seconds that a reader waits while a transaction is being written

_SCHEMA = """
create table parts (
    name text primary key, rows integer not null, digest blob not null, written real not null, lost integer not null default 0
) strict;
create table files (
    id integer primary key, reader text not null, path blob not null, person text, once integer not null,
    state text not null, uncertain integer not null, unique (reader, path)
) strict;
create table seal (digest blob not null) strict;
"""
# from each older version to the next one; done when something is written, and only added to
_UPGRADES = {
    1: "alter table parts add column lost integer not null default 0; create table seal (digest blob not null) strict;",
}
# SQLite's codes for what the machine refuses, whatever stands in the file
_REFUSED = frozenset({
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class MemoryPart:
    """A Parquet file of memory: its name, how many rows it has, the BLAKE2b digest of its bytes, and when it was written.

    `lost`: it was damaged, and what its sources still held was collected again. So it is never read, even if it is restored.
    """

    name: str
    rows: int
    digest: bytes
    written: float
    lost: bool = False


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


def begun(home: Path) -> bool:
    """Whether something was collected yet in our own folder."""
    return exists(home / MEMORY)


def mark(home: Path) -> str:
    """What changes when memory does."""
    return ",".join(f"{part.name}{'!' * part.lost}" for part in read(home / MEMORY).parts)


def exists(folder: Path) -> bool:
    """Whether something was collected yet."""
    return _path(folder).exists()


def read(folder: Path) -> Manifest:
    """What counts now.

    Raises:
        FivetimesError: the manifest is damaged, of a newer version, or cannot be read.
    """
    if not exists(folder):
        return Manifest()
    try:
        with closing(_opened_to_read(folder)) as database:
            version = _checked(database, folder)
            database.execute("begin")  # both tables and the seal as they were at one moment
            parts, files = _rows(database, version)
            seal = database.execute("select digest from seal").fetchall() if version > 1 else [(_seal(parts, files),)]
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
        raise _problem(folder, error) from error
    if seal != [(_seal(parts, files),)]:
        raise _damaged(folder)
    return Manifest(tuple(map(_part, parts)), tuple(map(_file, files)))


def write(folder: Path, *, parts: Sequence[MemoryPart], files: Sequence[KnownFile]) -> None:
    """Make parts and files count in one transaction, and no others; `folder` must be locked.

    Args:
        folder: of memory.
        parts: all that count from now on.
        files: all files as they are from now on.

    Raises:
        FivetimesError: it cannot be written; then everything is as it was.
    """
    try:
        with closing(_opened_to_write(folder)) as database, database:
            database.execute("begin immediate")
            known = {part.name for part in parts}
            gone = [(name,) for (name,) in database.execute("select name from parts") if name not in known]
            database.executemany("delete from parts where name = ?", gone)
            database.executemany(
                "insert into parts values (?, ?, ?, ?, ?) on conflict (name) do update set lost = excluded.lost",
                [(p.name, p.rows, p.digest, p.written, int(p.lost)) for p in parts],
            )
            database.execute("delete from files")
            database.executemany("insert into files values (?, ?, ?, ?, ?, ?, ?)", map(_row, files))
            database.execute("delete from seal")
            database.execute("insert into seal values (?)", (_seal(*_rows(database, VERSION)),))
    except (sqlite3.Error, OSError) as error:
        raise _problem(folder, error) from error


def discard(folder: Path) -> None:
    """Remove the manifest for good; `folder` must be locked. The journal goes first: SQLite would apply it to the next manifest.

    Raises:
        OSError: it cannot be removed.
    """
    for path in (*folder.glob(f"{_path(folder).name}-*"), _path(folder)):
        atomic.discard(path)


def _path(folder: Path) -> Path:
    return folder / "manifest.sqlite"


def _opened_to_read(folder: Path) -> sqlite3.Connection:
    """A connection that can undo what a writer that was ended left in the journal; on a disk that is read-only, one that cannot."""
    place = _path(folder).absolute().as_uri()
    try:
        database = sqlite3.connect(f"{place}?mode=rw", uri=True, timeout=_PATIENCE, isolation_level=None)
        database.execute("pragma schema_version")
    except sqlite3.OperationalError:
        database = sqlite3.connect(f"{place}?mode=ro", uri=True, timeout=_PATIENCE, isolation_level=None)
    database.execute("pragma trusted_schema = off")
    return database


def _opened_to_write(folder: Path) -> sqlite3.Connection:
    path = _path(folder)
    if not path.exists():
        atomic.write_whole(path, _empty())  # there is none, or one that is whole
    database = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    # no write-ahead log: one journal file, gone after each transaction; what is deleted is overwritten
    for pragma in ("journal_mode = truncate", "synchronous = full", "secure_delete = on", "trusted_schema = off"):
        database.execute(f"pragma {pragma}")
    for version in range(_checked(database, folder), VERSION):
        database.executescript(f"begin; {_UPGRADES[version]} pragma user_version = {version + 1}; commit;")
    return database


def _empty() -> bytes:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.executescript(f"{_SCHEMA} pragma application_id = {_APPLICATION}; pragma user_version = {VERSION};")
        database.execute("insert into seal values (?)", (_seal([], []),))
        return database.serialize()


def _checked(database: sqlite3.Connection, folder: Path) -> int:
    """The version of a manifest that this fivetimes can read."""
    version = int(database.execute("pragma user_version").fetchone()[0])
    if database.execute("pragma application_id").fetchone()[0] != _APPLICATION or version < 1:
        raise _damaged(folder)
    if version > VERSION:
        raise FivetimesError(
            f"{_path(folder)}: it was written by a newer fivetimes (version {version}, this one knows {VERSION})."
            " Use that one, or begin anew: fivetimes forget --all"
        )
    return version


_Rows = list[tuple[Any, ...]]


def _rows(database: sqlite3.Connection, version: int) -> tuple[_Rows, _Rows]:
    lost = "lost" if version > 1 else "0"
    parts = database.execute(f"select name, rows, digest, written, {lost} from parts order by written, name")
    files = database.execute("select id, reader, path, person, once, state, uncertain from files order by id")
    return parts.fetchall(), files.fetchall()


def _seal(parts: _Rows, files: _Rows) -> bytes:
    return hashlib.blake2b(repr((parts, files)).encode("utf-8", "surrogateescape"), digest_size=16).digest()


def _problem(folder: Path, error: Exception) -> FivetimesError:
    """The sentence for what the machine refuses, and the one for what stands in the file."""
    if isinstance(error, OSError):
        return FivetimesError(f"{_path(folder)}: it cannot be written ({error.strerror}). {_WAY_OUT}")
    if getattr(error, "sqlite_errorcode", -1) & 0xFF in _REFUSED:
        return FivetimesError(f"{_path(folder)}: it cannot be used now ({error}). {_WAY_OUT}")
    return _damaged(folder)


def _damaged(folder: Path) -> FivetimesError:
    return FivetimesError(f"{_path(folder)}: this file is damaged. Begin anew: fivetimes forget --all")


def _part(row: tuple[str, int, bytes, float, int]) -> MemoryPart:
    name, rows, digest, written, lost = row
    return MemoryPart(name, rows, digest, written, bool(lost))


def _file(row: tuple[int, str, bytes, str | None, int, str, int]) -> KnownFile:
    number, reader, path, person, once, state, uncertain = row
    return KnownFile(number, reader, Path(os.fsdecode(path)), person, bool(once), state, uncertain)


def _row(file: KnownFile) -> tuple[int, str, bytes, str | None, int, str, int]:
    return file.id, file.reader, os.fsencode(file.path), file.person, int(file.once), file.state, file.uncertain
