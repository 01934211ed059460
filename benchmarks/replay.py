"""Routines drafted from the first 70 % of their runs -> a table: how much of what was typed in the other runs the drafts give back.

    python -m benchmarks.replay [--seeds 1 2 3] [--only plain scripts1 | all] [--library other] [PATH ...]

Teams are simulated (`simple`: benchmarks/team.py; all others: benchmarks/world/), or lie at a path: a `fivetimes.toml`, a
repository, a history. Of each routine with runs enough, the conductor is drafted from the runs that began
first, and put to the test on the rest
(`conductors.replay`): a run's inputs and what is free are taken from its lines, a constant is what it was in the runs before.

    lines      share of the lines of the later runs that come out of the draft's steps, a step by hand giving none
    runs       share of the later runs of which every line comes out
    by hand    share of the drafted steps that are left to a person
    given      references to what differs each time, a step: what a person must type anew
    hidden     share of the drafted steps whose program is not written down
    strange    lines of drafts that name a program which no run of the step has
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks import team
from benchmarks.world import write
from benchmarks.world.matrix import SETTINGS
from benchmarks.world.simulate import simulate
from rich.console import Console
from rich.table import Table

from fivetimes import conductors, scan_requests, workspace
from fivetimes.conductor_document import ConductorDocument, references, step_alternatives
from fivetimes.conductors.draft import joined, settled
from fivetimes.conductors.replay import TypedLine, replay, typed_lines
from fivetimes.config import FiveTimesRule
from fivetimes.errors import RuleError
from fivetimes.model.candidates import Candidate
from fivetimes.model.live_text import LiveText
from fivetimes.review.drafting import harmless_words, names_known, parse_line, read_live
from fivetimes.review.folder import ReviewContext
from fivetimes.shell import TemplatePiece, template_words

FIRST = 0.7  # of the runs, from which a routine is drafted
USUAL = ("simple", "plain", "scripts1", "values1", "tools1")


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted of one or more routines; they add up."""

    routines: int = 0
    lines: int = 0
    of: int = 0
    runs: int = 0
    of_runs: int = 0
    steps: int = 0
    by_hand: int = 0
    given: int = 0
    hidden: int = 0
    strange: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def measured(config: Path) -> Figures:
    """Scan a team, a repository or a history, and put the draft of each routine to the test."""
    request = scan_requests.from_config(config) if config.suffix == ".toml" else scan_requests.from_paths([config])
    with tempfile.TemporaryDirectory() as home:
        scan = workspace.scan(request, folder=Path(home))
        context = ReviewContext(scan, Path(home), Path(home), os.environ, "", lambda: datetime.now(UTC))
        total = Figures()
        for candidate in scan.candidates:
            total += _of_one(candidate, context)
    return total


def _of_one(candidate: Candidate, context: ReviewContext) -> Figures:
    live = read_live(context.scan, candidate, home=context.home)
    live = settled(candidate, live)
    candidate = joined(candidate, live, parse_line)
    first = int(FIRST * len(candidate.occurrences))
    if first < context.scan.rule.extract:
        return Figures()
    before, after = _cut(candidate, live, slice(first)), _cut(candidate, live, slice(first, None))
    make = partial(conductors.draft, *before, rule=FiveTimesRule(), parse=parse_line, at=context.clock())
    known = names_known(context.scan, home=context.home, environ=context.environ)
    harmless = harmless_words(before[1], context.scan, home=context.home, known=known)
    try:
        document = conductors.locked(make, harmless).document
    except RuleError:
        return Figures()
    constants = conductors.withheld(*before, parse=parse_line, harmless=harmless)
    document["constants"] = {name: constants.get(name) for name in document.get("constants", {})}
    seen = replay(document, typed_lines(*after, parse_line))
    return _figures(document, typed_lines(*before, parse_line)) + Figures(
        1, seen["lines"], seen["of"], seen["runs"], seen["of_runs"]
    )


def _cut(candidate: Candidate, live: LiveText, part: slice) -> tuple[Candidate, LiveText]:
    order = sorted(range(len(candidate.occurrences)), key=lambda n: _began(candidate, n))[part]
    occurrences = tuple(candidate.occurrences[n] for n in order)
    texts = tuple(live.occurrences[n] for n in order)
    return replace(candidate, count=len(order), occurrences=occurrences), replace(live, occurrences=texts)


def _began(candidate: Candidate, number: int) -> tuple[float, int]:
    start = candidate.occurrences[number].start
    return (start.timestamp() if start is not None else 0.0), number


def _figures(document: ConductorDocument, lines: Sequence[TypedLine]) -> Figures:
    total = Figures(steps=len(document["steps"]))
    for step in document["steps"]:
        if "by_hand" in step:
            total += Figures(by_hand=1)
            continue
        typed = {word for line in lines if line.id == step["id"] for word in line.text.split("\x1f")}
        for one in step_alternatives(step):
            total += Figures(given=sum(found.space == "free" for found in references(one["run"])))
        programs = [_program(one["run"]) for one in step_alternatives(step)]
        shell = step["specialist"]["kind"] == "shell"
        hidden = "" in programs
        strange = sum(program != "" and program not in typed for program in programs)
        # of a commit that a repository tells of, only the message is known
        committed = any(line.is_message for line in lines if line.id == step["id"])
        total += Figures(hidden=hidden, strange=strange if shell and not committed else 0)
    return total


def _program(run: str) -> str:
    """The program of a template, behind what is assigned before it; empty where it is a reference."""
    words = (
        "".join(part.text if isinstance(part, TemplatePiece) else "\0" for part in word) for word in template_words(run)
    )
    first = next((word for word in words if "=" not in word), "\0")
    return "" if "\0" in first else first


# ---- where the routines are from


def _simulated(name: str, seed: int, library: str) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "team")
        if name == "simple":
            team.make(place, team.Settings(seed=seed))
        else:
            write.make(place, *simulate(replace(SETTINGS[name], seed=seed, library=library)))
        return measured(place / "fivetimes.toml")


def _rows(options: argparse.Namespace) -> Iterator[tuple[str, Figures]]:
    for path in options.paths:
        yield path.resolve().name, measured(path)
    names = options.only or ([] if options.paths else USUAL)
    for name in SETTINGS if names == ["all"] else names:
        yield name, sum((_simulated(name, seed, options.library) for seed in options.seeds), Figures())


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", type=Path, nargs="*")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--library", default="development")
    table = Table("", "routines", "lines", "runs", "by hand", "given", "hidden", "strange")
    for name, seen in _rows(parser.parse_args()):
        table.add_row(
            name,
            str(seen.routines),
            f"{_share(seen.lines, seen.of)} of {seen.of}",
            f"{_share(seen.runs, seen.of_runs)} of {seen.of_runs}",
            _share(seen.by_hand, seen.steps),
            _share(seen.given, seen.steps),
            _share(seen.hidden, seen.steps),
            str(seen.strange),
        )
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
