"""A conductor's steps and the steps as they were done -> where the two differ: skipped, added, swapped.

This file defines the difference. An alignment turns the conductor's steps into those that were done by the fewest changes:

- a step of both, at its place: no cost;
- *skip*: a step of the conductor that was not done: 1, and nothing where it is optional;
- *add*: a step that was done beside the conductor's: 1;
- *swap*: two neighbours done in the other order: 1, and both are used up by it.

Of equal alignments the one is taken that, from the end backwards, prefers a step of both, then a swap, a skip, an addition: so
the same input always gives the same answer. It is the optimal string alignment distance with free deletions of optional steps
(Damerau 1964; Navarro 2001, section 2.1). `tests/oracles.py` recomputes the cost by trying everything.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np


class Change(StrEnum):
    """How what was done differs from the conductor."""

    SKIP = "skip"
    ADD = "add"
    SWAP = "swap"


@dataclass(frozen=True, slots=True)
class Difference:
    """One change. `step` is the number of the conductor's step (of a swap the first of the two); None of an addition, which stands
    in `done`: the number of what was done."""

    change: Change
    step: int | None
    done: int | None


@dataclass(frozen=True, slots=True)
class Alignment:
    """The cheapest alignment: its cost, and the changes in order. Optional steps that were left out are no change."""

    cost: int
    differences: tuple[Difference, ...]


def align(stated: Sequence[Hashable], optional: Sequence[bool], done: Sequence[Hashable]) -> Alignment:
    """Align a conductor's steps with the steps of one run.

    Args:
        stated: the conductor's steps, in its order.
        optional: of each, whether it may be left out.
        done: the steps as they were done.

    Example:
        >>> found = align("abcd", [False] * 4, "acb")
        >>> found.cost, [(one.change.value, one.step) for one in found.differences]
        (2, [('swap', 1), ('skip', 3)])
    """
    cost = _costs(stated, optional, done)
    differences: list[Difference] = []
    i, j = len(stated), len(done)
    while i or j:
        if i and j and stated[i - 1] == done[j - 1] and cost[i, j] == cost[i - 1, j - 1]:
            i, j = i - 1, j - 1
        elif _swapped(stated, done, i, j) and cost[i, j] == cost[i - 2, j - 2] + 1:
            i, j = i - 2, j - 2
            differences.append(Difference(Change.SWAP, i, j))
        elif i and cost[i, j] == cost[i - 1, j] + (not optional[i - 1]):
            i -= 1
            if not optional[i]:
                differences.append(Difference(Change.SKIP, i, None))
        else:
            j -= 1
            differences.append(Difference(Change.ADD, None, j))
    return Alignment(int(cost[-1, -1]), tuple(reversed(differences)))


def _costs(
    stated: Sequence[Hashable], optional: Sequence[bool], done: Sequence[Hashable]
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """The least cost of the first i steps against the first j that were done."""
    cost = np.zeros((len(stated) + 1, len(done) + 1), dtype=np.int64)
    cost[:, 0] = np.concatenate(([0], np.cumsum([not one for one in optional])))
    cost[0, :] = np.arange(len(done) + 1)
    for i in range(1, len(stated) + 1):
        for j in range(1, len(done) + 1):
            ways = [cost[i - 1, j] + (not optional[i - 1]), cost[i, j - 1] + 1]
            if stated[i - 1] == done[j - 1]:
                ways.append(cost[i - 1, j - 1])
            if _swapped(stated, done, i, j):
                ways.append(cost[i - 2, j - 2] + 1)
            cost[i, j] = min(ways)
    return cost


def _swapped(stated: Sequence[Hashable], done: Sequence[Hashable], i: int, j: int) -> bool:
    return i > 1 and j > 1 and stated[i - 1] == done[j - 2] and stated[i - 2] == done[j - 1]
