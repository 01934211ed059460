"""Sessions of Kimi CLI and Kimi Code (wire.jsonl; one, or a folder of them) -> RawBatch: what the agent called, which skills.

Kimi CLI read in src/kimi_cli/wire of MoonshotAI/kimi-cli; of its successor Kimi Code only descriptions are public.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import md5
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
    objects_of,
    result_text,
    text_of,
    typed,
)
from fivetimes.ingest.formats.files import each_file
from fivetimes.ingest.formats.json_objects import json_document, json_records
from fivetimes.ingest.formats.values import time_if_known
from fivetimes.model.sources import Balance, RawBatch, Source

_SLASH = re.compile(r"/(?:skill|flow):(\S{1,100})\s*(.*)", re.DOTALL)
_EXIT = re.compile(r"Command failed with exit code: (-?[0-9]{1,9})")
_REFUSED = re.compile(r"\s*(?:The tool call is|Tool call (?:was )?|Tool )\s*rejected by the user")


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the calls of a session, or of all sessions below a folder, those of subagents among them.

    Raises:
        ReadError: there is no such file or folder, or no session in it.
    """
    seen: set[object] = set()
    return each_file(source, balance, "wire.jsonl", lambda one, account: _session(one, account, seen))


def _session(source: Source, balance: Balance, seen: set[object]) -> Iterator[RawBatch]:
    transcript = Transcript(source, balance, seen)
    folders = [source.path.parent, *source.path.parent.parents]
    # Kimi Code has a folder of its own for each agent of a session
    at = folders[2] if len(folders) > 3 and folders[1].name == "agents" else folders[0]
    folder = _working_folder(at)
    asked: dict[str, str] = {}  # requests for approval, and the calls that they are about

    def take(line: int, record: Record) -> None:
        kind, payload, time = _event(record)
        _note(kind, payload, time, transcript, asked)
        transcript.take(_calls(kind, payload), line, time, at.name, folder)

    return transcript.read(json_records(source.path, balance), take)


def _event(record: Record) -> tuple[str, Record, object]:
    """The kind of an event, what it tells and its time; of a subagent's event the one within."""
    if record.get("type") == "context.append_loop_event":  # Kimi Code
        event = object_of(record, "event")
        return text_of(event, "type"), event, record.get("time")
    message = object_of(record, "message")
    while message.get("type") == "SubagentEvent":
        message = object_of(object_of(message, "payload"), "event")
    return text_of(message, "type"), object_of(message, "payload"), record.get("timestamp")


def _calls(kind: str, payload: Record) -> list[Call]:
    if kind == "ToolCall":
        function = object_of(payload, "function")
        return [
            called(text_of(payload, "id") or None, text_of(function, "name"), arguments_of(function.get("arguments")))
        ]
    if kind == "tool.call":
        return [called(_id(payload) or None, text_of(payload, "name"), arguments_of(payload.get("args")))]
    return typed(result_text(payload.get("user_input")), skills=_SLASH) if kind == "TurnBegin" else []


def _note(kind: str, payload: Record, time: object, transcript: Transcript, asked: dict[str, str]) -> None:
    if kind == "ApprovalRequest":
        asked[text_of(payload, "id")] = text_of(payload, "tool_call_id")
    elif kind in ("ApprovalResponse", "ApprovalRequestResolved"):
        key = asked.get(text_of(payload, "request_id"))
        if key is not None and payload.get("response") == "reject":
            transcript.deny(key)
    elif kind == "ToolResult":
        given = object_of(payload, "return_value")
        _keep(
            text_of(payload, "tool_call_id"), text_of(given, "message"), given.get("is_error") is True, time, transcript
        )
    elif kind == "tool.result":
        given = object_of(payload, "result") or payload
        _keep(_id(payload), result_text(given.get("output")), given.get("isError") is True, time, transcript)


def _id(payload: Record) -> str:
    return text_of(payload, "toolCallId") or text_of(payload, "id")


def _keep(key: str, output: str, failed: bool, time: object, transcript: Transcript) -> None:
    if failed and _REFUSED.match(output):
        transcript.deny(key)
        return
    status = _EXIT.search(output)
    exit_ = (float(status[1]) or 1.0 if status else 1.0) if failed else 0.0
    transcript.end(key, exit_=exit_, time=time_if_known(time)[0])


def _working_folder(session: Path) -> str | None:
    """Where a session worked: the program names its folder by a digest of that path, and lists the paths it knows."""
    try:
        known = objects_of(json_document(session.parents[2] / "kimi.json"), "work_dirs")
    except (ReadError, OSError, IndexError):
        known = []
    paths = [text_of(one, "path") for one in known]
    digest = session.parent.name.rpartition("_")[2]
    return next((path for path in paths if _digest(path) == digest), None)


def _digest(path: str) -> str:
    return md5(path.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def _is_record(record: Record) -> bool:
    if record.get("type") == "context.append_loop_event":
        return isinstance(record.get("event"), dict)
    if record.get("type") == "metadata":
        return "protocol_version" in record
    message = object_of(record, "message")
    return "timestamp" in record and isinstance(message.get("payload"), dict) and isinstance(message.get("type"), str)


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_own("KIMI_SHARE_DIR", ".kimi", "sessions")
    yield from machine.in_own("KIMI_CODE_HOME", ".kimi-code", "sessions")


READER = ReaderSpec("kimi", read, Signature(record=_is_record), takes_folder=True, default_paths=_paths)
