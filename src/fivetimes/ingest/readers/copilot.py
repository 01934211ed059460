"""Sessions of GitHub Copilot CLI (JSON lines; one, or a folder of them) -> RawBatch: what the agent called, which skills.

Read in nodejs/src/generated/session-events.ts of github/copilot-sdk, which is made of the schema of its events.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fivetimes.ingest.base import Machine, ReaderSpec, Signature
from fivetimes.ingest.formats.agent_calls import (
    AGENT,
    Call,
    Record,
    Transcript,
    arguments_of,
    called,
    object_of,
    objects_of,
    of_server,
    result_text,
    text_of,
)
from fivetimes.ingest.formats.files import each_file
from fivetimes.ingest.formats.json_objects import json_records
from fivetimes.ingest.formats.values import exit_if_known, time_if_known
from fivetimes.model.events import By, Kind
from fivetimes.model.sources import Balance, RawBatch, Source

_EVENT = re.compile(r"(?:session|user|assistant|tool|skill|permission|subagent|hook|command|external_tool)\.[a-z_]+")
_EXIT = re.compile(r"<(?:command with id: \S{1,40} )?(?:exited|completed) with exit code (-?[0-9]{1,9})>\s*$")
_REFUSED = ("denied", "rejected", "cancel")  # how the kinds of permission and the codes of errors begin that say so
_LOADED = "context-load"  # of a skill that the program itself put into the conversation: nobody called it


@dataclass(slots=True)
class _Session:
    """What is known from earlier events: the session and its folder, who asked for a call, which skill a tool has loaded."""

    name: str
    folder: str | None = None
    asked: set[str] = field(default_factory=set)  # calls that the user asked for
    loading: list[str] = field(default_factory=list)


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the calls of a session, or of all sessions below a folder.

    A skill that the agent called stands there twice, as a call of the tool that loads it and as the skill: it counts once.

    Raises:
        ReadError: there is no such file or folder, or no session in it.
    """
    seen: set[object] = set()
    return each_file(source, balance, "*.jsonl", lambda one, account: _session(one, account, seen))


def _session(source: Source, balance: Balance, seen: set[object]) -> Iterator[RawBatch]:
    transcript = Transcript(source, balance, seen)
    stem = source.path.stem
    session = _Session(source.path.parent.name if stem == "events" else stem)

    def take(line: int, record: Record) -> None:
        data = object_of(record, "data")
        _note(text_of(record, "type"), data, record, session, transcript)
        calls = _calls(text_of(record, "type"), data, record, session)
        transcript.take(calls, line, record.get("timestamp"), session.name, session.folder)

    return transcript.read(json_records(source.path, balance), take)


def _note(kind: str, data: Record, record: Record, session: _Session, transcript: Transcript) -> None:
    if kind == "session.start":
        session.name = text_of(data, "sessionId") or session.name
    if kind.startswith("session."):
        context = object_of(data, "context") or data
        session.folder = text_of(context, "cwd") or session.folder
    elif kind == "tool.user_requested":
        session.asked.add(text_of(data, "toolCallId"))
    elif kind == "tool.execution_complete":
        _keep(data, record, transcript)
    elif kind == "permission.completed":
        refused = text_of(object_of(data, "result"), "kind").startswith(_REFUSED)
        if refused and text_of(data, "toolCallId"):
            transcript.deny(text_of(data, "toolCallId"))


def _calls(kind: str, data: Record, record: Record, session: _Session) -> list[Call]:
    if kind == "tool.execution_start":
        key = text_of(data, "toolCallId")
        server, tool = text_of(data, "mcpServerName"), text_of(data, "mcpToolName")
        name = of_server(server, tool) if tool else text_of(data, "toolName")
        call = called(key or None, name, arguments_of(data.get("arguments")))
        if call.kind is Kind.SKILL:
            session.loading.append(call.text)
        return [call._replace(by=By.HUMAN if key in session.asked else AGENT)]
    if kind == "skill.invoked" and data.get("trigger") != _LOADED:
        name = text_of(data, "name").strip("/ ")
        if name in session.loading:
            session.loading.remove(name)
            return []
        by = By.HUMAN if data.get("trigger") == "user-invoked" else AGENT
        return [Call(text_of(record, "id") or None, name, Kind.SKILL, by=by)]
    return []


def _keep(data: Record, record: Record, transcript: Transcript) -> None:
    key, success = text_of(data, "toolCallId"), data.get("success") is True
    if not success and text_of(object_of(data, "error"), "code").startswith(_REFUSED):
        transcript.deny(key)
        return
    result = object_of(data, "result")
    shells = [one for one in objects_of(result, "contents") if one.get("type") == "shell_exit"]
    exit_ = exit_if_known(shells[-1].get("exitCode")) if shells else 0.0
    if not shells and (status := _EXIT.search(result_text(result.get("content"))[-100:])):
        exit_ = float(status[1])
    time, _ = time_if_known(record.get("timestamp"))
    transcript.end(key, exit_=exit_ if success else exit_ or 1.0, time=time)


def _is_record(record: Record) -> bool:
    return isinstance(record.get("data"), dict) and _EVENT.fullmatch(text_of(record, "type")) is not None


def _paths(machine: Machine) -> Iterator[Path]:
    yield from machine.in_own("COPILOT_HOME", ".copilot", "session-state")


READER = ReaderSpec("copilot", read, Signature(record=_is_record), takes_folder=True, default_paths=_paths)
