"""What runs elsewhere -> lines of a run's record: `just`, an agent with a SKILL.md, a workflow of GitHub call it at each step.

It carries nothing out. A run that is recorded so has the same file as one of `fivetimes run`, and answers the same questions.
What it holds is what the caller states: that a gate was passed is known from its step having begun behind a prompt, not from the
prompt itself.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from fivetimes import conductors, review, store
from fivetimes.conductor_document import ConductorDocument, stated
from fivetimes.errors import FivetimesError
from fivetimes.exporters.plan import Plan, PlanStage, plan, without_terminal
from fivetimes.model.command_lines import Role
from fivetimes.model.conductors import Conductor
from fivetimes.model.decisions import Status
from fivetimes.model.events import Kind
from fivetimes.redaction import Known, digest, harmless
from fivetimes.running.performing import state_of
from fivetimes.running.record import FOLDER, Record, RunEntry, record_of
from fivetimes.words import id_of

RESULTS = ("done", "stopped", "failed", "should not run")
_NAME = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}"
)  # a run's name is a file's name, and shorter than any file system's limit


class Origin(StrEnum):
    """What carries a run out."""

    RUN = "run"
    JUST = "just"
    SKILL = "skill"
    WORKFLOW = "workflow"


# Who lets a step pass its gate, where the step can only begin behind a yes; an agent states the answer itself.
_PASSED_BY: Mapping[Origin, str] = {
    Origin.JUST: "whoever was at the terminal",
    Origin.WORKFLOW: "a reviewer of the environment",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who records: where, with which environment, and in whose name (empty: nobody is named)."""

    place: Path
    home: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    by: str = ""


class Hidden:
    """Values as a record shows them: as they are where they are harmless, else as a digest under the local key.

    Args:
        key: the local key.
        secret: names of values that are never shown.
    """

    def __init__(self, key: bytes, secret: frozenset[str]) -> None:
        self._key, self._secret = key, secret

    def __call__(self, name: str, text: str) -> str:
        if name not in self._secret and harmless(text, role=Role.VALUE, known=Known()):
            return text
        return f"blake2b:{digest(Kind.ACTION, text, None, key=self._key) & 0xFFFFFFFFFFFFFFFF:016x}"


def first_line(document: ConductorDocument, planned: Plan, caller: Caller, values: Mapping[str, str]) -> dict[str, Any]:
    """What the first line of every run states of its conductor, its values and the state of the work.

    Args:
        document: of the conductor.
        planned: its plan.
        caller: who begins the run.
        values: by the variables of the plan.
    """
    shown = Hidden(store.local_key(caller.home), frozenset(value.variable for value in planned.values if value.secret))
    return {
        "conductor": document["id"],
        "title": document["title"],
        "purpose": stated(document, "purpose"),
        "inputs": {name: shown(name, text) for name, text in values.items()},
        "steps": {step["id"]: step["action"] for step in document["steps"]},
        "alternatives": [dict(path) for path in document["alternatives"]],
        "state": state_of(caller.place),
        "evidence": document["evidence"]["digest"],
    }


def begin(name: str, *, origin: Origin, folder: Path, caller: Caller, because: str = "", run: str = "") -> Record:
    """Begin the record of a run that is carried out elsewhere.

    Args:
        name: the conductor's id.
        origin: what carries it out.
        folder: of the conductors.
        caller: who begins it.
        because: why it is run.
        run: what names the run where its caller has a name for it (a server's number); a run that there is already is taken up.

    Returns:
        Its record.

    Raises:
        FivetimesError: there is no such conductor, or its record cannot be written.
    """
    conductor, standing = _conductor(name, folder)
    if run and not _NAME.fullmatch(run):
        raise FivetimesError(f"--run {run}: a run's name has letters, digits, dots and hyphens, 61 at most.")
    rest = run or f"{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(2)}"
    record = Record((folder / FOLDER / f"{conductor.id}-{rest}.jsonl").absolute())
    line = first_line(conductor.document, _plan(conductor, origin), caller, {})
    record.add(
        "began",
        "began",
        **line,
        revision=conductors.fingerprint(conductor.document),
        by=caller.by or "somebody",
        because=because,
        choices={"ways": {}, "without": []},
        origin=origin.value,
        standing=standing,
    )
    return record


@dataclass(frozen=True, slots=True)
class OutsideRun:
    """A run that is carried out elsewhere, to whose record it adds.

    Attributes:
        record: of the run.
        conductor: as it stands in the folder now.
        caller: who records.
    """

    record: Record
    conductor: Conductor
    caller: Caller

    @classmethod
    def of(cls, run: str, *, folder: Path, caller: Caller) -> OutsideRun:
        """The open run of this id.

        Raises:
            FivetimesError: there is none, it is carried out by `fivetimes run`, it has ended, or its conductor is gone.
        """
        record = record_of(run, folder=folder)
        entries = record.entries()
        if origin_of(entries) is Origin.RUN:
            raise FivetimesError(f"{record.run}: fivetimes itself carries this run out and records it.")
        if entries[-1].what == "ended":
            raise FivetimesError(f"{record.run}: this run has ended ({entries[-1].fields['result']}). Begin a new one.")
        conductor, _ = _conductor(entries[0].fields["conductor"], folder)
        return cls(record, conductor, caller)

    def began(self, name: str) -> None:
        """A step begins, and with that its gate was passed, where it can only begin behind one; or it was left out by its switch.

        Raises:
            FivetimesError: there is no such step.
        """
        stage, entries = self._stage(name), self.record.entries()
        environ = self.caller.environ
        if stage.optional and environ.get(stage.switch, "yes") != "yes":
            self._next(lambda n: f"{name}:{n}:left-out", "left out", step=name)
            return
        origin = origin_of(entries)
        if stage.gate is not None and origin in _PASSED_BY:
            self._answered(stage, "yes", self.caller.by or _PASSED_BY[origin], "", named=bool(self.caller.by))
        way = environ.get(stage.choice, "1") if stage.choices else "1"
        number = int(way) if way in stage.choices else 1
        command = stage.commands[number - 1]
        asked = {
            value.variable: environ[value.variable]
            for value in stage.needs
            if _given(value.variable, value.asked, environ)
        }
        hidden = frozenset(value.variable for value in stage.needs if value.secret)
        shown = Hidden(store.local_key(self.caller.home), hidden)
        # an agent's environment is not where the values of its run stand
        values = {} if origin is Origin.SKILL else {variable: shown(variable, text) for variable, text in asked.items()}
        self._next(
            lambda n: f"{name}:{n}:do:1:began:1",
            "step began",
            step=name,
            attempt=1 + sum(_is(entry, "step began", name) for entry in entries),
            way=number,
            ways=[one.share for one in stage.commands],
            specialist={"kind": command.kind, "name": command.name},
            state=state_of(self.caller.place),
            inputs=values,
        )

    def ended(self, name: str, exit_status: int) -> None:
        """A step that was begun has ended. Nothing is written of one that was left out.

        Raises:
            FivetimesError: it was not begun, or has ended already.
        """
        self._stage(name)
        entries = self.record.entries()
        last = next((e for e in reversed(entries) if e.fields.get("step") == name and e.what in _OF_A_STEP), None)
        if last is not None and last.what == "left out":
            return
        if last is None or last.what != "step began":
            raise FivetimesError(
                f"{self.record.run}: {name} was not begun. Record that first: fivetimes record began {name}"
            )
        seconds = round(max(0.0, (datetime.now(UTC) - last.at).total_seconds()), 3)
        key = f"{last.key.rpartition(':began')[0]}:ended"
        self.record.add(key, "step ended", step=name, exit=exit_status, seconds=seconds)

    def gate(self, name: str, answer: Literal["yes", "no", "back"], *, why: str = "") -> None:
        """The gate before a step was answered.

        Raises:
            FivetimesError: no gate stands there, nobody is named, or there is no way back.
        """
        stage = self._stage(name)
        if stage.gate is None:
            raise FivetimesError(f"{self.conductor.id}: no gate stands before {name}.")
        if not self.caller.by:
            raise FivetimesError("an answer has a name. Add --by.")
        if answer == "back" and not stage.gate["on_no"].startswith("back to "):
            raise FivetimesError(f"{self.record.run}: there is no way back from {name}. Answer yes or no.")
        self._answered(stage, answer, self.caller.by, why, named=True)

    def end(self, result: str) -> None:
        """The run has ended.

        Raises:
            FivetimesError: a run does not end so.
        """
        if result not in RESULTS:
            raise FivetimesError(f"{result}: a run ends as {', '.join(RESULTS)}.")
        self.record.add("end", "ended", result=result, where="", by=self.caller.by, why="")

    def _answered(self, stage: PlanStage, answer: str, by: str, why: str, *, named: bool) -> None:
        gate, entries = stage.gate, self.record.entries()
        if gate is None:
            raise TypeError("only a gate is answered")
        ended = next((entry for entry in reversed(entries) if entry.what == "step ended"), None)
        meant = gate["answerer"]
        key = self._next(
            lambda n: f"{stage.id}:{n}:gate",
            "asked",
            about="gate",
            question=gate["ask"],
            step=stage.id,
            answerer=meant,
            back=gate["on_no"].removeprefix("back to ") if gate["on_no"].startswith("back to ") else None,
            last=None if ended is None else {"step": ended.fields["step"], "exit": ended.fields["exit"]},
        )
        # whether it was answered in the place of somebody is known only where who answered is named
        override = bool(meant) and named and by != meant
        given = {"answer": answer, "by": by, "why": why, "override": override}
        self.record.add(f"{key}:answered", "answered", about="gate", step=stage.id, **given)

    def _next(self, key: Callable[[int], str], what: str, **fields: Any) -> str:
        """Add a line under the first key of its kind that the run does not have yet."""
        number = 1
        while not self.record.add(key(number), what, **fields):
            number += 1
        return key(number)

    def _stage(self, name: str) -> PlanStage:
        stages = _plan(self.conductor, origin_of(self.record.entries())).stages
        found = next((stage for stage in stages if stage.id == name), None)
        if found is None:
            raise FivetimesError(
                f"{self.conductor.id}: there is no step {name}. Steps: {', '.join(s.id for s in stages)}."
            )
        return found


_OF_A_STEP = ("step began", "step ended", "left out")


def _is(entry: RunEntry, what: str, step: str) -> bool:
    return entry.what == what and entry.fields["step"] == step


def _given(variable: str, asked: bool, environ: Mapping[str, str]) -> bool:
    return asked and bool(environ.get(variable))


def origin_of(entries: Sequence[RunEntry]) -> Origin:
    """What carries out the run that these lines are of."""
    return Origin(entries[0].fields.get("origin", "run"))


def _plan(conductor: Conductor, origin: Origin) -> Plan:
    planned = plan(conductor, form=origin.value)
    return without_terminal(planned) if origin is Origin.WORKFLOW else planned


def _conductor(name: str, folder: Path) -> tuple[Conductor, str]:
    """A conductor, and how it stands: what runs elsewhere is not ours to forbid, so a draft's run is recorded as one."""
    path = review.conductor_path(folder, name)
    if not path.exists():  # which holds for hardly any: exported files call this with whole ids
        known = sorted(conductor.id for conductor in review.conductors_in(folder))
        otherwise = f"none in {folder}, so nothing is recorded. Name its folder: --conductors"
        path = review.conductor_path(folder, id_of(name, known, otherwise=otherwise, what="conductor"))
    conductor = review.read_conductor(path)
    standing = review.standings(folder).get(conductor.id)
    if standing is None or standing.status is not Status.APPROVED:
        return conductor, "not approved"
    return conductor, "changed since its approval" if review.changed_since(conductor, standing) else "approved"
