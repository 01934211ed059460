"""The compiled loops of the search give what the slow definitions in `oracles.py` give."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracles
from fivetimes.kernels import growth, matching, mining, seeds
from fivetimes.kernels.database import SequenceArrays, living, postings, shares_value

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
unhurried = settings(max_examples=200, deadline=None)


class Database:
    def __init__(self, rows):
        block = np.array(list(accumulate(begins for begins, *_ in rows)), dtype=np.int32)
        levels = np.array([(fine, coarse) for _, fine, coarse, *_ in rows], dtype=np.int32).reshape(-1, 2)
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


@given(st.lists(row, max_size=40))
@unhurried
def test_postings_list_the_rows_of_each_token_once_and_the_free_ones_alone(rows):
    database = Database(rows)
    start, where = postings(database.arrays.levels, TOKENS)
    begin, ranks = database.arrays.begin, database.arrays.living
    for token in range(TOKENS):
        assert where[start[token] : start[token + 1]].tolist() == oracles.postings([r[1:3] for r in rows], token)
        free = oracles.postings([tokens for _, tokens, _ in database.left], token)
        assert ranks[begin[token] : begin[token + 1]].tolist() == free


@given(st.lists(row, min_size=2, max_size=12))
@unhurried
def test_rows_share_a_value_where_their_sets_meet(rows):
    arrays = Database(rows).arrays
    for i, j in product(range(len(rows)), repeat=2):
        assert shares_value(i, j, arrays.value_start, arrays.values) == bool(rows[i][3] & rows[j][3])


@given(st.lists(row, max_size=40), st.integers(1, 5), st.sets(st.integers(0, TOKENS - 1)))
@unhurried
def test_pairs_are_counted_once_per_row_and_token(rows, ahead, seedable):
    database, flags = Database(rows), np.isin(np.arange(TOKENS), list(seedable))
    found = seeds.pair_keys(database.arrays, flags, 0, 2, ahead)
    wanted = oracles.near_pairs(database.left, seedable, range(2), ahead)
    assert Counter(divmod(key, TOKENS) for key in found.tolist()) == Counter(wanted)


@given(st.lists(row, max_size=40), st.integers(1, 9), st.sets(st.integers(0, TOKENS - 1)), st.integers(0, 1))
@unhurried
def test_linked_pairs_are_those_that_share_a_value_four_per_row_at_most(rows, ahead, seedable, level):
    database, flags = Database(rows), np.isin(np.arange(TOKENS), list(seedable))
    found = seeds.linked_pair_keys(database.arrays, flags, level, ahead)
    wanted = oracles.linked_pairs(database.left, seedable, level, ahead, most=4)
    assert [divmod(key, TOKENS) for key in found.tolist()] == wanted


@given(st.lists(row, max_size=60), st.integers(1, 6), st.booleans(), st.permutations(range(TOKENS)))
@unhurried
def test_seeds_stand_where_the_definition_says(rows, ahead, linked, tokens):
    database, (first, second, *_) = Database(rows), tokens
    found = seeds.seed_occurrences(database.arrays, first, second, ahead, linked)
    wanted = oracles.seed_pairs([(b, set(t), v) for b, t, v in database.left], first, second, ahead, linked)
    assert database.rank[found].tolist() == [list(pair) for pair in wanted]


# ---- matching


@given(st.lists(row, max_size=60), st.integers(1, 8), st.permutations(range(TOKENS)), st.integers(1, 4))
@unhurried
def test_anchors_are_the_rows_of_the_pattern_near_a_rare_one(rows, reach, tokens, steps):
    database, tokens = Database(rows), tokens[:steps]
    arrays = database.arrays
    rare = arrays.living[arrays.begin[tokens[0]] : arrays.begin[tokens[0] + 1]]
    step_of = np.full(TOKENS, -1, dtype=np.int32)
    step_of[tokens] = np.arange(steps)
    ranks, found = matching.anchors(arrays, np.array(tokens, dtype=np.int32), step_of, rare, reach)
    wanted = oracles.anchors([(b, t) for b, t, _ in database.left], rare.tolist(), reach, tokens)
    assert list(zip(ranks.tolist(), found.tolist(), strict=True)) == wanted


STEPS, MAX_GAP = 4, 8
numbers = st.lists(st.floats(-1, 6), min_size=STEPS, max_size=STEPS)
path_rules = st.builds(
    oracles.PathRules,
    gain=numbers,
    order=st.lists(st.lists(st.floats(-4, 0), min_size=STEPS, max_size=STEPS), min_size=STEPS, max_size=STEPS),
    gap_bits=st.just([np.log2(np.arange(2.0, 10.0)).tolist()] * STEPS),
    link_yes=numbers.map(lambda bits: [max(0.0, one) for one in bits]),
    link_no=numbers.map(lambda bits: [min(0.0, 1 - one) for one in bits]),
    weight=st.lists(st.floats(0, 1), min_size=STEPS, max_size=STEPS),
    need=st.floats(0, 3),
    base=st.floats(-9, -2),
    pause_bits=st.floats(0, 1),
    max_gap=st.just(MAX_GAP),
    max_pause=st.just(2000.0),
    back=st.integers(2, 14),
    case_pause=st.just(5000.0),
)
# (rows since the last anchor, step, seconds since then, whether a block begins, values, piece of work)
steps_made = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.integers(0, STEPS - 1),
        st.sampled_from([0, 20, 90, 299, 301, 900, 1500, 2500]),
        st.sampled_from([False] * 12 + [True]),
        st.frozensets(st.integers(0, 3), max_size=2),
        st.sampled_from([0, 0, 0, 0, 1, 2]),
    ),
    max_size=40,
)


def anchors_of(made, cases_from: int = 1000) -> list[oracles.Anchor]:
    """Anchors in order; two on one row have its time, block, values and piece. From a rank on they stand in cases."""
    rank, time, block = 0, 0.0, 0
    of_rank: dict[int, tuple] = {}
    found = {}
    for gap, step, seconds, begins, values, piece in made:
        rank += gap + begins
        in_case = rank >= cases_from
        if rank not in of_rank:
            time, block = time + seconds, block + begins
            of_rank[rank] = (time, block, values, piece if in_case else 0, 1.5 + piece, in_case, rank)
        found[rank, step] = oracles.Anchor(rank, step, *of_rank[rank])
    return list(found.values())


def paths_of(
    anchors: list[oracles.Anchor], rules: oracles.PathRules, barred: frozenset[int] = frozenset()
) -> matching.Paths:
    count = max((one.rank for one in anchors), default=0) + 1
    time, block = np.zeros(count), np.zeros(count, dtype=np.int32)
    values: list[list[int]] = [[] for _ in range(count)]
    for one in anchors:
        time[one.rank], block[one.rank], values[one.rank] = one.time, one.block, sorted(one.values)
    block = np.maximum.accumulate(block)
    rows = np.arange(count, dtype=np.int32)
    arrays = SequenceArrays(
        np.zeros((count, 1), dtype=np.int32), block, time,
        np.cumsum([0, *map(len, values)]).astype(np.int32), np.array([v for some in values for v in some], dtype=np.int32),
        rows, rows, np.zeros(2, dtype=np.int64), rows,
    )  # fmt: skip
    found = matching.Anchors(
        np.array([one.rank for one in anchors], dtype=np.int32), np.array([one.step for one in anchors], dtype=np.int32)
    )
    columns = (rules.gain, rules.order, rules.link_yes, rules.link_no, rules.weight, rules.gap_bits)
    bits = matching.StepBits(*map(np.array, columns), rules.pause_bits)
    own = min((one.rank for one in anchors if one.in_case), default=count)
    limits = matching.Limits(rules.need, rules.base, rules.max_gap, rules.max_pause, rules.case_pause, own, rules.back)
    pieces = matching.Pieces(
        np.array([one.piece for one in anchors], dtype=np.int32),
        np.array([one.elsewhere for one in anchors], dtype=float),
    )
    return matching.paths(arrays, found, pieces, np.isin(np.arange(len(anchors)), list(barred)), bits, limits)


def groups(numbered: np.ndarray) -> list[list[int]]:
    return [np.flatnonzero(numbered == number).tolist() for number in range(numbered.max(initial=-1) + 1)]


@given(steps_made, path_rules, st.integers(0, 60), st.frozensets(st.integers(0, 39), max_size=4))
@settings(max_examples=400, deadline=None)
def test_paths_are_those_of_looking_at_everything_anew(made, rules, cases_from, barred):
    anchors = anchors_of(made, cases_from)
    paths = paths_of(anchors, rules, barred)
    wanted = oracles.best_paths(anchors, rules, set(barred))
    for enough, numbered, scores in ((True, paths.kept, paths.score), (False, paths.broken, paths.broken_score)):
        found = {tuple(path): score for path, score in zip(groups(numbered), scores.tolist(), strict=True)}
        assert found == pytest.approx({tuple(one.anchors): one.bits for one in wanted if one.enough is enough})


@given(steps_made, st.integers(1, 9))
@unhurried
def test_a_stretch_ends_where_no_path_can_go_on(made, max_gap):
    anchors = anchors_of(made)
    count = max((one.rank for one in anchors), default=0) + 1
    block = np.zeros(count, dtype=np.int32)
    for one in anchors:
        block[one.rank] = one.block
    arrays = Database([]).arrays._replace(block=np.maximum.accumulate(block), free=np.arange(count, dtype=np.int32))
    columns = ([one.rank for one in anchors], [one.step for one in anchors])
    found = matching.stretches(arrays, matching.Anchors(*(np.array(c, dtype=np.int32) for c in columns)), max_gap)
    assert groups(found) == oracles.places(anchors, max_gap)


@given(
    st.lists(st.tuples(st.integers(-1, 4), st.integers(0, 9)), max_size=20),
    st.lists(st.sampled_from([1.0, 2.0, 3.0]), min_size=5, max_size=5),
    st.sets(st.integers(0, 9)),
)
@unhurried
def test_of_paths_through_the_same_row_the_best_stays_and_of_equal_ones_the_first(anchors, score, before):
    path, source = np.array([a[0] for a in anchors], dtype=np.int64), np.array([a[1] for a in anchors], dtype=np.int32)
    taken = np.isin(np.arange(10), list(before))
    stays = matching.first_come(path, np.array(score), source, taken)
    used, wanted = set(before), set()
    for number in sorted(range(5), key=lambda number: -score[number]):
        rows = {row for one, row in anchors if one == number}
        if not rows & used:
            used |= rows
            wanted.add(number)
    assert set(np.flatnonzero(stays).tolist()) == wanted
    assert set(np.flatnonzero(taken).tolist()) == used


@given(
    st.lists(st.tuples(st.integers(1, 4), st.sampled_from([0, 299, 301, 900])), min_size=STEPS, max_size=STEPS),
    st.permutations(range(STEPS)),
    path_rules,
)
@settings(max_examples=300, deadline=None)
def test_the_best_path_is_the_best_of_all_where_only_neighbours_count(gaps, order, rules):
    made = [(gap, step, seconds, False, frozenset(), 0) for (gap, seconds), step in zip(gaps, order, strict=True)]
    anchors = anchors_of(made)
    # a value, and the order to all steps before, are counted along the path: the best one to a row may not be the best to go on
    rules = rules._replace(link_no=[0.0] * STEPS, order=[[0.0] * STEPS] * STEPS, need=0.0, back=STEPS)
    best = oracles.best_of_all_paths(anchors, rules) + rules.base
    scores = paths_of(anchors, rules).score.tolist()
    assert scores[:1] == ([pytest.approx(best)] if best > 0 else [])


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, STEPS - 1)), min_size=1, max_size=7), path_rules)
@settings(max_examples=200, deadline=None)
def test_no_path_has_more_bits_than_the_best_of_all(made, rules):
    anchors = anchors_of([(gap, step, 20, False, frozenset(), 0) for gap, step in made])
    rules = rules._replace(back=20)
    best = oracles.best_of_all_paths(anchors, rules) + rules.base
    assert all(score <= best + 1e-9 for score in paths_of(anchors, rules).score.tolist())


def test_a_pattern_of_63_steps_is_found_and_one_of_more_is_refused():
    def found(steps: int) -> matching.Paths:
        flat = [0.0] * steps
        rules = oracles.PathRules(
            [5.0] * steps, [flat] * steps, [[0.5] * 8] * steps, flat, flat, [1.0] * steps, float(steps), -9.0, 1.0, 8,
            100.0, 14,
        )  # fmt: skip
        return paths_of([oracles.Anchor(n, n) for n in range(steps)], rules)

    assert matching.MAX_STEPS == 63
    assert found(63).kept.tolist() == [0] * 63
    with pytest.raises(ValueError, match="more steps than a bit set"):
        found(64)


# ---- growth


@st.composite
def with_occurrences(draw):
    """Rows, and up to four occurrences of three steps on some of the free ones, no row twice."""
    database = Database(draw(st.lists(row, min_size=1, max_size=60)))
    count = draw(st.integers(1, 4))
    cells = draw(st.permutations(range(len(database.free))))[: count * 3]
    matched = np.full(count * 3, -1, dtype=np.int64)
    matched[: len(cells)] = cells
    kept = np.array(draw(st.lists(st.booleans(), min_size=count * 3, max_size=count * 3)))
    matched = np.where(kept, matched, -1).reshape(count, 3)
    # within an occurrence all rows are of one block
    for line in matched:
        blocks = [database.left[rank][0] if rank >= 0 else -1 for rank in line]
        first = next((block for block in blocks if block >= 0), -1)
        line[[block != first for block in blocks]] = -1
    slow = [{step: int(rank) for step, rank in enumerate(line) if rank >= 0} for line in matched]
    rows = np.where(matched >= 0, database.free[np.maximum(matched, 0)], -1) if len(database.free) else matched
    return database, rows.astype(np.int32), slow


@given(with_occurrences(), st.integers(1, 5), st.integers(1, 3))
@unhurried
def test_surroundings_are_counted_once_per_occurrence_interval_and_token(made, flank, least):
    database, rows, slow = made
    scratch = growth.scratch_for(tokens=TOKENS, rows=len(database.rank))
    found = growth.surroundings(rows, least, flank, database.arrays, scratch)
    keys, tokens, size, have, width = oracles.surroundings(slow, database.left, 3, flank)
    often = {token: times for token, times in sorted(Counter(tokens).items()) if times >= least}
    assert list(zip(found.tokens.tolist(), found.held.tolist(), strict=True)) == list(often.items())
    inside = {(found.tokens[at], k): found.inside[at, k] for at, k in np.argwhere(found.inside)}
    assert inside == {key: times for key, times in Counter(keys).items() if key[0] in often}
    assert found.size.tolist() == pytest.approx(size)
    assert (found.have.tolist(), found.width) == (have, pytest.approx(width))
    assert (scratch.interval == -1).all()
    assert (scratch.occurrence == -1).all()
    assert not scratch.taken.any()


@given(with_occurrences(), st.integers(1, 5), st.integers(0, TOKENS - 1), st.integers(-1, 3))
@unhurried
def test_a_new_step_stands_on_a_linked_row_first_then_where_it_is_wanted_then_near(made, flank, token, wanted):
    database, rows, slow = made
    scratch = growth.scratch_for(tokens=TOKENS, rows=len(database.rank))
    found = growth.rows_of_step(rows, token, wanted, flank, database.arrays, scratch)
    given_ = oracles.rows_of_step(slow, database.left, token, wanted, flank)
    assert [int(database.rank[r]) if r >= 0 else None for r in found] == given_
    assert not scratch.taken.any()


@given(with_occurrences())
@unhurried
def test_each_token_of_a_step_is_counted_once_per_row(made):
    database, rows, _ = made
    scratch = growth.scratch_for(tokens=TOKENS, rows=len(database.rank))
    start, tokens, held = growth.tokens_of_steps(rows, database.arrays.levels, scratch)
    for step in range(rows.shape[1]):
        here = slice(start[step], start[step + 1])
        there = rows[rows[:, step] >= 0, step]
        counted = Counter(token for row in there for token in set(database.arrays.levels[row].tolist()))
        assert dict(zip(tokens[here].tolist(), held[here].tolist(), strict=True)) == counted
        assert here.stop - here.start == len(counted)
    assert (scratch.occurrence == -1).all()


@given(with_occurrences())
@unhurried
def test_links_are_counted_from_the_second_step_on(made):
    database, rows, slow = made
    hits, seen = growth.links(rows, database.arrays.value_start, database.arrays.values)
    assert (hits.tolist(), seen.tolist()) == oracles.links(slow, database.left, 3)


# ---- frequent sequences; `test_patterns.py` holds `grow` against the definition


@given(st.lists(st.text("abc", min_size=1, max_size=12), min_size=1, max_size=3), st.integers(0, 9), st.integers(1, 3))
@settings(max_examples=100, deadline=None)
def test_the_mask_of_pairs_shows_the_frequent_ones_as_far_as_it_looks(traces, max_gap, least):
    unit = np.repeat(np.arange(len(traces), dtype=np.int32), list(map(len, traces)))
    items = np.array(["abc".index(letter) for trace in traces for letter in trace], dtype=np.int32)
    last = np.cumsum(list(map(len, traces))).astype(np.int32)[unit] - 1
    events = mining.Events(items, last.astype(np.int32), unit)
    where = mining.positions(items, 3)
    assert [where.where[a:b].tolist() for a, b in zip(where.first, where.first[1:], strict=False)] == [
        np.flatnonzero(items == item).tolist() for item in range(3)
    ]
    mask = mining.frequent_pairs(events, where, mining.Counting(max_gap + 1, False, False), least)
    inside = mining.all_pairs(events.last)
    for e, ahead in product(range(len(items)), range(mining.MASK_BITS)):
        reached = e + 1 + ahead <= last[e]
        assert bool(inside[e] >> ahead & 1) == reached
        pair = [items[e], items[e + 1 + ahead]] if reached and ahead <= max_gap else None
        codes = [["abc".index(letter) for letter in trace] for trace in traces]
        often = pair is not None and oracles.support(pair, codes, max_gap) >= least
        assert bool(mask[e] >> ahead & 1) == often
