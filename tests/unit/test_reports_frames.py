"""The tables of the notebooks say what the scan says."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

import builders_scan
from fivetimes.model.scans import Scan
from fivetimes.reports import frames

ALIAS = defaultdict(lambda: "p1")


def a_scan() -> Scan:
    """Two made-up candidates."""
    return builders_scan.scan(builders_scan.friday(6)[0], builders_scan.release(12)[0])


def test_the_ladder_has_a_row_per_candidate_with_its_counts():
    scan = a_scan()
    table = frames.routines(scan)
    assert table["count"].to_dict() == {c.id: c.count for c in scan.candidates}
    assert isinstance(table["first"].dtype, pd.DatetimeTZDtype)


def test_runs_has_a_row_per_occurrence():
    scan = a_scan()
    counted = frames.runs(scan, ALIAS).groupby("routine").size().to_dict()
    assert counted == {c.id: c.count for c in scan.candidates if c.count}


def test_steps_and_what_was_suppressed_keep_their_order():
    scan = a_scan()
    listed = frames.steps(scan).groupby("routine")["action"].apply(list).to_dict()
    assert listed == {c.id: [s.action for s in c.steps] for c in scan.candidates}
    assert frames.suppressed(scan)["rule"].tolist() == [s.reason for s in scan.not_proposed]
    assert frames.habits(scan)["count"].tolist() == [s.count for s in scan.habits]
    assert len(scan.not_proposed) + len(scan.habits) == len(scan.suppressed)


def test_a_scan_without_candidates_gives_empty_tables():
    import dataclasses

    empty = dataclasses.replace(a_scan(), candidates=(), suppressed=())
    assert frames.routines(empty).empty
    assert frames.runs(empty, {}).empty
    assert frames.suppressed(empty).empty
