"""Sessions of Droid by Factory (JSON lines; one, or a folder of them) -> RawBatch: what the agent called.

Its program is closed and its format is not documented; the shapes are those that public readers of it are tested on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.agent_calls import (
    Call,
    Record,
    Transcript,
    called,
    object_of,
    objects_of,
    result_text,
    text_of,
)
from fivetimes.ingest.formats.files import each_file
from fivetimes.ingest.formats.json_objects import json_records
from fivetimes.ingest.formats.values import time_if_known
from fivetimes.model.sources import Balance, RawBatch, Source

_EXIT = re.compile(r"\[Process exited with code (-?[0-9]{1,9})\]|^Error: Command failed \(exit code: (-?[0-9]{1,9})\)")
_REFUSED = re.compile(
    r"\s*(?:Error: )?(?:The )?(?:user (?:has )?(?:rejected|declined|denied|cancell?ed)"
    r"|(?:tool (?:call|use|execution)|request|operation) (?:was |is )?(?:rejected|declined|denied|cancell?ed) by (?:the )?user)",
    re.IGNORECASE,
)


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the calls of a session, or of all sessions below a folder.

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
        if record.get("type") == "session_start":
            session, folder = text_of(record, "id") or session, text_of(record, "cwd") or None
        blocks = objects_of(object_of(record, "message"), "content") if record.get("type") == "message" else []
        for block in blocks:
            if block.get("type") == "tool_result":
                _keep(block, record, transcript)
        transcript.take(_calls(blocks, record), line, record.get("timestamp"), session, folder)

    return transcript.read(json_records(source.path, balance), take)


def _calls(blocks: list[Record], record: Record) -> list[Call]:
    uses = [block for block in blocks if block.get("type") == "tool_use"]
    return [
        called(text_of(use, "id") or f"{text_of(record, 'id')}/{at}", text_of(use, "name"), object_of(use, "input"))
        for at, use in enumerate(uses)
    ]


def _keep(block: Record, record: Record, transcript: Transcript) -> None:
    key = text_of(block, "tool_use_id") or text_of(block, "toolUseId")
    output = result_text(block.get("content"))
    failed = block.get("is_error") is True or block.get("isError") is True
    if failed and _REFUSED.match(output):
        transcript.deny(key)
        return
    status = _EXIT.search(output)
    exit_ = float(status[1] or status[2]) if status else 0.0
    time, _ = time_if_known(record.get("timestamp"))
    transcript.end(key, exit_=exit_ or float(failed), time=time)


def _is_record(record: Record) -> bool:
    # besides Droid only Pi calls its records so, and it calls what is in them otherwise
    return record.get("type") == "session_start" or (
        record.get("type") == "message"
        and any(
            block.get("type") in ("tool_use", "tool_result")
            for block in objects_of(object_of(record, "message"), "content")
        )
    )


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_home(".factory/sessions")


READER = ReaderSpec("droid", read, Signature(record=_is_record), takes_folder=True, default_paths=_paths)
