"""A routine, a person and a moment -> the events of one run, passed on, paused, mended and mistyped as the conditions have it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from benchmarks.world.background import ALWAYS, Background
from benchmarks.world.library import Branch, Routine, Step, shell
from benchmarks.world.people import Team, into_work
from benchmarks.world.records import DAY, Event
from benchmarks.world.values import Maker
from benchmarks.world.wording import Run, events_of, joined

Cuts = dict[str, tuple[str, float]]  # key of a step -> who takes over before it, after how many seconds
Done = list[tuple[Step, bool]]  # whether it is a step of the routine, or done only because something went wrong
MENDING = Branch(None, ("git diff", "@edit src/{area}.py"))
LOOKS = ["git diff", "cat log/last.log", "ls", "git status", "history | tail"]


def _fails(step: Step) -> bool:
    return step.kind == "sh" and not step.text.startswith("@edit")


class Player:
    """Plays routines; what changes over the months is decided once for each."""

    def __init__(self, team: Team, background: Background) -> None:
        self.team, self.settings, self.background = team, team.settings, background
        self.editions: dict[str, list[tuple[float, list[Step]]]] = {}
        self.makers: dict[str, Maker] = {}

    def play(self, routine: Routine, number: int, person: str, start: float) -> list[Event]:
        """The events of run `number`."""

        def die(name: str) -> Random:
            return self.settings.rng(name, routine.id, number)

        rng = die("play")
        values = self._values(routine, number, start)
        steps = [step for step in self._edition(routine, start) if rng.random() < step.opt]
        done = self._branched(routine, steps, die("branches"))
        person, session = self._doer(routine, number, person)
        cuts = self._cuts(routine, steps, die("cuts"), person)
        slips = die("slips")
        fails_at = self._fails_at(done, slips)
        run = Run(routine, number, values, person, start, rng, slips, session, die("terminal").choice([0, 0, 1, 2]))
        burst: list[Event] = []
        seen: list[Event] = []
        out: list[Event] = []
        for place, (step, core) in enumerate(done):
            if core and step.key in cuts:
                out += joined(self.team, burst)
                burst.clear()
                _taken_over(run, *cuts[step.key])
            for turn in range(rng.randint(*step.rep) if core else 1):
                made = self._step(run, step, core=core and turn == 0)
                burst += made
                seen += made
                if turn == 0 and place == fails_at:
                    burst += self._debugged(run, step)
                burst += self._between(run, seen)
            run.t += step.wait * 60 * rng.uniform(0.5, 1.5)
        return out + joined(self.team, burst)

    # ---- what is to be done

    def _values(self, routine: Routine, number: int, t: float) -> dict[str, str]:
        rng, when = self.settings.rng("values", routine.id, number), datetime.fromtimestamp(t, UTC)
        maker = self.makers.setdefault(routine.id, Maker(rng, self.team.library.lists))
        maker.rng = rng
        values = {name: maker.draw(kind, when, of=name) for name, kind in routine.values.items()}
        return values | {name: maker.draw(name, when) for name in ALWAYS if name not in values}

    def _edition(self, routine: Routine, t: float) -> list[Step]:
        """The steps as they are on that day: with drift some are added, dropped or replaced over the months."""
        if routine.id not in self.editions:
            rng, team = self.settings.rng("drift", routine.id), self.team
            changes = 0 if routine.times else (0, 2, 4)[self.settings.drift]
            steps = list(routine.steps)
            editions = [(0.0, steps)]
            for number, share in enumerate(sorted(rng.uniform(0.2, 0.8) for _ in range(changes))):
                steps = self._changed(steps, number, rng)
                editions.append((team.start + share * (team.end - team.start), steps))
            self.editions[routine.id] = editions
        return [steps for when, steps in self.editions[routine.id] if when <= t][-1]

    def _changed(self, steps: Sequence[Step], number: int, rng: Random) -> list[Step]:
        out = list(steps)
        how = rng.choice(["add", "add", "drop", "replace", "replace"])
        other = rng.choice(self.team.library.added)
        if how == "add" or len(out) < 5:
            out.insert(rng.randrange(1, len(out)), shell(f"+{number}", other))
        elif how == "drop":
            out.pop(rng.randrange(1, len(out)))
        else:
            at = rng.randrange(1, len(out))
            out[at] = shell(f"{out[at].key}'", other)
        return out

    def _branched(self, routine: Routine, steps: Sequence[Step], rng: Random) -> Done:
        """The steps with what is done only if something went wrong."""
        out = [(step, True) for step in steps]
        level = self.settings.branches
        if not level or routine.times:
            return out
        for number, branch in enumerate(routine.branches or [MENDING]):
            if rng.random() >= (0, 0.4, 0.7)[level]:
                continue
            key = self._branch_at(routine, steps, branch)
            at = next((place for place, (step, core) in enumerate(out) if step.key == key and core), None)
            if at is None:
                continue
            loop = [(shell(f"b{number}.{n}", text), False) for n, text in enumerate(branch.steps)]
            for _ in range(rng.choice([1, 1, 2, 3])):
                out[at + 1 : at + 1] = [*loop, (out[at][0], False)]
            if level == 2 and rng.random() < 0.3:  # it had to begin again, some steps back
                out[at + 1 : at + 1] = [(step, False) for step, _ in out[max(0, at - 2) : at + 1]]
        return out

    def _branch_at(self, routine: Routine, steps: Sequence[Step], branch: Branch) -> str:
        if branch.after:
            return f"s{branch.after}"
        keys = [step.key for step in steps if _fails(step)] or [steps[1].key]
        return self.settings.rng("branch", routine.id).choice(keys)

    def _doer(self, routine: Routine, number: int, person: str) -> tuple[str, str | None]:
        """Who does it, and the agent's session if an agent does."""
        rng = self.settings.rng("agents", routine.id, number)
        share = (0, 0.4, 0.7)[self.settings.agents]
        if not routine.agent or not share or rng.random() >= share:
            return person, None
        people = self.team.people
        if not people[person].agent:
            person = next((name for name in self.team.crew[routine.id] if people[name].agent), person)
        session = f"{self.settings.rng('session', routine.id, number).getrandbits(128):032x}"
        return person, session if people[person].agent else None

    # ---- hand-overs and pauses

    def _cuts(self, routine: Routine, steps: Sequence[Step], rng: Random, person: str) -> Cuts:
        """Where somebody else takes over, or a long pause is made."""
        if routine.times or len(steps) < 3:
            return {}
        cuts: dict[str, tuple[str | None, float]] = {}
        keys = [step.key for step in steps[1:]]
        if self.settings.handover and rng.random() < (0, 0.6, 1.0)[self.settings.handover]:
            cuts |= self._handovers(routine, steps, rng, person)
        level = self.settings.days
        if level and rng.random() < (0, 0.6, 1.0)[level]:
            for key in rng.sample(keys, min(len(keys), rng.randint(1, 2) if level == 1 else rng.randint(2, 4))):
                pause = min(4 * DAY, max(3 * 3600, rng.lognormvariate(math.log(18 * 3600), 0.7)))
                cuts[key] = (cuts.get(key, (None, 0.0))[0], pause)
        out: Cuts = {}
        for step in steps:
            if step.key in cuts:
                person = cuts[step.key][0] or person
                out[step.key] = (person, cuts[step.key][1])
        return out

    def _handovers(self, routine: Routine, steps: Sequence[Step], rng: Random, person: str) -> Cuts:
        keys = [step.key for step in steps[1:]]
        parts = rng.choice([1, 1, 2] if self.settings.handover == 1 else [1, 2, 2])
        marked = [step.key for step in steps if step.hand][:1]
        others = [key for key in keys[1:-1] if key not in marked] or keys
        chosen = (marked + rng.sample(others, len(others)))[:parts]
        cuts: Cuts = {}
        for key in sorted(chosen, key=keys.index) if all(key in keys for key in chosen) else chosen[:1]:
            able = [name for name in self._able(routine, steps, key) if name != person]
            able = able or [name for name in self.team.people if name != person]
            steady = self.settings.rng("takes over", routine.id, key)
            person = steady.choice(able) if rng.random() < 0.7 else rng.choice(able)
            cuts[key] = (person, min(2 * DAY, max(1800, rng.lognormvariate(math.log(3 * 3600), 1.0))))
        return cuts

    def _able(self, routine: Routine, steps: Sequence[Step], key: str) -> list[str]:
        """Who can go on from this step."""
        role = next((step.hand for step in steps if step.key == key and step.hand), None)
        able = self.team.with_role(*([role] if role else routine.by))
        if any(step.kind == "skill" for step in steps):
            able = [name for name in able if self.team.people[name].skills] or able
        return able

    # ---- doing it

    def _fails_at(self, done: Done, slips: Random) -> int:
        """Where a loop of debugging begins: a place, or -1."""
        level = self.settings.slips
        places = [place for place, (step, core) in enumerate(done) if core and _fails(step)]
        return slips.choice(places) if level and places and slips.random() < (0, 0.25, 0.6)[level] else -1

    def _step(self, run: Run, step: Step, *, core: bool) -> list[Event]:
        made = events_of(self.team, run, step, core=core, rng=run.rng)
        for event in made:
            stays = not (self.settings.terminals == 2 and run.rng.random() < 0.15)
            event.terminal = run.terminal if stays else 1 - min(1, run.terminal)
        run.t = made[-1].t + _gap(run.rng, fast=bool(run.session))
        return made

    def _debugged(self, run: Run, step: Step) -> list[Event]:
        """The step failed: look, edit, and again, until it works."""
        slips, out = run.slips, list[Event]()
        suffix = self.team.library.suffixes[run.routine.repo]
        edit = shell("d.edit", f"@edit src/{run.values['area']}.{suffix}")
        for _ in range(slips.randint(2, 4)):
            loop = [shell("d.look", slips.choice(LOOKS)), edit, step]
            for one in loop[slips.choice([0, 1]) :]:
                made = events_of(self.team, run, one, core=False, rng=slips)
                for event in made:
                    event.terminal = run.terminal
                out += made
                run.t = made[-1].t + _gap(slips, fast=bool(run.session))
        return out

    def _between(self, run: Run, seen: Sequence[Event]) -> list[Event]:
        """Everyday commands between two steps, and an earlier step once more."""
        out: list[Event] = []
        if run.session is not None:
            return out
        if run.rng.random() < (0.08, 0.18, 0.35)[self.settings.background]:
            for _ in range(run.rng.choice([1, 1, 2])):
                out.append(self.background.one(run.person, run.t))
                run.t += _gap(run.rng) / 2
        if self.settings.slips and run.slips.random() < (0, 0.04, 0.1)[self.settings.slips]:
            earlier = [event for event in seen if event.kind == "sh"]
            if earlier:
                out.append(replace(run.slips.choice(earlier), t=run.t, core=False))
                run.t += _gap(run.rng) / 2
        return out


def _taken_over(run: Run, person: str, pause: float) -> None:
    if person != run.person:
        run.person, run.session, run.terminal = person, None, 0
    run.t = into_work(run.t + pause, run.rng)


def _gap(rng: Random, *, fast: bool = False) -> float:
    """Seconds until the next command; an agent is fast."""
    return rng.uniform(3, 25) if fast else min(600.0, max(4.0, rng.lognormvariate(math.log(35), 0.9)))
