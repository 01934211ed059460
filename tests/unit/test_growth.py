"""Which optional steps of a table come and go together."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import oracles
from fivetimes.routines.growth import TOGETHER, together


@given(
    st.integers(2, 12).flatmap(
        lambda n: st.lists(st.lists(st.booleans(), min_size=n, max_size=n), min_size=1, max_size=7)
    )
)
@settings(max_examples=400, deadline=None)
def test_steps_come_and_go_together_whose_presence_is_correlated(columns):
    present = np.array(columns, dtype=bool).reshape(len(columns), -1).T
    rows = np.where(present, np.arange(present.size).reshape(present.shape), -1).astype(np.int32)
    found = [frozenset(np.flatnonzero(one).tolist()) for one in together(rows)]
    assert set(found) == oracles.together(columns, TOGETHER)
    assert len(set(found)) == len(found)


def test_a_branch_of_three_steps_and_one_of_two_are_two_sets():
    table = np.full((12, 7), -1, dtype=np.int32)
    table[:, :2] = np.arange(24).reshape(12, 2)
    table[:4, 2:5], table[4:7, 5:] = 100, 200
    assert [np.flatnonzero(one).tolist() for one in together(table)] == [[2, 3, 4], [5, 6]]
