"""opencode's database, or its older folder of JSON files -> RawBatch: what the agent called.

Read in packages/opencode/src/session of sst/opencode: message-v2.ts (the parts of a message) and session.sql.ts (the tables, since
1.2). Programs made from it (Kilo, MiMo Code) keep the same database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from fivetimes.errors import ReadError
from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.agent_calls import (
    Call,
    Record,
    Transcript,
    arguments_of,
    called,
    object_of,
    text_of,
)
from fivetimes.ingest.formats.files import each_of
from fivetimes.ingest.formats.json_objects import json_document, json_object
from fivetimes.ingest.formats.sqlite import Table, is_database, rows
from fivetimes.ingest.formats.values import NAN, exit_if_known, seconds_if_known, time_if_known
from fivetimes.model.sources import Balance, RawBatch, Source

TABLE = Table(
    "part",
    frozenset({"message_id", "session_id", "data"}),
    {
        "session_id": "session_id",
        "data": "data",
        "time_created": "time_created",
        "directory": "(SELECT s.directory FROM session AS s WHERE s.id = t.session_id)",
    },
    order="time_created",
    others=("session",),
)

_REFUSED = re.compile(
    r"\s*(?:Error: )?The user (?:rejected permission to use|has specified a rule which prevents you from using) this specific tool"
)
_FILE = re.compile(rb'\s*\{[^{}]{0,400}?"id"\s*:\s*"(?:prt|msg|ses)_[0-9A-Za-z]+"')


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the calls in a database, in the folder of JSON files, or in both where both stand in a folder.

    What opencode took over from its files into the database counts once: the calls have the same ids.

    Raises:
        ReadError: there is no such file or folder, or no session in it.
    """
    seen: set[object] = set()
    folders: dict[str, str | None] = {}  # of sessions that stand in files

    def one(source: Source, balance: Balance) -> Iterator[RawBatch]:
        if is_database(source.path):
            return _database(source, balance, seen)
        return _file(source, balance, seen, folders)

    if not source.path.is_dir():
        yield from one(source, balance)
        return
    files = sorted(_files(source.path))
    if not files:
        raise ReadError(f"{source.path}: there is no session of opencode in it. Name the folder that holds them.")
    for session in _sessions(source.path):
        document = _document(session)
        folders[text_of(document, "id") or session.stem] = text_of(document, "directory") or None
    yield from each_of(source, balance, files, one)


def _files(folder: Path) -> Iterator[Path]:
    yield from folder.glob("*.db")
    for storage in _storages(folder):
        yield from storage.rglob("prt_*.json")


def _sessions(folder: Path) -> Iterator[Path]:
    for storage in _storages(folder):
        yield from storage.rglob("ses_*.json")


def _storages(folder: Path) -> Iterator[Path]:
    """The folders of JSON files: of today, and of 2025, when each project had its own."""
    if folder.name == "storage" or _is_storage(folder):
        yield folder
        return
    yield from (each for each in (folder / "storage", *folder.glob("project/*/storage")) if each.is_dir())


def _is_storage(folder: Path) -> bool:
    return any((folder / name).is_dir() for name in ("part", "session/part"))


def _document(path: Path) -> Record:
    try:
        return json_document(path)
    except ReadError:
        return {}


# ---- one source


def _database(source: Source, balance: Balance, seen: set[object]) -> Iterator[RawBatch]:
    transcript = Transcript(source, balance, seen)

    def take(number: int, row: Record) -> None:
        found = json_object(text_of(row, "data"))
        if not isinstance(found, dict):
            transcript.refuse(found)
            return
        _take(transcript, number, found, row.get("time_created"), text_of(row, "session_id"), text_of(row, "directory"))

    return transcript.read(rows(source.path, balance, table=TABLE), take)


def _file(source: Source, balance: Balance, seen: set[object], folders: dict[str, str | None]) -> Iterator[RawBatch]:
    transcript = Transcript(source, balance, seen)

    def take(number: int, part: Record) -> None:
        session = text_of(part, "sessionID")
        _take(transcript, number, part, None, session, folders.get(session))

    return transcript.read(_one(json_document(source.path)), take)


def _one(document: Record) -> Iterable[tuple[int, Record]]:
    yield 1, document


def _take(transcript: Transcript, number: int, part: Record, created: object, session: str, folder: str | None) -> None:
    if part.get("type") != "tool":
        transcript.skip()
        return
    state, key = object_of(part, "state"), text_of(part, "callID")
    times = object_of(state, "time")
    call = _called(part, state, key or None)
    transcript.take([call], number, times.get("start") or created, session or None, folder or None)


def _called(part: Record, state: Record, key: str | None) -> Call:
    args = arguments_of(state.get("input"))
    call = called(key, text_of(part, "tool"), args, folder=text_of(args, "workdir") or None)
    status = text_of(state, "status")
    if status == "error" and _REFUSED.match(text_of(state, "error")):
        return call._replace(denied=True)
    exit_ = exit_if_known(object_of(state, "metadata").get("exit"))
    if exit_ != exit_:  # noqa: PLR0124  # NaN
        exit_ = {"completed": 0.0, "error": 1.0}.get(status, NAN)
    times = object_of(state, "time")
    begun, ended = time_if_known(times.get("start"))[0], time_if_known(times.get("end"))[0]
    return call._replace(exit=exit_, duration=seconds_if_known(max(ended - begun, 0.0)) if ended == ended else NAN)  # noqa: PLR0124


def _recognises(path: Path) -> bool:
    try:
        # it keeps other things beside its sessions, which are not to be looked at
        return path.is_dir() and (
            (path / "opencode.db").is_file() or _is_storage(path) or _is_storage(path / "storage")
        )
    except OSError:
        return False


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_data("opencode")


READER = ReaderSpec(
    "opencode",
    read,
    Signature(tables=(TABLE,), first_bytes=_FILE),
    recognises=_recognises,
    takes_folder=True,
    default_paths=_paths,
)
