"""What is asked of the simulator, and what it makes: `Settings` and `Event`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from random import Random
from typing import Any

DAY = 86_400.0  # seconds


@dataclass(frozen=True, slots=True)
class Settings:
    """How large the team is, and which conditions are turned up: 0 is off, 1 moderate, 2 hard.

    Runs, values and who does what depend on the seed alone: two settings of one seed differ by the condition, hardly by luck.

    library: folder of routines and everyday work. person: what this one of the ten left behind. without: nothing is planted.
    crew: how many people do a routine, 0 for one to three.

    handover: runs pass between two or three people. days: runs have pauses of 3 hours to 4 days. drift: steps are added, dropped
    and replaced over the months. families: siblings share most of their steps; at 2 each is below the rule of five. tools: own test
    runner, editor, HTTP client. slips: typing mistakes, retries, an earlier command again, loops of debugging. background: everyday
    work in pieces, with strong habits and stray steps of routines; without it a third as much. gui: steps done in windows.
    dedup: shells that drop repeated lines. limit: shells that keep the last lines only. terminals: three at once, each written when
    it is closed. untimed: histories without times. rare: routines done exactly five times, and others very often. length: routines
    of 3 and of 16 to 20 steps. scripts: steps in containers, over ssh, in loops, heredocs and pipes, or joined by &&. agents: runs
    by an agent, in its own words. values: a value comes again in another form (1.2.3, v1.2.3), at 2 also as a shell variable.
    branches: a step fails, is mended and done again.
    """

    seed: int = 1
    weeks: int = 26
    library: str = "development"
    person: str = ""
    without: bool = False
    crew: int = 0
    handover: int = 0
    days: int = 0
    drift: int = 0
    families: int = 0
    tools: int = 0
    slips: int = 0
    background: int = 0
    gui: int = 0
    dedup: int = 0
    limit: int = 0
    terminals: int = 0
    untimed: int = 0
    rare: int = 0
    length: int = 0
    scripts: int = 0
    agents: int = 0
    values: int = 0
    branches: int = 0

    def rng(self, *names: object) -> Random:
        """A die of its own for each purpose, so that one condition does not move the throws of another."""
        return Random("/".join(map(str, (self.seed, *names))))

    def turned_up(self, levels: Mapping[str, int]) -> Settings:
        """The same with these conditions at these levels."""
        changes: dict[str, Any] = dict(levels)
        return replace(self, **changes)


CONDITIONS = tuple(one.name for one in fields(Settings))[6:]


@dataclass(slots=True)
class Event:
    """One thing done. `id`, `terminal` and `hidden` are set after it is made."""

    person: str
    t: float  # seconds since the epoch
    kind: str  # sh, commit, skill, tool
    text: str  # of a commit its subject, of a skill or a tool its name
    line: str | None = None  # what was typed, where `text` is not that
    args: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    repo: str = ""
    tag: tuple[str, int] | None = None  # the routine and its run
    steps: tuple[str, ...] = ()  # keys of the steps that it does
    core: bool = False  # a step of the run, not a retry, a slip or a loop of debugging
    mode: str = ""  # of everyday work: which piece it is of
    agent: str | None = None  # the agent's session
    hidden: bool = False  # done in a window: no line of a history
    terminal: int = 0
    wording: str = ""  # the library's text of the step
    id: int = -1

    @property
    def shown(self) -> str:
        """What a person would say was done."""
        if self.kind != "tool":
            return self.line or self.text
        return str(self.args.get("command") or f"{self.text} {' '.join(map(str, self.args.values()))}")


def typed_wrongly(rng: Random, text: str) -> str:
    """A command with one slip of the fingers in its first or second word."""
    words = text.split(" ")
    which = 0 if rng.random() < 0.6 or len(words) < 2 or len(words[1]) < 3 else 1
    word = words[which]
    if len(word) < 3:
        return text + rng.choice("sdl")
    at = rng.randrange(1, len(word))
    how = rng.random()
    if how < 0.5:
        word = word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
    else:
        word = word[:at] + word[at + 1 :] if how < 0.8 else word[:at] + word[at] + word[at:]
    words[which] = word
    return " ".join(words) if " ".join(words) != text else text + "q"
