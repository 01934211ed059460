"""goose's database of sessions, or its older sessions as JSON lines (one, or a folder) -> RawBatch: what the agent called.

Read in crates/goose/src/session of block/goose: session_manager.rs (the database, since 1.10) and storage.rs (the lines).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.agent_calls import (
    Call,
    Record,
    Transcript,
    arguments_of,
    called,
    object_of,
    objects_of,
    result_text,
    text_of,
)
from fivetimes.ingest.formats.files import each_file, each_of
from fivetimes.ingest.formats.json_objects import json_object, json_records
from fivetimes.ingest.formats.sqlite import Table, is_database, rows
from fivetimes.ingest.formats.values import exit_if_known, time_if_known
from fivetimes.model.sources import Balance, RawBatch, Source

TABLE = Table(
    "messages",
    frozenset({"session_id", "role", "content_json", "created_timestamp"}),
    {
        "session_id": "session_id",
        "content": "content_json",
        "created": "created_timestamp",
        "working_dir": "(SELECT s.working_dir FROM sessions AS s WHERE s.id = t.session_id)",
    },
    order="created_timestamp",
    others=("sessions",),
)

_REFUSED = re.compile(r"\s*The user has declined to run this tool\b")
_HEADER = frozenset({"working_dir", "message_count"})


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the calls of all sessions in a database, of a session, or of everything below a folder.

    A session that goose took over from its older file into the database counts once: its calls have the same ids.

    Raises:
        ReadError: there is no such file or folder, or no session in it.
    """
    seen: set[object] = set()

    def one(part: Source, account: Balance) -> Iterator[RawBatch]:
        return _sessions(part, account, seen)

    if (source.path / "sessions.db").is_file():  # first, for it also has what came later in a session that it took over
        others = sorted(path for path in source.path.rglob("*.jsonl") if path.is_file())
        return each_of(source, balance, [source.path / "sessions.db", *others], one)
    return each_file(source, balance, "*.jsonl", one)


def _sessions(source: Source, balance: Balance, seen: set[object]) -> Iterator[RawBatch]:
    transcript = Transcript(source, balance, seen)
    folder: str | None = None

    def take(number: int, record: Record) -> None:
        nonlocal folder
        folder = text_of(record, "working_dir") or folder
        session = text_of(record, "session_id") or source.path.stem
        blocks = objects_of(record, "content")
        for block in blocks:
            if block.get("type") == "toolResponse":
                _keep(block, record, transcript)
        transcript.take(_calls(blocks, f"{session}/{number}"), number, record.get("created"), session, folder)

    in_database = source.path.is_file() and is_database(source.path)
    return transcript.read(_rows(source, balance) if in_database else json_records(source.path, balance), take)


def _rows(source: Source, balance: Balance) -> Iterable[tuple[int, Record]]:
    for number, row in rows(source.path, balance, table=TABLE):
        content = json_object(f'{{"content":{row["content"]}}}')
        found = content if isinstance(content, dict) else {}
        yield number, {**row, "content": found.get("content"), "working_dir": row["working_dir"]}


def _calls(blocks: list[Record], key: str) -> list[Call]:
    calls = []
    for at, block in enumerate(blocks):
        if block.get("type") == "toolRequest":
            given = object_of(block, "toolCall")
            given = object_of(given, "value") or given
            args = arguments_of(given.get("arguments"))
            calls.append(called(text_of(block, "id") or f"{key}/{at}", text_of(given, "name"), args))
    return calls


def _keep(block: Record, record: Record, transcript: Transcript) -> None:
    key, result = text_of(block, "id"), object_of(block, "toolResult")
    value = result.get("value")
    given = value if isinstance(value, dict) else {"content": value}
    if _REFUSED.match(result_text(given.get("content"))):
        transcript.deny(key)
        return
    failed = result.get("status") == "error" or given.get("isError") is True
    exit_ = exit_if_known(object_of(given, "structuredContent").get("exit_code"))
    time, _ = time_if_known(record.get("created"))
    transcript.end(key, exit_=float(failed) if exit_ != exit_ else exit_, time=time)  # noqa: PLR0124  # NaN


def _is_record(record: Record) -> bool:
    if record.keys() >= _HEADER:
        return True
    blocks = objects_of(record, "content")
    return "role" in record and any(block.get("type") in ("toolRequest", "toolResponse") for block in blocks)


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_data("goose/sessions")
    yield from machine.in_roaming("Block/goose/data/sessions")


READER = ReaderSpec(
    "goose", read, Signature(tables=(TABLE,), record=_is_record), takes_folder=True, default_paths=_paths
)
