"""A team's sources -> the report that a first afternoon's script would write: contiguous n-grams by support x length.

An action is the program with its subcommand; a person's events are put in time order and cut at pauses of half an hour;
runs of 3 to 10 actions that are seen five times or more without overlap, and hold two different actions at least, are
ranked by times x length; a run that lies within a better one, or holds one, is left out. No gaps, no optional steps, no
alternatives: whatever is worth its keep has to do better.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from fivetimes import config
from fivetimes.ingest import READERS, sources
from fivetimes.model.events import Kind
from fivetimes.model.sources import Balance, RawBatch

PAUSE = 30 * 60  # seconds
LENGTHS = range(3, 11)
EXTRACT, CANONICAL = 5, 10
KEEP = 30  # candidates
_SUBCOMMAND = re.compile(r"[a-z]+")

Run = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing done, as the baseline sees it."""

    person: str
    time: float
    action: str
    place: dict[str, Any]


def _action(text: str, kind: Kind) -> str:
    first, *rest = text.split() or [""]
    return f"{first} {rest[0]}" if kind == Kind.SHELL and rest and _SUBCOMMAND.fullmatch(rest[0]) else first


def _rows(batch: RawBatch) -> Iterator[Event]:
    for row, text in enumerate(batch.text):
        kind = batch.kind if isinstance(batch.kind, Kind) else batch.kind[row]
        person = batch.owner or (batch.person[row] if batch.person else None) or ""
        time = batch.time[row] if batch.time else math.nan
        line = batch.line[row] if batch.line else 0
        yield Event(person, time, _action(text, kind), {"path": batch.origin, "line": line})


def _events(team_file: Path) -> Iterator[Event]:
    found, _ = sources(config.load(team_file))
    for source in found:
        if source.reader == "git":
            continue  # a typed commit stands in a history already
        for batch in READERS[source.reader](source, Balance()):
            yield from (event for event in _rows(batch) if not math.isnan(event.time))


def _sessions(events: Sequence[Event]) -> Iterator[list[Event]]:
    ordered = sorted(events, key=lambda event: (event.person, event.time))
    for _, own in groupby(ordered, key=lambda event: event.person):
        session: list[Event] = []
        for event in own:
            if session and event.time - session[-1].time > PAUSE:
                yield session
                session = []
            session.append(event)
        yield session


def _runs(sessions: Sequence[list[Event]]) -> dict[Run, list[list[Event]]]:
    """Where each run of actions stands, no two standings of one run sharing an event."""
    standing: dict[Run, list[list[Event]]] = defaultdict(list)
    for session in sessions:
        actions = [event.action for event in session]
        free: dict[Run, int] = {}
        for start in range(len(actions)):
            for length in LENGTHS:
                run = tuple(actions[start : start + length])
                if len(run) == length and len(set(run)) > 1 and free.get(run, 0) <= start:
                    free[run] = start + length
                    standing[run].append(session[start : start + length])
    return {run: places for run, places in standing.items() if len(places) >= EXTRACT}


def _within(short: Run, long: Run) -> bool:
    return any(long[at : at + len(short)] == short for at in range(len(long) - len(short) + 1))


def report(team_file: Path) -> dict[str, Any]:
    """The n-grams of a team in the shape of a report, best first."""
    runs = _runs(list(_sessions(list(_events(team_file)))))
    kept: list[Run] = []
    for run in sorted(runs, key=lambda run: (-len(runs[run]) * len(run), run)):
        if not any(_within(run, better) or _within(better, run) for better in kept):
            kept.append(run)
        if len(kept) == KEEP:
            break
    candidates = [
        {
            "id": f"run-{number}",
            "tier": "canonical" if len(runs[run]) >= CANONICAL else "extract",
            "count": len(runs[run]),
            "occurrences": [{"events": [event.place for event in events]} for events in runs[run]],
        }
        for number, run in enumerate(kept, 1)
    ]
    return {"schema": 1, "candidates": candidates}
