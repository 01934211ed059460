"""Conductor -> Serverless Workflow (DSL 1.0.0): each gate asks by an event and waits for the answer to this very run.

Values are taken from the run's input wherever they are used, so no task depends on what the one before it returned. Steps of
a shell are `run` tasks whose values come by the environment; others are calls of functions, which the workflow defines: each
hands what it is given to the program that the run's input names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from fivetimes.conductor_document import Reference, template_parts
from fivetimes.errors import RuleError
from fivetimes.exporters import shell_words
from fivetimes.exporters.base import STAGE_FIRST, evidence, line, purpose, slug
from fivetimes.exporters.plan import (
    NOTHING,
    RUNNERS,
    Plan,
    PlannedCommand,
    PlanStage,
    RunValue,
    done_before,
    plan,
    without_terminal,
)
from fivetimes.model.conductors import Conductor

FORMAT = "serverless-workflow"
DSL = "1.0.0"

_ASKED = "fivetimes.gate.asked.v1"
_ANSWERED = "fivetimes.gate.answered.v1"

Task = dict[str, Any]


def export(conductor: Conductor) -> Mapping[str, str]:
    """`<id>.workflow.yaml`.

    Raises:
        RuleError: it cannot be carried out by an engine without loss.
    """
    workflow = _workflow(conductor, without_terminal(plan(conductor, form=FORMAT)))
    return {
        f"{slug(conductor.id)}.workflow.yaml": yaml.safe_dump(workflow, sort_keys=False, allow_unicode=True, width=120)
    }


def _workflow(conductor: Conductor, planned: Plan) -> dict[str, Any]:
    document = conductor.document
    secrets = [value.variable for value in planned.values if value.secret]
    functions = _functions(planned)
    use = {**({"secrets": secrets} if secrets else {}), **({"functions": functions} if functions else {})}
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
        **({"use": use} if use else {}),
        "do": [_stage(stage, conductor) for stage in planned.stages],
    }


def _text(text: object) -> str:
    """One line in which no engine finds a runtime expression."""
    return line(text).replace("${", "$ {")


def _described(value: RunValue) -> str:
    """What a value is; where it can be found out, by what, for an engine has no defaults that it computes."""
    return f"{value.description}; usually what {value.proposal} prints" if value.proposal else value.description


def _input(planned: Plan) -> dict[str, Any]:
    """The JSON Schema of a run's input."""
    properties: dict[str, Any] = {
        value.variable: {"type": "string", "minLength": 1, "description": _text(_described(value))}
        for value in planned.values
        if not value.secret
    }
    for runner in dict.fromkeys(RUNNERS[one.kind] for one in _called_ones(planned)):
        properties[runner] = {
            "type": "string",
            "minLength": 1,
            "description": "the program that carries such steps out",
        }
    needed = list(properties)
    for stage in planned.stages:
        if stage.optional:
            properties[stage.switch] = {"enum": ["yes", "no"], "default": "yes"}
        if stage.choices:
            properties[stage.choice] = {"enum": stage.choices, "default": stage.choices[0]}
    return {"type": "object", "required": needed, "properties": properties, "additionalProperties": False}


# ---- tasks


def _stage(stage: PlanStage, conductor: Conductor) -> dict[str, Task]:
    """A step with its gate as one list of tasks, so that the gate stands directly before it and is left out only with it."""
    left_out = {"if": f'${{ $workflow.input.{stage.switch} != "no" }}'} if stage.optional else {}
    tasks = [*_gate(stage, conductor), *_commands(stage)]
    metadata: dict[str, str | int] = {"step": stage.phrase.replace("${", "$ {")}
    if stage.repeats > 1:
        metadata["repeat"] = stage.repeats
    if stage.commits_unstaged:
        metadata["before"] = STAGE_FIRST
    return {stage.id: {**left_out, "metadata": metadata, "do": tasks}}


def _gate(stage: PlanStage, conductor: Conductor) -> Iterator[dict[str, Task]]:
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


def _commands(stage: PlanStage) -> Iterator[dict[str, Task]]:
    for number, command in enumerate(stage.commands, 1):
        if command.command == NOTHING:
            continue  # a person has done it: the gate asked
        if not stage.choices:
            yield {"act": _task(stage, command)}
        else:
            chosen = f'${{ ($workflow.input.{stage.choice} // "1") == "{number}" }}'
            yield {f"way_{number}": {"if": chosen, **_task(stage, command)}}


def _task(stage: PlanStage, command: PlannedCommand) -> Task:
    if command.kind not in RUNNERS:
        needed = (*(value for each in stage.before for value in each.needs), *command.needs)
        environment = {value.variable: f"${{ {_of(value)} }}" for value in needed}
        for switch, usual in (pair for each in stage.before for pair in each.switches.items()):
            environment[switch] = f'${{ $workflow.input.{switch} // "{usual}" }}'
        shell = {
            "command": done_before(stage) + command.command,
            **({"environment": environment} if environment else {}),
        }
        return {"run": {"shell": shell}}
    known = {value.reference: _of(value) for value in command.needs}
    known |= {reference: _literal(text) for reference, text in command.settled.items()}
    given = {name: _argument(text, known) for name, text in command.arguments.items()}
    return {
        "call": _function_name(command),
        **({"with": given} if given else {}),
        "metadata": {"kind": command.kind, "name": _text(command.name)},
    }


# ---- functions


def _called_ones(planned: Plan) -> list[PlannedCommand]:
    return [one for stage in planned.stages for one in stage.commands if one.kind in RUNNERS]


def _functions(planned: Plan) -> dict[str, Task]:
    """What the calls call: a command of bash that hands its arguments to whoever carries such steps out."""
    return {_function_name(one): _function(one) for one in _called_ones(planned)}


def _function_name(command: PlannedCommand) -> str:
    """After the specialist; one that is given other arguments is another function."""
    given = "-".join(["", *sorted(command.arguments)]) if command.arguments else ""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", f"{command.kind}-{command.name}{given}").strip("-")


def _function(command: PlannedCommand) -> Task:
    runner = RUNNERS[command.kind]
    given = {f"given_{number}": name for number, name in enumerate(command.arguments, 1)}
    words = [f'{shell_words.quote(f"{name}=")}"${variable}"' for variable, name in given.items()]
    environment = {runner: f"${{ $workflow.input.{runner} }}"}
    environment |= {variable: f"${{ .[{_literal(name)}] }}" for variable, name in given.items()}
    line_of_it = " ".join([f'"${runner}"', shell_words.quote(command.name), *words])
    return {"run": {"shell": {"command": line_of_it, "environment": environment}}}


def _of(value: RunValue) -> str:
    return f"$secrets.{value.variable}" if value.secret else f"$workflow.input.{value.variable}"


def _argument(text: str, known: Mapping[Reference, str]) -> str:
    """An argument as a runtime expression: its literals as strings of jq, its references taken from the run's input.

    Raises:
        RuleError: what a shell finds out stands in it, and no shell carries this step out.
    """
    parts = [_known(part, known) if isinstance(part, Reference) else _literal(part) for part in template_parts(text)]
    return f"${{ {' + '.join(parts or [_literal('')])} }}"


# What turns a value into a form (`conductor_document.FORMS`), in jq.
_TURNED = {
    "lower": "ascii_downcase",
    "upper": "ascii_upcase",
    "dashes": 'gsub("[-_ ./]+"; "-")',
    "underscores": 'gsub("[-_ ./]+"; "_")',
    "words": 'gsub("[-_ ./]+"; " ")',
    "title": 'gsub("[-_ ./]+"; " ") | split(" ") | map(.[:1] | ascii_upcase) + map(.[1:]) | [.[:length / 2], .[length / 2:]]'
    ' | transpose | map(add) | join(" ")',
    "sentence": 'gsub("[-_ ./]+"; " ") | (.[:1] | ascii_upcase) + .[1:]',
    "slug": 'gsub("[-_ ./]+"; "-") | ascii_downcase',
    "compact": 'gsub("[-_ ./]+"; "")',
    "name": 'split("/") | last',
    "stem": 'split("/") | last | sub("[.][^.]*$"; "")',
}


def _known(reference: Reference, known: Mapping[Reference, str]) -> str:
    found = known.get(reference.plain)
    if found is None:
        raise RuleError(
            f"{reference}: no shell finds this out for a step that is called, so it is not exported as {FORMAT}. Export it as "
            "just, runbook or skill."
        )
    return f"({found} | {_TURNED[reference.form]})" if reference.form else found


def _literal(text: str) -> str:
    """A string of jq; `\\(` would begin an interpolation, and a brace the end of the expression."""
    return re.sub(r"[(){}]", lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text))
