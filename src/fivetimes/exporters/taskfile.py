"""Conductor -> Taskfile for go-task: a task for each step, named after what it does, `prompt` before what goes out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from fivetimes.exporters.base import STAGE_FIRST, back, evidence, line, purpose, slug
from fivetimes.exporters.plan import Plan, PlanStage, demands, plan, script
from fivetimes.model.conductors import Conductor

FORMAT = "task"


def export(conductor: Conductor) -> Mapping[str, str]:
    """`<id>.Taskfile.yml`; `task --taskfile <id>.Taskfile.yml` carries it out.

    Raises:
        RuleError: it cannot be carried out from a terminal without loss.
    """
    planned = plan(conductor, form=FORMAT)
    text = yaml.safe_dump(_taskfile(conductor, planned), sort_keys=False, allow_unicode=True, width=120)
    return {f"{slug(conductor.id)}.Taskfile.yml": "\n".join(_head(conductor, planned)) + f"\n{text}"}


def _head(conductor: Conductor, planned: Plan) -> Iterator[str]:
    document = conductor.document
    yield f"# {line(document['title'])}. {line(purpose(document))}"
    yield f"# {evidence(document)} Drafted by fivetimes: {line(conductor.id)}, {document['evidence']['digest']}"
    yield "# Gates ask on the terminal, and an answer other than yes stops the run. task --yes would answer them all: do not."
    if needed := list(dict.fromkeys(name for stage in planned.stages for name in _needed(stage))):
        yield f"# Set in the environment (NAME=value before task), or in a .env file beside this one: {', '.join(needed)}"


def _needed(stage: PlanStage) -> list[str]:
    """All that a step needs comes by the environment: in a variable of its own, go-task would read templates."""
    return list(dict.fromkeys((*demands(stage), *(value.variable for value in stage.needs if not value.proposal))))


def _taskfile(conductor: Conductor, planned: Plan) -> dict[str, Any]:
    whole = slug(conductor.id)
    usual: dict[str, Any] = {name: value for stage in planned.stages for name, value in stage.switches.items()}
    # go-task takes what a command prints once for the whole run
    usual |= {value.variable: {"sh": value.proposal} for value in planned.values if value.proposal}
    run = {"desc": _text(conductor.document["title"]), "cmds": [{"task": stage.name} for stage in planned.stages]}
    tasks = {
        "default": {"cmds": [{"task": whole}]},
        whole: run,
        **{stage.name: _task(stage) for stage in planned.stages},
    }
    # what the environment says already goes before this
    return {"version": "3", "dotenv": [".env"], **({"env": usual} if usual else {}), "tasks": tasks}


def _task(stage: PlanStage) -> dict[str, Any]:
    """A step as a task. Its line is given to bash, for the shell that is built into go-task is another one."""
    repeats = f" (up to {stage.repeats} times, until it is good enough: call it again)" if stage.repeats > 1 else ""
    staged = f" ({STAGE_FIRST})" if stage.commits_unstaged else ""
    quoted = script(stage).replace("'", "'\\''")
    return {
        "desc": f"{stage.id}: {_text(stage.phrase)}{repeats}{staged}",
        **({"prompt": _text(stage.gate["ask"] + back(stage.gate))} if stage.gate else {}),
        **({"interactive": True} if any(command.interactive for command in stage.commands) else {}),
        "cmds": [f"bash -euo pipefail -c '{quoted}'"],
    }


def _text(text: object) -> str:
    """One line in which go-task finds no expression of its templates."""
    return re.sub(r"(?<=\{)(?=\{)", " ", line(text))
