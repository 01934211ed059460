"""A seed -> lines with freshly made secrets in them, and a team whose every kind of source holds those lines.

Nothing here was ever anybody's: values are drawn at run time. Each line stands once in every kind of source, and in one kind
six or twelve times as a step between others, so that it comes to lie inside a candidate and its draft. In some lines a
number varies from run to run beside the value, and in some the value itself does.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.forms import FORMS
from benchmarks.planters import PLANTERS, Did, written
from benchmarks.templates import TEMPLATES
from benchmarks.values import VALUES, plain

START = 1_767_600_000  # a Monday in January 2026, seconds since the epoch
DAY = 86_400
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Planted:
    """A line, and what of it must never be seen again. In it `{#}` stands for the number of a run, `{*}` for a value of its own."""

    line: str
    values: tuple[str, ...]

    def run(self, number: int) -> str:
        """The line as it was typed the so-manieth time."""
        return self.line.replace("{*}", self.values[number % len(self.values)]).replace("{#}", str(17 + 3 * number))


_OWN = 12  # values of a line in which each run has its own


def made(count: int, *, seed: int) -> list[Planted]:
    """Lines of all templates with values of all kinds, in turn.

    Example:
        >>> rows = made(300, seed=1)
        >>> all(value in row.run(number) for row in rows for number, value in enumerate(row.values))
        True
    """
    rng = random.Random(seed)
    first = rng.randrange(len(TEMPLATES))  # so that a few lines are not always the same
    rows = []
    for number in range(count):
        sort, template = VALUES[rng.randrange(len(VALUES))], TEMPLATES[(first + number) % len(TEMPLATES)]
        values = tuple(sort(rng) for _ in range(_OWN if "{*}" in template else 1))
        around = [part.replace("{{", "{").replace("}}", "}") for part in template.split("{}")]
        rows.append(Planted(values[0].join(around), values))
    return rows


def corpus(path: Path) -> list[Planted]:
    """The lines of a JSONL file that has `line` and `secrets`."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [Planted(row["line"], tuple(row["secrets"])) for row in rows if row["secrets"]]


# ---- a team

_RUNNERS = ("just", "make", "npm run", "python", "rake", "docker build", "gh pr", "git")


def plant(folder: Path, rows: Sequence[Planted], *, seed: int) -> Path:
    """Write a team that holds the rows; returns its fivetimes.toml.

    Args:
        folder: made, with one person for each kind of source, and a repository.
        rows: what to plant.
        seed: for the choice of neighbours.
    """
    rng = random.Random(f"team {seed}")  # not made()'s own row of words: a step's name would be a planted value
    planters = {**PLANTERS, **FORMS}
    readers = sorted(planters)
    runs: dict[str, list[list[Did]]] = {reader: [] for reader in readers}
    for number, row in enumerate(rows):
        runs[readers[number % len(readers)]] += _routine(row, number, rng)
    told = []
    for reader in readers:
        rng.shuffle(runs[reader])  # what always follows one another would be one routine
        there = rng.sample(rows, len(rows))  # in another order for each: what all do in one order is a routine
        once = [Did(row.run(0), START + 60 * number, -1, secret=True) for number, row in enumerate(there)]
        work = once + [
            replace(did, time=did.time + 7 * HOUR * slot) for slot, run in enumerate(runs[reader]) for did in run
        ]
        told.append(_entry(reader, planters[reader](folder / reader, work).relative_to(folder)))
    return written(folder / "fivetimes.toml", "\n".join(told))


def _routine(row: Planted, number: int, rng: random.Random) -> list[list[Did]]:
    """Six or twelve runs of the same steps with the line among them; the steps are in no other routine."""
    steps = [f"{runner} {plain(rng)}" for runner in rng.sample(_RUNNERS, 4)]
    at = number % 3
    return [
        [
            Did(step, START + DAY + 40 * place, number * 100 + again, place == at)
            for place, step in enumerate([*steps[:at], row.run(again), *steps[at:]])
        ]
        for again in range(6 if number % 2 else 12)
    ]


def _entry(reader: str, path: Path) -> str:
    if reader.partition("-")[0] in ("git", "reflog"):
        return f'[[repository]]\npath = "{path}"\n'
    return f'[[person]]\nname = "{reader}"\nsources = ["{path}"]\n'
