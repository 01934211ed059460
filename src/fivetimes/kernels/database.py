"""Rows of tokens -> postings and values: the sequence database as the compiled loops see it.

A row is an action. A rank is an index into `free`, the rows that no routine claims yet, in order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from fivetimes.columns import Floats, Int32s, Ints
from fivetimes.kernels.webassembly import Argument, Resident, loops, typed

_ENTRIES = (np.int32, np.int32, np.float64, np.int32, np.int32, np.int32, np.int32, np.int64, np.int32)  # of its fields


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


def passed(arrays: SequenceArrays) -> Argument:
    """A sequence database as `kernels.c` has it."""
    pairs: Iterable[tuple[npt.NDArray[Any], type]] = zip(arrays, _ENTRIES, strict=True)
    fields = (Resident(typed(array, entries)) for array, entries in pairs)
    return (*fields, arrays.levels.shape[1], len(arrays.free))


def postings(levels: Int32s, tokens: int) -> tuple[Ints, Int32s]:
    """The rows on which each token stands; a row that holds a token at two levels counts once.

    Args:
        levels: (rows, levels) int32 token ids, the finest first; equal tokens of a row stand at neighbouring levels.
        tokens: how many tokens there are.

    Returns:
        (tokens + 1,) int64 and (postings,) int32: the rows of token t are `where[start[t]:start[t + 1]]`, rising.
    """
    start, where = loops().call("postings", (np.int64, np.int32), typed(levels, np.int32), *levels.shape, tokens)
    return start, where


def living(start: Ints, where: Int32s, rank: Int32s) -> tuple[Ints, Int32s]:
    """The postings of the free rows alone, as ranks.

    Args:
        start: (tokens + 1,) int64, as `postings` gives it.
        where: (postings,) int32, as `postings` gives it.
        rank: (rows,) int32, the rank of each free row, -1 for the others.

    Returns:
        `begin` and `living` of `SequenceArrays`.
    """
    begin, ranks = loops().call(
        "living",
        (np.int64, np.int32),
        Resident(typed(start, np.int64)),
        Resident(typed(where, np.int32)),
        typed(rank, np.int32),
        len(start) - 1,
    )
    return begin, ranks


def shares_value(i: int, j: int, value_start: Int32s, values: Int32s) -> bool:
    """Whether rows i and j hold a common value; for one pair of rows, as the compiled loops ask it for many.

    Args:
        i: a row.
        j: another one.
        value_start: (rows + 1,) int32, where the values of each row begin.
        values: (values,) int32, rising within a row.
    """
    first = set(values[value_start[i] : value_start[i + 1]].tolist())
    return not first.isdisjoint(values[value_start[j] : value_start[j + 1]].tolist())
