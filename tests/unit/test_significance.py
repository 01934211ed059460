"""How sure we are: against chance, in later time, on made-up histories."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import logs
import oracles
from fivetimes.columns import SessionLog
from fivetimes.config import FiveTimesRule, Search
from fivetimes.model.candidates import Confidence, HeldOut
from fivetimes.routines import find_routines
from fivetimes.routines.database import open_database
from fivetimes.routines.significance import (
    LEVEL,
    Calibration,
    calibrate,
    calibrated,
    chance_of,
    resampled,
    shuffled,
    turning_point,
    with_verdict,
)
from fivetimes.stats import false_discovery

SEARCH = Search()


def found(sessions: SessionLog) -> list:
    return logs.routines(sessions, rule=FiveTimesRule(), search=SEARCH)[0]


def stopped(*, at: float) -> SessionLog:
    """Twenty days of work of two people, with a routine that is done until a share of the days is over."""
    with_it = logs.work("abcdef", int(20 * at), people=1)
    without = logs.work("", 20 - int(20 * at), people=1, seed=9)
    shift = float(with_it.actions.clock[-1]) - float(without.actions.clock[0]) + 86400
    first, second = logs.again_as(with_it, "p0"), logs.again_as(without, "p0")
    second.time = [time + shift for time in second.time or ()]
    second.origin, second.line = "later.csv", list(range(1, len(second.text) + 1))
    return logs.sessions_of(first, second)


# ---- against chance


@given(st.lists(st.floats(0, 40), max_size=8), st.integers(0, 30))
def test_false_discovery_agrees_with_the_definition(bits, more):
    tried = len(bits) + more
    told = false_discovery([chance_of(b) for b in bits], tried=tried)
    assert told == pytest.approx(oracles.false_discovery([2.0**-b for b in bits], tried), rel=1e-9)


def test_each_candidate_says_what_share_may_be_chance_and_of_how_many():
    sure = found(logs.work("abcdef", 9))[0].confidence
    assert sure.q < 1e-10
    assert sure.tried > 1
    assert sure.sentences[0].startswith("beyond chance: of all that stand out as much")


# ---- in later time


def test_what_goes_on_is_seen_again_in_later_time_and_is_strong():
    sure = found(logs.work("abcdef", 20, people=1))[0].confidence
    assert sure.held_out.seen >= 4
    assert sure.held_out.mined + sure.held_out.seen >= 17
    assert sure.verdict == "strong"


def test_what_was_given_up_is_not_seen_again_and_is_fair():
    sessions = stopped(at=0.5)
    candidate = next(c for c in found(sessions) if any(step.action == "do-a" for step in c.steps))
    assert candidate.confidence.held_out.seen == 0
    assert candidate.confidence.verdict == "fair"
    assert "not seen in the last 30 %" in candidate.confidence.sentences[1]


def test_a_part_of_a_stream_holds_the_same_tokens_and_values_and_nothing_is_claimed():
    database = open_database(logs.work("abcdef", 6), silence=SEARCH.max_pause)
    database.claim(np.arange(5, dtype=np.int32))
    keep = np.arange(len(database.rows)) % 3 != 0
    half = database.take(np.flatnonzero(keep))
    assert half.levels.tolist() == database.levels[keep].tolist()
    assert half.kind.tolist() == database.kind[keep].tolist()
    assert half.free.tolist() == list(range(int(keep.sum())))
    for token in range(half.tokens):
        rows = half.where[half.start[token] : half.start[token + 1]]
        assert rows.tolist() == np.flatnonzero((half.levels == token).any(axis=1)).tolist()


@given(st.lists(st.floats(0, 1e6), min_size=400, max_size=500), st.sampled_from([0.0, 1e12]))
def test_one_wrong_clock_does_not_move_the_middle_of_the_time(clock, wrong):
    span = max(clock) - min(clock)
    moved = turning_point(np.array([*clock, wrong])) - turning_point(np.array(clock))
    assert abs(moved) <= span


# ---- the word


@pytest.mark.parametrize(
    ("q", "seen", "again", "completion", "word"),
    [
        (1e-9, 3, 1e-9, 0.9, "strong"),
        (1e-9, 3, 1e-9, 0.4, "fair"),
        (1e-9, 0, 1.0, 0.9, "fair"),
        (1e-9, 3, 0.2, 0.9, "fair"),
        (1e-9, 0, 1.0, 0.4, "weak"),
        (0.02, 3, 1e-9, 0.9, "weak"),
    ],
)
def test_the_word_follows_from_the_three_tests(q, seen, again, completion, word):
    known = Confidence("", 50.0, completion, 0, q, 10, HeldOut(5, seen, 20.0, again))
    assert with_verdict(known).verdict == word
    assert len(with_verdict(known).sentences) == 3


# ---- made-up histories


def contents(sessions: SessionLog, rows) -> Counter:
    """What is done on some rows, values and all."""
    actions = sessions.actions
    return Counter(
        (
            tuple(actions.levels[r].tolist()),
            int(actions.kind[r]),
            tuple(actions.values[actions.value_start[r] : actions.value_start[r + 1]].tolist()),
        )
        for r in rows
    )


def test_shuffling_keeps_what_each_person_does_and_every_time():
    sessions = logs.work("abcdef", 9, people=3)
    mixed = shuffled(sessions, np.random.default_rng(1))
    assert mixed.actions.clock.tolist() == sessions.actions.clock.tolist()
    for person in np.unique(sessions.actions.person):
        rows = np.flatnonzero(sessions.actions.person == person)
        assert contents(mixed, rows) == contents(sessions, rows)
    assert mixed.actions.levels.tolist() != sessions.actions.levels.tolist()


def test_resampling_draws_from_the_same_person_and_week_alone():
    sessions = logs.work("abcdef", 40, people=2)
    drawn = resampled(sessions, np.random.default_rng(1))
    week = np.floor(sessions.actions.clock / (7 * 86400))
    for person in np.unique(sessions.actions.person):
        for one in np.unique(week):
            rows = np.flatnonzero((sessions.actions.person == person) & (week == one))
            assert set(contents(drawn, rows)) <= set(contents(sessions, rows))


def test_made_up_histories_of_a_team_with_routines_give_none_and_the_same_each_time():
    sessions = logs.work("abcdef", 12)
    known = calibrate(sessions, found, histories=2)
    assert [(one.noticed, one.extract, one.canonical) for one in known.chance] == [(0, 0, 0)] * 2
    assert calibrate(sessions, found, histories=2) == known


def test_nobody_is_surer_than_the_made_up_histories_allow():
    known = [candidate.confidence for candidate in found(logs.work("abcdef", 20, people=1))]
    bits = known[0].bits
    unsure = calibrated(known, Calibration((), ((bits + 1, bits + 2), ()), 2))
    assert unsure[0].q == 1.0
    assert unsure[0].verdict == "weak"
    assert "not distinct from chance" in unsure[0].sentences[0]
    assert calibrated(known, Calibration((), ((bits - 1,), ()), 2))[0] == known[0]
    assert LEVEL < 1 / 2


def test_where_chance_has_a_hand_in_some_the_others_stay_sure():
    one = found(logs.work("abcdef", 20, people=1))[0].confidence
    low = replace(one, bits=20.0)
    after = calibrated([one, low], Calibration((), ((25.0,), ()), 1))
    assert [known.verdict for known in after] == ["strong", "weak"]


def test_what_chance_gives_is_known_before_candidates_are_ranked_and_cut():
    sessions = logs.sessions_of(
        *(logs.again_as(logs.work(r, 7, people=1, seed=n), f"q{n}") for n, r in enumerate(("abcd", "efgh", "ijkl")))
    )
    first = find_routines(sessions, rule=FiveTimesRule(), search=Search(most_proposed=1), histories=1)
    every = find_routines(sessions, rule=FiveTimesRule(), search=SEARCH, histories=1)
    assert len(every.candidates) > 1
    assert len(first.candidates) == 1
    assert first.candidates[0].confidence == every.candidates[0].confidence
    assert [one.runs for one in first.chance] == [1, 1]
