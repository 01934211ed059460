"""Conductor -> Plan: what the formats that a machine carries out have in common, each value by one name.

A step of a shell is a command line; a step of another kind is handed to the program that the environment names for it
(`RUN_SKILL`, `RUN_TOOL`, `RUN_ACTION`, `RUN_EDIT`), for specialists are interchangeable and we do not know who carries them out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fivetimes.errors import RuleError
from fivetimes.exporters import shell
from fivetimes.exporters.gates import guarded_steps
from fivetimes.exporters.prose import told, ways
from fivetimes.exporters.shell import Ref
from fivetimes.model import Conductor

ALWAYS = 0.95  # a step seen in a smaller share of the runs may be left out

_RUNNERS = {"skill": "RUN_SKILL", "tool": "RUN_TOOL", "action": "RUN_ACTION", "edit": "RUN_EDIT"}
_SECRET = re.compile(
    r"(?:^|_)(?:secret|token|password|passphrase|passwd|pwd|credentials?|(?:api|access|private)_key)(?:_|$)"
)
# words that a shell or just reads as their own
_TAKEN = frozenset("if else export unexport import mod set alias assert true false and or env shell run".split())


@dataclass(frozen=True, slots=True)
class Value:
    """What a run needs to know: the placeholder, the variable that holds it, and whether it may be seen."""

    ref: Ref
    variable: str
    secret: bool
    says: str

    @property
    def asked(self) -> bool:
        """Whether it is said anew for each run; secrets and constants are set once, in the environment."""
        return self.ref.space != "constants" and not self.secret


@dataclass(frozen=True, slots=True)
class Act:
    """One way of a step: a command of bash, what it needs, and how often this way was taken.

    `arguments` are templates; `settled` are the constants in them that a person has written down.
    """

    command: str
    needs: tuple[Value, ...]
    share: float
    kind: str
    name: str
    arguments: Mapping[str, str]
    settled: Mapping[Ref, str]


@dataclass(frozen=True, slots=True)
class Stage:
    """A step with its gate, whether it may be left out, and its ways, the commonest first."""

    id: str
    says: str
    gate: Mapping[str, Any] | None
    optional: bool
    again: int
    acts: tuple[Act, ...]

    @property
    def switch(self) -> str:
        """The variable that leaves an optional step out."""
        return f"do_{self.id}"

    @property
    def choice(self) -> str:
        """The variable that says which way is taken."""
        return f"way_{self.id}"

    @property
    def needs(self) -> tuple[Value, ...]:
        """What any of its ways needs."""
        return tuple(dict.fromkeys(value for act in self.acts for value in act.needs))


@dataclass(frozen=True, slots=True)
class Plan:
    """The stages in order and all values, in the order of their first use."""

    stages: tuple[Stage, ...]
    values: tuple[Value, ...]


def plan(conductor: Conductor, *, form: str) -> Plan:
    """The plan of a conductor.

    Args:
        conductor: what is exported.
        form: the format's name, for the sentences.

    Raises:
        RuleError: a gate is missing, or a step needs what only a person or an agent can carry on.
    """
    steps = guarded_steps(conductor)
    for step in steps:
        _refuse(conductor, step, form)
    written = conductor.document.get("constants", {})
    settled = {Ref("constants", name): text for name, text in written.items() if text is not None}
    values = _values(steps, settled)
    stages = tuple(_stage(step, values, settled) for step in steps)
    return Plan(stages, tuple(values.values()))


def _refuse(conductor: Conductor, step: Mapping[str, Any], form: str) -> None:
    out = f"so it is not exported as {form}. Export it as runbook or skill, where a person or an agent carries it on."
    taken = [ref for way in ways(step) for ref in shell.references(way["run"]) if ref.space.startswith("steps.")]
    if taken:
        raise RuleError(f"{conductor.id}: step {step['id']} needs {taken[0].name} of {taken[0].space[6:]}, {out}")


def _values(steps: Sequence[Mapping[str, Any]], settled: Mapping[Ref, str]) -> dict[Ref, Value]:
    texts = [text for step in steps for way in ways(step) for text in (way["run"], *way.get("with", {}).values())]
    values: dict[Ref, Value] = {}
    taken: set[str] = set(_TAKEN)
    for ref in dict.fromkeys(ref for text in texts for ref in shell.references(text) if ref not in settled):
        variable = next(name for name in _variables(ref) if name not in taken)
        taken.add(variable)
        values[ref] = Value(ref, variable, _SECRET.search(ref.name) is not None, _says(ref))
    return values


def _variables(ref: Ref) -> Iterator[str]:
    yield ref.name
    yield f"{ref.space}_{ref.name}"
    yield from (f"{ref.space}_{ref.name}_{number}" for number in range(2, 1000))


def _says(ref: Ref) -> str:
    if ref.space == "inputs":
        return "one value for the whole run"
    return "differs each time" if ref.space == "free" else "always the same, and not written down here"


def _stage(step: Mapping[str, Any], values: Mapping[Ref, Value], settled: Mapping[Ref, str]) -> Stage:
    acts = tuple(_act(way, step["specialist"], values, settled) for way in ways(step))
    again = int(step.get("repeat", [1, 1])[1])
    return Stage(step["id"], told(step), step.get("gate"), step["share"] < ALWAYS, again, acts)


def _act(
    way: Mapping[str, Any], usual: Mapping[str, str], values: Mapping[Ref, Value], settled: Mapping[Ref, str]
) -> Act:
    specialist = way.get("specialist", usual)
    arguments = dict(way.get("with", {}))
    found = [ref for text in (way["run"], *arguments.values()) for ref in shell.references(text)]
    needs = tuple(dict.fromkeys(values[ref] for ref in found if ref in values))

    def say(ref: Ref) -> str:
        return f'"${values[ref].variable}"' if ref in values else shell.quote(settled[ref])

    runner = _RUNNERS.get(specialist["kind"])
    told = shell.command(way["run"], say=say) if runner is None else _handed(runner, specialist, arguments, say)
    return Act(told, needs, way["share"], specialist["kind"], specialist["name"], arguments, settled)


def _handed(runner: str, specialist: Mapping[str, str], arguments: Mapping[str, str], say: shell.Say) -> str:
    """The command that hands a step to whoever carries it out here, each argument one word."""
    named = [shell.quote(f"{key}=") + _argument(text, say) for key, text in arguments.items()]
    return " ".join([f'"${runner}"', shell.quote(specialist["name"]), *named])


def _argument(text: str, say: shell.Say) -> str:
    written, last = [], 0
    for found in shell.PLACEHOLDER.finditer(text):
        written += [shell.quote(text[last : found.start()])] if found.start() > last else []
        written.append(say(Ref(found[1], found[2])))
        last = found.end()
    return "".join(written) + (shell.quote(text[last:]) if text[last:] else "")


def demands(stage: Stage) -> tuple[str, ...]:
    """The variables of the environment that a stage cannot do without."""
    runners = (_RUNNERS[act.kind] for act in stage.acts if act.kind in _RUNNERS)
    settled = (value.variable for value in stage.needs if not value.asked)
    return tuple(dict.fromkeys((*runners, *settled)))


def script(stage: Stage) -> str:
    """A stage on one line of bash: it names what is missing, then takes the chosen way, unless it is left out.

    Example:
        >>> act = Act("make all", (), 1.0, "shell", "make", {}, {})
        >>> script(Stage("s2", "make", None, True, 1, (act,)))
        'if test "$do_s2" = yes; then make all; fi'
    """
    asked = "".join(f': "${{{name}:?is not set: see the head of this file}}"; ' for name in demands(stage))
    told = stage.acts[0].command if len(stage.acts) == 1 else _chosen(stage)
    if not stage.optional:
        return asked + told
    return f'if test "${stage.switch}" = yes; then {asked}{told}; fi'


def _chosen(stage: Stage) -> str:
    branches = "".join(f"{number}) {act.command} ;; " for number, act in enumerate(stage.acts, 1))
    otherwise = f'*) echo "{stage.choice} is a number from 1 to {len(stage.acts)}" >&2; exit 2 ;;'
    return f'case "${stage.choice}" in {branches}{otherwise} esac'
