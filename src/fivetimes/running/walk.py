"""A conductor's plan, and what came of each act -> the next act. No clock, no file: the same outcomes lead the same way again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from fivetimes.conductor_document import DocumentStep, Gate
from fivetimes.exporters.plan import NOTHING, Plan, PlanStage

About = Literal["precondition", "gate", "hand", "check", "again", "failed"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something to write down."""

    key: str
    what: str
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunQuestion:
    """A question to a person (`answerer`; None: whoever is there). `back` is the step to which one may go back, None: to none."""

    key: str
    about: About
    question: str
    step: str | None = None
    answerer: str | None = None
    back: str | None = None


@dataclass(frozen=True, slots=True)
class Do:
    """A step to carry out in one of its ways (from 1). `gate`: the question that must have been answered with yes before."""

    key: str
    step: str
    way: int
    attempt: int
    gate: str | None


Act = Note | RunQuestion | Do


@dataclass(frozen=True, slots=True)
class RunAnswer:
    """What a person answered: yes, no or back."""

    answer: Literal["yes", "no", "back"]
    by: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """How a step ended. `unknown`: it was begun before a crash, and nobody knows whether it ended."""

    exit: int = 0
    unknown: bool = False


Outcome = RunAnswer | Done | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen for a run: the ways of steps (from 1) by their ids, and optional steps that are left out."""

    ways: Mapping[str, int] = field(default_factory=dict)
    without: Sequence[str] = ()


def walk(
    plan: Plan, steps: Sequence[DocumentStep], preconditions: Sequence[str], choices: Choices
) -> Generator[Act, Outcome, str]:
    """The acts of a run, one after the other; each is sent what came of the last one.

    Args:
        plan: of the conductor.
        steps: of its document, for what each step has to fulfil.
        preconditions: what must hold before it is run.
        choices: what was chosen.

    Returns:
        How it ended: done, stopped, or should not run.
    """
    for number, text in enumerate(preconditions, 1):
        held = yield RunQuestion(f"before:{number}", "precondition", f"Does this hold: {text}")
        if _answer(held) != "yes":
            return (yield from _ended("should not run", f"precondition {number}", held))
    standards = _standards(steps, choices)
    places = {stage.id: number for number, stage in enumerate(plan.stages)}
    visits: Counter[str] = Counter()
    at = 0
    while at < len(plan.stages):
        stage = plan.stages[at]
        visits[stage.id] += 1
        key = f"{stage.id}:{visits[stage.id]}"
        if stage.id in choices.without:
            yield Note(f"{key}:left-out", "left out", {"step": stage.id})
            at += 1
            continue
        verdict = yield from _stage(stage, key, choices.ways.get(stage.id, 1), standards.get(stage.id, ()))
        if verdict == "on":
            at += 1
        elif verdict in places:
            yield Note(f"{key}:back", "went back", {"step": stage.id, "to": verdict})
            at = places[verdict]
        else:
            return verdict
    return (yield from _ended("done", "", None))


def _standards(steps: Sequence[DocumentStep], choices: Choices) -> Mapping[str, list[tuple[str, str]]]:
    """The standards that are asked for after each step, as (the step that has to fulfil it, what it is).

    A standard that a later step shows (`s6 (lint) shows nothing wrong`) is asked for after that one: before, nobody can know.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for number, step in enumerate(steps):
        standard = step.get("expects")
        if standard:
            later = [one["id"] for one in steps[number + 1 :] if one["id"] not in choices.without]
            shown_by = standard.partition(" ")[0]
            found.setdefault(shown_by if shown_by in later else step["id"], []).append((step["id"], standard))
    return found


def _stage(stage: PlanStage, key: str, way: int, standards: Sequence[tuple[str, str]]) -> Generator[Act, Outcome, str]:
    """A step with its gate and its check: `on`, the step to go back to, or how the run ended."""
    gate = f"{key}:gate" if stage.gate is not None else None
    if stage.gate is not None:
        back = _back(stage.gate)
        got = yield RunQuestion(f"{key}:gate", "gate", stage.gate["ask"], stage.id, stage.gate["answerer"], back)
        if _answer(got) != "yes":
            if back is not None:
                return back
            return (yield from _ended("stopped", f"gate before {stage.id}", got))
    verdict = yield from (
        _by_hand(stage, key) if stage.commands[way - 1].command == NOTHING else _carried_out(stage, key, way, gate)
    )
    if verdict != "on":
        return verdict
    for number, (owner, standard) in enumerate(standards, 1):
        several = f":{number}" if number > 1 else ""
        verdict = yield from _checked(stage, f"{key}:check{several}", standard, owner)
        if verdict != "on":
            return verdict
    return "on"


def _by_hand(stage: PlanStage, key: str) -> Generator[Act, Outcome, str]:
    got = yield RunQuestion(f"{key}:hand", "hand", f"Do this by hand now: {stage.phrase}. Is it done?", stage.id)
    if _answer(got) != "yes":
        return (yield from _ended("stopped", f"step {stage.id}, by hand", got))
    return "on"


def _checked(stage: PlanStage, key: str, standard: str, back: str) -> Generator[Act, Outcome, str]:
    got = yield RunQuestion(key, "check", f"Is it good enough to go on: {standard}", stage.id, None, back)
    if _answer(got) == "back":
        return back
    if _answer(got) != "yes":
        return (yield from _ended("stopped", f"check after {stage.id}", got))
    return "on"


def _carried_out(stage: PlanStage, key: str, way: int, gate: str | None) -> Generator[Act, Outcome, str]:
    attempt = 1
    while True:
        done = yield Do(f"{key}:do:{attempt}", stage.id, way, attempt, gate)
        if not isinstance(done, Done):
            raise TypeError("a step ends with Done")
        if done.unknown:
            ask = f"{stage.phrase} was begun, and nobody knows whether it ended. Did it happen? No: it is done again."
            got = yield RunQuestion(f"{key}:again:{attempt}", "again", ask, stage.id)
            if _answer(got) == "yes":
                return "on"
        elif done.exit == 0:
            return "on"
        else:
            ask = f"{stage.phrase} failed (exit status {done.exit}). Yes: go on all the same. Back: do it again. No: stop."
            got = yield RunQuestion(f"{key}:failed:{attempt}", "failed", ask, stage.id, None, stage.id)
            if _answer(got) == "yes":
                return "on"
            if _answer(got) != "back":
                return (yield from _ended("failed", f"step {stage.id}", got))
        attempt += 1


def _answer(outcome: Outcome) -> str:
    if not isinstance(outcome, RunAnswer):
        raise TypeError("a question is answered with an answer")
    return outcome.answer


def _back(gate: Gate) -> str | None:
    """The step to which a no leads back; None where it ends the run."""
    return gate["on_no"].removeprefix("back to ") if gate["on_no"].startswith("back to ") else None


def _ended(result: str, where: str, got: Outcome) -> Generator[Act, Outcome, str]:
    why = {"by": got.by, "why": got.why} if isinstance(got, RunAnswer) else {}
    yield Note("end", "ended", {"result": result, "where": where, **why})
    return result
