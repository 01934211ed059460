"""A team's folder and a report -> figures: which planted routines were found, and what else is proposed.

Names play no part: a candidate is judged by the very events it is made of. A run can still be seen if two of its core events
and half of them stand in some file (windows and shells hide the others). Wanted are the routines done five times or more of
which five runs can be seen; those done so and not to be seen are `unseen`, and asked of nobody.

    F1            of a candidate for a routine, over events: its occurrences are matched one to one with the routine's runs,
                  most in common first; recall is the share of the runs' core events that lie in the matched occurrence,
                  precision the share of the candidate's events that do. What a run has besides (a retry, a slip, a loop of
                  debugging) counts neither way.
    recovery      mean F1 of the wanted routines, one candidate each, of the first 30 (or 2K) that are flagged: extract or
                  canonical
    precision@K   of the first K flagged candidates, K routines being wanted, the share that is the best of one, F1 >= 0.5
    spurious      flagged candidates of the first 2K most of whose events are everyday work, or of several routines
    redundant     … that are the events of one planted routine, which another candidate has already or which is too rare
    count error   mean of |count - times really done| / times really done over the routines with F1 >= 0.3
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.scoring import EXTRACT, FOUND, LOOKED_AT, TOUCHED, Event, Found, event, found_in

Occurrence = frozenset[int]  # numbers of events


@dataclass(frozen=True, slots=True)
class Run:
    """The events of a run that can be seen; `core`: without retries, slips and loops of debugging."""

    core: frozenset[int]
    all: frozenset[int]


@dataclass(frozen=True, slots=True)
class Planted:
    """A routine as it was really done: how often, and the runs that can be seen."""

    id: str
    done: int
    runs: Sequence[Run]


@dataclass(frozen=True, slots=True)
class Truth:
    """What was planted, and which event stands at which place."""

    event_at: Mapping[Event, int]
    owner: Mapping[int, str]  # of an event: its routine
    wanted: Sequence[Planted]
    unseen: int


@dataclass(frozen=True, slots=True)
class Score:
    """The figures; None where there is nothing to state them of. `by_routine` has each wanted routine's F1."""

    wanted: int
    unseen: int
    flagged: int
    recovery: float | None
    precision_at_k: float | None
    spurious: int
    redundant: int
    count_error: float | None
    by_routine: Mapping[str, float]


def read_truth(folder: Path) -> Truth:
    """The truth of a folder that benchmarks/world/write.py wrote."""
    event_at: dict[Event, int] = {}
    with (folder / "events.jsonl").open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            event_at |= {event(place): row["id"] for place in row["places"]}
    owner: dict[int, str] = {}
    wanted, unseen = [], 0
    for routine in json.loads((folder / "truth.json").read_text(encoding="utf-8"))["routines"]:
        owner |= {moment["id"]: routine["id"] for run in routine["instances"] for moment in run["moments"]}
        planted = Planted(routine["id"], len(routine["instances"]), _seen(routine["instances"]))
        if routine["set"] == "few" or planted.done < EXTRACT:
            continue
        if len(planted.runs) >= EXTRACT:
            wanted.append(planted)
        else:
            unseen += 1
    return Truth(event_at, owner, wanted, unseen)


def _seen(instances: Sequence[Mapping[str, Any]]) -> list[Run]:
    runs = []
    for instance in instances:
        core = frozenset(moment["id"] for moment in instance["moments"] if moment["core"])
        if len(core) >= max(2, 0.5 * instance["core"]):
            runs.append(Run(core, frozenset(moment["id"] for moment in instance["moments"])))
    return runs


def occurrences(candidate: Found, truth: Truth) -> list[Occurrence]:
    """The events of each occurrence; a place that is nobody's has a number below zero."""
    return [
        frozenset(truth.event_at.get(place, -1 - n) for n, place in enumerate(sorted(places, key=str)))
        for places in candidate.occurrences
    ]


def agreement(planted: Planted, found: Sequence[Occurrence]) -> float:
    """F1 of a candidate's occurrences for a routine, over events."""
    where = {one: n for n, run in enumerate(planted.runs) for one in run.all}
    pairs = []
    for o, events in enumerate(found):
        for n in {where[one] for one in events if one in where}:
            run = planted.runs[n]
            right, wrong = len(run.core & events), len(events - run.all)
            if right:
                pairs.append((-2 * right / (len(run.core) + right + wrong), o, n, right, right + wrong))
    taken, runs, hit = set[int](), set[int](), 0
    stated = 0
    for _, o, n, right, size in sorted(pairs):
        if o not in taken and n not in runs:
            taken.add(o)
            runs.add(n)
            hit += right
            stated += size
    stated += sum(len(events) for o, events in enumerate(found) if o not in taken)
    core = sum(len(run.core) for run in planted.runs)
    return 2 * hit / (core + stated) if hit else 0.0


def _chosen(table: Mapping[tuple[str, int], float]) -> dict[str, int]:
    """Routine → the place of its candidate: best F1 first, one to one, the better rank on a tie."""
    chosen: dict[str, int] = {}
    for (routine, place), value in sorted(table.items(), key=lambda pair: (-pair[1], pair[0][1], pair[0][0])):
        if value > 0 and routine not in chosen and place not in chosen.values():
            chosen[routine] = place
    return chosen


def _is_of_one_routine(found: Sequence[Occurrence], truth: Truth) -> bool:
    """Whether everyday work is at most half of a candidate's events, and one routine at least half."""
    owners = Counter(truth.owner.get(one) for events in found for one in events)
    total, everyday = owners.total(), owners.pop(None, 0)
    return bool(total) and everyday <= 0.5 * total and max(owners.values(), default=0) >= 0.5 * total


def score(truth: Truth, report: Mapping[str, Any]) -> Score:
    """Hold a report's candidates, best first, against what was planted."""
    size = len(truth.wanted)
    flagged = [candidate for candidate in found_in(report) if candidate.tier != "noticed"]
    looked_at = flagged[: max(LOOKED_AT, 2 * size)]
    found = [occurrences(candidate, truth) for candidate in looked_at]
    table = {(one.id, place): agreement(one, found[place]) for one in truth.wanted for place in range(len(found))}
    chosen = _chosen(table)
    by_routine = {one.id: table[one.id, chosen[one.id]] if one.id in chosen else 0.0 for one in truth.wanted}
    right = {place for routine, place in chosen.items() if by_routine[routine] >= FOUND}
    others = [place for place in range(len(found)) if place not in chosen.values()]
    others = [place for place in others if place < 2 * size or not size]
    redundant = sum(_is_of_one_routine(found[place], truth) for place in others)
    errors = [
        abs(looked_at[chosen[one.id]].count - one.done) / one.done
        for one in truth.wanted
        if by_routine[one.id] >= TOUCHED
    ]
    return Score(
        wanted=size,
        unseen=truth.unseen,
        flagged=len(flagged),
        recovery=fmean(by_routine.values()) if size else None,
        precision_at_k=sum(place < size for place in right) / size if size else None,
        spurious=len(others) - redundant,
        redundant=redundant,
        count_error=fmean(errors) if errors else None,
        by_routine=by_routine,
    )
