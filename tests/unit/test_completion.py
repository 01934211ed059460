"""Runs broken off: counted among the rows that nobody claims, and what falls apart at every step is not proposed."""

from __future__ import annotations

import random

import logs
from fivetimes.columns import SessionLog
from fivetimes.config import FiveTimesRule, Search
from fivetimes.model.candidates import Candidate
from fivetimes.model.suppression import Suppressed, SuppressionRule

EVERYDAY = "mnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def found(work: str) -> tuple[list[Candidate], list[Suppressed]]:
    sessions: SessionLog = logs.sessions_of(logs.batch(work))
    return logs.routines(sessions, rule=FiveTimesRule(), search=Search())


def days(*stretches: str, seed: int = 3) -> str:
    """Each stretch on a day of its own, amid everyday letters."""
    rng = random.Random(seed)
    return "".join(
        "".join(rng.choices(EVERYDAY, k=25)) + s + "".join(rng.choices(EVERYDAY, k=5)) + "_" * 24 for s in stretches
    )


def test_what_each_makes_the_next_likely_is_no_routine_however_often_it_is_done():
    """Each step makes the next likely half of the time; by luck, once in ten, more than half of the attempts go to the end."""
    flagged = 0
    for seed in range(4, 8):
        rng = random.Random(seed)
        letters = ""
        for _ in range(4000):
            last = letters[-1:]
            follows = {"a": "b", "b": "c", "c": "d"}.get(last)
            letters += follows if follows and rng.random() < 0.5 else rng.choice("abcd" + EVERYDAY)
            letters += "_" if rng.random() < 0.02 else ""
        candidates, suppressed = found(letters)
        flagged += len(candidates)
        ends_early_or_in_any_order = {SuppressionRule.BROKEN_OFF, SuppressionRule.HABIT}
        assert candidates or any(
            s.rule in ends_early_or_in_any_order and {"do-b", "do-c"} <= {*s.steps} for s in suppressed
        )
    assert flagged <= 1


def test_runs_that_stop_after_two_steps_are_counted_as_broken_off():
    candidates, _ = found(days(*["abcde"] * 12, *["ab"] * 12))
    assert [(c.count, c.broken) for c in candidates] == [(12, 12)]
    assert candidates[0].confidence.completion == 0.5


def test_a_routine_whose_beginning_is_done_for_other_reasons_too_stays():
    candidates, _ = found(days(*["abcde"] * 8, *["ab"] * 40))
    assert [(c.count, c.confidence.completion < 0.3) for c in candidates] == [(8, True)]


def test_steps_that_stand_together_by_luck_are_no_runs_broken_off():
    rng = random.Random(7)
    alone = ["".join(rng.sample("abcde", 1) + rng.choices(EVERYDAY, k=2) + rng.sample("abcde", 1)) for _ in range(60)]
    candidates, _ = found(days(*["abcde"] * 12, *alone))
    assert [c.count for c in candidates] == [12]
    assert candidates[0].confidence.completion > 0.8


def test_pieces_of_a_routine_done_less_often_than_the_whole_are_no_routine_of_their_own():
    candidates, suppressed = found(days(*["abcdefghijk"] * 12, *["defg"] * 7))
    assert [c.count for c in candidates] == [12]
    assert any(s.rule is SuppressionRule.PART and s.count == 7 for s in suppressed)
