"""Real repositories and logs -> a table: whether what `fivetimes scan` proposes is few, distinct, no trivia, and comes again.

    python -m benchmarks.real [PATH ...]

Without a path this repository is scanned. Nobody has labelled such work, so what is measured is what can be known without labels:

    candidates    how many are put before a person
    redundant     the mean, over the candidates, of the highest likeness to another: twice the longest common subsequence of
                  their usual steps over the steps of both
    trivial       the share with fewer than three different usual steps
    persistent    of those mined on the first 70 % of the time, the share seen at least twice, and beyond chance at one in a
                  hundred, in the last 30 %
    frequency     the same share for as many frequent sequences of three actions or more (closed, by support times length) of
                  the first 70 %, each collected and tested in the same way
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import persistence
from rich.console import Console
from rich.table import Table

from fivetimes import pipeline, scan_requests, sequential_patterns
from fivetimes.columns import SessionLog
from fivetimes.config import Search
from fivetimes.model.candidates import Candidate
from fivetimes.model.suppression import SuppressionRule
from fivetimes.routines import find_routines

HERE = Path(__file__).resolve().parents[1]
USUAL = 0.5  # share of the occurrences from which a step is a usual one
LEAST = 8  # candidates; where there are fewer, the table says how many passed the test of chance
FREQUENT = 30  # sequences that the list is cut to, at least


@dataclass(frozen=True, slots=True)
class Figures:
    """What is measured of one history."""

    candidates: int
    redundant: float
    trivial: float
    persistent: float
    mined: int
    frequency: float
    sequences: int
    beyond_chance: int


def usual(candidate: Candidate) -> list[str]:
    """The actions that most of its runs have, in order."""
    return [step.action for step in candidate.steps if step.share > USUAL]


def likeness(a: Sequence[str], b: Sequence[str]) -> float:
    """Twice the longest common subsequence over the lengths of both.

    Example:
        >>> likeness("abcd", "axd"), likeness("ab", "ba")
        (0.5714285714285714, 0.5)
    """
    best = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a, 1):
        for j, y in enumerate(b, 1):
            best[i][j] = best[i - 1][j - 1] + 1 if x == y else max(best[i - 1][j], best[i][j - 1])
    return 2 * best[-1][-1] / max(1, len(a) + len(b))


def redundancy(candidates: Sequence[Candidate]) -> float:
    """The mean of the highest likeness of each to another; 0 where there is no other."""
    steps = [usual(candidate) for candidate in candidates]
    nearest = [max((likeness(a, b) for m, b in enumerate(steps) if m != n), default=0.0) for n, a in enumerate(steps)]
    return sum(nearest) / max(1, len(nearest))


def _share(seen: Sequence[persistence.Seen]) -> float:
    return sum(one.again for one in seen) / max(1, len(seen))


def _frequent(sessions: SessionLog, count: int) -> list[tuple[int, ...]]:
    """The most frequent sequences of the first part of the time, as many as there are candidates."""
    first = persistence.first_part(sessions)
    found = sequential_patterns.prefixspan_baseline(
        sequential_patterns.traces_of(first), most=max(FREQUENT, count), min_length=3, max_length=8
    )
    return [tokens for tokens, _ in found][:count]


def measure(path: Path) -> tuple[Figures, list[Candidate]]:
    """Scan a repository, a log or a folder of them."""
    request = scan_requests.from_paths([path])
    sessions = pipeline.sessions(request, key=os.urandom(32))
    search = Search()
    found = find_routines(sessions, rule=request.team.rule, search=search)
    candidates, suppressed = found.candidates, found.suppressed
    mined = persistence.mined(sessions, rule=request.team.rule, search=search)
    sequences = _frequent(sessions, max(len(mined), 1))
    plain = persistence.sequences(sessions, sequences, search=search)
    trivial = sum(len(set(usual(candidate))) < 3 for candidate in candidates) / max(1, len(candidates))
    passed = len(candidates) + sum(s.rule is SuppressionRule.BEYOND_LIMIT for s in suppressed)
    figures = Figures(
        len(candidates), redundancy(candidates), trivial, _share(mined), len(mined), _share(plain), len(plain), passed
    )
    return figures, candidates


def main() -> None:
    """Print the table, and the first ten candidates of each history."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.real", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", type=Path, nargs="*", default=[HERE])
    table = Table("history", "candidates", "redundant", "trivial", "persistent", "frequency list")
    console = Console(width=150, highlight=False)
    for path in parser.parse_args().paths:
        figures, candidates = measure(path)
        few = f" (all that pass: {figures.beyond_chance})" if figures.candidates < LEAST else ""
        table.add_row(
            path.resolve().name,
            f"{figures.candidates}{few}",
            f"{figures.redundant:.2f}",
            f"{figures.trivial:.2f}",
            f"{figures.persistent:.2f} of {figures.mined}",
            f"{figures.frequency:.2f} of {figures.sequences}",
        )
        console.print(f"[bold]{path.resolve().name}[/]")
        for candidate in candidates[:10]:
            console.print(f"  {candidate.count:5}x  {candidate.title}: {' → '.join(usual(candidate))}", markup=False)
    console.print(table)


if __name__ == "__main__":
    main()
