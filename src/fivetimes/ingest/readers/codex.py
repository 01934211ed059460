"""Transcripts of Codex (one, or a folder of them; three generations) -> RawBatch: what the agent called, what its user typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.agent_calls import (
    Call,
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
from fivetimes.ingest.formats.json_objects import json_object, json_records
from fivetimes.ingest.formats.values import NAN
from fivetimes.model import Balance, By, Kind, RawBatch, Source

_PATCHED = re.compile(r"^\*\*\* (?:Add|Update|Delete) File: (.+?)\s*$", re.MULTILINE)
# how most outputs begin today; what begins otherwise is looked through line by line
_OUTCOME = re.compile(
    r"(?:Chunk ID: [^\n]{0,40}\n)?Wall time: ([0-9]{1,9}(?:\.[0-9]{1,9})?) seconds\nProcess exited with code (-?[0-9]{1,9})\n"
)
_EXIT = re.compile(r"(?:Exit code:|Process exited with code) (-?[0-9]{1,9})\s*")
_SECONDS = re.compile(r"(?:Wall time|Duration): ([0-9.]{1,20}) seconds\s*")
# how the result of a call begins that was not carried out: its user, or what judges in their place, refused it or broke it off
_DENIED = re.compile(
    r"(?:Wall time: [0-9.]{1,20} seconds\n)?"
    r"(?:(?:exec command |patch |command )?(?:rejected|denied|declined|aborted) by (?:the )?user"
    r"|user (?:rejected|cancelled|canceled|declined) |This action was rejected\b|aborted$|exec_command failed.*?Rejected\()",
    re.DOTALL,
)
_TYPED = re.compile(r"\s*<user_shell_command>\s*<command>\s*(.*?)\s*</command>(.*)", re.DOTALL)
_SKILL = re.compile(r"\s*\$([a-z][a-z0-9:_-]{1,63})(?=\s|$)\s*(.*)", re.DOTALL)
_HEAD = 400  # characters of an output in which its outcome stands


@dataclass(slots=True)
class _Conversation:
    """What is known from earlier records of a transcript: its conversation and working folder, and the last command typed."""

    session: str
    named: bool = False  # by its header
    folder: str | None = None
    typed: tuple[str, str] | None = None  # (kind of record, command)


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the calls of a Codex transcript, or of all below a folder; of one both plain and compressed the plain one counts.

    The oldest generation has no times, and they stay unknown. What a compacted conversation repeats is not read again.

    Raises:
        ReadError: there is no such file or folder, or no transcript in it.
    """
    seen: set[object] = set()
    return each_file(
        source, balance, "*.jsonl|*.jsonl.zst", lambda one, account: _transcript(one, account, seen), copies=".zst"
    )


def _transcript(source: Source, balance: Balance, seen: set[object]) -> Iterator[RawBatch]:
    transcript = Transcript(source, balance, seen)
    state = _Conversation(source.path.name.removesuffix(".zst").removesuffix(".jsonl")[-36:])

    def take(line: int, record: Record) -> None:
        payload = record.get("payload")
        item = payload if isinstance(payload, dict) else record
        kind = text_of(item, "type")
        calls = _calls(record, item, state) if kind in _CALLING else ()
        if not calls:
            if kind in _RESULTS:
                _keep(record, item, transcript)
            else:
                _note(record, item, state)
            transcript.skip()
            return
        try:
            time = time_of(record)
        except ValueError:
            for _ in calls:
                transcript.refuse("timestamp not understood")
            return
        for call in calls:
            transcript.add(call, Where(line, time, state.session, state.folder))

    return transcript.read(json_records(source.path, balance, parse=orjson.loads), take)


def _note(record: Record, item: Record, state: _Conversation) -> None:
    kind = record.get("type")
    is_header = kind == "session_meta" or (kind is None and "instructions" in record and "type" not in record)
    if is_header and not state.named:  # a fork repeats the header of the conversation that it comes from
        state.named = True
        state.session = text_of(item, "id") or state.session
    if is_header or kind == "turn_context":
        state.folder = text_of(item, "cwd") or state.folder


# ---- calls


def _calls(record: Record, item: Record, state: _Conversation) -> list[Call]:
    if record.get("type") == "event_msg":
        return _from_user("event", text_of(item, "message"), state) if item["type"] == "user_message" else []
    if item is not record and record.get("type") != "response_item":
        return []
    make = _ITEMS.get(item["type"])
    return [make(item)] if make else _message(item, state)


def _function(item: Record) -> Call:
    found = json_object(text_of(item, "arguments") or "{}")
    name = text_of(item, "name")
    args = found if isinstance(found, dict) else {"arguments": text_of(item, "arguments")}
    key, words = text_of(item, "call_id") or None, args.get("command")
    if isinstance(words, list) and len(words) == 2 and words[0] == "apply_patch" and isinstance(words[1], str):
        return _patch(key, words[1])
    return called(key, name, args, folder=text_of(args, "workdir") or None)


def _custom(item: Record) -> Call:
    key, name, given = text_of(item, "call_id") or None, text_of(item, "name"), text_of(item, "input")
    return (
        _patch(key, given) if name == "apply_patch" else Call(key, name, Kind.TOOL, {"input": given} if given else None)
    )


def _patch(key: str | None, patch: str) -> Call:
    return Call(key, "apply_patch", Kind.TOOL, {"paths": _PATCHED.findall(patch)})


def _shell(item: Record) -> Call:
    action = object_of(item, "action")
    folder = text_of(action, "working_directory") or None
    return called(text_of(item, "call_id") or None, "local_shell", action, folder=folder)


def _search(name: str) -> Callable[[Record], Call]:
    return lambda item: Call(text_of(item, "call_id") or text_of(item, "id") or None, name, Kind.TOOL)


_ITEMS: Mapping[str, Callable[[Record], Call]] = {
    "function_call": _function,
    "custom_tool_call": _custom,
    "local_shell_call": _shell,
    "web_search_call": _search("web_search"),
    "tool_search_call": _search("tool_search"),
}

_RESULTS = frozenset({"function_call_output", "custom_tool_call_output", "local_shell_call_output"})
_CALLING = frozenset({*_ITEMS, "message", "user_message"})


def _message(item: Record, state: _Conversation) -> list[Call]:
    if item.get("role") != "user":
        return []
    return [call for part in objects_of(item, "content") for call in _from_user("item", text_of(part, "text"), state)]


def _from_user(channel: str, text: str, state: _Conversation) -> list[Call]:
    """What a user's message asks for: a command that they ran themselves, or a skill that they named.

    A message stands twice in the file, once as an event and once as an item: the second one is passed over.
    """
    call = _asked(text)
    if call is None:
        return []
    twin, state.typed = state.typed, (channel, text)
    if twin is not None and twin[0] != channel and twin[1] == text:
        state.typed = None
        return []
    return [call]


def _asked(text: str) -> Call | None:
    if typed := _TYPED.match(text):
        exit_, duration = _outcome(typed[2])
        return Call(None, typed[1], Kind.SHELL, by=By.HUMAN, exit=exit_, duration=duration)
    if skill := _SKILL.match(text):
        return Call(None, skill[1], Kind.SKILL, {"args": skill[2]} if skill[2] else None, By.HUMAN)
    return None


# ---- results


def _keep(record: Record, item: Record, transcript: Transcript) -> None:
    output = item.get("output")
    if isinstance(output, dict):
        output = output.get("content")
    elif isinstance(output, list):
        output = "\n".join(text_of(part, "text") for part in objects_of(item, "output"))
    if isinstance(output, str) and _is_denied(output):
        transcript.deny(text_of(item, "call_id"))
        return
    exit_, duration = _outcome(output) if isinstance(output, str) else (NAN, NAN)
    try:
        at = time_of(record)
    except ValueError:
        at = NAN
    transcript.end(text_of(item, "call_id"), exit_=exit_, time=at, duration=duration)


def _is_denied(output: str) -> bool:
    if output[:1] == "{":
        found: Any = json_object(output)
        output = text_of(found, "output") if isinstance(found, dict) else ""
    return _DENIED.match(output) is not None


def _outcome(output: str) -> tuple[float, float]:
    """(exit, duration) as a tool reports it: in old files as JSON with the figures, in newer ones in words above the output."""
    if output[:1] == "{":
        found: Any = json_object(output)
        figures = object_of(found, "metadata") if isinstance(found, dict) else {}
        return _number(figures.get("exit_code")), _number(figures.get("duration_seconds"))
    if begun := _OUTCOME.match(output):
        return float(begun[2]), float(begun[1])
    exit_ = duration = None
    for line in output[:_HEAD].partition("\nOutput:")[0].split("\n"):
        exit_, duration = exit_ or _EXIT.fullmatch(line), duration or _SECONDS.fullmatch(line)
    return float(exit_[1]) if exit_ else NAN, _number(duration[1]) if duration else NAN


def _number(value: object) -> float:
    try:
        return float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else NAN
    except (ValueError, OverflowError):
        return NAN


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_own("CODEX_HOME", ".codex", "sessions", "archived_sessions")


def _is_record(record: Mapping[str, object]) -> bool:
    return {"type", "payload"} <= record.keys() or {"id", "timestamp", "instructions"} <= record.keys()


READER = ReaderSpec(
    "codex",
    read,
    Signature(record=_is_record, file_name=re.compile(r"/rollout-[^/]*\.jsonl(?:\.zst)?$")),
    takes_folder=True,
    default_paths=_paths,
)
