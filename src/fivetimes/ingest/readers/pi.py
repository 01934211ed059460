"""Sessions of Pi (JSON lines; one, or a folder of them) -> RawBatch: what the agent called, and what its user typed.

Read in packages/coding-agent/docs/session.md of badlogic/pi-mono: versions 1 to 3 of its sessions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.agent_calls import (
    SHELL,
    Call,
    Record,
    Transcript,
    called,
    object_of,
    objects_of,
    result_text,
    text_of,
    typed,
)
from fivetimes.ingest.formats.files import each_file
from fivetimes.ingest.formats.json_objects import json_records
from fivetimes.ingest.formats.values import NAN, exit_if_known, time_if_known
from fivetimes.model.events import By
from fivetimes.model.sources import Balance, RawBatch, Source

_EXIT = re.compile(r"Command exited with code ([0-9]{1,9})\s*$")
# a skill that its user called stands in their message as its whole text
_SKILL = re.compile(r'<skill name="([^"]{1,100})"[^>]{0,1000}>.*?</skill>\s*(.*)', re.DOTALL)


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the calls of a session, or of all sessions below a folder; of all branches of it, for all were done.

    Raises:
        ReadError: there is no such file or folder, or no session in it.
    """
    seen: set[object] = set()
    return each_file(source, balance, "*.jsonl", lambda one, account: _session(one, account, seen))


def _session(source: Source, balance: Balance, seen: set[object]) -> Iterator[RawBatch]:
    transcript = Transcript(source, balance, seen)
    session, folder = source.path.stem, None

    def take(line: int, record: Record) -> None:
        nonlocal session, folder
        if record.get("type") == "session":
            session, folder = text_of(record, "id") or session, text_of(record, "cwd") or None
        message = object_of(record, "message") if record.get("type") == "message" else {}
        if message.get("role") == "toolResult":
            _keep(message, record, transcript)
        transcript.take(_calls(message, record), line, record.get("timestamp"), session, folder)

    return transcript.read(json_records(source.path, balance), take)


def _calls(message: Record, record: Record) -> list[Call]:
    role = message.get("role")
    # a forked session carries its entries on, with their ids and times
    key = f"{text_of(record, 'id')}@{text_of(record, 'timestamp')}"
    if role == "assistant":
        return [
            called(text_of(block, "id") or f"{key}/{at}", text_of(block, "name"), object_of(block, "arguments"))
            for at, block in enumerate(objects_of(message, "content"))
            if block.get("type") == "toolCall"
        ]
    if role == "bashExecution":
        exit_ = 1.0 if message.get("cancelled") is True else exit_if_known(message.get("exitCode"))
        return [Call(key, text_of(message, "command").strip(), SHELL, by=By.HUMAN, exit=exit_)]
    return typed(result_text(message.get("content")), skills=_SKILL, key=key) if role == "user" else []


def _keep(message: Record, record: Record, transcript: Transcript) -> None:
    exit_ = 0.0
    if message.get("isError") is True:
        status = _EXIT.search(result_text(message.get("content"))[-100:])
        exit_ = float(status[1]) or 1.0 if status else 1.0
    time, _ = time_if_known(record.get("timestamp"))
    transcript.end(text_of(message, "toolCallId"), exit_=exit_, time=time, duration=NAN)


def _is_record(record: Record) -> bool:
    if record.get("type") == "session":
        return {"id", "timestamp", "cwd"} <= record.keys()
    message = object_of(record, "message")
    # a tool's result with a role of its own, and a call with this name, are in no other agent's messages
    return record.get("type") == "message" and (
        message.get("role") in ("toolResult", "bashExecution")
        or any(block.get("type") == "toolCall" for block in objects_of(message, "content"))
    )


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_own("PI_CODING_AGENT_DIR", ".pi/agent", "sessions")


READER = ReaderSpec("pi", read, Signature(record=_is_record), takes_folder=True, default_paths=_paths)
