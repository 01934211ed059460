"""The figures for labelled logs: a perfect report has 1 everywhere, and each broken one falls where it should."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from benchmarks.labelled import Event, measured, noisy

LOG = [Event("", str(case), action, "{}") for case in range(10) for action in ("open", "copy", "paste", "send")]


def report(actions: list[str], spans: list[tuple[int, int]]) -> dict[str, Any]:
    return {
        "candidates": [
            {
                "steps": [{"action": action, "share": 1.0} for action in actions],
                "variants": [],
                "occurrences": [{"events": [{"line": line} for line in range(low, high)]} for low, high in spans],
            }
        ]
    }


SPANS = [(2 + 4 * case, 6 + 4 * case) for case in range(10)]


def test_what_is_all_right_has_one_everywhere() -> None:
    found = measured(LOG, LOG, report(["open", "copy", "paste", "send"], SPANS))
    assert (found["JC"], found["reverse"], found["IoU"]) == (1.0, 1.0, 1.0)


def test_a_missing_step_costs_likeness_and_shifted_spans_cost_agreement() -> None:
    found = measured(LOG, LOG, report(["open", "copy", "paste"], [(low + 2, high + 2) for low, high in SPANS]))
    assert found["JC"] == found["reverse"] == pytest.approx(0.75)
    assert found["IoU"] == 0.0


def test_nothing_found_is_nothing() -> None:
    found = measured(LOG, LOG, {"candidates": []})
    assert (found["JC"], found["reverse"], found["IoU"]) == (0.0, 0.0, 0.0)


def test_noise_leaves_out_and_puts_in_alike_and_is_the_same_for_the_same_seed() -> None:
    log = LOG * 50
    made = noisy(log, Random(3))
    put_in = sum(event.case is None for event in made)
    left_out = len(log) - (len(made) - put_in)
    assert put_in == pytest.approx(0.2 * len(log), rel=0.15)
    assert left_out == pytest.approx(0.2 * len(log), rel=0.15)
    assert made == noisy(log, Random(3))
