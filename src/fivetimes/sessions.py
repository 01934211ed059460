"""ActionLog -> SessionLog: where one piece of work ends and the next begins."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from fivetimes.config import FAREWELLS
from fivetimes.model import ActionLog, Bools, SessionLog


def segment(actions: ActionLog, *, idle: timedelta) -> SessionLog:
    """Cut each person's timeline, across all sources, into sessions.

    A cut is where nothing was done for longer than `idle`; where a program says that one of its sessions was over and began
    another, and none that goes on lies across; and, among lines without times, behind an `exit`. A recorded session never
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
    """Whether an action ends a shell, in a history that says so by nothing else: one without times."""
    tokens = [token for token, label in enumerate(actions.labels) if label in FAREWELLS]
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
