"""Nodes of a search -> PrefixTree -> PatternSet: frequent sequences, and which of them are kept.

The tree shares the sequences' prefixes. From it are read which sequences are closed, which are maximal, and how surprising each
one is; `listed` keeps what a task asks for, in order.

A super-pattern of P within the gap limit is a longer sequence in which P itself occurs, with at most `max_gap` of its items between
two neighbours. P is **closed** if no super-pattern has at least its support, **maximal** if none is frequent; super-patterns longer
than the search looked at are unknown to both.

When gaps are limited, putting an item in the middle may *raise* support: in the trace `a x y b`, at max_gap 1, `a x b` occurs and
`a b` does not. Support falls for certain only where a sequence grows at its ends, and two things follow. A pattern may be covered
by one that is more frequent than itself. And it is not enough to look at super-patterns one item longer, because the
sequences in between may be infrequent and have no node; without a limit, and with max_gap 0, it is enough.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from fivetimes.columns import Bools, Floats, Int32s, Ints, PatternSet, Token
from fivetimes.errors import MiningError
from fivetimes.sequential_patterns.database import Task

Grid: TypeAlias = npt.NDArray[np.int64]  # a row per sequence, a column per item dropped
_AT_ONCE = 50_000  # sequences whose items are dropped together: bounds the memory


@dataclass(frozen=True, slots=True)
class PrefixTree:
    """Every frequent sequence as a node: its parent is the sequence without the last item.

    Level by level, in each level in the order of the sequences; node 0 is the empty one.

    Attributes:
        parent: (nodes,) the node of the sequence without its last item; 0 for node 0.
        item: (nodes,) the last item; -1 for node 0.
        support: (nodes,) how often the sequence is seen.
        level: `level[m]:level[m + 1]` are the nodes of length m.
        width: one more than the largest item.
        key: (nodes,) `parent * width + item`; rising, so that a child is found by bisection.
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
            >>> tree = tree_of_nodes([0, 0, 1], [-1, 3, 5], [0, 9, 7])
            >>> tree.children(np.array([0, 1, 1]), np.array([3, 5, 4])).tolist()
            [1, 2, -1]
        """
        wanted = nodes * self.width + items
        found = np.minimum(np.searchsorted(self.key, wanted), len(self.key) - 1)
        # the empty sequence has the key -1 and is nobody's child
        return np.where((self.key[found] == wanted) & (nodes >= 0) & (found > 0), found, -1)


def tree_of_nodes(parent: npt.ArrayLike, item: npt.ArrayLike, support: npt.ArrayLike) -> PrefixTree:
    """The tree of the nodes of a search, in its order.

    Args:
        parent: (nodes,) index of each node's parent, which stands before it.
        item: (nodes,) last item.
        support: (nodes,) support. Node 0 is the empty sequence.
    """
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
    return PrefixTree(above, items[order], supports[order], tuple(level), width, key)


def _depths(parent: Ints) -> Int32s:
    """The length of each sequence, by doubling the step upwards."""
    depth = (np.arange(len(parent)) > 0).astype(np.int32)
    above = parent
    while above.any():
        depth += depth[above]
        above = above[above]
    return depth


# ---- reading a tree


def _prefixes(tree: PrefixTree, m: int) -> list[Ints]:
    """For the nodes of length m their prefixes of length 0, 1, …, m."""
    nodes = np.arange(tree.level[m], tree.level[m + 1])
    found = [nodes]
    for _ in range(m):
        nodes = tree.parent[nodes]
        found.append(nodes)
    return found[::-1]


def _items_of_length(tree: PrefixTree, m: int) -> Ints:
    """The items of all sequences of length m, one row each."""
    return np.stack([tree.item[nodes] for nodes in _prefixes(tree, m)[1:]], axis=1)


def _suffixes(tree: PrefixTree) -> Ints:
    """For each node the sequence without its first item; it is as frequent at least, so it has a node."""
    without = np.zeros(len(tree), dtype=np.int64)
    for low, high in pairwise(tree.level[2:]):
        without[low:high] = tree.children(without[tree.parent[low:high]], tree.item[low:high])
    return without


def _lengths(tree: PrefixTree) -> Ints:
    """The length of each sequence."""
    return np.repeat(np.arange(len(tree.level) - 1), np.diff(tree.level))


def _lexicographic_rank(tree: PrefixTree) -> Ints:
    """For each node its rank in the order of the sequences, a prefix before what it begins."""
    size = np.ones(len(tree), dtype=np.int64)
    for low, high in reversed(list(pairwise(tree.level[1:]))):
        np.add.at(size, tree.parent[low:high], size[low:high])
    rank = np.zeros(len(tree), dtype=np.int64)
    for low, high in pairwise(tree.level[1:]):
        above = tree.parent[low:high]
        before = np.cumsum(size[low:high]) - size[low:high]
        eldest = np.searchsorted(above, above)
        rank[low:high] = rank[above] + 1 + before - before[eldest]
    return rank


def spelled(tree: PrefixTree, nodes: Ints) -> tuple[Int32s, Ints]:
    """The items of the given sequences one after the other, and where each starts (one more entry than nodes)."""
    length = _lengths(tree)[nodes]
    start = np.concatenate(([0], np.cumsum(length)))
    items = np.empty(int(start[-1]), dtype=np.int32)
    at, current = start[1:].copy(), nodes
    while len(current):
        at -= 1
        items[at] = tree.item[current]
        current = tree.parent[current]
        at, current = at[current > 0], current[current > 0]
    return items, start


def tree_of_sequences(items: Int32s, start: Ints) -> tuple[PrefixTree, Ints]:
    """The tree of given sequences, and the node of each; support 1 for each of them, 0 for mere prefixes.

    Example:
        >>> tree, nodes = tree_of_sequences(np.array([4, 2, 4]), np.array([0, 2, 3]))
        >>> len(tree), nodes.tolist(), tree.support.tolist()
        (3, [2, 1], [0, 1, 1])
    """
    length = np.diff(start)
    width = int(items.max(initial=0)) + 1
    parents, tokens, total = [np.zeros(1, dtype=np.int64)], [np.full(1, -1, dtype=np.int64)], 1
    node = np.zeros(len(length), dtype=np.int64)
    for depth in range(int(length.max(initial=0))):
        longer = np.flatnonzero(length > depth)
        keys, inverse = np.unique(node[longer] * width + items[start[longer] + depth], return_inverse=True)
        node[longer] = total + inverse
        parents.append(keys // width)
        tokens.append(keys % width)
        total += len(keys)
    support = np.zeros(total, dtype=np.int64)
    support[node] = 1
    # each level is made in order of (parent, item): the tree's own order
    return tree_of_nodes(np.concatenate(parents), np.concatenate(tokens), support), node


# ---- closed and maximal sequences


def closed_and_maximal(tree: PrefixTree, *, max_gap: int | None) -> tuple[Bools, Bools]:
    """A flag per node: is it closed, is it maximal? Both are false for the empty sequence.

    Example:
        >>> tree = tree_of_nodes([0, 0, 0, 1], [-1, 0, 1, 1], [0, 6, 5, 5])  # a: 6, b: 5, a b: 5
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
            several = _SeveralDropped(tree, max_gap, closed, maximal)
            several.mark(nodes, _undecided(tree, nodes, dropped))
    return closed, maximal


def _dropped(tree: PrefixTree, nodes: Ints, above: Grid, *, parents: int) -> Grid:
    """For each sequence the nodes that remain when one item is dropped, column by column; -1 where infrequent.

    `above` says so for the sequences one item shorter, the first of which is the node `parents`.
    """
    grid = np.empty((len(nodes), above.shape[1] + 1), dtype=np.int64)
    parent, item = tree.parent[nodes], tree.item[nodes]
    for column in range(above.shape[1]):
        grid[:, column] = tree.children(above[parent - parents, column], item)
    grid[:, -1] = parent
    return grid


def _undecided(tree: PrefixTree, nodes: Ints, dropped: Grid) -> Bools:
    """Which middle items may have to be dropped together with others.

    Where the sequence without the item is there and as frequent at least, it covers what the two would cover together.
    """
    there = np.maximum(dropped, 0)
    free = (dropped < 0) | (tree.support[there] < tree.support[nodes][:, None])
    free[:, [0, -1]] = False
    return free


@dataclass(frozen=True, slots=True)
class _SeveralDropped:
    """Drops several middle items at once, by following a sequence down the tree and leaving items out."""

    tree: PrefixTree
    max_gap: int
    closed: Bools
    maximal: Bools

    def mark(self, nodes: Ints, free: Bools) -> None:
        """Mark what the nodes cover; `free` says which of their items may be left out."""
        several = np.flatnonzero(free.sum(axis=1) > 1)
        if free.shape[1] < 4 or not len(several):
            return
        items = _items_of_length(self.tree, free.shape[1])
        for low in range(0, len(several), _AT_ONCE):
            some = several[low : low + _AT_ONCE]
            self._mark_some(nodes[some], items[some], free[some])

    def _mark_some(self, nodes: Ints, items: Grid, free: Bools) -> None:
        size = items.shape[1]
        start = self.tree.children(np.zeros_like(nodes), items[:, 0])
        # for each item kept last: which sequence (row), and the node of what was kept so far
        at: list[list[tuple[Ints, Ints]]] = [[] for _ in range(size)]
        at[0].append((np.arange(len(nodes)), start))
        for index in range(size - 1):
            for row, node in at[index]:
                self._keep_next(index, row, node, items, free, at)
        for row, node in at[-1]:
            self._mark_covered(nodes[row], node)

    def _keep_next(
        self, index: int, row: Ints, node: Ints, items: Grid, free: Bools, at: list[list[tuple[Ints, Ints]]]
    ) -> None:
        for later in range(index + 1, min(index + self.max_gap + 2, items.shape[1])):
            kept = self.tree.children(node, items[row, later])
            at[later].append((row[kept >= 0], kept[kept >= 0]))
            row, node = row[free[row, later]], node[free[row, later]]

    def _mark_covered(self, longer: Ints, shorter: Ints) -> None:
        longer, shorter = longer[longer != shorter], shorter[longer != shorter]
        self.maximal[shorter] = False
        self.closed[shorter[self.tree.support[shorter] <= self.tree.support[longer]]] = False


# ---- surprise


def surprise(tree: PrefixTree, *, windows: float) -> Floats:
    """Bits of surprise per node, 0 where chance explains the count.

    A sequence is cut in two after every item. If its parts fell independently, the second would follow the first about
    support x support / windows times; the cut that expects most counts. The surprise is the Chernoff bound of a Poisson
    variable that is seen n times: n log2(n / expected) - (n - expected) / ln 2. A lone item is no surprise.

    Args:
        tree: the frequent sequences.
        windows: how many independent windows there are in which something may follow: events divided by the window's length.

    Returns:
        (nodes,) bits.

    Example:
        >>> tree = tree_of_nodes([0, 0, 0, 1], [-1, 0, 1, 1], [0, 10, 10, 10])
        >>> surprise(tree, windows=100.0).round(1).tolist()
        [0.0, 0.0, 0.0, 20.2]
    """
    without = _suffixes(tree)
    bits = np.zeros(len(tree))
    for length, (low, high) in enumerate(pairwise(tree.level[2:]), start=2):
        expected = _expected(tree, without, low, high, length) / windows
        seen = tree.support[low:high]
        gain = seen * np.log2(seen / expected) - (seen - expected) / np.log(2)
        bits[low:high] = np.where(seen > expected, gain, 0.0)
    return bits


def _expected(tree: PrefixTree, without: Ints, low: int, high: int, length: int) -> Floats:
    """The largest product of the supports of two parts."""
    heads = [np.arange(low, high)]
    tails = [np.arange(low, high)]
    for _ in range(length - 1):
        heads.append(tree.parent[heads[-1]])
        tails.append(without[tails[-1]])
    products = [
        tree.support[heads[length - cut]].astype(np.float64) * tree.support[tails[cut]] for cut in range(1, length)
    ]
    largest: Floats = np.maximum.reduce(products)
    return largest


# ---- what is kept


def listed(
    tree: PrefixTree,
    labels: tuple[Token, ...],
    task: Task,
    *,
    windows: float,
    top: int | None = None,
    score: bool = False,
) -> PatternSet:
    """What is kept of a tree, in order.

    Args:
        tree: all frequent sequences.
        labels: what each item is called, in order.
        task: which of them to keep.
        windows: see `surprise`.
        top: keep so many, the most surprising ones.
        score: whether to add the column `surprise`.

    Raises:
        MiningError: `top` keeps nothing.
    """
    flags = _lengths(tree) >= task.min_length
    if task.keep != "all":
        closed, maximal = closed_and_maximal(tree, max_gap=task.max_gap)
        flags &= closed if task.keep == "closed" else maximal
    nodes = np.flatnonzero(flags)
    rank = _lexicographic_rank(tree)
    bits = surprise(tree, windows=max(1.0, windows)) if score or top is not None else None
    if top is not None and bits is not None:
        nodes = _most_surprising(nodes, bits, rank, top)
    nodes = nodes[np.lexsort((rank[nodes], -tree.support[nodes]))]
    items, start = spelled(tree, nodes)
    found = PatternSet(items, start, tree.support[nodes], labels, found=int(flags.sum()))
    return found if not score or bits is None else replace(found, columns={"surprise": bits[nodes]})


def _most_surprising(nodes: Ints, bits: Floats, rank: Ints, top: int) -> Ints:
    if top < 1:
        raise MiningError(f"top is {top}, which keeps nothing. Give 1 or more, or leave it out to keep all.")
    return nodes[np.lexsort((rank[nodes], -bits[nodes]))[:top]]
