"""Cursor's databases and transcripts -> RawBatch: what the agent called.

Three forms: the editor's `state.vscdb`, the command line's `chats/…/store.db`, and the transcripts that both write, as JSON lines.
Its program is closed. The database of the command line is described in docs/formats/cursor.md of skillsynchq/txcript, after real
files; the others are read as public readers of them and their tests have them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    text_of,
)
from fivetimes.ingest.formats.files import each_file
from fivetimes.ingest.formats.json_objects import json_object, json_records
from fivetimes.ingest.formats.sqlite import Table, holds, is_database, rows
from fivetimes.ingest.formats.values import NAN, exit_if_known
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport

# the editor keeps everything in one table of keys and values: of what is no message the value is not fetched
EDITOR = Table(
    "cursorDiskKV",
    frozenset({"key", "value"}),
    {"key": "key", "value": "CASE WHEN t.key LIKE 'bubbleId:%' THEN t.value END"},
)
# of what begins with no brace the content is the program's own graph of the conversation
TABLE = Table(
    "blobs",
    frozenset({"id", "data"}),
    {"value": "CASE WHEN substr(t.data, 1, 1) IN (char(123), x'7B') THEN t.data END"},
    others=("meta",),
)

_REFUSED = ("cancelled", "canceled", "rejected")
_ENDS: Mapping[str, float] = {"completed": 0.0, "error": 1.0}  # how a call ended -> exit status


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the calls in a database or a transcript, or in all below a folder. A transcript has no times.

    Raises:
        ReadError: there is no such file or folder, or nothing in it that Cursor wrote.
    """
    seen: set[object] = set()
    return each_file(source, balance, "store.db|state.vscdb|*.jsonl", lambda one, account: _one(one, account, seen))


def _one(source: Source, balance: Balance, seen: set[object]) -> Iterator[RawBatch]:
    if not (source.path.is_file() and is_database(source.path)):
        return _transcript(source, balance, seen)
    if holds(source.path, [EDITOR])[0]:
        return _editor(source, balance, seen)
    return _command_line(source, balance, seen)


# ---- the editor


def _editor(source: Source, balance: Balance, seen: set[object]) -> Iterator[RawBatch]:
    transcript = Transcript(source, balance, seen)

    def take(number: int, row: Record) -> None:
        message = _value(row)
        tool = object_of(message, "toolFormerData")
        session = text_of(row, "key").split(":")[1:2]
        calls = [_from_editor(tool, text_of(row, "key"))] if text_of(tool, "name") else []
        transcript.take(calls, number, message.get("createdAt"), session[0] if session else None)

    return transcript.read(rows(source.path, balance, table=EDITOR), take)


def _from_editor(tool: Record, key: str) -> Call:
    args = arguments_of(tool.get("rawArgs")) or arguments_of(tool.get("params"))
    folder = text_of(args, "cwd") or text_of(args, "working_directory") or None
    call = called(text_of(tool, "toolCallId") or key, text_of(tool, "name"), args, folder=folder)
    # no single field says how a call ended: a command that was refused is "completed"
    result, more = arguments_of(tool.get("result")), text_of(object_of(tool, "additionalData"), "status")
    status = more if more in (*_REFUSED, "error") else text_of(tool, "status")
    if status in _REFUSED or result.get("rejected") is True or tool.get("userDecision") == "rejected":
        return call._replace(denied=True)
    exit_ = next((result[name] for name in ("exitCode", "exitCodeV2") if name in result), None)
    found = exit_if_known(exit_)
    return call._replace(exit=_ENDS.get(status, NAN) if found != found else found)  # noqa: PLR0124  # NaN


def _value(row: Record) -> Record:
    value = row.get("value")
    found = json_object(value) if isinstance(value, str | bytes) else {}
    return found if isinstance(found, dict) else {}


# ---- the command line


def _command_line(source: Source, balance: Balance, seen: set[object]) -> Iterator[RawBatch]:
    transcript = Transcript(source, balance, seen)
    session = source.path.parent.name

    def take(number: int, row: Record) -> None:
        message = _value(row)
        blocks = objects_of(message, "content")
        for block in blocks:
            if block.get("type") == "tool-result":
                # `isError` is missing where all went well; what the text says is no exit
                transcript.end(text_of(block, "toolCallId"), exit_=float(block.get("isError") is True))
        calls = [
            called(
                text_of(block, "toolCallId") or f"{session}/{number}/{at}",
                text_of(block, "toolName"),
                args,
                folder=_in(args),
            )
            for at, block in enumerate(blocks)
            if block.get("type") == "tool-call"
            for args in (arguments_of(block.get("args")) or arguments_of(block.get("input")),)
        ]
        transcript.take(calls, number, message.get("createdAt"), session)

    return transcript.read(rows(source.path, balance, table=TABLE), take)


def _in(args: Record) -> str | None:
    return text_of(args, "cwd") or text_of(args, "workdir") or text_of(args, "working_directory") or None


# ---- transcripts


def _transcript(source: Source, balance: Balance, seen: set[object]) -> Iterator[RawBatch]:
    transcript = Transcript(source, balance, seen)

    def take(line: int, record: Record) -> None:
        blocks = objects_of(object_of(record, "message"), "content")
        uses = [block for block in blocks if block.get("type") == "tool_use"]
        calls = [
            called(text_of(use, "id") or None, text_of(use, "name"), args, folder=_in(args))
            for use in uses
            for args in (object_of(use, "input"),)
        ]
        transcript.take(calls, line, None, source.path.stem)

    return transcript.read(json_records(source.path, balance), take)


def _is_record(record: Record) -> bool:
    message = object_of(record, "message")
    return (
        record.get("role") in ("user", "assistant")
        and "type" not in record
        and isinstance(message.get("content"), list)
    )


def _paths(machine: Machine) -> Iterator[Path]:
    databases = [
        *machine.in_settings("Cursor/User/globalStorage/state.vscdb"),
        *machine.in_roaming("Cursor/User/globalStorage/state.vscdb"),
        *machine.in_home(".cursor/chats"),
    ]
    yield from databases
    if not any(path.exists() for path in databases):  # which hold the same conversations, and their times
        yield from machine.in_home(".cursor/projects/*/agent-transcripts")


def _advice(report: SourceReport) -> Iterator[str]:
    if report.untimed:
        yield "Transcripts of Cursor hold neither the times of calls nor how they ended."


READER = ReaderSpec(
    "cursor",
    read,
    Signature(tables=(EDITOR, TABLE), record=_is_record),
    takes_folder=True,
    default_paths=_paths,
    advice=_advice,
)
