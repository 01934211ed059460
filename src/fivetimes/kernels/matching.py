"""A profile and a stream -> the occurrences of the profile: anchors, then the best paths through them."""

from __future__ import annotations

import numpy as np
from numba import njit

from fivetimes.kernels.stream import first_from, shares_value
from fivetimes.model import Bools, Floats, Int32s, Ints


@njit(cache=True, nogil=True)
def anchors(
    rare: Int32s,
    reach: int,
    tokens: Int32s,
    step_of: Int32s,
    begin: Ints,
    living: Int32s,
    levels: Int32s,
    block: Int32s,
    free: Int32s,
) -> tuple[Int32s, Int32s]:
    """Ranks and steps of the rows that hold a token of the profile, a rare row of the same block within `reach` ranks.

    In order of rank, the finest token of a row first. `rare` are ranks, rising; `tokens` are the profile's and
    `step_of[token]` their steps, -1 for all others; `begin` and `living` are the postings of the unclaimed rows.
    """
    depth = levels.shape[1]
    ranks = np.empty(64, dtype=np.int32)
    steps = np.empty(64, dtype=np.int32)
    n = 0
    at = begin[tokens]
    x = 0  # the first rare rank that is not before r
    while True:
        r = len(free)
        for k in range(len(tokens)):
            if at[k] < begin[tokens[k] + 1] and living[at[k]] < r:
                r = int(living[at[k]])
        if r == len(free):
            break
        x = first_from(rare, x, len(rare), r)
        here = block[free[r]]
        after = x < len(rare) and rare[x] - r <= reach
        near = (after and block[free[rare[x]]] == here) or (
            x > 0 and r - rare[x - 1] <= reach and block[free[rare[x - 1]]] == here
        )
        if x == len(rare) and not near:  # nor will any later row be: blocks only rise
            break
        # what has no rare row around it is passed over at once
        low = r + 1 if near or after else max(r + 1, int(rare[x]) - reach)
        for k in range(len(tokens)):
            at[k] = first_from(living, at[k], begin[tokens[k] + 1], low)
        if not near:
            continue
        for d in range(depth):
            t = levels[free[r], d]
            if step_of[t] < 0 or (d > 0 and t == levels[free[r], d - 1]):
                continue
            if n == len(ranks):
                ranks = np.concatenate((ranks, np.empty(n, dtype=np.int32)))
                steps = np.concatenate((steps, np.empty(n, dtype=np.int32)))
            ranks[n] = r
            steps[n] = step_of[t]
            n += 1
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
    rows: Int32s,
    clock: Floats,
    value_start: Int32s,
    values: Int32s,
    score: Floats,
    previous: Ints,
    used: Ints,
    changed: Bools,
) -> None:
    """Fill score, previous and used for the anchors [low, high), all of one block: the best path that ends at each.

    `rows` and `clock` are the rows of the anchors and their times.
    `changed` says of which anchors that may be another one than before: only what can reach one of them is looked at again.
    """
    latest = np.int64(-max_gap - 2)
    for j in range(low, high):
        s, r = steps[j], ranks[j]
        if taken[j]:
            if changed[j]:
                latest = np.int64(r)
                changed[j] = False
            continue
        if not changed[j] and r - latest - 1 >= max_gap:
            continue
        bit = np.int64(1) << s
        old_score, old_previous, old_used = score[j], previous[j], used[j]
        score[j] = gain[s]
        previous[j] = -1
        used[j] = bit
        looked = 0
        passed = np.int64(0)
        i = j - 1
        while i >= low and looked < back:
            gap = r - ranks[i] - 1
            pause = clock[j] - clock[i]
            if gap >= max_gap or pause > max_pause:
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
            if pause > 300.0:
                value -= pause_cost * np.log2(pause / 150.0)
            if not again:
                value += gain[s] + order[steps[i], s]
                linked = False
                at = i
                for _ in range(6):
                    if shares_value(rows[at], rows[j], value_start, values):
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
        same = score[j] == old_score and previous[j] == old_previous and used[j] == old_used
        changed[j] = changed[j] or not same or (previous[j] >= 0 and changed[previous[j]])
        if changed[j]:
            latest = np.int64(r)


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
    rows = free[ranks]
    when = clock[rows]
    kept = np.full(n, -1, dtype=np.int32)
    broken = np.full(n, -1, dtype=np.int32)
    taken = np.zeros(n, dtype=np.bool_)
    score = np.zeros(n, dtype=np.float64)
    previous = np.full(n, -1, dtype=np.int64)
    used = np.zeros(n, dtype=np.int64)
    changed = np.ones(n, dtype=np.bool_)
    ends = np.empty(n, dtype=np.int64)
    scores = np.empty(n, dtype=np.float64)
    count, broken_count = 0, 0
    low = 0
    while low < n:
        high = low + 1
        while high < n:
            gap = ranks[high] - ranks[high - 1] - 1
            if gap >= max_gap or block[rows[high]] != block[rows[high - 1]]:
                break
            high += 1
        progress = True
        while progress:
            best_chain_ends(
                low, high, taken, ranks, steps, gain, order, link_yes, link_no, max_gap, max_pause, gap_bits, pause_cost,
                back, rows, when, value_start, values, score, previous, used, changed,
            )  # fmt: skip
            progress = False
            count_ends = 0
            for x in range(low, high):
                if changed[x] and not taken[x] and score[x] + base > 0:
                    ends[count_ends] = x
                    count_ends += 1
                changed[x] = False
            best_first = np.argsort(-score[ends[:count_ends]], kind="mergesort")
            for end in ends[:count_ends][best_first]:
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
                        changed[x] = True
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
        low = high
    return kept, scores[:count].copy(), broken
