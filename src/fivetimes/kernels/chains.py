"""Weighted pairs of two ordered sequences -> the heaviest of them that do not cross."""

from __future__ import annotations

import numpy as np
from numba import njit

from fivetimes.model import Floats, Int32s, Ints


@njit(cache=True, nogil=True)
def heaviest_chain(first: Int32s, second: Int32s, weight: Floats) -> Ints:
    """The pairs of the heaviest chain in which `first` rises and `second` does not fall, in order.

    In O(n log n), by a Fenwick tree of the heaviest chain up to each position.

    Args:
        first: (pairs,) int32 positions in the one sequence; the pairs are sorted by it, and by falling `second` where it is
            equal; none stands there twice.
        second: (pairs,) int32 positions in the other sequence, from 0.
        weight: (pairs,) float64, what each pair is worth, above 0.

    Returns:
        (chain,) int64, indices of pairs.

    Source:
        Fredman, On computing the length of longest increasing subsequences, Discrete Mathematics 1975, with weights; Fenwick 1994.
    """
    count = len(first)
    previous = np.full(count, -1, dtype=np.int64)
    if count == 0:
        return previous
    width = second.max() + 2
    best = np.zeros(width, dtype=np.float64)  # a Fenwick tree of the best weight up to each position
    holder = np.full(width, -1, dtype=np.int64)
    total = np.empty(count, dtype=np.float64)
    top = 0
    for i in range(count):
        value, before = 0.0, -1
        at = second[i] + 1
        while at > 0:
            if best[at] > value:
                value, before = best[at], int(holder[at])
            at -= at & -at
        total[i] = value + weight[i]
        previous[i] = before
        if total[i] > total[top]:
            top = i
        at = second[i] + 1
        while at < width:
            if total[i] > best[at]:
                best[at], holder[at] = total[i], i
            at += at & -at
    size = 0
    i = int(top)
    while i >= 0:
        size += 1
        i = int(previous[i])
    chain = np.empty(size, dtype=np.int64)
    i = int(top)
    for index in range(size - 1, -1, -1):
        chain[index] = i
        i = int(previous[i])
    return chain
