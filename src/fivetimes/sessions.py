"""ActionLog -> SessionLog: where one piece of work ends and the next begins (`segment`), by a pause that may be learnt."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from fivetimes.columns import ActionLog, Bools, Floats, SessionLog
from fivetimes.config import SHELL_EXIT_COMMANDS
from fivetimes.model.events import By


def segment(actions: ActionLog, *, idle: timedelta) -> SessionLog:
    """Cut each person's timeline, across all sources, into sessions.

    A cut is where nothing was done for longer than `idle`; where a program's record shows that one of its sessions was over and
    another began, and none that goes on lies across; and, among lines without times, behind an `exit`. A recorded session never
    joins what a pause has parted: terminals stay open for weeks.

    Args:
        actions: sorted by person, then clock.
        idle: a pause longer than this starts a new session; one exactly as long does not.
    """
    count = len(actions)
    if not count:
        return SessionLog(actions, np.zeros(0, dtype=np.int32), idle.total_seconds())
    cut = np.diff(actions.person) != 0
    cut |= np.diff(actions.clock) > idle.total_seconds()
    cut |= np.diff(actions.timed.astype(np.int8)) != 0
    cut |= _farewells(actions)[:-1]
    cut |= _recorded(actions, cut)
    return SessionLog(actions, np.concatenate(([0], np.cumsum(cut))).astype(np.int32), idle.total_seconds())


def _farewells(actions: ActionLog) -> Bools:
    """Whether an action ends a shell, in a history that shows it by nothing else: one without times."""
    tokens = [token for token, label in enumerate(actions.labels) if label in SHELL_EXIT_COMMANDS]
    return np.isin(actions.levels[:, -1], tokens) & ~actions.timed


def _recorded(actions: ActionLog, cut: Bools) -> Bools:
    """Where a recorded session follows on another of the same program, and no recorded session has events on both sides."""
    columns = actions.events.columns
    native, program = columns["session"][actions.event], columns["source"][actions.event]
    known = np.flatnonzero(native >= 0)
    block = np.concatenate(([0], np.cumsum(cut)))[known]
    order = np.lexsort((native[known], block))  # stable: the rows of a session within a stretch stay in order
    ends = np.flatnonzero(np.diff(block[order], append=-1) | np.diff(native[known][order], append=-1))
    last = np.full(len(native), -1, dtype=np.int64)
    last[known[order]] = np.repeat(known[order][ends], np.diff(ends, prepend=-1))
    reaches = np.maximum.accumulate(last)
    other = (np.diff(native) != 0) & (np.diff(program) == 0) & (native[1:] >= 0) & (native[:-1] >= 0)
    shown: Bools = other & (reaches[:-1] <= np.arange(len(native) - 1))
    return shown


# ---- the idle threshold, learnt from a log that shows no more than a commit now and then

_LEAST = 50  # pauses; fewer do not show whether they are of two kinds
_ONE_KIND = 0.75  # of the variance: so much of evenly spread pauses lies between the two halves of their best cut
_SHORTEST, _LONGEST = timedelta(minutes=30), timedelta(hours=12)  # a pause that ends work, and a night
_ONE_ACT = 1.0  # seconds; commits so close are of one act (a rebase, a script), with no pause between


def learnt_idle(actions: ActionLog) -> timedelta | None:
    """The length at which pauses within a piece of work part from those between two; None where they are of one kind.

    The pauses between the events of one person, bots left out, are cut in two kinds where that explains most of the variance of
    their logarithms. They are two kinds if it explains more than a cut of evenly spread ones would, three quarters.

    Source:
        Otsu 1979, A threshold selection method from gray-level histograms; here on log time.
    """
    gaps = np.log(_pauses(actions))
    if len(gaps) < _LEAST:
        return None
    gaps.sort()
    low, explained = otsu(gaps)
    if explained <= _ONE_KIND:
        return None
    at = float(np.exp((gaps[low - 1] + gaps[low]) / 2))
    return min(max(timedelta(seconds=round(at)), _SHORTEST), _LONGEST)


def _pauses(actions: ActionLog) -> Floats:
    """Seconds between neighbouring events of one person, without those of one act."""
    human = actions.timed & (actions.events.columns["by"][actions.event] != By.BOT)
    clock, person = actions.clock[human], actions.person[human]
    gap = np.diff(clock)[np.diff(person) == 0]
    return np.asarray(gap[gap > _ONE_ACT])


def otsu(values: Floats) -> tuple[int, float]:
    """The best cut of values in two kinds: how many are on the lower side, and the share of the variance that it explains.

    Args:
        values: rising; two at least.

    Example:
        >>> otsu(np.array([1.0, 3.0]))
        (1, 1.0)
    """
    count = len(values)
    low = np.arange(1, count)
    total = np.cumsum(values)
    apart = total[:-1] / low - (total[-1] - total[:-1]) / (count - low)
    between = low * (count - low) / count**2 * apart**2
    best = int(np.argmax(between))
    return best + 1, float(between[best] / max(1e-12, values.var()))
