"""A conductor and its drift -> the conductor as it is done today, as a proposal that a person accepts or declines.

Nothing changes by itself: accepted, the proposal is an edit in the ledger with who and why, and the conductor has to be approved
anew; declined, the ledger keeps the reason and the same proposal is not made again.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from fivetimes import conductors, exporters, review
from fivetimes.conductor_document import ConductorDocument, DocumentStep
from fivetimes.conductors.approval_gates import by_hand_gate
from fivetimes.followup.alignment import Change
from fivetimes.followup.findings import DriftTest
from fivetimes.model.conductors import Conductor
from fivetimes.model.decisions import Decision


def proposed(conductor: Conductor, drift: Sequence[DriftTest]) -> Conductor:
    """The conductor with its drift taken over.

    A step that is skipped is taken out, or marked as optional where other steps use what it makes, where it is still done now
    and then, or where a gate stands before it: a gate is not lost by a count. A step that is added is done by a person, as only
    its kind is known. Two that are swapped change places.

    Raises:
        FivetimesError: the result would be no conductor.
    """
    steps = list(conductor.document["steps"])
    for test in drift:
        if test.change is Change.SKIP:
            steps = _without(steps, test)
        elif test.change is Change.SWAP:
            steps = _swapped(steps, *test.what)
        else:
            steps = _with(steps, test)
    text = exporters.render(replace(conductor, document=conductors.with_steps(conductor.document, steps)))
    return conductors.parse(text, place=f"the proposal for {conductor.id}")


def difference(before: Conductor, after: Conductor) -> str:
    """What a proposal changes, as a unified diff of the two files; empty where it changes nothing."""
    old, new = (exporters.render(one).splitlines(keepends=True) for one in (before, after))
    return "".join(difflib.unified_diff(old, new, f"{before.id} as approved", f"{before.id} as proposed", n=2))


def declined(conductor: Conductor, proposal: Conductor, *, folder: Path) -> str:
    """Why this very proposal was declined; empty where it was not."""
    wanted = conductors.steps_digest(proposal.document)
    lines = [
        one
        for one in review.read_ledger(folder)
        if one.conductor == conductor.id and one.decision is Decision.DECLINE and one.to == wanted
    ]
    return f"{lines[-1].by} declined it on {lines[-1].at:%Y-%m-%d}: {lines[-1].why}" if lines else ""


def decline(
    conductor: Conductor, proposal: ConductorDocument, *, by: str, why: str, at: datetime, folder: Path
) -> None:
    """Keep in the ledger that a proposal was declined, and why."""
    review.decline(conductor, by=by, why=why, at=at, to=conductors.steps_digest(proposal), folder=folder)


def _without(steps: Sequence[DocumentStep], test: DriftTest) -> list[DocumentStep]:
    name = test.what[0]
    used = any(f"steps.{name}." in str(step) for step in steps)
    out = []
    for step in steps:
        if step["id"] != name:
            out.append(step)
        elif test.since < test.of_since or used or "gate" in step:
            out.append({**step, "optional": True, "share": round(max(0.01, 1 - test.since / test.of_since), 2)})
    return out


def _swapped(steps: Sequence[DocumentStep], first: str, second: str) -> list[DocumentStep]:
    place = {step["id"]: at for at, step in enumerate(steps)}
    out = list(steps)
    if first in place and second in place:
        out[place[first]], out[place[second]] = out[place[second]], out[place[first]]
    return out


def _with(steps: Sequence[DocumentStep], test: DriftTest) -> list[DocumentStep]:
    action = test.what[0]
    number = 1 + max(int(step["id"][1:]) for step in steps)
    added: DocumentStep = {
        "id": f"s{number}",
        "action": action,
        "run": action,
        "by_hand": "only its kind is known: it was added since the approval",
        "specialist": {"kind": "person", "name": action.split()[0].partition(":")[0]},
        "share": round(test.since / test.of_since, 2),
        "reversible": None,
        "expects": None,
    }
    added["gate"] = by_hand_gate(added)
    if test.since < test.of_since:
        added["optional"] = True
    at = next((n for n, step in enumerate(steps, 1) if step["id"] == test.after), len(steps))
    return [*steps[:at], added, *steps[at:]]
