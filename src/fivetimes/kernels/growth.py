"""Rows of some occurrences -> which tokens stand around them, and where.

An interval is what lies between two neighbouring steps of an occurrence. It is named by the step before it, plus one; interval 0 is
what stands before the first step. Those before the first and after the last step are `flank` free rows long, and end where another
occurrence or another block begins.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from fivetimes.kernels.database import SequenceArrays, has_token, shares_value
from fivetimes.kernels.matching import LINK_REACH
from fivetimes.model import Bools, Floats, Int32s, Ints


class Scratch(NamedTuple):
    """Memory that is made once per database and left as it was found.

    Attributes:
        interval: (tokens,) int64, -1: the last interval in which each token was counted.
        occurrence: (tokens,) int64, -1: the last occurrence around which it was counted.
        taken: (rows,) bool, false: which rows are steps of an occurrence.
    """

    interval: Ints
    occurrence: Ints
    taken: Bools


class AdditionCounts(NamedTuple):
    """The tokens around some occurrences, T of them, and S steps.

    Attributes:
        tokens: (T,) int64, rising: those that enough occurrences hold in any of their intervals.
        held: (T,) int64, the number of those occurrences.
        inside: (T, S + 1) int64, the number of occurrences that hold the token in each interval.
        size: (S + 1,) float64, the mean number of rows in each interval.
        have: (S + 1,) int64, the number of occurrences that have the interval.
        width: the mean number of rows in all intervals of an occurrence together.
    """

    tokens: Ints
    held: Ints
    inside: Ints
    size: Floats
    have: Ints
    width: float


def scratch_for(*, tokens: int, rows: int) -> Scratch:
    """Scratch memory for a database of so many tokens and rows."""
    return Scratch(
        np.full(tokens, -1, dtype=np.int64), np.full(tokens, -1, dtype=np.int64), np.zeros(rows, dtype=np.bool_)
    )


@njit(cache=True, nogil=True)
def _sorted_ranks(matched: Int32s, rank: Int32s, o: int) -> tuple[Ints, Ints, int]:
    """The ranks and steps of occurrence o, in order of rank, and how many there are."""
    steps = matched.shape[1]
    ranks = np.empty(steps, dtype=np.int64)
    which = np.empty(steps, dtype=np.int64)
    n = 0
    for s in range(steps):
        if matched[o, s] < 0:
            continue
        r = rank[matched[o, s]]
        at = n
        while at > 0 and ranks[at - 1] > r:
            ranks[at] = ranks[at - 1]
            which[at] = which[at - 1]
            at -= 1
        ranks[at] = r
        which[at] = s
        n += 1
    return ranks, which, n


@njit(cache=True, nogil=True)
def _interval_bounds(
    k: int, n: int, ranks: Ints, flank: int, arrays: SequenceArrays, taken: Bools
) -> tuple[int, int, int]:
    """The ranks [low, high) of interval k (0: before the first step, n: after the last), and a second start where it is long.

    An interval longer than two flanks is looked at from both ends: [low, low + flank) and [second, high).
    """
    free, block = arrays.free, arrays.block
    here = block[free[ranks[0]]]
    if k == 0:
        low = ranks[0]
        while low > 0 and ranks[0] - low < flank and block[free[low - 1]] == here and not taken[free[low - 1]]:
            low -= 1
        return low, ranks[0], ranks[0]
    if k == n:
        high = ranks[n - 1] + 1
        most = min(len(free), high + flank)
        while high < most and block[free[high]] == here and not taken[free[high]]:
            high += 1
        return ranks[n - 1] + 1, high, high
    low, high = ranks[k - 1] + 1, ranks[k]
    if high - low > 2 * flank:
        return low, high, high - flank
    return low, high, high


@njit(cache=True, nogil=True)
def _mark_rows(matched: Int32s, taken: Bools, value: bool) -> None:
    """Set `taken` for every row of an occurrence."""
    for o in range(matched.shape[0]):
        for s in range(matched.shape[1]):
            if matched[o, s] >= 0:
                taken[matched[o, s]] = value


@njit(cache=True, nogil=True)
def surroundings(matched: Int32s, least: int, flank: int, arrays: SequenceArrays, scratch: Scratch) -> AdditionCounts:
    """For each token and interval how many occurrences hold it there.

    Args:
        matched: (occurrences, steps) int32 free rows, -1 where an occurrence lacks the step.
        least: occurrences, 1 or more; a token that fewer hold is left out.
        flank: free rows.
        arrays: the sequence database.
        scratch: of this database.
    """
    levels, free, taken = arrays.levels, arrays.free, scratch.taken
    count, steps = matched.shape
    _mark_rows(matched, taken, True)
    depth = levels.shape[1]
    room = count * (steps + 1) * 2 * flank * depth
    keys = np.empty(room, dtype=np.int32)
    intervals = np.empty(room, dtype=np.int32)
    everywhere = np.empty(room, dtype=np.int32)
    size = np.zeros(steps + 1, dtype=np.float64)
    have = np.zeros(steps + 1, dtype=np.int64)
    n_keys, n_all, total = 0, 0, 0
    for o in range(count):
        ranks, which, n = _sorted_ranks(matched, arrays.rank, o)
        if n == 0:
            continue
        for k in range(n + 1):
            interval = 0 if k == 0 else which[k - 1] + 1
            have[interval] += 1
            low, high, second = _interval_bounds(k, n, ranks, flank, arrays, taken)
            r = low
            while r < high:
                if r == low + flank and second < high:
                    r = second
                i = free[r]
                r += 1
                if taken[i]:
                    continue
                size[interval] += 1
                total += 1
                for d in range(depth):
                    t = levels[i, d]
                    if d > 0 and t == levels[i, d - 1]:
                        continue
                    mark = np.int64(o) * (steps + 1) + interval
                    if scratch.interval[t] != mark:
                        scratch.interval[t] = mark
                        keys[n_keys] = t
                        intervals[n_keys] = interval
                        n_keys += 1
                    if scratch.occurrence[t] != o:
                        scratch.occurrence[t] = o
                        everywhere[n_all] = t
                        n_all += 1
    _mark_rows(matched, taken, False)
    for j in range(n_keys):
        scratch.interval[keys[j]] = -1
    for j in range(n_all):
        scratch.occurrence[everywhere[j]] = 0
    for j in range(n_all):
        scratch.occurrence[everywhere[j]] += 1
    frequent = np.empty(n_all // least, dtype=np.int64)
    n = 0
    for j in range(n_all):
        t = everywhere[j]
        if scratch.occurrence[t] >= least:
            frequent[n] = np.int64(t) * (count + 1) + scratch.occurrence[t]
            n += 1
        scratch.occurrence[t] = -1
    frequent = np.sort(frequent[:n])
    tokens = frequent // (count + 1)
    inside = np.zeros((n, steps + 1), dtype=np.int64)
    for at in range(n):
        scratch.interval[tokens[at]] = at
    for j in range(n_keys):
        at = scratch.interval[keys[j]]
        if at >= 0:
            inside[at, intervals[j]] += 1
    for at in range(n):
        scratch.interval[tokens[at]] = -1
    for interval in range(steps + 1):
        if have[interval]:
            size[interval] /= have[interval]
    return AdditionCounts(tokens, frequent - tokens * (count + 1), inside, size, have, total / max(1, count))


@njit(cache=True, nogil=True)
def tokens_of_steps(matched: Int32s, levels: Int32s, scratch: Scratch) -> tuple[Ints, Int32s, Ints]:
    """The tokens on the rows of each step, at any level, each once.

    Args:
        matched: (occurrences, steps) int32 rows, -1 where an occurrence lacks the step.
        levels: (rows, levels) int32 token ids, the finest first; equal tokens of a row stand at neighbouring levels.
        scratch: of this database.

    Returns:
        (steps + 1,) int64, (tokens,) int32 and (tokens,) int64: step s has the tokens from `start[s]` to before `start[s + 1]`, in
        the order in which they are met, and so many of its rows hold each.
    """
    count, steps = matched.shape
    depth = levels.shape[1]
    start = np.zeros(steps + 1, dtype=np.int64)
    tokens = np.empty(count * steps * depth, dtype=np.int32)
    held = np.empty(count * steps * depth, dtype=np.int64)
    where = scratch.occurrence
    n = 0
    for s in range(steps):
        first = n
        for o in range(count):
            i = matched[o, s]
            if i < 0:
                continue
            for d in range(depth):
                t = levels[i, d]
                if d > 0 and t == levels[i, d - 1]:
                    continue
                if where[t] < 0:
                    where[t] = n
                    tokens[n] = t
                    held[n] = 0
                    n += 1
                held[where[t]] += 1
        for at in range(first, n):
            where[tokens[at]] = -1
        start[s + 1] = n
    return start, tokens[:n].copy(), held[:n].copy()


@njit(cache=True, nogil=True)
def rows_of_step(
    matched: Int32s, token: int, wanted: int, flank: int, arrays: SequenceArrays, scratch: Scratch
) -> Int32s:
    """The row of each occurrence that holds a token: of a step that is to be added.

    Of several, one that shares a value with a step of the occurrence is taken first, then one in the wanted interval, then the
    one that is nearest to an end of its interval, then the earliest. No row is given to two occurrences.

    Args:
        matched: (occurrences, steps) int32 free rows, -1 where an occurrence lacks the step.
        token: what is looked for.
        wanted: the interval in which it is expected, -1 for none.
        flank: free rows.
        arrays: the sequence database.
        scratch: of this database.

    Returns:
        (occurrences,) int32 rows, -1 where there is none.
    """
    free, taken = arrays.free, scratch.taken
    count = matched.shape[0]
    _mark_rows(matched, taken, True)
    found = np.full(count, -1, dtype=np.int32)
    for o in range(count):
        ranks, which, n = _sorted_ranks(matched, arrays.rank, o)
        if n == 0:
            continue
        best_linked, best_here, best_distance = False, False, 0
        for k in range(n + 1):
            here = (0 if k == 0 else which[k - 1] + 1) == wanted
            low, high, second = _interval_bounds(k, n, ranks, flank, arrays, taken)
            r = low
            while r < high:
                if r == low + flank and second < high:
                    r = second
                i = free[r]
                r += 1
                if taken[i] or not has_token(arrays.levels, i, token):
                    continue
                distance = min(r - low, high - r + 1)
                linked = False
                for s in range(n):
                    if shares_value(i, free[ranks[s]], arrays.value_start, arrays.values):
                        linked = True
                        break
                better = found[o] < 0 or linked > best_linked
                if not better and linked == best_linked:
                    better = here > best_here or (here == best_here and distance < best_distance)
                if better:
                    best_linked, best_here, best_distance = linked, here, distance
                    found[o] = i
        if found[o] >= 0:
            taken[found[o]] = True
    _mark_rows(matched, taken, False)
    for o in range(count):
        if found[o] >= 0:
            taken[found[o]] = False
    return found


@njit(cache=True, nogil=True)
def links(matched: Int32s, value_start: Int32s, values: Int32s) -> tuple[Floats, Floats]:
    """How often each step shares a value with one of the `LINK_REACH` before it in its occurrence.

    Args:
        matched: (occurrences, steps) int32 rows, -1 where an occurrence lacks the step.
        value_start: (rows + 1,) int32, where the values of each row begin.
        values: (values,) int32, rising within a row.

    Returns:
        (steps,) float64 twice: occurrences in which it does, and occurrences in which it has a step before it.
    """
    count, steps = matched.shape
    hits = np.zeros(steps, dtype=np.float64)
    seen = np.zeros(steps, dtype=np.float64)
    for o in range(count):
        order = np.argsort(matched[o])
        first = 0
        while first < steps and matched[o, order[first]] < 0:
            first += 1
        for at in range(first + 1, steps):
            seen[order[at]] += 1
            for before in range(max(first, at - LINK_REACH), at):
                if shares_value(matched[o, order[before]], matched[o, order[at]], value_start, values):
                    hits[order[at]] += 1
                    break
    return hits, seen
