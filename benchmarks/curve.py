"""Corpora of rising size -> what a pattern occurrence costs, as a table and a picture.

Gap 1, support 5 disjoint occurrences, up to 8 tokens, all patterns. A pattern occurrence is one occurrence that is counted for one
pattern: the sum of all supports. CPU time is the least of three calls, in a process per size.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
from rich.table import Table

SIZES = (100_000, 316_000, 1_000_000, 3_160_000, 10_000_000)  # events
MEAN_LENGTH = 32.5  # of a session in `sequences.corpus`
PICTURE = Path(__file__).with_name("mining-curve.svg")
_ONE = """
import json, sys, time
import numpy as np
from benchmarks.sequences import corpus
from fivetimes.columns import Traces
from fivetimes.sequential_patterns import mine
made = corpus(int(sys.argv[1]), seed=8)
start = np.concatenate(([0], np.cumsum([len(session) for session in made]))).astype(np.int64)
labels, items = np.unique(np.concatenate(made), return_inverse=True)
traces = Traces(items.astype(np.int32), start, tuple(labels.tolist()))
del made
best, walls = [], []
for _ in range(3):
    clock, cpu = time.perf_counter(), time.process_time()
    found = mine(traces, support=5, max_gap=1, engine="numba")
    best.append(time.process_time() - cpu)
    walls.append(time.perf_counter() - clock)
print(json.dumps([int(start[-1]), len(found), int(found.support.sum()), min(best), walls]))
"""


def _measured(events: int) -> tuple[list[float], int]:
    """What one process says, and the peak of its memory in bytes."""
    arguments = [sys.executable, "-c", _ONE, str(round(events / MEAN_LENGTH))]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{events:,} events: the process left with exit code {process.returncode}; see above")
    return json.loads(said), used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def measured() -> Table:
    """Measure all sizes, draw the picture, return the table."""
    shown = Table(
        "events", "patterns", "occurrences", "CPU s", "wall s", "first call, wall s", "ns an occurrence", "peak MB"
    )
    points = []
    for size in SIZES:
        (events, patterns, occurrences, cpu, walls), peak = _measured(size)
        points.append((events, cpu / occurrences * 1e9))
        columns = (
            f"{events:,}",
            f"{patterns:,}",
            f"{occurrences:,}",
            f"{cpu:.2f}",
            f"{min(walls):.2f}",
            f"{walls[0]:.2f}",
        )
        shown.add_row(*columns, f"{points[-1][1]:.0f}", f"{peak / 1e6:.0f}")
    _drawn(points)
    return shown


def _drawn(points: list[tuple[float, float]]) -> None:
    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "fivetimes"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 3.2))
    axes.plot(*zip(*points, strict=True), marker="o", color="#2a6f97")
    axes.set(xscale="log", ylim=(0, None), xlabel="events", ylabel="ns of CPU per pattern occurrence")
    axes.set_title("Cost of a pattern occurrence by size (gap 1, support 5)", fontsize=10)
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(PICTURE, metadata={"Date": None})
