"""Traces -> windows per pivot -> patterns: a search that no worker needs the whole database for.

The pivot of a pattern is its rarest item (MG-FSM, Miliaraki et al., SIGMOD 2013). All occurrences of a pattern lie near its
pivot, so whoever has the surroundings of one pivot, rarer items blanked, counts the patterns of that pivot exactly: an
occurrence stands in one window as a whole, and two windows share none. What this does besides is weigh the work: the
surroundings of a common item hold only the few items that are more common still.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fivetimes.model import Bools, Int32s, Ints
from fivetimes.sequential_patterns import depth
from fivetimes.sequential_patterns.coding import Coded, Task, ends
from fivetimes.sequential_patterns.guard import too_many
from fivetimes.sequential_patterns.tree import Tree, grown, of_rows, spelled

Windows = tuple[int, Sequence[Int32s]]  # a session, and what of it lies around a pivot


@dataclass(frozen=True, slots=True)
class Found:
    """Patterns by row: items, where each begins (one more entry than patterns), support; the part of the search done."""

    items: Int32s
    start: Ints
    support: Ints
    share: float = 1.0


def ranks(counts: Ints) -> Ints:
    """For each item how many are more common, equals in their order.

    Example:
        >>> ranks(np.array([5, 9, 5])).tolist()
        [1, 0, 2]
    """
    rank = np.empty(len(counts), dtype=np.int64)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return rank


def windows(trace: Int32s, rank: Ints, task: Task) -> Iterator[tuple[int, Sequence[Int32s]]]:
    """Yield (pivot, stretches of the trace around it, rarer items blanked), for each item of the trace.

    Example:
        >>> task = Task(5, 0, 1, 2, "occurrences", "all", 100)
        >>> trace = np.array([0, 1, 0, 0, 0, 2, 1], dtype=np.int32)
        >>> for pivot, stretches in windows(trace, np.array([0, 1, 2]), task):
        ...     print(pivot, [stretch.tolist() for stretch in stretches])
        0 [[0, -1, 0, 0, 0]]
        1 [[0, 1, 0], [1]]
        2 [[0, 2, 1]]
    """
    ranked = np.append(rank, len(rank))[trace]  # a blank, -1, has the last rank of all
    for pivot in np.unique(trace[trace >= 0]).tolist():
        common = np.where(ranked <= rank[pivot], trace, -1)
        if task.max_gap is None:
            yield pivot, [common[common >= 0]]
        else:
            reach = (task.max_length - 1) * (task.max_gap + 1)
            yield pivot, [_trimmed(common[low:high]) for low, high in _around(common == pivot, reach)]


def _around(here: Bools, reach: int) -> Iterator[tuple[int, int]]:
    """The stretches within reach of a flag; those that meet are one."""
    place = np.flatnonzero(here)
    first = np.diff(place, prepend=-(2 * reach + 2)) > 2 * reach + 1
    last = np.append(first[1:], True)
    low, high = np.maximum(place[first] - reach, 0), np.minimum(place[last] + reach + 1, len(here))
    return zip(low.tolist(), high.tolist(), strict=True)


def _trimmed(stretch: Int32s) -> Int32s:
    """Without the blanks at both ends."""
    known = np.flatnonzero(stretch >= 0)
    return stretch[known[0] : known[-1] + 1]


def mine_pivot(pivot: int, around: Iterable[Windows], task: Task) -> Found:
    """The frequent patterns of which the pivot is the rarest item; a share below 1 says that the limit was met."""
    sessions = sorted(around, key=lambda session: session[0])
    stretches = [stretch for _, session in sessions for stretch in session]
    unit = np.repeat(np.arange(len(sessions), dtype=np.int32), [sum(map(len, session)) for _, session in sessions])
    stretch = np.repeat(np.arange(len(stretches), dtype=np.int32), list(map(len, stretches)))
    blank = np.full(1, -1, dtype=np.int32)
    known, items = np.unique(np.concatenate([blank, *stretches]), return_inverse=True)
    span = len(stretch) + 1 if task.max_gap is None else task.max_gap + 1
    labels = tuple(known[1:].tolist())
    coded = Coded((items[1:] - 1).astype(np.int32), ends(stretch), unit, labels, span)
    parent, item, support, share = depth.nodes(coded, task)
    tree = grown(parent, item, support)
    nodes = np.flatnonzero(_holding(tree, labels.index(pivot)))
    found, start = spelled(tree, nodes)
    return Found(known[found + 1].astype(np.int32), start, tree.support[nodes], share)


def _holding(tree: Tree, item: int) -> Bools:
    """Which sequences hold the item."""
    held: Bools = tree.item == item
    for low, high in zip(tree.level[1:], tree.level[2:], strict=False):
        held[low:high] |= held[tree.parent[low:high]]
    return held


def together(parts: Sequence[Found], task: Task) -> Tree:
    """The patterns of all pivots as one tree; the beginning of a frequent pattern is in it as well, from its own pivot.

    Raises:
        MiningError: there are more than the task's limit.
    """
    found = sum(len(part.support) for part in parts)
    share = min((part.share for part in parts), default=1.0)
    if share < 1 or found > task.limit:
        raise too_many(task, found=found, share=share)
    none = np.zeros(0, dtype=np.int64)
    lengths = np.concatenate([none, *(np.diff(part.start) for part in parts)])
    items = np.concatenate([none, *(part.items for part in parts)]).astype(np.int32)
    tree, node = of_rows(items, np.concatenate(([0], np.cumsum(lengths))))
    tree.support[node] = np.concatenate([none, *(part.support for part in parts)])
    return tree
