"""What a routine is recognised by in a later scan, and what differs from a report that was written before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fivetimes.model.candidates import Tier


@dataclass(frozen=True, slots=True)
class Promotion:
    """A routine that climbed since a report."""

    id: str
    before: Tier
    after: Tier


@dataclass(frozen=True, slots=True)
class Identity:
    """What a routine is recognised by, whatever was read and wherever it was kept.

    steps: of each step, by its program and subcommand as they are called on every machine, the share of the occurrences.
    """

    id: str
    steps: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Gone:
    """A routine of the last report that is in none of today's places.

    count: how often it had been done by the last report. why: a sentence that names the rule which keeps it away, or what explains
    its absence. into: the id of the routine that it is a part of by now; empty: of none.
    """

    id: str
    title: str
    count: int
    why: str
    into: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from a report that was written before: ids, and of what is gone the reason.

    since: when that report was written. times: by id, how often each routine was done by then.
    """

    new: tuple[str, ...] = ()
    promoted: tuple[Promotion, ...] = ()
    gone: tuple[Gone, ...] = ()
    since: datetime | None = None
    times: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportedRoutine:
    """A routine as a report showed it; `labels` are its usual steps, `places` the paths of the sources that it was seen in."""

    identity: Identity
    title: str
    tier: Tier
    count: int
    labels: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A report that was written: what later ones are compared with. `places` are the paths of all sources that were read for it."""

    at: datetime
    routines: tuple[ReportedRoutine, ...]
    places: tuple[str, ...]
