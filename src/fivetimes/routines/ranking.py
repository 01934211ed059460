"""Candidates -> the few that are put before a person, best first, and the rule that kept each of the others away.

The score is what one run saves in bits (how much of a whole it is), times the logarithm of how often it was done (the tenth run
says less than the second), less what is known against it: runs that break off while no value holds them together, and a habit
that was given up. The weights are measured (`docs/decisions/0007-ranking.md`); people and hours weigh nothing, for what
everybody does all day is broad and long.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from fivetimes.model import Candidate, Confidence, HeldOut, Suppressed, Tier
from fivetimes.routines.measures import tail
from fivetimes.routines.significance import LEVEL

_REST = 0.3  # the last part of the time


def score(bits: float, count: int, known: Confidence) -> float:
    """What a routine is worth to a person who looks for the next conductor: bits of one run, by the logarithm of the runs."""
    each = bits / max(1, count) * math.log2(1 + count)
    return round(each * completion_weight(known) * recency_weight(known.held_out), 3)


def completion_weight(known: Confidence) -> float:
    """What an unfinished habit is worth: runs that mostly break off, and through which no value runs, count for less."""
    if known.threaded >= 2 or known.completion >= 0.8:
        return 1.0
    return float(known.completion**3)


def recency_weight(again: HeldOut | None) -> float:
    """What a habit that was given up is worth: the share of the runs to be expected in the last part of the time that were done.

    It weighs only where so few, or fewer, would be left by luck in one case of a hundred.

    Example:
        >>> recency_weight(HeldOut(14, 6, 90.0, 0.0)), recency_weight(HeldOut(8, 0, 0.0, 1.0))
        (1.0, 1.0)
        >>> recency_weight(HeldOut(14, 0, 0.0, 1.0))
        0.14285714285714285
    """
    if again is None or tail(again.mined, again.mined + again.seen, 1 - _REST) > LEVEL:
        return 1.0
    return (again.seen + 1) / (again.mined * _REST / (1 - _REST) + 1)


def ranked(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Best first; what was merely noticed comes last."""
    return sorted(candidates, key=lambda c: (c.tier is Tier.NOTICED, -c.score, c.id))


def shown(candidates: Sequence[Candidate], *, most: int) -> tuple[list[Candidate], list[Suppressed]]:
    """The first of the ranked candidates, and the others as not proposed."""
    rest = [
        Suppressed(tuple(step.action for step in candidate.steps), candidate.count, f"beyond the first {most}")
        for candidate in candidates[most:]
    ]
    return list(candidates[:most]), rest
