"""Conductor -> GitHub Actions workflow: started by hand, cut into jobs at its gates, each gate a protected environment.

An environment stops nobody until a person gives it required reviewers on the server, so the first step of a job behind a gate
asks the server whether it has them, and fails where it has none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from fivetimes.errors import RuleError
from fivetimes.exporters.base import Plan, PlanStage, RunValue, demands, evidence, line, plan, purpose, script, slug
from fivetimes.model import Conductor

FORMAT = "github-actions"

_MOST_INPUTS = 25  # that the server takes
_CARRIED = "work"
_GUARDED = (
    'gh api "repos/$GITHUB_REPOSITORY/environments/$GATE" --jq'
    " 'any(.protection_rules[]?; .type == \"required_reviewers\")' | grep -qx true"
    ' || { echo "The environment $GATE has no required reviewers, so this gate would not stop anybody." >&2; exit 1; }'
)


def export(conductor: Conductor) -> Mapping[str, str]:
    """`<id>.github.yml`, for `.github/workflows/`.

    Raises:
        RuleError: it cannot be carried out on a server without loss.
    """
    workflow = _workflow(conductor, plan(conductor, form=FORMAT))
    text = yaml.safe_dump(workflow, sort_keys=False, allow_unicode=True, width=120)
    return {f"{slug(conductor.id)}.github.yml": "\n".join(_head(conductor)) + f"\n{text}"}


def _head(conductor: Conductor) -> Iterator[str]:
    document, name = conductor.document, slug(conductor.id)
    yield f"# {_text(document['title'])}. {_text(purpose(document))}"
    yield f"# {evidence(document)} Drafted by fivetimes: {_text(conductor.id)}, {document['evidence']['digest']}"
    if any("gate" in step for step in document["steps"]):
        yield f"# Gates: give the environment {name} required reviewers (Settings, Environments); without them it stops itself."
    yield "# Steps that push or publish need rights which this file does not give: add them to its permissions."


def _text(text: object) -> str:
    """One line in which the server finds no expression."""
    return line(text).replace("{{", "{ {").replace("}}", "} }")


def _workflow(conductor: Conductor, planned: Plan) -> dict[str, Any]:
    asked = _inputs(planned)
    if len(asked) > _MOST_INPUTS:
        raise RuleError(
            f"{conductor.id}: a run needs {len(asked)} values and GitHub asks for {_MOST_INPUTS} at most, so it is not "
            "exported as github-actions. Export it as just or runbook."
        )
    return {
        "name": _text(conductor.document["title"]),
        "on": {"workflow_dispatch": {"inputs": asked} if asked else None},
        "permissions": {"contents": "read", "actions": "read"},
        "concurrency": {"group": slug(conductor.id), "cancel-in-progress": False},
        "jobs": _jobs(planned, gate=slug(conductor.id)),
    }


# ---- what is asked at the start


def _inputs(planned: Plan) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    for value in planned.values:
        if value.asked:
            asked[value.variable] = {"description": value.description, "required": True, "type": "string"}
    for stage in planned.stages:
        if stage.optional:
            asked[stage.switch] = _choice(f"{stage.phrase}: sometimes left out", ["yes", "no"])
        if stage.choices:
            asked[stage.choice] = _choice(f"{stage.phrase}: which way", stage.choices)
    return asked


def _choice(description: str, options: list[str]) -> dict[str, Any]:
    return {
        "description": _text(description),
        "required": True,
        "type": "choice",
        "default": options[0],
        "options": options,
    }


# ---- jobs


def _jobs(planned: Plan, *, gate: str) -> dict[str, Any]:
    """One job for what may run on its own, and a new one at each gate, which has the work of the one before."""
    jobs: dict[str, Any] = {}
    parts = list(_parts(planned.stages))
    for number, stages in enumerate(parts):
        begins = _begin(jobs, stages[0], gate)
        ends = _handed_on() if number < len(parts) - 1 else []
        jobs[f"from_{stages[0].id}"] = {**begins, "steps": [*begins["steps"], *map(_step, stages), *ends]}
    return jobs


def _parts(stages: Sequence[PlanStage]) -> Iterator[list[PlanStage]]:
    part: list[PlanStage] = []
    for stage in stages:
        if stage.gate and part:
            yield part
            part = []
        part.append(stage)
    yield part


def _begin(before: Mapping[str, Any], stage: PlanStage, gate: str) -> dict[str, Any]:
    job: dict[str, Any] = {"runs-on": "ubuntu-latest", "defaults": {"run": {"shell": "bash"}}, "steps": []}
    if stage.gate:
        guarded = {
            "name": "Is this gate guarded?",
            "env": {"GATE": gate, "GH_TOKEN": "${{ github.token }}"},
            "run": _GUARDED,
        }
        job = {"name": f"{stage.id}: {_text(stage.gate['ask'])}", "environment": gate, **job, "steps": [guarded]}
    fetched = _taken_over() if before else [{"uses": "actions/checkout@v4", "with": {"persist-credentials": False}}]
    needed = {"needs": list(before)[-1]} if before else {}
    return {**needed, **job, "steps": [*job["steps"], *fetched]}


def _taken_over() -> list[dict[str, Any]]:
    fetch = {"uses": "actions/download-artifact@v4", "with": {"name": _CARRIED, "path": "${{ runner.temp }}"}}
    return [fetch, {"name": "Take over the work", "run": f'tar -xf "$RUNNER_TEMP/{_CARRIED}.tar"'}]


def _handed_on() -> list[dict[str, Any]]:
    given = {
        "name": _CARRIED,
        "path": f"${{{{ runner.temp }}}}/{_CARRIED}.tar",
        "retention-days": 1,
        "overwrite": True,
    }
    pack = {"name": "Hand on the work", "run": f'tar -cf "$RUNNER_TEMP/{_CARRIED}.tar" .'}
    return [pack, {"uses": "actions/upload-artifact@v4", "with": given}]


def _step(stage: PlanStage) -> dict[str, Any]:
    env = dict(_env(stage))
    return {"name": f"{stage.id}: {_text(stage.phrase)}", **({"env": env} if env else {}), "run": script(stage)}


def _env(stage: PlanStage) -> Iterator[tuple[str, str]]:
    if stage.optional:
        yield stage.switch, f"${{{{ inputs.{stage.switch} }}}}"
    if stage.choices:
        yield stage.choice, f"${{{{ inputs.{stage.choice} }}}}"
    known = {value.variable: value for value in stage.needs}
    for variable in dict.fromkeys((*known, *demands(stage))):
        yield variable, f"${{{{ {_kept(known.get(variable))}.{variable} }}}}"


def _kept(value: RunValue | None) -> str:
    """Where the server keeps it: typed at the start, a secret, or a variable of the repository."""
    if value is None:
        return "vars"
    return "inputs" if value.asked else ("secrets" if value.secret else "vars")
