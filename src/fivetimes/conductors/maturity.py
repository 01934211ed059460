"""Candidate and LiveText -> Record: how reliable what does each step was, as far as its source says."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fivetimes.model import Candidate, Kind, LiveCommand, LiveText

FEW = 5  # uses; a specialist seen less often has not shown that it can be relied on
_FAILS = 0.2  # share of its uses from which a specialist is not to be relied on


@dataclass(frozen=True, slots=True)
class Record:
    """What was seen of a step: how often it was done, how often its end is known and was a failure, by how many people."""

    step: int
    uses: int
    known: int
    failed: int
    people: int

    @property
    def failing(self) -> float:
        """The share of the known ends that were failures; 0 where none is known."""
        return self.failed / self.known if self.known else 0.0

    @property
    def unreliable(self) -> bool:
        """Whether it fails too often to be relied on; a single failure shows nothing."""
        return self.failed > 1 and self.failing >= _FAILS

    @property
    def says(self) -> str:
        """The record in a phrase.

        Example:
            >>> Record(0, 12, 12, 3, 1).says, Record(0, 3, 0, 0, 2).says
            ('failed 3 of 12 times', 'seen 3 times')
        """
        return f"failed {self.failed} of {self.known} times" if self.failed else f"seen {self.uses} times"


def records(candidate: Candidate, live: LiveText | None) -> list[Record]:
    """The record of each step.

    Args:
        candidate: the routine.
        live: its commands, read again, with how they ended; None when the sources were not read.
    """
    return [_record(candidate, live, step) for step in range(len(candidate.steps))]


def _record(candidate: Candidate, live: LiveText | None, step: int) -> Record:
    ends: list[float] = []
    uses, people = 0, set()
    for number, occurrence in enumerate(candidate.occurrences):
        for place, moment in enumerate(occurrence.moments):
            if moment.step == step:
                uses += 1
                people.add(occurrence.person)
                ends += _end(live.occurrences[number][place] if live is not None else None)
    return Record(step, uses, len(ends), sum(end != 0 for end in ends), len(people))


def _end(command: LiveCommand | None) -> list[float]:
    known = command is not None and command.exit is not None and not math.isnan(command.exit)
    return [command.exit] if known and command is not None and command.exit is not None else []


def immature(candidate: Candidate, found: list[Record]) -> list[Record]:
    """The skills and tools among the steps that have not shown that they can be relied on, or have shown the contrary."""
    declared = (record for record in found if candidate.steps[record.step].kind in (Kind.SKILL, Kind.TOOL))
    return [record for record in declared if record.uses < FEW or record.unreliable]


def weakest(candidate: Candidate, found: list[Record]) -> Record | None:
    """The step that fails most, else the one most often done again; None where no step is weaker than the others."""
    failing = max(found, key=lambda record: record.failing, default=None)
    if failing is not None and failing.failed > 1:
        return failing
    again = max(found, key=lambda record: candidate.steps[record.step].repeat[1], default=None)
    return again if again is not None and candidate.steps[again.step].repeat[1] > 1 else None
