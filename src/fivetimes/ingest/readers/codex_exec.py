"""What `codex exec --json` prints (JSON lines) -> RawBatch: what the agent called. It has no times.

Read in codex-rs/exec/src/exec_events.rs of openai/codex.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from fivetimes.ingest.base import ReaderSpec, Signature
from fivetimes.ingest.formats.agent_calls import (
    SHELL,
    TOOL,
    Call,
    Record,
    Transcript,
    arguments_of,
    command_of,
    object_of,
    objects_of,
    of_server,
    text_of,
)
from fivetimes.ingest.formats.json_objects import json_records
from fivetimes.ingest.formats.values import NAN, exit_if_known
from fivetimes.model.sources import Balance, RawBatch, Source

_ENDS: Mapping[str, float] = {"completed": 0.0, "failed": 1.0}  # how an item ended -> exit status
_EVENTS = frozenset(
    {"thread.started", "turn.started", "turn.completed", "item.started", "item.updated", "item.completed"}
)


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the calls; one that began and did not come to its end is a call of which nobody knows how it ended.

    Raises:
        ReadError: there is no such file.
    """
    transcript = Transcript(source, balance, set())
    session, begun = source.path.stem, set[str]()

    def take(line: int, record: Record) -> None:
        nonlocal session
        if record.get("type") == "thread.started":
            session = text_of(record, "thread_id") or session
            begun.clear()  # a log may hold several runs, and each counts its items from 0
        item = object_of(record, "item") if record.get("type") in ("item.started", "item.completed") else {}
        key = f"{session}/{text_of(item, 'id')}"
        calls = _calls(item, key) if item else []
        if key in begun:
            _keep(item, key, transcript)
            calls = []
        elif calls:
            begun.add(key)
            if record.get("type") == "item.completed":
                _keep(item, key, transcript)
        transcript.take(calls, line, None, session)

    return transcript.read(json_records(source.path, balance), take)


def _calls(item: Record, key: str) -> list[Call]:
    kind = item.get("type")
    if kind == "command_execution":
        return [Call(key, _command(text_of(item, "command")), SHELL)]
    if kind == "mcp_tool_call":
        name = of_server(text_of(item, "server"), text_of(item, "tool"))
        return [Call(key, name, TOOL, dict(arguments_of(item.get("arguments"))) or None)]
    if kind == "collab_tool_call":
        return [Call(key, text_of(item, "tool"), TOOL)]
    args: dict[str, Any] | None
    if kind == "file_change":  # as the transcripts of Codex have it
        args = {"paths": [text_of(change, "path") for change in objects_of(item, "changes")]}
        return [Call(key, "apply_patch", TOOL, args)]
    if kind == "web_search":
        return [Call(key, "web_search", TOOL)]
    return []


def _command(text: str) -> str:
    """The command that the shell was given: Codex writes `bash -lc 'make all'` for it."""
    try:
        words = shlex.split(text)
    except ValueError:
        return text.strip()
    inner = command_of(words)
    return inner if inner != shlex.join(words) else text.strip()


def _keep(item: Record, key: str, transcript: Transcript) -> None:
    status = text_of(item, "status")
    if status == "declined":
        transcript.deny(key)
        return
    exit_ = exit_if_known(item.get("exit_code"))
    transcript.end(key, exit_=_ENDS.get(status, NAN) if exit_ != exit_ else exit_, duration=NAN)  # noqa: PLR0124  # NaN


READER = ReaderSpec("codex_exec", read, Signature(record=lambda record: record.get("type") in _EVENTS))
