"""Runs of a routine -> its honest counts: days, people, what it took, where it begins and ends, by whom it was done.

A run is the rows of the action log that one occurrence is made of, in order of time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fivetimes.model import Bools, Boundaries, By, Cost, Int32s, SessionLog

_DAY = 86400.0
_FOLDER = frozenset("cd chdir dirs popd pushd z".split())  # programs that change the folder
_ASSUMES = (
    "counted from the first step to the last of each run, without pauses that end a session; one command is taken to last as "
    "long as a typical step of the routine"
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which each action was done, as its own clock showed them, and what is looked up of every run.

    day: days since the epoch, -1 where the time is unknown. worked: the days with any action, rising. moved: whether the
    folder changed right before the action.
    """

    sessions: SessionLog
    day: Int32s
    worked: Int32s
    moved: Bools

    @classmethod
    def of(cls, sessions: SessionLog) -> Calendar:
        """Lay it out once for all routines."""
        actions = sessions.actions
        offset = np.nan_to_num(actions.events.columns["offset"][actions.event], nan=0.0)
        local = np.floor((actions.clock + 60.0 * offset) / _DAY).astype(np.int32)
        day = np.where(actions.timed, local, np.int32(-1)).astype(np.int32)
        return cls(sessions, day, np.unique(day[day >= 0]).astype(np.int32), _moved(sessions))

    def days(self, runs: Sequence[Int32s]) -> Int32s:
        """The days on which runs began, each once, rising."""
        begun = self.day[np.array([run[0] for run in runs], dtype=np.int64)] if runs else np.zeros(0, dtype=np.int32)
        return np.unique(begun[begun >= 0]).astype(np.int32)


def _moved(sessions: SessionLog) -> Bools:
    """Whether each action's folder is another than that of the action before, or was changed by that very action."""
    actions = sessions.actions
    if not len(actions):
        return np.zeros(0, dtype=np.bool_)
    where = actions.events.columns["where"][actions.event]
    programs = [token for token, label in enumerate(actions.labels) if label in _FOLDER]
    moving = np.isin(actions.levels[:, -1], programs)
    other = (np.diff(where) != 0) & (where[1:] >= 0) & (where[:-1] >= 0)
    return np.concatenate(([False], (other | moving[:-1]) & (np.diff(actions.person) == 0)))


# ---- who


def done_by(sessions: SessionLog, runs: Sequence[Int32s]) -> tuple[float, float, float]:
    """The shares of the steps that humans, agents and bots did."""
    rows = np.concatenate(runs)
    by = sessions.actions.events.columns["by"][sessions.actions.event[rows]]
    shares = np.bincount(by, minlength=3)[:3] / len(rows)
    return round(float(shares[By.HUMAN]), 3), round(float(shares[By.AGENT]), 3), round(float(shares[By.BOT]), 3)


def people(sessions: SessionLog, runs: Sequence[Int32s]) -> int:
    """How many people did it: persons with a run in which not all was done by a bot."""
    actions = sessions.actions
    by = actions.events.columns["by"]
    return len({int(actions.person[run[0]]) for run in runs if (by[actions.event[run]] != By.BOT).any()})


def bus_factor(persons: Sequence[int]) -> int:
    """How few people did more than half of all runs.

    Example:
        >>> bus_factor([1, 1, 1, 1, 2]), bus_factor([1, 2, 3, 4]), bus_factor([])
        (1, 3, 0)
    """
    done = 0
    for number, (_, count) in enumerate(Counter(persons).most_common(), 1):
        done += count
        if 2 * done > len(persons):
            return number
    return 0


# ---- how long


def worked_seconds(sessions: SessionLog, run: Int32s) -> float:
    """The time from the first step of a run to its last, without pauses that end a session."""
    gap = np.diff(sessions.actions.clock[run])
    return float(gap[np.diff(sessions.session[run]) == 0].sum())


def cost(sessions: SessionLog, runs: Sequence[Int32s]) -> Cost | None:
    """What the runs took, and what one command would save; None where no times are known."""
    timed = [run for run in runs if sessions.actions.timed[run].all()]
    if not timed:
        return None
    took = np.array([worked_seconds(sessions, run) for run in timed])
    steps = np.concatenate([np.diff(sessions.actions.clock[run])[np.diff(sessions.session[run]) == 0] for run in timed])
    one = float(np.median(steps)) if len(steps) else 0.0
    every = len(runs) / len(timed)  # runs without times are taken to last as long as the others
    saved = np.maximum(took - one, 0.0).sum() * every
    return Cost(round(float(took.sum() * every) / 3600, 2), round(float(saved) / 3600, 2), _ASSUMES)


# ---- where it begins and ends


def boundaries(calendar: Calendar, runs: Sequence[Int32s]) -> Boundaries:
    """Whether start and end stand at a session's, at a pause longer than any between the steps, or at a change of folder."""
    start = sum(_edge(calendar, run, int(run[0])) for run in runs) / len(runs)
    end = sum(_edge(calendar, run, int(run[-1]) + 1) for run in runs) / len(runs)
    return Boundaries(round(start, 3), round(end, 3), f"{_sure('start', start)}, {_sure('end', end)}")


def _edge(calendar: Calendar, run: Int32s, after: int) -> bool:
    """Whether there is an edge of work right before row `after`; what only looks around there belongs to neither side."""
    sessions = calendar.sessions
    actions = sessions.actions
    low = after - 1
    inside = after > int(run[0])
    while not inside and low > 0 and actions.context[low] and not calendar.moved[low + 1]:
        low -= 1
    if low < 0 or after >= len(actions) or sessions.session[low] != sessions.session[min(after, len(actions) - 1)]:
        return True
    longest = float(np.diff(actions.clock[run]).max(initial=0.0))
    paused = bool(actions.timed[low]) and float(actions.clock[after] - actions.clock[after - 1]) > longest > 0
    return paused or bool(calendar.moved[low + 1 : after + 1].any())


def _sure(name: str, share: float) -> str:
    word = "sure" if share > 0.5 else "not sure"
    return f"{name} {word} ({share:.0%} at a pause, a session's {name} or a change of folder)"
