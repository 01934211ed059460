"""A routine saves a good part of what its occurrences say, against the mode of work, and its order follows."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import logs
import oracles
from fivetimes.config import Search
from fivetimes.routines.database import SequenceDatabase, open_database
from fivetimes.routines.matching import Occurrences
from fivetimes.routines.objective import (
    AWAY,
    ORDERED,
    OWN_SHARE,
    SOON,
    WINDOW,
    in_order,
    known_order,
    on_the_way,
    order_bits,
    order_share,
    own_shares,
    own_shares_behind,
    own_shares_by_values,
    rates_around,
    saved_by_each,
    saved_by_the_rest,
    times_elsewhere,
)
from fivetimes.routines.pattern import estimate

SEARCH = Search()
occurrences = st.integers(1, 5).flatmap(
    lambda steps: st.tuples(
        st.just(steps),
        st.lists(st.lists(st.integers(0, steps - 1), min_size=1, max_size=steps, unique=True), min_size=1, max_size=8),
    )
)


def table(made: list[list[int]], steps: int) -> np.ndarray:
    """The steps of each occurrence, in order, as rows that rise."""
    rows = np.full((len(made), steps), -1, dtype=np.int32)
    for number, one in enumerate(made):
        for place, step in enumerate(one):
            rows[number, step] = 100 * number + 3 * place
    return rows


@given(occurrences)
@settings(max_examples=300, deadline=None)
def test_the_share_of_order_is_what_the_order_of_the_others_saves(drawn):
    steps, made = drawn
    assert order_share(table(made, steps)).tolist() == pytest.approx(oracles.order_share(made), abs=1e-9)
    assert order_bits(table(made, steps)) == pytest.approx(oracles.order_bits(made), abs=1e-9)


def test_order_is_all_where_each_does_the_same_and_nothing_where_none_does():
    rng = np.random.default_rng(2)
    same = order_share(table([[0, 1, 2, 3]] * 60, 4))
    anyhow = order_share(table([rng.permutation(4).tolist() for _ in range(60)], 4))
    assert same.min() > 0.9
    assert abs(np.median(anyhow)) < 0.1


@pytest.mark.parametrize(("steps", "count"), [(3, 20), (3, 100), (4, 100), (6, 100)])
def test_steps_in_any_order_say_no_more_bits_by_it_than_chance_may(steps, count):
    """By Kraft's inequality one draw in a thousand may."""
    rng = np.random.default_rng(1)
    said = [order_bits(table([rng.permutation(steps).tolist() for _ in range(count)], steps)) for _ in range(200)]
    assert max(said) <= SEARCH.routine_bits


def test_the_first_occurrence_says_nothing_and_each_later_one_more_of_the_same_order():
    said = [order_bits(table([[0, 1, 2, 3]] * count, 4)) for count in range(1, 8)]
    assert said[0] == 0
    gained = np.diff(said)
    assert (np.diff(gained) > 0).all()
    assert gained[-1] < np.log2(24)  # what the choice of one of all orders says


in_pieces = st.integers(3, 5).flatmap(
    lambda steps: st.tuples(
        st.just(steps),
        st.lists(
            st.tuples(
                st.one_of(
                    st.just(list(range(steps))),
                    st.lists(st.integers(0, steps - 1), min_size=1, max_size=steps, unique=True),
                ),
                st.integers(0, steps),
            ),
            min_size=1,
            max_size=9,
        ),
    )
)


@given(in_pieces)
@settings(max_examples=300, deadline=None)
def test_what_was_joined_over_pieces_stays_where_it_does_not_run_against_the_order_of_single_pieces(drawn):
    """Each occurrence goes on in another piece after some of its steps, or after the last one: then it lies in one."""
    steps, made = drawn
    orders = [one for one, _ in made]
    rows = table(orders, steps)
    block = np.zeros(rows.max() + 1, dtype=np.int32)
    pieces = []
    for number, (one, cut) in enumerate(made):
        of = [2 * number + (place >= cut) for place in range(len(one))]
        block[[rows[number, step] for step in one]] = of
        pieces.append(set(of))
    database = logs.stretches(block)
    found = in_order(database, Occurrences(rows, np.zeros((0, 3), dtype=np.int32), np.arange(float(len(rows))), 7))
    assert found.score.tolist() == oracles.in_order(orders, pieces, ORDERED)
    assert found.broken == 7


@given(occurrences)
def test_the_share_of_order_does_not_depend_on_what_comes_between_the_steps(drawn):
    steps, made = drawn
    rows = table(made, steps)
    assert order_share(np.where(rows >= 0, rows * 7, -1)).tolist() == order_share(rows).tolist()


def pairs_in(letters: list[str], data: st.DataObject) -> tuple[SequenceDatabase, np.ndarray]:
    """What some people did, and occurrences of two rows each drawn from it."""
    sessions = logs.sessions_of(*(logs.batch(some, person=f"p{n}") for n, some in enumerate(letters)))
    database = open_database(sessions, silence=SEARCH.max_pause)
    chosen = data.draw(st.lists(st.integers(0, database.own - 1), min_size=2, max_size=12, unique=True).map(sorted))
    return database, np.array(list(pairwise(chosen))[::2], dtype=np.int32)


letters_of_people = st.lists(st.text("abcdm", min_size=2, max_size=120), min_size=1, max_size=3)


@given(letters_of_people, st.data())
@settings(max_examples=100, deadline=None)
def test_rates_around_occurrences_are_those_of_counting(letters, data):
    database, rows = pairs_in(letters, data)
    found = Occurrences(rows, np.zeros((0, 3), dtype=np.int32), np.ones(len(rows)), 0)
    tokens = np.unique(database.levels[rows[:, 0], 0])[:2]
    around = rates_around(database, tokens, found)
    slow = [(int(p), set(held)) for p, held in zip(database.person, database.levels.tolist(), strict=True)]
    wanted = oracles.rates_around(slow[: database.own], set(rows.ravel().tolist()), tokens.tolist(), AWAY, WINDOW)
    assert around.tolist() == pytest.approx(wanted)
    profile = estimate(database, np.resize(tokens, 2).astype(np.int32), rows)
    everywhere = [float(database.rate[t]) for t in profile.tokens]
    slowly = oracles.rates_around(
        slow[: database.own], set(rows.ravel().tolist()), profile.tokens.tolist(), AWAY, WINDOW
    )
    once = len(rows) - 9.0  # that nine bits are left
    by_hand = oracles.saved_by_each([1.0] * len(rows), once, [len(rows)] * 2, everywhere, slowly)
    assert saved_by_each(database, profile, found, 9.0) == pytest.approx(by_hand)


@given(st.integers(1, 40), st.data())
def test_what_the_rest_saves_is_what_its_code_by_usage_loses(count, data):
    steps = data.draw(st.lists(st.tuples(st.integers(1, count), st.integers(0, 400)), min_size=1, max_size=6))
    inside, elsewhere = np.array(steps).T
    saved = saved_by_the_rest(inside / count, inside / (inside + elsewhere))
    assert saved == pytest.approx(oracles.saved_by_the_rest(count, inside.tolist(), elsewhere.tolist()), abs=0.01)


@given(letters_of_people, st.data())
@settings(max_examples=100, deadline=None)
def test_the_share_of_a_step_that_lies_in_the_routine_is_that_of_counting(letters, data):
    database, rows = pairs_in(letters, data)
    left = [row for row in range(database.own) if row not in rows]
    repeats = data.draw(st.lists(st.sampled_from(left), max_size=3, unique=True)) if left else []
    again = np.array([(0, at % 2, row) for at, row in enumerate(repeats)], dtype=np.int32).reshape(-1, 3)
    found = Occurrences(rows, again, np.ones(len(rows)), 0)
    tokens = np.array([database.levels[rows[0, step], 0] for step in (0, 1)], dtype=np.int32)
    slow = [(int(d), set(held)) for d, held in zip(database.doer, database.levels.tolist(), strict=True)]
    done = [(step, int(row)) for line in rows for step, row in enumerate(line)] + [(s, r) for _, s, r in again.tolist()]
    wanted = oracles.own_shares(slow[: database.own], done, tokens.tolist(), AWAY + WINDOW)
    assert own_shares(database, tokens, found).tolist() == pytest.approx(wanted)
    inside = [row for _, row in done]
    besides = oracles.times_elsewhere(slow[: database.own], inside, tokens.tolist(), AWAY + WINDOW)
    assert times_elsewhere(database, tokens, found).tolist() == besides


def test_a_step_is_the_routine_s_own_by_what_its_doers_do_while_they_do_it():
    """`ab` ten times amid other work; bo does `b` all the time, and so does ana years before."""
    amid = "ab" + "mnopqrstuv" * 3
    sessions = logs.sessions_of(logs.batch("b" * 40 + "mnopqrstuv" * 9 + amid * 10), logs.batch("b" * 50, person="bo"))
    database = open_database(sessions, silence=SEARCH.max_pause)
    token = {label: number for number, label in enumerate(sessions.actions.labels)}
    tokens = np.array([token["do-a"], token["do-b"]], dtype=np.int32)
    first = database.where[slice(*database.start[[tokens[0], tokens[0] + 1]])]
    rows = np.stack([first, first + 1], axis=1)
    found = Occurrences(rows, np.zeros((0, 3), dtype=np.int32), np.ones(len(rows)), 0)
    assert own_shares(database, tokens, found).tolist() == [1.0, 1.0]
    half = Occurrences(rows[::2], np.zeros((0, 3), dtype=np.int32), np.ones(5), 0)
    assert own_shares(database, tokens, half)[1] == pytest.approx(5 / 10)


@given(letters_of_people, st.data())
@settings(max_examples=150, deadline=None)
def test_the_share_that_is_done_on_one_thing_in_the_routine_is_that_of_counting(letters, data):
    database, rows = pairs_in(letters, data)
    things = data.draw(st.lists(st.sets(st.integers(0, 6), max_size=2), min_size=database.own, max_size=database.own))
    start = np.cumsum([0, *map(len, things)]).astype(np.int32)
    values = np.array([value for held in things for value in sorted(held)], dtype=np.int32)
    database = replace(database, value_start=start, values=values, tied={})
    found = Occurrences(rows, np.zeros((0, 3), dtype=np.int32), np.ones(len(rows)), 0)
    tokens = np.array([database.levels[rows[0, step], 0] for step in (0, 1)], dtype=np.int32)
    slow = [
        (int(doer), int(kind), set(held), values)
        for doer, kind, held, values in zip(database.doer, database.kind, database.levels.tolist(), things, strict=True)
    ]
    done = [(number, step, int(row)) for number, line in enumerate(rows) for step, row in enumerate(line)]
    wanted = oracles.own_shares_by_values(slow, done, tokens.tolist(), reach=AWAY + WINDOW, near=AWAY, least=OWN_SHARE)
    assert own_shares_by_values(database, tokens, found).tolist() == pytest.approx(wanted)


@given(letters_of_people, st.data())
@settings(max_examples=200, deadline=None)
def test_the_share_that_is_done_behind_another_step_in_the_routine_is_that_of_counting(letters, data):
    database, rows = pairs_in(letters, data)
    if data.draw(st.booleans()):
        rows = np.ascontiguousarray(rows[:, ::-1])
    found = Occurrences(rows, np.zeros((0, 3), dtype=np.int32), np.ones(len(rows)), 0)
    tokens = np.array([database.levels[rows[0, step], 0] for step in (0, 1)], dtype=np.int32)
    own = np.array(data.draw(st.sampled_from([[False, False]] * 3 + [[True, False]])))
    event = np.array(data.draw(st.lists(st.integers(0, 3), min_size=database.own, max_size=database.own)))
    commit = np.isin(event, data.draw(st.lists(st.integers(0, 3))))
    database = replace(database, committed=commit, event=event.astype(np.int32))
    slow = [
        (int(person), int(doer), (int(kind), int(of) if held else None), set(tokens))
        for person, doer, kind, of, held, tokens in zip(
            database.person, database.doer, database.kind, event, commit, database.levels.tolist(), strict=True
        )
    ]
    done = [(number, step, int(row)) for number, line in enumerate(rows) for step, row in enumerate(line)]
    asked = set(np.flatnonzero(~own).tolist())
    wanted = oracles.own_shares_behind(slow, done, tokens.tolist(), asked, reach=AWAY + WINDOW, near=SOON)
    shares = own_shares_behind(database, estimate(database, tokens, rows), found, own)
    assert shares.tolist() == pytest.approx(wanted)


def test_what_is_done_everywhere_is_the_routine_s_own_behind_another_step():
    """`abc` ten times, each of its steps as often by itself, and `ab` five times more."""
    work = "mnopqrstuv"
    alone = work.join(["", "c", "b", "a", ""])
    amid = "".join("abc" + alone + "ab" * (time % 2) + work for time in range(10))
    sessions = logs.sessions_of(logs.batch(work + amid))
    database = open_database(sessions, silence=SEARCH.max_pause)
    token = {label: number for number, label in enumerate(sessions.actions.labels)}
    tokens = np.array([token[f"do-{letter}"] for letter in "abc"], dtype=np.int32)
    third = database.where[slice(*database.start[[tokens[2], tokens[2] + 1]])][::2]
    rows = np.stack([third - 2, third - 1, third], axis=1)
    found = Occurrences(rows, np.zeros((0, 3), dtype=np.int32), np.ones(10), 0)
    profile = estimate(database, tokens, rows)
    of_steps = np.zeros(3, dtype=np.bool_)
    assert own_shares(database, tokens, found) == pytest.approx([10 / 25, 10 / 25, 10 / 20])
    assert own_shares_behind(database, profile, found, of_steps) == pytest.approx([0.0, 10 / 15, 1.0])
    of_steps[1] = True  # what comes behind a step of its own is in the routine anyway
    assert own_shares_behind(database, profile, found, of_steps) == pytest.approx([0.0, 0.0, 1.0])


@pytest.mark.parametrize(("held", "elsewhere", "way"), [(3, 9, True), (3, 2, False), (8, 40, False)])
def test_an_optional_step_that_is_mostly_done_elsewhere_is_done_on_the_way(held, elsewhere, way):
    """`ab` ten times, `c` behind some of them, and by itself."""
    work = "mnopqrstuvwxyz" * 3
    alone = ["c" * (elsewhere * (time + 1) // 10 - elsewhere * time // 10) for time in range(10)]
    amid = ["ab" + "c" * (time < held) + work + alone[time] + work for time in range(10)]
    sessions = logs.sessions_of(logs.batch(work * 2 + "".join(amid)))
    database = open_database(sessions, silence=SEARCH.max_pause)
    token = {label: number for number, label in enumerate(sessions.actions.labels)}
    tokens = np.array([token[f"do-{letter}"] for letter in "abc"], dtype=np.int32)
    first = database.where[slice(*database.start[[tokens[0], tokens[0] + 1]])]
    rows = np.stack([first, first + 1, np.where(np.arange(10) < held, first + 2, -1)], axis=1)
    found = Occurrences(rows, np.zeros((0, 3), dtype=np.int32), np.ones(10), 0)
    profile = estimate(database, tokens, rows)
    assert not on_the_way(database, profile, found).any()  # a log holds no everyday work
    database.generic[:] = False
    assert on_the_way(database, profile, found).tolist() == [False, False, way]


def _bcefg(*, alone):
    """`bcefg` ten times, in everyday work, `alone` three times by itself behind each: the database, the tokens, the rows."""
    work = "mnopqrstuvwxyz"
    sessions = logs.sessions_of(logs.batch(work * 9 + ("bcefg" + work + (alone + work) * 3) * 10))
    database = open_database(sessions, silence=SEARCH.max_pause)
    database.generic[:] = False
    token = {label: number for number, label in enumerate(sessions.actions.labels)}
    tokens = np.array([token[f"do-{letter}"] for letter in "bcefg"], dtype=np.int32)
    rows = database.where[slice(*database.start[[tokens[2], tokens[2] + 1]])][:, None] + np.arange(-2, 3)
    return database, tokens, rows


@pytest.mark.parametrize(
    ("committed", "together", "way"),
    [
        ("bcefg", "efg", [True, True, False, False, False]),  # the work that was released, in a commit of its own
        ("bcefg", "bcefg", [False] * 5),  # one commit
        ("", "efg", [False] * 5),  # no commits
        ("bc", "efg", [False] * 5),  # the routine's own steps are in no commit
    ],
)
def test_a_commit_that_holds_no_step_of_its_own_is_the_work_before_the_routine(committed, together, way):
    """`bcefg` ten times: `bc` also by themselves, many times, `efg` never."""
    database, tokens, rows = _bcefg(alone="bc")
    for step, letter in enumerate("bcefg"):
        database.committed[rows[:, step]] = letter in committed
        if letter in together:
            database.event[rows[:, step]] = database.event[rows[:, 2]]
    found = Occurrences(rows.astype(np.int32), np.zeros((0, 3), dtype=np.int32), np.ones(10), 0)
    assert on_the_way(database, estimate(database, tokens, found.rows), found).tolist() == way


@pytest.mark.parametrize(
    ("commits", "together", "way"),
    [
        ("e", "bce", [False, False, False, True, True]),  # what a release edits, whose commit is no step
        ("eg", "bce", [False] * 5),  # with its commit it is a part
        ("", "bce", [False] * 5),  # no step is a commit, so none is missing
        ("e", "bcefg", [False] * 5),  # one commit
    ],
)
def test_what_another_commit_edits_is_of_the_routine_only_with_that_commit(commits, together, way):
    """`bcefg` ten times, all of it in commits: one of `together`, one of the others; no step is ever done elsewhere."""
    database, tokens, rows = _bcefg(alone="")
    database.committed[rows] = True
    for step, letter in enumerate("bcefg"):
        database.commits[rows[:, step]] = letter in commits
        database.event[rows[:, step]] = database.event[rows[:, 0 if letter in together else 4]]
    found = Occurrences(rows.astype(np.int32), np.zeros((0, 3), dtype=np.int32), np.ones(10), 0)
    assert on_the_way(database, estimate(database, tokens, found.rows), found).tolist() == way


@pytest.mark.parametrize(
    ("commits", "way"),
    [
        ("cg", [True, True, False, False, False]),  # `c` is a commit as any other, `g` the routine's own
        ("c", [False] * 5),  # no commit is its own, so what it edits decides, and `b` is
    ],
)
def test_what_is_edited_for_a_commit_as_any_other_is_not_of_the_routine(commits, way):
    """`bc` and `efg`, two commits, ten times; `c` also by itself, many times."""
    database, tokens, rows = _bcefg(alone="c")
    database.committed[rows[:, :2]] = True
    database.committed[rows[:, 2:]] = "g" in commits
    for step, letter in enumerate("bcefg"):
        database.commits[rows[:, step]] = letter in commits
        database.event[rows[:, step]] = database.event[rows[:, 0 if letter in "bc" else 4]]
    found = Occurrences(rows.astype(np.int32), np.zeros((0, 3), dtype=np.int32), np.ones(10), 0)
    assert on_the_way(database, estimate(database, tokens, found.rows), found).tolist() == way


def test_what_is_common_around_is_worth_less_than_what_is_rare_there():
    """`ab` amid `a` and `b`, and as often amid other work: in the first mode it stands together for no other reason."""
    busy, quiet = "abmab" * 12, "mnopqrstuvwx" * 6
    sessions = logs.sessions_of(logs.batch(quiet * 2 + busy + quiet), logs.batch(quiet + "ab" + quiet * 3, person="bo"))
    database = open_database(sessions, silence=SEARCH.max_pause)
    token = {label: number for number, label in enumerate(sessions.actions.labels)}
    tokens = np.array([token["do-a"], token["do-b"]], dtype=np.int32)
    rows = database.where[slice(*database.start[[tokens[0], tokens[0] + 1]])]
    amid, alone = (
        rates_around(
            database, tokens, Occurrences(np.stack([some, some + 1], axis=1), np.zeros((0, 3), dtype=np.int32), some, 0)
        )
        for some in (rows[10:11], rows[-1:])
    )
    assert (amid > 1.5 * database.rate[tokens]).all()
    assert (alone == database.rate[tokens]).all()


@given(
    st.lists(st.lists(st.sampled_from(["recorded", "guessed", None]), min_size=4, max_size=4), min_size=1, max_size=6)
)
@settings(max_examples=200, deadline=None)
def test_of_lines_placed_by_guess_among_records_the_fewer_say_nothing_of_the_order(drawn):
    flat = [kind for line in drawn for kind in line]
    database = cast(SequenceDatabase, SimpleNamespace(guessed=np.array([kind == "guessed" for kind in flat])))
    rows = np.array([-1 if kind is None else at for at, kind in enumerate(flat)], dtype=np.int32).reshape(-1, 4)
    known = known_order(database, rows)
    for line, kinds, kept in zip(rows.tolist(), drawn, known.tolist(), strict=True):
        mostly = "guessed" if kinds.count("guessed") > kinds.count("recorded") else "recorded"
        assert kept == [row if kind == mostly else -1 for row, kind in zip(line, kinds, strict=True)]
