"""Stream and Found -> how often the routine was begun and broken off, and how firmly its steps hold together.

The search counts runs that stop on the way only where what was done tells the routine already; two steps of four are seldom
enough for that. Here the rows that nobody claimed are asked: how often two neighbouring steps stand in them as near as they do
in whole runs. Luck would put them there in the wrong order just as often, so what stands in the wrong order is taken off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fivetimes.model import Bools, Int32s, Ints
from fivetimes.routines.collect import core
from fivetimes.routines.folding import sequence
from fivetimes.routines.search import Found
from fivetimes.routines.stream import Stream

_ENOUGH = 400  # runs that tell how near neighbouring steps stand
_NEAR = 0.9  # of the whole runs' own neighbours stand as near; what is wider apart is not taken for a beginning


@dataclass(frozen=True, slots=True)
class Begun:
    """`broken`: runs of two steps or more that did not go to the end. `firm`: of the times that either of the two surest
    neighbours was begun with, the share in which a whole run came of it; 1 where nothing was broken off."""

    broken: int
    firm: float


def chains(step: Int32s | Ints, joined: Bools, *, onward: int) -> tuple[int, Ints]:
    """How many stretches go from step to step, and from which steps.

    Args:
        step: the number of the step at each place, in order of time.
        joined: for each place but the last whether the next one is near enough.
        onward: 1 for the order of the routine, -1 for the wrong order.

    Example:
        >>> steps = np.array([0, 1, 2, 0, 1, 1, 0])
        >>> chains(steps, np.ones(6, dtype=bool), onward=1), chains(steps, np.ones(6, dtype=bool), onward=-1)
        ((2, array([0, 1, 0])), (1, array([0])))
    """
    goes = joined & (np.diff(step) == onward)
    begins = goes & ~np.concatenate(([False], goes[:-1]))
    return int(begins.sum()), np.minimum(step[:-1], step[1:])[goes]


def begun(stream: Stream, found: Found) -> Begun:
    """Count the beginnings among the rows that no routine claims."""
    order = [s for s in sequence(found.profile.order) if core(found.profile)[s]]
    rows, step = _loose_rows(stream, found, order)
    if len(order) < 2 or len(rows) < 2:
        return Begun(found.matches.broken, 1.0)
    joined = _joined(stream, rows, *_usual_gap(stream, found, order))
    there, pairs = chains(step, joined, onward=1)
    wrong, luck = chains(step, joined, onward=-1)
    width = len(order) - 1
    extra = np.maximum(np.bincount(pairs, minlength=width) - np.bincount(luck, minlength=width), 0)
    line = found.matches.rows[:, order] >= 0
    whole = np.count_nonzero(line[:, :-1] & line[:, 1:], axis=0)
    return Begun(max(found.matches.broken, there - wrong), float((whole / np.maximum(1, whole + extra)).max()))


def _loose_rows(stream: Stream, found: Found, order: list[int]) -> tuple[Ints, Ints]:
    """The unclaimed rows on which one of the steps stands, rising, and the step's number in the routine's order."""
    held = [stream.free[stream.ranks(int(found.profile.tokens[s]))] for s in order]
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *held]).astype(np.int64)
    number = np.repeat(np.arange(len(order)), [len(one) for one in held])
    rows, first = np.unique(rows, return_index=True)
    return rows, number[first]


def _usual_gap(stream: Stream, found: Found, order: list[int]) -> tuple[float, float]:
    """Within how many rows, and seconds, most neighbouring steps of the whole runs stand."""
    gaps, pauses = [], []
    lines = found.matches.rows[:, order]
    # never empty: each step stands in more than half of the runs
    telling = lines[np.count_nonzero(lines >= 0, axis=1) > 1]
    for line in telling[:_ENOUGH]:
        here = np.sort(line[line >= 0])
        gaps.append(np.diff(here))
        pauses.append(np.diff(stream.clock[here]))
    return float(np.quantile(np.concatenate(gaps), _NEAR)), float(np.quantile(np.concatenate(pauses), _NEAR))


def _joined(stream: Stream, rows: Ints, gap: float, pause: float) -> Bools:
    """Whether each row and the next are near enough, and two events: what one commit holds was not done step by step."""
    near = (np.diff(rows) <= gap) & (np.diff(stream.clock[rows]) <= pause)
    return np.asarray(near & (np.diff(stream.block[rows]) == 0) & (np.diff(stream.event[rows]) != 0))
