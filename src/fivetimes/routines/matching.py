"""Profile and SequenceDatabase -> Occurrences: every time the routine was done. This file defines the count of the five-times rule.

An occurrence is a path through free rows of one block, in order of time, each for a step of the profile. A block is a stretch of
one person's work without a long silence, or a case: copies of such rows, in order of time, of several people or over pauses, where
rare values, or the log itself, tie them (`cases.py`). A step stands in a path once, or is repeated at once. A path is counted if

- the steps that it has weigh at least the stated share of the core (the steps that more than half of all occurrences have),
- it went to the end: the core steps that usually come after its last step, and that it lacks, are `1 - end_share` of the core at
  most,
- two neighbours have fewer than `max_gap` free rows of the block between them, and at most `max_pause` seconds, in a case
  `cases.LONGEST_PAUSE`,
- it has more than 0 bits: presence and shared values speak for it; gaps, pauses, missing steps, a step that seldom stands
  behind one of those before it, and the cost of saying where it is speak against it. Where two neighbours in a case are of two
  stretches of work, it costs to say at which of the rows that hold its values it goes on, and that it does
  (`SequenceDatabase.going_on`, `Profile.going_on`), unless the log itself names the case; the gap and the pause between them cost
  nothing.

What has bits and weighs too little, or did not go to the end, was broken off: it is no occurrence, and its rows are not left to
another one.

The cover is greedy. In each place, a run of rows that no path can leave, the path with the most bits is taken, then the best of
those that share no row with it, and again among what is left, until no path has more than 0 bits. A row may stand in several
places: its own stretch and a case. Of all paths through copies of one row the one with the most bits stays; of equal ones
the one that weighs enough, then the one outside a case. A place that lost a path is looked at again, without the rows
of those that stayed; the others are not. Last, where two that weigh enough lie in the same two stretches of work, their rows are
looked at once more, each stretch by itself: where that gives two that weigh enough as well, with more bits together, these are
taken.

The count is the number of occurrences. No row stands in two of them, nor do two copies of one; rows of one event (a line with `&&`)
may. Copies count neither for how common a token is nor for how many rows there are to choose from. What is not promised: that no
other choice of paths would be larger or save more, and that each path is the best of all, as for each row only the best path that
ends there is followed. `tests/oracles.py` recomputes all of it, slowly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fivetimes.columns import Bools, Floats, Int32s, Ints, distinct
from fivetimes.config import USUAL_SHARE, Search
from fivetimes.kernels import matching
from fivetimes.routines.cases import LONGEST_PAUSE
from fivetimes.routines.database import SequenceDatabase
from fivetimes.routines.pattern import Profile

LINKED = 0.3  # share of a step's rows that share a value with an earlier step, from which on a shared value counts as evidence
LEAST_LINK = 0.02  # that share is held this far from 0 and from 1: no single row decides
NEIGHBOURS = 4  # near rows: by luck a row shares a value with any of them so many times as often as with one
MOST_LUCKY = 0.5  # that chance, at most
MOST_AGAINST = -4.0  # bits that a missing value may speak against a step
COMES_AFTER = 0.55  # share of the occurrences from which on one step comes after another; 0.5 is no order at all


@dataclass(frozen=True, slots=True)
class Occurrences:
    """What was collected. `rows[o, s]`: the first row of step s in occurrence o, -1 where missing; `again` lists (occurrence, step,
    row) of steps done again at once; `score` is in bits; `broken` counts attempts that began and did not reach the core share."""

    rows: Int32s
    again: Int32s
    score: Floats
    broken: int

    def __len__(self) -> int:
        return len(self.rows)

    def all_rows(self) -> Int32s:
        """Every row of every occurrence."""
        flat = self.rows[self.rows >= 0]
        return np.concatenate((flat, self.again[:, 2])).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Routine:
    """A routine and its occurrences.

    bits: what it saves in all. strays: rows between its steps that belong to it, as (occurrence, row). number: the recorder's.
    """

    profile: Profile
    occurrences: Occurrences
    bits: float
    strays: Int32s
    number: int = -1


def core(profile: Profile) -> Bools:
    """The steps that more than half of the occurrences have."""
    return np.asarray(profile.presence > USUAL_SHARE)


def _rare_ranks(database: SequenceDatabase, profile: Profile, weight: Floats, share: float) -> Int32s:
    """Ranks of the rarest core steps; every occurrence holds one of them, because the others weigh less than the share."""
    steps = np.flatnonzero(weight > 0)
    found = {int(s): database.ranks(int(profile.tokens[s])) for s in steps}
    chosen: list[Int32s] = []
    left = float(weight.sum())
    need = share * left
    for s in sorted(found, key=lambda s: (len(found[s]), s)):
        if left < need:
            break
        chosen.append(found[s])
        left -= weight[s]
    return distinct(np.concatenate([np.zeros(0, dtype=np.int32), *chosen]))


def lucky_link(chance: float) -> float:
    """The chance that a row shares a value with any of a few near ones, from that of two rows."""
    return min(MOST_LUCKY, NEIGHBOURS * chance)


def _link_bits(profile: Profile, chance: float) -> tuple[Floats, Floats]:
    """Bits for and against a step that does, or does not, share a value with an earlier one."""
    lucky = lucky_link(chance)
    link = np.clip(profile.link, LEAST_LINK, 1 - LEAST_LINK)
    yes = np.where(link > LINKED, np.log2(link / lucky), 0.0)
    no = np.where(link > LINKED, np.maximum(np.log2((1 - link) / (1 - lucky)), MOST_AGAINST), 0.0)
    return np.maximum(yes, 0.0), no


def presence_bits(database: SequenceDatabase, profile: Profile) -> tuple[Floats, Floats]:
    """Bits of each step for an occurrence that has it, and for one that lacks it."""
    p = np.clip(profile.presence, 0.01, 0.99)
    q = np.clip(profile.chance, 1e-9, 0.98)
    return np.log2(p / np.clip(database.rate[profile.tokens], 1e-9, 0.98)), np.log2((1 - p) / (1 - q))


def collect(
    database: SequenceDatabase, profile: Profile, search: Search, *, share: float, chance: float, known: int
) -> Occurrences:
    """Find every occurrence among the unclaimed rows.

    Args:
        database: where to look.
        profile: what to look for.
        share: the part of the core's weight that an occurrence must hold, 0 to 1.
        chance: that two unrelated rows share a value.
        known: how many occurrences there are thought to be; saying where one is costs log2(rows / known) bits.
    """
    there, absent = presence_bits(database, profile)
    worth = there - absent
    weight = np.where(core(profile), np.clip(profile.presence, 0.01, 0.99), 0.0)
    rare = _rare_ranks(database, profile, weight, share)
    step_of = np.full(database.tokens, -1, dtype=np.int32)
    step_of[profile.tokens] = np.arange(len(profile.tokens), dtype=np.int32)
    found = matching.anchors(database.arrays, profile.tokens, step_of, rare, search.reach)
    base = float(absent.sum()) - float(np.log2(max(2.0, len(database.own_free) / max(1, known))))
    bits = matching.StepBits(
        worth, profile.order, *_link_bits(profile, chance), weight, profile.gap_bits, search.pause_bits
    )
    need = share * float(weight.sum()) - 1e-9  # a sum of the same numbers in another order may be a little less
    limits = matching.Limits(need, base, search.max_gap, search.max_pause, LONGEST_PAUSE, database.own, search.back)
    every = _table(database, found, _paths(database, found, profile.going_on, bits, limits), len(profile.tokens))
    return kept_apart(every, ended(profile, every.rows, tail=1.0 - search.end_share))


def _paths(
    database: SequenceDatabase,
    found: matching.Anchors,
    going_on: float,
    bits: matching.StepBits,
    limits: matching.Limits,
) -> matching.Paths:
    """Disjoint paths; of those through the same rows in several places, the best."""
    size, arrays = len(found.ranks), database.arrays
    barred = np.zeros(size, dtype=np.bool_)
    rows = database.free[found.ranks]
    recorded = database.going_on[rows] < 0
    cost = np.where(recorded, 0.0, database.going_on[rows] + going_on)
    pieces = matching.Pieces(database.block[database.source[rows]], cost)
    if len(database.rows) == database.own or not size or rows[-1] < database.own:
        return matching.paths(arrays, found, pieces, barred, bits, limits)
    source = database.source[rows]
    stretch = matching.stretches(arrays, found, limits.max_gap)
    taken = np.zeros(database.own, dtype=np.bool_)
    kept, broken = np.full(size, -1, dtype=np.int32), np.full(size, -1, dtype=np.int32)
    scores: list[Floats] = [np.zeros(0)]
    broken_scores: list[Floats] = [np.zeros(0)]
    todo = np.arange(size)
    while len(todo):
        some = matching.Anchors(found.ranks[todo], found.steps[todo])
        where = matching.Pieces(pieces.piece[todo], pieces.bits[todo])
        made = matching.paths(arrays, some, where, barred[todo], bits, limits)
        whole = len(made.score)
        path = np.where(made.broken >= 0, made.broken + np.int64(whole), -1)
        np.copyto(path, made.kept, where=made.kept >= 0)
        stays = matching.first_come(path, np.concatenate((made.score, made.broken_score)), source[todo], taken)
        for numbers, values, out, into in (
            (made.kept, made.score, kept, scores),
            (made.broken, made.broken_score, broken, broken_scores),
        ):
            good = stays[:whole] if out is kept else stays[whole:]
            number = np.where(good, np.cumsum(good) - 1 + sum(map(len, into)), -1)
            there = np.flatnonzero(numbers >= 0)
            at = todo[there]
            out[at] = np.maximum(out[at], number[numbers[there]])
            into.append(values[good])
        barred = taken[source]
        lost = np.flatnonzero(path >= 0)
        lost = lost[~stays[path[lost]]]
        again = np.zeros(stretch[-1] + 1, dtype=np.bool_)
        again[stretch[todo[lost]]] = True
        todo = todo[again[stretch[todo]]]
    made = matching.Paths(kept, np.concatenate(scores), broken, np.concatenate(broken_scores))
    return _parted(database, found, pieces, made, bits, limits)


def _parted(
    database: SequenceDatabase,
    found: matching.Anchors,
    pieces: matching.Pieces,
    made: matching.Paths,
    bits: matching.StepBits,
    limits: matching.Limits,
) -> matching.Paths:
    """The paths, but where two whole ones lie in the same two stretches of work, one in each if that is worth more.

    The best path of all may be the beginning of one run and the end of another, on the same thing, with all that is optional in
    both; what it leaves is the rest of the two.
    """
    rows, score = database.free[found.ranks], made.score
    source = database.source[rows]
    stays = np.ones(len(score), dtype=np.bool_)
    instead: list[tuple[float, Ints]] = []
    for one, other in _in_two_pieces(made.kept, len(score), pieces.piece, source):
        if not (stays[one] and stays[other]):
            continue
        both = source[(made.kept == one) | (made.kept == other)]
        at = np.flatnonzero(np.isin(rows, both))  # a row that is no copy is its own source
        some = matching.Anchors(found.ranks[at], found.steps[at])
        where = matching.Pieces(pieces.piece[at], pieces.bits[at])
        if _least_weight(some.steps, where.piece, bits.weight) < limits.need:
            continue
        apart = matching.paths(database.arrays, some, where, np.zeros(len(at), dtype=np.bool_), bits, limits)
        if len(apart.score) == 2 and apart.score.sum() > score[one] + score[other] + matching.ROUNDING:
            stays[[one, other]] = False
            instead += [(float(apart.score[n]), at[apart.kept == n]) for n in range(2)]
    if not instead:
        return made
    left = np.flatnonzero(stays)
    number = np.full(len(score) + 1, -1, dtype=np.int32)  # the last one for anchors of no path
    number[left] = np.arange(len(left))
    kept = number[made.kept]
    for place, (_, at) in enumerate(instead, len(left)):
        kept[at] = place
    return made._replace(kept=kept, score=np.concatenate((score[left], [worth for worth, _ in instead])))


def _least_weight(steps: Int32s, piece: Int32s, weight: Floats) -> float:
    """What the steps in a stretch of work weigh, where that is least."""
    each = (float(weight[distinct(steps[piece == one])].sum()) for one in distinct(piece).tolist())
    return min(each, default=0.0)


def _in_two_pieces(path: Int32s, count: int, piece: Int32s, source: Int32s) -> Iterator[tuple[int, int]]:
    """The pairs of paths of which one lies in two stretches of work and the other one in both or in either, as they begin.

    Args:
        path: (anchors,) the path that each is in, -1 where it is in none.
        count: how many paths there are.
        piece: (anchors,) the stretch of work that each is of.
        source: (anchors,) the row that each is, or is a copy of.
    """
    at = path >= 0
    number, piece = path[at], piece[at]
    high = np.full(count, -1, dtype=np.int32)
    low, begins = (np.full(count, np.iinfo(np.int32).max, dtype=np.int32) for _ in range(2))
    np.maximum.at(high, number, piece)
    np.minimum.at(low, number, piece)
    np.minimum.at(begins, number, source[at])
    several = np.zeros(count, dtype=np.bool_)
    several[number[(piece != low[number]) & (piece != high[number])]] = True
    joined = ~several & (low < high)
    if not joined.any():
        return
    involved = np.concatenate((low[joined], high[joined]))
    some = np.flatnonzero(~several & np.isin(low, involved) & np.isin(high, involved))
    some = some[np.argsort(begins[some], kind="stable")]
    near = defaultdict[tuple[int, int], list[int]](list)
    for one in some.tolist():
        near[int(low[one]), int(high[one])].append(one)
    for one in some[joined[some]].tolist():
        first, second = int(low[one]), int(high[one])
        others = [n for pair in ((first, second), (first, first), (second, second)) for n in near.get(pair, ())]
        yield from ((one, other) for other in sorted(others, key=begins.__getitem__) if other != one)


def better(database: SequenceDatabase, several: Sequence[Occurrences]) -> list[Occurrences]:
    """Of the occurrences of several routines those that lie nowhere in a better one: each run goes to the routine it fits best."""
    every = [(float(score), which, at) for which, one in enumerate(several) for at, score in enumerate(one.score)]
    taken = np.zeros(int(database.event.max(initial=-1)) + 1, dtype=np.bool_)
    keep = [np.zeros(len(one), dtype=np.bool_) for one in several]
    for _, which, at in sorted(every, key=lambda entry: (-entry[0], entry[1:])):
        line = several[which].rows[at]
        events = database.event[line[line >= 0]]
        if not taken[events].any():
            keep[which][at] = True
            taken[events] = True
    return [replace(kept_apart(one, mine), broken=one.broken) for one, mine in zip(several, keep, strict=True)]


def tail_missing(profile: Profile, rows: Int32s) -> Floats:
    """The share of the core, 0 to 1, that each occurrence lacks and that comes after its last step."""
    steps = np.flatnonzero(core(profile))
    # steps that never meet have 0.5: neither comes after the other
    after = np.exp2(profile.order[:, steps]) > COMES_AFTER
    lacks = after[np.argmax(rows, axis=1)] & (rows[:, steps] < 0)
    return np.asarray(np.count_nonzero(lacks, axis=1) / max(1, len(steps)))


def ended(profile: Profile, rows: Int32s, *, tail: float) -> Bools:
    """Which occurrences went to the end: no more than a share `tail` of the core comes after their last step."""
    return np.asarray(tail_missing(profile, rows) <= tail + 1e-9)


def kept_apart(found: Occurrences, keep: Bools) -> Occurrences:
    """Only some of the occurrences; the others are counted as broken off."""
    if keep.all():
        return found
    number = np.cumsum(keep) - 1
    again = found.again[keep[found.again[:, 0]]]
    again[:, 0] = number[again[:, 0]]
    return Occurrences(found.rows[keep], again, found.score[keep], found.broken + int(np.count_nonzero(~keep)))


def _table(database: SequenceDatabase, found: matching.Anchors, paths: matching.Paths, width: int) -> Occurrences:
    rows = np.full((len(paths.score), width), -1, dtype=np.int32)
    at = np.flatnonzero(paths.kept >= 0)[::-1].copy()  # a copy, or NumPy may write in order of memory
    occurrence, step, row = paths.kept[at], found.steps[at], database.free[found.ranks[at]]
    rows[occurrence, step] = (
        row  # the latest first: of several rows of a step the one written last stays, the first in time
    )
    again = np.flatnonzero(rows[occurrence, step] != row)[::-1]
    order = np.argsort(rows.max(axis=1), kind="stable") if len(rows) else np.zeros(0, dtype=np.int64)
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(len(order))
    repeated = np.column_stack((position[occurrence[again]], step[again], row[again])).astype(np.int32)
    return Occurrences(rows[order], repeated, paths.score[order], int(paths.broken.max(initial=-1) + 1))
