"""Occurrences -> whether they are of one routine, or of two that have most steps in common.

A release and a hotfix share most of what is done. One table of both looks like a routine with optional steps; but these come and go
together, and not because another person, an agent or a new habit does it in another way: the same one does now this, now that. So
what counts is what *changes* from one occurrence to the next of the same doer. If two differences change together, to know the one
says the other, and two routines are the shorter description. One difference alone is an alternative: `pytest` or `tox`. A step may
also differ in what is done in it: `fastlane bump` here and `fastlane screenshots` there, in a table whose step is `fastlane`.

Where nobody does both, changes say nothing, and people who differ in their tools differ as much: who has `tox` never does
`pytest`. But who pulls at other times, and never before a hotfix, does something else. So two steps at least must be of one kind
alone, and the people of the other do them at other times; then what is there must say as much as changes do above.

What only adds, commits and pushes is not of a routine that ends so (`beside_others`): it may be the end of others.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from fivetimes.columns import COARSE, Bools, Floats, Int32s, Ints
from fivetimes.config import ALWAYS_SHARE, MIN_STEPS, USUAL_SHARE
from fivetimes.model.events import By
from fivetimes.routines.database import SequenceDatabase
from fivetimes.routines.objective import FEWEST_OWN, OWN_SHARE

_DIRECTIONS = (-1, 0, 1)  # a step went, stayed as it was, came
_THERE = (0, 1)  # a step is not there, is there
SELDOM = 0.1  # of the occurrences of the other kind: what is usual in one and seldomer here is the one's own
KNOWN_STEPS = 2  # own steps, at least, that the others do at other times: one may be a tool that they take now and then
KNOWN_TIMES = 2  # that they do such a step, at least: once may be a slip


def changes(present: Bools, doer: Int32s, when: Floats) -> Ints:
    """What came (1) and went (-1) from one occurrence to the next one of the same doer.

    Args:
        present: (occurrences, steps), whether the occurrence has the step.
        doer: of each occurrence.
        when: seconds.

    Returns:
        (changes, steps) int64.

    Example:
        >>> changes(np.array([[True, False], [False, True], [True, True]]), np.array([1, 1, 2]), np.arange(3.0)).tolist()
        [[-1, 1]]
    """
    order = np.lexsort((when, doer))
    same = np.diff(doer[order]) == 0
    return np.asarray(np.diff(present[order].astype(np.int64), axis=0)[same])


def shared_bits(change: Ints, other: Ints, values: tuple[int, ...] = _DIRECTIONS) -> Floats:
    """Bits that one difference says of each other one, beyond the cost of the numbers that say how: 0 where it says nothing.

    Args:
        change: (changes, differences), as `changes` gives it.
        other: (changes,), the same of the one.
        values: the numbers that may stand there.

    Example:
        >>> turns = np.array([1, -1] * 20)
        >>> shared_bits(np.stack([turns, -turns, np.ones_like(turns)], axis=1), turns).round().tolist()
        [29.0, 29.0, 0.0]
    """
    size = len(change)
    if not size:
        return np.zeros(change.shape[1])
    mine = np.stack([other == d for d in values]).astype(np.float64)
    theirs = np.stack([change == d for d in values]).astype(np.float64)
    joint = np.einsum("an,bns->abs", mine, theirs)
    expected = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True) / size
    with np.errstate(divide="ignore", invalid="ignore"):
        bits = np.where(joint > 0, joint * np.log2(joint / expected), 0.0).sum(axis=(0, 1))
    return np.asarray(np.maximum(0.0, bits - 0.5 * (len(values) - 1) ** 2 * np.log2(size)))


def differences(database: SequenceDatabase, rows: Int32s) -> tuple[Bools, Ints]:
    """In what occurrences may differ: whether they have a step, and what is done in it, whatever it is done on.

    Args:
        database: what they were found in.
        rows: (occurrences, steps) rows, -1 where missing.

    Returns:
        (occurrences, differences), whether it holds: first the steps, in their order, then tokens of their rows that some of these
        rows have and others not. And (differences,) the step of each.
    """
    present = rows >= 0
    columns, steps = [present], [np.arange(rows.shape[1])]
    for step, there in enumerate(present.T):
        named = database.levels[rows[there, step], COARSE:]
        tokens = np.unique(named)
        has = np.zeros((len(rows), len(tokens)), dtype=np.bool_)
        has[there] = (named[:, :, None] == tokens).any(axis=1)
        count = has.sum(axis=0)
        own = np.unique(has[:, (count >= 2) & (count < np.count_nonzero(there))], axis=1)
        columns.append(own)
        steps.append(np.full(own.shape[1], step))
    return np.concatenate(columns, axis=1), np.concatenate(steps)


def _beyond_one(bits: Floats, mine: Bools, others: Bools, step: Ints) -> float:
    """The bits beyond those of one alternative: the best step of each kind are two ways of doing the same.

    Of a step one difference counts: whether it is there says what is done in it.
    """
    mine, others = mine & (bits > 0), others & (bits > 0)
    if not mine.any() or not others.any():
        return 0.0  # steps more on one side alone, a loop that is gone through or not, are optional steps
    best = np.zeros(int(step.max()) + 1)
    np.maximum.at(best, step, bits)
    return max(0.0, float(best.sum() - bits[mine].max() - bits[others].max()))


def apart(database: SequenceDatabase, rows: Int32s, kind: Bools) -> float:
    """Bits that it saves to say of each occurrence which of two kinds it is; 0 where these are variants of one routine.

    Args:
        database: what they were found in.
        rows: (occurrences, steps) rows, -1 where missing.
        kind: (occurrences,) which of them are of the second kind.
    """
    present = rows >= 0
    doer = _mostly(np.where(present, database.doer[rows], -1))
    of_one = ~np.isin(doer, np.intersect1d(doer[kind], doer[~kind]))
    sort = doer % len(By)  # an agent has ways of its own
    of_one &= np.isin(sort, np.intersect1d(sort[of_one & kind], sort[of_one & ~kind]))
    bits = _changing_together(database, rows, kind, doer)
    if of_one.any():
        bits = max(bits, _left_out_together(database, rows[of_one], kind[of_one], doer[of_one]))
    return bits


def _changing_together(database: SequenceDatabase, rows: Int32s, kind: Bools, doer: Int32s) -> float:
    """The bits by what changes from one occurrence to the next of the same doer."""
    first = np.where(rows >= 0, rows, np.iinfo(np.int32).max).min(axis=1)
    differs, step = differences(database, rows)
    share, others = differs[kind].mean(axis=0), differs[~kind].mean(axis=0)
    change = changes(np.column_stack((differs, kind)), doer, database.clock[first])
    bits = shared_bits(change[:, :-1], change[:, -1])
    mine, theirs = (share > USUAL_SHARE) & (others <= USUAL_SHARE), (others > USUAL_SHARE) & (share <= USUAL_SHARE)
    return _beyond_one(bits, mine, theirs, step)


def _left_out_together(database: SequenceDatabase, rows: Int32s, kind: Bools, doer: Int32s) -> float:
    """The bits by what those who do one kind only leave out, though they do it at other times."""
    differs, step = differences(database, rows)
    share, others = differs[kind].mean(axis=0), differs[~kind].mean(axis=0)
    mine, theirs = (share > USUAL_SHARE) & (others < SELDOM), (others > USUAL_SHARE) & (share < SELDOM)
    known = _known(database, rows, step[mine], doer[~kind]) + _known(database, rows, step[theirs], doer[kind])
    if known < KNOWN_STEPS:
        return 0.0
    bits = shared_bits(differs.astype(np.int64), kind.astype(np.int64), _THERE)
    return _beyond_one(bits, mine, theirs, step)


def _mostly(doers: Int32s) -> Int32s:
    """Who did most of each occurrence: one line for each, -1 where a step is missing."""
    return np.array([np.bincount(line[line >= 0]).argmax() for line in doers], dtype=np.int32)


def _known(database: SequenceDatabase, rows: Int32s, steps: Ints, doers: Int32s) -> int:
    """How many of these steps such people do at other times: that they leave them out here is no matter of tools."""
    elsewhere = np.isin(database.doer[: database.own], doers)
    elsewhere[database.source[rows[rows >= 0]]] = False
    times = np.bincount(database.kind[: database.own][elsewhere], minlength=database.tokens)
    columns = (rows[rows[:, step] >= 0, step] for step in np.unique(steps))
    return sum(bool(times[np.unique(database.kind[column])].sum() >= KNOWN_TIMES) for column in columns)


def seam(database: SequenceDatabase, rows: Int32s) -> Bools | None:
    """The steps on one side of where occurrences that lie in several stretches of work mostly change them; None without one.

    Two steps are on one side if no more than half of the occurrences in several stretches that have both have them in different
    ones; and so are steps that are on one side with a third. In which order the sides are done plays no part. Of several sides it
    is the one with most steps, the first of these; it has steps enough for a routine, and so have the others together. And most
    occurrences with steps on both sides lie in several stretches.

    Args:
        database: what they were found in.
        rows: (occurrences, steps) rows, -1 where missing.
    """
    there, piece = rows >= 0, database.block[database.source[rows]]
    joined = database.in_several_stretches(rows)
    pairs = there[joined][:, :, None] & there[joined][:, None, :]
    different = (pairs & (piece[joined][:, :, None] != piece[joined][:, None, :])).sum(axis=0)
    beside = pairs.any(axis=0) & (different <= USUAL_SHARE * pairs.sum(axis=0))
    beside |= np.eye(rows.shape[1], dtype=np.bool_)
    for _ in range(rows.shape[1].bit_length()):  # each time over twice as many steps
        beside = beside @ beside
    side = beside[beside.sum(axis=1).argmax()]
    both = there[:, side].any(axis=1) & there[:, ~side].any(axis=1)
    if min(np.count_nonzero(side), np.count_nonzero(~side)) < MIN_STEPS:
        return None
    return side if np.count_nonzero(both & joined) > USUAL_SHARE * np.count_nonzero(both) else None


def two_kinds(database: SequenceDatabase, rows: Int32s, *, bar: float) -> Bools | None:
    """Which occurrences are of a second routine; None where all are of one.

    What ends alike grows into one table, so besides one kind there may be several, which have nothing in common that it lacks. So
    each kind is held against all others together, and against each other one.

    Args:
        database: what they were found in.
        rows: (occurrences, steps) rows, -1 where missing.
        bar: bits that the division saves, at least.
    """
    kinds = _kinds_in(database, rows)
    best, most = None, bar
    for one in kinds:
        bits = apart(database, rows, one)
        if bits > most:
            best, most = one, bits
    for one, other in combinations(kinds, 2):
        both = one | other
        if not (one & other).any() and not both.all():
            bits = apart(database, rows[both], one[both])
            if bits > most:
                best, most = one, bits
    return best


def _kinds_in(database: SequenceDatabase, rows: Int32s) -> list[Bools]:
    """The kinds that occurrences may fall into, each once: by each thing in which they differ."""
    differs, _ = differences(database, rows)
    share = differs.mean(axis=0)
    optional = differs[:, (share < ALWAYS_SHARE) & (share > 1 - ALWAYS_SHARE)]
    kinds = {kind.tobytes(): kind for kind in (_settled(optional, one) for one in optional.T)}
    return [kind for kind in kinds.values() if 2 <= np.count_nonzero(kind) <= len(rows) - 2]


def beside_others(
    database: SequenceDatabase, rows: Int32s, elsewhere: Callable[[], Floats], *, bar: float
) -> Bools | None:
    """Which occurrences are of a routine that the others only end like, or begin like; None where there is no such one.

    They have as many steps that are seldom in the others as make a routine, and most of the others hold nothing that says that they
    are of it, too.

    Args:
        database: what they were found in.
        rows: (occurrences, steps) rows, -1 where missing.
        elsewhere: gives how often each step is done in none of them (`objective.times_elsewhere`).
        bar: bits that these steps say of each occurrence, at least, but for the best of them.
    """
    there = rows >= 0
    best, most = None, bar
    for one in _kinds_in(database, rows):
        own = _own_steps(there[one], there[~one])
        if np.count_nonzero(own) >= MIN_STEPS and holds_nothing_of(there[~one], there[one], elsewhere()):
            each = shared_bits(there[:, own].astype(np.int64), one.astype(np.int64), _THERE)
            bits = float(each.sum() - each.max())
            if bits > most:
                best, most = one, bits
    return best


def adds_to(there: Bools, others: Bools) -> bool:
    """Whether occurrences have as many steps that are seldom in others as make a routine, and these fewer than two the other way.

    Args:
        there: (occurrences, steps), whether they have the step.
        others: the same of the others.

    Example:
        >>> all_of_it = np.ones((6, 6), dtype=bool)
        >>> end = all_of_it & np.array([True, True, True, False, False, False])
        >>> adds_to(all_of_it, end), adds_to(end, all_of_it)
        (True, False)
    """
    more, fewer = (np.count_nonzero(_own_steps(*pair)) for pair in ((there, others), (others, there)))
    return bool(more >= MIN_STEPS and fewer < FEWEST_OWN)


def holds_nothing_of(there: Bools, routine: Bools, elsewhere: Floats) -> bool:
    """Whether most occurrences hold fewer than two steps that are a routine's own.

    Of such a step more than two fifths of the times that it is done, in the routine or in no occurrence of the table, are in the
    routine. So a person whose own steps are done unseen is not taken for somebody who only adds, commits and pushes.

    Args:
        there: (occurrences, steps), whether they have the step.
        routine: the same of the routine's occurrences.
        elsewhere: (steps,) how often each is done in no occurrence of the table.

    Example:
        >>> end, routine = np.ones((6, 3), dtype=bool), np.ones((9, 3), dtype=bool)
        >>> holds_nothing_of(end, routine, np.array([90, 90, 90])), holds_nothing_of(end, routine, np.array([90, 9, 9]))
        (True, False)
    """
    count = np.count_nonzero(routine, axis=0)
    own = count > OWN_SHARE * (count + elsewhere)
    return bool(np.median(np.count_nonzero(there & own, axis=1)) < FEWEST_OWN)


def _own_steps(there: Bools, other: Bools) -> Bools:
    """Which steps are usual in some occurrences, and seldom in the others."""
    return np.asarray((there.mean(axis=0) > USUAL_SHARE) & (other.mean(axis=0) < SELDOM))


def _settled(present: Bools, kind: Bools) -> Bools:
    """The kinds after each occurrence went to the one whose optional steps it has, until nothing changes."""
    for _ in range(len(present)):
        odds = np.zeros(len(present))
        for side, sign in ((kind, 1.0), (~kind, -1.0)):
            share = (present[side].sum(axis=0) + 0.5) / (np.count_nonzero(side) + 1.0)
            odds += sign * (present @ np.log2(share) + ~present @ np.log2(1.0 - share))
        settled = odds > 0
        if (settled == kind).all() or settled.all() or not settled.any():
            break
        kind = settled
    return kind
