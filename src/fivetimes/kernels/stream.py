"""Token stream -> positions and counts: the loops over all that is still unclaimed.

A stream is `levels[n, LEVELS]` (token ids, finest first), `block[n]` (rises where nothing may join: another person, a long
silence) and `free[m]`, the unclaimed rows in order. A rank is a position in `free`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from fivetimes.model import Bools, Int32s, Ints


@njit(cache=True, nogil=True)
def postings(levels: Int32s, tokens: int) -> tuple[Ints, Int32s]:
    """CSR of the rows on which each token stands; a row that holds a token at two levels counts once."""
    rows, depth = levels.shape
    start = np.zeros(tokens + 1, dtype=np.int64)
    for i in range(rows):
        for d in range(depth):
            if d == 0 or levels[i, d] != levels[i, d - 1]:
                start[levels[i, d] + 1] += 1
    for t in range(tokens):
        start[t + 1] += start[t]
    at = start[:-1].copy()
    where = np.empty(start[tokens], dtype=np.int32)
    for i in range(rows):
        for d in range(depth):
            if d == 0 or levels[i, d] != levels[i, d - 1]:
                t = levels[i, d]
                where[at[t]] = i
                at[t] += 1
    return start, where


@njit(cache=True, nogil=True)
def pair_keys(
    levels: Int32s, block: Int32s, free: Int32s, seedable: Bools, first: int, last: int, ahead: int, tokens: int
) -> Ints:
    """Keys `a * tokens + b` of tokens b seen within `ahead` unclaimed rows after a, at one level; once per row of a and key."""
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
def shares_value(i: int, j: int, value_start: Int32s, values: Int32s) -> bool:
    """Whether rows i and j hold a common value piece; the pieces of a row are sorted."""
    x, y = value_start[i], value_start[j]
    end_x, end_y = value_start[i + 1], value_start[j + 1]
    while x < end_x and y < end_y:
        if values[x] == values[y]:
            return True
        if values[x] < values[y]:
            x += 1
        else:
            y += 1
    return False


@njit(cache=True, nogil=True)
def linked_pair_keys(
    levels: Int32s,
    block: Int32s,
    free: Int32s,
    seedable: Bools,
    level: int,
    ahead: int,
    tokens: int,
    value_start: Int32s,
    values: Int32s,
) -> tuple[Ints, int]:
    """Keys of pairs within `ahead` rows that share a value, at one level, and how many neighbours were looked at."""
    m = len(free)
    keys = np.empty(m * 2 + 16, dtype=np.int64)
    n = 0
    looked = 0
    for r in range(m):
        i = free[r]
        if value_start[i] == value_start[i + 1] or not seedable[levels[i, level]]:
            continue
        found = 0
        for step in range(1, ahead + 1):
            if r + step >= m or block[free[r + step]] != block[i]:
                break
            j = free[r + step]
            if value_start[j] == value_start[j + 1]:
                continue
            looked += 1
            if levels[j, level] == levels[i, level] or not seedable[levels[j, level]]:
                continue
            if shares_value(i, j, value_start, values):
                if n == len(keys):
                    keys = np.concatenate((keys, np.empty(len(keys), dtype=np.int64)))
                keys[n] = levels[i, level] * tokens + levels[j, level]
                n += 1
                found += 1
                if found == 4:
                    break
    return keys[:n].copy(), looked


@njit(cache=True, nogil=True)
def has_token(levels: Int32s, i: int, token: int) -> bool:
    """Whether row i holds the token at any level."""
    for d in range(levels.shape[1]):
        if levels[i, d] == token:
            return True
    return False


@njit(cache=True, nogil=True)
def living(start: Ints, where: Int32s, rank: Int32s) -> tuple[Ints, Int32s]:
    """The postings of the unclaimed rows alone, as ranks: what `start` and `where` say of all rows."""
    tokens = len(start) - 1
    begin = np.zeros(tokens + 1, dtype=np.int64)
    ranks = np.empty(len(where), dtype=np.int32)
    n = 0
    for t in range(tokens):
        for at in range(start[t], start[t + 1]):
            r = rank[where[at]]
            if r >= 0:
                ranks[n] = r
                n += 1
        begin[t + 1] = n
    return begin, ranks[:n].copy()


@njit(cache=True, nogil=True)
def first_from(ranks: Int32s, low: int, high: int, rank: int) -> int:
    """The first place in [low, high) of rising ranks that holds `rank` or more, `high` where none does.

    In ever longer strides from `low`, so that what is near is found at once.
    """
    stride = 1
    while low + stride < high and ranks[low + stride] < rank:
        low += stride
        stride *= 2
    high = min(high, low + stride)
    while low < high:
        middle = (low + high) // 2
        if ranks[middle] < rank:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def seed_occurrences(
    a: int,
    b: int,
    ahead: int,
    linked: bool,
    begin: Ints,
    ranks: Int32s,
    block: Int32s,
    free: Int32s,
    value_start: Int32s,
    values: Int32s,
) -> Int32s:
    """Disjoint pairs (row of a, row of b), a the nearest among the `ahead` unclaimed rows before b, earliest first.

    `begin` and `ranks` are what `living` gives.
    """
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
            if not linked or shares_value(i, j, value_start, values):
                found[n, 0] = i
                found[n, 1] = j
                n += 1
                last = s
                break
            y -= 1
        z += 1
    return found[:n].copy()
