"""Simulated teams -> a table: how many of the planted routines `fivetimes scan` finds, beside two baselines.

    python -m benchmarks.recovery [--seeds 1 2 3 4 5] [--settings plain stress] [--methods fivetimes] [--labelled FOLDER]

One line per setting of benchmarks/team.py and method, means over the seeds. What the columns say is told in benchmarks/scoring.py,
the n-grams in benchmarks/baseline.py; the other baseline is our own scan with `--engine prefixspan`, the classic library.
Where nothing is planted, whatever is found is chance: read `extract or above` there. `--labelled` adds logs that others have
labelled (benchmarks/labelled.py).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks import baseline, labelled, scoring, team
from rich.console import Console
from rich.table import Table

from fivetimes import pipeline, reports, scan_requests
from fivetimes.config import SearchEngine

KEY = b"of no account: it makes local names, and no figure stands on one"
Method = Callable[[Path], Mapping[str, Any]]

PLAIN = team.Settings()
SETTINGS: Mapping[str, team.Settings] = {
    "plain": PLAIN,
    "noise 0.35": replace(PLAIN, noise=0.35),
    "3 people": replace(PLAIN, people=3),
    "12 people": replace(PLAIN, people=12),
    "6 weeks": replace(PLAIN, weeks=6),
    "26 weeks": replace(PLAIN, weeks=26),
    "leak 0.3": replace(PLAIN, leak=0.3),
    "pause 0.1": replace(PLAIN, pause=0.1),
    "abort 0.3": replace(PLAIN, abort=0.3),
    "weave 0.6": replace(PLAIN, weave=0.6),
    "decoy": replace(PLAIN, decoy=True),
    "alias 0.2, slip 0.03": replace(PLAIN, alias=0.2, slip=0.03),
    "stress": team.STRESS,
    "2 without times": replace(PLAIN, plain=2),
    "nothing planted": replace(PLAIN, without=True),
}
COLUMNS = ("recovery", "precision at K", "spurious + redundant", "count error", "overclaimed", "extract or above")


def _scan(engine: SearchEngine) -> Method:
    def scan(config: Path) -> Mapping[str, Any]:
        # what `fivetimes scan --json` writes, without starting Python anew a hundred times
        return reports.document(pipeline.run(scan_requests.from_config(config, engine=engine), key=KEY))

    return scan


METHODS: Mapping[str, Method] = {
    "fivetimes": _scan(SearchEngine.PROFILE),
    "prefixspan": _scan(SearchEngine.PREFIXSPAN),
    "n-grams": baseline.report,
}


def figures(truth: Sequence[scoring.Routine], report: Mapping[str, Any]) -> tuple[float | None, ...]:
    """The columns of the table for one team; None where there is nothing to say it of."""
    score = scoring.score(truth, scoring.found_in(report))
    above = sum(candidate["tier"] != "noticed" for candidate in report["candidates"])
    planted = score.routines > 0
    return (
        score.recovery if planted else None,
        score.precision_at_k if planted else None,
        score.spurious + score.redundant if planted else None,
        score.count_error,
        score.overclaimed,
        above,
    )


def _means(rows: Sequence[tuple[float | None, ...]]) -> Iterator[str]:
    for column, values in zip(COLUMNS, zip(*rows, strict=True), strict=True):
        known = [value for value in values if value is not None]
        digits = 3 if column in ("recovery", "precision at K", "count error") else 1
        yield f"{fmean(known):.{digits}f}" if known else "-"


def _lines(name: str, seeds: Sequence[int], methods: Sequence[str]) -> Iterator[tuple[str, ...]]:
    rows: dict[str, list[tuple[float | None, ...]]] = {method: [] for method in methods}
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            team.make(Path(folder, "team"), replace(SETTINGS[name], seed=seed))
            truth = scoring.read_truth(Path(folder, "team", "truth.json"))
            for method in methods:
                rows[method].append(figures(truth, METHODS[method](Path(folder, "team", "fivetimes.toml"))))
    for method in methods:
        yield (name, method, *_means(rows[method]))


def main() -> None:
    """Print the table, a setting at a time on the way."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recovery", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--settings", nargs="+", choices=SETTINGS, default=list(SETTINGS), metavar="NAME")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--labelled", type=Path, help="a folder of labelled logs (t,case,action,params)")
    options = parser.parse_args()
    table = Table("setting", "method", *COLUMNS, title=f"means over seeds {', '.join(map(str, options.seeds))}")
    for name in options.settings:
        for line in _lines(name, options.seeds, options.methods):
            table.add_row(*line)
            sys.stderr.write("  ".join(line) + "\n")
    Console(width=120).print(table)
    if options.labelled:
        Console(width=120).print(labelled.table(options.labelled))


if __name__ == "__main__":
    main()
