"""Lines that somebody typed -> their draft, and the pieces of shell of its exports, each as its format's own program starts it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import yaml

import builders_scan as made
from fivetimes.conductors import draft, withheld
from fivetimes.exporters import EXPORTERS
from fivetimes.model.candidates import Candidate
from fivetimes.model.command_lines import Role
from fivetimes.model.conductors import Conductor
from fivetimes.model.live_text import LiveText
from fivetimes.model.occurrences import Occurrence
from fivetimes.redaction import public
from fivetimes.shell import parse
from sandboxes import installed


def drafted(
    lines: Sequence[str], runs: Sequence[Sequence[str]] = (), **more: Any
) -> tuple[Conductor, Mapping[str, str]]:
    """The draft of lines that were typed in six runs, and the values of what it does not write down."""
    candidate, live = typed_often(lines, runs, **more)
    grammar = public()
    known: dict[str, Any] = {
        "parse": lambda text: parse(text, grammar=grammar),
        "harmless": lambda _word, _role: True,
    }
    conductor = draft(candidate, live, rule=made.RULE, at=made.AT, **known)
    return conductor, withheld(candidate, live, **known)


def typed_often(lines: Sequence[str], runs: Sequence[Sequence[str]] = (), **more: Any) -> tuple[Candidate, LiveText]:
    """A routine of lines, a step for each command that no pipe feeds, no substitution holds and no search leaves out (`cd`).

    Args:
        lines: of a run.
        runs: the lines of each run, where they are not the same six times.
    """
    commands = [
        (at, number, label)
        for at, line in enumerate(lines)
        for number, label in enumerate(labels(line))
        if label != "cd"
    ]
    candidate, live = made.candidate([[run[at] for at, _, _ in commands] for run in runs or [lines] * 6], **more)
    first = {at: number for number, (at, _, _) in reversed(list(enumerate(commands)))}

    def known_again(occurrence: Occurrence) -> Occurrence:
        moments = [
            replace(moment, action=label, part=part, locations=occurrence.moments[first[at]].locations)
            for moment, (at, part, label) in zip(occurrence.moments, commands, strict=True)
        ]
        return replace(occurrence, moments=tuple(moments))

    steps = [replace(step, action=label) for step, (_, _, label) in zip(candidate.steps, commands, strict=True)]
    return replace(candidate, steps=tuple(steps), occurrences=tuple(map(known_again, candidate.occurrences))), live


def labels(line: str) -> list[str]:
    """What the commands of a line are called, without what they are given."""
    found = [
        one for one in parse(line, grammar=public()).commands if not one.within and one.operator not in ("|", "|&")
    ]
    return [" ".join(w.text for w in one.words if w.role in (Role.PROGRAM, Role.SUBCOMMAND)) for one in found]


def settled(conductor: Conductor, values: Mapping[str, str]) -> Conductor:
    """The conductor with its constants written down, as a person does in the review."""
    return replace(conductor, document={**conductor.document, "constants": dict(values)})


def shell_of(conductor: Conductor, form: str) -> list[list[str]]:
    """The pieces of shell of an export in order, each as its format's own program starts it."""
    (text,) = EXPORTERS[form](conductor).values()
    if form == "just":
        path = "it.just"
        return [
            ["bash", "-c", f"cat > ../{path} <<'ENDED'\n{text}ENDED"],
            [str(installed("rust-just")), "--justfile", f"../{path}", "--working-directory", "."],
        ]
    if form == "task":
        write = ["bash", "-c", f"cat > ../it.yml <<'ENDED'\n{text}ENDED"]
        return [write, [str(installed("go-task-bin")), "--taskfile", "../it.yml", "--dir", ".", "--silent"]]
    document = yaml.safe_load(text)
    if form == "github-actions":
        steps = [
            step
            for job in document["jobs"].values()
            for step in job["steps"]
            if re.match(r"s\d+: ", step.get("name", ""))
        ]
        return [["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]] for step in steps]
    tasks = [task["act"] for stage in document["do"] for body in stage.values() for task in body["do"] if "act" in task]
    return [["bash", "-c", task["run"]["shell"]["command"]] for task in tasks]
