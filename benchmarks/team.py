"""A seed and a library of routines -> a simulated team's history on disk, with the truth about what is planted in it.

    python -m benchmarks.team OUT --seed 1 --people 6 --weeks 12 --day-load 40

writes fivetimes.toml, people/, skills/, repos/ and truth.json (which benchmarks/scoring.py reads) in the formats of
real tools, one person at a time, so that a large team needs no more memory than its largest person and its commits. The
same settings give the same bytes. `--stress` is the harder world: a little of all that makes it hard.

fish histories keep every run here, as fish does until it next tidies the file up.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from pathlib import Path
from random import Random
from typing import Any

import yaml
from fixtures.build import Commit, make_repository
from fixtures.formats import Done, configuration, write_person
from fixtures.play import do, play

FIRST_DAY = int(datetime(2025, 3, 3, 8, tzinfo=UTC).timestamp())  # a Monday
DAY = 24 * 60 * 60
SHELLS = ("bash", "zsh", "fish")
LIBRARY = Path(__file__).parent / "routines.yaml"

Library = Mapping[str, Any]
Appointments = Mapping[tuple[str, int], list[tuple[Mapping[str, Any], int]]]
Runs = dict[str, dict[int, list[list[dict[str, Any]]]]]


@dataclass(frozen=True, slots=True)
class Settings:
    """How large the team is and how hard its history: from noise to slip they are chances.

    noise: everyday things before a step. leak: an everyday thing is a stray step of a routine. pause: a step waits for
    8 to 50 minutes. abort: a run stops on the way (before 70 % of its things it is no run). weave: two at once. alias: a
    person has an own name for a program. slip: a step is mistyped. decoy: everyday things that follow one another half of the
    time, and are no routines. plain: so many people keep a bash history without times. without: nothing is planted.
    """

    seed: int = 1
    people: int = 6
    weeks: int = 12
    day_load: int = 40
    noise: float = 0.15
    leak: float = 0.0
    pause: float = 0.0
    abort: float = 0.0
    weave: float = 0.0
    alias: float = 0.0
    slip: float = 0.0
    decoy: bool = False
    plain: int = 0
    without: bool = False


STRESS = Settings(leak=0.2, pause=0.05, abort=0.15, weave=0.3, alias=0.1, slip=0.02, decoy=True)
CHAIN = 4  # everyday things that a decoy strings together


class Person:
    """One person with a die of their own, and the habits of their hands."""

    def __init__(self, name: str, library: Library, settings: Settings) -> None:
        self.name, self.settings = name, settings
        self.rng = Random(f"{settings.seed} {name}")
        self.items: list[str] = library["everyday"]["commands"]
        self.weights = list(accumulate((rank + 1) ** -0.9 for rank in range(len(self.items))))
        self.follows = library["everyday"]["follows"]
        tail = self.items[len(self.items) // 2 :]
        chains = [tail[at : at + CHAIN] for at in range(0, len(tail) - CHAIN + 1, CHAIN)] if settings.decoy else []
        self.decoys = {first: second for chain in chains for first, second in pairwise(chain)}
        self.own_names: dict[str, str] = {}
        self.strays = [(r, step) for r in library["routines"] if not r.get("habit") for step in r["steps"]]
        self.last = ""

    def everyday(self, when: int) -> Done:
        rng = self.rng
        if self.strays and self.settings.leak and rng.random() < self.settings.leak:
            routine, step = rng.choice(self.strays)
            return do(step, {}, person=self.name, repo=routine.get("repo", "site"), when=when, rng=rng)
        if self.last in self.decoys and rng.random() < 0.5:
            self.last = self.decoys[self.last]
        elif self.last in self.follows and rng.random() < 0.35:
            self.last = rng.choice(self.follows[self.last])
        else:
            self.last = rng.choices(self.items, cum_weights=self.weights)[0]
        return do({"do": self.last}, {}, person=self.name, repo="site", when=when, rng=rng)

    def some(self, when: int, *, count: int, longest: int) -> list[Done]:
        """So many everyday things in a row, at most `longest` seconds apart."""
        things = []
        for _ in range(count):
            when += self.rng.randint(4, longest)
            things.append(self.everyday(when))
        return things

    def between(self, when: int) -> list[Done]:
        """What comes before a step of a routine: mostly nothing."""
        rng, things = self.rng, []
        if rng.random() < self.settings.noise:
            things = self.some(when, count=rng.choice((1, 1, 2)), longest=40)
        if self.settings.pause and rng.random() < self.settings.pause:
            things += self.some(when + rng.randint(8, 50) * 60, count=rng.randint(2, 8), longest=120)
        return things

    def run(self, routine: Mapping[str, Any], number: int, when: int) -> list[Done]:
        """One run of a routine, perhaps stopped on the way."""
        things = play(routine, person=self.name, number=number, when=when, rng=self.rng, between=self.between)
        for done in things:
            if done.tag and done.kind == "shell" and done.message is None:
                done.text = self.typed(done.text)
        if not routine.get("habit") and self.rng.random() < self.settings.abort:
            kept = things[: self.rng.randint(1, max(1, len(things) - 1))]
            own = sum(done.tag is not None for done in things)
            if sum(done.tag is not None for done in kept) < 0.7 * own:
                for done in kept:
                    done.tag = None
            return kept
        return things

    def typed(self, text: str) -> str:
        """A command as this person types it: under an own name for the program perhaps, and now and then with a slip."""
        if self.settings.alias:
            program, space, rest = text.partition(" ")
            if program not in self.own_names:
                own = self.rng.random() < self.settings.alias
                self.own_names[program] = f"{program[:2]}{self.name[0]}" if own else program
            text = f"{self.own_names[program]}{space}{rest}"
        if self.settings.slip and len(text) > 4 and self.rng.random() < self.settings.slip:
            at = self.rng.randrange(3)
            text = f"{text[:at]}{text[at + 1]}{text[at]}{text[at + 2 :]}"
        return text

    def day(self, day: int, todo: list[tuple[Mapping[str, Any], int]]) -> Iterator[Done]:
        """A day's work in stretches, with at most one planned routine (two, if woven) at the end of each."""
        rng, load = self.rng, self.settings.day_load
        when = FIRST_DAY + day // 5 * 7 * DAY + day % 5 * DAY + rng.randint(0, 90 * 60)
        rng.shuffle(todo)
        stretches = max(1, len(todo)) + rng.choice((0, 1, 1))
        for _ in range(stretches):
            count = rng.randint(load // (2 * stretches), max(1, load // stretches))
            things = self.some(when, count=count, longest=200)
            start = things[-1].when if things else when
            for routine, number in self._next(todo):
                things += self.run(routine, number, start + rng.randint(0, 60))
            yield from things
            when = max([start, *(done.when for done in things)]) + 60 * rng.choice((1, 5, 45, 120))

    def _next(self, todo: list[tuple[Mapping[str, Any], int]]) -> list[tuple[Mapping[str, Any], int]]:
        chosen = [todo.pop()] if todo else []
        if todo and self.rng.random() < self.settings.weave:
            chosen.append(todo.pop())
        return chosen


def _appointments(library: Library, settings: Settings, names: Sequence[str]) -> Appointments:
    """Who does what on which day; the runs of a routine are numbered in time order."""
    rng = Random(f"{settings.seed} plan")
    plan = defaultdict(list)
    for routine in library["routines"]:
        crew = rng.sample(names, max(1, round(routine["crew"] * len(names))))
        total = routine.get("count") or max(1, round(routine["weekly"] * settings.weeks))
        days = sorted(rng.randrange(5 * settings.weeks) for _ in range(total))
        for number, day in enumerate(days):
            plan[rng.choice(crew), day].append((routine, number))
    return plan


def _names(count: int) -> list[str]:
    first = ("amara", "ben", "cora", "dmitri", "edda", "fela", "greta", "hiro", "imre", "jana", "kwame", "lotte")
    return [*first[:count], *(f"member{number:03d}" for number in range(max(0, count - len(first))))]


def _write_repositories(commits: Mapping[str, list[tuple[Commit, Done]]], out: Path) -> None:
    for repo, pairs in sorted(commits.items()):
        pairs.sort(key=lambda pair: (pair[0].when, pair[0].author, pair[0].message))
        hashes = make_repository(out / "repos" / repo, (commit for commit, _ in pairs))
        for found, (_, done) in zip(hashes, pairs, strict=True):
            done.places.append({"path": f"repos/{repo}", "commit": found})


def _truth(library: Library, settings: Settings, tagged: Sequence[Done], events: int) -> dict[str, Any]:
    runs: Runs = defaultdict(lambda: defaultdict(list))
    steps: dict[str, dict[int, list[tuple[int, int] | None]]] = defaultdict(lambda: defaultdict(list))
    for done in tagged:
        if done.tag:
            runs[done.tag[0]][done.tag[1]].append(done.places)
            steps[done.tag[0]][done.tag[1]].append(done.step)
    routines = [
        {
            "id": routine["id"],
            "habit": bool(routine.get("habit")),
            "steps": len(routine["steps"]),
            "instances": [runs[routine["id"]][number] for number in sorted(runs[routine["id"]])],
            "done": [steps[routine["id"]][number] for number in sorted(steps[routine["id"]])],
        }
        for routine in library["routines"]
    ]
    return {"settings": asdict(settings), "events": events, "routines": routines}


def make(out: Path, settings: Settings, *, library_file: Path = LIBRARY, called: str = "") -> int:
    """Write the team to `out`, which must not exist yet or hold an earlier one; returns the number of events.

    Args:
        out: where.
        settings: how large, and how hard.
        library_file: the routines.
        called: begins the names of its people, so that those of several teams are different people.
    """
    if out.exists() and not (out / "truth.json").is_file():
        raise SystemExit(f"{out}: holds something else. Name a new folder.")
    shutil.rmtree(out, ignore_errors=True)
    library = yaml.safe_load(library_file.read_text(encoding="utf-8"))
    if settings.without:
        library["routines"] = []
    names = [f"{called}{name}" for name in _names(settings.people)]
    plan = _appointments(library, settings, names)
    people, tagged, events = [], [], 0
    commits: dict[str, list[tuple[Commit, Done]]] = defaultdict(list)
    for position, name in enumerate(names):
        person, mail = Person(name, library, settings), f"{name}@team.example"
        shell = SHELLS[position % len(SHELLS)] if position < len(names) - settings.plain else "plain bash"
        days = range(5 * settings.weeks)
        things = sorted(
            (done for day in days for done in person.day(day, plan.get((name, day), []))), key=lambda done: done.when
        )
        events += len(things)
        people.append((name, [mail], write_person(name, shell, things, out)))
        tagged += [done for done in things if done.tag]
        for done in (done for done in things if done.message is not None):
            commits[done.repo].append((Commit(name, mail, done.when, done.message or "", done.files), done))
    _write_repositories(commits, out)
    config = configuration(people, [f"repos/{repo}" for repo in sorted(commits)])
    (out / "fivetimes.toml").write_text(config, encoding="utf-8")
    (out / "truth.json").write_text(json.dumps(_truth(library, settings, tagged, events)) + "\n", encoding="utf-8")
    return events


def main() -> None:
    """Make the team that the command line describes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.team", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--stress", action="store_true")
    for name, value in asdict(Settings()).items():
        option = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            parser.add_argument(option, action="store_true", default=None)
        else:
            parser.add_argument(option, type=type(value))
    given = {name: value for name, value in vars(parser.parse_args()).items() if value is not None}
    out, stress = given.pop("out"), given.pop("stress")
    events = make(out, replace(STRESS if stress else Settings(), **given))
    sys.stdout.write(f"{out}: {events} events\n")


if __name__ == "__main__":
    main()
