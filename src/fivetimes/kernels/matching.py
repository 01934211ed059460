"""A pattern and a sequence database -> the occurrences of the pattern: anchors, then the best paths through them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fivetimes.columns import Bools, Floats, Int32s, Ints
from fivetimes.kernels.database import SequenceArrays, passed
from fivetimes.kernels.webassembly import loops, typed

MAX_STEPS = 63  # of a pattern: a set of steps is the bits of an int64, of which one is the sign
LINK_REACH = 6  # steps before it with which a row may share a value: what was made earlier is out of hand
REPEAT_GAP = (
    3  # a step done again with fewer foreign actions in between is a repeat of it; with more, the next occurrence
)
FREE_PAUSE = 300.0  # seconds; so long a pause is part of the work and costs nothing
ROUNDING = 1e-6  # bits; sums of the same numbers in another order differ by far less
PAUSE_UNIT = 150.0  # seconds; a longer pause costs `pause_bits` for each time that it doubles this, so one at least


class Anchors(NamedTuple):
    """The rows where an occurrence may have a step, in order of rank; a row that fits two steps is there twice.

    Attributes:
        ranks: (anchors,) int32.
        steps: (anchors,) int32, the step of the pattern that the row may stand for.
    """

    ranks: Int32s
    steps: Int32s


class Pieces(NamedTuple):
    """How the rows of a case lie in people's work.

    Attributes:
        piece: (anchors,) int32, the stretch of one person's work that the row is of.
        bits: (anchors,) float64, what it costs to go on in another piece of the case: to say where.
    """

    piece: Int32s
    bits: Floats


class StepBits(NamedTuple):
    """What a path through anchors is worth: a pattern in bits. S is the number of its steps, `MAX_STEPS` at most.

    Attributes:
        gain: (S,) float64, bits for having the step at all.
        order: (S, S) float64, at most 0, bits for having step a before step b; of all that a path has before b the least counts.
        link_yes: (S,) float64, bits for sharing a value with an earlier row of the occurrence.
        link_no: (S,) float64, bits (0 or less) for not doing so.
        weight: (S,) float64, what the step weighs among the core steps; 0 for the others.
        gap_bits: (S, gaps) float64, cost of so many foreign actions before the step.
        pause_bits: cost of a doubled pause.
    """

    gain: Floats
    order: Floats
    link_yes: Floats
    link_no: Floats
    weight: Floats
    gap_bits: Floats
    pause_bits: float


class Limits(NamedTuple):
    """What a path must keep to.

    Attributes:
        need: weight of its steps, at least.
        base: bits that are added to each path: all steps missing, and the cost of saying where it is.
        max_gap: free rows between two neighbours; fewer than this are allowed, up to the columns of `gap_bits`.
        max_pause: seconds between two neighbours, at most.
        case_pause: the same in a case, where a value ties them.
        own: the rows from this one on are those of cases.
        back: anchors that are looked back over from each one.
    """

    need: float
    base: float
    max_gap: int
    max_pause: float
    case_pause: float
    own: int
    back: int


class Paths(NamedTuple):
    """Disjoint paths through anchors.

    Attributes:
        kept: (anchors,) int32, the number of the path that each anchor is in, or -1; numbered as they were found, the best first.
        score: (paths,) float64, bits of each of them.
        broken: (anchors,) int32, the same for paths that score but weigh too little: they began and did not come far enough.
        broken_score: (broken paths,) float64, bits of each of those.
    """

    kept: Int32s
    score: Floats
    broken: Int32s
    broken_score: Floats


def anchors(arrays: SequenceArrays, tokens: Int32s, step_of: Int32s, rare: Int32s, reach: int) -> Anchors:
    """The free rows that hold a token of the pattern, with a rare row of the same block within `reach` ranks.

    In order of rank, the finest token of a row first.

    Args:
        arrays: the sequence database.
        tokens: (steps,) int32, the token of each step.
        step_of: (tokens,) int32, the step of each token, -1 for tokens that are none.
        rare: (rare,) int32 ranks, rising: rows of which each occurrence holds one.
        reach: ranks.
    """
    ranks, steps = loops().call(
        "anchors",
        (np.int32, np.int32),
        passed(arrays),
        typed(tokens, np.int32),
        len(tokens),
        typed(step_of, np.int32),
        typed(rare, np.int32),
        len(rare),
        reach,
    )
    return Anchors(ranks, steps)


def paths(
    arrays: SequenceArrays, found: Anchors, pieces: Pieces, barred: Bools, bits: StepBits, limits: Limits
) -> Paths:
    """Disjoint paths through the anchors, the best first: the occurrences of a pattern.

    Anchors are cut into stretches that no path can leave. In each, the best path to every anchor is found, the best of them are
    taken as long as they share no row, and the rest is looked at again, until no path with more than 0 bits is left. A path is
    kept when its steps weigh at least `limits.need`.

    Args:
        arrays: the sequence database.
        found: where steps may be.
        pieces: where those are in people's work.
        barred: (anchors,) bool, anchors that no path may go through.
        bits: what a path is worth.
        limits: what a path must keep to.

    Raises:
        ValueError: the pattern has more than `MAX_STEPS` steps.
    """
    if len(bits.gain) > MAX_STEPS:
        raise ValueError(
            "A pattern has more steps than a bit set of 64 holds. Merge fewer patterns, or lower max_steps."
        )
    steps, gaps = bits.gap_bits.shape
    worth = (
        *(typed(column, np.float64) for column in bits[:-1]),
        float(bits.pause_bits),
        steps,
        gaps,
        LINK_REACH,
        REPEAT_GAP,
        FREE_PAUSE,
        PAUSE_UNIT,
        ROUNDING,
    )
    kept_to = (
        float(limits.need),
        float(limits.base),
        int(limits.max_gap),
        float(limits.max_pause),
        float(limits.case_pause),
        int(limits.own),
        int(limits.back),
    )
    made = loops().call(
        "paths",
        (np.int32, np.float64, np.int32, np.float64),
        passed(arrays),
        *(typed(column, np.int32) for column in found),
        len(found.ranks),
        typed(pieces.piece, np.int32),
        typed(pieces.bits, np.float64),
        typed(barred, np.bool_),
        worth,
        kept_to,
    )
    return Paths(*made)


def stretches(arrays: SequenceArrays, found: Anchors, max_gap: int) -> Ints:
    """The number of the stretch that each anchor is in, (anchors,) int64, rising: no path leaves its stretch."""
    (out,) = loops().call(
        "stretches", (np.int64,), passed(arrays), typed(found.ranks, np.int32), len(found.ranks), max_gap
    )
    return out


def first_come(path: Ints, score: Floats, source: Int32s, taken: Bools) -> Bools:
    """Which paths may stay where the same rows stand in several places: the best first, and no row in two of them.

    Args:
        path: (anchors,) int64, the path that each anchor is in, -1 for none.
        score: (paths,) float64 bits.
        source: (anchors,) int32, the row that stands at the anchor, whichever copy of it.
        taken: (rows,) bool, rows that are in a path already; those of the paths that stay are set.

    Returns:
        (paths,) bool.
    """
    stays, taken[:] = loops().call(
        "first_come",
        (np.bool_, np.bool_),
        typed(path, np.int64),
        len(path),
        typed(score, np.float64),
        len(score),
        typed(source, np.int32),
        typed(taken, np.bool_),
        len(taken),
    )
    return stays
