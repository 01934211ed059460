"""Traces and patterns -> occurrences: what support counts, how prefixes are continued, and where patterns occur.

This module defines support. The support of a pattern is the largest number of pairwise disjoint intervals [first, last] in
which its tokens stand in order within one trace, at most `max_gap` foreign actions between neighbours, summed over all traces
(repetitive support, Ding et al., ICDE 2009, narrowed to disjoint intervals).

It holds the definition for one pattern in plain Python (`occurrences`, `support`), the continuation of many prefixes at once in
NumPy (`Projection`, `extensions`), and the counts of the sessions, days and people of given patterns (`with_columns`).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fivetimes.columns import Bools, Int32s, Ints, PatternSet, Traces
from fivetimes.errors import MiningError
from fivetimes.sequential_patterns.database import CodedDatabase, span_of, stretch_ends
from fivetimes.sequential_patterns.tree import PrefixTree, tree_of_sequences

Trace = Sequence[Hashable]
EXTRAS = ("sessions", "days", "people")  # what may be counted of a pattern besides its support


# ---- the definition, for one pattern


def occurrences(tokens: Trace, trace: Trace, *, max_gap: int | None) -> Iterator[tuple[int, ...]]:
    """Yield the positions of disjoint occurrences, earliest end first.

    For every end the latest start is kept, and ends are taken greedily: that gives the largest number (interval scheduling).

    Args:
        tokens: the pattern, one token or more.
        trace: one session's tokens; any length, also empty.
        max_gap: foreign actions allowed between neighbours; 0 means adjacent, None means any number.

    Source:
        Ding, Lo, Han and Khoo, Efficient mining of closed repetitive gapped subsequences, ICDE 2009.

    Example:
        >>> list(occurrences("ab", "axxxab", max_gap=1))
        [(4, 5)]
        >>> list(occurrences("ab", "aabb", max_gap=None))
        [(1, 2)]
    """
    # partial[k]: embeddings of the first k tokens that may still be continued, each by its positions
    partial: list[list[tuple[int, ...]]] = [[] for _ in range(len(tokens))]
    for position, token in enumerate(trace):
        for k in range(len(tokens) - 1, -1, -1):
            if tokens[k] != token:
                continue
            embedding = (position,) if k == 0 else _continued(partial[k], position, max_gap)
            if embedding is None:
                continue
            if k == len(tokens) - 1:
                yield embedding
                partial = [[] for _ in range(len(tokens))]
                break
            partial[k + 1] = _kept(partial[k + 1], embedding, max_gap)


def _continued(partial: list[tuple[int, ...]], position: int, max_gap: int | None) -> tuple[int, ...] | None:
    near = [e for e in partial if max_gap is None or position - e[-1] - 1 <= max_gap]
    return (*max(near, key=lambda e: (e[0], e[-1])), position) if near else None


def _kept(partial: list[tuple[int, ...]], embedding: tuple[int, ...], max_gap: int | None) -> list[tuple[int, ...]]:
    """Without a gap limit only the latest start matters; with one, those that may still be continued."""
    if max_gap is None:
        return [max([*partial, embedding], key=lambda e: (e[0], e[-1]))]
    return [e for e in partial if embedding[-1] - e[-1] <= max_gap] + [embedding]


def support(tokens: Trace, traces: Sequence[Trace], *, max_gap: int | None) -> int:
    """The number of disjoint occurrences, summed over traces.

    Example:
        >>> support("ab", ["abab", "ba", "a-b"], max_gap=1)
        3
    """
    return sum(sum(1 for _ in occurrences(tokens, trace, max_gap=max_gap)) for trace in traces)


# ---- many prefixes at once


@dataclass(frozen=True, slots=True)
class Projection:
    """The projected databases of some prefixes of one length, as positions alone (pseudo-projection).

    An occurrence is kept as (end, latest start). Of two positions where a sequence may end, the later one has the later latest
    start, so an event that continues a sequence continues its nearest occurrence, and once only. `kernels/mining.py` does the
    same in compiled code.

    Attributes:
        prefix: (occurrences,) which prefix each is of, from 0; rising.
        end: (occurrences,) index of its last event; rising within a prefix.
        start: (occurrences,) index of the event at which it starts, the latest possible one.
        node: (prefixes,) the node of each prefix in the tree of the search.
        item: (prefixes,) its last item.

    Source:
        Pei et al., PrefixSpan, ICDE 2001: projected databases and pseudo-projection.
    """

    prefix: Ints
    end: Ints
    start: Ints
    node: Ints
    item: Ints

    def part(self, low: int, high: int) -> Projection:
        """The prefixes from `low` up to `high`."""
        a, b = np.searchsorted(self.prefix, [low, high])
        return Projection(
            self.prefix[a:b] - low, self.end[a:b], self.start[a:b], self.node[low:high], self.item[low:high]
        )


@dataclass(frozen=True, slots=True)
class Extensions:
    """Every way to continue a projection by one event: `row` of the projection, `position` of the event; in this order."""

    row: Ints
    position: Ints

    def __getitem__(self, chosen: Bools | Ints) -> Extensions:
        return Extensions(self.row[chosen], self.position[chosen])


def _reach(projection: Projection, coded: CodedDatabase) -> Ints:
    """How many events may continue each row: up to the gap limit, the end of its stretch, or the next occurrence."""
    far = np.minimum(coded.last[projection.end], projection.end + coded.span)
    if len(far) > 1:
        nearer = (projection.prefix[1:] == projection.prefix[:-1]) & (projection.end[1:] < far[:-1])
        far[:-1] = np.where(nearer, projection.end[1:], far[:-1])
    return far - projection.end


def extensions(projection: Projection, coded: CodedDatabase) -> Extensions:
    """All continuations by an event that is no blank.

    Example:
        >>> events = np.array([0, 1, 0, 1], dtype=np.int32)
        >>> coded = CodedDatabase(events, np.full(4, 3, np.int32), np.zeros(4, np.int32), ("a", "b"), span=2)
        >>> ends = np.array([0, 2])
        >>> of_a = Projection(np.zeros(2, int), ends, ends, np.array([1]), np.array([0]))
        >>> found = extensions(of_a, coded)
        >>> found.row.tolist(), found.position.tolist()
        ([0, 0, 1], [1, 2, 3])
    """
    reach = _reach(projection, coded)
    row = np.repeat(np.arange(len(reach)), reach)
    position = np.arange(len(row)) - np.repeat(np.cumsum(reach) - reach - projection.end - 1, reach)
    return Extensions(row, position)[coded.items[position] >= 0]


def split(projection: Projection, coded: CodedDatabase, *, rows: int) -> Iterator[Projection]:
    """The projection in parts of about `rows` extensions, which bounds the memory; a prefix is never divided."""
    if not len(projection.node):
        return
    per_prefix = np.bincount(projection.prefix, weights=_reach(projection, coded), minlength=len(projection.node))
    part = np.cumsum(per_prefix) // rows
    edges = np.flatnonzero(np.diff(part, prepend=-1, append=part[-1] + 1))
    for low, high in zip(edges.tolist(), edges[1:].tolist(), strict=False):
        yield projection.part(low, high)


def first_of_session(group: Ints, unit: Int32s) -> Bools:
    """Which rows are the first of their session in their group; rows are sorted by group and position.

    Example:
        >>> first_of_session(np.array([0, 0, 0, 1]), np.array([5, 5, 6, 6], dtype=np.int32)).tolist()
        [True, False, True, True]
    """
    first = np.ones(len(group), dtype=np.bool_)
    first[1:] = (group[1:] != group[:-1]) | (unit[1:] != unit[:-1])
    return first


def disjoint(group: Ints, start: Ints, end: Ints) -> Bools:
    """Which intervals of each group are counted, the earliest end first: the largest disjoint set (interval scheduling).

    Rows are sorted by group and end. Most intervals meet no neighbour; where several overlap in a chain, their first is counted,
    the second is not, and from the third on they are decided one after the other, all such chains side by side.

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


# ---- given patterns in given traces


def occurrence_starts(
    patterns: PatternSet, traces: Traces, *, max_gap: int | None, rows: int
) -> Iterator[tuple[Ints, Ints]]:
    """Yield (pattern, position) of the disjoint occurrences that support counts: the event at which each starts.

    They come in parts, all occurrences of a pattern in the same part. The traces may be others than those that were mined.

    Args:
        patterns: what to look for.
        traces: where.
        max_gap: foreign actions allowed between neighbours; None for any number.
        rows: occurrences that are continued together; bounds the memory.
    """
    if not len(patterns) or not len(traces.items):
        return
    tree, node = tree_of_sequences(patterns.items, patterns.start)
    number = np.full(len(tree), -1, dtype=np.int64)
    number[node] = np.arange(len(node))
    coded = _coded(traces, patterns, max_gap)
    todo = [iter((_roots(tree, coded),))]
    while todo:
        projection = next(todo[-1], None)
        if projection is None:
            todo.pop()
            continue
        pattern = number[projection.node[projection.prefix]]
        chosen = (pattern >= 0) & disjoint(projection.prefix, projection.start, projection.end)
        yield pattern[chosen], projection.start[chosen]
        todo.append(iter([_longer(part, tree, coded) for part in split(projection, coded, rows=rows)]))


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
    for pattern, position in occurrence_starts(patterns, traces, max_gap=max_gap, rows=rows):
        for name, group in groups.items():
            known = group[position] >= 0
            width = int(group.max(initial=0)) + 1
            pairs = np.unique(pattern[known] * width + group[position[known]])
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


def _coded(traces: Traces, patterns: PatternSet, max_gap: int | None) -> CodedDatabase:
    known = {label: number for number, label in enumerate(patterns.labels)}
    number = np.array([known.get(label, -1) for label in traces.labels], dtype=np.int32)
    unit = sessions_of(traces)
    return CodedDatabase(number[traces.items], stretch_ends(unit), unit, patterns.labels, span_of(max_gap, len(unit)))


def _roots(tree: PrefixTree, coded: CodedDatabase) -> Projection:
    node = tree.children(np.zeros(len(coded.labels), dtype=np.int64), np.arange(len(coded.labels)))
    position = np.flatnonzero(coded.items >= 0)
    return _by_node(node[coded.items[position]], position, position, tree)


def _longer(projection: Projection, tree: PrefixTree, coded: CodedDatabase) -> Projection:
    found = extensions(projection, coded)
    above = projection.node[projection.prefix[found.row]]
    node = tree.children(above, coded.items[found.position].astype(np.int64))
    return _by_node(node, found.position, projection.start[found.row], tree)


def _by_node(node: Ints, end: Ints, start: Ints, tree: PrefixTree) -> Projection:
    """Occurrences sorted by their node; those without a node (-1) are of no pattern."""
    end, start, node = end[node >= 0], start[node >= 0], node[node >= 0]
    order = np.argsort(node, kind="stable")
    nodes, prefix = np.unique(node[order], return_inverse=True)
    return Projection(prefix, end[order], start[order], nodes, tree.item[nodes])
