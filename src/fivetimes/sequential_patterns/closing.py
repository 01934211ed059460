"""Tree -> which sequences are closed, and which are maximal.

A super-pattern of P within the gap limit is a longer sequence in which P itself occurs, with at most `max_gap` of its items between
two neighbours. P is closed if no super-pattern has at least its support, maximal if none is frequent; super-patterns longer
than the search looked at are unknown to both.

When gaps are limited, putting an item in the middle may *raise* support: in the trace `a x y b`, at max_gap 1, `a x b` occurs and
`a b` does not. Support falls for certain only where a sequence grows at its ends, and two things follow. A pattern may be covered
by one that is more frequent than itself. And it is not enough to look at super-patterns one item longer, because the
sequences in between may be infrequent and have no node; without a limit, and with max_gap 0, it is enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from fivetimes.model import Bools, Ints
from fivetimes.sequential_patterns.tree import Tree, rows

Grid: TypeAlias = npt.NDArray[np.int64]  # a row per sequence, a column per item dropped
_AT_ONCE = 50_000  # sequences that are walked together: bounds the memory


def closed_and_maximal(tree: Tree, *, max_gap: int | None) -> tuple[Bools, Bools]:
    """A flag per node: is it closed, is it maximal? Both are false for the empty sequence.

    Example:
        >>> from fivetimes.sequential_patterns.tree import grown
        >>> tree = grown([0, 0, 0, 1], [-1, 0, 1, 1], [0, 6, 5, 5])  # a: 6, b: 5, a b: 5
        >>> [flags.tolist() for flags in closed_and_maximal(tree, max_gap=0)]
        [[False, True, False, True], [False, False, False, True]]
    """
    closed = np.ones(len(tree), dtype=np.bool_)
    maximal = np.ones(len(tree), dtype=np.bool_)
    closed[0] = maximal[0] = False
    dropped = np.zeros((1, 0), dtype=np.int64)
    for length in range(1, len(tree.level) - 1):
        nodes = np.arange(tree.level[length], tree.level[length + 1])
        dropped = _dropped(tree, nodes, dropped, parents=tree.level[length - 1])
        columns = dropped if max_gap != 0 else dropped[:, [0, -1]]
        held = np.where(columns > 0, columns, 0)
        covered = (held > 0) & (tree.support[held] <= tree.support[nodes][:, None])
        maximal[held] = False
        closed[held[covered]] = False
        if max_gap:
            walk = _Walk(tree, max_gap, closed, maximal)
            walk.mark(nodes, _open(tree, nodes, dropped))
    return closed, maximal


def _dropped(tree: Tree, nodes: Ints, above: Grid, *, parents: int) -> Grid:
    """For each sequence the nodes that remain when one item is dropped, column by column; -1 where infrequent.

    `above` says so for the sequences one item shorter, the first of which is the node `parents`.
    """
    grid = np.empty((len(nodes), above.shape[1] + 1), dtype=np.int64)
    parent, item = tree.parent[nodes], tree.item[nodes]
    for column in range(above.shape[1]):
        grid[:, column] = tree.children(above[parent - parents, column], item)
    grid[:, -1] = parent
    return grid


def _open(tree: Tree, nodes: Ints, dropped: Grid) -> Bools:
    """Which middle items may have to be dropped together with others.

    Where the sequence without the item is there and as frequent at least, it covers what the two would cover together.
    """
    there = np.maximum(dropped, 0)
    free = (dropped < 0) | (tree.support[there] < tree.support[nodes][:, None])
    free[:, [0, -1]] = False
    return free


@dataclass(frozen=True, slots=True)
class _Walk:
    """Drops several middle items at once, by walking the tree along a sequence and leaving items out."""

    tree: Tree
    max_gap: int
    closed: Bools
    maximal: Bools

    def mark(self, nodes: Ints, free: Bools) -> None:
        """Mark what the nodes cover; `free` says which of their items may be left out."""
        several = np.flatnonzero(free.sum(axis=1) > 1)
        if free.shape[1] < 4 or not len(several):
            return
        items = rows(self.tree, free.shape[1])
        for low in range(0, len(several), _AT_ONCE):
            some = several[low : low + _AT_ONCE]
            self._mark_some(nodes[some], items[some], free[some])

    def _mark_some(self, nodes: Ints, items: Grid, free: Bools) -> None:
        size = items.shape[1]
        start = self.tree.children(np.zeros_like(nodes), items[:, 0])
        # at each place of the sequences: which sequence (row), and the node of what was kept so far
        at: list[list[tuple[Ints, Ints]]] = [[] for _ in range(size)]
        at[0].append((np.arange(len(nodes)), start))
        for place in range(size - 1):
            for row, node in at[place]:
                self._step(place, row, node, items, free, at)
        for row, node in at[-1]:
            self._cover(nodes[row], node)

    def _step(
        self, place: int, row: Ints, node: Ints, items: Grid, free: Bools, at: list[list[tuple[Ints, Ints]]]
    ) -> None:
        for later in range(place + 1, min(place + self.max_gap + 2, items.shape[1])):
            kept = self.tree.children(node, items[row, later])
            at[later].append((row[kept >= 0], kept[kept >= 0]))
            row, node = row[free[row, later]], node[free[row, later]]

    def _cover(self, longer: Ints, shorter: Ints) -> None:
        longer, shorter = longer[longer != shorter], shorter[longer != shorter]
        self.maximal[shorter] = False
        self.closed[shorter[self.tree.support[shorter] <= self.tree.support[longer]]] = False
