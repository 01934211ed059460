"""Conversations of Qwen Code (JSON lines; one, or a folder of them) -> RawBatch: what the agent called, what its user typed.

Read in packages/core/src/services/chatRecordingService.ts of QwenLM/qwen-code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.agent_calls import (
    Call,
    Record,
    Transcript,
    called,
    object_of,
    objects_of,
    text_of,
    typed,
)
from fivetimes.ingest.formats.files import each_file
from fivetimes.ingest.formats.json_objects import json_records
from fivetimes.ingest.formats.values import NAN, time_if_known
from fivetimes.model.sources import Balance, RawBatch, Source

_ENDS: Mapping[str, float] = {"success": 0.0, "error": 1.0}  # how a call ended -> exit status
_SLASH = re.compile(r"/(\S{1,100})\s*(.*)", re.DOTALL)


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the calls of a conversation, or of all below a folder.

    Raises:
        ReadError: there is no such file or folder, or no conversation in it.
    """
    seen: set[object] = set()
    return each_file(source, balance, "*.jsonl", lambda one, account: _conversation(one, account, seen))


def _conversation(source: Source, balance: Balance, seen: set[object]) -> Iterator[RawBatch]:
    transcript = Transcript(source, balance, seen)

    def take(line: int, record: Record) -> None:
        if record.get("type") == "tool_result":
            _keep(record, transcript)
        session = text_of(record, "sessionId") or source.path.stem
        transcript.take(_calls(record), line, record.get("timestamp"), session, text_of(record, "cwd") or None)

    return transcript.read(json_records(source.path, balance), take)


def _calls(record: Record) -> list[Call]:
    key, kind = text_of(record, "uuid"), record.get("type")
    if kind == "assistant":
        given = [object_of(part, "functionCall") for part in objects_of(object_of(record, "message"), "parts")]
        return [
            called(text_of(call, "id") or f"{key}/{at}", text_of(call, "name"), object_of(call, "args"))
            for at, call in enumerate(filter(None, given))
        ]
    payload = object_of(record, "systemPayload")
    # a command of the program itself is not sent to the model; a command or skill of its user's is
    if kind == "system" and payload.get("phase") == "invocation" and payload.get("sentToModel") is True:
        return typed(text_of(payload, "rawCommand"), skills=_SLASH, key=key or None)
    return []


def _keep(record: Record, transcript: Transcript) -> None:
    result = object_of(record, "toolCallResult")
    answers = [object_of(part, "functionResponse") for part in objects_of(object_of(record, "message"), "parts")]
    key = text_of(result, "callId") or next((found for one in answers if (found := text_of(one, "id"))), "")
    if result.get("status") in ("cancelled", "canceled"):
        transcript.deny(key)
        return
    time, _ = time_if_known(record.get("timestamp"))
    transcript.end(key, exit_=_ENDS.get(text_of(result, "status"), NAN), time=time)


def _is_record(record: Record) -> bool:
    own = "systemPayload" in record or isinstance(object_of(record, "message").get("parts"), list)
    return own and {"uuid", "sessionId", "type"} <= record.keys()


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_own("QWEN_HOME", ".qwen", "projects/*/chats")


READER = ReaderSpec("qwen", read, Signature(record=_is_record), takes_folder=True, default_paths=_paths)
