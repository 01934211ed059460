"""Traces -> patterns by the classic PrefixSpan library (Pei et al. 2001): no gap limit, counted by sessions.

It cannot limit gaps and cannot count how often a session holds a pattern; what is asked of it in that way is refused. It is
here for comparison, and as the engine that others can be held against.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from prefixspan import PrefixSpan

from fivetimes.errors import MiningError
from fivetimes.model import Traces
from fivetimes.sequential_patterns.coding import Coded, Task
from fivetimes.sequential_patterns.guard import too_many
from fivetimes.sequential_patterns.tree import Tree, grown


def _search(db: Sequence[Sequence[int]], *, min_length: int, max_length: int) -> PrefixSpan:
    search = PrefixSpan([list(trace) for trace in db])
    search.minlen, search.maxlen = min_length, max_length
    return search


def search(coded: Coded, task: Task) -> Tree:
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

    def keep(tokens: list[int], matches: list[tuple[int, int]]) -> None:
        if len(nodes) > task.limit:
            raise too_many(task, found=task.limit, share=0.0)
        # the library comes to a sequence after its beginning, so the parent is there
        parent.append(nodes[tuple(tokens[:-1])])
        item.append(tokens[-1])
        support.append(len(matches))
        nodes[tuple(tokens)] = len(nodes)

    traces = [items[low:high] for low, high in pairwise(edges)]
    _search(traces, min_length=1, max_length=task.max_length).frequent(task.support, callback=keep)
    return grown(parent, item, support)


def classic(traces: Traces, *, most: int, min_length: int, max_length: int) -> list[tuple[tuple[int, ...], int]]:
    """The classic answer, for comparison: the closed patterns held by most sessions, by sessions times length.

    No gap limit, counted by sessions, ranked by frequency: on real work mostly trivia (see the README's table).

    Returns:
        (token ids, sessions), at most `most`.
    """
    items, edges = traces.items.tolist(), traces.start.tolist()
    db = [items[low:high] for low, high in pairwise(edges)]
    found = _search(db, min_length=min_length, max_length=max_length).topk(most, closed=True)
    ordered = sorted(found, key=lambda pair: (-pair[0] * len(pair[1]), pair[1]))
    return [(tuple(tokens), count) for count, tokens in ordered]
