"""SessionLog -> Chance: how many candidates the same search finds where there is nothing to find.

Two sorts of made-up histories of the same team, each action in the place, at the time and by the person that the real one has:

- *shuffled*: each person's actions change places at random, so everybody does as much of everything, in no order;
- *resampled*: each action is drawn anew, with replacement, from what the same person did in the same week, so that busy weeks and
  projects stay, and what stands together by them does too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fivetimes.model import Candidate, Chance, Floats, Int32s, Ints, SessionLog, Tier
from fivetimes.routines.doubt import worded

_WEEK = 7 * 86400.0
_SEED = 5


@dataclass(frozen=True, slots=True)
class Calibration:
    """What chance gave: the counts by tier for each sort of history, and the bits of every candidate found in them."""

    chance: tuple[Chance, ...]
    bits: tuple[tuple[float, ...], ...]  # one entry per sort
    runs: int


def rearranged(sessions: SessionLog, source: Ints) -> SessionLog:
    """The same places, times and persons; in place `i` is done what was done at `source[i]`."""
    actions = sessions.actions
    length = (actions.value_start[1:] - actions.value_start[:-1])[source]
    start = np.concatenate(([0], np.cumsum(length))).astype(np.int32)
    at = np.repeat(actions.value_start[source] - start[:-1], length) + np.arange(start[-1])
    moved = replace(
        actions,
        levels=np.ascontiguousarray(actions.levels[source]),
        kind=actions.kind[source],
        effect=actions.effect[source],
        context=actions.context[source],
        value_start=start,
        values=actions.values[at],
    )
    return replace(sessions, actions=moved)


def _groups(*keys: Ints | Int32s) -> Iterator[Ints]:
    """The rows that agree in all keys."""
    order = np.lexsort(keys)
    cut = np.zeros(max(0, len(order) - 1), dtype=np.bool_)
    for key in keys:
        cut |= np.diff(key[order]) != 0
    yield from np.split(order, np.flatnonzero(cut) + 1)


def shuffled(sessions: SessionLog, rng: np.random.Generator) -> SessionLog:
    """Each person's actions in random order."""
    source = np.arange(len(sessions.actions))
    for rows in _groups(sessions.actions.person):
        source[rows] = rng.permutation(rows)
    return rearranged(sessions, source)


def resampled(sessions: SessionLog, rng: np.random.Generator) -> SessionLog:
    """Each action drawn from what the same person did in the same week."""
    actions = sessions.actions
    source = np.arange(len(actions))
    week = np.floor(actions.clock / _WEEK).astype(np.int64)
    for rows in _groups(week, actions.person):
        source[rows] = rng.choice(rows, size=len(rows))
    return rearranged(sessions, source)


_SORTS: Mapping[str, Callable[[SessionLog, np.random.Generator], SessionLog]] = {
    "each person's actions in random order": shuffled,
    "each action drawn anew from what that person did in that week": resampled,
}


def calibrate(
    sessions: SessionLog,
    search: Callable[[SessionLog], Sequence[Candidate]],
    *,
    runs: int,
    tick: Callable[[float], None] = lambda _: None,
) -> Calibration:
    """Search made-up histories of the same team.

    Args:
        sessions: the real ones.
        search: the whole search for candidates, as it was made on the real ones.
        runs: histories of each sort.
        tick: told the share of the work done.
    """
    rng = np.random.default_rng(_SEED)
    told, bits = [], []
    for number, (how, sort) in enumerate(_SORTS.items()):
        found: list[Candidate] = []
        for run in range(runs):
            tick((number * runs + run) / (len(_SORTS) * runs))
            found += search(sort(sessions, rng))
        told.append(_chance(how, found, runs))
        bits.append(tuple(sorted(candidate.confidence.bits for candidate in found)))
    return Calibration(tuple(told), tuple(bits), runs)


def _chance(how: str, found: Sequence[Candidate], runs: int) -> Chance:
    mean = {tier: round(sum(c.tier is tier for c in found) / runs, 2) for tier in Tier}
    return Chance(how, runs, mean[Tier.NOTICED], mean[Tier.EXTRACT], mean[Tier.CANONICAL])


def judged(candidates: Sequence[Candidate], known: Calibration) -> list[Candidate]:
    """The candidates, none surer than the made-up histories allow.

    Of those that save b bits, the share that chance gives is the mean number that a made-up history has with b bits or more
    (of the sort that has more), over the number of real ones with b bits or more.
    """
    saved = np.array(sorted(candidate.confidence.bits for candidate in candidates))
    return [_judged(candidate, saved, known) for candidate in candidates]


def _judged(candidate: Candidate, saved: Floats, known: Calibration) -> Candidate:
    bits = candidate.confidence.bits
    real = len(saved) - int(np.searchsorted(saved, bits))
    made_up = max(len(one) - int(np.searchsorted(one, bits)) for one in known.bits) / known.runs
    q = max(candidate.confidence.q, min(1.0, made_up / real))
    return replace(candidate, confidence=worded(replace(candidate.confidence, q=float(f"{q:.2g}"))))
