"""Coded -> Tree, level by level with plain NumPy: nothing is compiled, so small jobs are served at once.

Levels are worked off in parts of bounded size, the longest sequences first, so that memory does not grow with the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from fivetimes.config import Mining
from fivetimes.model import Bools, Ints
from fivetimes.sequential_patterns.coding import Coded, Task
from fivetimes.sequential_patterns.fronts import Front, disjoint, firsts, hits, parts
from fivetimes.sequential_patterns.guard import too_many
from fivetimes.sequential_patterns.tree import Tree, grown

_NONE = np.zeros(0, dtype=np.int64)
_DENSE = 1 << 24  # counters or flags that a plain table may hold


@dataclass(slots=True)
class _Nodes:
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

    def tree(self) -> Tree:
        """All nodes in order."""
        return grown(np.concatenate(self.parent), np.concatenate(self.item), np.concatenate(self.support))


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
            place = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
            flags = self.keys[place] == wanted
        return flags


@dataclass(slots=True)
class _Search:
    """What stays the same all through a search, and the nodes found."""

    coded: Coded
    task: Task
    rows: int
    nodes: _Nodes = field(default_factory=_Nodes)
    pairs: _Pairs | None = None

    def parts(self, front: Front) -> Iterator[Front]:
        """A front in parts that are expanded together."""
        return parts(front, self.coded, rows=self.rows)


def search(coded: Coded, task: Task, *, rows: int = Mining().rows_at_once) -> Tree:
    """All frequent sequences.

    Args:
        coded: the sequence database.
        task: what to look for.
        rows: occurrences that are continued together; bounds the memory.

    Raises:
        MiningError: there are more than the task's limit.
    """
    state = _Search(coded, task, rows)
    length, tops = 1, list(state.parts(_roots(state)))
    if task.max_gap is not None and task.max_length > 1:
        # without a gap limit the pairs' occurrences would be many more than the events
        length, tops = 2, [_longer(part, state) for part in tops]
        state.pairs = _pairs(state)
    sizes = [len(front.end) for front in tops]
    for number, front in enumerate(tops):
        _descend(front, length, state, share=sum(sizes[:number]) / max(1, sum(sizes)))
    return state.nodes.tree()


def _descend(front: Front, length: int, state: _Search, *, share: float) -> None:
    """Add everything that begins as the front does; `share` of the search is done."""
    todo = [(length, state.parts(front))]
    while todo:
        if state.nodes.size - 1 > state.task.limit:
            raise too_many(state.task, found=state.nodes.size - 1, share=share)
        length, waiting = todo[-1]
        part = next(waiting, None) if length < state.task.max_length else None
        if part is None:
            todo.pop()
        else:
            todo.append((length + 1, state.parts(_longer(part, state))))


def _roots(state: _Search) -> Front:
    """Every frequent item with its places."""
    coded = state.coded
    end = np.flatnonzero(coded.items >= 0)
    group = coded.items[end].astype(np.int64)
    order = np.argsort(group, kind="stable")
    items = np.arange(len(coded.labels))
    return _kept(group[order], end[order], end[order], np.zeros_like(items), items, state)


def _longer(front: Front, state: _Search) -> Front:
    """The frequent continuations of a front."""
    width, least = len(state.coded.labels), state.task.support
    found = hits(front, state.coded)
    item = state.coded.items[found.place].astype(np.int64)
    if state.pairs is not None:
        likely = state.pairs.hold(front.item[front.node[found.row]], item)
        found, item = found[likely], item[likely]
    key = front.node[found.row] * width + item
    if len(front.name) * width <= _DENSE:
        often = np.bincount(key, minlength=len(front.name) * width)[key] >= least
        found, key = found[often], key[often]
    order = np.argsort(key, kind="stable")
    found, key = found[order], key[order]
    new = np.ones(len(key), dtype=np.bool_)
    new[1:] = key[1:] != key[:-1]
    keys = key[new]
    start = front.start[found.row]
    return _kept(np.cumsum(new) - 1, found.place, start, front.name[keys // width], keys % width, state)


def _kept(group: Ints, end: Ints, start: Ints, parent: Ints, item: Ints, state: _Search) -> Front:
    """The frequent ones of the groups, which become nodes; `parent` and `item` are given per group."""
    least = state.task.support
    group, end, start = _chosen(np.bincount(group, minlength=len(item))[group] >= least, group, end, start)
    first_only, by_session = state.task.first_only, state.task.by_session
    counted = firsts(group, state.coded.unit[end]) if by_session else disjoint(group, start, end)
    support = np.bincount(group[counted], minlength=len(item))
    often = support >= least
    group, end, start = _chosen(often[group] & (counted | (not first_only)), group, end, start)
    name = state.nodes.add(parent[often], item[often], support[often])
    return Front((np.cumsum(often) - 1)[group], end, start, name, item[often])


def _chosen(rows: Bools, *columns: Ints) -> Iterator[Ints]:
    return (column[rows] for column in columns)


def _pairs(state: _Search) -> _Pairs:
    """The frequent pairs, once all sequences of length 2 are found and no longer ones."""
    width = len(state.coded.labels)
    first, second = state.nodes.item[1], np.concatenate([_NONE, *state.nodes.item[2:]])
    keys = first[np.concatenate([_NONE, *state.nodes.parent[2:]]) - 1] * width + second
    table = None
    if width * width <= _DENSE:
        table = np.zeros(width * width, dtype=np.bool_)
        table[keys] = True
    return _Pairs(keys, width, table)
