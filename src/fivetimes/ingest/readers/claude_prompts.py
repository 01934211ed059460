"""Claude Code's history of prompts (JSON lines) -> RawBatch: what its user typed. It survives the transcripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.agent_calls import text_of
from fivetimes.ingest.formats.json_objects import json_records
from fivetimes.ingest.formats.prompts import Prompt, batches
from fivetimes.model.sources import Balance, RawBatch, Source

_SLASH = re.compile(r"/(\S{1,100})\s*(.*)", re.DOTALL)
# The history does not say which commands are the program's own. These are, or were; the one that ends a session may have no slash.
_OWN = re.compile(
    r"/(?:add-dir|agents|approved-tools|bashes|branch|btw|bug|chrome|clear|color|compact|config|context|copy|cost|desktop|diff|doctor"
    r"|effort|exit|export|extra-usage|fast|feedback|fork|heapdump|help|hooks|ide|init|insights|install|install-github-app"
    r"|install-slack-app|keybindings|login|logout|mcp|memory|migrate-installer|mobile|model|new|output-style|passes|permissions|plan"
    r"|plugin|plugins|pr-comments|privacy-settings|quit|rate-limit-options|release-notes|reload-plugins|remote-control|remote-env"
    r"|rename|reset|resume|rewind|sandbox|settings|skills|stats|status|statusline|stickers|tasks|teleport|terminal-setup|theme"
    r"|think-back|todos|upgrade|usage|vim|voice)(?:\s.*)?",
    re.DOTALL,
)


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the commands, skills and requests that were typed; what a transcript holds too counts once.

    Raises:
        ReadError: there is no such file.
    """
    found = (
        (
            line,
            Prompt(
                text_of(record, "display"),
                record.get("timestamp"),
                text_of(record, "sessionId") or None,
                text_of(record, "project") or None,
            ),
        )
        for line, record in json_records(source.path, balance)
    )
    return batches(source, balance, found, skills=_SLASH, steers=lambda text: _OWN.fullmatch(text) is not None)


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_own("CLAUDE_CONFIG_DIR", ".claude", "history.jsonl")


READER = ReaderSpec(
    "claude_prompts",
    read,
    Signature(record=lambda record: {"display", "timestamp", "project"} <= record.keys()),
    default_paths=_paths,
)
