"""What is mined on the first part of the time is looked for in the rest; real work is measured without labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from benchmarks import persistence, real
from benchmarks.persistence import Seen
from hypothesis import given
from hypothesis import strategies as st

import builders_scan
import logs
from fivetimes.config import FiveTimesRule, Search
from fivetimes.model.candidates import Step
from fivetimes.model.events import Kind

SEARCH = Search()
ONE, _ = builders_scan.friday(6)


def with_steps(letters: str, *, rare: str = ""):
    """A candidate of these usual steps and those rare ones."""
    steps = [Step(letter, Kind.SHELL, 1.0) for letter in letters] + [Step(letter, Kind.SHELL, 0.2) for letter in rare]
    return replace(ONE, steps=tuple(steps))


def test_the_first_part_holds_what_was_done_in_70_of_100_days_and_no_value_is_lost():
    sessions = logs.work("abcdef", 20, people=1)
    first = persistence.first_part(sessions)
    clock = sessions.actions.clock
    share = (first.actions.clock.max() - clock.min()) / (clock.max() - clock.min())
    assert 0.55 < share <= 0.72
    rows = len(first.actions)
    assert first.actions.clock.tolist() == clock[:rows].tolist()
    assert first.actions.values.tolist() == sessions.actions.values[: first.actions.value_start[-1]].tolist()
    assert len(first) == len(np.unique(sessions.session[:rows]))


def test_a_routine_that_goes_on_persists_and_everyday_pairs_do_not_beyond_chance():
    sessions = logs.work("abcdef", 24, people=1)
    found = persistence.mined(sessions, rule=FiveTimesRule(), search=SEARCH)
    assert [one.again for one in found] == [True]
    assert found[0].seen >= 4
    token = {label: number for number, label in enumerate(sessions.actions.labels)}
    pattern = tuple(token[f"do-{letter}"] for letter in "mno")  # the three commonest everyday letters
    plain = persistence.sequences(sessions, [pattern, tuple(token[f"do-{x}"] for x in "abc")], search=SEARCH)
    assert [one.again for one in plain] == [False, True]


@pytest.mark.parametrize(
    ("seen", "bits", "again"), [(2, 7.0, True), (1, 90.0, False), (9, 6.0, False), (0, 0.0, False)]
)
def test_again_means_twice_and_beyond_chance(seen, bits, again):
    assert Seen(5, seen, bits).again is again


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_likeness_is_that_of_the_longest_sequence_that_both_hold(a, b):
    def held(whole: str, part: str) -> bool:
        rest = iter(whole)
        return all(letter in rest for letter in part)

    parts = {"".join(x for n, x in enumerate(a) if bits >> n & 1) for bits in range(2 ** len(a))}
    longest = max(len(part) for part in parts if held(b, part))
    assert real.likeness(a, b) == pytest.approx(2 * longest / max(1, len(a) + len(b)))


def test_redundancy_is_the_mean_of_the_nearest_and_rare_steps_play_no_part():
    assert real.redundancy(
        [with_steps("abc", rare="x"), with_steps("abc", rare="y"), with_steps("pqr")]
    ) == pytest.approx(2 / 3)
    assert real.redundancy([with_steps("abc")]) == 0.0


def test_what_was_noticed_and_is_a_part_of_a_routine_is_not_proposed():
    whole = logs.again_as(logs.work("abcdefgh", 12, people=1), "p0")
    part = logs.again_as(logs.work("bcd", 3, people=1, seed=8), "p1")
    found, suppressed = logs.routines(logs.sessions_of(whole, part), rule=FiveTimesRule(), search=SEARCH)
    steps = [{step.action for step in c.steps} for c in found]
    assert not any(mine <= {"do-b", "do-c", "do-d"} for mine in steps)
    assert sum(c.count for c in found) + sum(s.count for s in suppressed) >= 12
