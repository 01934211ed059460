"""Many simulated teams -> what a scan of all costs on two local Spark workers, and what it finds beside one process.

    python -m benchmarks.company [--sizes 1 4 10 33] [--joint 4] [--memory 4g] [--work FOLDER]

A size is a number of teams of 25 people in 40 weeks, each of about 306,000 events and with a seed of its own; `small` is four teams
of eight people in 16 weeks. Each size is a process of its own: two workers, the memory of each bounded
(`spark.executor.pyspark.memory`), with the CPU seconds that the workers themselves count. Sizes up to `--joint` are also scanned
as one team in one process, and both
answers are held against what was planted (benchmarks/scoring.py).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import team
from benchmarks.scoring import Score, found_in, read_truth, score
from fixtures.formats import configuration
from rich.console import Console
from rich.table import Table

from fivetimes import company, config, pipeline, reports, scan_requests
from fivetimes.config import SearchEngine

SMALL = "small"
UNIT = team.Settings(people=25, weeks=40, day_load=80)
SIZES = (SMALL, "1", "4", "10", "33")  # about 10^5, 3 * 10^5, 10^6, 3 * 10^6, 10^7 events
_KEY = bytes(32)


def made(folder: Path, size: str) -> Path:
    """The teams of a size; those that are there already stay. `folder/truth.json` is the truth of all."""
    settings = [team.Settings(people=8, weeks=16)] * 4 if size == SMALL else [UNIT] * int(size)
    teams, truths = folder / "teams", []
    for number, one in enumerate(settings):
        out = teams / f"team{number:02d}"
        if not (out / "truth.json").is_file():
            team.make(out, replace(one, seed=number + 1), called=f"t{number:02d}-")
        truths.append((f"teams/{out.name}", json.loads((out / "truth.json").read_text(encoding="utf-8"))))
    (folder / "truth.json").write_text(json.dumps(_joined(truths)), encoding="utf-8")
    return teams


def _joined(truths: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """The truths of several teams as one: the runs of a routine are those of all."""
    routines: dict[str, dict[str, Any]] = {}
    for path, truth in truths:
        for one in truth["routines"]:
            whole = routines.setdefault(one["id"], {**one, "instances": [], "done": []})
            whole["instances"] += [
                [[{**place, "path": f"{path}/{place['path']}"} for place in moment] for moment in run]
                for run in one["instances"]
            ]
    return {"events": sum(truth["events"] for _, truth in truths), "routines": list(routines.values())}


def _one_team(folder: Path, teams: Path) -> Path:
    """A configuration that names the people and repositories of all teams."""
    people, repositories = [], []
    for path in sorted(teams.iterdir()):
        one = config.load(path / company.CONFIGURATION)
        inside = path.relative_to(folder).as_posix()
        people += [(p.name, list(p.emails), [f"{inside}/{source}" for source in p.sources]) for p in one.persons]
        repositories += [f"{inside}/{repository}" for repository in one.repositories]
    joint = folder / company.CONFIGURATION
    joint.write_text(configuration(people, repositories), encoding="utf-8")
    return joint


def measured(teams: Path, *, joint: bool) -> dict[str, Any]:
    """Scan the teams in this process: on Spark, or all as one team."""
    start, cpu = time.perf_counter(), time.process_time()
    if joint:
        found = pipeline.run(scan_requests.from_config(_one_team(teams.parent, teams)), key=_KEY)
        costs: tuple[tuple[company.StepCost, ...], ...] = ()
    else:
        with company.on_spark() as workers:
            whole = company.run(scan_requests.from_events(teams, engine=SearchEngine.SPARK), workers, key=_KEY)
        found, costs = whole.scan, whole.costs
    document = json.loads(json.dumps(reports.document(found)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {
        "events": found.events,
        "wall": time.perf_counter() - start,
        "driver": time.process_time() - cpu,
        "peak": peak,
        "seconds": [sum(one.seconds for one in step) for step in costs],
        "worker": max((one.peak for step in costs for one in step), default=peak),
        "kept": sum(one.kept for one in costs[0]) if costs else 0,
        "sent": [sum(one.sent for one in step) for step in costs],
        "skipped": found.skipped,
        "candidates": [
            {"id": one["id"], "tier": one["tier"], "count": one["count"], "occurrences": _within(one, joint=joint)}
            for one in document["candidates"]
        ],
    }


def _within(candidate: Mapping[str, Any], *, joint: bool) -> list[dict[str, Any]]:
    """The occurrences with paths as the truth has them."""
    before = "" if joint else "teams/"
    return [
        {"events": [{**event, "path": f"{before}{event['path']}"} for event in one["events"]]}
        for one in candidate["occurrences"]
    ]


def _called(teams: Path, *, joint: bool, memory: str) -> dict[str, Any]:
    """The same in a process of its own."""
    submit = f"--conf spark.executor.pyspark.memory={memory} --conf spark.log.level=ERROR pyspark-shell"
    words = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "benchmarks.company",
        "--teams",
        str(teams),
        *(["--as-one"] if joint else []),
    ]
    done = subprocess.run(words, stdout=subprocess.PIPE, check=True, env={**os.environ, "PYSPARK_SUBMIT_ARGS": submit})
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _row(size: str, found: Mapping[str, Any]) -> list[str]:
    search, again, fetch = found["seconds"]
    events = found["events"]
    first, second, third = found["sent"]
    return [
        size,
        f"{events:,}",
        f"{found['wall']:.0f}",
        f"{search:.0f}",
        f"{again:.1f}",
        f"{fetch:.1f}",
        f"{events / (search + again + fetch):,.0f}",
        f"{found['worker'] / 2**20:,.0f}",
        f"{found['kept'] / events:.0f}",
        f"{(first + second) / 2**20:.1f}",
        f"{third / 2**20:.1f}",
        f"{found['driver']:.1f}",
        f"{found['peak'] / 2**20:,.0f}",
    ]


def _beside(size: str, apart: Mapping[str, Any], joint: Mapping[str, Any], truth: Path) -> list[str]:
    planted = read_truth(truth)
    scores: list[Score] = [score(planted, found_in(one)) for one in (apart, joint)]
    counts = [{one["id"]: one["count"] for one in found["candidates"]} for found in (apart, joint)]
    both = sorted(set(counts[0]) & set(counts[1]))
    equal = sum(counts[0][name] == counts[1][name] for name in both)
    return [
        size,
        *(f"{one.recovery:.3f}" for one in scores),
        *(f"{one.precision_at_k:.3f}" for one in scores),
        *("" if one.count_error is None else f"{one.count_error:.3f}" for one in scores),
        f"{len(both)} of {len(counts[0])} and {len(counts[1])}",
        str(equal),
    ]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.company", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", nargs="+", default=SIZES)
    parser.add_argument("--joint", type=int, default=4, help="teams up to which all are scanned as one team, too")
    parser.add_argument("--memory", default="4g", help="of each worker's Python")
    parser.add_argument("--work", type=Path, help="folder that keeps the teams")
    parser.add_argument("--teams", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--as-one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.teams is not None:
        sys.stdout.write(json.dumps(measured(options.teams, joint=options.as_one)) + "\n")
        return
    console = Console(width=160)
    with tempfile.TemporaryDirectory() as name:
        for size in options.sizes:
            folder = (options.work or Path(name)) / size
            teams = made(folder, size)
            apart = _called(teams, joint=False, memory=options.memory)
            shown = Table(
                "teams", "events", "wall s", "search CPU s", "again CPU s", "fetch CPU s", "events/s a core", "worker MiB",
                "kept B/event", "profiles MiB", "runs MiB", "driver CPU s", "driver MiB",
            )  # fmt: skip
            shown.add_row(*_row(size, apart))
            console.print(shown)
            if apart["skipped"]:
                raise SystemExit(f"not all was read, so the figures say nothing: {apart['skipped']}")
            if size == SMALL or int(size) <= options.joint:
                joint = _called(teams, joint=True, memory=options.memory)
                beside = Table(
                    "teams",
                    "recovery",
                    "as one",
                    "precision@K",
                    "as one",
                    "count error",
                    "as one",
                    "same ids",
                    "same count",
                )
                beside.add_row(*_beside(size, apart, joint, folder / "truth.json"))
                console.print(beside)
                console.print(
                    f"as one: {joint['wall']:.0f} s wall, {joint['driver']:.0f} s CPU, {joint['peak'] / 2**20:,.0f} MiB"
                )


if __name__ == "__main__":
    main()
