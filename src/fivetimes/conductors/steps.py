"""Calls -> Wording: each step's ways as templates, and the inputs that run through them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fivetimes.conductors.calls import Call, Harmless
from fivetimes.conductors.names import Context, Names
from fivetimes.conductors.pieces import TELLING, shape
from fivetimes.conductors.threads import Mould, Variable, thread
from fivetimes.conductors.ways import Way, ways
from fivetimes.conductors.wording import Text, context, text_of, word
from fivetimes.model import Candidate, Kind, Role, Step

_FOLLOWS_THE_DAY = 0.8
_CALENDAR = {"date": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}
_PLACEHOLDER = re.compile(r"<([a-z]+)[\w.]*>|(?<=\s)\*(?=\s|$)")  # in a label, `*` is a value that varies
_DECLARED_AS = re.compile(r"^(?:skill|tool|action):")


@dataclass(frozen=True, slots=True)
class Wording:
    """One way of a step, ready to be written. `specialist` does it."""

    run: str
    arguments: dict[str, str]
    inputs: tuple[str, ...]
    specialist: dict[str, str]
    share: float


@dataclass(frozen=True, slots=True)
class Wordings:
    """The ways of each step by step number, the inputs by name, and the constants by name with their live texts."""

    steps: list[list[Wording]]
    inputs: dict[str, dict[str, Any]]
    constants: dict[str, str]


def worded(candidate: Candidate, said: Sequence[Call], harmless: Harmless) -> Wordings:
    """Put the steps into templates; a step of which nothing could be read is worded from its label.

    Args:
        candidate: the routine.
        said: what was said at its steps; empty when the sources were not read.
        harmless: whether a word in a role may stand in a file.
    """
    names = Names(harmless)
    by_step = [
        ways([call for call in said if call.step == number], step) for number, step in enumerate(candidate.steps)
    ]
    # ways of one step may share places
    flat = list({id(slot): (way, slot) for found in by_step for way in found for slot in way.slots}.values())
    variables, moulds = thread([slot for _, slot in flat])
    inputs = _named_inputs(variables, flat, moulds, names)
    texts = {
        id(slot): text_of(slot, way.head, mould, inputs, names) for (way, slot), mould in zip(flat, moulds, strict=True)
    }
    steps = []
    for step, found in zip(candidate.steps, by_step, strict=True):
        wordings = [_wording(way, [texts[id(slot)] for slot in way.slots], step, names) for way in found]
        steps.append(wordings or list(_from_labels(step, names)))
    used = {name for wordings in steps for wording in wordings for name in wording.inputs}
    described = {
        name: _described(variable, candidate) for name, variable in zip(inputs, variables, strict=True) if name in used
    }
    return Wordings(steps, described, {name: text for text, name in names.constants.items()})


# ---- inputs


def _named_inputs(
    variables: Sequence[Variable], flat: Sequence[tuple[Way, Any]], moulds: Sequence[Mould], names: Names
) -> list[str]:
    """A name for each variable; those whose shape tells what they are choose first."""
    shapes = [shape(variable.values.values()) for variable in variables]
    order = sorted(range(len(variables)), key=lambda number: (shapes[number] not in TELLING, number))
    given = {
        number: names.give("inputs", shapes[number], list(_contexts(number, variables[number], flat, moulds)))
        for number in order
    }
    return [given[number] for number in range(len(variables))]


def _contexts(
    number: int, variable: Variable, flat: Sequence[tuple[Way, Any]], moulds: Sequence[Mould]
) -> Iterator[Context]:
    for place in variable.slots:
        way, slot = flat[place]
        if number in moulds[place]:
            yield context(slot, way.head, moulds[place], moulds[place].index(number))


def _described(variable: Variable, candidate: Candidate) -> dict[str, Any]:
    looks = shape(variable.values.values())
    return {
        "shape": looks,
        "source": "calendar" if _follows_the_day(variable, looks, candidate) else "person",
        "seen": len(variable.values),
        "distinct": len(set(variable.values.values())),
    }


def _follows_the_day(variable: Variable, looks: str, candidate: Candidate) -> bool:
    """Whether the value is the day, week or month in which it was used, so that a calendar can give it."""
    form = _CALENDAR.get(looks)
    starts = {number: candidate.occurrences[number].start for number in variable.values}
    known = [(start, variable.values[number]) for number, start in starts.items() if start is not None]
    if form is None or not known:
        return False
    return sum(value in _around(start, form) for start, value in known) >= _FOLLOWS_THE_DAY * len(known)


def _around(start: datetime, form: str) -> set[str]:
    # the day as its time zone had it, which is not known here
    return {(start + timedelta(days=days)).strftime(form) for days in (-1, 0, 1)}


# ---- ways


def _wording(way: Way, texts: Sequence[Text], step: Step, names: Names) -> Wording:
    said = word(way, texts, names)
    role = Role.PROGRAM if way.kind == Kind.SHELL else Role.NAME
    name = way.program if names.harmless(way.program, role) else _DECLARED_AS.sub("", step.action).split(" ")[0]
    specialist = {"kind": way.kind.name.lower(), "name": name}
    return Wording(said.run, said.arguments, said.inputs, specialist, way.share)


def _from_labels(step: Step, names: Names) -> Iterator[Wording]:
    """The step as the candidate labels it: a placeholder wherever the label has a typed one."""
    others = sum(share for _, share in step.alternatives)
    own = (step.action, max(0.0, step.share - others))
    for action, share in (own, *step.alternatives):
        run = _run_of(action, step.kind, names)
        kind = Kind.SHELL if step.kind == Kind.COMMIT else step.kind
        specialist = {"kind": kind.name.lower(), "name": run.split(" ")[0]}
        yield Wording(run, {}, (), specialist, share / step.share if step.share else 0.0)


def _run_of(action: str, kind: Kind, names: Names) -> str:
    def placeholder(found: re.Match[str]) -> str:
        name = names.give("free", "text", [Context(called=found[1] or "value")])
        return f"{{{{ free.{name} }}}}"

    if kind == Kind.COMMIT:
        message = names.give("free", "text", [Context(called="message")])
        prefix = f"{action.rpartition(':')[2]}: " if re.fullmatch(r"commit:[a-z]+", action) else ""
        return f'git commit -m "{prefix}{{{{ free.{message} }}}}"'
    return _PLACEHOLDER.sub(placeholder, _DECLARED_AS.sub("", action))
