"""A truth and a report -> figures: which planted routines were found, once each, first, and counted right.

The names of actions play no part: an occurrence is judged by the very events it is made of.

    captured      an occurrence has a planted run if it holds at least 70 % of the run's moments, and at least 70 % of
                  its own events are that run's
    recovery      for each routine planted five times or more, the F1 of (its runs captured, the candidate's occurrences
                  that capture one), for the candidate assigned to it one to one among the first 30 (or 2K); the mean
    precision@K   of the first K candidates, K being the number of such routines, the share assigned to one with
                  F1 >= 0.5; candidates that match a habit, and those merely noticed, are passed over, here and below
    redundant     candidates of the first 2K that match a routine which a better one has already
    spurious      candidates of the first 2K that match nothing planted
    overclaimed   candidates above noticed whose routine was done fewer than five times
    miscounted    candidates whose count is not the number of their occurrences
    count error   mean of |count - true count| / true count over the routines recovered
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

SHARE = 0.7  # of a run's moments, and of an occurrence's events, that make it captured
EXTRACT = 5
LOOKED_AT = 30  # candidates that a person may be asked to look through
FOUND = 0.5  # F1 from which on a routine counts as found
TOUCHED = 0.3  # F1 from which on a candidate is about a routine at all

Event = tuple[str, int | str]  # a path, and the line or the commit
Run = Sequence[frozenset[Event]]  # moments, each with the places where the one event is seen


@dataclass(frozen=True, slots=True)
class Routine:
    """A planted routine with its runs. A habit is real but too small to matter: neither right nor wrong to find."""

    id: str
    habit: bool
    runs: Sequence[Run]


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate of a report: what the scorer needs of it."""

    tier: str
    count: int
    occurrences: Sequence[frozenset[Event]]


@dataclass(frozen=True, slots=True)
class Score:
    """The figures; `count_error` is None where nothing was recovered, `by_routine` holds each routine's F1."""

    routines: int
    candidates: int
    recovery: float
    precision_at_k: float
    redundant: int
    spurious: int
    overclaimed: int
    miscounted: int
    count_error: float | None
    by_routine: Mapping[str, float]


def event(place: Mapping[str, Any]) -> Event:
    """The key of a place as truth and report write it.

    Example:
        >>> event({"path": "./people/ana/.zsh_history", "line": 17})
        ('people/ana/.zsh_history', 17)
    """
    path = str(PurePosixPath(place["path"]))
    return (path, str(place["commit"])) if place.get("commit") else (path, int(place["line"]))


def read_truth(path: Path) -> list[Routine]:
    """The planted routines of a truth.json."""
    return [
        Routine(
            id=routine["id"],
            habit=routine["habit"],
            runs=[[frozenset(map(event, moment)) for moment in run] for run in routine["instances"]],
        )
        for routine in json.loads(path.read_text(encoding="utf-8"))["routines"]
    ]


def found_in(report: Mapping[str, Any]) -> list[Found]:
    """The candidates of a report in its own order."""
    return [
        Found(
            tier=candidate["tier"],
            count=candidate["count"],
            occurrences=[frozenset(map(event, occurrence["events"])) for occurrence in candidate["occurrences"]],
        )
        for candidate in report["candidates"]
    ]


class _Plan:
    """Where each planted event belongs, so that an occurrence is compared with the runs it touches and no others."""

    def __init__(self, routines: Sequence[Routine]) -> None:
        self.routines = routines
        self.runs_of: dict[Event, list[tuple[int, int, int]]] = defaultdict(list)
        for number, routine in enumerate(routines):
            for run, moments in enumerate(routine.runs):
                for moment, places in enumerate(moments):
                    for place in places:
                        self.runs_of[place].append((number, run, moment))

    def captured(self, occurrence: frozenset[Event]) -> list[tuple[int, int]]:
        """The (routine, run) pairs that an occurrence captures, in order."""
        own: Counter[tuple[int, int]] = Counter()
        moments = defaultdict(set)
        for place in occurrence:
            for routine, run, moment in self.runs_of.get(place, ()):
                own[routine, run] += 1
                moments[routine, run].add(moment)
        return sorted(
            (routine, run)
            for (routine, run), events in own.items()
            if events >= SHARE * len(occurrence)
            and len(moments[routine, run]) >= SHARE * len(self.routines[routine].runs[run])
        )

    def agreement(self, candidate: Found) -> dict[int, float]:
        """For each routine that the candidate captures runs of: F1 of runs captured and occurrences that do so."""
        taken: dict[int, set[int]] = defaultdict(set)
        for occurrence in candidate.occurrences:
            for routine, runs in _by_routine(self.captured(occurrence)).items():
                free = [run for run in runs if run not in taken[routine]]
                taken[routine].update(free[:1])
        return {
            routine: 2 * len(runs) / (len(self.routines[routine].runs) + len(candidate.occurrences))
            for routine, runs in taken.items()
            if runs
        }


def _by_routine(pairs: Sequence[tuple[int, int]]) -> dict[int, list[int]]:
    grouped: dict[int, list[int]] = defaultdict(list)
    for routine, run in pairs:
        grouped[routine].append(run)
    return grouped


def _assigned(wanted: Sequence[int], agreements: Sequence[Mapping[int, float]], names: Sequence[str]) -> dict[int, int]:
    """Routine → the place of its candidate: best F1 first, one to one, the better rank on a tie."""
    pairs = sorted(
        (-values[routine], place, names[routine], routine)
        for place, values in enumerate(agreements)
        for routine in wanted
        if routine in values
    )
    chosen: dict[int, int] = {}
    for _, place, _, routine in pairs:
        if routine not in chosen and place not in chosen.values():
            chosen[routine] = place
    return chosen


def _best(values: Mapping[int, float], group: Sequence[int]) -> float:
    return max((values.get(routine, 0.0) for routine in group), default=0.0)


@dataclass(frozen=True, slots=True)
class _Groups:
    """The planted routines by number: those to be found, those done too rarely, and habits."""

    wanted: Sequence[int]
    few: Sequence[int]
    habits: Sequence[int]


def _groups(routines: Sequence[Routine]) -> _Groups:
    serious = [n for n, routine in enumerate(routines) if not routine.habit]
    return _Groups(
        wanted=[n for n in serious if len(routines[n].runs) >= EXTRACT],
        few=[n for n in serious if len(routines[n].runs) < EXTRACT],
        habits=[n for n, routine in enumerate(routines) if routine.habit],
    )


def score(routines: Sequence[Routine], candidates: Sequence[Found]) -> Score:
    """Hold a report's candidates, best first, against what was planted."""
    groups = _groups(routines)
    wanted, few, size = groups.wanted, groups.few, len(groups.wanted)
    looked_at = candidates[: max(LOOKED_AT, 2 * size)]
    plan = _Plan(routines)
    values = [plan.agreement(candidate) for candidate in looked_at]
    places = _assigned(wanted, values, [routine.id for routine in routines])
    f1 = {n: values[places[n]][n] if n in places else 0.0 for n in wanted}
    right = {places[n]: n for n in wanted if f1[n] >= FOUND}
    claimed = [place for place, candidate in enumerate(looked_at) if candidate.tier != "noticed"]
    counted = [place for place in claimed if _best(values[place], groups.habits) <= _best(values[place], wanted)]
    others = [place for place in counted[: 2 * size] if place not in places.values()]
    true = {place: len(routines[n].runs) for place, n in right.items()}
    errors = [abs(looked_at[place].count - count) / count for place, count in true.items()]
    return Score(
        routines=size,
        candidates=len(candidates),
        recovery=sum(f1.values()) / max(1, size),
        precision_at_k=sum(place in right for place in counted[:size]) / max(1, size),
        redundant=sum(_best(values[place], wanted) >= TOUCHED for place in others),
        spurious=sum(_best(values[place], [*wanted, *few]) < TOUCHED for place in others),
        overclaimed=sum(_best(values[place], few) > max(TOUCHED, _best(values[place], wanted)) for place in claimed),
        miscounted=sum(candidate.count != len(candidate.occurrences) for candidate in candidates),
        count_error=sum(errors) / len(errors) if errors else None,
        by_routine={routines[n].id: value for n, value in f1.items()},
    )
