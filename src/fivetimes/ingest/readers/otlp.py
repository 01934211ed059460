"""OpenTelemetry traces and logs as JSON -> RawBatch: the tools and skills that agents called.

Read are spans of calls (`execute_tool` of the GenAI conventions, skills, OpenInference's tools) and the log events by which Claude
Code, Codex and Gemini CLI record a call. A file holds a TracesData or LogsData on each line, as the collector's exporter has it, or
all in one JSON array or object. Names of fields are those of OTLP's JSON, or those of its protocol buffers (`trace_id`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from fivetimes.config import DEEPEST, LONGEST_DOCUMENT
from fivetimes.errors import ReadError
from fivetimes.ingest.base import ReaderSpec, Signature
from fivetimes.ingest.formats.agent_calls import (
    Call,
    Record,
    Transcript,
    Where,
    called,
    is_shell,
    object_of,
    of_server,
    text_of,
)
from fivetimes.ingest.formats.files import beginning, blocks
from fivetimes.ingest.formats.json_objects import json_object, json_records, too_many_values
from fivetimes.ingest.formats.values import NAN, moment, number
from fivetimes.model.events import By, Kind
from fivetimes.model.sources import Balance, RawBatch, Source

_FAILED = (2, "STATUS_CODE_ERROR")

# attributes by which emitters of several conventions say the same; the first that is there counts
_TOOL = ("gen_ai.tool.name", "tool.name")
_SKILL = ("gen_ai.skill.name", "skill.name")
_ARGUMENTS = ("gen_ai.tool.call.arguments", "tool.parameters", "input.value")
_SESSION = ("gen_ai.conversation.id", "session.id", "conversation.id")

# log events that record a call, without the name of their program: as an attribute has it, as the body has it
_CALL_EVENTS = {"tool_result": "tool_name", "tool_call": "function_name"}  # event -> attribute with the tool
_PROGRAMS = ("", "claude_code.", "codex.", "gemini_cli.")


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the calls in traces and logs; a span or log record that is no call of a tool or skill is counted as ignored.

    Spans come in no certain order; their times put them in one. A call that goes through MCP has up to three spans: the agent's,
    and below it the client's and the server's. The uppermost of one tool counts, the others are duplicates. So the file is gone
    through twice: once for what lies below what.

    Raises:
        ReadError: the file cannot be read.
    """
    above = _Above()
    for _, record in _records(source.path, Balance()):
        for span in _spans(record):
            above.note(span)
    transcript = Transcript(source, balance, set())

    def take(line: int, record: Record) -> None:
        found = False
        for span in _spans(record):
            found = True
            if above.repeats(span):
                transcript.repeat()
            else:
                _add(transcript, span, line)
        for resource, entry in _log_records(record):
            found = True
            _add_log(transcript, resource, entry, line)
        if not found:
            transcript.skip()

    return transcript.read(_records(source.path, balance), take)


def _records(path: Path, balance: Balance) -> Iterator[tuple[int, Record]]:
    """The objects of a file, by their lines, or by their number where it holds one JSON array or object over several lines."""
    first = beginning(path).lstrip()
    if not first.startswith(b"[") and isinstance(json_object(first.partition(b"\n")[0]), dict):
        yield from json_records(path, balance, parse=orjson.loads)
        return
    whole = _whole(path)
    if whole is None:
        yield from json_records(path, balance, parse=orjson.loads)
        return
    for at, record in enumerate(whole, start=1):
        if isinstance(record, dict):
            yield at, record
        else:
            balance.records += 1
            balance.bad["no object"] += 1


def _whole(path: Path) -> list[Any] | None:
    """What one JSON array holds, or one object; None where the file is neither.

    Raises:
        ReadError: it is too large to be read whole.
    """
    content = bytearray()
    for block in blocks(path, len):
        content += block
        if len(content) > LONGEST_DOCUMENT or too_many_values(content):
            raise ReadError(f"{path}: too large to be read whole. Write one TracesData a line, or split it.")
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, list) else [found]


# ---- fields in both spellings

_SNAKE = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _field(record: Record, name: str) -> Any:
    """A field by its name in JSON, else by that of the protocol buffers."""
    return record[name] if name in record else record.get(_SNAKE.sub("_", name).lower())


def _objects(record: Record, name: str) -> list[Record]:
    value = _field(record, name)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _spans(record: Record) -> Iterator[Record]:
    for resource in _objects(record, "resourceSpans"):
        for scope in _objects(resource, "scopeSpans"):
            yield from _objects(scope, "spans")


def _log_records(record: Record) -> Iterator[tuple[Record, Record]]:
    """(what the log is about, log record)"""
    for resource in _objects(record, "resourceLogs"):
        for scope in _objects(resource, "scopeLogs"):
            for entry in _objects(scope, "logRecords"):
                yield object_of(resource, "resource"), entry


# ---- spans


@dataclass(slots=True)
class _Above:
    """Of each span the one above it, and of each call the tool: by the ids of trace and span."""

    parent: dict[str, str] = field(default_factory=dict)
    tool: dict[str, str] = field(default_factory=dict)

    def note(self, span: Record) -> None:
        trace, own, parent = (str(_field(span, name) or "") for name in ("traceId", "spanId", "parentSpanId"))
        if parent:
            self.parent[trace + own] = trace + parent
        attributes = _attributes(span)
        call = _called(span, attributes)
        if call is not None:
            self.tool[trace + own] = _first(attributes, _SKILL) or _first(attributes, _TOOL)

    def repeats(self, span: Record) -> bool:
        """Whether it is a call of a tool below a call of the same tool, with anything between that is no call of another."""
        at = str(_field(span, "traceId") or "") + str(_field(span, "spanId") or "")
        tool, passed = self.tool.get(at), {at}
        if tool is None:
            return False
        while (at := self.parent.get(at, "")) and at not in passed:
            passed.add(at)
            if at in self.tool:
                return self.tool[at] == tool and _is_passed_on(span)
        return False


def _is_passed_on(span: Record) -> bool:
    """Whether the span shows the way of a call to a server: a tool that calls itself has no such sign."""
    return any(name.startswith("mcp.") for name in _attributes(span)) or _field(span, "kind") in _REMOTE


_REMOTE = (2, 3, "SPAN_KIND_SERVER", "SPAN_KIND_CLIENT")


def _add(transcript: Transcript, span: Record, line: int) -> None:
    attributes = _attributes(span)
    call = _called(span, attributes)
    if call is None:
        transcript.skip()
        return
    try:
        begun, ended = (moment(_field(span, name))[0] for name in ("startTimeUnixNano", "endTimeUnixNano"))
    except ValueError:
        transcript.refuse("time not understood")
        return
    failed = "error.type" in attributes or object_of(span, "status").get("code") in _FAILED
    whole = call._replace(by=By.AGENT, exit=float(failed), duration=max(ended - begun, 0.0))
    session = _first(attributes, _SESSION) or str(_field(span, "traceId") or "") or None
    transcript.add(whole, Where(line, begun, session))


def _called(span: Record, attributes: Mapping[str, Any]) -> Call | None:
    key = _first(attributes, ("gen_ai.tool.call.id",)) or str(_field(span, "spanId") or "") or None
    args = _arguments(attributes)
    if skill := _first(attributes, _SKILL):
        return Call(key, skill, Kind.SKILL, args or None)
    tool = _first(attributes, _TOOL)
    return called(key, tool, args) if tool and _is_call(attributes) else None


def _arguments(attributes: Mapping[str, Any]) -> dict[str, Any]:
    given = next((attributes[name] for name in _ARGUMENTS if attributes.get(name)), "{}")
    found = json_object(given) if isinstance(given, str) else given
    return found if isinstance(found, dict) else {}


def _is_call(attributes: Mapping[str, Any]) -> bool:
    operation, kind = attributes.get("gen_ai.operation.name"), attributes.get("openinference.span.kind")
    return operation == "execute_tool" or (operation is None and kind == "TOOL")


# ---- log records


def _add_log(transcript: Transcript, resource: Record, entry: Record, line: int) -> None:
    attributes = {**_attributes(resource), **_attributes(entry)}
    call = _logged(entry, attributes)
    if call is None:
        transcript.skip()
        return
    try:
        seconds = number(attributes.get("duration_ms")) / 1000
    except ValueError:
        seconds = NAN
    try:
        written = (
            _field(entry, "timeUnixNano") or attributes.get("event.timestamp") or _field(entry, "observedTimeUnixNano")
        )
        ended = moment(None if written in (0, "0") else written)[0]
    except ValueError:
        transcript.refuse("time not understood")
        return
    begun = ended - seconds if seconds >= 0 else ended  # the event is written when the call has ended
    transcript.add(
        call._replace(duration=seconds if seconds >= 0 else NAN),
        Where(line, begun, _first(attributes, _SESSION) or None),
    )


def _logged(entry: Record, attributes: Mapping[str, Any]) -> Call | None:
    """The call that a log record is about, None where it is about something else."""
    body = _value(object_of(entry, "body"), deepest=DEEPEST)
    names = (_first(attributes, ("event.name",)), _field(entry, "eventName"), body)
    events = {f"{program}{event}": tool for program in _PROGRAMS for event, tool in _CALL_EVENTS.items()}
    tool = next((events[name] for name in names if isinstance(name, str) and name in events), "")
    name = _first(attributes, (tool,)) if tool else ""
    if not name:
        return None
    session, sequence = _first(attributes, _SESSION), attributes.get("event.sequence")
    key = _first(attributes, ("tool_use_id", "call_id")) or (f"{session}/{sequence}" if session and sequence else None)
    failed = str(attributes.get("success")).lower()
    exit_ = {"true": 0.0, "false": 1.0}.get(failed, NAN)
    refused = any(str(attributes.get(one)).lower() == "reject" for one in ("decision", "decision_type"))
    return _named_call(key, name, _details(attributes))._replace(exit=exit_, denied=refused)


def _details(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call, as far as its program was set to log them."""
    found: dict[str, Any] = {}
    for name in ("tool_input", "arguments", "function_args", "tool_parameters"):
        given = attributes.get(name)
        value = json_object(given) if isinstance(given, str) else given
        found |= value if isinstance(value, dict) else {}
    return found


def _named_call(key: str | None, name: str, details: dict[str, Any]) -> Call:
    if command := text_of(details, "full_command"):
        return Call(key, command, Kind.SHELL)
    if skill := text_of(details, "skill_name"):
        return Call(key, skill, Kind.SKILL)
    if tool := text_of(details, "mcp_tool_name"):
        return Call(key, of_server(text_of(details, "mcp_server_name"), tool), Kind.TOOL)
    if is_shell(name) and "bash_command" in details:  # the program alone, which is no command line
        details = {}
    return called(key, name, details)


# ---- attributes


def _attributes(of: Record) -> dict[str, Any]:
    return _named(of, "attributes", deepest=DEEPEST)


def _named(of: Record, field: str, *, deepest: int) -> dict[str, Any]:
    return {text_of(pair, "key"): _value(object_of(pair, "value"), deepest=deepest - 1) for pair in _objects(of, field)}


def _value(typed: Record, *, deepest: int) -> Any:
    """What a typed value holds; beyond the deepest level nothing."""
    kind, value = next(iter(typed.items()), ("", None))
    if kind in ("kvlistValue", "kvlist_value") and isinstance(value, dict):
        return _named(value, "values", deepest=deepest) if deepest else None
    if kind in ("arrayValue", "array_value") and isinstance(value, dict):
        return [_value(entry, deepest=deepest - 1) for entry in _objects(value, "values")] if deepest else None
    return value


def _first(attributes: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((attributes[name] for name in names if isinstance(attributes.get(name), str) and attributes[name]), "")


_TOP = ("resourceSpans", "resource_spans", "resourceLogs", "resource_logs")

READER = ReaderSpec(
    "otlp",
    read,
    Signature(
        first_bytes=re.compile(rb'\s*(?:\[\s*)?\{\s*"(?:resourceSpans|resource_spans|resourceLogs|resource_logs)"\s*:'),
        record=lambda record: any(name in record for name in _TOP),
    ),
)
