"""The pause that ends a piece of work, learnt where git is the only source."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import logs
import oracles
from fivetimes import pipeline
from fivetimes.actions import normalise
from fivetimes.config import Search, Team
from fivetimes.model import By, EventLog, Kind, RawBatch
from fivetimes.pauses import _cut, learnt
from fivetimes.sessions import segment


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
    found = learnt(normalise(commits(two_kinds())))
    assert found is not None
    assert timedelta(hours=1) < found < timedelta(hours=12)


def test_where_pauses_are_of_one_kind_nothing_is_learnt():
    rng = random.Random(2)
    assert learnt(normalise(commits([rng.lognormvariate(9.0, 1.5) for _ in range(300)]))) is None


def test_few_pauses_and_pauses_of_bots_say_nothing():
    assert learnt(normalise(commits(two_kinds(40)))) is None
    assert learnt(normalise(commits(two_kinds(), by=By.BOT))) is None


@pytest.mark.parametrize(
    ("reader", "idle", "told"), [("git", None, None), ("bash", None, 1800.0), ("git", timedelta(minutes=50), 3000.0)]
)
def test_it_is_learnt_only_where_git_is_the_only_source_and_nobody_said_otherwise(reader, idle, told):
    sessions = pipeline.sessions_of(commits(two_kinds(), reader=reader), Team(Path(), idle=idle), Search())
    assert (sessions.idle == told) if told else (sessions.idle > 3600)


@given(st.lists(st.floats(0, 20), min_size=2, max_size=30).filter(lambda v: max(v) - min(v) > 1e-3))
def test_the_cut_explains_as_much_as_the_best_of_all_cuts(values):
    rising = np.array(sorted(values))
    place, explained = _cut(rising)
    assert 0 < place < len(rising)
    assert explained == pytest.approx(oracles.best_cut(rising.tolist()), abs=1e-6)


def test_sessions_know_the_pause_that_ended_them():
    assert segment(normalise(commits([60.0] * 5)), idle=timedelta(minutes=7)).idle == 420.0
