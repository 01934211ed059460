"""Work in one short line: letters are actions of a generic log, a minute apart; `_` is a pause of an hour."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from fivetimes.actions import normalise
from fivetimes.columns import EventLog, SessionLog
from fivetimes.config import FiveTimesRule, Search
from fivetimes.eventlog import align, deduplicate, redact
from fivetimes.model.candidates import Candidate
from fivetimes.model.events import Kind
from fivetimes.model.sources import RawBatch
from fivetimes.model.suppression import Suppressed
from fivetimes.routines import find_routines
from fivetimes.routines.database import SequenceDatabase
from fivetimes.sessions import segment

START = 1_767_600_000.0  # a Monday in January 2026
KEY = b"a key for tests only"


def who(owner: str | None, record: str | None) -> str:
    """The owner, else who the record says it was."""
    return owner or record or "you"


def batch(letters: str, *, person: str = "ana", start: float = START) -> RawBatch:
    """One person's generic log."""
    text, time, clock = [], [], start
    for letter in letters:
        clock += 3600 if letter == "_" else 60
        if letter != "_":
            text.append(f"do-{letter}")
            time.append(clock)
    lines = list(range(1, len(text) + 1))
    return RawBatch("generic", f"{person}.csv", text, kind=Kind.ACTION, line=lines, time=time, owner=person)


def shell(commands: Sequence[str], *, person: str = "ana", times: Sequence[float] | None = None) -> RawBatch:
    """One person's shell history."""
    given = times if times is not None else [START + 60 * n for n in range(len(commands))]
    lines = list(range(1, len(commands) + 1))
    return RawBatch("bash", f"{person}.history", list(commands), line=lines, time=given, owner=person)


def log_of(*batches: RawBatch) -> EventLog:
    """Redacted events."""
    return redact(batches, key=KEY, identify=who)


def sessions_of(*batches: RawBatch, idle: timedelta = timedelta(minutes=30)) -> SessionLog:
    """All the way to sessions."""
    return segment(normalise(align(deduplicate(log_of(*batches)), reach=idle.total_seconds())), idle=idle)


def routines(sessions: SessionLog, *, rule: FiveTimesRule, search: Search) -> tuple[list[Candidate], list[Suppressed]]:
    """What is proposed, and what is not."""
    found = find_routines(sessions, rule=rule, search=search)
    return found.candidates, list(found.suppressed)


def work(
    routine: str, times: int, *, noise: float = 0.15, people: int = 2, seed: int = 1, extra: str = ""
) -> SessionLog:
    """People doing a routine on different days, amid everyday letters."""
    rng = random.Random(seed)
    everyday = "mnopqrstuvwxyz" + extra
    weights = [1 / (rank + 1) for rank in range(len(everyday))]
    batches = []
    done = [0] * people
    for number in range(times):
        done[number % people] += 1
    for person in range(people):
        letters = ""
        for _ in range(done[person]):
            letters += "".join(rng.choices(everyday, weights, k=12))
            for letter in routine:
                if rng.random() < noise:
                    letters += rng.choices(everyday, weights)[0]
                letters += letter
            letters += "".join(rng.choices(everyday, weights, k=6)) + "_" * 24
        batches.append(batch(letters + "_" + "".join(rng.choices(everyday, weights, k=300)), person=f"p{person}"))
    return sessions_of(*batches)


def again_as(log: SessionLog, person: str) -> RawBatch:
    """The letters of a one-person log again, as somebody else's."""
    actions = log.actions
    labels = [actions.labels[t] for t in actions.levels[:, 0]]
    lines = list(range(1, len(labels) + 1))
    return RawBatch(
        "generic", f"{person}.csv", labels, kind=Kind.ACTION, line=lines, time=actions.clock.tolist(), owner=person
    )


def stretches(block: Sequence[int]) -> SequenceDatabase:
    """As much of a database as says in which stretch of work each row lies."""
    made = object.__new__(SequenceDatabase)
    made.block, made.source = np.array(block, dtype=np.int32), np.arange(len(block), dtype=np.int32)
    return made
