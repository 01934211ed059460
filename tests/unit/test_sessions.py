"""Where one piece of work ends."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import logs
import oracles
from fivetimes import pipeline
from fivetimes.actions import normalise
from fivetimes.columns import EventLog
from fivetimes.config import Team
from fivetimes.model.events import By, Kind
from fivetimes.model.sources import RawBatch
from fivetimes.sessions import learnt_idle, otsu, segment


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


# ---- the idle threshold, learnt where git is the only source


def commits(pauses: list[float], *, by: By = By.HUMAN, reader: str = "git") -> EventLog:
    """One person's commits, so many seconds apart."""
    times = np.cumsum([logs.START, *pauses]).tolist()
    subjects = [f"fix: number {n}" for n in range(len(times))]
    hashes = [f"{n:040x}" for n in range(len(times))]
    return logs.log_of(
        RawBatch(reader, "repo", subjects, kind=Kind.COMMIT, commit=hashes, time=times, by=by, owner="ana")
    )


def two_kinds(count: int = 300) -> list[float]:
    """Pauses of about a quarter of an hour, and every sixth of about two days."""
    rng = random.Random(2)
    return [rng.lognormvariate(12.0 if n % 6 == 5 else 6.8, 0.7) for n in range(count)]


def test_the_pause_lies_between_those_within_a_piece_of_work_and_those_between_two():
    found = learnt_idle(normalise(commits(two_kinds())))
    assert found is not None
    assert timedelta(hours=1) < found < timedelta(hours=12)


def test_where_pauses_are_of_one_kind_nothing_is_learnt():
    rng = random.Random(2)
    assert learnt_idle(normalise(commits([rng.lognormvariate(9.0, 1.5) for _ in range(300)]))) is None


def test_few_pauses_and_pauses_of_bots_say_nothing():
    assert learnt_idle(normalise(commits(two_kinds(40)))) is None
    assert learnt_idle(normalise(commits(two_kinds(), by=By.BOT))) is None


@pytest.mark.parametrize(
    ("reader", "idle", "known"), [("git", None, None), ("bash", None, 1800.0), ("git", timedelta(minutes=50), 3000.0)]
)
def test_it_is_learnt_only_where_git_is_the_only_source_and_nobody_said_otherwise(reader, idle, known):
    sessions = pipeline.segmented(
        pipeline.timeline(commits(two_kinds(), reader=reader), Team(Path())), Team(Path(), idle=idle)
    )
    assert (sessions.idle == known) if known else (sessions.idle > 3600)


@given(st.lists(st.floats(0, 20), min_size=2, max_size=30).filter(lambda v: max(v) - min(v) > 1e-3))
def test_the_cut_explains_as_much_as_the_best_of_all_cuts(values):
    rising = np.array(sorted(values))
    low, explained = otsu(rising)
    assert 0 < low < len(rising)
    assert explained == pytest.approx(oracles.best_cut(rising.tolist()), abs=1e-6)


def test_sessions_know_the_pause_that_ended_them():
    assert segment(normalise(commits([60.0] * 5)), idle=timedelta(minutes=7)).idle == 420.0
