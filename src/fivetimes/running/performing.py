"""One act of a run -> what came of it, written down before and after. Engines call this; it can be called again after a crash."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fivetimes.conductor_document import ConductorDocument
from fivetimes.errors import FivetimesError
from fivetimes.exporters.plan import RUNNERS, Plan, PlannedCommand, PlanStage, done_before, plan, script
from fivetimes.model.conductors import Conductor
from fivetimes.running.record import Record, RunEntry
from fivetimes.running.walk import Act, Choices, Do, Done, Note, RunAnswer, RunQuestion, walk

_MOST = 100_000  # bytes of what git prints about the state
# What a command is given so that it shows what it would do, and does nothing: how it begins -> the word behind that.
_DRY_RUNS: Mapping[str, str] = {
    "git push": "--dry-run",
    "rsync": "--dry-run",
    "kubectl apply": "--dry-run=server",
}


@dataclass(frozen=True, slots=True)
class Order:
    """What was ordered: which conductor, in which revision, with which values and choices, where, and the team's runners.

    values: by the variables of the plan. place: the folder in which it is run. runners: `RUN_SKILL` and others -> a command.
    """

    run: str
    document: ConductorDocument
    revision: str
    values: Mapping[str, str]
    choices: Choices
    place: str
    runners: Mapping[str, str] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        """The plan that is walked."""
        return plan(Conductor(self.document["id"], self.document), form="run")

    def acts(self) -> Any:
        """The acts, as `walk` yields them."""
        return walk(self.plan, self.document["steps"], self.document.get("preconditions", ()), self.choices)


class Performer:
    """Carries out the acts of one run.

    Args:
        order: what was ordered.
        record: where it is written down.
        home: our own folder, for the scripts by which steps are handed to others.
    """

    def __init__(self, order: Order, record: Record, *, home: Path) -> None:
        self.order, self.record, self.home = order, record, home
        self._stages = {stage.id: stage for stage in order.plan.stages}

    def note(self, act: Note) -> None:
        """Write something down, once."""
        self.record.add(act.key, act.what, **act.fields)

    def asked(self, act: RunQuestion) -> RunAnswer | None:
        """Write a question down, once; its answer, None while there is none."""
        last = next((entry for entry in reversed(self.record.entries()) if entry.what == "step ended"), None)
        check = None if last is None else {"step": last.fields["step"], "exit": last.fields["exit"]}
        self.record.add(
            act.key,
            "asked",
            about=act.about,
            question=act.question,
            step=act.step,
            answerer=act.answerer,
            back=act.back,
            last=check,
        )
        return answer_to(act.key, self.record.entries())

    def do(self, act: Do) -> Done:
        """Carry out a step, if its gate lets it; one that was begun before a crash is not begun again unasked where it goes out.

        Raises:
            FivetimesError: the gate was not passed, or something is missing.
        """
        entries = self.record.entries()
        stage = self._stages[act.step]
        passed = act.gate is None or answer_to(act.gate, entries)
        if not passed or (isinstance(passed, RunAnswer) and passed.answer != "yes"):
            raise FivetimesError(f"{self.record.run}: the gate before {act.step} was not passed. Nothing was run.")
        ended = next((entry for entry in entries if entry.key == f"{act.key}:ended"), None)
        if ended is not None:
            return Done(int(ended.fields["exit"]))
        begun = sum(entry.key.startswith(f"{act.key}:began") for entry in entries)
        if begun and self._goes_out(act.step):
            self.record.add(f"{act.key}:unknown", "step broken off", step=act.step, attempt=act.attempt)
            return Done(unknown=True)
        return self._run(act, stage, begun)

    def shown_before(self, step: str) -> tuple[str, str]:
        """(the command as it will be run, what it would send) for the terminal of whoever is asked; it is not written down."""
        text, stage = self.command_of(step), self._stages[step]
        dry = _dry_run(self._chosen(step))
        if not dry:
            return text, ""
        ran = subprocess.run(
            ["bash", "-c", done_before(stage) + dry],
            cwd=self.order.place,
            env=self._environment(stage),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return text, ran.stdout.decode("utf-8", "replace").strip()

    def command_of(self, step: str) -> str:
        """The command as it will be run, with its values; secret ones are left out."""
        command = self._chosen(step)
        text, values = command.command, self.order.values
        for value in command.needs:
            text = text.replace(f'"${value.variable}"', "…" if value.secret else values.get(value.variable, "?"))
        return text

    def _chosen(self, step: str) -> PlannedCommand:
        return self._stages[step].commands[self.order.choices.ways.get(step, 1) - 1]

    def _goes_out(self, step: str) -> bool:
        found = next(one for one in self.order.document["steps"] if one["id"] == step)
        return found["reversible"] is not True

    def _run(self, act: Do, stage: PlanStage, begun: int) -> Done:
        command = stage.commands[act.way - 1]
        if not Path(self.order.place).is_dir():
            raise FivetimesError(f"{self.order.place}: this folder is gone. Nothing was run; the run waits.")
        self.record.add(
            f"{act.key}:began:{begun + 1}",
            "step began",
            step=act.step,
            attempt=act.attempt + begun,
            way=act.way,
            ways=[one.share for one in stage.commands],
            specialist={"kind": command.kind, "name": command.name},
            state=state_of(Path(self.order.place)),
        )
        started = time.monotonic()
        ended = subprocess.run(
            ["bash", "-c", script(stage)],
            cwd=self.order.place,
            env=self._environment(stage),
            stdin=None if sys.stdin is not None and sys.stdin.isatty() else subprocess.DEVNULL,
            stdout=_printed_to(),
            check=False,
        )
        seconds = round(time.monotonic() - started, 3)
        self.record.add(f"{act.key}:ended", "step ended", step=act.step, exit=ended.returncode, seconds=seconds)
        return Done(ended.returncode)

    def _environment(self, stage: PlanStage) -> dict[str, str]:
        """What a step finds in its environment: the values, what was chosen, and to whom steps are handed."""
        ways = {f"way_{step}": str(number) for step, number in self.order.choices.ways.items()}
        return {**os.environ, **self.order.values, **stage.switches, **ways, **self._runners()}

    def _runners(self) -> dict[str, str]:
        """The programs to which steps are handed: a script for each command that the team names."""
        found = {}
        for name, command in self.order.runners.items():
            path = self.home / "runs" / self.order.run / name.lower()
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
            path.chmod(0o700)
            found[name] = str(path)
        return found


def _printed_to() -> int | None:
    """Where a step prints: where this process prints, which is the standard error while its output is kept for JSON."""
    try:
        return sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):  # there is no output, or it is no file: a step has its own
        return None


def _dry_run(command: PlannedCommand) -> str:
    """The command so that it only shows what it would do; empty where it cannot, or where another command stands beside it."""
    for begins, dry in _DRY_RUNS.items():
        words = tuple(begins.split())
        if len(command.runs) == 1 and command.runs[0][: len(words)] == words and command.command.count(begins) == 1:
            return command.command.replace(begins, f"{begins} {dry}")
    return ""


def answer_to(key: str, entries: Sequence[RunEntry]) -> RunAnswer | None:
    """The answer to a question; None while there is none."""
    found = next((entry for entry in entries if entry.key == f"{key}:answered"), None)
    return None if found is None else RunAnswer(found.fields["answer"], found.fields["by"], found.fields["why"])


def state_of(place: Path) -> dict[str, Any]:
    """In what state the work is: branch, commit and how many files are changed, where the folder is in a repository."""
    from fivetimes.ingest.formats.repository import printed  # here: what lists runs reads no repository

    def printed_by_git(*arguments: str) -> str:
        return printed(place, arguments, most=_MOST).decode("utf-8", "replace").strip()

    commit = printed_by_git("rev-parse", "--short", "HEAD")
    if not commit:
        return {}
    return {
        "commit": commit,
        "branch": printed_by_git("rev-parse", "--abbrev-ref", "HEAD"),
        "changed": len(printed_by_git("status", "--porcelain").splitlines()),
    }


def perform(act: Act, performer: Performer) -> Any:
    """What comes of an act at once: None of a note, an answer or None of a question, how it ended of a step."""
    if isinstance(act, Note):
        return performer.note(act)
    return performer.asked(act) if isinstance(act, RunQuestion) else performer.do(act)


def needed_runners(stages: Sequence[PlanStage]) -> dict[str, str]:
    """The runners that the steps need: name of the variable -> kind of step."""
    kinds = dict.fromkeys(command.kind for stage in stages for command in stage.commands)
    return {RUNNERS[kind]: kind for kind in kinds if kind in RUNNERS}
