"""Codex's history of prompts (JSON lines) -> RawBatch: what its user typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.agent_calls import text_of
from fivetimes.ingest.formats.json_objects import json_records
from fivetimes.ingest.formats.prompts import Prompt, batches
from fivetimes.model.sources import Balance, RawBatch, Source

# a skill by its name, or a prompt that its user has saved; all other commands with a slash are the program's own
_SKILL = re.compile(r"(?:\$|/(?=prompts:))([a-z][a-z0-9:_-]{1,63})(?=\s|$)\s*(.*)", re.DOTALL)
_OWN = re.compile(r"/(?!prompts:)[a-z][a-z-]{0,40}(?:\s.*)?", re.DOTALL)


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands, skills and requests that were typed; what a transcript holds too counts once.

    Raises:
        ReadError: there is no such file.
    """
    found = (
        (line, Prompt(text_of(record, "text"), record.get("ts"), text_of(record, "session_id") or None))
        for line, record in json_records(source.path, balance)
    )
    return batches(source, balance, found, skills=_SKILL, steers=lambda text: _OWN.fullmatch(text) is not None)


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_own("CODEX_HOME", ".codex", "history.jsonl")


READER = ReaderSpec(
    "codex_prompts",
    read,
    Signature(record=lambda record: {"session_id", "ts", "text"} <= record.keys()),
    default_paths=_paths,
)
