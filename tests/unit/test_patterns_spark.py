"""The search by pivots, its shuffle done by hand: the same patterns as the search over everything."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fivetimes.errors import MiningError
from fivetimes.sequential_patterns import Task, traces_of
from fivetimes.sequential_patterns.database import encode
from fivetimes.sequential_patterns.engines import breadth_first
from fivetimes.sequential_patterns.spark import frequency_ranks, joined_pivots, mine_pivot, pivot_windows
from fivetimes.sequential_patterns.tree import PrefixTree

databases = st.lists(st.text("abcde", max_size=14), min_size=1, max_size=5)
gaps = st.one_of(st.none(), st.integers(0, 3))
counts = st.sampled_from(["occurrences", "sessions"])


def by_pivots(coded, task: Task) -> PrefixTree:
    edges = np.flatnonzero(np.diff(coded.unit, prepend=-1, append=-1))
    traces = [coded.items[low:high] for low, high in pairwise(edges.tolist())]
    rank = frequency_ranks(np.bincount(coded.items[coded.items >= 0], minlength=len(coded.labels)))
    around = defaultdict(list)
    for number, trace in enumerate(traces):
        for pivot, stretches in pivot_windows(trace, rank, task):
            around[pivot].append((number, stretches))
    return joined_pivots([mine_pivot(pivot, found[::-1], task) for pivot, found in around.items()], task)


@settings(deadline=None)
@given(databases, st.integers(1, 3), gaps, counts)
def test_pivots_give_what_the_whole_database_gives(db, least, max_gap, count):
    task = Task(least, max_gap, 1, 4, count, "all", 1_000_000)
    coded = encode(traces_of(db), task)
    whole, parts = breadth_first(coded, task), by_pivots(coded, task)
    # the width of the keys is that of the labels, used or not
    assert (whole.parent.tolist(), whole.item.tolist()) == (parts.parent.tolist(), parts.item.tolist())
    assert whole.support[1:].tolist() == parts.support[1:].tolist()


def test_windows_hold_no_item_rarer_than_their_pivot():
    trace = np.random.default_rng(1).integers(0, 9, size=60).astype(np.int32)
    rank = frequency_ranks(np.bincount(trace, minlength=9))
    task = Task(2, 1, 1, 3, "occurrences", "all", 1000)
    for pivot, stretches in pivot_windows(trace, rank, task):
        held = np.concatenate(list(stretches))
        assert rank[held[held >= 0]].max() == rank[pivot]
        assert (held == pivot).sum() == (trace == pivot).sum()


def test_too_many_patterns_of_one_pivot_or_of_all_are_refused():
    made = np.random.default_rng(3)
    db = [made.integers(0, 4, size=20).tolist() for _ in range(20)]
    for limit in (20, 300):
        task = Task(2, 2, 1, 5, "occurrences", "all", limit)
        with pytest.raises(MiningError, match=f"the limit is {limit}"):
            by_pivots(encode(traces_of(db), task), task)
