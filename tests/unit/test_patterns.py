"""Support and frequent sequences, held against the oracle: every engine that claims the definition."""

from __future__ import annotations

import _thread
import signal
import threading
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import logs
import oracles
from fivetimes.columns import PatternSet, Traces
from fivetimes.errors import MiningError
from fivetimes.sequential_patterns import Task, engines, mine, mining, prefixspan_baseline, traces_of
from fivetimes.sequential_patterns.database import encode
from fivetimes.sequential_patterns.occurrences import occurrences, support

LETTERS = "abc"
databases = st.lists(st.text(LETTERS, max_size=7), min_size=1, max_size=3)
gaps = st.one_of(st.none(), st.integers(0, 3))
counts = st.sampled_from(["occurrences", "sessions"])
# an oracle takes its time, and the first call of compiled code may have to compile
unhurried = settings(deadline=None)
few = settings(deadline=None, max_examples=40)
each_engine = pytest.mark.parametrize("engine", ["numba", "numpy"])


def as_dict(found: PatternSet) -> dict:
    return {p.tokens: p.support for p in found.records()}


@given(st.text(LETTERS, min_size=1, max_size=4), st.text(LETTERS, max_size=10), gaps)
def test_support_is_the_largest_number_of_disjoint_occurrences(tokens, trace, max_gap):
    assert support(tokens, [trace], max_gap=max_gap) == oracles.support(tokens, [trace], max_gap)


@given(st.text(LETTERS, min_size=1, max_size=4), st.text(LETTERS, max_size=12), gaps)
def test_each_occurrence_is_an_embedding_and_they_are_disjoint(tokens, trace, max_gap):
    found = list(occurrences(tokens, trace, max_gap=max_gap))
    assert all(places in oracles.embeddings(tokens, trace, max_gap) for places in found)
    assert all(before[-1] < after[0] for before, after in pairwise(found))


@given(st.text(LETTERS, min_size=1, max_size=4), st.text(LETTERS, max_size=12), st.integers(0, 3))
def test_a_larger_gap_never_lowers_the_support(tokens, trace, max_gap):
    assert support(tokens, [trace], max_gap=max_gap) <= support(tokens, [trace], max_gap=max_gap + 1)


@each_engine
@unhurried
@given(databases, st.integers(1, 3), gaps)
def test_mine_agrees_with_the_oracle(engine, db, least, max_gap):
    found = mine(db, support=least, max_gap=max_gap, max_length=4, engine=engine)
    assert as_dict(found) == oracles.frequent(db, least, max_gap, 4)


@each_engine
@unhurried
@given(databases, st.integers(1, 3), gaps)
def test_mine_counts_sessions_as_the_oracle_does(engine, db, least, max_gap):
    found = mine(db, support=least, max_gap=max_gap, max_length=3, count="sessions", engine=engine)
    every = oracles.frequent(db, 1, max_gap, 3)
    held = {tokens: oracles.sessions_holding(tokens, db, max_gap) for tokens in every}
    assert as_dict(found) == {tokens: count for tokens, count in held.items() if count >= least}


@unhurried
@given(st.lists(st.text("abcd", max_size=25), min_size=1, max_size=4), st.integers(2, 4), gaps, counts)
def test_engines_give_the_same_patterns_in_the_same_order(db, least, max_gap, count):
    found = [
        mine(db, support=least, max_gap=max_gap, max_length=4, count=count, engine=engine)
        for engine in ("numba", "numpy")
    ]
    assert found[0].records() == found[1].records()
    assert [column.tobytes() for column in (found[0].items, found[0].start, found[0].support)] == [
        column.tobytes() for column in (found[1].items, found[1].start, found[1].support)
    ]


@unhurried
@given(databases, st.integers(1, 3))
def test_prefixspan_gives_the_same_where_definitions_meet(db, least):
    asked = {"support": least, "max_gap": None, "max_length": 4, "count": "sessions"}
    assert mine(db, **asked, engine="prefixspan").records() == mine(db, **asked, engine="numpy").records()


@unhurried
@given(st.lists(st.text(LETTERS, max_size=20), min_size=1, max_size=4), gaps, counts)
def test_the_numpy_engine_finds_the_same_in_small_parts(db, max_gap, count):
    task = Task(2, max_gap, 1, 4, count, "all", 100_000)
    coded = encode(traces_of(db), task)
    whole, parts = engines.breadth_first(coded, task), engines.breadth_first(coded, task, rows=3)
    assert whole.key.tolist() == parts.key.tolist()
    assert whole.support.tolist() == parts.support.tolist()


@each_engine
def test_a_gap_longer_than_the_pair_filter_looks_is_searched_too(engine):
    db = [["a", *"vwxyzuts", "b", *"rqponmlk", "c"]] * 5
    found = as_dict(mine(db, support=5, max_gap=9, max_length=3, engine=engine))
    assert found[("a", "b", "c")] == 5
    assert ("a", "c") not in found


def random_database() -> list[list[int]]:
    made = np.random.default_rng(5)
    return [made.integers(0, 30, size=size).tolist() for size in made.integers(0, 60, size=200)]


@pytest.mark.parametrize("max_gap", [0, 1, 3, None])
@pytest.mark.parametrize("count", ["occurrences", "sessions"])
def test_engines_agree_on_a_database_of_some_size(max_gap, count):
    db, length = random_database(), 5 if max_gap is not None else 2
    asked = {"support": 5, "max_gap": max_gap, "max_length": length, "count": count}
    assert mine(db, **asked, engine="numba").records() == mine(db, **asked, engine="numpy").records()


@pytest.mark.parametrize("size", [2, 3, 40])
def test_long_repeats_of_one_token_are_counted_in_steps_of_their_length(size):
    found = as_dict(mine(["a" * 120], support=2, max_gap=0, max_length=size, engine="numpy"))
    assert found == {("a",) * n: 120 // n for n in range(1, size + 1)}


# ---- closed and maximal


@few
@given(st.lists(st.text(LETTERS, max_size=12), min_size=1, max_size=4), st.integers(2, 4), gaps)
def test_closed_patterns_are_those_that_no_super_pattern_covers(db, least, max_gap):
    asked = {"support": least, "max_gap": max_gap, "max_length": 6, "engine": "numpy"}
    every = as_dict(mine(db, **asked))
    covered = oracles.covered(every, max_gap, least_support=True)
    assert as_dict(mine(db, **asked, keep="closed")) == {p: n for p, n in every.items() if p not in covered}


@few
@given(st.lists(st.text("abcde", max_size=16), min_size=1, max_size=5), st.integers(2, 4), st.integers(1, 3))
def test_maximal_patterns_are_those_of_which_no_super_pattern_is_frequent(db, least, max_gap):
    asked = {"support": least, "max_gap": max_gap, "max_length": 6, "engine": "numpy"}
    every = as_dict(mine(db, **asked))
    covered = oracles.covered(every, max_gap, least_support=False)
    assert as_dict(mine(db, **asked, keep="maximal")) == {p: n for p, n in every.items() if p not in covered}


@pytest.mark.parametrize("alone", [5, 6])
def test_a_pattern_is_covered_by_one_two_items_longer_though_those_between_are_infrequent(alone):
    # in the longer traces x and y are too far from the ends for a x b, a y b or a b
    longer = [["a", "x", f"n{n}", f"m{n}", "y", "b"] for n in range(5)]
    asked = {"support": 5, "max_gap": 2, "max_length": 4}
    found = {
        keep: as_dict(mine([*longer, *["ab"] * alone], **asked, keep=keep)) for keep in ("all", "closed", "maximal")
    }
    assert ("a", "x", "y", "b") in found["all"]
    assert ("a", "b") in found["all"]
    assert ("a", "x", "b") not in found["all"]
    assert ("a", "y", "b") not in found["all"]
    assert (("a", "b") in found["closed"]) == (alone > 5)
    assert ("a", "b") not in found["maximal"]


def test_an_inserted_item_may_raise_the_support():
    found = as_dict(mine(["axyb"] * 5 + ["ab"], support=1, max_gap=1, max_length=3))
    assert found[("a", "b")] == 1
    assert found[("a", "x", "b")] == 5


# ---- order, inputs, columns


def test_mined_patterns_come_in_the_same_order_whatever_the_order_of_the_traces():
    db = ["abc", "bca", "abac"]
    ways = [mine(given_, support=2, max_gap=1, min_length=2, max_length=3) for given_ in (db, db[::-1])]
    assert ways[0].records() == ways[1].records()


def test_patterns_come_by_support_and_then_by_their_tokens():
    found = mine([[10, "b", 9, "a"]] * 2, support=2, max_gap=0, max_length=2).records()
    assert [p.tokens for p in found] == [(9,), (9, "a"), (10,), (10, "b"), ("a",), ("b",), ("b", 9)]


def table(**more) -> pd.DataFrame:
    rows = {"case": [2, 1, 1, 2, 1], "activity": ["push", "test", "build", "build", "push"]}
    return pd.DataFrame({**rows, "time": [9, 2, 1, 8, 3], **more})


def test_a_table_is_read_by_case_and_time():
    traces = traces_of(table())
    named = [traces.labels[item] for item in traces.items]
    assert named == ["build", "test", "push", "build", "push"]
    assert traces.start.tolist() == [0, 3, 5]


def test_rows_without_a_case_or_an_activity_are_no_steps():
    assert len(traces_of(table(case=[2, None, 1, 2, 1])).items) == 4
    assert len(traces_of(table(activity=["push", "test", None, None, "push"])).items) == 3


def test_a_table_without_a_column_is_refused_with_its_name():
    with pytest.raises(MiningError, match="no column time"):
        mine(table().drop(columns="time"), support=1)


def test_a_token_that_is_neither_text_nor_a_whole_number_is_refused():
    with pytest.raises(MiningError, match=r"1\.5 is no token"):
        mine([[1.5]], support=1)


def test_whole_numbers_of_any_make_are_tokens():
    for numbers in (np.array([7, 8]), [7.0, 8.0]):
        assert as_dict(mine([numbers], support=1, max_length=2)) == {(7,): 1, (8,): 1, (7, 8): 1}
    frame = pd.DataFrame({"case": [1, 1, 1], "time": [1, 2, 3], "activity": [7, None, 8]})
    assert as_dict(mine(frame, support=1, min_length=2)) == {(7, 8): 1}


@pytest.mark.parametrize(("sessions", "engine"), [(10, engines.breadth_first), (300_000, engines.depth_first)])
def test_the_compiled_engine_is_taken_where_it_pays(sessions, engine):
    task = Task(5, 1, 1, 2, "occurrences", "all", 100)
    coded = encode(traces_of([["a", "b"]] * sessions), task)
    assert mining.engine_for("auto", coded) is engine


def test_labels_that_read_the_same_are_one_token():
    traces = Traces(np.array([0, 1], np.int32), np.array([0, 2]), ("same", "same"))
    assert as_dict(mine(traces, support=2, max_length=1)) == {("same",): 2}


@pytest.mark.parametrize("empty", [[], [[]], [[], []], table().head(0)])
@pytest.mark.parametrize("engine", ["auto", "numba", "numpy"])
@pytest.mark.parametrize("max_gap", [1, None])
def test_from_nothing_comes_nothing(empty, engine, max_gap):
    found = mine(empty, support=1, max_gap=max_gap, engine=engine, keep="closed", columns=["sessions", "surprise"])
    assert len(found) == 0
    assert found.records() == ()
    assert list(found.to_frame().columns) == ["tokens", "length", "support", "surprise", "sessions"]


@few
@given(databases, gaps)
def test_sessions_days_and_people_are_those_of_the_occurrences_counted(db, max_gap):
    assume(any(db))
    whose = [number % 2 for number in range(len(db))]
    events = [
        (number, place, letter, f"p{whose[number]}", pd.Timestamp(2025, 1, 1 + (number + place) // 4, tz="UTC"))
        for number, trace in enumerate(db)
        for place, letter in enumerate(trace)
    ]
    frame = pd.DataFrame(events, columns=["case", "place", "activity", "person", "time"])
    found = mine(frame, support=1, max_gap=max_gap, max_length=3, columns=["sessions", "days", "people"])
    for row in found.to_frame().to_dict("records"):
        each = [list(occurrences(row["tokens"], trace, max_gap=max_gap)) for trace in db]
        assert row["sessions"] == sum(map(bool, each))
        assert row["people"] == len({who for who, held in zip(whose, each, strict=True) if held})
        assert row["days"] == len({(n + places[0]) // 4 for n, held in enumerate(each) for places in held})


def test_an_unknown_column_and_one_that_lists_cannot_have_are_refused():
    with pytest.raises(MiningError, match="no such column"):
        mine(["ab"], support=1, columns=["weeks"])
    with pytest.raises(MiningError, match="nothing is known of people"):
        mine(["ab"], support=1, columns=["people"])


def test_a_session_log_is_mined_without_navigation_and_knows_days_and_people():
    log = logs.work("abcdef", 8)
    found = mine(log, support=8, max_gap=20, min_length=6, max_length=6, columns=["sessions", "days", "people"])
    row = found.to_frame().set_index("tokens").loc[[tuple(f"do-{letter}" for letter in "abcdef")]].iloc[0]
    assert row[["support", "sessions", "days", "people"]].tolist() == [8, 8, 4, 2]
    assert not any(token in ("cd", "ls") for pattern in found.records() for token in pattern.tokens)


# ---- what is kept, what is refused


def test_the_most_surprising_are_kept_and_the_rest_is_told():
    # `b` follows `a` always; `x` is everywhere
    db = ["xaxbxxxx", "xxxxaxbx", "xxxaxbxx"] * 3
    every = mine(db, support=5, max_gap=1, min_length=2, max_length=2)
    best = mine(db, support=5, max_gap=1, min_length=2, max_length=2, top=1, columns=["surprise"])
    assert [p.tokens for p in best.records()] == [("a", "b")]
    assert best.found == len(every) > 1
    assert best.columns["surprise"][0] > 0


@each_engine
def test_too_many_patterns_end_the_search_with_numbers_and_a_way_out(engine):
    with pytest.raises(MiningError, match=r"and the limit is 1,000 .*no gap limit.*Set max_gap"):
        mine(random_database(), support=2, max_gap=None, max_length=6, engine=engine, limit=1000)


def test_a_search_that_heads_for_far_too_many_ends_before_the_limit():
    db = random_database()
    with pytest.raises(MiningError) as told:
        mine(db, support=2, max_gap=None, max_length=6, engine="numba", limit=200_000)
    found = int(str(told.value).split(" ")[0].replace(",", ""))
    assert found < 200_000
    assert "about" in str(told.value)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"support": 0}, "support is 0"),
        ({"max_gap": -1}, "max_gap is -1"),
        ({"min_length": 3, "max_length": 2}, "lengths from 3 to 2"),
        ({"min_length": 0}, "lengths from 0"),
        ({"count": "days"}, 'count is "days"'),
        ({"keep": "best"}, 'keep is "best"'),
        ({"engine": "abacus"}, "abacus: no such engine"),
        ({"top": 0}, "top is 0"),
        ({"engine": "prefixspan"}, "prefixspan knows no gap limit"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(wrong, words):
    with pytest.raises(MiningError, match=words):
        mine(["ab"], **wrong)


@given(databases)
def test_the_classic_answer_counts_sessions_without_a_gap_limit(db):
    traces = traces_of(db)
    for tokens, count in prefixspan_baseline(traces, most=5, min_length=2, max_length=3):
        named = [traces.labels[token] for token in tokens]
        assert sum(bool(oracles.embeddings(named, trace, None)) for trace in db) == count


def test_ctrl_c_ends_the_wait_at_once_and_tells_the_compiled_code_to_stop():
    stop, ended = np.zeros(1, dtype=np.bool_), threading.Event()

    def work() -> None:
        _thread.interrupt_main()
        while not stop[0]:
            pass
        ended.set()

    before = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a job in the background may begin with it ignored
    try:
        with pytest.raises(KeyboardInterrupt):
            engines.interruptible(work, stop)
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended.wait(60)


def test_a_search_that_was_told_to_stop_stops():
    coded = encode(traces_of(random_database()), Task(2, None, 1, 9, "occurrences", "all", 10**9))
    found = engines.grow(coded, Task(2, None, 1, 9, "occurrences", "all", 10**9), None, np.ones(1, dtype=np.bool_))
    assert found.share < 1
