"""What people do on one thing, over pauses and people, is one case where rare values tie it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import logs
import oracles
from fivetimes.config import Search
from fivetimes.model.events import TimeSource
from fivetimes.routines import cases as module
from fivetimes.routines.cases import LONGEST_PAUSE, MOST_TIME, Work, cases
from fivetimes.routines.database import SequenceDatabase, open_database

DAY, NEAR = 86400.0, 1800.0
SEARCH = Search()

# (whether a block begins, hours since the row before it, whether its time is known, values, token, the log's own case)
row = st.tuples(
    st.sampled_from([False, False, True]),
    st.sampled_from([0, 0, 0.1, 1, 30, 160, 180]),
    st.sampled_from([True] * 9 + [False]),
    st.frozensets(st.integers(0, 5), max_size=2),
    st.integers(0, 2),
    st.sampled_from([-1, -1, 0, 1]),
)


def laid_out(made) -> list[oracles.CaseRow]:
    """Rows in blocks; each block begins anew at the beginning of time, as those of several people do."""
    rows, block, time = [], 0, 0.0
    for begins, hours, timed, values, token, group in made:
        block, time = block + begins, (0.0 if begins else time) + 3600.0 * hours
        rows.append(oracles.CaseRow(block, time, timed, values, token, block // 2, group))
    return rows


@settings(max_examples=400, deadline=None)
@given(st.lists(row, max_size=30), st.sampled_from([2, 3, 6, 40]))
def test_cases_are_what_their_definition_gives(made, most):
    rows = laid_out(made)
    whole = {
        name: np.array([getattr(r, name) for r in rows], dtype=np.int32)
        for name in ("person", "block", "token", "group")
    }
    work = Work(
        clock=np.array([r.time for r in rows], dtype=float),
        timed=np.array([r.timed for r in rows], dtype=bool),
        value_start=np.cumsum([0, *(len(r.values) for r in rows)]).astype(np.int32),
        values=np.array([value for r in rows for value in sorted(r.values)], dtype=np.int32),
        **whole,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_ROWS", most)
        found = cases(work, near=NEAR)
    wanted = oracles.cases(rows, NEAR, longest=LONGEST_PAUSE, most=most, context=6, part=MOST_TIME)
    assert [(case.rows.tolist(), case.held.tolist()) for case in found] == wanted


def case_lines(lines) -> SequenceDatabase:
    """The database of (person, day, command) lines, a minute apart on each day."""
    return open_database(log_of(lines), silence=SEARCH.max_pause)


def log_of(lines):
    """The sessions of (person, day, command) lines."""
    batches = []
    for person in dict.fromkeys(person for person, _, _ in lines):
        mine = [(logs.START + DAY * day + 60 * n, line) for n, (who, day, line) in enumerate(lines) if who == person]
        times, commands = [time for time, _ in mine], [line for _, line in mine]
        batches.append(logs.shell(commands, person=person, times=times))
    return logs.sessions_of(*batches)


def test_a_history_that_keeps_no_times_moves_the_clock_of_nobody_else():
    lines = [("bo", 0, "git switch fix/pay-7"), ("cy", 3, "git merge fix/pay-7")]
    alone = case_lines(lines)
    slow = [("ana", day, f"make part{day}") for day in (0, 40, 80)]
    sessions = log_of([*slow, *lines])
    events = sessions.actions.events.columns
    events["time_source"][events["person"] == 0] = TimeSource.BOUNDED
    database = open_database(sessions, silence=SEARCH.max_pause)
    assert database.clock[:5].tolist() == sessions.actions.clock.tolist()
    assert np.diff(database.known_pauses[:3]).tolist() == [0, 0]
    assert in_cases(database) == in_cases(alone) == 2
    events["time_source"][events["person"] == 1] = TimeSource.BOUNDED
    assert not in_cases(open_database(sessions, silence=SEARCH.max_pause))  # a guessed time ties nothing


def in_cases(database: SequenceDatabase) -> int:
    return len(database.rows) - database.own


@pytest.mark.parametrize(("day", "tied"), [(0, True), (6, True), (8, False)])
def test_a_value_ties_two_people_over_a_week_and_no_more(day, tied):
    database = case_lines([("ana", 0, "git switch fix/pay-7"), ("bo", day, "git merge fix/pay-7")])
    assert bool(in_cases(database)) is tied


def test_one_command_again_and_again_is_no_case():
    assert not in_cases(
        case_lines([(who, day, "kubectl get deploy/pay-7") for day in range(3) for who in ("ana", "bo")])
    )


BUILT = ("docker build -t {}-7 .", "docker push {}-7", "docker pull {}-7")


def visits(every: int, times: int, commands=BUILT, who=("ana", "ana"), later: int = 1) -> list[tuple[str, int, str]]:
    """The same commands about each of ten things, the last some days later, maybe by somebody else, every so many days."""
    return [
        (who[last], day + last * later, command.format(name))
        for day in range(0, times * every, every)
        for name in ("ant", "bee", "cat", "dog", "elk", "fox", "gnu", "hen", "ibis", "jay")
        for last, command in zip([0] * (len(commands) - 1) + [1], commands, strict=True)
    ]


def test_a_value_that_is_worked_on_all_year_ties_nothing():
    assert not in_cases(case_lines(visits(5, times=30)))
    assert in_cases(case_lines(visits(5, times=1)))


def test_a_value_that_comes_again_ties_what_is_done_each_time():
    database = case_lines(visits(14, times=4, who=("ana", "bo")))
    held = np.flatnonzero(database.copy >= 0)
    assert held.tolist() == list(range(database.own))
    _, count = np.unique(database.block[database.copy[held]], return_counts=True)
    assert count.tolist() == [3] * 40


def test_a_value_that_comes_again_with_one_person_alone_ties_nothing():
    assert not in_cases(case_lines(visits(14, times=4)))
    known = [("bo", 200, f"docker images {name}-7") for name in ("ant", "bee", "cat", "dog", "elk", "fox")]
    assert in_cases(case_lines([*visits(14, times=4), *known]))


@pytest.mark.parametrize("who", [("ana", "bo"), ("bo", "ana")])
@pytest.mark.parametrize(("later", "tied"), [(1, True), (2, True), (4, False)])
def test_a_value_that_comes_again_is_left_alone_most_of_the_time(who, later, tied):
    assert bool(in_cases(case_lines(visits(14, times=4, who=who, later=later)))) is tied


def test_a_value_that_comes_again_ties_what_one_person_does_while_others_are_at_work_on_it(monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 12)
    own = visits(14, times=4, commands=BUILT[:2])
    # never a week between two rows, so those of all people are one piece, of 16 rows
    between = [visits(14, times=4, commands=BUILT[2:], who=("bo", "bo"), later=day) for day in (5, 10)]
    database = case_lines([*own, *sorted(between[0] + between[1], key=lambda line: line[1])])
    held = np.flatnonzero(database.copy >= 0)
    assert set(database.person[held].tolist()) == {0}
    assert len(held) == len(own)


def test_to_go_on_at_another_place_of_a_case_costs_as_many_bits_as_say_at_which_of_its_rows():
    lines = [("ana", 0, "git switch fix/pay-7"), ("ana", 0, "make"), ("ana", 0, "git push fix/pay-7")]
    lines += [("bo", 1, "git fetch fix/pay-7"), ("bo", 1, "make"), ("bo", 1, "git merge fix/pay-7")]
    database = case_lines(lines)
    assert in_cases(database) == 6
    assert database.going_on[database.own :].tolist() == [2.0] * 6  # one of four rows that hold the branch


def test_of_the_cases_of_a_row_the_first_is_that_of_a_value_that_comes_up_once():
    lines = [
        line
        for n in range(3)
        for line in (("ana", 30 * n, f"git switch fix/pay-{n}"), ("bo", 30 * n + 1, f"git merge fix/pay-{n} -m acme"))
    ]
    lines += [("bo", 30 * n + 2, f"{command} acme") for n in range(3) for command in ("mail", "lpr")]
    lines.append(("ana", 500, "lpr acme"))  # others know it, too
    database = case_lines(lines)
    _, count = np.unique(database.block[database.own :], return_counts=True)
    assert count.tolist() == [2] * 3 + [3] * 3
    alone = np.flatnonzero(database.copy[: database.own] < database.own)
    assert database.person[alone].tolist() == [0]  # long after
    merged = [row for row in range(database.own) if 0 <= database.copy[row] < database.own + 6]
    assert len(merged) == 6
    assert sum(database.person[row] for row in merged) == 3


def test_a_copy_is_claimed_with_its_row_and_counts_for_no_rate():
    lines = [
        ("ana", 0, "git switch fix/pay-7"),
        ("ana", 0, "make"),
        ("bo", 1, "git merge fix/pay-7"),
        ("bo", 1, "make"),
    ]
    database = case_lines(lines)
    assert database.own == 4
    assert in_cases(database) == 4  # the rows around those that hold the value
    copies = np.arange(4, 8)
    assert sorted(database.source[copies].tolist()) == [0, 1, 2, 3]
    assert (database.clock[copies] == np.sort(database.clock[:4])).all()
    assert (database.rate <= 1).all()
    held = np.flatnonzero(database.copy >= 0)
    assert (database.source[database.copy[held]] == held).all()
    assert [len(database.values[slice(*database.value_start[[r, r + 1]])]) > 0 for r in range(4)] == [True, False] * 2
    assert held.tolist() == [0, 2]
    database.claim(np.array([2], dtype=np.int32))
    assert sorted(database.source[database.free].tolist()) == [0, 0, 1, 1, 3, 3]
    assert database.source[database.held_arrays().free].tolist() == [0]
    assert len(database.own_free) == 3


def test_an_occurrence_stands_in_its_case_where_all_its_rows_hold_its_value():
    lines = [("ana", 0, "git switch fix/pay-7"), ("ana", 0, "make"), ("bo", 1, "git merge fix/pay-7")]
    database = case_lines(lines)
    matched = np.array([[0, 2], [0, 1], [0, -1]], dtype=np.int32)
    inside = database.in_case(matched)
    assert database.source[inside[0]].tolist() == [0, 2]
    assert (inside[0] >= database.own).all()
    assert inside[1].tolist() == [0, 1]  # `make` holds no value
    assert inside[2].tolist() == [database.copy[0], -1]


def test_some_rows_of_a_database_keep_the_places_of_their_copies():
    database = case_lines([("ana", 0, "git switch fix/pay-7"), ("ana", 0, "make"), ("bo", 1, "git merge fix/pay-7")])
    keep = np.flatnonzero(database.source != 1)
    part = database.take(keep)
    assert (part.own, len(part.rows)) == (2, len(keep))
    assert part.rows.tolist() == database.rows[keep].tolist()
    assert part.source.tolist() == [0, 1, 0, 1]
    assert part.copy[:2].tolist() == [2, 3]
