"""What is not proposed: each rule, and the two lists that a person sees of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import logs
from fivetimes.config import FiveTimesRule, Search
from fivetimes.model import SearchTrace, SequenceTrace, Suppressed, SuppressionRule, Tier
from fivetimes.routines import explain, find_routines
from fivetimes.routines.cover import Rejection
from fivetimes.routines.suppression import suppressed

LABELS = ("vim *", "vim", "pytest -q", "pytest", "git add", "ls")


def rejection(*tokens: int, count: int, rule: SuppressionRule) -> Rejection:
    return Rejection(np.array(tokens, dtype=np.int32), count, rule)


def test_a_sequence_is_listed_once_whatever_its_level_of_detail_and_order() -> None:
    two, core = SuppressionRule.TWO_STEPS, SuppressionRule.NO_CORE
    rejected = [
        rejection(0, 2, count=30, rule=two),
        rejection(1, 3, count=40, rule=two),
        rejection(3, 1, count=25, rule=SuppressionRule.HABIT),
        rejection(3, 4, count=25, rule=two),
        rejection(1, 3, count=20, rule=core),
        rejection(0, 3, count=50, rule=core),
    ]
    found = [(one.steps, one.count, one.rule) for one in suppressed([], rejected, LABELS, most=9)]
    assert found == [
        (("vim *", "pytest"), 50, core),
        (("vim", "pytest"), 40, two),
        (("pytest", "git add"), 25, two),
    ]


def test_habits_do_not_push_what_was_not_proposed_out_of_the_list() -> None:
    habits = [rejection(n % 3, 3 + n % 2, count=1_000 - n, rule=SuppressionRule.HABIT) for n in range(6)]
    other = rejection(0, 4, 5, count=2, rule=SuppressionRule.CHANCE)
    found = suppressed([], [*habits, other], LABELS, most=1)
    assert [one.rule for one in found] == [SuppressionRule.CHANCE, SuppressionRule.HABIT]


def test_two_steps_that_come_again_are_a_habit_and_never_a_candidate() -> None:
    found = find_routines(logs.work("ab", 30), rule=FiveTimesRule(), search=Search())
    assert not found.candidates
    habits = [one for one in found.suppressed if one.rule.is_habit]
    assert set(habits[0].steps) == {"do-a", "do-b"}
    assert habits[0].count == max(one.count for one in habits) >= FiveTimesRule().extract


def test_every_rule_that_makes_a_habit_is_none_of_the_ladder() -> None:
    assert {rule for rule in SuppressionRule if rule.is_habit} == {SuppressionRule.TWO_STEPS, SuppressionRule.HABIT}
    assert not {rule.value for rule in SuppressionRule if rule.is_habit} & {tier.value for tier in Tier}


def test_explain_knows_whatever_is_listed_though_the_trace_is_bounded() -> None:
    found = find_routines(logs.work("abc", 9, extra="abc"), rule=FiveTimesRule(), search=Search())
    assert found.suppressed
    for trace in (found.trace, replace(found.trace, sequences=())):
        for one in found.suppressed:
            answer = explain(trace, " -> ".join(one.steps), listed=found.suppressed)
            assert one.rule in {sequence.rule for sequence in answer.sequences}


def test_explain_gives_first_what_is_listed_and_then_what_was_looked_at_besides() -> None:
    two = SuppressionRule.TWO_STEPS
    other = SequenceTrace(("vim", "pytest"), 3, (), SuppressionRule.CHANCE)
    way = SequenceTrace(("vim", "make", "pytest -q"), 40, (), two)
    trace = SearchTrace((other, way, SequenceTrace(("git add", "vim", "pytest", "git push"), 9, (), None, "push-1")))
    listed = [Suppressed(("vim", "pytest -q"), 40, two), Suppressed(("pytest", "vim"), 12, two)]
    found = explain(trace, "vim -> pytest", listed=listed).sequences
    assert [(one.steps, one.count) for one in found] == [
        (way.steps, 40),
        (("git add", "vim", "pytest", "git push"), 9),
        (("pytest", "vim"), 12),
        (other.steps, 3),
    ]
