"""A sequence database -> pairs of tokens that stand near each other: the loops over all that is still free."""

from __future__ import annotations

import numpy as np

from fivetimes.columns import Bools, Int32s, Ints
from fivetimes.kernels.database import SequenceArrays, passed
from fivetimes.kernels.webassembly import loops, typed

# Later rows that a row is paired with by a value, at most: a value that stands on many rows in series (the name of what is worked
# on) would else count once for each two of them.
_LINKED_PARTNERS = 4


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
    (keys,) = loops().call(
        "pair_keys", (np.int64,), passed(arrays), typed(seedable, np.bool_), len(seedable), first, last, ahead
    )
    return keys


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
    (keys,) = loops().call(
        "linked_pair_keys",
        (np.int64,),
        passed(arrays),
        typed(seedable, np.bool_),
        len(seedable),
        level,
        ahead,
        _LINKED_PARTNERS,
    )
    return keys


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
    (found,) = loops().call("seed_occurrences", (np.int32,), passed(arrays), a, b, ahead, linked)
    return found.reshape(-1, 2)
