"""Nodes of a search -> Tree -> PatternSet: frequent sequences as a tree that shares their beginnings."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from fivetimes.model import Int32s, Ints


@dataclass(frozen=True, slots=True)
class Tree:
    """Every frequent sequence as a node: its parent is the sequence without the last item.

    Level by level, in each level in the order of the sequences; node 0 is the empty one. `level[m]:level[m + 1]` are the
    nodes of length m. `key` rises: `parent * width + item`, so that a child is found by halving.
    """

    parent: Ints
    item: Ints
    support: Ints
    level: tuple[int, ...]
    width: int
    key: Ints

    def __len__(self) -> int:
        return len(self.parent)

    def children(self, nodes: Ints, items: Ints) -> Ints:
        """The child of each node by the item beside it; -1 where there is none, or no node (-1).

        Example:
            >>> tree = grown([0, 0, 1], [-1, 3, 5], [0, 9, 7])
            >>> tree.children(np.array([0, 1, 1]), np.array([3, 5, 4])).tolist()
            [1, 2, -1]
        """
        wanted = nodes * self.width + items
        place = np.minimum(np.searchsorted(self.key, wanted), len(self.key) - 1)
        # the empty sequence has the key -1 and is nobody's child
        return np.where((self.key[place] == wanted) & (nodes >= 0) & (place > 0), place, -1)


def grown(parent: npt.ArrayLike, item: npt.ArrayLike, support: npt.ArrayLike) -> Tree:
    """Order the nodes of a search, which stand after their parents; node 0 is the empty sequence."""
    above, items, supports = (np.asarray(column, dtype=np.int64) for column in (parent, item, support))
    width = int(items.max(initial=0)) + 1
    rank = np.zeros(len(above), dtype=np.int64)
    nodes, orders, level = np.array([0]), [np.array([0])], [0, 1]
    depth = _depths(above)
    by_depth = np.argsort(depth, kind="stable")
    edges = np.searchsorted(depth[by_depth], np.arange(1, depth.max(initial=0) + 2))
    for low, high in pairwise(edges.tolist()):
        nodes = by_depth[low:high]
        nodes = nodes[np.argsort(rank[above[nodes]] * width + items[nodes], kind="stable")]
        rank[nodes] = level[-1] + np.arange(len(nodes))
        orders.append(nodes)
        level.append(level[-1] + len(nodes))
    order = np.concatenate(orders)
    above = rank[above[order]]
    key = above * width + items[order]
    key[0] = -1
    return Tree(above, items[order], supports[order], tuple(level), width, key)


def _depths(parent: Ints) -> Int32s:
    """The length of each sequence, by doubling the step upwards."""
    depth = (np.arange(len(parent)) > 0).astype(np.int32)
    above = parent
    while above.any():
        depth += depth[above]
        above = above[above]
    return depth


# ---- reading a tree


def ancestors(tree: Tree, m: int) -> list[Ints]:
    """For the nodes of length m their beginnings of length 0, 1, …, m."""
    nodes = np.arange(tree.level[m], tree.level[m + 1])
    found = [nodes]
    for _ in range(m):
        nodes = tree.parent[nodes]
        found.append(nodes)
    return found[::-1]


def rows(tree: Tree, m: int) -> Ints:
    """The items of all sequences of length m, one row each."""
    return np.stack([tree.item[nodes] for nodes in ancestors(tree, m)[1:]], axis=1)


def suffixes(tree: Tree) -> Ints:
    """For each node the sequence without its first item; it is as frequent at least, so it has a node."""
    without = np.zeros(len(tree), dtype=np.int64)
    for low, high in pairwise(tree.level[2:]):
        without[low:high] = tree.children(without[tree.parent[low:high]], tree.item[low:high])
    return without


def lengths(tree: Tree) -> Ints:
    """The length of each sequence."""
    return np.repeat(np.arange(len(tree.level) - 1), np.diff(tree.level))


def in_order(tree: Tree) -> Ints:
    """For each node its place in the order of the sequences, a shorter one before those that it begins."""
    size = np.ones(len(tree), dtype=np.int64)
    for low, high in reversed(list(pairwise(tree.level[1:]))):
        np.add.at(size, tree.parent[low:high], size[low:high])
    place = np.zeros(len(tree), dtype=np.int64)
    for low, high in pairwise(tree.level[1:]):
        above = tree.parent[low:high]
        before = np.cumsum(size[low:high]) - size[low:high]
        eldest = np.searchsorted(above, above)
        place[low:high] = place[above] + 1 + before - before[eldest]
    return place


def spelled(tree: Tree, nodes: Ints) -> tuple[Int32s, Ints]:
    """The items of the given sequences one after the other, and where each starts (one more entry than nodes)."""
    length = lengths(tree)[nodes]
    start = np.concatenate(([0], np.cumsum(length)))
    items = np.empty(int(start[-1]), dtype=np.int32)
    at, current = start[1:].copy(), nodes
    while len(current):
        at -= 1
        items[at] = tree.item[current]
        current = tree.parent[current]
        at, current = at[current > 0], current[current > 0]
    return items, start


def of_rows(items: Int32s, start: Ints) -> tuple[Tree, Ints]:
    """The tree of given sequences, and the node of each; support 1 for each of them, 0 for mere beginnings.

    Example:
        >>> tree, nodes = of_rows(np.array([4, 2, 4]), np.array([0, 2, 3]))
        >>> len(tree), nodes.tolist(), tree.support.tolist()
        (3, [2, 1], [0, 1, 1])
    """
    length = np.diff(start)
    width = int(items.max(initial=0)) + 1
    parents, tokens, total = [np.zeros(1, dtype=np.int64)], [np.full(1, -1, dtype=np.int64)], 1
    node = np.zeros(len(length), dtype=np.int64)
    for depth in range(int(length.max(initial=0))):
        longer = np.flatnonzero(length > depth)
        keys, place = np.unique(node[longer] * width + items[start[longer] + depth], return_inverse=True)
        node[longer] = total + place
        parents.append(keys // width)
        tokens.append(keys % width)
        total += len(keys)
    support = np.zeros(total, dtype=np.int64)
    support[node] = 1
    # each level is made in order of (parent, item): the tree's own order
    return grown(np.concatenate(parents), np.concatenate(tokens), support), node
