"""SequenceDatabase -> Routine: a baseline beside the search of this project: frequent sequences, collected as they stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fivetimes.columns import Int32s, SessionLog
from fivetimes.config import MIN_STEPS, Search
from fivetimes.model.suppression import SuppressionRule
from fivetimes.model.trace import Stage
from fivetimes.routines.cover import Engine, Rejection
from fivetimes.routines.database import SequenceDatabase
from fivetimes.routines.matching import Routine, collect
from fivetimes.routines.objective import worth
from fivetimes.routines.pattern import NEAR_ROWS, ORDER_FLOOR, Profile, estimate, gap_bits, local_chance
from fivetimes.routines.trace import Recorder

FIXED_PRESENCE = 0.99  # share of the occurrences that hold each step of a fixed sequence: as good as all
FIXED_LINK_CHANCE = 0.01  # chance that two rows share a value; fixed sequences do not look at values


@dataclass(frozen=True, slots=True)
class FixedSequences:
    """A baseline: frequent sequences of tokens, the best first, each collected as it stands."""

    mine: Callable[[SessionLog], Sequence[tuple[int, ...]]]

    def find(
        self, sessions: SessionLog, database: SequenceDatabase, search: Search, trace: Recorder
    ) -> tuple[list[Routine], list[Rejection]]:
        """See the function `from_patterns`."""
        return from_patterns(database, self.mine(sessions), search, trace=trace)

    def finish(self, database: SequenceDatabase, routines: list[Routine], search: Search) -> list[Routine]:
        """Fixed sequences stay as they are."""
        del database, search
        return routines

    def silent(self) -> Engine:
        """This one reports nothing."""
        return self


def fixed(database: SequenceDatabase, tokens: Int32s, search: Search) -> Profile:
    """A profile that demands every token, in the given order."""
    steps = len(tokens)
    order = np.full((steps, steps), ORDER_FLOOR)
    order[np.triu_indices(steps, 1)] = 0.0
    return Profile(
        tokens=tokens,
        presence=np.full(steps, FIXED_PRESENCE),
        chance=local_chance(database, tokens, NEAR_ROWS),
        order=order,
        link=np.zeros(steps),
        gap_bits=gap_bits(database, np.zeros((0, steps), dtype=np.int32), longest=search.max_gap),
        going_on=np.inf,  # a frequent sequence lies in one stretch of work
    )


def from_patterns(
    database: SequenceDatabase, patterns: Sequence[tuple[int, ...]], search: Search, *, trace: Recorder | None = None
) -> tuple[list[Routine], list[Rejection]]:
    """Collect the occurrences of each pattern, best first, every row claimed once.

    Args:
        database: its rows are claimed as patterns are collected.
        patterns: token ids, the best first; repeated tokens count as one step.
        search: the constants of matching.
        trace: takes what became of each pattern.
    """
    trace = trace or Recorder()
    found: list[Routine] = []
    rejected: list[Rejection] = []
    for pattern in patterns:
        tokens = np.array(list(dict.fromkeys(pattern)), dtype=np.int32)
        profile = fixed(database, tokens, search)
        occurrences = collect(database, profile, search, share=FIXED_PRESENCE, chance=FIXED_LINK_CHANCE, known=2)
        count = len(occurrences)
        number = trace.open(tokens, "a frequent sequence", count=count, stage=Stage.SEED, occurrences=count)
        rule = _failed_by_a_fixed_one(database, tokens, count)
        if rule is not None:
            trace.close(number, rule, Stage.COVER, steps=len(tokens), occurrences=count)
            rejected.append(Rejection(tokens, count, rule, number))
            continue
        measured = estimate(database, tokens, occurrences.rows)
        bits = worth(database, measured, occurrences, search)
        trace.add(number, Stage.COVER, "accepted", bits=bits)
        found.append(Routine(measured, occurrences, bits, np.zeros((0, 2), dtype=np.int32), number))
        database.claim(occurrences.all_rows())
    return found, rejected


def _failed_by_a_fixed_one(database: SequenceDatabase, tokens: Int32s, count: int) -> SuppressionRule | None:
    if len(tokens) < MIN_STEPS:
        return SuppressionRule.TWO_STEPS
    if count >= 2:
        return None
    return SuppressionRule.CLAIMED if database.any_claimed(tokens) else SuppressionRule.NOT_TOGETHER
