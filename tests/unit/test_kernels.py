"""The compiled loops of the search give what the slow definitions in `oracles.py` say."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import oracles
from fivetimes.kernels import matching, seeds
from fivetimes.kernels.database import SequenceArrays, living, postings

TOKENS, VALUES = 6, 4
FINE = TOKENS // 2

# a row: whether a block begins, a fine and a coarse token, the values, whether it was claimed
row = st.tuples(
    st.sampled_from([False] * 9 + [True]),
    st.integers(0, FINE - 1),
    st.integers(0, TOKENS - 1),
    st.sets(st.integers(0, VALUES - 1), max_size=2),
    st.sampled_from([False, False, True]),
)


class Database:
    def __init__(self, rows):
        block = np.array(list(accumulate(begins for begins, *_ in rows)), dtype=np.int32)
        self.levels = levels = np.array([(fine, coarse) for _, fine, coarse, *_ in rows], dtype=np.int32).reshape(-1, 2)
        value_start = np.cumsum([0, *(len(values) for *_, values, _ in rows)]).astype(np.int32)
        values = np.array([v for *_, values, _ in rows for v in sorted(values)], dtype=np.int32)
        free = [number for number, (*_, claimed) in enumerate(rows) if not claimed]
        self.free = np.array(free, dtype=np.int32)
        self.rank = np.full(len(rows), -1, dtype=np.int32)
        self.rank[self.free] = np.arange(len(free), dtype=np.int32)
        begin, ranks = living(*postings(levels, TOKENS), self.rank)
        self.arrays = SequenceArrays(
            levels, block, np.zeros(len(rows)), value_start, values, self.free, self.rank, begin, ranks
        )
        # what a slow reader sees of it: (block, tokens, values) of each free row
        self.left = [(int(block[i]), [rows[i][1], rows[i][2]], rows[i][3]) for i in free]


@given(st.lists(row, max_size=60), st.integers(1, 6), st.booleans(), st.permutations(range(TOKENS)))
@settings(max_examples=200, deadline=None)
def test_seeds_stand_where_the_definition_says(rows, ahead, linked, tokens):
    database, (first, second, *_) = Database(rows), tokens
    found = seeds.seed_occurrences(database.arrays, first, second, ahead, linked)
    told = oracles.seed_pairs([(b, set(t), v) for b, t, v in database.left], first, second, ahead, linked)
    assert database.rank[found].tolist() == [list(pair) for pair in told]


@given(st.lists(row, max_size=60), st.integers(1, 8), st.permutations(range(TOKENS)), st.integers(1, 4))
@settings(max_examples=200, deadline=None)
def test_anchors_are_the_rows_of_the_profile_near_a_rare_one(rows, reach, tokens, steps):
    database, tokens = Database(rows), tokens[:steps]
    arrays = database.arrays
    rare = arrays.living[arrays.begin[tokens[0]] : arrays.begin[tokens[0] + 1]]
    step_of = np.full(TOKENS, -1, dtype=np.int32)
    step_of[tokens] = np.arange(steps)
    ranks, found = matching.anchors(arrays, np.array(tokens, dtype=np.int32), step_of, rare, reach)
    told = oracles.anchors([(b, t) for b, t, _ in database.left], rare.tolist(), reach, tokens)
    assert list(zip(ranks.tolist(), found.tolist(), strict=True)) == told


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 90)), max_size=50),
    st.lists(st.floats(-1, 6), min_size=4, max_size=4),
    st.lists(st.lists(st.floats(-4, 0), min_size=4, max_size=4), min_size=4, max_size=4),
    st.floats(-9, -2),
    st.integers(2, 4),
    st.integers(2, 14),
)
@settings(max_examples=300, deadline=None)
def test_paths_are_those_of_looking_at_everything_anew(steps, gain, order, base, need, back):
    ranks = list(accumulate(gap for gap, *_ in steps))
    clock = [float(when) for when in accumulate(pause for *_, pause in steps)]
    rows = [clock[ranks.index(rank)] for rank in ranks]  # two anchors on one row have its time
    anchors = list(
        {(rank, step): (rank, step, when) for rank, (_, step, _), when in zip(ranks, steps, rows, strict=True)}.values()
    )
    count = max(ranks, default=0) + 1
    when = np.zeros(count)
    for rank, _, time in anchors:
        when[rank] = time
    gap_bits = np.log2(np.arange(2.0, 10.0))[None, :].repeat(4, axis=0)
    none, numbers = np.zeros(count, dtype=np.int32), np.arange(count, dtype=np.int32)
    arrays = SequenceArrays(
        none[:, None],
        none,
        when,
        np.zeros(count + 1, dtype=np.int32),
        none[:0],
        numbers,
        numbers,
        none.astype(int),
        none,
    )
    kept, scores, broken = matching.paths(
        arrays,
        matching.Anchors(
            np.array([rank for rank, *_ in anchors], dtype=np.int32),
            np.array([step for _, step, _ in anchors], dtype=np.int32),
        ),
        matching.StepBits(np.array(gain), np.array(order), np.zeros(4), np.zeros(4), np.ones(4), gap_bits, 1.0),
        matching.Limits(float(need), base, 8, 200.0, back),
    )
    walk = oracles.Walk(gain, order, gap_bits.tolist(), max_gap=8, max_pause=200.0, back=back)
    told, short = oracles.best_paths(anchors, walk, need=need, base=base)
    assert len(scores) == len(told)
    for found, expected in ((kept, told), (broken, short)):
        groups = [np.flatnonzero(found == number).tolist() for number in range(found.max(initial=-1) + 1)]
        assert sorted(groups) == sorted(expected)
