"""Conductor -> a skill folder (SKILL.md): what an agent reads, with every gate as a line that says stop."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import yaml

from fivetimes.conductor_document import ConductorDocument, DocumentStep, Gate, stated
from fivetimes.exporters.base import (
    CALLED_BY_NAME,
    act,
    carried,
    evidence,
    guarded_steps,
    handed_on,
    inputs,
    legend,
    limits,
    line,
    markdown,
    numbered,
    on_no,
    other_orders,
    override,
    purpose,
    questions,
    slug,
)
from fivetimes.exporters.yaml_file import render
from fivetimes.model.conductors import Conductor
from fivetimes.words import times

FORMAT = "skill"

_DESCRIPTION = 1024  # characters that the format allows
_NO_TAGS = str.maketrans("<>", "()")  # agents read tags as instructions
_RULE = re.compile("-{3,}")  # readers of the format end the front matter at three dashes, wherever they stand
_STOP = "**STOP.** Ask a person and wait for the answer:"


def export(conductor: Conductor) -> Mapping[str, str]:
    """`<id>/SKILL.md`, and the conductor itself beside it as `<id>/references/conductor.yaml`."""
    name = slug(conductor.id)
    body = "\n".join(_body(conductor))
    text = f"---\n{_front_matter(conductor, name)}---\n\n{carried(conductor, body, sign=_STOP)}\n"
    return {f"{name}/SKILL.md": text, f"{name}/references/conductor.yaml": render(conductor)}


def _front_matter(conductor: Conductor, name: str) -> str:
    document = conductor.document
    evidence = document["evidence"]
    metadata = {
        "fivetimes-schema": document["schema"],
        "fivetimes-tier": document["tier"],
        "fivetimes-occurrences": evidence["occurrences"],
        "fivetimes-people": evidence["people"],
        "fivetimes-digest": evidence["digest"],
    }
    front = {
        "name": name,
        "description": _description(document, guarded_steps(conductor)),
        "metadata": {key: str(value) for key, value in metadata.items()},
    }
    # each value on one line, as the plainest readers of front matter want it
    return yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=2 * _DESCRIPTION)


def _description(document: ConductorDocument, steps: Sequence[DocumentStep]) -> str:
    """What it does and when to use it, in the words by which somebody asks for it; an agent chooses by these alone."""
    title = line(document["title"]).rstrip(".")
    does = f"{title}: {', then '.join(map(act, steps))}."
    written = stated(document, "purpose")
    purpose_of_it = (
        f" For: {line(written).rstrip('.')}." if written else " A draft: its purpose is still to be said by a person."
    )
    words = ", ".join(dict.fromkeys(_triggers(document)))
    asked = f'Use when somebody asks for "{title}"' + (f", or mentions {words}" if words else "")
    stops = sum("gate" in step for step in steps)
    waits = f" Stops {times(stops)} to ask a person." if stops else ""
    bounds = stated(document, "out_of_bounds")
    never = f" Not when: {line(bounds).rstrip('.')}." if bounds else ""
    text = _RULE.sub("--", f"{does}{purpose_of_it} {asked}.{never}{waits}".translate(_NO_TAGS))
    return text if len(text) <= _DESCRIPTION else text[: _DESCRIPTION - 1].rstrip() + "…"


def _triggers(document: ConductorDocument) -> Iterator[str]:
    """Words of the steps that tell this piece of work from others: what is called, and what ends it behind a gate."""
    for step in document["steps"]:
        if step["specialist"]["kind"] in CALLED_BY_NAME or "gate" in step:
            yield act(step)


# ---- the body


def _body(conductor: Conductor) -> Iterator[str]:
    document, name = conductor.document, slug(conductor.id)
    yield f"# {markdown(document['title'])}"
    yield ""
    yield f"Drafted by fivetimes from work that was seen. {purpose(document)}"
    yield from ("", "## When to use", "", *_when(document))
    yield from ("", "## Inputs", "", *inputs(document), *legend(document))
    yield from ("", "## Steps", "")
    for number, step in enumerate(guarded_steps(conductor), 1):
        yield from numbered(number, step, stop=_STOP, answered=_answered, by_hand="ask the person to do this by hand")
        for text in handed_on(document, step):
            yield from ("", text)
        yield ""
    yield from other_orders(document)
    yield from _record(name, guarded_steps(conductor))
    yield from ("## Open questions", "", *questions(document), "")
    yield from ("## Evidence", "", f"{evidence(document)} The whole conductor stands in `references/conductor.yaml`.")
    yield from override(document)


def _record(name: str, steps: Sequence[DocumentStep]) -> Iterator[str]:
    """How an agent records the run; it has no record of its own that a person could ask."""
    ids = ", ".join(step["id"] for step in steps)
    yield from ("## Record", "")
    yield "Where `command -v fivetimes` finds it, record what is done; where it does not, or recording fails, go on without."
    yield f"The steps are, in order: {ids}."
    yield ""
    yield f"- At the start: `fivetimes record run {name} --origin skill` prints the run's id; give it to the others as `--run`."
    yield "- Before and after a step: `fivetimes record began STEP --run RUN`, `fivetimes record ended STEP EXIT --run RUN`."
    if any("gate" in step for step in steps):
        yield "- When a person has answered: `fivetimes record gate STEP yes|no --by NAME --why TEXT --run RUN`."
    yield from ("- At the end: `fivetimes record end done|stopped|failed --run RUN`.", "")


def _when(document: ConductorDocument) -> Iterator[str]:
    open_ones = [question for question in document["questions"] if question["required"] and not question["answer"]]
    yield from limits(document)
    if not open_ones:
        yield f"When this is wanted: {purpose(document)}"
        return
    yield "Not decided. Before this is used without asking, a person answers:"
    for question in open_ones:
        yield ""
        yield f"> {markdown(question['ask'])} ({markdown(question['evidence'])})"


def _answered(gate: Gate) -> str:
    return f"If the answer is no, {markdown(on_no(gate))}."
