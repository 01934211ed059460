"""Conductor -> runbook: one Markdown page that people follow, with the flow as a Mermaid picture that forges draw."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from fivetimes.conductor_document import ConductorDocument, DocumentStep, Gate, most_repeats
from fivetimes.exporters.base import (
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
    step_phrase,
)
from fivetimes.model.conductors import Conductor

FORMAT = "runbook"

_STOP = "**GATE.**"
_LABEL = 60  # characters of a label in the picture


def export(conductor: Conductor) -> Mapping[str, str]:
    """`<id>.md`."""
    text = "\n".join(_page(conductor))
    return {f"{slug(conductor.id)}.md": f"{carried(conductor, text, sign=_STOP)}\n"}


def _page(conductor: Conductor) -> Iterator[str]:
    document = conductor.document
    yield from (f"# {markdown(document['title'])}", "", purpose(document), "", evidence(document), "")
    yield from _paragraphs(limits(document))
    yield from ("```mermaid", *picture(conductor), "```", "")
    yield from ("## Before you begin", "", *inputs(document), *legend(document), "")
    yield from ("## Steps", "")
    for number, step in enumerate(guarded_steps(conductor), 1):
        yield from _step(number, step, document)
    yield from other_orders(document)
    yield from ("## Questions", "", *questions(document), "")
    yield from ("## Where this is from", "", f"Drafted by fivetimes: conductor `{slug(conductor.id)}`, evidence")
    yield f"`{document['evidence']['digest']}`. `fivetimes verify` checks it on the machine where it was drafted."
    yield from override(document)


def _paragraphs(lines: Iterator[str]) -> Iterator[str]:
    for text in lines:
        yield from (text, "")


def _step(number: int, step: DocumentStep, document: ConductorDocument) -> Iterator[str]:
    yield from numbered(number, step, stop=_STOP, answered=_answered, by_hand="by hand")
    for text in handed_on(document, step):
        yield from ("", text)
    if step["expects"]:
        yield from ("", f"    Good when {markdown(step['expects'])}.")
    yield ""


def _answered(gate: Gate) -> str:
    who = markdown(gate["answerer"]) if gate["answerer"] else "a person"
    return f"{who[:1].upper()}{who[1:]} answers. If the answer is no, {markdown(on_no(gate))}."


# ---- the picture


def picture(conductor: Conductor) -> Iterator[str]:
    """The flow as Mermaid text: steps as boxes, gates as diamonds, what may be left out as dotted ways past it."""
    yield "flowchart TD"
    before = ["begin([begin])"]
    for step in guarded_steps(conductor):
        name = step["id"]
        shape = f'{name}["{_label(step_phrase(step))}"]'
        if "gate" in step:
            gate = f"gate_{name}"
            yield from _arrows(before, f'{gate}{{"{_label(_asked(step["gate"]))}"}}')
            back = re.fullmatch(r"back to (s\d+)", step["gate"]["on_no"])
            yield f"    {gate} -- no --> {back[1] if back else 'stopped([stop])'}"
            yield f"    {gate} -- yes --> {shape}"
        else:
            yield from _arrows(before, shape)
        if most_repeats(step) > 1:
            yield f"    {name} -- again --> {name}"
        before = [name, *_past(step, before)]
    yield from _arrows(before, "done([done])")


def _asked(gate: Gate) -> str:
    """The first question of a gate: the list of steps has all that it asks."""
    return next(iter(re.findall(r"[^.?!:]+\?", gate["ask"])), gate["ask"]).strip()


def _past(step: DocumentStep, before: list[str]) -> list[str]:
    """Where else the flow may come from when a step may be left out."""
    return [_bare(node) for node in before] if "optional" in step else []


def _arrows(before: list[str], node: str) -> Iterator[str]:
    for number, origin in enumerate(dict.fromkeys(before)):
        yield f"    {origin} {'-->' if number == 0 else '-.->'} {node}"


def _bare(node: str) -> str:
    return re.match(r"\w+", node)[0]  # type: ignore[index]  # every node begins with its name


def _label(text: str) -> str:
    """Text in a label: everything that Mermaid could read as its own is written by its number."""
    shown = line(text)
    short = shown if len(shown) <= _LABEL else shown[: _LABEL - 1] + "…"
    return re.sub(r"[^\w .,:/?…-]", lambda found: f"#{ord(found[0])};", short)
