"""Occurrences -> the bits that a routine saves, and the rule it fails: the one objective of the search, with its null model.

A routine is accepted where the history is shorter with it than without. Both are codes of the same rows:

- *without it* each action is drawn from what its person does at such a time: from the rates of everything, or from those of the
  rows around the occurrence, whichever explain it better. People work in modes; what is common in a mode stands together there for
  no other reason.
- *with it* an occurrence costs where it is, which steps it has, their order, gaps and pauses; shared values pay back. To name the
  steps is paid once. `matching.collect` reckons this per occurrence.

Two things are asked of the difference. In all it must be more than luck gives among all that was looked at (`search.routine_bits`
beyond the luckiest seed; Kraft's inequality). And each occurrence must say that it is one, for much said in sum about very many
occurrences, but little about each, is a habit. It says so in two ways: by how far the order of its steps follows, and by what it
saves against the mode of work around it. More than half must follow (`FOLLOWS`); and what neither of the two explains may be a
fifth (`UNEXPLAINED`): a short routine of common commands saves little, but its order is strict; where steps are missing and
everybody has a way of their own, the order is looser, but nothing else looks like it.

Whoever edits, runs, looks and commits all day does the same few things near each other, and in any order; in a procedure the next
step follows from the last one. Both are hypotheses about the same occurrences, so they are compared by what they cost. An
occurrence is its steps in order, between a beginning and an end. It is coded twice, each time with what all *other* occurrences
show (leave one out), so that nothing is said of an occurrence that was learnt from it:

- as a bag: each symbol by how common it is among the steps of the routine;
- as a procedure: each symbol by how often it follows the one before it; what was never seen there falls back on the bag.

The share of the bits that the second saves is near 0 for a habit, and near 1 where everybody always does the same.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fivetimes.columns import Bools, Floats, Int32s
from fivetimes.config import FLOOR, USUAL_SHARE, Search
from fivetimes.model import SuppressionRule
from fivetimes.routines.database import SequenceDatabase
from fivetimes.routines.matching import Occurrences, core, kept_apart
from fivetimes.routines.pattern import MIN_STEPS, Profile

UNEXPLAINED = 0.2  # of what an occurrence says is left by the routine and by its order, at most; habits leave more
FOLLOWS = 0.5  # of the bits of the usual occurrence, at least: more than half follows from the order of the others
AWAY = 15  # rows between an occurrence and the rows that show the mode of work: what is nearer may belong to it
WINDOW = 60  # rows on either side that show it; what they show counts as much as so many rows of everything
_KT = 0.5  # pseudo-count of each symbol (Krichevsky and Trofimov)
_BACK_OFF = 1.0  # pseudo-count of the bag among what follows a step


def worth(database: SequenceDatabase, profile: Profile, occurrences: Occurrences, search: Search) -> float:
    """Bits that a routine saves: what its occurrences save less what it costs to say its steps."""
    cost = float(database.name_bits[profile.tokens].sum()) + search.profile_bits * len(profile.tokens)
    return float(occurrences.score.sum()) - cost


def failed_rule(
    database: SequenceDatabase, profile: Profile, occurrences: Occurrences, *, bits: float, luck: float, search: Search
) -> SuppressionRule | None:
    """The rule that a developed routine fails, None when it is accepted.

    Args:
        database: what it was found in.
        profile: the routine.
        occurrences: its occurrences.
        bits: what it saves.
        luck: what the luckiest of all seeds would save. By Kraft's inequality chance gets b bits further with a probability of at
            most 2^-b.
        search: says how many are asked for.
    """
    if np.count_nonzero(core(profile)) < MIN_STEPS:
        return SuppressionRule.NO_CORE
    bar = luck + search.routine_bits
    # where nothing else was done, only the order says something
    if bits <= bar and order_bits(occurrences.rows) <= bar:
        return SuppressionRule.CHANCE
    # a log of cases or of a screen holds no everyday work of which a habit could be made
    if np.mean(database.generic[occurrences.all_rows()]) > USUAL_SHARE:
        return None
    saved = saved_share(database, profile, occurrences, bits - luck)
    follows = float(np.median(order_share(occurrences.rows)))
    procedure = follows > FOLLOWS and (1.0 - max(0.0, saved)) * (1.0 - follows) < UNEXPLAINED
    return None if procedure else SuppressionRule.HABIT


# ---- against the mode of work around it


def _around(database: SequenceDatabase, occurrences: Occurrences) -> Bools:
    """The rows that show the mode of work: near the occurrences, of the same people, and of none of them."""
    rows = database.source[occurrences.all_rows()]
    low = np.searchsorted(database.person[: database.own], database.person[rows], side="left")
    high = np.searchsorted(database.person[: database.own], database.person[rows], side="right")
    edges = np.zeros(database.own + 1, dtype=np.int64)
    for begin, end in ((rows - AWAY - WINDOW, rows - AWAY), (rows + 1 + AWAY, rows + 1 + AWAY + WINDOW)):
        np.add.at(edges, np.clip(begin, low, high), 1)
        np.add.at(edges, np.clip(end, low, high), -1)
    near = np.zeros(len(database.rows), dtype=np.bool_)
    near[: database.own] = np.cumsum(edges[:-1]) > 0
    near[rows] = False
    return near


def rates_around(database: SequenceDatabase, tokens: Int32s, occurrences: Occurrences) -> Floats:
    """How common each token is in the mode of work in which a routine is done; never less common than everywhere.

    Args:
        database: what the routine was found in.
        tokens: its steps.
        occurrences: its occurrences.
    """
    near = _around(database, occurrences)
    seen = np.array([np.count_nonzero(near[database.where[slice(*database.start[[t, t + 1]])]]) for t in tokens])
    rate = database.rate[tokens]
    return np.asarray(np.maximum(rate, (seen + WINDOW * rate) / (np.count_nonzero(near) + WINDOW)))


def saved_share(database: SequenceDatabase, profile: Profile, occurrences: Occurrences, bits: float) -> float:
    """The share of what its occurrences say that a routine saves, where each action is as likely as in the mode around it.

    Args:
        database: what it was found in.
        profile: the routine.
        occurrences: its occurrences.
        bits: what it saves where each action is as likely as everywhere.
    """
    there = np.count_nonzero(occurrences.rows >= 0, axis=0)
    score, count = float(occurrences.score.sum()), len(occurrences)
    # what is paid once is paid by five at least: they make a routine
    bits = score - (score - bits) * min(1.0, count / FLOOR)
    around = rates_around(database, profile.tokens, occurrences)
    everywhere = float(there @ -np.log2(database.rate[profile.tokens]))
    without = float(there @ -np.log2(around))
    return (bits - (everywhere - without)) / without


# ---- against no order


def order_share(rows: Int32s) -> Floats:
    """For each occurrence the share of its bits that the order of the other occurrences saves.

    Args:
        rows: (occurrences, steps) rows in order of time, -1 where an occurrence lacks the step; each has one step at least.

    Returns:
        (occurrences,) float64, at most 1; below 0 where the order of the others misleads.

    Example:
        >>> always = np.array([[1, 2, 3, 4]] * 9)
        >>> float(order_share(always).min().round(2))
        0.94
        >>> anyhow = np.random.default_rng(1).permuted(always, axis=1)
        >>> float(np.median(order_share(anyhow)).round(1))
        0.1
    """
    as_bag, as_procedure = _codes(rows)
    return np.asarray(1.0 - as_procedure / as_bag)


def in_order(database: SequenceDatabase, occurrences: Occurrences) -> Occurrences:
    """The occurrences without those that lie in several stretches of work and run against the order of the others.

    That rows share a value does not make them one run: steps of a routine are done on their own, too, on the same thing. Where
    those that lie in one stretch show an order, what is joined over pauses or people must not run against it.
    """
    rows = occurrences.rows
    piece = database.block[database.source[rows]]
    low = np.where(rows >= 0, piece, np.iinfo(np.int32).max).min(axis=1)
    joined = low != np.where(rows >= 0, piece, -1).max(axis=1)
    if joined.all() or np.median(order_share(rows[~joined])) <= FOLLOWS:
        return occurrences
    kept = kept_apart(occurrences, ~joined | (order_share(rows) > 0.0))
    return replace(kept, broken=occurrences.broken)


def order_bits(rows: Int32s) -> float:
    """Bits that the order says beyond which steps there are: chance gives as many with a probability of 2^-bits at most.

    Each next step is drawn from those of its occurrence that are left: by chance alike, by the routine as often as it followed in
    earlier occurrences. So what an occurrence says is learnt from those before it alone, and the bound holds (Kraft's inequality).

    Args:
        rows: as in `order_share`.

    Example:
        >>> round(order_bits(np.array([[1, 2, 3, 4]] * 6)))
        18
        >>> order_bits(np.random.default_rng(1).permuted(np.array([[1, 2, 3, 4]] * 60), axis=1)) < 0
        True
    """
    steps = rows.shape[1]
    followed = np.zeros((steps + 1, steps))
    total = 0.0
    for line in rows:
        left = np.flatnonzero(line >= 0)
        before = steps
        follows = []
        for step in left[np.argsort(line[left], kind="stable")].tolist():
            seen = followed[before, left]
            chance = (followed[before, step] + _BACK_OFF / len(left)) / (seen.sum() + _BACK_OFF)
            total += float(np.log2(chance * len(left)))
            follows.append((before, step))
            left, before = left[left != step], step
        for one in follows:
            followed[one] += 1
    return total


def _codes(rows: Int32s) -> tuple[Floats, Floats]:
    """What each occurrence costs as a bag and as a procedure, by what the others show."""
    count, steps = rows.shape
    if not count:
        return np.zeros(0), np.zeros(0)
    width = steps + 1  # the steps, and one symbol for both ends
    occurrence, before, after = _transitions(rows)
    pairs = np.bincount(before * width + after, minlength=width * width).reshape(width, width)
    # a symbol comes once in an occurrence, so leaving one out takes one of each of its counts
    own = np.bincount(occurrence, minlength=count)[occurrence]
    follows = np.bincount(after, minlength=width)
    bag = (follows[after] - 1 + _KT) / (len(after) - own + _KT * width)
    leaves = np.bincount(before, minlength=width)
    procedure = (pairs[before, after] - 1 + _BACK_OFF * bag) / (leaves[before] - 1 + _BACK_OFF)
    as_bag: Floats = np.bincount(occurrence, weights=-np.log2(bag), minlength=count).astype(np.float64)
    as_procedure = np.bincount(occurrence, weights=-np.log2(procedure), minlength=count).astype(np.float64)
    return as_bag, as_procedure


def _transitions(rows: Int32s) -> tuple[Int32s, Int32s, Int32s]:
    """Of each transition its occurrence, the symbol before and the one after it; the number of steps stands for both ends."""
    count, steps = rows.shape
    key = np.where(rows >= 0, rows, np.iinfo(np.int32).max)
    order = np.argsort(key, axis=1, kind="stable")
    symbol = np.where(np.take_along_axis(rows, order, axis=1) >= 0, order, steps)
    end = np.full((count, 1), steps)
    symbol = np.concatenate((end, symbol, end), axis=1)
    before, after = symbol[:, :-1], symbol[:, 1:]
    real = (before != steps) | (after != steps)
    occurrence = np.broadcast_to(np.arange(count)[:, None], before.shape)
    return occurrence[real].astype(np.int32), before[real].astype(np.int32), after[real].astype(np.int32)
