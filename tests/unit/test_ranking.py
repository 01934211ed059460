"""What is put before a person: at most 30, best first, and the rule for everything else."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders_scan
import logs
from fivetimes.config import FiveTimesRule, Search
from fivetimes.identity.phrases import same_action
from fivetimes.model.candidates import Confidence, HeldOut, Step, Tier
from fivetimes.model.events import Effect, Kind
from fivetimes.model.suppression import SuppressionRule
from fivetimes.routines.ranking import ENDLESS, completion, ending, ranked, recency, score
from fivetimes.routines.suppression import Finding

SURE = Confidence("strong", 400.0, 1.0, 3)
ONE, _ = builders_scan.friday(12)


def finding(*, bits: float = 400.0, known: Confidence = SURE, **more) -> Finding:
    """A routine of which the search found so many bits."""
    routine = SimpleNamespace(bits=bits)
    return Finding(routine, replace(ONE, confidence=known, **more), (), 1.0)


def test_what_was_noticed_comes_last_whatever_it_scores():
    low, high = finding(id="low", score=1.0), finding(id="high", score=9.0, tier=Tier.NOTICED)
    assert [one.candidate.id for one in ranked([high, low], most=9)] == ["low", "high"]


@given(st.lists(st.sampled_from([1.0, 2.0, 3.0]), max_size=6), st.integers(1, 4))
def test_no_more_than_so_many_are_shown_and_none_of_the_others_is_lost(scores, most):
    made = [finding(id=f"c{n}", score=s, count=n + 2) for n, s in enumerate(scores)]
    listed = ranked(made, most=most)
    assert sorted(one.candidate.id for one in listed) == sorted(one.candidate.id for one in made)
    assert [one.candidate.score for one in listed] == sorted(scores, reverse=True)
    assert [one.rule for one in listed[:most]] == [None] * min(most, len(made))
    assert [one.suppressed.reason for one in listed[most:]] == [f"beyond the first {most}"] * max(0, len(made) - most)


def test_the_first_thirty_is_a_setting_of_the_search():
    sessions = logs.sessions_of(
        *(logs.again_as(logs.work(r, 7, people=1, seed=n), f"q{n}") for n, r in enumerate(("abcd", "efgh", "ijkl")))
    )
    every, _ = logs.routines(sessions, rule=FiveTimesRule(), search=Search())
    first, rest = logs.routines(sessions, rule=FiveTimesRule(), search=Search(most_proposed=1))
    assert Search().most_proposed == 30
    assert first == every[:1]
    assert [s.reason for s in rest if s.rule is SuppressionRule.BEYOND_LIMIT] == ["beyond the first 1"] * (
        len(every) - 1
    )


def test_a_whole_routine_done_rarely_stands_before_a_small_habit_done_all_the_time():
    assert score(finding(bits=240.0, count=8)) > score(finding(bits=700.0, count=130))


@given(st.integers(2, 300), st.floats(1, 900))
def test_one_run_more_that_saves_as_much_never_lowers_the_score(count, each):
    assert score(finding(bits=each * (count + 1), count=count + 1)) > score(finding(bits=each * count, count=count))


@pytest.mark.parametrize(("threaded", "share", "full"), [(0, 0.5, False), (2, 0.5, True), (0, 0.8, True)])
def test_runs_that_break_off_count_for_less_unless_a_value_holds_them_together(threaded, share, full):
    assert (completion(finding(known=replace(SURE, threaded=threaded, completion=share))) == 1.0) is full


@given(st.integers(0, 200), st.integers(0, 200))
def test_only_what_luck_does_not_explain_is_taken_for_given_up(mined, seen):
    weight = recency(finding(known=replace(SURE, held_out=HeldOut(mined, seen, 10.0, 0.0))))
    assert 0 < weight <= 1.0
    if seen >= 3 / 7 * mined or mined < 10:
        assert weight == 1.0


def test_what_was_given_up_counts_for_the_share_of_the_runs_that_were_to_be_expected():
    weights = [
        recency(finding(known=replace(SURE, held_out=again)))
        for again in (HeldOut(14, 6, 90.0, 0.0), HeldOut(8, 0, 0.0, 1.0), HeldOut(14, 0, 0.0, 1.0))
    ]
    assert weights == pytest.approx([1.0, 1.0, 1 / 7])


@pytest.mark.parametrize(
    ("kind", "effect", "share", "weight"),
    [
        (Kind.SHELL, Effect.UNKNOWN, 1.0, ENDLESS),
        (Kind.TOOL, Effect.NONE, 1.0, ENDLESS),
        (Kind.SHELL, Effect.PUBLISH, 1.0, 1.0),
        (Kind.SHELL, Effect.PUBLISH, 0.4, ENDLESS),
        (Kind.COMMIT, Effect.NONE, 1.0, 1.0),
        (Kind.SKILL, Effect.NONE, 1.0, 1.0),
        (Kind.ACTION, Effect.UNKNOWN, 1.0, 1.0),
    ],
)
def test_a_loop_that_ends_nowhere_stands_behind_what_ends_somewhere(kind, effect, share, weight):
    steps = tuple(Step(name, Kind.SHELL, 1.0) for name in ("vim *", "make", "pytest"))
    last = Step("the last one", kind, share, effect=effect)
    assert ending(finding(steps=(*steps, last))) == weight


def test_what_is_a_part_of_a_proposed_routine_says_so():
    parts = [logs.work("abcdefgh", 12, people=1, seed=1), logs.work("abcd", 3, people=1, seed=2)]
    sessions = logs.sessions_of(*(logs.again_as(log, f"q{n}") for n, log in enumerate(parts)))
    found, suppressed = logs.routines(sessions, rule=FiveTimesRule(), search=Search())
    assert [c.count for c in found] == [12]
    within = [set(s.steps) for s in suppressed if s.rule is SuppressionRule.PART]
    assert within
    assert all(steps == {"do-a", "do-b", "do-c", "do-d"} for steps in within)


def test_a_sequence_of_which_a_proposed_routine_has_all_steps_is_a_part_of_it():
    assert same_action("git push origin", "git push")
    assert same_action("git push", "git push origin")
    assert not same_action("git pushy", "git push")
