"""The simulated year of a team of 60 -> a table: what `fivetimes scan` costs, beside `shlex.split` of the same lines.

    python -m benchmarks.speed [--times 3] [--people 60] [--weeks 52] [--day-load 80]

Both are measured in the same run, as CPU seconds, the least of several times; memory is the peak of the whole process.
`fivetimes --help` is measured by the clock on the wall, the least of ten.
"""

from __future__ import annotations

import argparse
import json
import shlex
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import team
from benchmarks.command import Cost, run
from benchmarks.scoring import found_in, read_truth, score
from rich.console import Console
from rich.table import Table

from fivetimes import config
from fivetimes.ingest import READERS, sources
from fivetimes.model.sources import Balance

HELP_TIMES = 10
SHELLS = ("zsh", "bash", "fish")


def lines_of(team_file: Path) -> list[str]:
    """The command lines of a team's shell histories."""
    found, _ = sources(config.load(team_file))
    shells = (source for source in found if source.reader in SHELLS)
    return [text for source in shells for batch in READERS[source.reader](source, Balance()) for text in batch.text]


def _split_all(lines: Sequence[str]) -> float:
    """CPU seconds that shlex.split takes for all lines; one that it cannot split costs its time too."""
    start = time.process_time()
    for line in lines:
        try:
            shlex.split(line)
        except ValueError:
            continue
    return time.process_time() - start


def _scan(team_file: Path, folder: Path, *, number: int) -> Cost:
    # a home of its own each time, so that nothing kept from the time before helps
    report, home = folder / "report.json", folder / f"home{number}"
    return run(["scan", "--config", str(team_file), "--yes", "--json", str(report)], home=home)


def _recovery(folder: Path) -> float:
    """How well the last scan found the planted routines."""
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return score(read_truth(folder / "team" / "truth.json"), found_in(report)).recovery


def _table(lines: int, *, events: int, split: float, scans: Sequence[Cost], recovery: float, answer: float) -> Table:
    cpu, peak = min(cost.cpu for cost in scans), max(cost.peak for cost in scans)
    table = Table("what", "figure")
    table.add_row("events", f"{events:,}")
    table.add_row("command lines", f"{lines:,}")
    table.add_row("shlex.split of them, CPU", f"{split:.2f} s")
    table.add_row("fivetimes scan, CPU", f"{cpu:.2f} s")
    table.add_row("ratio", f"{cpu / split:.2f}")
    table.add_row("fivetimes scan, wall", f"{min(cost.wall for cost in scans):.2f} s")
    table.add_row("fivetimes scan, peak memory", f"{peak / 2**20:,.0f} MiB")
    table.add_row("recovery (benchmarks/scoring.py)", f"{recovery:.3f}")
    table.add_row("fivetimes --help, wall", f"{answer:.3f} s")
    return table


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--day-load", type=int, default=80)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = team.Settings(people=options.people, weeks=options.weeks, day_load=options.day_load)
        events = team.make(folder / "team", settings)
        lines = lines_of(folder / "team" / "fivetimes.toml")
        # the two take turns, so that a busy machine weighs on both
        splits, scans = [], []
        for number in range(options.times):
            splits.append(_split_all(lines))
            scans.append(_scan(folder / "team" / "fivetimes.toml", folder, number=number))
        answer = min(run(["--help"], home=folder / "home").wall for _ in range(HELP_TIMES))
        table = _table(
            len(lines), events=events, split=min(splits), scans=scans, recovery=_recovery(folder), answer=answer
        )
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
