"""Routines that were caught in one profile are told apart; ways of one routine are not."""

from __future__ import annotations

import numpy as np
import pytest

from fivetimes.columns import Int32s
from fivetimes.routines.growth import interleaved

HOST, GUEST = range(100), range(100, 200)  # rows of the routine, and of what was done at the same time


def runs(host: int, guest: int, *, of: int = 8, both: int = 3) -> Int32s:
    """So many steps in all runs, and so many more in some; each row has a number of its own."""
    table = np.full((of, host + guest), -1, dtype=np.int32)
    for run in range(of):
        table[run, :host] = [run * host + step for step in range(host)]
        if run < both:
            table[run, host:] = [100 + run * guest + step for step in range(guest)]
    return table


def own_values(x: int, y: int) -> bool:
    return (x in HOST) == (y in HOST)


def test_steps_that_share_values_among_themselves_alone_are_another_routine():
    found = interleaved(runs(5, 4), own_values)
    assert found is not None
    assert found.tolist() == [False] * 5 + [True] * 4


@pytest.mark.parametrize(
    ("table", "tied"),
    [
        (runs(5, 4), lambda _x, _y: True),  # a branch through which the same value runs
        (runs(5, 4), lambda x, y: x in GUEST and y in GUEST),  # the rest has no values that the branch could lack
        (runs(5, 4), lambda x, y: x in HOST and y in HOST),  # nothing but time holds the branch together
        (runs(5, 2), own_values),  # too few steps to be a routine
        (runs(5, 4, both=6), own_values),  # usual steps
        (runs(5, 4, both=1), own_values),  # once is no routine
    ],
)
def test_a_branch_of_a_routine_stays(table, tied):
    assert interleaved(table, tied) is None


def test_optional_steps_that_come_one_at_a_time_stay():
    table = runs(5, 4, both=0)
    for run in range(8):
        table[run, 5 + run % 4] = 100 + run
    assert interleaved(table, own_values) is None
