"""Rows of tokens -> postings and values: the sequence database as the compiled loops see it.

A row is an action. A rank is an index into `free`, the rows that no routine claims yet, in order.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from fivetimes.model import Floats, Int32s, Ints


class SequenceArrays(NamedTuple):
    """A sequence database and which of its rows are still free.

    Attributes:
        levels: (rows, levels) int32, the token of each row at each level of detail, the finest first.
        block: (rows,) int32, rising; nothing joins rows of two blocks (another person, a long silence).
        clock: (rows,) float64, seconds.
        value_start: (rows + 1,) int32, where the values of each row begin in `values`.
        values: (values,) int32, rising within a row.
        free: (free,) int32, the unclaimed rows, rising.
        rank: (rows,) int32, the inverse of `free`; -1 where a row is claimed.
        begin: (tokens + 1,) int64, where the postings of each token begin in `living`.
        living: (postings,) int32, the ranks of the free rows that hold each token, rising within a token.
    """

    levels: Int32s
    block: Int32s
    clock: Floats
    value_start: Int32s
    values: Int32s
    free: Int32s
    rank: Int32s
    begin: Ints
    living: Int32s


@njit(cache=True, nogil=True)
def postings(levels: Int32s, tokens: int) -> tuple[Ints, Int32s]:
    """The rows on which each token stands; a row that holds a token at two levels counts once.

    Args:
        levels: (rows, levels) int32 token ids, the finest first; equal tokens of a row stand at neighbouring levels.
        tokens: how many tokens there are.

    Returns:
        (tokens + 1,) int64 and (postings,) int32: the rows of token t are `where[start[t]:start[t + 1]]`, rising.
    """
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
def living(start: Ints, where: Int32s, rank: Int32s) -> tuple[Ints, Int32s]:
    """The postings of the free rows alone, as ranks.

    Args:
        start: (tokens + 1,) int64, as `postings` gives it.
        where: (postings,) int32, as `postings` gives it.
        rank: (rows,) int32, the rank of each free row, -1 for the others.

    Returns:
        `begin` and `living` of `SequenceArrays`.
    """
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
    """The first index in [low, high) of rising ranks that holds `rank` or more, `high` where none does.

    By galloping search, in ever longer strides from `low`: what is near is found at once.
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
def has_token(levels: Int32s, i: int, token: int) -> bool:
    """Whether row i of `levels`, (rows, levels) int32, holds the token at any level."""
    for d in range(levels.shape[1]):
        if levels[i, d] == token:
            return True
    return False


@njit(cache=True, nogil=True)
def shares_value(i: int, j: int, value_start: Int32s, values: Int32s) -> bool:
    """Whether rows i and j hold a common value.

    Args:
        i: a row.
        j: another one.
        value_start: (rows + 1,) int32, where the values of each row begin.
        values: (values,) int32, rising within a row.
    """
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
