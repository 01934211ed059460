"""One routine per family of variants."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage

import logs
from fivetimes.config import FiveTimesRule, Search
from fivetimes.model.events import Kind
from fivetimes.model.sources import RawBatch
from fivetimes.routines import merging, objective
from fivetimes.routines.cover import find
from fivetimes.routines.database import open_database
from fivetimes.routines.merging import families, likeness

SEARCH = Search()

paths = st.lists(st.integers(0, 5), max_size=6)
WEIGHT = np.array([1.0, 2.0, 3.0, 1.0, 0.5, 4.0])


@given(paths, paths)
def test_likeness_is_between_nothing_and_the_same_and_symmetric(a, b):
    value = likeness(a, b, WEIGHT)
    assert 0.0 <= value <= 1.0
    assert value == likeness(b, a, WEIGHT)
    assert likeness(a, a, WEIGHT) == (1.0 if a else 0.0)


def test_a_shared_rare_step_says_more_than_a_shared_common_one():
    rate = np.array([0.5, 0.001, 0.01, 0.01])
    weight = -np.log2(rate)
    assert likeness([1, 2], [1, 3], weight) > likeness([0, 2], [0, 3], weight)


def test_two_ways_of_one_routine_are_one_candidate_and_nothing_is_lost():
    parts = [logs.work("abcdefgh", 8, people=1, seed=1), logs.work("abcijfgh", 8, people=1, seed=2)]
    sessions = logs.sessions_of(*(logs.again_as(part, f"q{n}") for n, part in enumerate(parts)))
    found, _ = logs.routines(sessions, rule=FiveTimesRule(), search=SEARCH)
    assert [c.count for c in found] == [16]


def test_two_routines_that_share_steps_stay_apart():
    parts = [logs.work("abcdef", 8, people=1, seed=1), logs.work("abghij", 8, people=1, seed=2)]
    sessions = logs.sessions_of(*(logs.again_as(part, f"q{n}") for n, part in enumerate(parts)))
    found, _ = logs.routines(sessions, rule=FiveTimesRule(), search=SEARCH)
    assert sorted(c.count for c in found) == [8, 8]


def test_runs_broken_off_are_no_variant_and_are_not_counted():
    parts = [logs.work("abcdefgh", 8, people=1, seed=1), logs.work("abcd", 4, people=1, seed=2)]
    sessions = logs.sessions_of(*(logs.again_as(part, f"q{n}") for n, part in enumerate(parts)))
    found, _ = logs.routines(sessions, rule=FiveTimesRule(), search=SEARCH)
    assert [c.count for c in found] == [8]
    assert found[0].confidence.completion == pytest.approx(8 / 12, abs=0.001)


def variants():
    """Commits of many kinds after the same edits, and one kind of commit after them: found apart, and one way of working."""
    rng = random.Random(3)
    kinds = ("feat", "add", "improve", "use", "docs", "chore")
    files = ["setup.py", "src/app.py", "tests/test_app.py"]
    commits: list[tuple[str, list[str]]] = []
    for n in range(40):
        commits.append((f"{kinds[n % 6]}: x{n}", files) if n % 4 else (f"fix: y{n}", files[1:]))
        commits += [(f"{rng.choice(kinds)}: z{n}{m}", [rng.choice(["a.md", "b.csv", "c.yml"])]) for m in range(6)]
    times = [logs.START + 7200.0 * n for n in range(len(commits))]
    subjects, touched = [c[0] for c in commits], [tuple(c[1]) for c in commits]
    batch = RawBatch("git", "repo", subjects, kind=Kind.COMMIT, time=times, files=touched, owner="ana")
    database = open_database(logs.sessions_of(batch), silence=SEARCH.max_pause)
    # the fixes have no two steps of their own, but are there to be merged
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(objective, "OWN_SHARE", 0.0)
        found, _ = find(database, SEARCH)
    assert len(found) > 1
    return database, found


def test_a_step_that_is_any_of_a_programs_is_also_the_step_that_is_one_of_them():
    assert len(families(*variants(), end_share=0.7, bar=SEARCH.routine_bits)) == 1


def test_merging_keeps_every_row_of_every_member():
    database, found = variants()
    merged = families(database, found, end_share=0.0, bar=SEARCH.routine_bits)
    assert len(merged) < len(found)
    before = sorted(int(r) for one in found for r in one.occurrences.all_rows())
    assert sorted(int(r) for one in merged for r in one.occurrences.all_rows()) == before


def test_variants_that_together_have_more_steps_than_the_search_can_hold_stay_apart(monkeypatch):
    database, found = variants()
    monkeypatch.setattr(merging, "MAX_STEPS", 2)
    assert len(families(database, found, end_share=0.7, bar=SEARCH.routine_bits)) == len(found)


@given(st.integers(2, 14), st.integers(0, 2**32 - 1))
def test_groups_are_those_of_average_linkage_as_scipy_has_it(count, seed):
    pairs = np.random.default_rng(seed).uniform(0, 2 * merging.FAMILY_CUT, count * (count - 1) // 2)
    distance = np.zeros((count, count))
    distance[np.triu_indices(count, 1)] = pairs
    labels = fcluster(linkage(pairs, method="average"), merging.FAMILY_CUT, criterion="distance")
    wanted = sorted(np.flatnonzero(labels == label).tolist() for label in set(labels.tolist()))
    assert merging.clusters(distance + distance.T) == wanted
