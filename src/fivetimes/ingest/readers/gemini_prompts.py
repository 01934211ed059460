"""Gemini CLI's history of prompts (a JSON list for each project) -> RawBatch: what its user typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.agent_calls import text_of
from fivetimes.ingest.formats.json_objects import json_list
from fivetimes.ingest.formats.prompts import Prompt, batches
from fivetimes.model.sources import Balance, RawBatch, Source

_SLASH = re.compile(r"/(\S{1,100})\s*(.*)", re.DOTALL)
# The history does not say which commands are the program's own. These are, or were.
_OWN = re.compile(
    r"/(?:about|agents|auth|bug|chat|clear|commands|compress|copy|corgi|dir|directory|docs|editor|exit|extensions|footer|help|hooks"
    r"|ide|init|mcp|memory|model|permissions|plan|policies|privacy|profile|quit|resume|restore|rewind|settings|setup-github|shells"
    r"|shortcuts|skills|stats|summarize|terminal-setup|theme|tools|upgrade|vim|\?)(?:\s.*)?",
    re.DOTALL,
)


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands, skills and requests that were typed.

    Raises:
        ReadError: there is no such file, or no such list in it.
    """
    records = (record if isinstance(record, dict) else {} for record in json_list(source.path))
    found = (
        (
            number,
            Prompt(
                text_of(record, "message") if record.get("type") == "user" else "",
                record.get("timestamp"),
                text_of(record, "sessionId") or None,
            ),
        )
        for number, record in enumerate(records, start=1)
    )
    return batches(source, balance, found, skills=_SLASH, steers=lambda text: _OWN.fullmatch(text) is not None)


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_home(".gemini/tmp/*/logs.json")


READER = ReaderSpec(
    "gemini_prompts",
    read,
    Signature(first_bytes=re.compile(rb'\s*\[\s*\{\s*"sessionId"\s*:\s*"[^"]*",\s*"messageId"\s*:')),
    default_paths=_paths,
)
