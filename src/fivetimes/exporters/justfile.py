"""Conductor -> justfile: a recipe for each step, named after what it does, `[confirm]` before what goes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fivetimes.exporters.base import STAGE_FIRST, back, carried, evidence, line, purpose, slug
from fivetimes.exporters.plan import RECORD, Plan, PlanStage, RunValue, demands, plan, recorded
from fivetimes.model.conductors import Conductor

FORMAT = "just"

_CONFIRM = "\n[confirm("


def export(conductor: Conductor) -> Mapping[str, str]:
    """`<id>.just`; `just --justfile <id>.just` carries it out.

    Raises:
        RuleError: it cannot be carried out from a terminal without loss.
    """
    text = "\n".join(_file(conductor, plan(conductor, form=FORMAT)))
    return {f"{slug(conductor.id)}.just": f"{carried(conductor, text, sign=_CONFIRM)}\n"}


def _file(conductor: Conductor, planned: Plan) -> Iterator[str]:
    yield from _head(conductor, planned)
    yield from ("", 'set shell := ["bash", "-euo", "pipefail", "-c"]', "set dotenv-load := true")
    yield from _record(conductor)
    yield from [""] if any(stage.optional or stage.choices for stage in planned.stages) else []
    for stage in planned.stages:
        if stage.optional:
            yield from (f"# no leaves out {stage.name} ({stage.id})", f'export {stage.switch} := "yes"')
        if stage.choices:
            ways = f"# 1 to {stage.choices[-1]}: the way of {stage.name} ({stage.id})"
            yield from (ways, f'export {stage.choice} := "1"')
    yield from ("", f"# {line(conductor.document['title'])}")
    yield f"{_name(conductor)}{_parameters(_asked(planned.stages))}: {' '.join(map(_called, planned.stages))}"
    yield '    @test -z "$FIVETIMES_RUN" || fivetimes record end done || true'
    for stage in planned.stages:
        yield from _recipe(stage)


def _head(conductor: Conductor, planned: Plan) -> Iterator[str]:
    document = conductor.document
    yield f"# {line(document['title'])}. {line(purpose(document))}"
    yield f"# {evidence(document)} Drafted by fivetimes: {line(conductor.id)}, {document['evidence']['digest']}"
    yield "# Gates ask on the terminal, and an answer other than yes stops the run. just --yes would answer them all: do not."
    settled = list(dict.fromkeys(name for stage in planned.stages for name in demands(stage)))
    if settled:
        yield f"# Set in the environment, or in a .env file beside this one: {', '.join(settled)}"


def _record(conductor: Conductor) -> Iterator[str]:
    yield from ("", "# Recorded where fivetimes is installed (fivetimes runs), and done all the same where it is not.")
    yield "export FIVETIMES_CONDUCTORS := justfile_directory()"
    begin = f"fivetimes record run {slug(conductor.id)} --origin just"
    yield f"export FIVETIMES_RUN := `! command -v fivetimes > /dev/null || FIVETIMES_RUN= {begin} || true`"
    yield f"export RECORD := '{RECORD}'"


def _asked(stages: tuple[PlanStage, ...]) -> list[RunValue]:
    """What a recipe asks for, what has a proposal last: just has it so."""
    asked = (value for value in dict.fromkeys(value for stage in stages for value in stage.needs) if value.asked)
    return sorted(asked, key=lambda value: value.proposal != "")


def _parameters(values: list[RunValue]) -> str:
    return "".join(f" ${value.variable}" + (f"=`{value.proposal}`" if value.proposal else "") for value in values)


def _called(stage: PlanStage) -> str:
    asked = _asked((stage,))
    return f"({' '.join([stage.name, *(value.variable for value in asked)])})" if asked else stage.name


def _recipe(stage: PlanStage) -> Iterator[str]:
    yield from ("", f"# {stage.id}: {stage.phrase}{_repeats(stage)}")
    if stage.commits_unstaged:
        yield f"# {STAGE_FIRST}"
    if stage.gate:
        asked = f"{stage.gate['ask']}{back(stage.gate)} [y/N]"
        yield f"[confirm({_string(asked)})]"
    yield from (f"{stage.name}{_parameters(_asked((stage,)))}:", f"    {recorded(stage)}")


def _repeats(stage: PlanStage) -> str:
    return f" (up to {stage.repeats} times, until it is good enough: call it again)" if stage.repeats > 1 else ""


def _name(conductor: Conductor) -> str:
    name = slug(conductor.id)
    return name if name[0].isalpha() else f"run-{name}"


def _string(text: str) -> str:
    """A text as just writes it; what cannot be seen is already spelled out."""
    return '"' + line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
