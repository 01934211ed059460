"""Settings -> everything that a team did, in order of time, and on disk.

    python -m benchmarks.world.simulate OUT --seed 1                             plain: ten people, half a year
    python -m benchmarks.world.simulate OUT --seed 1 --handover 1 --days 2       conditions turned up: 1 moderate, 2 hard
    python -m benchmarks.world.simulate OUT --seed 1 --without --background 2    nothing planted: what is found is chance or habit

What is written is told in benchmarks/world/write.py, the conditions in `Settings`. The same settings give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from benchmarks.world import write
from benchmarks.world.background import Background
from benchmarks.world.library import LIBRARIES, Routine, load
from benchmarks.world.people import Team
from benchmarks.world.play import Player
from benchmarks.world.records import CONDITIONS, DAY, Event, Settings

ONE_PIECE = 1200.0  # seconds between two steps of a run within which other work is rarer
AROUND = 15.0  # seconds about a step


def simulate(settings: Settings) -> tuple[Team, list[Event]]:
    """The team, and all that it did, numbered in order of time."""
    team = Team(settings, load(settings.library))
    background = Background(team)
    events = list(_planted(team, Player(team, background)))
    events += beside(events, background)
    events = [event for event in events if event.t < team.end and settings.person in ("", event.person)]
    if settings.person:
        team.people = {settings.person: team.people[settings.person]}
    events.sort(key=lambda event: (event.t, event.person, event.text))
    for number, event in enumerate(events):
        event.id = number
    return team, events


def _planted(team: Team, player: Player) -> Iterator[Event]:
    """All runs of all routines."""
    for routine in team.routines:
        rng = team.settings.rng("plan", routine.id)
        crew = team.crew[routine.id]
        for number, day in enumerate(days_of(team.settings, routine, rng)):
            start = team.start + day * DAY + rng.uniform(9, 16.2) * 3600
            person = crew[0] if rng.random() < 0.55 or len(crew) == 1 else rng.choice(crew[1:])
            yield from player.play(routine, number, person, start)


def days_of(settings: Settings, routine: Routine, rng: Random) -> list[int]:
    """On which days it is done: five runs are spread over the time, others as it happens."""
    count = routine.times or rng.randint(8, 18)
    if settings.rare and not routine.times:
        sort = rng.random()
        count = 5 if sort < (0, 0.34, 0.55)[settings.rare] else rng.randint(40, 80) if sort > 0.67 else count
    days = [day for day in range(settings.weeks * 7) if day % 7 < 5]
    if count != 5:
        return sorted(rng.choices(days, k=count))
    aims = [[part * settings.weeks * 7 / 5 + rng.uniform(3, 25) for _ in days] for part in range(5)]
    return [min(zip(days, aim, strict=True), key=lambda pair: abs(pair[0] - pair[1]))[0] for aim in aims]


def beside(planted: Sequence[Event], background: Background) -> Iterator[Event]:
    """Everyday work, of which little is done while a run goes on."""
    settings = background.settings
    spans = _spans(planted)
    keep = min(0.8, (0.1, 0.3, 0.5)[settings.background] + (0.0, 0.35, 0.5)[settings.terminals])
    rng = settings.rng("keep")
    for event in background.days():
        busy = any(low - AROUND <= event.t <= high + AROUND for low, high in spans.get(event.person, ()))
        if not busy or rng.random() < keep:
            yield event


def _spans(planted: Sequence[Event]) -> dict[str, list[tuple[float, float]]]:
    """When each person is at a routine."""
    out: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for t, person in sorted((event.t, event.person) for event in planted if event.tag):
        spans = out[person]
        if spans and t - spans[-1][1] < ONE_PIECE:
            spans[-1] = (spans[-1][0], t)
        else:
            spans.append((t, t))
    return out


def main() -> None:
    """Make the team that the command line describes."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.world.simulate", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weeks", type=int, default=Settings().weeks)
    parser.add_argument("--library", choices=LIBRARIES, default="development")
    parser.add_argument("--person", default="", help="only what this one of the ten left behind")
    parser.add_argument("--without", action="store_true", help="plant nothing")
    parser.add_argument("--all", type=int, choices=(0, 1, 2), default=0, help="every condition that is not named")
    for name in CONDITIONS:
        parser.add_argument(f"--{name}", type=int, choices=(0, 1, 2))
    given = vars(parser.parse_args())
    out, level = given.pop("out"), given.pop("all")
    given |= {name: level for name in CONDITIONS if given[name] is None}
    made = write.make(out, *simulate(Settings(**given)))
    sys.stdout.write(f"{out}: {made['events']['visible']:,} events to be seen of {made['events']['all']:,}\n")


if __name__ == "__main__":
    main()
