"""A path -> the name of the reader for what is there, if any: the readers are asked, in the order of their table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from fivetimes.errors import ReadError
from fivetimes.ingest.base import ReaderSpec
from fivetimes.ingest.formats import sqlite, tables
from fivetimes.ingest.formats.budget import limited
from fivetimes.ingest.formats.files import beginning
from fivetimes.ingest.formats.json_objects import json_object
from fivetimes.ingest.registry import BUILT_IN, PLUG_INS

_FILES = 50  # files of a folder that are looked at
_FOLDERS = 200  # folders in it, at any depth down to:
_DEPTH = 5
_LINES = 200  # lines that are looked at; a transcript may begin with many that do not show what it is
_NAME_PARTS = 3  # last parts of a path that make its name

# consoles whose commands are no shell's, and that have no reader: a vague name must not make one of them a shell's history
_UNKNOWN_CONSOLE = re.compile(
    r"(?:mysql|mariadb|irb|pry|redis|rediscli|julia|octave|duckdb|mongo|gdb|erlang|R)[^/]*hist[^/]*$"
)


def sniff(path: Path) -> str | None:
    """Name the reader for a file or folder, None if there is nothing that fivetimes knows. Never raises.

    The evidence, strongest first: what a reader's own function recognises, what the content shows, the name of the
    file. What no built-in reader knows is shown to the plug-ins.

    Example:
        >>> sniff(Path("people/ana/.zsh_history/nowhere")) is None
        True
    """
    with limited(path):
        found = _built_in(path) or _recognised(path, PLUG_INS)
    return None if found is None else found.name


# What a file begins with whose content is hidden -> what is the matter, and the way out.
_DECRYPT = "it is encrypted. Decrypt it into a file that you name, or leave it out."
_UNPACK = "it is compressed. Unpack it into a file that you name, or leave it out."
_SAVE = "it is written in UTF-16. Save it as UTF-8, or leave it out."
_HIDDEN: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"\xff\xfe|\xfe\xff"), _SAVE),
    (re.compile(rb"-----BEGIN (?:PGP MESSAGE|AGE ENCRYPTED FILE|PKCS7)-----"), _DECRYPT),
    (
        re.compile(rb"age-encryption\.org/|Salted__|U2FsdGVkX1|\$ANSIBLE_VAULT;|\0GITCRYPT\0|VimCrypt~|gocryptfs"),
        _DECRYPT,
    ),
    (re.compile(rb"\x1f\x8b|BZh[1-9]|\xfd7zXZ\0|PK\x03\x04|7z\xbc\xaf\x27\x1c|\x28\xb5\x2f\xfd"), _UNPACK),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x1b\0"))  # NULs fill what a crash has left empty
_MOST_CONTROLS = (
    0.05  # of a text's bytes: of random ones, every tenth is such a character; of what is typed, next to none
)
_FEWEST_BYTES = 64  # below these, such a share says nothing


def _hidden(block: bytes) -> str | None:
    """Why the content of a file cannot be seen, by its first bytes; None for what can be."""
    known = next((sentence for begin, sentence in _HIDDEN if begin.match(block)), None)
    if known is None and len(block) >= _FEWEST_BYTES:
        left = len(block.translate(None, _CONTROLS))
        if len(block) - left > _MOST_CONTROLS * len(block):
            return (
                "it is no text: encrypted, compressed, or another program's. Name what it was made of, or leave it out."
            )
    return known


def unreadable(path: Path, *, origin: str) -> str | None:
    """Why a database, or a file whose content is hidden, cannot be read, as a message; None for all others. Never raises.

    Args:
        path: the file.
        origin: how it is called in outputs.
    """
    try:
        with limited(path):
            block = beginning(path) if path.is_file() else b""
            if not block.startswith(sqlite.MAGIC) and (hidden := _hidden(block)) is not None:
                return f"{origin}: {hidden}"
            if block.startswith(sqlite.MAGIC):
                sqlite.holds(path, [table for _, table in _tables()])
    except (ReadError, OSError) as problem:
        return str(problem)
    return None


# A history of prompt_toolkit: many consoles keep one, of which aider alone has a reader. Its lines are no shell's.
_PROMPT_TOOLKIT = re.compile(r"\s*# \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?\r?\n\+")


class _Nobody(Exception):
    """No error: the content shows that no reader can read it, whatever its name."""


def _built_in(path: Path) -> ReaderSpec | None:
    try:
        recognised = _recognised(path, BUILT_IN)
        if recognised is not None or path.is_dir():
            return recognised or _of_folder(path)
        return _by_content(path) or _by_name(path)
    except _Nobody:
        return None
    except (ReadError, OSError):
        # what cannot be read is still what its name shows, so that reading it can say why it cannot
        return _by_name(path) if path.exists() else None


def _recognised(path: Path, readers: tuple[ReaderSpec, ...]) -> ReaderSpec | None:
    return next((reader for reader in readers if reader.recognises is not None and reader.recognises(path)), None)


# ---- folders


def _of_folder(path: Path) -> ReaderSpec | None:
    found = {reader.name: reader for file in _files(path) if (reader := _built_in(file)) is not None}
    # a person's folder may hold transcripts beside other things: then each is a source of its own
    return next((reader for reader in found.values() if len(found) == 1 and reader.takes_folder), None)


def _files(path: Path) -> Iterator[Path]:
    """Some files below a folder, those near it first."""
    level, looked_at, found = [path], 0, 0
    for _ in range(_DEPTH + 1):
        deeper: list[Path] = []
        for folder in level:
            looked_at += 1
            children = sorted(folder.iterdir()) if looked_at <= _FOLDERS else []
            files = [child for child in children if child.is_file()][: _FILES - found]
            found += len(files)
            yield from files
            deeper += [child for child in children if child.is_dir() and not child.is_symlink()]
        level = deeper


# ---- names


def _by_name(path: Path) -> ReaderSpec | None:
    known, name = _by_file_name(path), _name(path)
    if known is not None or _UNKNOWN_CONSOLE.search(name):
        return known
    return next((one for one in BUILT_IN if (sign := one.signature.vague_name) and sign.search(name)), None)


def _by_file_name(path: Path) -> ReaderSpec | None:
    name = _name(path)
    return next((one for one in BUILT_IN if (sign := one.signature.file_name) and sign.search(name)), None)


def _name(path: Path) -> str:
    return "/".join(path.absolute().as_posix().split("/")[-_NAME_PARTS:])


# ---- content


def _by_content(path: Path) -> ReaderSpec | None:
    """The reader that a file's content asks for, None if its name may decide.

    Raises:
        _Nobody: it is no text, and no reader's.
    """
    block = beginning(path)
    if block.startswith(sqlite.MAGIC):
        return _of_database(path)
    if block.startswith(tables.MAGIC):
        return _of_columns(tables.parquet_columns(path))
    begun = next((one for one in BUILT_IN if (sign := one.signature.first_bytes) and sign.match(block)), None)
    if begun is None and _hidden(block) is not None:
        if path.suffix == ".gz":  # a name that says so may be a reader's that unpacks it
            return None
        raise _Nobody
    text = block.decode("utf-8", "surrogateescape")
    found = begun or _by_lines(text.split("\n", _LINES)[:_LINES])
    if found is None and _PROMPT_TOOLKIT.match(text):
        if (named := _by_file_name(path)) is None:
            raise _Nobody
        return named
    return found


def _of_database(path: Path) -> ReaderSpec:
    known = _tables()
    try:
        there = sqlite.holds(path, [table for _, table in known])
    except ReadError as damaged:
        raise _Nobody from damaged
    found = next((one for (one, _), is_there in zip(known, there, strict=True) if is_there), None)
    if found is None:
        raise _Nobody
    return found


def _tables() -> list[tuple[ReaderSpec, sqlite.Table]]:
    return [(one, table) for one in BUILT_IN for table in one.signature.tables]


def _of_columns(names: tuple[str, ...]) -> ReaderSpec:
    found = next((one for one in BUILT_IN if one.signature.column in names), None)
    if found is None:
        raise _Nobody
    return found


def _by_lines(rows: list[str]) -> ReaderSpec | None:
    for one in BUILT_IN:
        if one.signature.column is not None and tables.header(rows[0], one.signature.column):
            return one
    return next(filter(None, map(_by_line, rows)), None)


def _by_line(row: str) -> ReaderSpec | None:
    if row.startswith("{"):
        record = json_object(row)
        if isinstance(record, str):
            return None
        return next((one for one in BUILT_IN if (fits := one.signature.record) and fits(record)), None)
    return next((one for one in BUILT_IN if (sign := one.signature.line) and sign.match(row)), None)
