"""Settings and a library -> `Team`: who there is, with which tools, who does which routine, and how all of it changes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from benchmarks.world.library import Library, Routine
from benchmarks.world.records import CONDITIONS, DAY, Settings

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
MOST = 24  # routines planted five times or more


@dataclass(slots=True)
class Person:
    """Somebody with a shell and roles; `plain`: keeps a history without times."""

    name: str
    shell: str
    roles: tuple[str, ...]
    agent: bool
    skills: bool
    weight: float = 1.0  # work a day, as a share of what is usual
    tools: dict[str, str] = field(default_factory=dict)
    plain: bool = False


class Team:
    """Everybody, and what is agreed among them."""

    def __init__(self, settings: Settings, library: Library) -> None:
        self.settings, self.library = settings, library
        self.start = START.timestamp()
        self.end = self.start + settings.weeks * 7 * DAY
        self.people = {
            row["name"]: Person(row["name"], row["shell"], tuple(row["roles"]), row["agent"], row["skills"])
            for row in library.people
        }
        self._prefer()
        self.routines: list[Routine] = [] if settings.without else self._chosen()
        self.crew = {routine.id: self._crew(routine) for routine in library.routines}
        self.migrations = self._migrations()

    def _prefer(self) -> None:
        tools = self.library.tools
        differ = ((), self.library.tools_moderate, list(tools))[self.settings.tools]
        for person in self.people.values():
            rng = self.settings.rng("prefer", person.name)
            person.weight = rng.choice([0.5, 0.8, 1.0, 1.2, 1.5])
            for name, ways in tools.items():
                which = rng.randrange(len(ways)) if rng.random() < 0.75 else 0
                person.tools[name] = ways[which] if name in differ else ways[0]
        for name in self.library.untimed[: (0, 2, None)[self.settings.untimed]]:
            self.people[name].plain, self.people[name].shell = True, "bash"

    def _chosen(self) -> list[Routine]:
        """The routines that are planted: first those that a condition asks for."""
        every = self.library.routines
        base = [routine for routine in every if routine.set == "base"]
        self.settings.rng("choice").shuffle(base)
        few = [routine for routine in every if routine.set == "few"]
        first = [routine for routine in every if self.settings.length and routine.set in ("long", "short")]
        if self.settings.families:
            pairs = self._families()
            both = [routine for routine in every if routine.family in pairs]
            if self.settings.families == 2:  # each below the rule, the two together above it
                others = [routine for routine in base if routine.family not in pairs]
                return others[:MOST] + [_below(routine) for routine in both] + few
            first += both
        return (first + [routine for routine in base if routine not in first])[:MOST] + few

    def _families(self) -> list[str | None]:
        pairs = [routine.family for routine in self.library.routines if routine.set == "family"]
        self.settings.rng("families").shuffle(pairs)
        return pairs[: 4 if _turned_up(self.settings) > 6 else 8]

    def _crew(self, routine: Routine) -> list[str]:
        rng = self.settings.rng("crew", routine.id)
        able = self.with_role(*routine.by)
        if any(step.kind == "skill" for step in routine.steps):
            able = [name for name in able if self.people[name].skills] or able
        rng.shuffle(able)
        some = rng.choice([1, 2, 2, 3])
        if self.settings.crew > len(able):  # others learn it, whatever their role
            able += [name for name in self.people if name not in able]
        return able[: self.settings.crew or some]

    def _migrations(self) -> list[tuple[str, str, float]]:
        """What is done another way from some day on: (old, new, seconds since the epoch)."""
        rng, out = self.settings.rng("migrations"), []
        for old, new in self.library.migrations:
            when = self.start + rng.uniform(0.3, 0.7) * (self.end - self.start)
            if rng.random() < (0, 0.6, 1.0)[self.settings.drift]:
                out.append((old, new, when))
        return out

    def with_role(self, *roles: str) -> list[str]:
        """The names of those who have one of these roles."""
        return [person.name for person in self.people.values() if set(person.roles) & set(roles)]

    def migrated(self, text: str, person: str, t: float) -> str:
        """A command as this person has it at that time."""
        for old, new, when in self.migrations:
            if old in text and t > when + self.settings.rng("lag", person, old).uniform(0, 21) * DAY:
                text = re.sub(rf"(^|&& |; ){re.escape(old)}", rf"\g<1>{new}", text)
        return text.replace("git switch -b ", "git switch -c ")

    def worded(self, person: str, text: str) -> str:
        """`@edit FILE` -> `vim FILE`, by the person's tools."""
        found = re.match(r"@(\w+) ?(.*)$", text, re.DOTALL)
        if not found:
            return text
        command = self.people[person].tools[found[1]].replace("{1}", found[2]).strip()
        return command.replace("git checkout -c ", "git checkout -b ")


def _turned_up(settings: Settings) -> int:
    return sum(int(getattr(settings, name)) for name in CONDITIONS)


def _below(routine: Routine) -> Routine:
    return replace(routine, times=4 if routine.set == "family" else 3, set="few")


def into_work(t: float, rng: Random) -> float:
    """The same moment if it lies in working hours, else some time in the next morning."""
    when = datetime.fromtimestamp(t, UTC)
    if when.weekday() < 5 and 8 <= when.hour < 18:
        return t
    day = when.replace(hour=8, minute=0, second=0, microsecond=0)
    if when.hour >= 18:
        day += timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day.timestamp() + rng.uniform(600, 3 * 3600)
