"""Where one piece of work ends."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import logs
import oracles
from fivetimes.model import Kind, RawBatch


def test_a_pause_longer_than_idle_starts_a_new_session():
    assert logs.sessions_of(logs.batch("ab_cd")).session.tolist() == [0, 0, 1, 1]


def test_two_persons_never_share_a_session():
    log = logs.sessions_of(logs.batch("ab", person="ana"), logs.batch("ab", person="bo"))
    assert log.session.tolist() == [0, 0, 1, 1]


def test_an_empty_log_has_no_session():
    assert len(logs.sessions_of()) == 0


@given(st.lists(st.integers(0, 120), max_size=12), st.integers(1, 60))
def test_sessions_agree_with_the_oracle_and_lose_nothing(pauses, idle):
    times = (logs.START + 60.0 * np.cumsum(pauses)).tolist()
    raw = RawBatch("generic", "x", ["do-it"] * len(times), kind=Kind.ACTION, time=times, owner="ana")
    log = logs.sessions_of(raw, idle=timedelta(minutes=idle))
    assert log.session.tolist() == oracles.sessions(times, idle * 60.0)
    assert len(log.actions) == len(times)


STEP = st.tuples(
    st.sampled_from(["atuin", "codex"]), st.sampled_from([None, "a", "b", "c"]), st.sampled_from([1, 1, 1, 50])
)


@given(st.lists(STEP, min_size=1, max_size=9))
def test_recorded_sessions_cut_as_the_oracle_says(steps):
    times = (logs.START + 60.0 * np.cumsum([pause for _, _, pause in steps])).tolist()
    raw = [
        RawBatch(program, program, ["do-it"], kind=Kind.ACTION, time=[time], session=[native], owner="ana")
        for (program, native, _), time in zip(steps, times, strict=True)
    ]
    log = logs.sessions_of(*raw)
    ids = [native and f"{program} {native}" for program, native, _ in steps]
    pauses = [b - a > 30 * 60 for a, b in pairwise(times)]
    cuts = oracles.recorded_cuts(ids, [program for program, _, _ in steps], pauses)
    assert (np.diff(log.session) == 1).tolist() == cuts


def test_a_terminal_used_beside_another_cuts_nothing():
    raw = RawBatch(
        "atuin", "h", list("make"), time=[logs.START + n for n in range(4)], session=list("1212"), owner="ana"
    )
    assert set(logs.sessions_of(raw).session.tolist()) == {0}


def test_an_exit_ends_a_session_where_there_are_no_times():
    plain = logs.sessions_of(logs.shell(["make", "exit", "ls", "logout"], times=[float("nan")] * 4))
    assert plain.session.tolist() == [0, 0, 1, 1]
    assert logs.sessions_of(logs.shell(["make", "exit", "ls", "logout"])).session.tolist() == [0, 0, 0, 0]


@given(st.permutations(range(6)))
def test_the_order_in_which_sources_are_read_does_not_matter(order):
    parts = [logs.batch("ab", person=p, start=logs.START + 7200 * n) for n, p in enumerate(["ana", "bo"] * 3)]
    for number, part in enumerate(parts):
        part.origin = f"{number}.csv"
    mixed = logs.sessions_of(*(parts[n] for n in order))
    names = mixed.actions.events.persons
    told = sorted(
        (names[p], t, int(s)) for p, t, s in zip(mixed.actions.person, mixed.actions.clock, mixed.session, strict=True)
    )
    plain = logs.sessions_of(*parts)
    names = plain.actions.events.persons
    expected = sorted((names[p], t) for p, t in zip(plain.actions.person, plain.actions.clock, strict=True))
    assert [(name, t) for name, t, _ in told] == expected
    assert len(mixed) == len(plain)
