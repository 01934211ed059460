"""OpenTelemetry traces as JSON lines -> RawBatch: the tools and skills that agents called (`execute_tool` spans)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from fivetimes.config import DEEPEST
from fivetimes.ingest.base import ReaderSpec, Signature
from fivetimes.ingest.formats.agent_calls import Call, Record, Transcript, Where, called, object_of, objects_of, text_of
from fivetimes.ingest.formats.json_objects import json_object, json_records
from fivetimes.ingest.formats.values import moment
from fivetimes.model import Balance, By, Kind, RawBatch, Source

_FAILED = (2, "STATUS_CODE_ERROR")

# attributes by which emitters of several conventions say the same; the first that is there counts
_TOOL = ("gen_ai.tool.name", "tool.name")
_SKILL = ("gen_ai.skill.name", "skill.name")
_ARGUMENTS = ("gen_ai.tool.call.arguments", "tool.parameters", "input.value")
_SESSION = ("gen_ai.conversation.id", "session.id")


def read(source: Source, balance: Balance) -> Iterator[RawBatch]:
    """Yield the calls in traces, each line one TracesData; a span that is no call of a tool or skill is counted as ignored.

    Spans come in no certain order; their times put them in one.
    """
    transcript = Transcript(source, balance, set())

    def take(line: int, record: Record) -> None:
        spans = [
            span
            for resource in objects_of(record, "resourceSpans")
            for scope in objects_of(resource, "scopeSpans")
            for span in objects_of(scope, "spans")
        ]
        if not spans:
            transcript.skip()
        for span in spans:
            _add(transcript, span, line)

    return transcript.read(json_records(source.path, balance, parse=orjson.loads), take)


def _add(transcript: Transcript, span: Record, line: int) -> None:
    attributes = _attributes(span)
    call = _called(span, attributes)
    if call is None:
        transcript.skip()
        return
    try:
        begun, ended = (moment(span.get(name))[0] for name in ("startTimeUnixNano", "endTimeUnixNano"))
    except ValueError:
        transcript.refuse("time not understood")
        return
    failed = "error.type" in attributes or object_of(span, "status").get("code") in _FAILED
    whole = call._replace(by=By.AGENT, exit=float(failed), duration=max(ended - begun, 0.0))
    transcript.add(whole, Where(line, begun, _first(attributes, _SESSION) or text_of(span, "traceId") or None))


def _called(span: Record, attributes: Mapping[str, Any]) -> Call | None:
    key = _first(attributes, ("gen_ai.tool.call.id",)) or text_of(span, "spanId") or None
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


def _attributes(span: Record) -> dict[str, Any]:
    return _named(span, "attributes", deepest=DEEPEST)


def _named(of: Record, field: str, *, deepest: int) -> dict[str, Any]:
    return {
        text_of(pair, "key"): _value(object_of(pair, "value"), deepest=deepest - 1) for pair in objects_of(of, field)
    }


def _value(typed: Record, *, deepest: int) -> Any:
    """What a typed value holds; beyond the deepest level nothing."""
    kind, value = next(iter(typed.items()), ("", None))
    if kind == "kvlistValue" and isinstance(value, dict):
        return _named(value, "values", deepest=deepest) if deepest else None
    if kind == "arrayValue" and isinstance(value, dict):
        return [_value(entry, deepest=deepest - 1) for entry in objects_of(value, "values")] if deepest else None
    return value


def _first(attributes: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((attributes[name] for name in names if isinstance(attributes.get(name), str) and attributes[name]), "")


READER = ReaderSpec("otlp", read, Signature(record=lambda record: "resourceSpans" in record))
