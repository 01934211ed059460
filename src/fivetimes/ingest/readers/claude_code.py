"""Transcripts of Claude Code (one, or a folder of them) -> RawBatch: what the agent called, and what its user typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from fivetimes.errors import ReadError
from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.agent_calls import (
    SHELL,
    TOOL,
    Call,
    Record,
    Transcript,
    Where,
    object_of,
    of_server,
    text_of,
    time_of,
)
from fivetimes.ingest.formats.files import each_file
from fivetimes.ingest.formats.json_objects import json_document, json_records
from fivetimes.ingest.formats.values import NAN
from fivetimes.model.events import By, Kind
from fivetimes.model.sources import Balance, RawBatch, Source, SourceReport

_TYPED_COMMAND = re.compile(r"<command-name>\s*/?(.*?)\s*</command-name>", re.DOTALL)
_TYPED_ARGUMENTS = re.compile(r"<command-args>\s*(.*?)\s*</command-args>", re.DOTALL)
_TYPED_SHELL = re.compile(r"\s*<bash-input>\s*(.*?)\s*</bash-input>", re.DOTALL)

_SPEAKERS = ("assistant", "user")

# How the result of a call begins that was not carried out, in versions that do not say so in `toolDenialKind`: its user refused
# it or stopped it, a rule or a hook of theirs forbids it, or a call beside it failed first.
_DENIED = re.compile(
    r"\s*(?:<tool_use_error>\s*)?(?:Error: )?(?:The user doesn.t want to (?:proceed with this tool use|take this action)"
    r"|\[?Request interrupted by user|\[Tool (?:use|call) (?:interrupted|skipped|did not complete)|User rejected tool use"
    r"|Permission (?:to use|for this) .{1,200} (?:has been|was) denied|Cancelled: parallel tool call|PreToolUse:\S* hook )"
)

_EXIT = re.compile(r"(?:Error: )?Exit code ([0-9]{1,9})\b")

_KEEPS_DAYS = 30  # days after which Claude Code deletes a transcript, by default
_LONG_DAYS = 3650  # days; whoever keeps them so long wants no advice
_UP = 4  # folders from a transcript up to the one with the settings: session, project, projects, home of the program

# kinds of blocks that are a call: of the agent's own tools, of those that run at Anthropic, of MCP servers called from there
_CALLS = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})
_SHELLS = ("Bash", "PowerShell")


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the calls of a transcript, or of all transcripts below a folder.

    A line with several calls counts as several records. A call that was seen before, by its id, is a copy that a resumed
    or forked conversation carries on; so is what was typed with the same words at the same time. A call has no exit and no
    duration until its result is in the file. A slash command counts where the agent answers it, see `_OneTranscript`.

    Raises:
        ReadError: there is no such file or folder, or no transcript in it.
    """
    seen: set[object] = set()
    return each_file(source, balance, "*.jsonl", lambda one, account: _transcript(one, account, seen))


@dataclass(slots=True)
class _OneTranscript:
    """One transcript while it is read, with the slash command that waits for what follows it.

    A command of a person's or a plugin's (also called a skill) is a prompt: the agent answers it, mostly after a record
    (`isMeta`) with the text that it stands for. A command of the program itself is carried out by the program: its output follows
    (`<local-command-stdout>`), or nothing that belongs to it. So the records say which it was, and no list of names is needed.
    """

    source: Source
    transcript: Transcript
    typed: tuple[Call, Where] | None = None

    def take(self, line: int, record: Record) -> None:
        calls = _taken(record, self.transcript) if record.get("type") in _SPEAKERS else ()
        if self.typed is not None and (answered := _answers(record)) is not None:
            self.settle(answered)
        if not calls:
            self.transcript.skip()
            return
        try:
            time = time_of(record)
        except ValueError:
            for _ in calls:
                self.transcript.refuse("timestamp not understood")
            return
        session = text_of(record, "sessionId") or self.source.path.stem
        where = Where(line, time, session, text_of(record, "cwd") or None)
        for call in calls:
            if call.by is By.HUMAN and call.kind is Kind.SKILL:
                self.typed = call, where
            else:
                self.transcript.add(call, where)

    def settle(self, answered: bool) -> None:
        """Count the slash command that waits, if any: as a call where it was answered, else as none."""
        typed, self.typed = self.typed, None
        if typed is not None and answered:
            self.transcript.add(*typed)
        elif typed is not None:
            self.transcript.skip()

    def records(self) -> Iterator[tuple[int, Record]]:
        yield from json_records(self.source.path, self.transcript.balance, parse=orjson.loads)
        self.settle(answered=False)


def _transcript(source: Source, balance: Balance, seen: set[object]) -> Iterator[RawBatch]:
    conversation = _OneTranscript(source, Transcript(source, balance, seen))
    return conversation.transcript.read(conversation.records(), conversation.take)


def _answers(record: Record) -> bool | None:
    """Whether a record shows that the agent was asked by the slash command before it; None where it says nothing of that."""
    if record.get("type") not in _SPEAKERS or record.get("isSidechain"):
        return None
    if record["type"] == "assistant":
        return True
    content = object_of(record, "message").get("content")
    blocks = [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
    if any(block.get("type") == "tool_result" for block in blocks):
        return None  # of a call before: the command was typed while the agent worked
    text = content if isinstance(content, str) else _first_text(blocks)
    return bool(record.get("isMeta")) and not text.lstrip().startswith(("<local-command-", "Caveat:"))


def _taken(record: Record, transcript: Transcript) -> Sequence[Call]:
    """The calls of a record; the results in it are kept for the calls that they belong to."""
    content = object_of(record, "message").get("content")
    blocks = [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
    if record["type"] == "assistant":
        uses = [block for block in blocks if text_of(block, "type") in _CALLS]
        if len(blocks) > len(uses):
            _keep_own(blocks, transcript)
        return [_used(block, f"{text_of(record, 'uuid')}/{at}") for at, block in enumerate(uses)]
    results = [block for block in blocks if block.get("type") == "tool_result"]
    if results:
        _keep(results, record, transcript)
    if record.get("isMeta") or record.get("isSidechain") or record.get("isCompactSummary"):
        return ()
    content = content if isinstance(content, str) else _first_text(blocks)
    return _typed(content, record) if "<" in content else ()


# ---- one record


def _used(block: Record, otherwise: str) -> Call:
    name, given = text_of(block, "name"), block.get("input")
    args = given if isinstance(given, dict) else {}
    key = text_of(block, "id") or otherwise
    if name in _SHELLS:  # an empty command is none, and no tool of that name
        return Call(key, text_of(args, "command").strip(), SHELL)
    if name == "Skill":
        named = next((field for field in ("skill", "command", "name") if text_of(args, field)), "skill")
        return Call(
            key, text_of(args, named).strip("/ "), Kind.SKILL, {k: v for k, v in args.items() if k != named} or None
        )
    if name == "SlashCommand":
        called, _, rest = text_of(args, "command").strip("/ ").partition(" ")
        return Call(key, called, Kind.SKILL, {"args": rest} if rest else None)
    if block["type"] == "mcp_tool_use":
        name = of_server(text_of(block, "server_name"), name)
    return Call(key, name, TOOL, args or None)


def _typed(text: str, record: Record) -> list[Call]:
    # a line that is written again has another uuid, and the same time and text
    when = text_of(record, "timestamp")
    key = f"{when} {text}" if when else text_of(record, "uuid") or None
    if shell := _TYPED_SHELL.match(text):
        return [Call(key, shell[1], Kind.SHELL, by=By.HUMAN)]
    command = _TYPED_COMMAND.search(text) if text.lstrip().startswith("<command-") else None
    if command is None:
        return []
    args = _TYPED_ARGUMENTS.search(text)
    return [Call(key, command[1], Kind.SKILL, {"args": args[1]} if args and args[1] else None, By.HUMAN)]


def _keep(results: Sequence[Record], record: Record, transcript: Transcript) -> None:
    try:
        at = time_of(record)
    except ValueError:
        at = NAN
    stopped = object_of(record, "toolUseResult").get("interrupted") is True or bool(record.get("toolDenialKind"))
    for block in results:
        key, failed = text_of(block, "tool_use_id"), block.get("is_error") is True
        words = _words_of(block.get("content")) if failed else ""
        if stopped or (failed and _DENIED.match(words)):
            transcript.deny(key)
        else:
            transcript.end(key, exit_=_failure(words) if failed else 0.0, time=at)


def _keep_own(blocks: Sequence[Record], transcript: Transcript) -> None:
    """The results that stand in the agent's own message: of what ran at Anthropic, or at a server called from there."""
    for block in blocks:
        if text_of(block, "type").endswith("_tool_result"):
            content = block.get("content")
            failed = block.get("is_error") is True or (
                isinstance(content, dict) and text_of(content, "type").endswith("_error")
            )
            transcript.end(text_of(block, "tool_use_id"), exit_=float(failed))


def _words_of(content: object) -> str:
    if isinstance(content, list):
        return _first_text([block for block in content if isinstance(block, dict)])
    return content if isinstance(content, str) else ""


def _failure(text: str) -> float:
    """The exit status of a call that failed: the one that its output begins with, as a shell's does; else 1."""
    status = _EXIT.match(text)
    return float(status[1]) or 1.0 if status else 1.0


def _first_text(blocks: Sequence[Record]) -> str:
    return next((text_of(block, "text") for block in blocks if block.get("type") == "text"), "")


def _is_record(record: Record) -> bool:
    """A message as Claude's interface has it, or a record that points at one; other agents have other messages, or other types."""
    if record.get("type") in _SPEAKERS:
        return isinstance(object_of(record, "message").get("content"), str | list)
    return "leafUuid" in record


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_own("CLAUDE_CONFIG_DIR", ".claude", "projects")
    yield from machine.in_settings("claude/projects")


def _advice(report: SourceReport) -> Iterator[str]:
    days = _KEEPS_DAYS
    for folder in (report.source.path, *report.source.path.parents)[:_UP]:
        try:
            found = json_document(folder / "settings.json").get("cleanupPeriodDays")
        except ReadError:
            continue
        days = found if isinstance(found, int) and not isinstance(found, bool) else days
        break
    if days <= _LONG_DAYS:
        yield (
            f"Claude Code deletes transcripts after {days} days. Scan before that, or raise cleanupPeriodDays in its"
            " settings.json."
        )


READER = ReaderSpec(
    "claude_code",
    read,
    Signature(record=_is_record),
    takes_folder=True,
    default_paths=_paths,
    advice=_advice,
)
