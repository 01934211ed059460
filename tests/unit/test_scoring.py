"""The scorer of benchmarks/: a perfect report scores 1 everywhere, and each broken one falls where it should."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from benchmarks.scoring import Event, Found, Routine, Score, found_in, read_truth, score
from hypothesis import given
from hypothesis import strategies as st

STEPS = 5


def planted(number: int, *, runs: int, habit: bool = False) -> Routine:
    """A routine in a file of its own; the last step of each run is also seen as a commit."""
    path = f"people/p{number}"
    made = []
    for run in range(runs):
        moments = [frozenset({(path, run * 100 + step)}) for step in range(STEPS)]
        made.append([*moments[:-1], moments[-1] | {("repos/r", f"{number}-{run}")}])
    return Routine(id=f"routine-{number}", habit=habit, runs=made)


TEAM = [
    planted(0, runs=12),
    planted(1, runs=7),
    planted(2, runs=5),
    planted(3, runs=4),
    planted(4, runs=30, habit=True),
]


def perfect(routine: Routine) -> Found:
    tier = "canonical" if len(routine.runs) >= 10 else "extract" if len(routine.runs) >= 5 else "noticed"
    occurrences = [frozenset(place for moment in run for place in moment) for run in routine.runs]
    return Found(tier=tier, count=len(occurrences), occurrences=occurrences)


IDEAL = [perfect(routine) for routine in TEAM[:4]]


def noise(number: int, *, tier: str = "extract") -> Found:
    events: list[frozenset[Event]] = [
        frozenset({("people/x", number * 1000 + n), ("people/x", number * 1000 + n + 1)}) for n in range(0, 20, 2)
    ]
    return Found(tier=tier, count=len(events), occurrences=events)


def faults(found: Score) -> tuple[int, int, int, int]:
    return found.redundant, found.spurious, found.overclaimed, found.miscounted


def test_a_perfect_report_scores_one_and_has_no_fault() -> None:
    found = score(TEAM, IDEAL)
    assert (found.recovery, found.precision_at_k, found.count_error) == (1.0, 1.0, 0.0)
    assert faults(found) == (0, 0, 0, 0)
    assert found.routines == 3


def test_an_empty_report_recovers_nothing_and_has_no_count_error() -> None:
    found = score(TEAM, [])
    assert (found.recovery, found.precision_at_k, found.count_error) == (0.0, 0.0, None)


def test_a_routine_that_is_missing_lowers_recovery_by_its_share() -> None:
    assert score(TEAM, IDEAL[1:]).recovery == pytest.approx(2 / 3)


def test_noise_that_stands_first_costs_precision_and_is_spurious() -> None:
    found = score(TEAM, [noise(1), noise(2), *IDEAL])
    assert found.recovery == 1.0
    assert found.precision_at_k == pytest.approx(1 / 3)
    assert found.spurious == 2


def test_a_second_candidate_for_the_same_routine_is_redundant() -> None:
    assert faults(score(TEAM, [IDEAL[0], *IDEAL])) == (1, 0, 0, 0)


def test_a_routine_of_four_that_is_called_extract_is_overclaimed() -> None:
    bold = dataclasses.replace(IDEAL[3], tier="extract")
    assert faults(score(TEAM, [*IDEAL[:3], bold])) == (0, 0, 1, 0)


def test_a_habit_and_what_is_merely_noticed_are_passed_over() -> None:
    found = score(TEAM, [perfect(TEAM[4]), noise(1, tier="noticed"), *IDEAL])
    assert (found.precision_at_k, found.spurious) == (1.0, 0)


def test_a_count_that_is_not_the_number_of_occurrences_is_a_miscount() -> None:
    found = score(TEAM, [dataclasses.replace(IDEAL[1], count=14), *IDEAL[:1], *IDEAL[2:]])
    assert found.miscounted == 1
    assert found.count_error == pytest.approx((14 - 7) / 7 / 3)


def test_one_place_of_an_event_that_has_two_is_enough_to_hold_it() -> None:
    typed = [frozenset(place for place in occurrence if place[0] != "repos/r") for occurrence in IDEAL[0].occurrences]
    assert score(TEAM, [Found("canonical", 12, typed), *IDEAL[1:]]).recovery == 1.0


def test_candidates_after_the_first_thirty_are_not_looked_at() -> None:
    found = score(TEAM, [*(noise(n) for n in range(30)), *IDEAL])
    assert (found.recovery, found.candidates) == (0.0, 34)


@given(kept=st.integers(1, STEPS), strays=st.integers(0, 6))
def test_an_occurrence_captures_a_run_from_seven_tenths_of_both_on(kept: int, strays: int) -> None:
    # the last step has two places, so only the first four are used for cutting
    run = TEAM[1].runs[0]
    held = {place for moment in run[:kept] for place in moment}
    occurrence = frozenset(held | {("people/x", n) for n in range(strays)})
    captured = kept >= 0.7 * STEPS and len(held) >= 0.7 * len(occurrence)
    found = score(TEAM, [Found("extract", 1, [occurrence])])
    assert found.by_routine["routine-1"] == pytest.approx(2 / 8 if captured else 0.0)


@given(st.permutations(range(12)))
def test_the_order_of_a_candidates_occurrences_changes_nothing(order: list[int]) -> None:
    shuffled = dataclasses.replace(IDEAL[0], occurrences=[IDEAL[0].occurrences[n] for n in order])
    assert score(TEAM, [shuffled, *IDEAL[1:]]) == score(TEAM, IDEAL)


def test_truth_and_report_are_read_as_they_stand_in_their_files(tmp_path: Path) -> None:
    places = [{"path": "people/ana/.zsh_history", "line": 17}, {"path": "repos/site", "commit": "c0ffee"}]
    truth = {"routines": [{"id": "a", "habit": False, "steps": 1, "instances": [[places]] * 5}]}
    (tmp_path / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
    (routine,) = read_truth(tmp_path / "truth.json")
    (found,) = found_in({"candidates": [{"tier": "extract", "count": 1, "occurrences": [{"events": places}]}]})
    assert (
        set(routine.runs[0][0])
        == set(found.occurrences[0])
        == {
            ("people/ana/.zsh_history", 17),
            ("repos/site", "c0ffee"),
        }
    )
