"""Why not: every sequence that the search looked at has an outcome, a rule with text and explanation, and the numbers behind it."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest

import logs
from fivetimes.config import FiveTimesRule, Search
from fivetimes.model.suppression import SuppressionRule
from fivetimes.model.trace import SearchTrace, Stage
from fivetimes.reports import explanation_document
from fivetimes.routines import Findings, explain, find_routines
from fivetimes.routines.trace import KEPT, KEPT_SEEDS, Recorder


def found(letters: str, times: int, **more) -> Findings:
    return find_routines(logs.work(letters, times, **more), rule=FiveTimesRule(), search=Search())


def test_every_rule_has_a_code_a_text_and_an_explanation_of_its_own():
    assert all(rule.value and rule.text and rule.doc.endswith(".") for rule in SuppressionRule)
    assert len({rule.text for rule in SuppressionRule}) == len({rule.heading for rule in SuppressionRule})


def test_a_routine_is_followed_from_its_seed_to_the_list():
    result = found("abcdef", 9)
    (one,) = explain(result.trace, result.candidates[0].id).sequences[:1]
    assert one.rule is None
    assert one.count == result.candidates[0].count
    stages = [event.stage for event in one.events]
    assert stages[:3] == [Stage.SEED, Stage.GROWTH, Stage.COVER]
    assert stages[-2:] == [Stage.SIGNIFICANCE, Stage.RANKING]
    accepted = dict(next(event for event in one.events if event.stage is Stage.COVER).numbers)
    assert accepted["bits"] > accepted["bar"]


def test_what_is_too_short_says_so_with_its_numbers():
    result = found("ab", 30)
    answer = explain(result.trace, "do-a → do-b")
    assert answer.sequences[0].rule is SuppressionRule.TWO_STEPS
    numbers = dict(answer.sequences[0].events[-1].numbers)
    assert numbers["steps"] < 3
    assert numbers["occurrences"] >= 20


def test_pairs_of_a_routine_found_before_say_that_their_actions_are_taken():
    result = found("abcdef", 9)
    rules = Counter(one.rule for one in result.trace.sequences)
    assert rules[SuppressionRule.CLAIMED] > 0
    claimed = [one for one in result.trace.sequences if one.rule is SuppressionRule.CLAIMED]
    assert any(set(one.steps) <= {f"do-{letter}" for letter in "abcdef"} for one in claimed)


def test_everyday_pairs_stand_below_the_bar_of_the_seeds():
    trace = found("", 12).trace
    below = [one for one in trace.sequences if one.rule is SuppressionRule.SEED_BY_CHANCE]
    assert below
    for one in below:
        numbers = dict(one.events[-1].numbers)
        assert numbers["bits"] <= numbers["bar"]
    assert trace.totals[SuppressionRule.SEED_BY_CHANCE.value] >= len([one for one in below if len(one.events) == 1])


def test_actions_that_can_be_no_step_are_named():
    sessions = logs.sessions_of(logs.shell(["cd src", "make", "cd ..", "make"] * 4))
    answer = explain(find_routines(sessions, rule=FiveTimesRule(), search=Search()).trace, "cd")
    assert {one.rule for one in answer.left_out} == {SuppressionRule.CONTEXT}
    assert sum(one.count for one in answer.left_out) == 8


def test_both_arrows_and_any_level_of_detail_are_understood():
    trace = found("ab", 30).trace
    assert explain(trace, "do-a -> do-b").sequences == explain(trace, "do-a → do-b").sequences
    assert explain(trace, "do-nothing").sequences == ()


def test_a_variant_that_became_one_with_another_leads_to_its_id():
    trace = Recorder(["make", "test", "push", "tox"])
    large = trace.open([0, 1, 2], "a pair", count=9, stage=Stage.SEED)
    small = trace.open([0, 3, 2], "a pair", count=3, stage=Stage.SEED)
    trace.merge(small, large, occurrences=3)
    trace.named(large, "push-1234")
    done = {one.steps: one for one in trace.done().sequences}
    assert done["make", "tox", "push"].rule is SuppressionRule.MERGED
    assert done["make", "tox", "push"].id == "push-1234"
    assert {one.steps for one in explain(trace.done(), "push-1234").sequences} == set(done)


def test_a_trace_is_bounded_and_counts_what_it_does_not_keep():
    trace = Recorder(["a", "b"])
    for number in range(KEPT + 50):
        trace.close(trace.open([0, 1], "a pair", count=number, stage=Stage.SEED), SuppressionRule.CHANCE, Stage.COVER)
        trace.below([0, 1], together=2, bits=float(number), bar=9.0)
    done = trace.done()
    assert len(done.sequences) == KEPT + KEPT_SEEDS
    assert done.totals == {SuppressionRule.CHANCE.value: KEPT + 50}
    least = min(one.count for one in done.sequences if one.rule is SuppressionRule.CHANCE)
    assert least == 50  # the commonest are kept


@pytest.mark.parametrize(("letters", "times"), [("abcdef", 9), ("ab", 30)])
def test_a_trace_is_kept_with_the_scan_and_read_back_as_it_was(letters, times):
    trace = found(letters, times).trace
    assert msgspec.json.decode(msgspec.json.encode(trace), type=SearchTrace) == trace
    assert explanation_document(explain(trace, "do-a"))["sequences"]


def test_the_list_of_what_was_not_proposed_and_the_trace_name_the_same_rules():
    result = found("ab", 30)
    traced = {one.rule for one in result.trace.sequences}
    assert {one.rule for one in result.suppressed} <= traced
