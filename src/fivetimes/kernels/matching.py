"""A profile and a stream -> the occurrences of the profile: anchors, then the best paths through them."""

from __future__ import annotations

import numpy as np
from numba import njit

from fivetimes.kernels.stream import shares_value
from fivetimes.model import Bools, Floats, Int32s, Ints


@njit(cache=True, nogil=True)
def anchors(
    rare: Int32s, reach: int, step_of: Int32s, levels: Int32s, block: Int32s, free: Int32s
) -> tuple[Int32s, Int32s]:
    """Ranks and steps of the rows within `reach` ranks of a rare one that hold a token of the profile, in order of rank.

    `rare` are ranks, rising; `step_of[token]` is the step or -1.
    """
    m = len(free)
    depth = levels.shape[1]
    ranks = np.empty(64, dtype=np.int32)
    steps = np.empty(64, dtype=np.int32)
    n = 0
    done = 0
    for x in range(len(rare)):
        low, high = max(done, rare[x] - reach), min(m, rare[x] + reach + 1)
        for r in range(low, high):
            i = free[r]
            if block[i] != block[free[rare[x]]]:
                continue
            for d in range(depth):
                if d > 0 and levels[i, d] == levels[i, d - 1]:
                    continue
                s = step_of[levels[i, d]]
                if s < 0:
                    continue
                if n == len(ranks):
                    ranks = np.concatenate((ranks, np.empty(n, dtype=np.int32)))
                    steps = np.concatenate((steps, np.empty(n, dtype=np.int32)))
                ranks[n] = r
                steps[n] = s
                n += 1
        # a row skipped for its block is looked at again from the next rare row, which may be in that block
        done = (
            high if x + 1 == len(rare) or block[free[rare[x + 1]]] == block[free[rare[x]]] else min(high, rare[x] + 1)
        )
    return ranks[:n].copy(), steps[:n].copy()


@njit(cache=True, nogil=True)
def begun_anew(over: int, gain: Floats) -> float:
    """The cost of passing over steps that were done already: one may stand there by luck, two or more are the next run."""
    if over & (over - 1) == 0:
        return 0.0
    cost = 0.0
    for s in range(len(gain)):
        if over & (np.int64(1) << s):
            cost += max(0.0, gain[s])
    return cost


@njit(cache=True, nogil=True)
def best_chain_ends(
    low: int,
    high: int,
    taken: Bools,
    ranks: Int32s,
    steps: Int32s,
    gain: Floats,
    order: Floats,
    link_yes: Floats,
    link_no: Floats,
    max_gap: int,
    max_pause: float,
    gap_bits: Floats,
    pause_cost: float,
    back: int,
    block: Int32s,
    free: Int32s,
    clock: Floats,
    value_start: Int32s,
    values: Int32s,
    score: Floats,
    previous: Ints,
    used: Ints,
) -> None:
    """Fill score, previous and used for the anchors [low, high): the best path that ends at each."""
    for j in range(low, high):
        if taken[j]:
            continue
        s, r = steps[j], ranks[j]
        row = free[r]
        bit = np.int64(1) << s
        score[j] = gain[s]
        previous[j] = -1
        used[j] = bit
        looked = 0
        passed = np.int64(0)
        i = j - 1
        while i >= low and looked < back:
            before = free[ranks[i]]
            gap = r - ranks[i] - 1
            if gap >= max_gap or block[before] != block[row] or clock[row] - clock[before] > max_pause:
                break
            if taken[i] or ranks[i] == r:
                i -= 1
                continue
            looked += 1
            over = passed & used[i]
            passed |= np.int64(1) << steps[i]
            again = (used[i] & bit) != 0
            if again and not (steps[i] == s and gap < 3):
                i -= 1
                continue
            value = score[i] - gap_bits[s, gap] - begun_anew(over, gain)
            pause = clock[row] - clock[before]
            if pause > 300.0:
                value -= pause_cost * np.log2(pause / 150.0)
            if not again:
                value += gain[s] + order[steps[i], s]
                linked = False
                at = i
                for _ in range(6):
                    if shares_value(free[ranks[at]], row, value_start, values):
                        linked = True
                        break
                    at = previous[at]
                    if at < 0:
                        break
                value += link_yes[s] if linked else link_no[s]
            if value > score[j]:
                score[j] = value
                previous[j] = i
                used[j] = used[i] | bit
            i -= 1


@njit(cache=True, nogil=True)
def mass_of(used: int, weight: Floats) -> float:
    """The summed weight of the steps in a bit set."""
    total = 0.0
    for s in range(len(weight)):
        if used & (np.int64(1) << s):
            total += weight[s]
    return total


@njit(cache=True, nogil=True)
def paths(
    ranks: Int32s,
    steps: Int32s,
    gain: Floats,
    order: Floats,
    link_yes: Floats,
    link_no: Floats,
    weight: Floats,
    need: float,
    base: float,
    max_gap: int,
    max_pause: float,
    gap_bits: Floats,
    pause_cost: float,
    back: int,
    block: Int32s,
    free: Int32s,
    clock: Floats,
    value_start: Int32s,
    values: Int32s,
) -> tuple[Int32s, Floats, Int32s]:
    """Disjoint paths through the anchors, the best first: for each anchor the number of its path or -1.

    A path is kept when its score plus `base` is above 0 and its steps weigh at least `need`. Returned besides: the score of
    each kept path, and the anchors of paths that score but weigh too little (runs broken off), numbered the same way.
    """
    n = len(ranks)
    kept = np.full(n, -1, dtype=np.int32)
    broken = np.full(n, -1, dtype=np.int32)
    taken = np.zeros(n, dtype=np.bool_)
    score = np.zeros(n, dtype=np.float64)
    previous = np.full(n, -1, dtype=np.int64)
    used = np.zeros(n, dtype=np.int64)
    scores = np.empty(n, dtype=np.float64)
    count, broken_count = 0, 0
    low = 0
    while low < n:
        high = low + 1
        while high < n:
            gap = ranks[high] - ranks[high - 1] - 1
            if gap >= max_gap or block[free[ranks[high]]] != block[free[ranks[high - 1]]]:
                break
            high += 1
        while True:
            best_chain_ends(
                low, high, taken, ranks, steps, gain, order, link_yes, link_no, max_gap, max_pause, gap_bits, pause_cost,
                back, block, free, clock, value_start, values, score, previous, used,
            )  # fmt: skip
            progress = False
            ends = low + np.argsort(-score[low:high])
            fresh = taken[low:high].copy()
            for end in ends:
                if taken[end] or score[end] + base <= 0:
                    continue
                whole = True
                at = end
                while at >= 0:
                    if taken[at]:
                        whole = False
                        break
                    at = previous[at]
                if not whole:
                    continue
                enough = mass_of(used[end], weight) >= need
                at = end
                while at >= 0:
                    # a row stands once, under one step, even where it fits two
                    x = at
                    while x > low and ranks[x - 1] == ranks[at]:
                        x -= 1
                    while x < high and ranks[x] == ranks[at]:
                        taken[x] = True
                        x += 1
                    if enough:
                        kept[at] = count
                    else:
                        broken[at] = broken_count
                    at = previous[at]
                if enough:
                    scores[count] = score[end] + base
                    count += 1
                else:
                    broken_count += 1
                progress = True
            if not progress:
                break
            still = False
            for x in range(low, high):
                if not taken[x]:
                    still = True
                    break
            if not still or np.array_equal(fresh, taken[low:high]):
                break
        low = high
    return kept, scores[:count].copy(), broken
