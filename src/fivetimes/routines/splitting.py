"""Matches -> parts: two routines caught in one profile, told apart by what excludes each other, or by whose values they share."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from fivetimes.model import Bools, Floats, Int32s

_LEAST = 2  # steps that each side must have of its own: one against one is an alternative, not another routine
_TOGETHER = 0.7  # correlation from which on optional steps come and go together
_ROUTINE = 3  # steps that may be a routine of their own


def _correlation(present: Floats) -> Floats:
    """Of each two columns; 0 where one is always or never there, for which NumPy's own has no number."""
    centred = present - present.mean(axis=0)
    spread = np.sqrt((centred**2).sum(axis=0))
    return np.asarray(centred.T @ centred / np.maximum(np.outer(spread, spread), 1e-9))


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
    phi = _correlation(present[:, optional])
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


def together(matched: Int32s) -> Bools | None:
    """The optional steps, three at least and in fewer than half of the occurrences, that come and go together; None where none do.

    Example:
        >>> some = np.array([[1, 2, -1, -1, -1]] * 5 + [[1, 2, 3, 4, 5]] * 3)
        >>> together(some).tolist()
        [False, False, True, True, True]
    """
    present = (matched >= 0).astype(np.float64)
    share = present.mean(axis=0)
    optional = np.flatnonzero((share < 0.5) & (present.sum(axis=0) >= 2))
    if len(optional) < _ROUTINE:
        return None
    phi = _correlation(present[:, optional])
    sizes = (phi > _TOGETHER).sum(axis=1)
    if sizes.max() < _ROUTINE:
        return None
    out = np.zeros(matched.shape[1], dtype=np.bool_)
    out[optional[phi[int(np.argmax(sizes))] > _TOGETHER]] = True
    return out


def woven(matched: Int32s, tied: Callable[[int, int], bool]) -> Bools | None:
    """The steps of another routine that was done at the same time now and then; None where there are none.

    They come and go together, share values with each other and hardly any with the rest, which shares values of its own.

    Args:
        matched: rows, one line per occurrence, one column per step, -1 where missing.
        tied: whether two rows share a value.

    Example:
        >>> some = np.array([[1, 2, -1, -1, -1]] * 5 + [[1, 2, 3, 4, 5]] * 3)
        >>> woven(some, lambda x, y: (x < 3) == (y < 3)).tolist(), woven(some, lambda x, y: True)
        ([False, False, True, True, True], None)
    """
    group = together(matched)
    if group is None:
        return None
    both = [line for line in matched if np.count_nonzero(line[group] >= 0) > 1]
    guest = [[int(row) for row in line[group] if row >= 0] for line in both]
    host = [[int(row) for row in line[~group] if row >= 0] for line in both]
    inside = sum(any(tied(x, y) for x, y in combinations(rows, 2)) for rows in guest)
    own = sum(any(tied(x, y) for x, y in combinations(rows, 2)) for rows in host)
    across = sum(any(tied(x, y) for x in a for y in b) for a, b in zip(guest, host, strict=True))
    return group if min(inside, own) > len(both) / 2 > 2 * across else None
