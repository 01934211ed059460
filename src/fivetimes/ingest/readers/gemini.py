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
from fivetimes.model import Balance, RawBatch, Source

_ENDS: Mapping[str, float] = {"success": 0.0, "error": 1.0}  # how a call ended -> exit status
_DENIED = ("cancelled", "canceled")


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the calls of a conversation, or of all below a folder.

    A message is written again each time one of its calls goes on: a call that was seen before, by its id, is a duplicate
    which may say how the call ended. The working folder is known by its hash only, and so is unknown.

    Raises:
        ReadError: there is no such file or folder, or no conversation in it.
    """
    seen: set[object] = set()
    return each_file(
        source, balance, "session-*.json|session-*.jsonl", lambda one, account: _conversation(one, account, seen)
    )


def _conversation(source: Source, balance: Balance, seen: set[object]) -> Iterator[RawBatch]:
    transcript = Transcript(source, balance, seen)
    session = source.path.stem

    def take(line: int, record: Record) -> None:
        nonlocal session
        session = text_of(record, "sessionId") or session
        for message in _messages(record):
            _add_calls(transcript, message, Where(line, NAN, session))

    return transcript.read(_records(source, balance), take)


def _records(source: Source, balance: Balance) -> Iterator[tuple[int, Record]]:
    if source.path.suffix == ".jsonl":
        yield from json_records(source.path, balance)
        return
    document = json_document(source.path)
    for number, message in enumerate(objects_of(document, "messages"), start=1):
        yield number, {"sessionId": document.get("sessionId"), "messages": [message]}


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
        transcript.add(call, Where(where.line, time, where.session))


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
