"""Rows of some occurrences -> which tokens stand around them, and where.

An interval is what lies between two neighbouring steps of an occurrence. It is named by the step before it, plus one; interval 0 is
what stands before the first step. Those before the first and after the last step are `flank` free rows long, and end where another
occurrence or another block begins.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fivetimes.columns import Bools, Floats, Int32s, Ints
from fivetimes.kernels.database import SequenceArrays, passed
from fivetimes.kernels.matching import LINK_REACH
from fivetimes.kernels.webassembly import Argument, Resident, loops, typed


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


def _passed(scratch: Scratch) -> Argument:
    return tuple(Resident(array) for array in scratch)  # what a loop writes there it takes back before it ends


def surroundings(matched: Int32s, least: int, flank: int, arrays: SequenceArrays, scratch: Scratch) -> AdditionCounts:
    """For each token and interval how many occurrences hold it there.

    Args:
        matched: (occurrences, steps) int32 free rows, -1 where an occurrence lacks the step.
        least: occurrences, 1 or more; a token that fewer hold is left out.
        flank: free rows.
        arrays: the sequence database.
        scratch: of this database.
    """
    tokens, held, inside, size, have, width = loops().call(
        "surroundings",
        (np.int64, np.int64, np.int64, np.float64, np.int64, np.float64),
        typed(matched, np.int32),
        *matched.shape,
        least,
        flank,
        passed(arrays),
        _passed(scratch),
    )
    return AdditionCounts(tokens, held, inside.reshape(-1, matched.shape[1] + 1), size, have, float(width[0]))


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
    start, tokens, held = loops().call(
        "tokens_of_steps",
        (np.int64, np.int32, np.int64),
        typed(matched, np.int32),
        *matched.shape,
        Resident(typed(levels, np.int32)),
        levels.shape[1],
        _passed(scratch),
    )
    return start, tokens, held


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
    (found,) = loops().call(
        "rows_of_step",
        (np.int32,),
        typed(matched, np.int32),
        *matched.shape,
        token,
        wanted,
        flank,
        passed(arrays),
        _passed(scratch),
    )
    return found


def links(matched: Int32s, value_start: Int32s, values: Int32s) -> tuple[Floats, Floats]:
    """How often each step shares a value with one of the `LINK_REACH` before it in its occurrence.

    Args:
        matched: (occurrences, steps) int32 rows, -1 where an occurrence lacks the step.
        value_start: (rows + 1,) int32, where the values of each row begin.
        values: (values,) int32, rising within a row.

    Returns:
        (steps,) float64 twice: occurrences in which it does, and occurrences in which it has a step before it.
    """
    hits, seen = loops().call(
        "links",
        (np.float64, np.float64),
        typed(matched, np.int32),
        *matched.shape,
        Resident(typed(value_start, np.int32)),
        Resident(typed(values, np.int32)),
        LINK_REACH,
    )
    return hits, seen
