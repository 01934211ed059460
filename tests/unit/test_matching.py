"""Where the same rows stand in several places, each is in one occurrence, and that is the best one."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracles
from fivetimes.kernels import matching
from fivetimes.kernels.database import SequenceArrays
from fivetimes.routines.matching import Occurrences, _paths, better

STEPS, MAX_GAP = 3, 4
# a row: whether another stretch of work begins, the steps that it may be, seconds since the row before it, its values
row = st.tuples(
    st.sampled_from([False, False, False, True]),
    st.sets(st.integers(0, STEPS - 1), max_size=2),
    st.sampled_from([10, 10, 400, 1500]),
    st.frozensets(st.integers(0, 2), max_size=2),
)
case = st.sets(st.integers(0, 15), min_size=2, max_size=8)
numbers = st.lists(st.floats(0, 4), min_size=STEPS, max_size=STEPS)


class Places:
    """Rows in stretches of work that begin at one time, and cases of some of them: for the search, and for a slow reader."""

    def __init__(self, rows, cases, going_on):
        own = len(rows)
        block = np.cumsum([begins for begins, *_ in rows])
        time = np.concatenate(
            [np.cumsum([r[2] for r, b in zip(rows, block, strict=True) if b == one]) for one in np.unique(block)]
        )
        inside = [sorted({at % own for at in one}, key=lambda at: (time[at], at)) for one in cases]
        source = np.array([*range(own), *(at for one in inside for at in one)], dtype=np.int32)
        blocks = [*block, *(block[-1] + 1 + n for n, one in enumerate(inside) for _ in one)]
        pieces = [*([1] * own), *(len(set(block[one].tolist())) for one in inside for _ in one)]
        values = [sorted(rows[at][3]) for at in source]
        free, size = np.arange(len(source), dtype=np.int32), np.cumsum([0, *map(len, values)])
        flat = np.array([v for some in values for v in some], dtype=np.int32)
        arrays = SequenceArrays(
            np.zeros((len(source), 1), dtype=np.int32), np.array(blocks, dtype=np.int32), time[source],
            size.astype(np.int32), flat, free, free, np.zeros(2, dtype=np.int64), free,
        )  # fmt: skip
        self.database = SimpleNamespace(
            own=own, rows=free, block=arrays.block, source=source, going_on=np.log2(pieces), free=free, arrays=arrays
        )
        self.anchors = [
            oracles.Anchor(
                rank, step, float(time[at]), int(blocks[rank]), rows[at][3], int(block[at]),
                float(np.log2(pieces[rank])) + going_on, in_case=rank >= own, row=int(at),
            )
            for rank, at in enumerate(source)
            for step in sorted(rows[at][1])
        ]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.lists(row, min_size=2, max_size=16),
    st.lists(case, max_size=4),
    st.floats(0, 2),
    numbers,
    numbers,
    st.floats(0, 2.5),
    st.floats(-6, -1),
)
def test_a_row_that_stands_in_several_places_is_in_the_best_path_of_all(rows, cases, going_on, gain, link, need, base):
    paths_as_the_oracle_finds_them(rows, cases, going_on, gain, link, need, base)


run = st.lists(st.integers(0, STEPS - 1), min_size=2, max_size=4).map(sorted)
worth = st.lists(st.floats(2, 4), min_size=STEPS, max_size=STEPS)


@settings(max_examples=400, deadline=None)
@given(run, run, st.sampled_from([10, 1500]), st.floats(-1, 1), worth, st.floats(0.5, 1.5), st.floats(-4, -1))
def test_two_runs_on_one_thing_are_parted_as_the_oracle_parts_them(first, second, pause, going_on, gain, need, base):
    rows = two_runs(first, second, pause)
    paths_as_the_oracle_finds_them(rows, [set(range(len(rows)))], going_on, gain, [0.0] * STEPS, need, base)


def test_the_beginning_of_one_run_and_the_end_of_another_are_no_occurrence():
    rows = two_runs([0, 1], [1, 2], 1500)
    paths = paths_as_the_oracle_finds_them(rows, [{0, 1, 2, 3}], 0.5, [4.0] * STEPS, [0.0] * STEPS, 1.0, -3.0)
    assert sorted(tuple(np.flatnonzero(paths.kept == one).tolist()) for one in range(len(paths.score))) == [
        (0, 1),
        (2, 3),
    ]
    # where nothing is saved by it, as where the log itself names the case, the longest run stays
    paths = paths_as_the_oracle_finds_them(rows, [{0, 1, 2, 3}], -1.0, [4.0] * STEPS, [0.0] * STEPS, 1.0, -3.0)
    assert [np.count_nonzero(paths.kept == one) for one in range(len(paths.score))] == [3, 1]


def test_where_only_the_case_is_looked_at_nothing_is_parted():
    rows = two_runs([0, 1], [1, 2], 1500)
    paths = paths_as_the_oracle_finds_them(
        rows, [{0, 1, 2, 3}], 0.5, [4.0] * STEPS, [0.0] * STEPS, 1.0, -3.0, in_cases=True
    )
    assert [np.count_nonzero(paths.kept == one) for one in range(len(paths.score))] == [3, 1]


def two_runs(first, second, pause):
    """Rows of two stretches of work, the second one so many seconds later; each row fits one step."""
    later = [(number == 0, {step}, pause if number == 0 else 10, frozenset()) for number, step in enumerate(second)]
    return [*((False, {step}, 10, frozenset()) for step in first), *later]


def paths_as_the_oracle_finds_them(rows, cases, going_on, gain, link, need, base, *, in_cases=False):
    places = Places(rows, cases, going_on)
    if in_cases:
        places.anchors = [one for one in places.anchors if one.in_case]
    order = [[-1.0 if b < a else -0.1 for b in range(STEPS)] for a in range(STEPS)]
    gap_bits = [[0.5, 1.0, 1.5, 2.0]] * STEPS
    against = [-one / 4 for one in link]
    rules = oracles.PathRules(
        gain, order, gap_bits, link, against, [1.0] * STEPS, need, base, 0.5, MAX_GAP, 1000.0, 9, case_pause=2000.0
    )
    found = matching.Anchors(
        np.array([one.rank for one in places.anchors], dtype=np.int32),
        np.array([one.step for one in places.anchors], dtype=np.int32),
    )
    columns = (gain, order, link, against, [1.0] * STEPS, gap_bits)
    bits = matching.StepBits(*map(np.array, columns), 0.5)
    limits = matching.Limits(need, base, MAX_GAP, 1000.0, 2000.0, len(rows), 9)
    paths = _paths(places.database, found, going_on, bits, limits)
    wanted = oracles.paths_in_one_place_each(places.anchors, rules)
    for enough, numbered, scores in ((True, paths.kept, paths.score), (False, paths.broken, paths.broken_score)):
        groups = [tuple(np.flatnonzero(numbered == number).tolist()) for number in range(len(scores))]
        assert dict(zip(groups, scores.tolist(), strict=True)) == pytest.approx(
            {tuple(one.anchors): one.bits for one in wanted if one.enough is enough}
        )
    rows_used = [places.anchors[at].row for one in wanted for at in one.anchors]
    assert len(rows_used) == len(set(rows_used))
    return paths


@given(
    st.lists(
        st.lists(st.tuples(st.sets(st.integers(0, 11), min_size=1, max_size=3), st.integers(1, 9)), max_size=5),
        min_size=1,
        max_size=3,
    ),
    st.lists(st.integers(0, 8), min_size=12, max_size=12),
)
def test_each_run_goes_to_the_routine_that_it_fits_best(several, event):
    database = SimpleNamespace(event=np.array(event, dtype=np.int32))
    routines = []
    for one in several:
        rows = np.array([[*sorted(held), -1, -1][:3] for held, _ in one], dtype=np.int32).reshape(-1, 3)
        again = np.zeros((0, 3), dtype=np.int32)
        routines.append(Occurrences(rows, again, np.array([float(bits) for _, bits in one]), broken=4))
    kept = better(database, routines)
    every = [(-bits, which, at) for which, one in enumerate(several) for at, (_, bits) in enumerate(one)]
    taken, wanted = set(), [[] for _ in several]
    for _, which, at in sorted(every):
        events = {event[r] for r in several[which][at][0]}
        if not events & taken:
            taken |= events
            wanted[which].append(at)
    for found, before, places in zip(kept, routines, wanted, strict=True):
        assert found.rows.tolist() == before.rows[sorted(places)].tolist()
        assert found.broken == 4  # what went to another routine was not broken off
