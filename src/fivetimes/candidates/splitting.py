"""Matches -> parts: two routines that share steps, caught in one profile, told apart by what excludes each other."""

from __future__ import annotations

import numpy as np

from fivetimes.model import Bools, Int32s

_LEAST = 2  # steps that each side must have of its own: one against one is an alternative, not another routine


def sides(matched: Int32s) -> tuple[Bools, Bools] | None:
    """The optional steps of two sides that exclude each other, None where there are no two sides.

    Args:
        matched: rows, one line per occurrence, one column per step, -1 where missing.

    Example:
        >>> both = np.array([[1, 1, 1, -1, -1]] * 4 + [[1, -1, -1, 1, 1]] * 4)
        >>> [side.tolist() for side in sides(both)]
        [[False, True, True, False, False], [False, False, False, True, True]]
    """
    present = (matched >= 0).astype(np.float64)
    share = present.mean(axis=0)
    optional = np.flatnonzero((share > 0.1) & (share < 0.9))
    if len(optional) < 2 * _LEAST:
        return None
    centred = present[:, optional] - share[optional]
    spread = np.sqrt((centred**2).sum(axis=0))
    phi = centred.T @ centred / np.maximum(np.outer(spread, spread), 1e-9)
    a, b = np.unravel_index(int(np.argmin(phi)), phi.shape)
    if phi[a, b] > -0.5:
        return None
    first, second = np.zeros(len(share), dtype=np.bool_), np.zeros(len(share), dtype=np.bool_)
    first[optional[(phi[a] > 0.3) & (phi[a] > phi[b])]] = True
    second[optional[(phi[b] > 0.3) & (phi[b] > phi[a])]] = True
    return (first, second) if first.sum() >= _LEAST and second.sum() >= _LEAST else None


def parts(matched: Int32s) -> tuple[Bools, Bools] | None:
    """The occurrences of two sides, the larger first; None where the occurrences are of one kind.

    Example:
        >>> both = np.array([[1, 1, 1, -1, -1]] * 3 + [[1, -1, -1, 1, 1]] * 5)
        >>> [int(part.sum()) for part in parts(both)]
        [5, 3]
    """
    found = sides(matched)
    if found is None:
        return None
    present = matched >= 0
    more = present[:, found[0]].mean(axis=1) > present[:, found[1]].mean(axis=1)
    less = ~more
    if min(int(more.sum()), int(less.sum())) < 2:
        return None
    return (more, less) if more.sum() >= less.sum() else (less, more)


def same_rows(one: Int32s, other: Int32s) -> bool:
    """Whether two parts, collected anew, find mostly the same rows: then they are ways of one routine, and its worth is no sum.

    Example:
        >>> same_rows(np.array([1, 2, 3]), np.array([2, 3, 4, 5])), same_rows(np.array([1, 2, 3]), np.array([3, 4, 5]))
        (True, False)
    """
    return 2 * len(np.intersect1d(one, other)) > min(len(one), len(other))
