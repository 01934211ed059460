"""Conductor -> Serverless Workflow (DSL 1.0.0): each gate asks by an event and waits for the answer to this very run.

Values are taken from the run's input wherever they are used, so no task depends on what the one before it returned. Steps of
a shell are `run` tasks whose values come by the environment; others are calls of functions that the runtime provides."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from fivetimes.exporters.base import Act, Plan, Stage, Value, evidence, line, plan, purpose, slug
from fivetimes.exporters.shell_words import PLACEHOLDER, Ref
from fivetimes.model import Conductor

DSL = "1.0.0"

_ASKED = "fivetimes.gate.asked.v1"
_ANSWERED = "fivetimes.gate.answered.v1"

Task = dict[str, Any]


def export(conductor: Conductor) -> Mapping[str, str]:
    """`<id>.workflow.yaml`.

    Raises:
        RuleError: it cannot be carried out by an engine without loss.
    """
    workflow = _workflow(conductor, plan(conductor, form="serverless-workflow"))
    return {
        f"{slug(conductor.id)}.workflow.yaml": yaml.safe_dump(workflow, sort_keys=False, allow_unicode=True, width=120)
    }


def _workflow(conductor: Conductor, planned: Plan) -> dict[str, Any]:
    document = conductor.document
    secrets = [value.variable for value in planned.values if value.secret]
    return {
        "document": {
            "dsl": DSL,
            "namespace": "fivetimes",
            "name": slug(conductor.id),
            "version": "0.1.0",
            "title": _text(document["title"]),
            "summary": f"{_text(purpose(document))} {evidence(document)}",
            "metadata": {"conductor": _text(conductor.id), "evidence": document["evidence"]["digest"]},
        },
        "input": {"schema": {"format": "json", "document": _input(planned)}},
        **({"use": {"secrets": secrets}} if secrets else {}),
        "do": [_stage(stage, conductor) for stage in planned.stages],
    }


def _text(text: object) -> str:
    """One line in which no engine finds a runtime expression."""
    return line(text).replace("${", "$ {")


def _input(planned: Plan) -> dict[str, Any]:
    """The JSON Schema of a run's input."""
    properties: dict[str, Any] = {
        value.variable: {"type": "string", "minLength": 1, "description": value.says}
        for value in planned.values
        if not value.secret
    }
    needed = list(properties)
    for stage in planned.stages:
        if stage.optional:
            properties[stage.switch] = {"enum": ["yes", "no"], "default": "yes"}
        if len(stage.acts) > 1:
            numbers = [str(number) for number in range(1, len(stage.acts) + 1)]
            properties[stage.choice] = {"enum": numbers, "default": "1"}
    return {"type": "object", "required": needed, "properties": properties, "additionalProperties": False}


# ---- tasks


def _stage(stage: Stage, conductor: Conductor) -> dict[str, Task]:
    """A step with its gate as one list of tasks, so that the gate stands directly before it and is left out only with it."""
    left_out = {"if": f'${{ $workflow.input.{stage.switch} != "no" }}'} if stage.optional else {}
    tasks = [*_gate(stage, conductor), *_acts(stage)]
    metadata = {"step": stage.says.replace("${", "$ {"), **({"repeat": stage.again} if stage.again > 1 else {})}
    return {stage.id: {**left_out, "metadata": metadata, "do": tasks}}


def _gate(stage: Stage, conductor: Conductor) -> Iterator[dict[str, Task]]:
    if not stage.gate:
        return
    source = f"fivetimes://conductor/{slug(conductor.id)}"
    asked = {
        "run": "${ $workflow.id }",
        "ask": _text(stage.gate["ask"]),
        "answerer": _text(stage.gate["answerer"] or "a person"),
    }
    event = {"source": source, "type": _ASKED, "subject": stage.id, "data": asked}
    yield {"ask": {"emit": {"event": {"with": event}}}}
    mine = {"run": {"from": "${ .data.run }", "expect": "${ $workflow.id }"}}
    answer = {"with": {"type": _ANSWERED, "subject": stage.id}, "correlate": mine}
    yield {"answer": {"listen": {"to": {"one": answer}}}}
    decided = [{"yes": {"when": "${ .[0].yes == true }", "then": "continue"}}, {"no": {"then": "end"}}]
    yield {"decide": {"switch": decided}}


def _acts(stage: Stage) -> Iterator[dict[str, Task]]:
    if len(stage.acts) == 1:
        yield {"act": _act(stage.acts[0])}
        return
    for number, act in enumerate(stage.acts, 1):
        chosen = f'${{ ($workflow.input.{stage.choice} // "1") == "{number}" }}'
        yield {f"way_{number}": {"if": chosen, **_act(act)}}


def _act(act: Act) -> Task:
    if act.kind in ("shell", "commit"):
        environment = {value.variable: f"${{ {_of(value)} }}" for value in act.needs}
        return {"run": {"shell": {"command": act.command, **({"environment": environment} if environment else {})}}}
    called = re.sub(r"[^A-Za-z0-9_-]+", "-", f"{act.kind}-{act.name}").strip("-")
    known = {value.ref: _of(value) for value in act.needs}
    known |= {ref: _literal(text) for ref, text in act.settled.items()}
    given = {name: _argument(text, known) for name, text in act.arguments.items()}
    return {
        "call": called,
        **({"with": given} if given else {}),
        "metadata": {"kind": act.kind, "name": _text(act.name)},
    }


def _of(value: Value) -> str:
    return f"$secrets.{value.variable}" if value.secret else f"$workflow.input.{value.variable}"


def _argument(text: str, known: Mapping[Ref, str]) -> str:
    """An argument as a runtime expression: its literals as strings of jq, its placeholders taken from the run's input."""
    parts: list[str] = []
    last = 0
    for found in PLACEHOLDER.finditer(text):
        parts += [_literal(text[last : found.start()])] if found.start() > last else []
        parts.append(known[Ref(found[1], found[2])])
        last = found.end()
    parts += [_literal(text[last:])] if text[last:] or not parts else []
    return f"${{ {' + '.join(parts)} }}"


def _literal(text: str) -> str:
    """A string of jq; `\\(` would begin an interpolation, and a brace the end of the expression."""
    return re.sub(r"[(){}]", lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text))
