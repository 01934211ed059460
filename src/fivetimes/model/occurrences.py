"""One time that a routine was done: its moments, and where each can be found again (`routines`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Location:
    """Where an event can be found again: a line (from 1) of a file, or a commit of a repository. `digest` is keyed."""

    path: str
    line: int | None = None
    commit: str | None = None
    digest: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """One event of an occurrence: which step it is (index into the candidate's steps, None for a stray between them)."""

    step: int | None
    action: str
    time: datetime | None
    locations: tuple[Location, ...]
    part: int = 0  # which simple command of its line


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time the routine was done."""

    person: str  # who began it; what was handed over has steps of others too
    start: datetime | None
    end: datetime | None
    session: int
    by_agent: float  # share of its events done by an agent
    moments: tuple[Moment, ...]
