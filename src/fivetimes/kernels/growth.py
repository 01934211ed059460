"""Matched rows of some occurrences -> which tokens stand around them, and where."""

from __future__ import annotations

import numpy as np
from numba import njit

from fivetimes.kernels.stream import has_token, shares_value
from fivetimes.model import Bools, Floats, Int32s, Ints


@njit(cache=True, nogil=True)
def sorted_ranks(matched: Int32s, rank: Int32s, o: int) -> tuple[Ints, Ints, int]:
    """The ranks and steps of one occurrence, in order of rank, and how many there are."""
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
def slot_bounds(
    k: int, n: int, ranks: Ints, flank: int, free: Int32s, block: Int32s, taken: Bools
) -> tuple[int, int, int]:
    """The ranks [low, high) of slot k (0: before the first match, n: after the last), and a second start where it is long.

    A slot longer than two flanks is looked at from both ends: [low, low + flank) and [second, high). The outer slots end where
    another occurrence or another block begins: what belongs to the neighbour is no part of this one.
    """
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
def mark_rows(matched: Int32s, taken: Bools, value: bool) -> None:
    """Set `taken` for every matched row."""
    for o in range(matched.shape[0]):
        for s in range(matched.shape[1]):
            if matched[o, s] >= 0:
                taken[matched[o, s]] = value


@njit(cache=True, nogil=True)
def slot_counts(
    matched: Int32s,
    flank: int,
    levels: Int32s,
    block: Int32s,
    free: Int32s,
    rank: Int32s,
    stamp: Ints,
    stamp_all: Ints,
    taken: Bools,
) -> tuple[Ints, Ints, Floats, Ints, float]:
    """For each token and slot the occurrences that hold it there.

    Slots are named by the step before them, plus one; 0 is what stands before the first match. Returns keys
    `token * (steps + 1) + slot` (one per occurrence), tokens (one per occurrence, wherever it stands), the mean size of each
    slot, how many occurrences have the slot, and the mean size of all slots together. Scratch: `stamp` and `stamp_all` hold
    -1 per token, `taken` is false per row, before and after.
    """
    count, steps = matched.shape
    mark_rows(matched, taken, True)
    depth = levels.shape[1]
    room = count * (steps + 1) * 2 * flank * depth
    keys = np.empty(room, dtype=np.int64)
    everywhere = np.empty(room, dtype=np.int64)
    size = np.zeros(steps + 1, dtype=np.float64)
    have = np.zeros(steps + 1, dtype=np.int64)
    n_keys, n_all, total = 0, 0, 0
    for o in range(count):
        ranks, which, n = sorted_ranks(matched, rank, o)
        if n == 0:
            continue
        for k in range(n + 1):
            slot = 0 if k == 0 else which[k - 1] + 1
            have[slot] += 1
            low, high, second = slot_bounds(k, n, ranks, flank, free, block, taken)
            r = low
            while r < high:
                if r == low + flank and second < high:
                    r = second
                i = free[r]
                r += 1
                if taken[i]:
                    continue
                size[slot] += 1
                total += 1
                for d in range(depth):
                    t = levels[i, d]
                    if d > 0 and t == levels[i, d - 1]:
                        continue
                    mark = np.int64(o) * (steps + 1) + slot
                    if stamp[t] != mark:
                        stamp[t] = mark
                        keys[n_keys] = np.int64(t) * (steps + 1) + slot
                        n_keys += 1
                    if stamp_all[t] != o:
                        stamp_all[t] = o
                        everywhere[n_all] = t
                        n_all += 1
    mark_rows(matched, taken, False)
    for j in range(n_keys):
        stamp[keys[j] // (steps + 1)] = -1
    for j in range(n_all):
        stamp_all[everywhere[j]] = -1
    for slot in range(steps + 1):
        if have[slot]:
            size[slot] /= have[slot]
    return keys[:n_keys].copy(), everywhere[:n_all].copy(), size, have, total / max(1, count)


@njit(cache=True, nogil=True)
def match_step(
    matched: Int32s,
    token: int,
    wanted: int,
    flank: int,
    levels: Int32s,
    block: Int32s,
    free: Int32s,
    rank: Int32s,
    value_start: Int32s,
    values: Int32s,
    taken: Bools,
) -> Int32s:
    """The row of each occurrence that holds the token, -1 where none: one that shares a value first, then slot, then nearest.

    No row is given to two occurrences. `taken` is scratch, false per row before and after.
    """
    count = matched.shape[0]
    mark_rows(matched, taken, True)
    found = np.full(count, -1, dtype=np.int32)
    for o in range(count):
        ranks, which, n = sorted_ranks(matched, rank, o)
        if n == 0:
            continue
        best = -1.0
        for k in range(n + 1):
            slot = 0 if k == 0 else which[k - 1] + 1
            low, high, second = slot_bounds(k, n, ranks, flank, free, block, taken)
            r = low
            while r < high:
                if r == low + flank and second < high:
                    r = second
                i = free[r]
                r += 1
                if taken[i] or not has_token(levels, i, token):
                    continue
                near = 1.0 / (1 + min(r - low, high - r + 1))
                value = near + (10.0 if slot == wanted else 0.0)
                for s in range(n):
                    if shares_value(i, free[ranks[s]], value_start, values):
                        value += 100.0
                        break
                if value > best:
                    best = value
                    found[o] = i
        if found[o] >= 0:
            taken[found[o]] = True
    mark_rows(matched, taken, False)
    for o in range(count):
        if found[o] >= 0:
            taken[found[o]] = False
    return found


_BACK = 6  # steps before it with which a row may share a value


@njit(cache=True, nogil=True)
def links(matched: Int32s, value_start: Int32s, values: Int32s) -> tuple[Floats, Floats]:
    """For each step how many of its rows share a value with one of the `_BACK` before it, and how many have one before."""
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
            for before in range(max(first, at - _BACK), at):
                if shares_value(matched[o, order[before]], matched[o, order[at]], value_start, values):
                    hits[order[at]] += 1
                    break
    return hits, seen
