"""Logs that others have labelled with cases -> how well `fivetimes scan` finds their routines without the labels.

    python -m benchmarks.recovery --labelled FOLDER

FOLDER holds files `t,case,action,params`, a line per event. The case is taken out; with a chance of 0.4 an event is left out or
preceded by another event of the log, one as often as the other. Means over ten such draws:

    JC        Jaccard likeness of a candidate's usual actions and the likest true variant's, mean over the candidates
    reverse   for each true variant the likest candidate or way of one (`variants`), weighed by its cases
    IoU       F1 of occurrences and cases, matched one to one, whose spans share half of their union
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any

from rich.table import Table

from fivetimes import pipeline, reports, scan_requests

NOISE = 0.4
DRAWS = 10
KEY = b"of no account: it makes local names, and no figure stands on one"
USUAL = 0.5  # share of the occurrences from which a step is a usual one

Span = tuple[int, int]  # the first and the last line


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a labelled log; the case is None for what noise has put in."""

    time: str
    case: str | None
    action: str
    params: str


def read(path: Path) -> list[Event]:
    """The events of a log, in its order; actions as one word."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [
        Event(row["t"], row["case"], re.sub(r"[^A-Za-z0-9]+", "_", row["action"]).strip("_"), row["params"] or "{}")
        for row in rows
    ]


def noisy(events: Sequence[Event], rng: Random) -> list[Event]:
    """The log with events left out and others put in."""
    out = []
    for event in events:
        if rng.random() < NOISE:
            if rng.random() < 0.5:
                continue
            other = rng.choice(events)
            out.append(Event(event.time, None, other.action, other.params))
        out.append(event)
    return out


def jaccard(one: set[str], other: set[str]) -> float:
    """The share of what both hold in what either holds.

    Example:
        >>> jaccard({"a", "b"}, {"b", "c"})
        0.3333333333333333
    """
    return len(one & other) / len(one | other) if one | other else 0.0


def matched(cases: Sequence[Span], spans: Sequence[Span]) -> float:
    """F1 of spans matched one to one that share at least half of their union, the likest first.

    Example:
        >>> matched([(0, 9), (10, 19)], [(0, 8), (30, 39)])
        0.5
    """
    pairs = []
    for number, (first, last) in enumerate(spans):
        for case, (low, high) in enumerate(cases):
            shared = min(last, high) - max(first, low) + 1
            union = max(last, high) - min(first, low) + 1
            if shared > 0 and shared >= union / 2:
                pairs.append((-shared / union, number, case))
    spans_taken: set[int] = set()
    cases_taken: set[int] = set()
    for _, number, case in sorted(pairs):
        if number not in spans_taken and case not in cases_taken:
            spans_taken.add(number)
            cases_taken.add(case)
    return 2 * len(cases_taken) / max(1, len(cases) + len(spans))


def _name(action: str, known: Mapping[str, str]) -> str | None:
    return known.get(action.split(maxsplit=1)[0].rsplit(":", maxsplit=1)[-1].lower()) if action else None


def _sets(candidate: Mapping[str, Any], known: Mapping[str, str]) -> list[set[str]]:
    """The usual actions of a candidate, and those of each way it was done."""
    usual = [_name(step["action"], known) for step in candidate["steps"] if step["share"] >= USUAL]
    ways = [[_name(action, known) for action in way["actions"]] for way in candidate["variants"]]
    return [{name for name in names if name} for names in (usual, *ways)]


def measured(events: Sequence[Event], noise: Sequence[Event], report: Mapping[str, Any]) -> dict[str, float]:
    """The figures of one draw.

    Args:
        events: the log as it was labelled.
        noise: the log that was scanned; its first event stands on line 2.
        report: what the scan found.
    """
    known = {event.action.lower(): event.action for event in events}
    traces, lines = defaultdict(list), defaultdict(list)
    for event in events:
        traces[event.case].append(event.action)
    for line, event in enumerate(noise, 2):
        if event.case is not None:
            lines[event.case].append(line)
    variants = [(set(way), count) for way, count in Counter(map(tuple, traces.values())).items()]
    sets = [_sets(candidate, known) for candidate in report["candidates"]]
    every = [own for of_one in sets for own in of_one] or [set()]
    spots = [[e["line"] for e in o["events"]] for c in report["candidates"] for o in c["occurrences"]]
    cases = [(min(found), max(found)) for found in lines.values()]
    return {
        "JC": fmean(max(jaccard(own[0], way) for way, _ in variants) for own in sets) if sets else 0.0,
        "reverse": sum(max(jaccard(own, way) for own in every) * count for way, count in variants)
        / sum(count for _, count in variants),
        "IoU": matched(cases, [(min(found), max(found)) for found in spots]),
        "candidates": len(sets),
    }


def draw(events: Sequence[Event], seed: int, folder: Path) -> dict[str, float]:
    """One draw of noise, scanned and measured."""
    noise = noisy(events, Random(seed))
    log = folder / "log.csv"
    with log.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["person", "time", "action", "args"])
        writer.writerows(["ana", event.time, event.action, event.params] for event in noise)
    return measured(events, noise, reports.document(pipeline.run(scan_requests.from_paths([log]), key=KEY)))


def table(folder: Path) -> Table:
    """A line per log of a folder, means over the draws, and the mean of all."""
    columns = ("JC", "reverse", "IoU", "candidates")
    out = Table("labelled log", *columns, title=f"noise {NOISE}, means over {DRAWS} draws")
    rows = []
    for path in sorted(folder.glob("*.csv")):
        events = read(path)
        with tempfile.TemporaryDirectory() as name:
            draws = [draw(events, seed, Path(name)) for seed in range(1, DRAWS + 1)]
        rows.append([fmean(found[column] for found in draws) for column in columns])
        out.add_row(path.stem, *(f"{value:.2f}" for value in rows[-1]))
    out.add_row("mean", *(f"{fmean(values):.2f}" for values in zip(*rows, strict=True)))
    return out
