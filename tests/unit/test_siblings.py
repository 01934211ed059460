"""Two routines that share most steps are told apart by differences that change together."""

from __future__ import annotations

import random
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import logs
import oracles
from fivetimes.config import MIN_STEPS, USUAL_SHARE, Search
from fivetimes.routines.database import SequenceDatabase
from fivetimes.routines.siblings import (
    adds_to,
    apart,
    beside_others,
    changes,
    holds_nothing_of,
    seam,
    shared_bits,
    two_kinds,
)

BAR = Search().routine_bits
STEPS, WAYS = 8, 3  # of doing each of them: subcommands of one program
signs = st.sampled_from([-1, 0, 1])


def lists_of(number):
    return st.lists(st.tuples(number, st.tuples(number, number, number)), max_size=30)


@given(
    st.one_of(st.tuples(st.just((-1, 0, 1)), lists_of(signs)), st.tuples(st.just((0, 1)), lists_of(st.integers(0, 1))))
)
@settings(max_examples=300, deadline=None)
def test_what_one_difference_says_of_others_is_their_mutual_information(drawn):
    values, made = drawn
    change = np.array([list(steps) for _, steps in made], dtype=np.int64).reshape(-1, 3)
    other = np.array([one for one, _ in made], dtype=np.int64)
    wanted = oracles.shared_bits(change.tolist(), other.tolist(), (len(values) - 1) ** 2) or [0.0] * 3
    assert shared_bits(change, other, values).tolist() == pytest.approx(wanted, abs=1e-9)


occurrence = st.tuples(
    st.sampled_from([0, 1, 3, 6]),
    st.sampled_from([1.0, 2.0, 3.0, 4.0]),
    st.dictionaries(st.integers(0, STEPS - 1), st.integers(0, WAYS - 1), min_size=1),
    st.booleans(),
)


def of(made, elsewhere=()) -> tuple[SimpleNamespace, np.ndarray, np.ndarray]:
    """A database, the table of the occurrences in it, and which are of the second kind; steps may say how each was done.

    `elsewhere` has (doer, step) of what was done besides.
    """
    rows = np.full((len(made), STEPS), -1, dtype=np.int32)
    doer, clock, kind, levels = [], [], [], []
    for number, (who, time, steps, _) in enumerate(made):
        ways = steps if isinstance(steps, dict) else dict.fromkeys(steps, 0)
        for step in sorted(steps):
            rows[number, step] = len(doer)
            doer.append(who)
            clock.append(time)
            kind.append(step)
            form = STEPS * (WAYS + 1) + len(levels)  # what it was done on, and with which options: never the same
            levels.append([form, form, form, STEPS + step * WAYS + ways[step], step])
    for who, step in elsewhere:
        doer.append(who)
        kind.append(step)
    database = SimpleNamespace(
        doer=np.array(doer, dtype=np.int32),
        clock=np.array(clock),
        kind=np.array(kind, dtype=np.int32),
        own=len(doer),
        source=np.arange(len(doer)),
        tokens=STEPS,
        levels=np.array(levels, dtype=np.int32),
    )
    return database, rows, np.array([second for *_, second in made], dtype=bool)


# three doers and two ways that they do it, with some steps besides: two kinds that people leave out are drawn now and then
kinds_of_people = st.lists(
    st.builds(
        lambda who, time, two, extra: (who, time, dict.fromkeys((0, 1, *((2, 3) if two else (4, 5)), *extra), 0), two),
        st.sampled_from([0, 3, 6]),
        st.sampled_from([1.0, 2.0]),
        st.booleans(),
        st.sets(st.integers(0, STEPS - 1), max_size=1),
    ),
    min_size=2,
    max_size=20,
)
besides = st.lists(st.tuples(st.sampled_from([0, 1, 3, 6]), st.integers(0, STEPS - 1)), max_size=20)


@given(st.one_of(st.lists(occurrence, min_size=2, max_size=14), kinds_of_people), besides)
@settings(max_examples=600, deadline=None)
def test_what_tells_two_kinds_apart_is_what_changes_or_is_left_out_together(made, elsewhere):
    database, rows, second = of(made, elsewhere)
    if second.all() or not second.any():
        made[0] = (*made[0][:3], not made[0][3])
        second[0] = not second[0]
    wanted = oracles.apart([one[:3] for one in made], second.tolist(), elsewhere)
    assert apart(database, rows, second) == pytest.approx(wanted, abs=1e-9)


def test_changes_are_from_one_occurrence_to_the_next_of_the_same_doer():
    present = np.array([[True, False], [True, True], [False, True], [False, False]])
    found = changes(present, np.array([1, 2, 1, 2]), np.array([5.0, 1.0, 3.0, 2.0]))
    assert found.tolist() == [[1, -1], [-1, -1]]


COMMON = {0, 1}
RELEASE, HOTFIX = COMMON | {2, 3}, COMMON | {4, 5}


def runs(kinds, doers):
    return [(who, float(time), kind, kind is HOTFIX) for time, (kind, who) in enumerate(zip(kinds, doers, strict=True))]


def test_two_routines_that_one_person_does_in_turn_are_two():
    rng = random.Random(1)
    kinds = [RELEASE, HOTFIX] * 12
    rng.shuffle(kinds)
    database, rows, second = of(runs(kinds, [0] * 24))
    found = two_kinds(database, rows, bar=BAR)
    assert found is not None
    assert (found == second).all() or (found == ~second).all()


# what both do at other times: a step of the one kind and a step of the other
KNOWN = [(3, 2), (3, 2), (0, 4), (0, 4)]


@pytest.mark.parametrize(
    ("first", "other", "doer", "elsewhere", "two"),
    [
        (RELEASE, HOTFIX, 3, KNOWN, True),
        (RELEASE, HOTFIX, 3, KNOWN[1:], False),
        (RELEASE, HOTFIX, 3, [(3, 2), (3, 2), (3, 3), (3, 3)], True),
        (RELEASE, HOTFIX, 3, [(0, 2), (0, 2), (3, 4), (3, 4)], False),
        (COMMON | {2}, COMMON | {4}, 3, KNOWN, False),
        (RELEASE, COMMON, 3, [(3, 2), (3, 2), (3, 3), (3, 3)], False),
        (COMMON | {2, 3, 4, 5}, COMMON, 3, [], False),
        (RELEASE, HOTFIX, 1, [(1, step) for _, step in KNOWN] + KNOWN, False),
    ],
    ids=[
        "each knows a step of the other's",
        "one of the two only once",
        "one knows two of the other's",
        "each does its own steps elsewhere, too",
        "one alternative",
        "optional steps",
        "steps that are done unseen",
        "an agent has ways of its own",
    ],
)
def test_what_two_people_do_is_two_routines_where_they_leave_out_what_they_do_elsewhere(
    first, other, doer, elsewhere, two
):
    made = [(0, float(n), first, False) for n in range(12)] + [(doer, float(n), other, True) for n in range(12)]
    database, rows, second = of(made, elsewhere)
    assert (apart(database, rows, second) > BAR) is two


def test_who_does_both_kinds_holds_nothing_of_what_others_leave_out():
    made = runs([RELEASE] * 12 + [HOTFIX] * 12, [0] * 12 + [3] * 12)
    with_one_who_does_both = [*made, (6, 0.0, RELEASE, False), (6, 1.0, HOTFIX, True)]
    for some in (made, with_one_who_does_both):
        database, rows, second = of(some, KNOWN)
        assert apart(database, rows, second) == pytest.approx(2 * (24 - 0.5 * np.log2(24)))
        assert two_kinds(database, rows, bar=BAR).tolist() in (second.tolist(), (~second).tolist())


def test_an_occurrence_is_that_of_who_did_most_of_it_not_of_who_began_it():
    made = [(0, float(n), RELEASE, False) for n in range(12)] + [(1, float(n), HOTFIX, True) for n in range(12)]
    database, rows, second = of(made, KNOWN)
    begun = rows[second].min(axis=1, where=rows[second] >= 0, initial=len(database.doer))
    database.doer[begun] = 0
    assert apart(database, rows, second) == 0.0  # a person begins what an agent goes on with, in its own ways
    database.doer[:] = np.where(database.doer == 1, 3, database.doer)
    assert apart(database, rows, second) > BAR


def test_a_change_of_habit_is_no_second_routine():
    database, rows, _ = of(runs([RELEASE] * 12 + [HOTFIX] * 12, [0] * 24))
    assert two_kinds(database, rows, bar=BAR) is None


@pytest.mark.parametrize(
    "other",
    [COMMON | {2, 4}, COMMON | {2}, COMMON | {2, 3, 4, 5}],
    ids=["one alternative", "an optional step", "optional steps"],
)
def test_an_alternative_and_optional_steps_make_no_second_routine(other):
    rng = random.Random(2)
    kinds = [RELEASE, other] * 20
    rng.shuffle(kinds)
    made = [(0, float(time), set(kind), kind == other) for time, kind in enumerate(kinds)]
    database, rows, second = of(made)
    assert apart(database, rows, second) <= BAR
    assert two_kinds(database, rows, bar=BAR) is None


def test_a_loop_that_is_gone_through_or_not_makes_no_second_routine():
    """The read and the edit of a try that failed come together; a step that is optional for itself says nothing of them."""
    rng = random.Random(4)
    runs = [COMMON | {2, 3}, COMMON | {2, 3, 4}] * 10 + [COMMON, COMMON | {4}, COMMON | {4}] * 7
    rng.shuffle(runs)
    database, rows, second = of([(0, float(time), steps, 3 in steps) for time, steps in enumerate(runs)])
    assert apart(database, rows, second) == 0.0
    assert two_kinds(database, rows, bar=BAR) is None


def test_another_subcommand_of_one_program_is_a_difference_too():
    """`fastlane bump … fastlane beta`, `fastlane screenshots … fastlane release`: one alternative, and one step done otherwise."""
    rng = random.Random(3)
    kinds = [{0: 0, 1: 0, 2: 0}, {0: 0, 1: 1, 4: 0}] * 12
    rng.shuffle(kinds)
    for ways, two in ((lambda kind: kind, True), (lambda kind: dict.fromkeys(kind, 0), False)):
        database, rows, second = of([(0, float(time), ways(kind), 4 in kind) for time, kind in enumerate(kinds)])
        assert (apart(database, rows, second) > BAR) is two
        assert (two_kinds(database, rows, bar=BAR) is not None) is two


# ---- what only ends like a routine

some_steps = st.sets(st.integers(0, STEPS - 1))
# of the routine nearly all have three steps more: so that what only ends like it is drawn now and then
of_routine = st.lists(some_steps.map({0, 1, 2, 3}.union) | some_steps, min_size=1, max_size=12)
of_others = st.lists(st.just({0, 4}) | some_steps, min_size=1, max_size=12)


@given(of_others, of_routine, st.lists(st.sampled_from([0, 1, 5, 40]), min_size=STEPS, max_size=STEPS))
@settings(max_examples=300, deadline=None)
def test_what_a_routine_adds_and_what_others_say_of_it_is_found_by_counting(others, routine, elsewhere):
    there, its = (np.array([[step in one for step in range(STEPS)] for one in some]) for some in (others, routine))
    assert adds_to(its, there) is oracles.adds_to(routine, others, STEPS)
    assert holds_nothing_of(there, its, np.array(elsewhere)) is oracles.holds_nothing_of(others, routine, elsewhere)


# everybody commits and pushes (0, 1), elsewhere, too; two routines end so, each by people of its own
SEQUENCING, BRANCH, PLAIN = {0, 1, 2, 3, 4}, {0, 1, 5, 6, 7}, {0, 1}


def everywhere(of_own: int = 0) -> np.ndarray:
    """How often each step is done elsewhere: commits and pushes 300 times."""
    return np.array([300, 300, *[of_own] * (STEPS - 2)])


def ending_alike(*routines: tuple[int, set[int], int]):
    """A table of occurrences of (doer, steps, times), one after the other, and which routine each is of."""
    made = [(who, steps, of) for of, (who, steps, times) in enumerate(routines) for _ in range(times)]
    database, rows, _ = of([(who, float(at), steps, False) for at, (who, steps, _) in enumerate(made)])
    return database, rows, np.array([of for *_, of in made])


def test_a_routine_is_another_one_than_what_only_ends_like_it():
    database, rows, routine = ending_alike((0, SEQUENCING, 12), (3, PLAIN, 12))
    assert two_kinds(database, rows, bar=BAR) is None
    found = beside_others(database, rows, everywhere, bar=BAR)
    assert found is not None
    assert (found == (routine == 0)).all()
    bits = 2 * (24 - 0.5 * np.log2(24))  # of three steps, but for the best
    assert beside_others(database, rows, everywhere, bar=bits + 0.1) is None


@pytest.mark.parametrize(("times", "divided"), [(0, False), (3, False), (300, True)])
def test_what_somebody_does_unseen_is_no_other_routine_where_what_is_seen_is_the_routine_s_own(times, divided):
    database, rows, _ = ending_alike((0, SEQUENCING | {5, 6}, 12), (3, {0, 1, 5, 6}, 12))
    found = beside_others(database, rows, lambda: everywhere(of_own=times), bar=BAR)
    assert (found is not None) is divided


def test_one_of_several_routines_that_end_alike_is_held_against_each_of_the_others():
    """Beside the first one no step that it lacks is usual: the rest is of several, and most of it only commits and pushes."""
    done = [(0, SEQUENCING)] * 12 + [(3, BRANCH)] * 12 + [(9, PLAIN)] * 30
    made = [(who, float(at), steps, steps is SEQUENCING) for at, (who, steps) in enumerate(done)]
    database, rows, first = of(
        made, [(3, 2), (3, 2), (3, 3), (3, 3)]
    )  # who does the second knows two steps of the first
    assert apart(database, rows, first) == 0.0
    found = two_kinds(database, rows, bar=BAR)
    assert found is not None
    assert np.unique(found[:12]).tolist() != np.unique(found[12:24]).tolist()


def lying_in(made: list[dict[int, int]], steps: int) -> tuple[SequenceDatabase, np.ndarray]:
    """A database of one row per step done, and the table of the occurrences, each {step: piece of work}."""
    rows = np.full((len(made), steps), -1, dtype=np.int32)
    block: list[int] = []
    for number, one in enumerate(made):
        for step, piece in one.items():
            rows[number, step] = len(block)
            block.append(piece)
    return logs.stretches(block), rows


pieces_of_steps = st.integers(5, 8).flatmap(
    lambda steps: st.tuples(
        st.permutations(range(steps)),
        st.lists(
            st.one_of(
                st.dictionaries(st.integers(0, steps - 1), st.integers(0, 2), min_size=1),
                st.integers(0, steps).map(lambda cut: {step: int(step >= cut) for step in range(steps)}),
            ),
            min_size=1,
            max_size=9,
        ),
    )
)


@given(pieces_of_steps)
@settings(max_examples=300, deadline=None)
def test_a_seam_is_where_most_runs_in_several_pieces_change_them(drawn):
    order, made = drawn
    made = [{order[step]: piece for step, piece in one.items()} for one in made]
    database, rows = lying_in(made, len(order))
    found = seam(database, rows)
    wanted = oracles.seam(made, len(order), USUAL_SHARE, MIN_STEPS)
    assert (None if found is None else set(np.flatnonzero(found).tolist())) == wanted


@pytest.mark.parametrize(
    ("cuts", "before"),
    [
        ([3] * 8, 3),
        ([3] * 6 + [7] * 2, 3),
        ([3] * 4 + [7] * 4, None),
        ([1, 2, 3, 4, 5, 6, 3, 4], None),
        ([2] * 8, None),
    ],
    ids=["always at one place", "mostly", "in half of all runs", "anywhere", "too near to the end for a routine"],
)
def test_two_routines_on_one_thing_show_a_seam_and_a_run_that_is_handed_over_anywhere_none(cuts, before):
    made = [{step: 2 * number + (step >= cut) for step in range(7)} for number, cut in enumerate(cuts)]
    database, rows = lying_in(made, 7)
    found = seam(database, rows)
    assert (None if found is None else np.flatnonzero(found).tolist()) == (before and list(range(before, 7)))


def test_a_seam_is_there_in_whatever_order_the_two_sides_are_done():
    made = [{step: 2 * number + ((step >= 4) != (number % 2)) for step in range(7)} for number in range(8)]
    database, rows = lying_in(made, 7)
    found = seam(database, rows)
    assert found is not None
    assert np.flatnonzero(found).tolist() == [0, 1, 2, 3]
