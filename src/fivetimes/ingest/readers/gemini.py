"""Conversations of Gemini CLI (JSON, or JSON lines; one, or a folder of them) -> RawBatch: what the agent called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.agent_calls import (
    Record,
    Transcript,
    Where,
    called,
    object_of,
    objects_of,
    text_of,
    time_of,
)
from fivetimes.ingest.formats.files import each_file
from fivetimes.ingest.formats.json_objects import json_document, json_records
from fivetimes.ingest.formats.values import NAN
from fivetimes.model.sources import Balance, RawBatch, Source

_ENDS: Mapping[str, float] = {"success": 0.0, "error": 1.0}  # how a call ended -> exit status
_FILES = "session-*.json|session-*.jsonl|*-*-*-*-*.json|*-*-*-*-*.jsonl"  # of a subagent: its id
_LONGEST_PATH = 4096  # bytes; Linux's PATH_MAX, and macOS and Windows take less
_UP = 3  # folders from a conversation up to the one of its project: of the conversation it is part of, chats, project
_DENIED = ("cancelled", "canceled")


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the calls of a conversation, or of all below a folder.

    A message is written again each time one of its calls goes on: a call that was seen before, by its id, is a duplicate
    which may say how the call ended. What a subagent called lies in a file of its own, in a folder with the name of the
    conversation that it is part of. The working folder stands in `.project_root` beside the folder of conversations (since 2026);
    before, only its hash is known, and so it is unknown.

    Raises:
        ReadError: there is no such file or folder, or no conversation in it.
    """
    seen: set[object] = set()
    return each_file(source, balance, _FILES, lambda one, account: _conversation(one, account, seen))


def _conversation(source: Source, balance: Balance, seen: set[object]) -> Iterator[RawBatch]:
    transcript = Transcript(source, balance, seen)
    session, folder = source.path.stem, _project(source.path)

    def take(line: int, record: Record) -> None:
        nonlocal session
        is_part = record.get("kind") == "subagent"
        session = (source.path.parent.name if is_part else text_of(record, "sessionId")) or session
        for message in _messages(record):
            _add_calls(transcript, message, Where(line, NAN, session, folder))

    return transcript.read(_records(source, balance), take)


def _project(path: Path) -> str | None:
    """The working folder, as the file beside the folder of conversations has it."""
    for folder in path.parents[:_UP]:
        try:
            content = (folder / ".project_root").read_bytes()[:_LONGEST_PATH]
        except OSError:
            continue
        return content.decode("utf-8", "surrogateescape").strip() or None
    return None


def _records(source: Source, balance: Balance) -> Iterator[tuple[int, Record]]:
    if source.path.suffix == ".jsonl":
        yield from json_records(source.path, balance)
        return
    document = json_document(source.path)
    for number, message in enumerate(objects_of(document, "messages"), start=1):
        yield number, {**{name: document.get(name) for name in ("sessionId", "kind")}, "messages": [message]}


def _messages(record: Record) -> list[Record]:
    held = objects_of(object_of(record, "$set") if "$set" in record else record, "messages")
    return held or [record]


def _add_calls(transcript: Transcript, message: Record, where: Where) -> None:
    calls = objects_of(message, "toolCalls")
    if not calls:
        transcript.skip()
    for given in calls:
        call = called(text_of(given, "id") or None, text_of(given, "name"), object_of(given, "args"))
        status = text_of(given, "status").lower()
        if call.key is None:
            call = call._replace(exit=_ENDS.get(status, NAN), denied=status in _DENIED)
        elif status in _DENIED:
            transcript.deny(call.key)
        else:
            transcript.end(call.key, exit_=_ENDS.get(status, NAN))
        try:
            time = time_of(given if given.get("timestamp") else message)
        except ValueError:
            transcript.refuse("timestamp not understood")
            continue
        transcript.add(call, where._replace(time=time))


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_home(".gemini/tmp/*/chats")


READER = ReaderSpec(
    "gemini",
    read,
    Signature(
        first_bytes=re.compile(rb'\s*\{\s*"sessionId":\s*"[^"]*",\s*"projectHash":[^{]*"messages"\s*:\s*\['),
        record=lambda record: {"sessionId", "projectHash"} <= record.keys(),
    ),
    takes_folder=True,
    default_paths=_paths,
)
