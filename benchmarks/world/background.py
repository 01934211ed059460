"""A team -> everyday work: what somebody does when no routine is done, in pieces with habits of their own."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from benchmarks.world.library import Routine, Step
from benchmarks.world.people import START, Team
from benchmarks.world.records import DAY, Event, typed_wrongly
from benchmarks.world.values import WORDS, Maker, fill, holes

SINGLE = ("misc", "own")  # modes of single commands, which make no piece of work
ALWAYS = ("area", "word", "sha", "n", "branch")  # values that any routine's steps may take


@dataclass(frozen=True, slots=True)
class _Week:
    """What somebody works on in a week."""

    repo: str
    words: Sequence[str]
    folders: Sequence[str]
    files: Sequence[str]
    lasting: dict[str, str]


class Background:
    """Everyday work by person; each person's throws go on from where the last piece of work ended."""

    def __init__(self, team: Team) -> None:
        self.team, self.settings, self.everyday = team, team.settings, team.library.everyday
        self.level = self.settings.background
        self.follow = (0.35, 0.7, 0.85)[self.level]
        self.leak = (0.0, 0.03, 0.08)[self.level]
        self.rngs = {name: self.settings.rng("background", name, self.level) for name in team.people}
        self.makers = {name: Maker(rng, team.library.lists) for name, rng in self.rngs.items()}
        self.last: dict[str, tuple[str, str] | None] = {}  # (mode, template)
        self.weeks: dict[tuple[str, int], _Week] = {}
        self.modes = {name: self._modes(name) for name in team.people}
        self.own = {name: self._own(name) for name in team.people}
        self.without_message = {
            name for name in team.people if self.level and self.settings.rng("msgless", name).random() < 0.35
        }

    def _own(self, name: str) -> list[str]:
        """The person's own little commands."""
        rng = self.settings.rng("own", name)
        return [rng.choice(self.everyday.own).replace("{w}", rng.choice(WORDS)) for _ in range(30)]

    def _modes(self, person: str) -> tuple[list[str], list[float]]:
        rng = self.settings.rng("taste", person)
        weights: dict[str, float] = defaultdict(float)
        for role, share in (("common", 1.6), *((role, 1.0) for role in self.team.people[person].roles)):
            for mode, weight in self.everyday.roles[role].items():
                weights[mode] += share * weight * rng.uniform(0.5, 1.5)
        return list(weights), list(weights.values())

    def _mode_of(self, person: str, rng: Random) -> str:
        return rng.choices(*self.modes[person])[0]

    # ---- values

    def _week(self, person: str, t: float) -> _Week:
        number = int((t - self.team.start) // (7 * DAY))
        if (person, number) not in self.weeks:
            rng, library = self.settings.rng("context", person, number), self.team.library
            repo = library.repos[rng.choice(self.team.people[person].roles)]
            words = rng.sample(WORDS, 6)
            lasting = {"branch": f"{words[4]}-{words[5]}"}
            for name in self.everyday.week:
                lasting[name] = Maker(rng, library.lists).draw(name, START)
            files = [f"src/{words[0]}/{word}.{library.suffixes[repo]}" for word in words[1:5]]
            folders = ["src", f"src/{words[0]}", "tests", f"~/work/{repo}", "/tmp", ".."]
            self.weeks[person, number] = _Week(repo, words, folders, [*files, "README.md"], lasting)
        return self.weeks[person, number]

    def _value(self, person: str, t: float, name: str) -> str:
        rng, week, when = self.rngs[person], self._week(person, t), datetime.fromtimestamp(t, UTC)
        if name == "file":
            if rng.random() < 0.8:
                return rng.choice(week.files)
            return f"{rng.choice(WORDS)}/{rng.choice(WORDS)}.{rng.choice(['md', 'py', 'txt', 'csv'])}"
        if name == "dir":
            return rng.choice(week.folders)
        if name == "word":
            return rng.choice(week.words if rng.random() < 0.7 else WORDS)
        if name == "msg":
            messages = self.everyday.messages
            text = rng.choices(messages, [1 / (rank + 1) for rank in range(len(messages))])[0]
            return fill(text, {"word": rng.choice(week.words), "area": rng.choice(WORDS)}, changed=False)
        if name in week.lasting and rng.random() < 0.7:
            return week.lasting[name]
        return self.makers[person].draw(name, when)

    def _filled(self, person: str, t: float, template: str) -> str:
        """A template in this person's words; a value is drawn even where the person's tool does not take it."""
        values = {name: self._value(person, t, name) for name in holes(template)}
        return fill(self.team.worded(person, template), values, changed=False)

    # ---- single commands

    def _pick(self, person: str, mode: str, items: Sequence[str]) -> str:
        """One of them, some more often than others: which ones is the person's habit."""
        order = list(items)
        self.settings.rng("rank", person, mode, items[0]).shuffle(order)
        return self.rngs[person].choices(order, [1 / (rank + 1) for rank in range(len(order))])[0]

    def one(self, person: str, t: float, mode: str | None = None) -> Event:
        """The next everyday thing that this person does, of a mode if it is named."""
        rng, team = self.rngs[person], self.team
        if team.routines and rng.random() < self.leak:
            stray = self._stray(person, t)
            if stray is not None:
                return stray
        known = self.last.get(person)
        mode = self._next_mode(person, known, mode)
        template = "" if mode == "own" else self._template(person, known, mode)
        text = self._pick(person, "own", self.own[person]) if mode == "own" else ""
        self.last[person] = None if self.level == 0 and rng.random() < 0.5 else (mode, template)
        if template == "COMMIT":
            return self._commit(person, t, mode)
        if template:
            text = team.migrated(self._filled(person, t, template), person, t)
        if rng.random() < (0.012, 0.03, 0.06)[self.settings.slips] and len(text) > 4:
            text = typed_wrongly(rng, text)
        return Event(person=person, t=t, kind="sh", text=text, mode=mode)

    def _next_mode(self, person: str, known: tuple[str, str] | None, mode: str | None) -> str:
        rng = self.rngs[person]
        if self.level == 0:  # no pieces of work: independent commands, now and then one that follows from the last
            return known[0] if known and rng.random() < self.follow else self._mode_of(person, rng)
        if mode is not None:
            return mode
        goes_on = known is not None and known[0] not in SINGLE and rng.random() < 0.8
        return known[0] if known and goes_on else self._mode_of(person, rng)

    def _template(self, person: str, known: tuple[str, str] | None, mode: str) -> str:
        rng, table = self.rngs[person], self.everyday.modes[mode]
        after = table["next"].get(known[1]) if known and known[0] == mode else None
        if after and (self.level == 0 or rng.random() < self.follow):
            return self._pick(person, mode, after)
        first = rng.random() < 0.6 or not table["next"]
        return self._pick(person, mode, table["first"] if first else sorted(table["next"]))

    def _commit(self, person: str, t: float, mode: str) -> Event:
        rng = self.rngs[person]
        message, file = self._value(person, t, "msg"), self._value(person, t, "file")
        line = f'git commit -m "{message}"'
        if person in self.without_message and rng.random() < 0.5:
            line = rng.choice(["git commit", "git commit -v", "git commit --amend"])
        repo = self._week(person, t).repo
        return Event(person=person, t=t, kind="commit", text=message, line=line, files=(file,), repo=repo, mode=mode)

    def _stray(self, person: str, t: float) -> Event | None:
        """A step of some routine, done by itself for other reasons."""
        rng, team, who = self.rngs[person], self.team, self.team.people[person]
        able = [routine for routine in team.routines if set(routine.by) & set(who.roles)]
        if not able:
            return None
        routine = rng.choice(able)
        step = rng.choice(routine.steps)
        values = self._stray_values(person, t, routine)
        if step.kind == "skill" and who.skills:
            return Event(person=person, t=t, kind="skill", text=step.text, args=arguments(step, values), mode="stray")
        if step.kind != "sh":
            return None
        text = team.migrated(fill(team.worded(person, step.text), values, changed=False), person, t)
        return Event(person=person, t=t, kind="sh", text=text, mode="stray")

    def _stray_values(self, person: str, t: float, routine: Routine) -> dict[str, str]:
        maker, when = self.makers[person], datetime.fromtimestamp(t, UTC)
        values = {name: maker.draw(kind, when, of="stray") for name, kind in routine.values.items()}
        return values | {name: maker.draw(name, when) for name in ALWAYS if name not in values}

    # ---- whole days

    def days(self) -> Iterator[Event]:
        """All of everybody's everyday work."""
        for name in self.team.people:
            rng = self.settings.rng("days", name, self.level)
            away = rng.sample(range(self.settings.weeks), 3) if self.settings.weeks > 12 else []
            for day in range(self.settings.weeks * 7):
                if day % 7 < 5 and day // 7 not in away:
                    yield from self._day(name, day, rng)

    def _day(self, name: str, day: int, rng: Random) -> Iterator[Event]:
        person, midnight = self.team.people[name], self.team.start + day * DAY
        load = (13, 38, 76)[self.level] * person.weight
        left = int(rng.gammavariate(3, load / 3))
        t = midnight + rng.uniform(8, 10) * 3600
        while left > 0 and (t - self.team.start) % DAY <= 18.5 * 3600:
            piece, t = self._piece(name, t, left, day, rng)
            yield from piece
            left -= len(piece)
            t += min(7200.0, rng.lognormvariate(math.log(420), 1.1))
        if person.agent and rng.random() < (0.15, 0.4, 0.6)[self.level]:
            yield from self._agent_session(name, midnight + rng.uniform(9, 17) * 3600, rng)
        if person.skills and rng.random() < (0.2, 0.5, 0.8)[self.level]:
            yield from self._skill_calls(name, midnight + rng.uniform(9, 17) * 3600, rng)

    def _piece(self, name: str, t: float, left: int, day: int, rng: Random) -> tuple[list[Event], float]:
        """A piece of work of one mode, mostly, and when it ends."""
        mode = self._mode_of(name, rng)
        length = min(left, 1 + int(rng.expovariate(1 / 6)))
        if mode in SINGLE:
            length = min(length, rng.choice([1, 1, 2]))
        self.last[name] = None
        piece = []
        for _ in range(length):
            event = self.one(name, t, mode if rng.random() < 0.85 else self._mode_of(name, rng))
            event.terminal = (_number_of(mode) + day) % 3 if self.settings.terminals else 0
            piece.append(event)
            t += min(900.0, max(2.0, rng.lognormvariate(math.log(14), 1.1)))
        return piece, t

    def _agent_session(self, person: str, t: float, rng: Random) -> Iterator[Event]:
        """An agent at something that is no routine."""
        table, last = self.everyday.agent, None
        session = f"{rng.getrandbits(128):032x}"
        repo = self._week(person, t).repo
        for _ in range(rng.randint(6, 25)):
            after = table["next"].get(last)
            last = self._pick(person, "agent", after if after and rng.random() < 0.85 else table["first"])
            name, _, rest = last.partition(" ")
            key, _, text = rest.partition("=")
            text = self._filled(person, t, text)
            if name == "Bash" and "git commit" in text:
                yield Event(
                    person,
                    t,
                    "commit",
                    text.split("'")[1],
                    text,
                    files=("NOTES.md",),
                    repo=repo,
                    mode="agent",
                    agent=session,
                )
            else:
                args = {key: f"/home/{person}/{repo}/{text}" if key == "file_path" else text}
                yield Event(person, t, "tool", name, args=args, mode="agent", agent=session, repo=repo)
            t += rng.uniform(3, 40)

    def _skill_calls(self, person: str, t: float, rng: Random) -> Iterator[Event]:
        for _ in range(rng.choice([1, 1, 2])):
            name, _, rest = rng.choice(self.everyday.skills).partition(" ")
            key, _, text = rest.partition("=")
            when = datetime.fromtimestamp(t, UTC)
            values = {hole: self.makers[person].draw(hole, when) for hole in holes(text)}
            yield Event(person, t, "skill", name, args={key: fill(text, values, changed=False)}, mode="skills")
            t += rng.uniform(60, 4000)


def arguments(step: Step, values: Mapping[str, str], *, changed: bool = False) -> dict[str, str]:
    """What a skill or a tool is called with."""
    return {name: fill(str(text), values, changed=changed) for name, text in step.args.items()}


def _number_of(text: str) -> int:
    """A number that a word always has."""
    return sum(ord(letter) * (place + 1) for place, letter in enumerate(text))
