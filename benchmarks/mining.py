"""Sequence databases -> tables: what our miners and their peers need for the same job, each in a process of its own.

    python -m benchmarks.mining [--work gap] [--file db.spmf] [--support 50 10 5] [--times 3] [--patience 60] [--peers PYTHON]
    python -m benchmarks.mining --curve

Without a file the project's own corpus is made (`sequences.py`). All answers are compared by digest before a time is printed;
different ones end the benchmark. Times are the least of several calls in one process, in seconds: `first` the first call (ours:
with loading the compiled code), `best` by the clock on the wall, `CPU` of its best call, children that end with it included
(Spark's Java does not, look at `process`), `process` all CPU of the whole process and its children, from start to end. `peak` is
the largest process among them. `wall x` and `CPU x` are the best call beside numba's; on a machine with other work the second is
the fairer one. A peer that is not installed or takes longer than the patience is said to.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from benchmarks import curve, sequences
from rich.console import Console
from rich.table import Table

RUNNER = Path(__file__).with_name("miners.py")
OURS = ("numba", "numpy")
MEGABYTE = 1e6
STARTING = 15.0  # seconds that a process may take before its first call begins


@dataclass(frozen=True, slots=True)
class Work:
    """A job and those who can do it. `sessions`: size of the corpus that is made for it."""

    max_gap: int | None
    min_length: int
    max_length: int
    keep: str
    supports: tuple[int, ...]
    peers: tuple[str, ...]
    sessions: int

    def job(self, miner: str, *, file: Path, support: int, times: int) -> dict[str, Any]:
        """What `miners.py` is told."""
        lengths = {"min_length": self.min_length, "max_length": self.max_length}
        named = {"miner": miner, "file": str(file), "support": support, "times": times}
        return named | lengths | {"max_gap": self.max_gap, "count": "sessions", "keep": self.keep}


# name -> what is asked; support counts sessions, as that is what the peers can count
WORKS: Mapping[str, Work] = {
    "gap": Work(1, 2, 6, "all", (50, 10, 5), ("seq2pat",), 20_000),
    "classic": Work(None, 1, 4, "all", (100,), ("prefixspan", "pyspark"), 2_000),
    "closed": Work(None, 1, 1000, "closed", (100,), ("prefixspan",), 2_000),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a miner said and used. `said` is None where it did not come to an end; `words` then says why."""

    miner: str
    said: Mapping[str, Any] | None
    cpu: float = 0.0
    peak: int = 0
    words: str = ""


def run(job: Mapping[str, Any], *, python: Path, patience: float) -> Outcome:
    """One process; killed with its children when a call takes longer than the patience."""
    miner = str(job["miner"])
    if subprocess.run([python, "-c", f"import {_module(miner)}"], capture_output=True, check=False).returncode:
        return Outcome(miner, None, words="not installed, skipped")
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as said,
        tempfile.TemporaryFile("w+", encoding="utf-8") as complained,
    ):
        environment = {**os.environ, "PYSPARK_PYTHON": str(python)}
        process = subprocess.Popen(
            [python, RUNNER, json.dumps(job)], stdout=said, stderr=complained, env=environment, start_new_session=True
        )
        status, used = _waited(process.pid, said, patience=patience)
        said.seek(0)
        complained.seek(0)
        lines = said.read().splitlines()
        last = complained.read().strip().rpartition("\n")[2]
    if status is None:
        return Outcome(miner, None, words=f"over {patience:.0f} s a call ({len(lines)} done)")
    if status or not lines or "digest" not in (answer := json.loads(lines[-1])):
        return Outcome(miner, None, words=f"ended with {status}: {last[:90]}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Outcome(miner, answer, used.ru_utime + used.ru_stime, used.ru_maxrss * unit)


def _module(miner: str) -> str:
    return "fivetimes" if miner in OURS else {"seq2pat": "sequential.seq2pat"}.get(miner, miner)


def _waited(number: int, said: IO[str], *, patience: float) -> tuple[int | None, Any]:
    """The exit code and what was used; None for a process that had to be ended with its group."""
    size, since = 0, time.monotonic() + STARTING
    while time.monotonic() - since < patience:
        ended, status, used = os.wait4(number, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), used
        if os.fstat(said.fileno()).st_size > size:  # a call is done, the next one begins
            size, since = os.fstat(said.fileno()).st_size, time.monotonic()
        time.sleep(0.02)
    os.killpg(number, signal.SIGKILL)
    _, _, used = os.wait4(number, 0)
    return None, used


def compared(outcomes: Sequence[Outcome]) -> int:
    """How many patterns all found; whoever found something else ends the benchmark."""
    answers = {outcome.miner: outcome.said for outcome in outcomes if outcome.said is not None}
    if len({answer["digest"] for answer in answers.values()}) > 1:
        told = ", ".join(f"{miner} {said['patterns']:,} patterns ({said['digest']})" for miner, said in answers.items())
        raise SystemExit(f"the answers differ, so no time is told: {told}")
    return max((answer["patterns"] for answer in answers.values()), default=0)


def table(title: str, outcomes: Sequence[Outcome]) -> Table:
    """A row per miner."""
    shown = Table(
        "miner", "first", "best", "CPU", "process", "peak MB", "wall x", "CPU x", title=title, title_justify="left"
    )
    best = {o.miner: (min(o.said["walls"]), min(o.said["cpus"])) for o in outcomes if o.said is not None}
    for outcome in outcomes:
        if outcome.said is None:
            shown.add_row(outcome.miner, outcome.words)
            continue
        wall, cpu = best[outcome.miner]
        seconds = (outcome.said["walls"][0], wall, cpu, outcome.cpu)
        ours = best.get("numba", (wall, cpu))
        ratios = (f"{wall / ours[0]:.1f}", f"{cpu / ours[1]:.1f}" if outcome.miner != "pyspark" else "-")
        shown.add_row(outcome.miner, *(f"{s:.3f}" for s in seconds), f"{outcome.peak / MEGABYTE:.0f}", *ratios)
    return shown


def _tables(work: Work, name: str, file: Path, options: argparse.Namespace) -> Iterator[Table]:
    for support in options.support or work.supports:
        outcomes = []
        for miner in (*OURS, *work.peers):
            python = Path(sys.executable) if miner in OURS else options.peers
            job = work.job(miner, file=file, support=support, times=options.times)
            outcomes.append(run(job, python=python, patience=options.patience))
        gap = "no gap limit" if work.max_gap is None else f"gap {work.max_gap}"
        yield table(
            f"{name}: {file.name}, support {support} sessions, {gap}, length {work.min_length} to {work.max_length},"
            f" {work.keep}: {compared(outcomes):,} patterns, the same of all",
            outcomes,
        )


def main() -> None:
    """Print one table per work and support."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--work", choices=[*WORKS, "all"], default="all")
    parser.add_argument("--file", type=Path, help="an SPMF file; without one a corpus is made")
    parser.add_argument("--support", type=int, nargs="+", help="sessions; without it what the work says")
    parser.add_argument("--times", type=int, default=3, help="calls per process")
    parser.add_argument("--patience", type=float, default=60.0, help="seconds per call")
    parser.add_argument("--peers", type=Path, default=Path(sys.executable), help="a Python that has the peers")
    parser.add_argument("--curve", action="store_true", help="cost by size instead: writes benchmarks/mining-curve.svg")
    options = parser.parse_args()
    console = Console(width=132, highlight=False)
    if options.curve:
        console.print(curve.measured())
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, work in WORKS.items():
            if options.work not in (name, "all"):
                continue
            file = options.file or Path(folder) / f"made-{work.sessions}.spmf"
            if not file.exists():
                sequences.write(file, sequences.corpus(work.sessions, seed=8))
            for shown in _tables(work, name, file, options):
                console.print(shown)


if __name__ == "__main__":
    main()
