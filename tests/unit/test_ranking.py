"""What is put before a person: at most 30, best first, and the rule for everything else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders_scan
import logs
from fivetimes.config import FiveTimesRule, Search
from fivetimes.model import Confidence, HeldOut, Tier
from fivetimes.routines import propose
from fivetimes.routines.ranking import completion_weight, ranked, recency_weight, score, shown

SURE = Confidence("strong", 400.0, 1.0, 3)
ONE, _ = builders_scan.friday(12)


def test_what_was_noticed_comes_last_whatever_it_scores():
    low, high = replace(ONE, id="low", score=1.0), replace(ONE, id="high", score=9.0, tier=Tier.NOTICED)
    assert [c.id for c in ranked([high, low])] == ["low", "high"]


@given(st.lists(st.sampled_from([1.0, 2.0, 3.0]), max_size=6), st.integers(1, 4))
def test_no_more_than_so_many_are_shown_and_none_of_the_others_is_lost(scores, most):
    made = ranked([replace(ONE, id=f"c{n}", score=s, count=n + 2) for n, s in enumerate(scores)])
    kept, rest = shown(made, most=most)
    assert [c.count for c in kept] + [s.count for s in rest] == [c.count for c in made]
    assert len(kept) <= most
    assert {s.rule for s in rest} <= {f"beyond the first {most}"}


def test_the_first_thirty_is_a_setting_of_the_search():
    sessions = logs.sessions_of(
        *(logs.again_as(logs.work(r, 7, people=1, seed=n), f"q{n}") for n, r in enumerate(("abcd", "efgh", "ijkl")))
    )
    every, _ = propose(sessions, rule=FiveTimesRule(), search=Search())
    first, rest = propose(sessions, rule=FiveTimesRule(), search=Search(most_proposed=1))
    assert Search().most_proposed == 30
    assert first == every[:1]
    assert [s.rule for s in rest if "beyond" in s.rule] == ["beyond the first 1"] * (len(every) - 1)


def test_a_whole_routine_done_rarely_stands_before_a_small_habit_done_all_the_time():
    assert score(240.0, 8, SURE) > score(700.0, 130, SURE)


@given(st.integers(2, 300), st.floats(1, 900))
def test_one_run_more_that_saves_as_much_never_lowers_the_score(count, each):
    assert score(each * (count + 1), count + 1, SURE) > score(each * count, count, SURE)


@pytest.mark.parametrize(("threaded", "completion", "full"), [(0, 0.5, False), (2, 0.5, True), (0, 0.8, True)])
def test_runs_that_break_off_count_for_less_unless_a_value_holds_them_together(threaded, completion, full):
    assert (completion_weight(replace(SURE, threaded=threaded, completion=completion)) == 1.0) is full


@given(st.integers(0, 200), st.integers(0, 200))
def test_only_what_luck_does_not_explain_is_taken_for_given_up(mined, seen):
    weight = recency_weight(HeldOut(mined, seen, 10.0, 0.0))
    assert 0 < weight <= 1.0
    if seen >= 3 / 7 * mined or mined < 10:
        assert weight == 1.0


def test_what_is_a_part_of_a_proposed_routine_says_so():
    _, suppressed = propose(logs.work("abcdef", 9, people=3), rule=FiveTimesRule(), search=Search())
    named = {step for s in suppressed if s.rule == "part of another" for step in s.steps}
    assert named <= {f"do-{letter}" for letter in "abcdef"}


def test_a_sequence_of_which_a_proposed_routine_has_all_steps_is_a_part_of_it():
    from fivetimes.routines.search import _says

    assert _says("git push origin", "git push")
    assert _says("git push", "git push origin")
    assert not _says("git pushy", "git push")
