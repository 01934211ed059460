"""A folder of YAML -> `Library`: trades with their routines, people and tools, and the everyday work around them.

How both files are written is told at the head of `development/routines.yaml` and `development/background.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
LIBRARIES = sorted(path.parent.name for path in HERE.glob("*/routines.yaml"))
KINDS = ("sh", "skill", "commit")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a routine. `key` is s1, s2, …; what drift or a loop of debugging puts in has other keys."""

    key: str
    kind: str
    text: str
    args: Mapping[str, Any]
    files: tuple[str, ...] = ()
    gate: bool | str = False
    gui: str = ""
    hand: str = ""
    opt: float = 1.0
    rep: tuple[int, int] = (1, 1)
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Branch:
    """Steps that are done when something went wrong after a step, which is then done again."""

    after: int | None
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Routine:
    """A routine as the library has it; `times` is 0 unless it says how often, in all, it is done."""

    id: str
    by: tuple[str, ...]
    repo: str
    essence: Sequence[str]
    values: Mapping[str, str]
    steps: tuple[Step, ...]
    branches: tuple[Branch, ...]
    family: str | None
    set: str
    times: int
    agent: bool


@dataclass(frozen=True, slots=True)
class Scripts:
    """How people wrap a command: programs that run in a container or elsewhere, and names whose values are looped over."""

    container: Sequence[str]
    container_ways: Sequence[str]
    ssh: Sequence[str]
    ssh_host: str
    env: Sequence[str]
    loop: Sequence[str]


@dataclass(frozen=True, slots=True)
class Everyday:
    """Work that belongs to no routine: modes, each a chain of commands, by role."""

    roles: Mapping[str, Mapping[str, float]]
    habits: Sequence[str]
    modes: Mapping[str, Mapping[str, Any]]
    agent: Mapping[str, Any]
    skills: Sequence[str]
    messages: Sequence[str]
    own: Sequence[str]
    week: Sequence[str]


@dataclass(frozen=True, slots=True)
class Library:
    """A world: who is there, what is done, with which tools."""

    people: Sequence[Mapping[str, Any]]
    untimed: Sequence[str]
    repos: Mapping[str, str]
    suffixes: Mapping[str, str]
    lists: Mapping[str, Sequence[str]]
    tools: Mapping[str, Sequence[str]]
    tools_moderate: Sequence[str]
    migrations: Sequence[tuple[str, str]]
    added: Sequence[str]
    scripts: Scripts
    by_agent: Mapping[str, str]
    routines: Sequence[Routine]
    everyday: Everyday


def shell(key: str, text: str) -> Step:
    """A step that is a command and no more.

    Example:
        >>> shell("b1", "git diff").kind
        'sh'
    """
    return Step(key, "sh", text, {})


def _step(number: int, raw: str | Mapping[str, Any]) -> Step:
    key = f"s{number}"
    if isinstance(raw, str):
        return shell(key, raw)
    kind = next(kind for kind in KINDS if kind in raw)
    more = {name: raw[name] for name in ("gate", "gui", "hand", "opt", "wait") if name in raw}
    low, high = raw.get("rep", (1, 1))
    return Step(key, kind, raw[kind], raw.get("args", {}), tuple(raw.get("files", ())), rep=(low, high), **more)


def _routine(raw: Mapping[str, Any]) -> Routine:
    return Routine(
        id=raw["id"],
        by=tuple(raw["by"]),
        repo=raw["repo"],
        essence=raw["essence"],
        values=raw.get("values", {}),
        steps=tuple(_step(number, step) for number, step in enumerate(raw["steps"], 1)),
        branches=tuple(Branch(one["after"], tuple(one["steps"])) for one in raw.get("branches", ())),
        family=raw.get("family"),
        set=raw.get("set", "base"),
        times=raw.get("times", 0),
        agent=raw.get("agent", False),
    )


def load(name: str) -> Library:
    """The library of that name, one of `LIBRARIES`."""
    found, everyday = (
        yaml.safe_load((HERE / name / f"{part}.yaml").read_text("utf-8")) for part in ("routines", "background")
    )
    routines = [_routine(raw) for raw in found.pop("routines")]
    return Library(
        **{**found, "scripts": Scripts(**found["scripts"])}, routines=routines, everyday=Everyday(**everyday)
    )
