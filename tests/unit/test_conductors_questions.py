"""Questions: few, from evidence, never answered; about the weakest step, when not to run, which way, and who is not ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import builders_scan as made
from fivetimes.conductors.questions import questions, step_records
from fivetimes.model.candidates import Candidate, Confidence
from fivetimes.model.live_text import LiveText


def asked(candidate: Candidate, live: LiveText | None) -> dict[str, dict[str, Any]]:
    return {question["about"]: question for question in made.drafted(candidate, live).document["questions"]}


def ended(live: LiveText, step: int, ends: Sequence[float | None]) -> LiveText:
    """The same with how a step ended, run by run."""
    rows = [list(row) for row in live.occurrences]
    for row, end in zip(rows, ends, strict=False):
        command = row[step]
        assert command is not None
        row[step] = replace(command, exit=end)
    return replace(live, occurrences=tuple(map(tuple, rows)))


def routine(times: int = 8) -> tuple[Candidate, LiveText]:
    runs: list[list[made.Way | None]] = [
        [("gather", {"of": f"w{n}"}), ("compose", {"of": f"w{n}"}), "make check"] for n in range(times)
    ]
    return made.candidate(runs, people=("ana",))


def test_the_step_that_fails_most_is_the_weakest_and_asked_about_with_its_record() -> None:
    candidate, live = routine()
    found = asked(candidate, ended(live, 2, [0, 2, 0, 1, 0, 0, 0, None]))
    assert found["standard"]["ask"] == "Step s3 (make check) fails most often: what is good enough there?"
    assert found["standard"]["evidence"] == "failed 2 of 7 times"


@pytest.mark.parametrize("ends", [[0] * 8, [1, *[0] * 7], [None] * 8, [float("nan")] * 8])
def test_one_failure_or_none_makes_no_step_the_weakest(ends: list[float | None]) -> None:
    candidate, live = routine()
    assert "standard" not in asked(candidate, ended(live, 2, ends))


def test_a_skill_that_fails_often_must_be_spoken_about_before_approval() -> None:
    candidate, live = routine()
    found = asked(candidate, ended(live, 1, [1, 1, 0, 0, 0, 0, 0, 0]))["specialist"]
    assert found["required"]
    assert "s2 (compose of=<of>)" in found["ask"]
    assert found["evidence"] == "s2 failed 2 of 8 times"


def test_a_skill_seen_a_few_times_only_is_asked_about_and_a_program_is_not() -> None:
    runs: list[list[made.Way | None]] = [
        [("gather", {"of": str(n)}) if n < 3 else None, "make" if n < 3 else None, "ls"] for n in range(6)
    ]
    found = asked(*made.candidate(runs))["specialist"]
    assert not found["required"]
    assert found["evidence"] == "s1 seen 3 times"


@pytest.mark.parametrize(("completion", "expected"), [(0.6, "60 % went to the end"), (1.0, "nearly every run")])
def test_it_is_always_asked_when_not_to_run_it(completion: float, expected: str) -> None:
    candidate, live = routine()
    candidate = replace(candidate, confidence=Confidence("sure", 100.0, completion, 2))
    assert expected in asked(candidate, live)["out_of_bounds"]["evidence"]


def test_which_of_several_ways_is_the_intended_one_is_asked() -> None:
    assert "make test (38 %)" in asked(*made.release(8))["alternatives"]["evidence"]


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from([None, 0.0, 1.0]), min_size=6, max_size=6), min_size=9, max_size=9))
def test_there_are_at_most_five_and_the_required_stand_first(ends: list[list[float | None]]) -> None:
    candidate, live = made.friday(6)
    for step, row in enumerate(ends):
        if all(len(occurrence) > step for occurrence in live.occurrences):
            live = ended(live, step, row)
    found = made.drafted(candidate, live).document["questions"]
    assert 1 <= len(found) <= 5
    assert found[0]["about"] == "purpose"
    required = [question["required"] for question in found]
    assert required == sorted(required, reverse=True)
    assert all(question["answer"] is None and question["evidence"] for question in found)


@pytest.mark.parametrize(("weekday", "expected"), [(3, ", mostly on Thursdays"), (None, " on 8 days")])
def test_the_evidence_names_a_weekday_where_the_rhythm_of_the_routine_has_one_and_nowhere_else(
    weekday: int | None, expected: str
) -> None:
    candidate, live = routine()
    assert candidate.rhythm is not None
    candidate = replace(candidate, rhythm=replace(candidate.rhythm, weekday=weekday))
    assert asked(candidate, live)["purpose"]["evidence"].endswith(expected)


@pytest.mark.parametrize(("least", "asked_about"), [(5, False), (9, True)])
def test_a_skill_is_asked_about_below_the_count_of_the_five_times_rule(least: int, asked_about: bool) -> None:
    candidate, live = routine()
    steps = made.drafted(candidate, live).document["steps"]
    found = questions(candidate, steps, step_records(candidate, live), least=least)
    assert ("specialist" in {question["about"] for question in found}) == asked_about
