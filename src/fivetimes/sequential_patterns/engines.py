"""CodedDatabase -> PrefixTree: all frequent sequences, found in three ways on one machine.

* `depth_first`: compiled, prefix by prefix (`kernels/mining.py`); for large jobs. Loads numba when it is called.
* `breadth_first`: plain NumPy, level by level; nothing is compiled, so small jobs are served at once. Levels are worked off in
  parts of bounded size, the longest sequences first, so that memory does not grow with the answer.
* `prefixspan`: the PyPI library (Pei et al., ICDE 2001): no gap limit, counted by sessions; it refuses everything else. It is here
  for comparison, and as the engine of `scan --engine prefixspan` (`prefixspan_baseline`).

A fourth, on Spark, stands in `spark.py`. All count exactly what `occurrences.py` defines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple, TypeVar

import numpy as np
from prefixspan import PrefixSpan

from fivetimes.columns import Bools, Int32s, Ints, Traces
from fivetimes.config import Mining
from fivetimes.errors import MiningError
from fivetimes.sequential_patterns.database import CodedDatabase, Task, too_many
from fivetimes.sequential_patterns.occurrences import Projection, disjoint, extensions, first_of_session, split
from fivetimes.sequential_patterns.tree import PrefixTree, tree_of_nodes

T = TypeVar("T")
_DEFAULTS = Mining()
_WAIT = 1.0  # seconds; a wait without an end cannot be interrupted on every system
_NONE = np.zeros(0, dtype=np.int64)
_DENSE = 1 << 24  # counters or flags that a plain table may hold: 128 MB of counters, 16 MB of flags


# ---- depth first, compiled


class Nodes(NamedTuple):
    """Frequent sequences as the nodes of a tree, each after its parent; node 0 is the empty sequence.

    Attributes:
        parent: (nodes,) index of the sequence without its last item.
        item: (nodes,) last item; -1 for node 0.
        support: (nodes,) how often the sequence is seen.
        share: part of the search that was done; below 1 there are more sequences than the task's limit.
    """

    parent: Int32s
    item: Int32s
    support: Int32s
    share: float


def depth_first(coded: CodedDatabase, task: Task) -> PrefixTree:
    """All frequent sequences.

    Raises:
        MiningError: there are more than the task's limit.
    """
    found = frequent_nodes(coded, task)
    if found.share < 1:
        raise too_many(task, found=len(found.parent) - 1, share=found.share)
    return tree_of_nodes(found.parent, found.item, found.support)


def frequent_nodes(coded: CodedDatabase, task: Task, *, roots: Int32s | None = None) -> Nodes:
    """The frequent sequences, or those alone that begin with one of the items `roots`."""
    stop = np.zeros(1, dtype=np.bool_)
    return interruptible(lambda: grow(coded, task, roots, stop), stop)


def grow(coded: CodedDatabase, task: Task, roots: Int32s | None, stop: Bools) -> Nodes:
    """The same, in this thread; ends early once `stop[0]` is set.

    Raises:
        MiningError: numba is not installed.
    """
    try:
        from fivetimes.kernels import mining as kernel
    except ModuleNotFoundError as error:
        if error.name != "numba":
            raise
        raise MiningError(
            "compiled mining needs numba. Install it with fivetimes: pip install 'fivetimes[mining]', or take --engine numpy."
        ) from error

    events = kernel.Events(coded.items, coded.last, coded.unit)
    positions = kernel.positions(coded.items, len(coded.labels))
    counting = kernel.Counting(coded.span, task.by_session, task.first_only)
    if task.max_gap is None:
        mask = kernel.all_pairs(coded.last)
    else:
        mask = kernel.frequent_pairs(events, positions, counting, task.support)
    early = max(1, int(task.limit * _DEFAULTS.early))
    bounds = kernel.Bounds(task.support, task.max_length, task.limit, early, _DEFAULTS.abort_ratio)
    items = _shuffled_items(len(coded.labels)) if roots is None else roots
    found = kernel.grow(events, mask, positions, items, counting, bounds, stop)
    return Nodes(*found)


def _shuffled_items(alphabet: int) -> Int32s:
    """All items in an order that has nothing to do with them, the same every time: so the part done is like the whole."""
    return np.random.default_rng(alphabet).permutation(alphabet).astype(np.int32)


def interruptible(work: Callable[[], T], stop: Bools) -> T:
    """Do the work in a thread and wait for it: compiled code does not notice Ctrl-C, the thread that waits does."""
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        future = pool.submit(work)
        while True:
            with suppress(TimeoutError):
                return future.result(timeout=_WAIT)
    finally:
        stop[0] = True
        pool.shutdown(wait=False)


# ---- breadth first, NumPy


@dataclass(slots=True)
class _Levels:
    """The tree as it is found, column by column; node 0 is the empty sequence."""

    parent: list[Ints] = field(default_factory=lambda: [np.zeros(1, dtype=np.int64)])
    item: list[Ints] = field(default_factory=lambda: [np.full(1, -1)])
    support: list[Ints] = field(default_factory=lambda: [np.zeros(1, dtype=np.int64)])
    size: int = 1

    def add(self, parent: Ints, item: Ints, support: Ints) -> Ints:
        """Append nodes; returns their numbers."""
        for column, values in ((self.parent, parent), (self.item, item), (self.support, support)):
            column.append(values)
        self.size += len(item)
        return np.arange(self.size - len(item), self.size)

    def tree(self) -> PrefixTree:
        """All nodes in order."""
        return tree_of_nodes(np.concatenate(self.parent), np.concatenate(self.item), np.concatenate(self.support))


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The frequent pairs: what may stand behind an item. `keys` rise; `table` holds a flag per pair where that is small."""

    keys: Ints
    width: int
    table: Bools | None

    def hold(self, before: Ints, behind: Ints) -> Bools:
        """Whether each pair is frequent."""
        wanted = before * self.width + behind
        if self.table is not None:
            flags: Bools = self.table[wanted]
        else:
            found = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
            flags = self.keys[found] == wanted
        return flags


@dataclass(slots=True)
class _LevelSearch:
    """What stays the same all through a search, and the nodes found."""

    coded: CodedDatabase
    task: Task
    rows: int
    nodes: _Levels = field(default_factory=_Levels)
    pairs: _Pairs | None = None

    def parts(self, projection: Projection) -> Iterator[Projection]:
        """A projection in parts that are extended together."""
        return split(projection, self.coded, rows=self.rows)


def breadth_first(coded: CodedDatabase, task: Task, *, rows: int = Mining().rows_at_once) -> PrefixTree:
    """All frequent sequences.

    Args:
        coded: the sequence database.
        task: what to look for.
        rows: occurrences that are extended together; bounds the memory.

    Raises:
        MiningError: there are more than the task's limit.
    """
    state = _LevelSearch(coded, task, rows)
    length, tops = 1, list(state.parts(_roots(state)))
    if task.max_gap is not None and task.max_length > 1:
        # without a gap limit the pairs' occurrences would be many more than the events
        length, tops = 2, [_longer(part, state) for part in tops]
        state.pairs = _pairs(state)
    sizes = [len(top.end) for top in tops]
    for number, top in enumerate(tops):
        _descend(top, length, state, share=sum(sizes[:number]) / max(1, sum(sizes)))
    return state.nodes.tree()


def _descend(projection: Projection, length: int, state: _LevelSearch, *, share: float) -> None:
    """Add everything that has one of the prefixes; `share` of the search is done."""
    todo = [(length, state.parts(projection))]
    while todo:
        if state.nodes.size - 1 > state.task.limit:
            raise too_many(state.task, found=state.nodes.size - 1, share=share)
        length, waiting = todo[-1]
        part = next(waiting, None) if length < state.task.max_length else None
        if part is None:
            todo.pop()
        else:
            todo.append((length + 1, state.parts(_longer(part, state))))


def _roots(state: _LevelSearch) -> Projection:
    """Every frequent item with its positions."""
    coded = state.coded
    end = np.flatnonzero(coded.items >= 0)
    group = coded.items[end].astype(np.int64)
    order = np.argsort(group, kind="stable")
    items = np.arange(len(coded.labels))
    return _kept(group[order], end[order], end[order], np.zeros_like(items), items, state)


def _longer(projection: Projection, state: _LevelSearch) -> Projection:
    """The frequent sequences that are one item longer than the prefixes."""
    width, least = len(state.coded.labels), state.task.support
    found = extensions(projection, state.coded)
    item = state.coded.items[found.position].astype(np.int64)
    if state.pairs is not None:
        likely = state.pairs.hold(projection.item[projection.prefix[found.row]], item)
        found, item = found[likely], item[likely]
    key = projection.prefix[found.row] * width + item
    if len(projection.node) * width <= _DENSE:
        often = np.bincount(key, minlength=len(projection.node) * width)[key] >= least
        found, key = found[often], key[often]
    order = np.argsort(key, kind="stable")
    found, key = found[order], key[order]
    new = np.ones(len(key), dtype=np.bool_)
    new[1:] = key[1:] != key[:-1]
    keys = key[new]
    start = projection.start[found.row]
    parent = projection.node[keys // width]
    return _kept(np.cumsum(new) - 1, found.position, start, parent, keys % width, state)


def _kept(group: Ints, end: Ints, start: Ints, parent: Ints, item: Ints, state: _LevelSearch) -> Projection:
    """The frequent ones of the groups, which become nodes; `parent` and `item` are given per group."""
    least = state.task.support
    group, end, start = _chosen(np.bincount(group, minlength=len(item))[group] >= least, group, end, start)
    first_only, by_session = state.task.first_only, state.task.by_session
    counted = first_of_session(group, state.coded.unit[end]) if by_session else disjoint(group, start, end)
    support = np.bincount(group[counted], minlength=len(item))
    often = support >= least
    group, end, start = _chosen(often[group] & (counted | (not first_only)), group, end, start)
    node = state.nodes.add(parent[often], item[often], support[often])
    return Projection((np.cumsum(often) - 1)[group], end, start, node, item[often])


def _chosen(rows: Bools, *columns: Ints) -> Iterator[Ints]:
    return (column[rows] for column in columns)


def _pairs(state: _LevelSearch) -> _Pairs:
    """The frequent pairs, once all sequences of length 2 are found and no longer ones."""
    width = len(state.coded.labels)
    first, second = state.nodes.item[1], np.concatenate([_NONE, *state.nodes.item[2:]])
    keys = first[np.concatenate([_NONE, *state.nodes.parent[2:]]) - 1] * width + second
    table = None
    if width * width <= _DENSE:
        table = np.zeros(width * width, dtype=np.bool_)
        table[keys] = True
    return _Pairs(keys, width, table)


# ---- the library PrefixSpan


def _library(db: Sequence[Sequence[int]], *, min_length: int, max_length: int) -> PrefixSpan:
    miner = PrefixSpan([list(trace) for trace in db])
    miner.minlen, miner.maxlen = min_length, max_length
    return miner


def prefixspan(coded: CodedDatabase, task: Task) -> PrefixTree:
    """All frequent sequences.

    Raises:
        MiningError: a gap limit or a count of occurrences was asked for, or there are more than the task's limit.
    """
    if not task.first_only:
        raise MiningError(
            "prefixspan knows no gap limit and counts sessions. Ask for max_gap=None and count='sessions', or"
            " take another engine."
        )
    edges = np.append(np.flatnonzero(np.diff(coded.unit, prepend=-1)), len(coded.unit)).tolist()
    items = coded.items.tolist()
    nodes: dict[tuple[int, ...], int] = {(): 0}
    parent, item, support = [0], [-1], [0]

    def keep(tokens: list[int], holders: list[tuple[int, int]]) -> None:
        if len(nodes) > task.limit:
            raise too_many(task, found=task.limit, share=0.0)
        # the library comes to a sequence after its prefix, so the parent is there
        parent.append(nodes[tuple(tokens[:-1])])
        item.append(tokens[-1])
        support.append(len(holders))
        nodes[tuple(tokens)] = len(nodes)

    traces = [items[low:high] for low, high in pairwise(edges)]
    _library(traces, min_length=1, max_length=task.max_length).frequent(task.support, callback=keep)
    return tree_of_nodes(parent, item, support)


def prefixspan_baseline(
    traces: Traces, *, most: int, min_length: int, max_length: int
) -> list[tuple[tuple[int, ...], int]]:
    """The textbook answer, for comparison: the closed patterns held by most sessions, by sessions times length.

    No gap limit, counted by sessions, ranked by frequency: on real work mostly trivia (see the README's table). The baseline
    behind `scan --engine prefixspan`.

    Args:
        traces: the sequence database.
        most: patterns that are kept.
        min_length: tokens that a pattern has at least.
        max_length: and at most.

    Returns:
        (token ids, sessions), at most `most`.
    """
    items, edges = traces.items.tolist(), traces.start.tolist()
    db = [items[low:high] for low, high in pairwise(edges)]
    found = _library(db, min_length=min_length, max_length=max_length).topk(most, closed=True)
    ordered = sorted(found, key=lambda pair: (-pair[0] * len(pair[1]), pair[1]))
    return [(tuple(tokens), count) for count, tokens in ordered]
