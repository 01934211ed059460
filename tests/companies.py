"""Teams in a folder, a generic log for each person: for the scan of many teams, here and on Spark."""

from __future__ import annotations

import random
from pathlib import Path

START = 1_767_600_000  # a Monday in January 2026
EVERYDAY = "mnopqrstuvwxyz"


def person(path: Path, routine: str, times: int, *, seed: int) -> None:
    """A log in which a routine is done so often, on different days, amid everyday actions."""
    rng = random.Random(seed)
    weights = [1 / (rank + 1) for rank in range(len(EVERYDAY))]
    lines, clock = ["time,action"], START
    for _ in range(times):
        letters = [*rng.choices(EVERYDAY, weights, k=12), *routine, *rng.choices(EVERYDAY, weights, k=6)]
        for letter in letters:
            clock += 60
            lines.append(f"{clock},do-{letter}")
        clock += 24 * 3600
    for letter in rng.choices(EVERYDAY, weights, k=300):
        clock += 60
        lines.append(f"{clock},do-{letter}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def team(folder: Path, routine: str, *times: int, seed: int = 1) -> None:
    """A team whose people, `p0`, `p1`, …, did a routine so often each."""
    folder.mkdir(parents=True)
    configuration = ""
    for number, count in enumerate(times):
        person(folder / f"p{number}.csv", routine, count, seed=seed + number)
        configuration += f'[[person]]\nname = "p{number}"\nsources = ["p{number}.csv"]\n'
    (folder / "fivetimes.toml").write_text(configuration, encoding="utf-8")


def company(folder: Path) -> Path:
    """Three teams: two that do one routine, one of them once; one that does another."""
    team(folder / "blue", "abcde", 1, seed=11)
    team(folder / "green", "FGHIJ", 4, 3, seed=21)
    team(folder / "red", "abcde", 5, 4, seed=31)
    return folder
