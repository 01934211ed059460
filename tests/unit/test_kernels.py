"""The compiled loops of the search give what the slow definitions in `oracles.py` say."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import oracles
from fivetimes.kernels import matching
from fivetimes.kernels import stream as loops

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


class Stream:
    def __init__(self, rows):
        self.block = np.array(list(accumulate(begins for begins, *_ in rows)), dtype=np.int32)
        self.levels = np.array([(fine, coarse) for _, fine, coarse, *_ in rows], dtype=np.int32).reshape(-1, 2)
        self.value_start = np.cumsum([0, *(len(values) for *_, values, _ in rows)]).astype(np.int32)
        self.values = np.array([v for *_, values, _ in rows for v in sorted(values)], dtype=np.int32)
        free = [number for number, (*_, claimed) in enumerate(rows) if not claimed]
        self.free = np.array(free, dtype=np.int32)
        self.rank = np.full(len(rows), -1, dtype=np.int32)
        self.rank[self.free] = np.arange(len(free), dtype=np.int32)
        self.begin, self.living = loops.living(*loops.postings(self.levels, TOKENS), self.rank)
        self.left = [
            (int(self.block[i]), [rows[i][1], rows[i][2]], rows[i][3]) for i in free
        ]  # what a slow reader sees of it


@given(st.lists(row, max_size=60), st.integers(1, 6), st.booleans(), st.permutations(range(TOKENS)))
@settings(max_examples=200, deadline=None)
def test_seeds_stand_where_the_definition_says(rows, ahead, linked, tokens):
    stream, (first, second, *_) = Stream(rows), tokens
    found = loops.seed_occurrences(
        first, second, ahead, linked, stream.begin, stream.living, stream.block, stream.free, stream.value_start,
        stream.values,
    )  # fmt: skip
    told = oracles.seed_pairs([(b, set(t), v) for b, t, v in stream.left], first, second, ahead, linked)
    assert stream.rank[found].tolist() == [list(pair) for pair in told]


@given(st.lists(row, max_size=60), st.integers(1, 8), st.permutations(range(TOKENS)), st.integers(1, 4))
@settings(max_examples=200, deadline=None)
def test_anchors_are_the_rows_of_the_profile_near_a_rare_one(rows, reach, tokens, steps):
    stream, tokens = Stream(rows), tokens[:steps]
    rare = stream.living[stream.begin[tokens[0]] : stream.begin[tokens[0] + 1]]
    step_of = np.full(TOKENS, -1, dtype=np.int32)
    step_of[tokens] = np.arange(steps)
    ranks, found = matching.anchors(
        rare, reach, np.array(tokens, dtype=np.int32), step_of, stream.begin, stream.living, stream.levels, stream.block,
        stream.free,
    )  # fmt: skip
    told = oracles.anchors([(b, t) for b, t, _ in stream.left], rare.tolist(), reach, tokens)
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
    kept, scores, broken = matching.paths(
        np.array([rank for rank, *_ in anchors], dtype=np.int32),
        np.array([step for _, step, _ in anchors], dtype=np.int32),
        np.array(gain), np.array(order), np.zeros(4), np.zeros(4), np.ones(4), float(need), base, 8, 200.0, gap_bits, 1.0,
        back, np.zeros(count, dtype=np.int32), np.arange(count, dtype=np.int32), when,
        np.zeros(count + 1, dtype=np.int32), np.zeros(0, dtype=np.int32),
    )  # fmt: skip
    walk = oracles.Walk(gain, order, gap_bits.tolist(), max_gap=8, max_pause=200.0, back=back)
    told, short = oracles.best_paths(anchors, walk, need=need, base=base)
    assert len(scores) == len(told)
    for found, expected in ((kept, told), (broken, short)):
        groups = [np.flatnonzero(found == number).tolist() for number in range(found.max(initial=-1) + 1)]
        assert sorted(groups) == sorted(expected)
