"""Conversations of Gemini CLI (JSON, or JSON lines; one, or a folder of them) -> RawBatch: what the agent called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fivetimes.model import Balance, RawBatch, Source
from fivetimes.readers.calls import (
    Call,
    Record,
    Result,
    Transcript,
    Where,
    called,
    object_of,
    objects_of,
    text_of,
    time_of,
)
from fivetimes.readers.folders import each_file
from fivetimes.readers.lines import NAN
from fivetimes.readers.objects import json_document, json_records

# how a call ended -> exit status; a refused one was done by nobody, and is no success
_ENDS: Mapping[str, float] = {"success": 0.0, "error": 1.0, "cancelled": 1.0, "canceled": 1.0}


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
    for line, record in _records(source, balance):
        session = text_of(record, "sessionId") or session
        for message in _messages(record):
            yield from _told(transcript, message, Where(line, NAN, session))
    yield from transcript.end()


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


def _told(transcript: Transcript, message: Record, where: Where) -> Iterator[RawBatch]:
    calls = []
    for told in objects_of(message, "toolCalls"):
        call = called(text_of(told, "id") or None, text_of(told, "name"), object_of(told, "args"))
        ended = _ENDS.get(text_of(told, "status").lower(), NAN)
        calls.append((call, ended, told))
        if call.key is not None:
            transcript.results[call.key] = Result(ended)
    if not calls:
        transcript.skip()
    for call, _, told in calls:
        yield from _added(transcript, call, told, message, where)


def _added(transcript: Transcript, call: Call, told: Record, message: Record, where: Where) -> Iterator[RawBatch]:
    try:
        time = time_of(told if told.get("timestamp") else message)
    except ValueError:
        transcript.refuse([call], "timestamp not understood")
        return
    yield from transcript.add([call], Where(where.line, time, where.session))
