"""Simulated teams of rising size -> what `fivetimes scan` costs per event, as a table and a picture.

    python -m benchmarks.growth

CPU and memory of the whole call, start-up included, the least of so many calls; a size is reached by more people for longer.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import matplotlib as mpl
from benchmarks import team
from benchmarks.command import Cost, run
from rich.console import Console
from rich.table import Table

SIZES = (  # about 10^4, 10^4.5, … 10^6 events
    team.Settings(people=6, weeks=12),
    team.Settings(people=10, weeks=18),
    team.Settings(people=15, weeks=36),
    team.Settings(people=25, weeks=40, day_load=80),
    team.Settings(people=60, weeks=52, day_load=80),
)
PICTURE = Path(__file__).with_name("growth.svg")


def _scan(team_file: Path, folder: Path, *, times: int) -> Cost:
    costs = []
    for number in range(times):
        report = folder / "report.json"
        # a home of its own each time, so that nothing kept from the time before helps
        home = folder / f"home{number}"
        costs.append(run(["scan", "--config", str(team_file), "--yes", "--json", str(report)], home=home))
    return min(costs, key=lambda cost: cost.cpu)


def measured(times: int) -> Table:
    """Measure all sizes, draw the picture, return the table."""
    shown = Table("events", "CPU s", "wall s", "µs an event", "peak MiB")
    points = []
    for settings in SIZES:
        with tempfile.TemporaryDirectory() as name:
            events = team.make(Path(name, "team"), settings)
            cost = _scan(Path(name, "team", "fivetimes.toml"), Path(name), times=times)
        points.append((events, cost.cpu))
        shown.add_row(
            f"{events:,}",
            f"{cost.cpu:.1f}",
            f"{cost.wall:.1f}",
            f"{cost.cpu / events * 1e6:.0f}",
            f"{cost.peak / 2**20:,.0f}",
        )
    _drawn(points)
    return shown


def _drawn(points: list[tuple[int, float]]) -> None:
    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "fivetimes"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 3.2))
    events, seconds = zip(*points, strict=True)
    axes.plot(events, seconds, marker="o", color="#2a6f97", label="fivetimes scan")
    axes.plot(events, [seconds[-1] * n / events[-1] for n in events], ls="--", color="#999999", label="linear")
    axes.set(xscale="log", yscale="log", xlabel="events", ylabel="CPU seconds, start-up included")
    axes.set_title("Cost of a scan by size of the history", fontsize=10)
    axes.legend(frameon=False)
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(PICTURE, metadata={"Date": None})


def main() -> None:
    """Print the table and write the picture."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=3)
    Console(width=100).print(measured(parser.parse_args().times))


if __name__ == "__main__":
    main()
