"""Conditions of the simulated world -> a table: what `fivetimes scan` finds under each, beside baselines of the same run.

    python -m benchmarks.world.matrix [--only plain handover1 | all] [--seeds 1 2 3] [--library other] [--work build/world]

The work folder keeps a line of figures for each condition, seed and method, and a later call goes on where an earlier one
stopped; what was measured with other code, ours or the simulator's, is measured anew. benchmarks/world/score.py explains the
columns.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks import recovery
from benchmarks.world import islands, write
from benchmarks.world.library import LIBRARIES
from benchmarks.world.records import CONDITIONS, Settings
from benchmarks.world.score import read_truth, score
from benchmarks.world.simulate import simulate

PLAIN = Settings()
AT_TWO = [name for name in CONDITIONS if name not in ("rare", "length")]  # 2 is much the same as 1, or nothing more
BUSY = [name for name in CONDITIONS if name not in ("background", "rare", "limit")]
SETTINGS: Mapping[str, Settings] = {
    "plain": PLAIN,
    **{f"{name}1": PLAIN.turned_up({name: 1}) for name in CONDITIONS},
    **{f"{name}2": PLAIN.turned_up({name: 2}) for name in AT_TWO},
    **{f"busy-{name}": PLAIN.turned_up({"background": 1, name: 1}) for name in BUSY},
    "all1": PLAIN.turned_up(dict.fromkeys(CONDITIONS, 1)),
    **{f"chance{level}": replace(PLAIN, without=True, background=level) for level in (0, 1, 2)},
    "solo-ana": replace(PLAIN, background=1, person="ana"),
}
USUAL = ("plain", "handover1", "days1", "families1", "slips1", "background1", "gui1", "rare1", "scripts1", "agents1", "all1",
         "chance0", "chance1", "solo-ana")  # fmt: skip
METHODS = {**recovery.METHODS, "islands": islands.report}
CLASSIC = (
    "plain",
    "background1",
    "rare1",
    "all1",
    "chance1",
)  # PrefixSpan finds next to nothing anywhere; these show it

READ = {".py", ".gz", ".json", ".txt", ".wasm"}  # kinds of files of the package: code, and the tables that it reads

Row = Mapping[str, Any]


def code() -> str:
    """A digest of all code on which a figure stands, with the tables that it reads."""
    here = Path(__file__).parent
    files = sorted(
        [
            *(path for path in (here.parents[1] / "src/fivetimes").rglob("*.*") if path.suffix in READ),
            *here.glob("*.py"),
            *here.glob("*/*.yaml"),
            here.parent / "baseline.py",
        ]
    )
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def _measured(name: str, library: str, seed: int, methods: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    with tempfile.TemporaryDirectory() as folder:
        team = Path(folder, "team")
        write.make(team, *simulate(replace(SETTINGS[name], seed=seed, library=library)))
        truth = read_truth(team)
        for method in methods:
            yield method, asdict(score(truth, METHODS[method](team / "fivetimes.toml")))


def _run(results: Path, library: str, names: Sequence[str], seeds: Sequence[int]) -> list[Row]:
    """All rows asked for, those that stand there already included."""
    this = {"code": code(), "library": library}
    rows = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()] if results.is_file() else []
    rows = [row for row in rows if this.items() <= row.items()]
    done = {(row["condition"], row["seed"], row["method"]) for row in rows}
    for name in names:
        for seed in seeds:
            methods = [method for method in METHODS if method != "prefixspan" or name in CLASSIC]
            left = [method for method in methods if (name, seed, method) not in done]
            for method, figures in _measured(name, library, seed, left) if left else ():
                rows.append({**this, "condition": name, "seed": seed, "method": method, **figures})
                with results.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(rows[-1]) + "\n")
                sys.stderr.write(
                    f"{name} {seed} {method}: recovery {_text(figures['recovery'])}, {figures['flagged']} flagged\n"
                )
    return [row for row in rows if row["condition"] in names and row["seed"] in seeds]


def _text(value: float | None, digits: int = 2) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _mean(rows: Sequence[Row], column: str, digits: int = 2) -> str:
    known = [row[column] for row in rows if row[column] is not None]
    return _text(fmean(known) if known else None, digits)


def _three(rows: Sequence[Row]) -> str:
    """Recovery, precision at K and what is not right, of a baseline."""
    if not rows:
        return ""
    wrong = fmean(row["spurious"] + row["redundant"] for row in rows)
    return f"{_mean(rows, 'recovery')} / {_mean(rows, 'precision_at_k')} / {wrong:.1f}"


def table(rows: Sequence[Row], names: Sequence[str]) -> Iterator[str]:
    """The lines of a Markdown table, means over the seeds."""
    heads = [
        "condition",
        "recovery",
        "precision@K",
        "spurious + redundant",
        "flagged",
        "count error",
        "routines (unseen)",
    ]
    baselines = [method for method in METHODS if method != "fivetimes"]
    heads += [f"{method}: recovery / P@K / spurious + redundant" for method in baselines]
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    for name in names:
        of = {
            method: [row for row in rows if (row["condition"], row["method"]) == (name, method)] for method in METHODS
        }
        own = of["fivetimes"]
        cells = [
            name,
            _mean(own, "recovery"),
            _mean(own, "precision_at_k"),
            f"{_mean(own, 'spurious', 1)} + {_mean(own, 'redundant', 1)}",
            _mean(own, "flagged", 1),
            _mean(own, "count_error"),
            f"{_mean(own, 'wanted', 1)} ({_mean(own, 'unseen', 1)})",
            *(_three(of[method]) for method in baselines),
        ]
        yield f"| {' | '.join(cells)} |"


def main() -> None:
    """Measure what is not measured yet, and print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.world.matrix", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--only", nargs="+", choices=["all", *SETTINGS], default=USUAL, metavar="CONDITION")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--library", choices=LIBRARIES, default=PLAIN.library)
    parser.add_argument("--work", type=Path, default=Path("build/world"))
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    names = list(SETTINGS) if "all" in options.only else [name for name in SETTINGS if name in options.only]
    rows = _run(options.work / "results.jsonl", options.library, names, options.seeds)
    sys.stdout.write("\n".join(table(rows, names)) + "\n")


if __name__ == "__main__":
    main()
