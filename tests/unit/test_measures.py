"""Honest counts: when, how long, by whom, and whether the edges are sure."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

import logs
import oracles
from fivetimes.columns import SessionLog
from fivetimes.config import Counted, FiveTimesRule, Search
from fivetimes.model.candidates import Candidate, Tier
from fivetimes.model.events import By
from fivetimes.model.sources import RawBatch
from fivetimes.routines.measures import bus_factor, rhythm
from fivetimes.stats import binomial_tail, poisson_tail

SEARCH = Search()
WEEK = 7 * 86400


def runs(
    routine: str,
    times: int,
    *,
    every: float = WEEK,
    pause: float = 60.0,
    by: By = By.HUMAN,
    offset: float | None = None,
) -> SessionLog:
    """One person's runs of a routine, one each so many seconds, and on every day some everyday work a quarter hour later."""
    rng = random.Random(3)
    texts: list[str] = []
    clock: list[float] = []
    made: list[By] = []
    for number in range(times):
        for place, letter in enumerate(routine):
            texts.append(f"do-{letter}")
            clock.append(logs.START + 3600 + number * every + place * pause)
            made.append(by)
    for day in range(int(times * every / 86400)):
        for place in range(9):
            texts.append(f"do-{rng.choice('mnopqrstuvwxyz')}")
            clock.append(logs.START + 5 * 3600 + day * 86400 + place * 60)
            made.append(By.HUMAN)
    order = sorted(range(len(clock)), key=clock.__getitem__)
    batch = RawBatch(
        "generic",
        "ana.csv",
        [texts[n] for n in order],
        kind=logs.Kind.ACTION,
        line=list(range(1, len(order) + 1)),
        time=[clock[n] for n in order],
        offset=None if offset is None else [offset] * len(order),
        by=[made[n] for n in order],
        owner="ana",
    )
    return logs.sessions_of(batch)


def found(sessions: SessionLog, rule: FiveTimesRule | None = None) -> Candidate:
    """The best candidate."""
    return logs.routines(sessions, rule=rule or FiveTimesRule(), search=SEARCH)[0][0]


@given(st.lists(st.sampled_from("abc"), max_size=9))
def test_the_bus_factor_is_the_fewest_who_did_more_than_half(who):
    assert bus_factor(Counter(who)) == oracles.bus_factor(who)


@given(st.integers(0, 7), st.integers(0, 7), st.floats(0.05, 0.95))
def test_the_tail_of_the_binomial_agrees_with_counting_all_outcomes(k, n, p):
    assert binomial_tail(k, n, p) == pytest.approx(oracles.tail(k, n, p), abs=1e-9)


@given(st.integers(1, 100_000), st.floats(1e-9, 1 - 1e-9), st.floats(-3, 30))
def test_both_tails_are_scipys_near_the_mean_and_far_from_it(n, p, deviations):
    k = min(n, max(1, round(n * p + deviations * (n * p * (1 - p)) ** 0.5)))
    assert binomial_tail(k, n, p) == pytest.approx(float(special.bdtrc(k - 1, n, p)), rel=1e-8, abs=1e-300)
    assert poisson_tail(k, n * p) == pytest.approx(float(special.pdtrc(k - 1, n * p)), rel=1e-8, abs=1e-300)


def test_a_routine_of_every_monday_is_weekly_and_says_so():
    said = found(runs("abcde", 9)).rhythm
    assert (said.period, said.weekday, said.on_weekday, said.of) == ("weekly", 0, 9, 9)
    assert said.phrase == "on Mondays (9 of 9 days), about weekly"


def test_what_is_done_on_every_day_is_daily_and_has_no_weekday():
    said = found(runs("abcde", 12, every=86400)).rhythm
    assert (said.period, said.weekday) == ("daily", None)


def test_the_weekday_is_the_one_on_the_persons_own_clock():
    late = found(runs("abcde", 9, offset=-14 * 60.0))
    assert late.rhythm.weekday == 6


@pytest.mark.parametrize(
    ("every", "period", "phrase"),
    [
        (6, "regular", "about every 6 days"),
        (7, "weekly", "about weekly"),
        (9, "regular", "about every 9 days"),
        (30, "monthly", "about monthly"),
        (34, "regular", "about every 34 days"),
    ],
)
def test_a_distance_that_is_no_week_and_no_month_is_said_in_days(every, period, phrase):
    days = np.arange(0, every * 12, every, dtype=np.int32)
    said = rhythm(days, np.arange(days[-1] + 1, dtype=np.int32))
    assert (said.period, said.phrase.removeprefix(f"on Thursdays ({said.on_weekday} of 12 days), ")) == (period, phrase)


def test_a_week_left_out_and_a_day_earlier_are_still_weekly_and_ten_days_once_do_not_make_it_nine():
    days = np.cumsum([0, 7, 8, 6, 14, 7, 7, 9, 5, 7]).astype(np.int32)
    assert rhythm(days, np.arange(days[-1] + 1, dtype=np.int32)).period == "weekly"
    nine = np.cumsum([0, 9, 9, 8, 9, 18, 9, 10, 9, 8, 9, 9]).astype(np.int32)
    assert rhythm(nine, np.arange(nine[-1] + 1, dtype=np.int32)).phrase == "about every 9 days"


@settings(deadline=None)
@given(st.sets(st.integers(0, 120), min_size=4, max_size=40))
def test_days_drawn_at_random_have_no_rhythm_in_nearly_all_cases(days):
    said = rhythm(np.array(sorted(days), dtype=np.int32), np.arange(121, dtype=np.int32))
    assert said.period in ("irregular", "daily", "weekly", "monthly", "regular")
    assert (said.weekday is None) == (said.on_weekday == 0)


def test_chance_days_are_called_regular_in_fewer_than_one_of_twenty():
    rng = np.random.default_rng(7)
    words: Counter[str] = Counter()
    for _ in range(400):
        days = np.sort(rng.choice(180, size=int(rng.integers(5, 30)), replace=False)).astype(np.int32)
        said = rhythm(days, np.arange(180, dtype=np.int32))
        words[
            "regular" if said.period in ("weekly", "monthly", "regular") or said.weekday is not None else "irregular"
        ] += 1
    assert words["regular"] <= 20


def test_three_days_say_nothing_about_a_rhythm():
    assert found(runs("abcde", 3)).rhythm.period == "unknown"


def test_the_hours_are_those_between_first_and_last_step_and_a_command_saves_all_but_one_step():
    took = found(runs("abcde", 9, pause=90.0)).cost
    assert took.hours == pytest.approx(9 * 4 * 90 / 3600, abs=0.01)
    assert took.saved == pytest.approx(9 * 3 * 90 / 3600, abs=0.01)
    assert "typical step" in took.assumes


def test_a_pause_that_ends_a_session_is_not_counted_as_work():
    took = found(runs("abcde", 9, pause=2000.0)).cost
    assert took is None or took.hours == 0.0


def test_the_share_of_agents_is_stated():
    assert found(runs("abcde", 9, by=By.AGENT)).by == (0.0, 1.0, 0.0)
    assert found(runs("abcde", 9)).by == (1.0, 0.0, 0.0)


def test_what_bots_alone_do_has_no_people():
    by_bots = found(runs("abcde", 9, by=By.BOT))
    assert by_bots.people == 0
    assert "done by bots alone" in by_bots.reasons


def test_runs_that_stand_alone_have_sure_edges_and_runs_amid_other_work_have_not():
    alone = found(runs("abcde", 9)).boundaries
    assert (alone.start, alone.end) == (1.0, 1.0)
    amid = found(logs.work("abcde", 9, noise=0.0)).boundaries
    assert amid.start < 0.5
    assert amid.phrase.startswith("start not sure")


def test_the_rule_may_count_days_instead_of_occurrences():
    many = runs("abcde", 12, every=43200)  # twice a day
    assert found(many).tier is Tier.CANONICAL
    by_days = found(many, FiveTimesRule(by=Counted.DAYS))
    assert (by_days.count, by_days.days, by_days.tier) == (12, 6, Tier.EXTRACT)


def test_first_and_last_enclose_every_occurrence():
    one = found(runs("abcde", 9))
    assert one.first == min(o.start for o in one.occurrences)
    assert one.last == max(o.end for o in one.occurrences)
