"""Occurrences of sequences -> occurrences of sequences one event longer, with plain NumPy.

As in `kernels/mining.py` an occurrence is kept as (end, latest start). Of two places where a sequence may end, the later one has
the later latest start, so an event that continues a sequence continues its nearest occurrence, and once only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fivetimes.model import Bools, Int32s, Ints
from fivetimes.sequential_patterns.coding import Coded


@dataclass(frozen=True, slots=True)
class Front:
    """The occurrences of some sequences of one length, as rows (node, end, start) by node and then end.

    `node` counts from 0 within the front; `name` is what each node is called in the search, `item` its last item.
    """

    node: Ints
    end: Ints
    start: Ints
    name: Ints
    item: Ints

    def part(self, low: int, high: int) -> Front:
        """The nodes from `low` up to `high`."""
        a, b = np.searchsorted(self.node, [low, high])
        return Front(self.node[a:b] - low, self.end[a:b], self.start[a:b], self.name[low:high], self.item[low:high])


@dataclass(frozen=True, slots=True)
class Hits:
    """Every way to continue a front by one event: `row` of the front, `place` of the event. By row, then place."""

    row: Ints
    place: Ints

    def __getitem__(self, chosen: Bools | Ints) -> Hits:
        return Hits(self.row[chosen], self.place[chosen])


def reach(front: Front, coded: Coded) -> Ints:
    """How many events each row may be continued by: up to the gap limit, its stretch's end or the next occurrence."""
    far = np.minimum(coded.last[front.end], front.end + coded.span)
    if len(far) > 1:
        nearer = (front.node[1:] == front.node[:-1]) & (front.end[1:] < far[:-1])
        far[:-1] = np.where(nearer, front.end[1:], far[:-1])
    return far - front.end


def hits(front: Front, coded: Coded) -> Hits:
    """All continuations by an event that is no blank.

    Example:
        >>> events = np.array([0, 1, 0, 1], dtype=np.int32)
        >>> coded = Coded(events, np.full(4, 3, np.int32), np.zeros(4, np.int32), ("a", "b"), span=2)
        >>> ends = np.array([0, 2])
        >>> front = Front(np.zeros(2, int), ends, ends, np.array([1]), np.array([0]))
        >>> found = hits(front, coded)
        >>> found.row.tolist(), found.place.tolist()
        ([0, 0, 1], [1, 2, 3])
    """
    ways = reach(front, coded)
    row = np.repeat(np.arange(len(ways)), ways)
    place = np.arange(len(row)) - np.repeat(np.cumsum(ways) - ways - front.end - 1, ways)
    return Hits(row, place)[coded.items[place] >= 0]


def parts(front: Front, coded: Coded, *, rows: int) -> Iterator[Front]:
    """The front in parts of about `rows` continuations; a node is never divided."""
    if not len(front.name):
        return
    per_node = np.bincount(front.node, weights=reach(front, coded), minlength=len(front.name))
    part = np.cumsum(per_node) // rows
    edges = np.flatnonzero(np.diff(part, prepend=-1, append=part[-1] + 1))
    for low, high in zip(edges.tolist(), edges[1:].tolist(), strict=False):
        yield front.part(low, high)


def firsts(group: Ints, unit: Int32s) -> Bools:
    """Which rows are the first of their session in their group; rows are sorted by group and place.

    Example:
        >>> firsts(np.array([0, 0, 0, 1]), np.array([5, 5, 6, 6], dtype=np.int32)).tolist()
        [True, False, True, True]
    """
    first = np.ones(len(group), dtype=np.bool_)
    first[1:] = (group[1:] != group[:-1]) | (unit[1:] != unit[:-1])
    return first


def disjoint(group: Ints, start: Ints, end: Ints) -> Bools:
    """Which intervals of each group are counted, the earliest end first: the largest disjoint set.

    Rows are sorted by group and end. Most intervals meet no neighbour; where several hang together, their first is counted, the
    second is not, and from the third on they are walked, all such chains side by side.

    Example:
        >>> disjoint(np.zeros(4, int), np.array([0, 1, 2, 9]), np.array([1, 2, 3, 9])).tolist()
        [True, False, True, True]
    """
    counted = np.ones(len(group), dtype=np.bool_)
    counted[1:] = (group[1:] != group[:-1]) | (start[1:] > end[:-1])
    head = np.flatnonzero(counted)
    size = np.diff(head, append=len(group))
    head, size = head[size > 2], size[size > 2]
    order = np.argsort(-size, kind="stable")
    head, size, limit = head[order], size[order], end[head[order]]
    for step in range(2, int(size.max(initial=0))):
        going = int(np.searchsorted(-size, -step))
        row = head[:going] + step
        free = start[row] > limit[:going]
        counted[row] = free
        limit[:going] = np.where(free, end[row], limit[:going])
    return counted
