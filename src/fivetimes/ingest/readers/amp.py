"""Threads of Amp (JSON documents; one, or a folder of them) -> RawBatch: what the agent called.

Its program is closed; read in docs/formats/amp.md of skillsynchq/txcript, which describes real files. Threads that it keeps on its
server alone are not on this machine.
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
    folder_of,
    object_of,
    objects_of,
    text_of,
)
from fivetimes.ingest.formats.files import each_file
from fivetimes.ingest.formats.json_objects import json_document
from fivetimes.ingest.formats.values import exit_if_known
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport

_REFUSED = ("rejected-by-user", "cancelled")


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the calls of a thread, or of all threads below a folder. Only newer threads have the time of an answer.

    Raises:
        ReadError: there is no such file or folder, or no thread in it.
    """
    seen: set[object] = set()
    return each_file(source, balance, "T-*.json", lambda one, account: _thread(one, account, seen))


def _thread(source: Source, balance: Balance, seen: set[object]) -> Iterator[RawBatch]:
    transcript = Transcript(source, balance, seen)
    thread = json_document(source.path)
    session, folder = text_of(thread, "id") or source.path.stem, _folder(thread)

    def take(number: int, message: Record) -> None:
        blocks = objects_of(message, "content")
        for block in blocks:
            if block.get("type") == "tool_result":
                _keep(block, transcript)
        calls = _calls(blocks, f"{session}/{number}") if message.get("role") == "assistant" else []
        transcript.take(calls, number, object_of(message, "usage").get("timestamp"), session, folder)

    return transcript.read(enumerate(objects_of(thread, "messages"), start=1), take)


def _folder(thread: Record) -> str | None:
    trees = objects_of(object_of(object_of(thread, "env"), "initial"), "trees")
    return folder_of(next((text_of(tree, "uri") for tree in trees), ""))


def _calls(blocks: list[Record], key: str) -> list[Call]:
    calls = []
    for at, block in enumerate(blocks):
        if block.get("type") == "tool_use":
            args = object_of(block, "input")
            folder = text_of(args, "cwd") or text_of(args, "workdir") or None
            calls.append(called(text_of(block, "id") or f"{key}/{at}", text_of(block, "name"), args, folder=folder))
    return calls


def _keep(block: Record, transcript: Transcript) -> None:
    run, key = object_of(block, "run"), text_of(block, "toolUseID") or text_of(block, "tool_use_id")
    status = text_of(run, "status")
    if status in _REFUSED:
        transcript.deny(key)
    elif status in ("done", "error"):
        exit_ = exit_if_known(object_of(run, "result").get("exitCode"))
        transcript.end(key, exit_=float(status == "error") if exit_ != exit_ else exit_)  # noqa: PLR0124  # NaN


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_data("amp/threads")


def _advice(report: SourceReport) -> Iterator[str]:
    if report.balance.events:
        yield "Amp of today keeps its threads on its server, and not here. What is here is older, or was exported."


READER = ReaderSpec(
    "amp",
    read,
    Signature(
        # the name of a thread stands in its first fields
        first_bytes=re.compile(rb'\s*\{[^\[\{]{0,300}"id"\s*:\s*"T-'),
        file_name=re.compile(r"threads/T-[^/]+\.json$"),
    ),
    takes_folder=True,
    default_paths=_paths,
    advice=_advice,
)
