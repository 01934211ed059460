"""A sequence database -> pairs of tokens that stand near each other: the loops over all that is still free."""

from __future__ import annotations

import numpy as np
from numba import njit

from fivetimes.kernels.database import SequenceArrays, first_from, shares_value
from fivetimes.model import Bools, Int32s, Ints

# Later rows that a row is paired with by a value, at most: a value that stands on many rows in series (the name of what is worked
# on) would else count once for each two of them.
_LINKED_PARTNERS = 4


@njit(cache=True, nogil=True)
def pair_keys(arrays: SequenceArrays, seedable: Bools, first: int, last: int, ahead: int) -> Ints:
    """Every pair of tokens of which one stands within `ahead` free rows after the other, at one level of detail.

    Args:
        arrays: the sequence database.
        seedable: (tokens,) bool, which tokens may be in a pair.
        first: the first level that is looked at.
        last: the level after the last one.
        ahead: free rows of the same block that are looked at after each.

    Returns:
        Keys `a * tokens + b`, int64; once per row of a and key.
    """
    levels, block, free, tokens = arrays.levels, arrays.block, arrays.free, len(seedable)
    m = len(free)
    keys = np.empty(m * ahead * (last - first), dtype=np.int64)
    n = 0
    for r in range(m):
        i = free[r]
        for d in range(first, last):
            a = levels[i, d]
            if not seedable[a] or (d > first and a == levels[i, d - 1]):
                continue
            for step in range(1, ahead + 1):
                if r + step >= m or block[free[r + step]] != block[i]:
                    break
                b = levels[free[r + step], d]
                if b == a or not seedable[b]:
                    continue
                fresh = True
                for before in range(1, step):
                    if levels[free[r + before], d] == b:
                        fresh = False
                        break
                if fresh:
                    keys[n] = a * tokens + b
                    n += 1
    return keys[:n].copy()


@njit(cache=True, nogil=True)
def linked_pair_keys(arrays: SequenceArrays, seedable: Bools, level: int, ahead: int) -> Ints:
    """Every pair of tokens of two rows within `ahead` free rows that share a value, `_LINKED_PARTNERS` per row at most.

    Args:
        arrays: the sequence database.
        seedable: (tokens,) bool, which tokens may be in a pair.
        level: the level of detail.
        ahead: free rows of the same block that are looked at after each.

    Returns:
        Keys `a * tokens + b`, int64; once per pair of rows.
    """
    levels, block, free, tokens = arrays.levels, arrays.block, arrays.free, len(seedable)
    value_start, values = arrays.value_start, arrays.values
    m = len(free)
    keys = np.empty(m * 2 + 16, dtype=np.int64)
    n = 0
    for r in range(m):
        i = free[r]
        if value_start[i] == value_start[i + 1] or not seedable[levels[i, level]]:
            continue
        found = 0
        for step in range(1, ahead + 1):
            if r + step >= m or block[free[r + step]] != block[i]:
                break
            j = free[r + step]
            if levels[j, level] == levels[i, level] or not seedable[levels[j, level]]:
                continue
            if shares_value(i, j, value_start, values):
                if n == len(keys):
                    keys = np.concatenate((keys, np.empty(len(keys), dtype=np.int64)))
                keys[n] = levels[i, level] * tokens + levels[j, level]
                n += 1
                found += 1
                if found == _LINKED_PARTNERS:
                    break
    return keys[:n].copy()


@njit(cache=True, nogil=True)
def seed_occurrences(arrays: SequenceArrays, a: int, b: int, ahead: int, linked: bool) -> Int32s:
    """Disjoint pairs (row of a, row of b), a the nearest one before b, earliest first.

    Args:
        arrays: the sequence database.
        a: the first token.
        b: the second token.
        ahead: free rows of the same block within which b stands after a.
        linked: whether the two rows must share a value; then the nearest a that does is taken.

    Returns:
        (pairs, 2) int32 rows.
    """
    begin, ranks, block, free = arrays.begin, arrays.living, arrays.block, arrays.free
    end_a, end_b = begin[a + 1], begin[b + 1]
    found = np.empty((min(end_a - begin[a], end_b - begin[b]), 2), dtype=np.int32)
    n = 0
    last = -1
    x, z = begin[a], begin[b]
    while z < end_b:
        s = ranks[z]
        x = first_from(ranks, x, end_a, s)
        if x == begin[a] or s - ranks[x - 1] > ahead:
            # no a within reach: on to the first b after the next one
            if x == end_a:
                break
            z = first_from(ranks, z, end_b, ranks[x] + 1)
            continue
        j = free[s]
        y = x - 1
        while y >= begin[a] and ranks[y] > last and s - ranks[y] <= ahead:
            i = free[ranks[y]]
            if block[i] != block[j]:
                break
            if not linked or shares_value(i, j, arrays.value_start, arrays.values):
                found[n, 0] = i
                found[n, 1] = j
                n += 1
                last = s
                break
            y -= 1
        z += 1
    return found[:n].copy()
