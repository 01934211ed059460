"""PatternSet and Traces -> where the patterns occur: per session, on how many days, by how many people."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

import numpy as np

from fivetimes.errors import MiningError
from fivetimes.model import Int32s, Ints, PatternSet, Traces
from fivetimes.sequential_patterns.coding import Coded, ends
from fivetimes.sequential_patterns.fronts import Front, disjoint, hits, parts
from fivetimes.sequential_patterns.tree import Tree, of_rows

EXTRAS = ("sessions", "days", "people")


def places(patterns: PatternSet, traces: Traces, *, max_gap: int | None, rows: int) -> Iterator[tuple[Ints, Ints]]:
    """Yield (pattern, place) of the disjoint occurrences that support counts; the place is the event at which one starts.

    They come in parts, all occurrences of a pattern in the same part. The traces may be others than those that were mined.

    Args:
        patterns: what to look for.
        traces: where.
        max_gap: foreign actions allowed between neighbours; None for any number.
        rows: occurrences that are continued together; bounds the memory.
    """
    if not len(patterns) or not len(traces.items):
        return
    tree, node = of_rows(patterns.items, patterns.start)
    number = np.full(len(tree), -1, dtype=np.int64)
    number[node] = np.arange(len(node))
    coded = _coded(traces, patterns, max_gap)
    todo = [iter((_roots(tree, coded),))]
    while todo:
        front = next(todo[-1], None)
        if front is None:
            todo.pop()
            continue
        pattern = number[front.name[front.node]]
        chosen = (pattern >= 0) & disjoint(front.node, front.start, front.end)
        yield pattern[chosen], front.start[chosen]
        todo.append(iter([_longer(part, tree, coded) for part in parts(front, coded, rows=rows)]))


def with_columns(
    patterns: PatternSet, traces: Traces, *, columns: Collection[str], max_gap: int | None, rows: int
) -> PatternSet:
    """The patterns with counts of the sessions, days or people in which they occur; a day is that of the start, in UTC.

    Raises:
        MiningError: no such column, or the traces do not know the days or people.

    Example:
        >>> traces = Traces(np.array([0, 1, 0, 1], np.int32), np.array([0, 4]), ("a", "b"))
        >>> found = PatternSet(np.array([0, 1], np.int32), np.array([0, 2]), np.array([2]), ("a", "b"), 1)
        >>> with_columns(found, traces, columns=["sessions"], max_gap=0, rows=100).columns["sessions"].tolist()
        [1]
    """
    groups = {name: _groups(traces, name) for name in columns}
    counts = {name: np.zeros(len(patterns), dtype=np.int64) for name in columns}
    for pattern, place in places(patterns, traces, max_gap=max_gap, rows=rows):
        for name, group in groups.items():
            known = group[place] >= 0
            width = int(group.max(initial=0)) + 1
            pairs = np.unique(pattern[known] * width + group[place[known]])
            counts[name] += np.bincount(pairs // width, minlength=len(patterns))
    return replace(patterns, columns={**patterns.columns, **counts})


def _groups(traces: Traces, name: str) -> Int32s:
    """For every event the session, day or person it belongs to."""
    session = sessions_of(traces)
    if name == "sessions":
        return session
    if name == "people" and traces.person is not None:
        return traces.person[session]
    if name == "days" and traces.day is not None:
        return traces.day
    if name in EXTRAS:
        raise MiningError(f"nothing is known of {name} here: lists have none, and a table needs a column for them.")
    raise MiningError(f"{name}: no such column. Ask for {', '.join(EXTRAS)} or surprise.")


def sessions_of(traces: Traces) -> Int32s:
    """The trace in which each event stands."""
    return np.repeat(np.arange(len(traces), dtype=np.int32), np.diff(traces.start))


def _coded(traces: Traces, patterns: PatternSet, max_gap: int | None) -> Coded:
    known = {label: number for number, label in enumerate(patterns.labels)}
    number = np.array([known.get(label, -1) for label in traces.labels], dtype=np.int32)
    unit = sessions_of(traces)
    span = len(unit) + 1 if max_gap is None else max_gap + 1
    return Coded(number[traces.items], ends(unit), unit, patterns.labels, span)


def _roots(tree: Tree, coded: Coded) -> Front:
    name = tree.children(np.zeros(len(coded.labels), dtype=np.int64), np.arange(len(coded.labels)))
    place = np.flatnonzero(coded.items >= 0)
    return _front(name[coded.items[place]], place, place, tree)


def _longer(front: Front, tree: Tree, coded: Coded) -> Front:
    found = hits(front, coded)
    above = front.name[front.node[found.row]]
    return _front(
        tree.children(above, coded.items[found.place].astype(np.int64)), found.place, front.start[found.row], tree
    )


def _front(name: Ints, end: Ints, start: Ints, tree: Tree) -> Front:
    """Occurrences sorted by their node; those without a node (-1) are of no pattern."""
    end, start, name = end[name >= 0], start[name >= 0], name[name >= 0]
    order = np.argsort(name, kind="stable")
    names, node = np.unique(name[order], return_inverse=True)
    return Front(node, end[order], start[order], names, tree.item[names])
