"""Simulated teams -> a table: how many of the planted routines `fivetimes scan` finds, beside two baselines.

    python -m benchmarks.recovery [--seeds 1 2 3] [--stress]

The columns are told in benchmarks/scoring.py, the baseline in benchmarks/baseline.py; the other one is our own scan
with `--engine prefixspan`, the classic library.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import baseline, scoring, team
from benchmarks.command import run
from rich.console import Console
from rich.table import Table

COLUMNS = (
    "recovery",
    "precision_at_k",
    "redundant",
    "spurious",
    "overclaimed",
    "miscounted",
    "count_error",
    "candidates",
)

Method = Callable[[Path], Mapping[str, Any]]


def _scan(engine: Sequence[str]) -> Method:
    def scan(config: Path) -> Mapping[str, Any]:
        with tempfile.TemporaryDirectory() as home:
            report = Path(home, "report.json")
            run(["scan", "--config", str(config), "--yes", "--json", str(report), *engine], home=Path(home))
            found: Mapping[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        return found

    return scan


METHODS: Mapping[str, Method] = {
    "fivetimes": _scan(()),
    "prefixspan": _scan(("--engine", "prefixspan")),
    "n-grams": baseline.report,
}


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def _rows(settings: team.Settings, folder: Path) -> Iterator[tuple[str, scoring.Score]]:
    team.make(folder, settings)
    truth = scoring.read_truth(folder / "truth.json")
    for name, method in METHODS.items():
        yield name, scoring.score(truth, scoring.found_in(method(folder / "fivetimes.toml")))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recovery", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--stress", action="store_true")
    options = parser.parse_args()
    table = Table("method", "seed", *(name.replace("_", " ") for name in COLUMNS))
    for seed in options.seeds:
        with tempfile.TemporaryDirectory() as folder:
            settings = replace(team.STRESS if options.stress else team.Settings(), seed=seed)
            for name, found in _rows(settings, Path(folder, "team")):
                table.add_row(name, str(seed), *(_shown(getattr(found, column)) for column in COLUMNS))
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
