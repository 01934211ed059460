"""A process killed while it writes leaves the old file or the new one, never half of one."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import builders_scan as made
from fivetimes import review
from fivetimes.review import ledger

WRITER = """
import itertools, sys
from pathlib import Path
from fivetimes import atomic, store
folder = Path(sys.argv[1])
for n in itertools.count():
    atomic.write_all({"a.txt": str(n % 10) * 4_000_000}, directory=folder)
    print(n, flush=True)
"""

REVIEWER = """
import itertools, sys
from datetime import datetime, timedelta, UTC
from pathlib import Path
from fivetimes import review
from fivetimes.model.decisions import Decision
folder, by = Path(sys.argv[1]), sys.argv[2]
for n in itertools.count():
    at = datetime(2026, 4, 3, tzinfo=UTC) + timedelta(seconds=n)
    review.decide("publish-post-3f9a", decision=Decision.DEFER, by=by, why="x" * 50, at=at, folder=folder)
    print(n, flush=True)
"""


def start(code: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, *words], stdout=subprocess.PIPE, text=True)


def kill(process: subprocess.Popen[str]) -> int:
    """Kill -9; returns how many writes it had told of."""
    process.send_signal(signal.SIGKILL)
    out, _ = process.communicate()
    return len(out.splitlines())


@pytest.mark.parametrize("wait", [0.0, 0.003, 0.007, 0.011])
def test_a_file_is_the_old_one_or_the_new_one(wait: float, tmp_path: Path) -> None:
    process = start(WRITER, str(tmp_path))
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(wait)
    kill(process)
    text = (tmp_path / "a.txt").read_text()
    assert len(text) == 4_000_000
    assert len(set(text)) == 1


def test_two_people_write_into_one_ledger_and_one_is_killed_and_nothing_is_lost(tmp_path: Path) -> None:
    review.write_conductor(made.drafted(*made.friday(6)), folder=tmp_path)
    ana, bo = start(REVIEWER, str(tmp_path), "ana"), start(REVIEWER, str(tmp_path), "bo")
    assert bo.stdout is not None
    for _ in range(3):
        bo.stdout.readline()
    told = {"ana": kill(ana)}
    bo.stdout.readline()
    told["bo"] = 4 + kill(bo)
    found = review.read_ledger(tmp_path)
    for by, times in told.items():
        assert times <= sum(entry.by == by for entry in found) <= times + 1
    assert list(ledger.broken(found)) == []
