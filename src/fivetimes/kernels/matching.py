"""A pattern and a sequence database -> the occurrences of the pattern: anchors, then the best paths through them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from fivetimes.kernels.database import SequenceArrays, first_from, shares_value
from fivetimes.model import Bools, Floats, Int32s, Ints

MAX_STEPS = 63  # of a pattern: a set of steps is the bits of an int64, of which one is the sign
LINK_REACH = 6  # steps before it with which a row may share a value: what was made earlier is out of hand
REPEAT_GAP = (
    3  # a step done again with fewer foreign actions in between is a repeat of it; with more, the next occurrence
)
FREE_PAUSE = 300.0  # seconds; so long a pause is part of the work and costs nothing
_ROUNDING = 1e-6  # bits; sums of the same numbers in another order differ by far less
PAUSE_UNIT = 150.0  # seconds; a longer pause costs `pause_bits` for each time that it doubles this, so one at least


class Anchors(NamedTuple):
    """The rows where an occurrence may have a step, in order of rank; a row that fits two steps is there twice.

    Attributes:
        ranks: (anchors,) int32.
        steps: (anchors,) int32, the step of the pattern that the row may stand for.
    """

    ranks: Int32s
    steps: Int32s


class Pieces(NamedTuple):
    """How the rows of a case lie in people's work.

    Attributes:
        piece: (anchors,) int32, the stretch of one person's work that the row is of.
        bits: (anchors,) float64, what it costs to go on in another piece of the case: to say in which.
    """

    piece: Int32s
    bits: Floats


class StepBits(NamedTuple):
    """What a path through anchors is worth: a pattern in bits. S is the number of its steps, `MAX_STEPS` at most.

    Attributes:
        gain: (S,) float64, bits for having the step at all.
        order: (S, S) float64, bits for having step a directly before step b.
        link_yes: (S,) float64, bits for sharing a value with an earlier row of the occurrence.
        link_no: (S,) float64, bits (0 or less) for not doing so.
        weight: (S,) float64, what the step weighs among the core steps; 0 for the others.
        gap_bits: (S, gaps) float64, cost of so many foreign actions before the step.
        pause_bits: cost of a doubled pause.
    """

    gain: Floats
    order: Floats
    link_yes: Floats
    link_no: Floats
    weight: Floats
    gap_bits: Floats
    pause_bits: float


class Limits(NamedTuple):
    """What a path must keep to.

    Attributes:
        need: weight of its steps, at least.
        base: bits that are added to each path: all steps missing, and the cost of saying where it is.
        max_gap: free rows between two neighbours; fewer than this are allowed, up to the columns of `gap_bits`.
        max_pause: seconds between two neighbours, at most.
        case_pause: the same in a case, where a value ties them.
        own: the rows from this one on are those of cases.
        back: anchors that are looked back over from each one.
    """

    need: float
    base: float
    max_gap: int
    max_pause: float
    case_pause: float
    own: int
    back: int


class Paths(NamedTuple):
    """Disjoint paths through anchors.

    Attributes:
        kept: (anchors,) int32, the number of the path that each anchor is in, or -1; numbered as they were found, the best first.
        score: (paths,) float64, bits of each of them.
        broken: (anchors,) int32, the same for paths that score but weigh too little: they began and did not come far enough.
        broken_score: (broken paths,) float64, bits of each of those.
    """

    kept: Int32s
    score: Floats
    broken: Int32s
    broken_score: Floats


class _State(NamedTuple):
    """For each anchor where it is, and the best path that ends there.

    Attributes:
        rows: (anchors,) int32, its row.
        clock: (anchors,) float64 seconds.
        score: (anchors,) float64 bits.
        previous: (anchors,) int64, the anchor before it, -1 where it begins there.
        used: (anchors,) int64, the steps of the path as bits.
        changed: (anchors,) bool, whether the path may be another one than before.
        taken: (anchors,) bool, whether a path was taken through the anchor.
    """

    rows: Int32s
    clock: Floats
    score: Floats
    previous: Ints
    used: Ints
    changed: Bools
    taken: Bools


@njit(cache=True, nogil=True)
def anchors(arrays: SequenceArrays, tokens: Int32s, step_of: Int32s, rare: Int32s, reach: int) -> Anchors:
    """The free rows that hold a token of the pattern, with a rare row of the same block within `reach` ranks.

    In order of rank, the finest token of a row first.

    Args:
        arrays: the sequence database.
        tokens: (steps,) int32, the token of each step.
        step_of: (tokens,) int32, the step of each token, -1 for tokens that are none.
        rare: (rare,) int32 ranks, rising: rows of which each occurrence holds one.
        reach: ranks.
    """
    levels, block, free = arrays.levels, arrays.block, arrays.free
    begin, living = arrays.begin, arrays.living
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
    return Anchors(ranks[:n].copy(), steps[:n].copy())


@njit(cache=True, nogil=True)
def _restart_cost(over: int, gain: Floats) -> float:
    """The cost, in bits, of passing over steps, a bit set, that the path has already.

    One may stand there by chance; two or more are the beginning of the next occurrence.
    """
    if over & (over - 1) == 0:
        return 0.0
    cost = 0.0
    for s in range(len(gain)):
        if over & (np.int64(1) << s):
            cost += max(0.0, gain[s])
    return cost


@njit(cache=True, nogil=True)
def _extend_paths(
    low: int,
    high: int,
    found: Anchors,
    pieces: Pieces,
    arrays: SequenceArrays,
    bits: StepBits,
    limits: Limits,
    state: _State,
) -> None:
    """Fill the state of the anchors [low, high), all of one block: dynamic programming over the anchors before each.

    Only what can reach an anchor that is `changed` is looked at again.
    """
    ranks, steps, rows, clock = found.ranks, found.steps, state.rows, state.clock
    score, previous, used = state.score, state.previous, state.used
    changed, taken = state.changed, state.taken
    gain, order = bits.gain, bits.order
    latest = np.int64(-limits.max_gap - 2)
    for j in range(low, high):
        s, r = steps[j], ranks[j]
        if taken[j]:
            if changed[j]:
                latest = np.int64(r)
                changed[j] = False
            continue
        if not changed[j] and r - latest - 1 >= limits.max_gap:
            continue
        bit = np.int64(1) << s
        old_score, old_previous, old_used = score[j], previous[j], used[j]
        score[j] = gain[s]
        previous[j] = -1
        used[j] = bit
        longest = limits.max_pause if rows[j] < limits.own else limits.case_pause
        looked = 0
        passed = np.int64(0)
        i = j - 1
        while i >= low and looked < limits.back:
            gap = r - ranks[i] - 1
            pause = clock[j] - clock[i]
            if gap >= limits.max_gap or pause > longest:
                break
            if taken[i] or ranks[i] == r:
                i -= 1
                continue
            looked += 1
            over = passed & used[i]
            passed |= np.int64(1) << steps[i]
            again = (used[i] & bit) != 0
            if again and not (steps[i] == s and gap < REPEAT_GAP):
                i -= 1
                continue
            most = score[i] if again else score[i] + gain[s] + order[steps[i], s] + bits.link_yes[s]
            if most + _ROUNDING <= score[j]:  # gaps and pauses only cost, so it is no better whatever they are
                i -= 1
                continue
            value = score[i] - _restart_cost(over, gain)
            if pieces.piece[i] != pieces.piece[j]:
                value -= pieces.bits[j]
            else:
                value -= bits.gap_bits[s, gap]
                if pause > FREE_PAUSE:
                    value -= bits.pause_bits * np.log2(pause / PAUSE_UNIT)
            if not again:
                value += gain[s] + order[steps[i], s]
                if value + bits.link_yes[s] <= score[j]:  # whatever it shares, it is no better
                    i -= 1
                    continue
                linked = False
                at = i
                for _ in range(LINK_REACH):
                    if shares_value(rows[at], rows[j], arrays.value_start, arrays.values):
                        linked = True
                        break
                    at = previous[at]
                    if at < 0:
                        break
                value += bits.link_yes[s] if linked else bits.link_no[s]
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
def _weight_of(used: int, weight: Floats) -> float:
    """The summed weight of the steps in a bit set."""
    total = 0.0
    for s in range(len(weight)):
        if used & (np.int64(1) << s):
            total += weight[s]
    return total


@njit(cache=True, nogil=True)
def paths(
    arrays: SequenceArrays, found: Anchors, pieces: Pieces, barred: Bools, bits: StepBits, limits: Limits
) -> Paths:
    """Disjoint paths through the anchors, the best first: the occurrences of a pattern.

    Anchors are cut into stretches that no path can leave. In each, the best path to every anchor is found, the best of them are
    taken as long as they share no row, and the rest is looked at again, until no path with more than 0 bits is left. A path is
    kept when its steps weigh at least `limits.need`.

    Args:
        arrays: the sequence database.
        found: where steps may be.
        pieces: where those are in people's work.
        barred: (anchors,) bool, anchors that no path may go through.
        bits: what a path is worth.
        limits: what a path must keep to.

    Raises:
        ValueError: the pattern has more than `MAX_STEPS` steps.
    """
    if len(bits.gain) > MAX_STEPS:
        raise ValueError(
            "A pattern has more steps than a bit set of 64 holds. Merge fewer patterns, or lower max_steps."
        )
    ranks, block = found.ranks, arrays.block
    n = len(ranks)
    rows = arrays.free[ranks]
    kept = np.full(n, -1, dtype=np.int32)
    broken = np.full(n, -1, dtype=np.int32)
    taken = barred.copy()
    score = np.zeros(n, dtype=np.float64)
    previous = np.full(n, -1, dtype=np.int64)
    used = np.zeros(n, dtype=np.int64)
    changed = np.ones(n, dtype=np.bool_)
    state = _State(rows, arrays.clock[rows], score, previous, used, changed, taken)
    ends = np.empty(n, dtype=np.int64)
    scores = np.empty(n, dtype=np.float64)
    broken_scores = np.empty(n, dtype=np.float64)
    count, broken_count = 0, 0
    low = int(np.int64(0))  # not 0: numba would compile `_extend_paths` once more, for this number
    while low < n:
        high = low + 1
        while high < n:
            gap = ranks[high] - ranks[high - 1] - 1
            if gap >= limits.max_gap or block[rows[high]] != block[rows[high - 1]]:
                break
            high += 1
        progress = True
        while progress:
            _extend_paths(low, high, found, pieces, arrays, bits, limits, state)
            progress = False
            count_ends = 0
            for x in range(low, high):
                if changed[x] and not taken[x] and score[x] + limits.base > 0:
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
                enough = _weight_of(used[end], bits.weight) >= limits.need
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
                    scores[count] = score[end] + limits.base
                    count += 1
                else:
                    broken_scores[broken_count] = score[end] + limits.base
                    broken_count += 1
                progress = True
        low = high
    return Paths(kept, scores[:count].copy(), broken, broken_scores[:broken_count].copy())


@njit(cache=True, nogil=True)
def stretches(arrays: SequenceArrays, found: Anchors, max_gap: int) -> Ints:
    """The number of the stretch that each anchor is in, (anchors,) int64, rising: no path leaves its stretch."""
    rows = arrays.free[found.ranks]
    out = np.zeros(len(rows), dtype=np.int64)
    for x in range(1, len(rows)):
        cut = found.ranks[x] - found.ranks[x - 1] - 1 >= max_gap or arrays.block[rows[x]] != arrays.block[rows[x - 1]]
        out[x] = out[x - 1] + cut
    return out


@njit(cache=True, nogil=True)
def first_come(path: Ints, score: Floats, source: Int32s, taken: Bools) -> Bools:
    """Which paths may stay where the same rows stand in several places: the best first, and no row in two of them.

    Args:
        path: (anchors,) int64, the path that each anchor is in, -1 for none.
        score: (paths,) float64 bits.
        source: (anchors,) int32, the row that stands at the anchor, whichever copy of it.
        taken: (rows,) bool, rows that are in a path already; those of the paths that stay are set.

    Returns:
        (paths,) bool.
    """
    start = np.zeros(len(score) + 1, dtype=np.int64)
    for p in path:
        if p >= 0:
            start[p + 1] += 1
    start = np.cumsum(start)
    at = start.copy()
    anchors_of = np.empty(start[-1], dtype=np.int64)
    for x in range(len(path)):
        if path[x] >= 0:
            anchors_of[at[path[x]]] = x
            at[path[x]] += 1
    stays = np.zeros(len(score), dtype=np.bool_)
    for p in np.argsort(-score, kind="mergesort"):
        free = True
        for x in anchors_of[start[p] : start[p + 1]]:
            free = free and not taken[source[x]]
        if free:
            stays[p] = True
            for x in anchors_of[start[p] : start[p + 1]]:
                taken[source[x]] = True
    return stays
