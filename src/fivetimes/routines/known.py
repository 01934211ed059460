"""Steps of a known routine and SessionLog -> every time it was done, by the same definition by which routines are counted.

A conductor states its steps by the labels of what was seen. Here each of its steps becomes one token, the profile is what the
conductor states (shares and order), and `matching.collect` finds the occurrences: once by that profile alone, and again by the
gaps, pauses and shared values that these occurrences show. The presence of a step stays the stated one, so that a step that nobody
does any more is still looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import re2

from fivetimes.columns import COARSE, Int32s, SessionLog
from fivetimes.config import MIN_STEPS, Search
from fivetimes.kernels.database import postings
from fivetimes.kernels.growth import scratch_for
from fivetimes.routines.database import SequenceDatabase, open_database
from fivetimes.routines.describe import moment_time
from fivetimes.routines.matching import Occurrences, better, collect
from fivetimes.routines.pattern import (
    LONGEST_GAP,
    NEAR_ROWS,
    Profile,
    estimate,
    gap_bits,
    going_on_bits,
    local_chance,
)
from fivetimes.routines.search import paced
from fivetimes.routines.seeds import link_chance

_STATED_ORDER = 0.95  # how often one step stands before the next where a conductor puts it so: people do swap steps
_UNSURE = 0.02  # a share is held this far from 0 and 1: a conductor's steps were seen a few times only


@dataclass(frozen=True, slots=True)
class KnownStep:
    """A step by what is done there: labels of actions, each at whatever level of detail; and its share of the occurrences."""

    labels: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True)
class KnownRoutine:
    """A routine that somebody has written down: steps that can be distinguished, in order. `times`: how often it is thought to
    have been done."""

    steps: tuple[KnownStep, ...]
    times: int


@dataclass(frozen=True, slots=True)
class Execution:
    """One time a known routine was done by hand.

    Attributes:
        start, end: of its first and last step; None where the source keeps no times.
        steps: numbers of the steps in the order in which they were done, each once.
        behind: labels of what the same people did between its first and its last step, each once, in order, with the number of the
            step behind which it was done.
        people: numbers of the people who did it.
    """

    start: datetime | None
    end: datetime | None
    steps: tuple[int, ...]
    behind: tuple[tuple[str, int], ...]
    people: tuple[int, ...]

    @property
    def others(self) -> tuple[str, ...]:
        """The labels of what was done meanwhile."""
        return tuple(label for label, _ in self.behind)


def executions(sessions: SessionLog, routines: Sequence[KnownRoutine], *, search: Search) -> list[list[Execution]]:
    """Every time each of some known routines was done, in order of time.

    Where two of them claim a row, the run goes to the one that it fits better. Of a routine of which fewer than three steps can be
    distinguished in this work nothing is found: two actions in a row are a habit.
    """
    search = paced(search, sessions.idle)
    database = open_database(sessions, silence=search.max_pause)
    chance = link_chance(database)
    own = [_with_steps(database, one, sessions.actions.labels) for one in routines]
    found = [_collected(view, one, search, chance) for view, one in zip(own, routines, strict=True)]
    apart = better(database, found)
    return [_described(database, sessions, one) for one in apart]


def _with_steps(database: SequenceDatabase, routine: KnownRoutine, labels: Sequence[str]) -> SequenceDatabase:
    """The database in which what is done at each step is one token, behind all others."""
    step_of = _steps_of_rows(database, routine, labels)
    levels = database.levels.copy()
    here = np.flatnonzero(step_of >= 0)
    levels[here, -1] = database.tokens + step_of[here]
    tokens = database.tokens + len(routine.steps)
    start, where = postings(levels, tokens)
    counts = np.bincount(step_of[here[here < database.own]], minlength=len(routine.steps))
    return replace(
        database,
        levels=levels,
        start=start,
        where=where,
        rate=np.concatenate((database.rate, counts / max(1, database.own))),
        begin=start,
        living=where,
        scratch=scratch_for(tokens=tokens, rows=len(database.rows)),
        held=None,
    )


def _steps_of_rows(database: SequenceDatabase, routine: KnownRoutine, labels: Sequence[str]) -> Int32s:
    """For each row the step whose label describes it in most detail, -1 for none.

    Which words are values is learnt from the data, so what a conductor calls `zpool <str> <str> *` may have other stars in what
    was read since. What counts is whether the row, at any level of detail, is an instance of the label.
    """
    length = np.zeros(len(database.levels), dtype=np.int64)
    step_of = np.full(len(database.levels), -1, dtype=np.int32)
    present = np.unique(database.levels[:, : COARSE + 1])
    for number, step in enumerate(routine.steps):
        for wanted in step.labels:
            is_instance = instances(wanted)
            tokens = [token for token in present.tolist() if is_instance(labels[token])]
            rows = np.isin(database.levels[:, : COARSE + 1], tokens).any(axis=1) & (len(wanted) > length)
            step_of[rows], length[rows] = number, len(wanted)
    return step_of


def instances(label: str) -> Callable[[str], object]:
    """Whether another label is this one, or the same in more detail: `*` stands for one or more words, and words may follow.

    Example:
        >>> is_instance = instances("osmium extract --polygon * <str> -o *")
        >>> bool(is_instance("osmium extract --polygon <file.poly> <str> -o <str>")), bool(is_instance("osmium extract -o <str>"))
        (True, False)
    """
    words = (r"\S+(?: \S+)*" if word == "*" else re2.escape(word) for word in label.split(" "))
    matches: Callable[[str], object] = re2.compile(f"{' '.join(words)}(?: .*)?").fullmatch
    return matches


def _collected(database: SequenceDatabase, routine: KnownRoutine, search: Search, chance: float) -> Occurrences:
    first = database.tokens - len(routine.steps)
    there = [step for step in range(len(routine.steps)) if database.rate[first + step] > 0]
    if len(there) < min(MIN_STEPS, len(routine.steps)):
        return Occurrences(
            np.full((0, len(routine.steps)), -1, dtype=np.int32), np.zeros((0, 3), dtype=np.int32), np.zeros(0), 0
        )
    profile = _stated(database, routine)
    found = collect(database, profile, search, share=search.core_share, chance=chance, known=routine.times)
    if len(found):
        seen = estimate(database, profile.tokens, found.rows)
        profile = replace(seen, presence=profile.presence)
        found = collect(database, profile, search, share=search.core_share, chance=chance, known=len(found))
    return found


def _stated(database: SequenceDatabase, routine: KnownRoutine) -> Profile:
    """The profile as the conductor states it."""
    count = len(routine.steps)
    tokens = np.arange(database.tokens - count, database.tokens, dtype=np.int32)
    order = np.full((count, count), np.log2(1 - _STATED_ORDER))
    order[np.triu_indices(count, 1)] = np.log2(_STATED_ORDER)
    nothing = np.zeros((0, count), dtype=np.int32)
    return Profile(
        tokens=tokens,
        presence=np.clip([step.share for step in routine.steps], _UNSURE, 1 - _UNSURE),
        chance=local_chance(database, tokens, NEAR_ROWS),
        order=order,
        link=np.zeros(count),
        gap_bits=gap_bits(database, nothing, longest=LONGEST_GAP),
        going_on=going_on_bits(database, nothing),
    )


def _described(database: SequenceDatabase, sessions: SessionLog, found: Occurrences) -> list[Execution]:
    made = [_execution(database, sessions, line) for line in found.rows]
    return sorted(made, key=lambda one: (one.start is None, one.start.timestamp() if one.start else 0.0))


def _execution(database: SequenceDatabase, sessions: SessionLog, line: Int32s) -> Execution:
    actions = sessions.actions
    rows = database.source[np.sort(line[line >= 0])]
    step_at = {int(database.source[row]): step for step, row in enumerate(line.tolist()) if row >= 0}
    ordered = sorted(rows.tolist(), key=lambda row: (database.clock[row], row))
    first, last = (int(database.rows[row]) for row in (ordered[0], ordered[-1]))
    people = sorted({int(database.person[row]) for row in ordered})
    return Execution(
        start=moment_time(float(actions.clock[first]), bool(actions.timed[first])),
        end=moment_time(float(actions.clock[last]), bool(actions.timed[last])),
        steps=tuple(step_at[row] for row in ordered),
        behind=_others(database, actions.labels, ordered, people, step_at),
        people=tuple(people),
    )


def _others(
    database: SequenceDatabase,
    labels: Sequence[str],
    ordered: Sequence[int],
    people: Sequence[int],
    step_at: dict[int, int],
) -> tuple[tuple[str, int], ...]:
    """What the same people did meanwhile, by kind of action, and behind which step."""
    begin, end = database.clock[ordered[0]], database.clock[ordered[-1]]
    own = slice(0, database.own)
    inside = (database.clock[own] >= begin) & (database.clock[own] <= end) & np.isin(database.person[own], people)
    rows = np.flatnonzero(inside)
    behind: dict[str, int] = {}
    last = ordered[0]
    for row in rows[np.lexsort((rows, database.clock[rows]))].tolist():
        if row in step_at:
            last = row
        else:
            behind.setdefault(labels[int(database.levels[row, COARSE])], step_at[last])
    return tuple(behind.items())
