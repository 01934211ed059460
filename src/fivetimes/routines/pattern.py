"""Occurrences -> Profile: which steps a routine has, how sure each is, in what order, and which share values."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fivetimes.columns import Floats, Int32s, Ints
from fivetimes.kernels import growth
from fivetimes.routines.database import SequenceDatabase
from fivetimes.stats import smoothed

ORDER_FLOOR = -6.0  # bits: log2 of how often a step stands before another one, where that was never seen
GAP_PRIOR = 10.0  # gaps that the prior counts for
NEAR_ROWS = 3.0  # rows within which a step could stand by chance, where its room is not known
ENOUGH = 400  # occurrences to read gaps, rooms and links from
LONGEST_GAP = 32  # foreign actions between two neighbours; more than any search allows


@dataclass(frozen=True, slots=True)
class Profile:
    """A routine as probabilities: one entry per step.

    tokens: what is done. presence: share of the occurrences that have the step. chance: that a step's position holds
    the token by luck.
    order[a, b]: log2 of how often a stands before b where both stand, at least -6. link: share of the step's
    rows that share a value with an earlier step. gap_bits[s, g]: the cost of g foreign actions before
    step s. going_on: the cost, in bits, of going on in another stretch of work on the same case, besides saying where.
    """

    tokens: Int32s
    presence: Floats
    chance: Floats
    order: Floats
    link: Floats
    gap_bits: Floats
    going_on: float


def gain(k: Floats, n: Floats, q: Floats) -> Floats:
    """Bits by which k of n stands out from chance q; 0 or less where it is no commoner than chance."""
    p = np.clip(smoothed(k, n, weight=1.0), 1e-9, 1 - 1e-9)
    q = np.clip(q, 1e-9, 1 - 1e-9)
    bits = k * np.log2(p / q) + (n - k) * np.log2((1 - p) / (1 - q))
    return np.where(p > q, bits, 0.0)


def local_chance(database: SequenceDatabase, tokens: Int32s | Ints, width: float | Floats) -> Floats:
    """The chance that `width` rows hold each token by luck."""
    return chance_within(database.rate[tokens], width)


def chance_within(rate: Floats, width: float | Floats) -> Floats:
    """The chance that `width` rows hold by luck what each row holds with such a rate.

    Example:
        >>> chance_within(np.array([0.5, 1.0]), 2.0).round(3).tolist()
        [0.75, 1.0]
    """
    return np.asarray(-np.expm1(width * np.log1p(-np.minimum(rate, 0.999999))))


def precedence(matched: Int32s) -> Floats:
    """log2 of how often each step stands before each other one, where both stand; -1 where they never meet."""
    columns = np.ascontiguousarray(matched.T)
    there = (columns >= 0).astype(np.float64)
    # a missing row is behind all others here, and before all of them in `columns`, so it is never before or after one
    behind = np.where(columns >= 0, columns, np.iinfo(np.int32).max)
    before = np.array([np.count_nonzero(row < columns, axis=1) for row in behind]).reshape(len(columns), len(columns))
    order = smoothed(before, there @ there.T, weight=0.5)
    return np.asarray(np.maximum(np.log2(order), ORDER_FLOOR))


def sequence(order: Floats) -> list[int]:
    """The steps, first to last, so that of two neighbours the one stands first that mostly came first.

    They are laid out by how many others each mostly stands before, then by how surely; each then moves forward while it mostly came
    before its neighbour (local Kemenization: Dwork et al., *Rank aggregation methods for the web*, 2001).

    Args:
        order: as `precedence` gives it: log2 of the share in which the row's step stands before the column's.

    Example:
        >>> circle = np.log2([[1, 0.25, 0.9, 0.9], [0.75, 1, 0.3, 0.9], [0.1, 0.7, 1, 0.9], [0.1, 0.1, 0.1, 1]])
        >>> sequence(circle)
        [1, 0, 2, 3]
    """
    before = np.exp2(order)
    np.fill_diagonal(before, 0.5)
    wins = (before > 0.5).sum(axis=1) - (before < 0.5).sum(axis=1)
    margin = (before - before.T).sum(axis=1)
    out: list[int] = []
    for step in sorted(range(len(order)), key=lambda s: (-int(wins[s]), -float(margin[s]), s)):
        at = len(out)
        while at and before[step, out[at - 1]] > 0.5:
            at -= 1
        out.insert(at, step)
    return out


def _links(database: SequenceDatabase, matched: Int32s) -> Floats:
    """For each step the share of its rows that share a value with an earlier row of the same occurrence."""
    hits, seen = growth.links(matched[:ENOUGH], database.value_start, database.values)
    return smoothed(hits, seen, weight=0.5)


def _harmonic(longest: int) -> Floats:
    """The prior of a gap before anything is known: as likely as 1 / ((g + 1) (g + 2))."""
    size = np.arange(longest + 1, dtype=np.float64)
    prior = 1.0 / ((size + 1) * (size + 2))
    return np.asarray(prior / prior.sum())


def gap_bits(database: SequenceDatabase, matched: Int32s, *, longest: int) -> Floats:
    """The cost, in bits, of so many unclaimed rows before each step: what these occurrences show, smoothed.

    Returns:
        One line per step, one column per gap. Where a step was seen little, all steps together speak for it.
    """
    matched = matched[:ENOUGH]
    ranks = np.where(matched >= 0, database.rank[matched], np.iinfo(np.int32).max).astype(np.int64)
    order = np.argsort(ranks, axis=1)
    gaps = np.diff(np.take_along_axis(ranks, order, axis=1), axis=1) - 1
    near = (gaps >= 0) & (gaps <= longest)
    steps = matched.shape[1]
    cells = order[:, 1:][near] * (longest + 1) + gaps[near]
    seen = np.bincount(cells, minlength=steps * (longest + 1)).reshape(steps, longest + 1).astype(np.float64)
    pooled = seen.sum(axis=0) + GAP_PRIOR * _harmonic(longest)
    shared = GAP_PRIOR * pooled / pooled.sum()
    return np.asarray(-np.log2((seen + shared) / (seen.sum(axis=1, keepdims=True) + GAP_PRIOR)))


def going_on_bits(database: SequenceDatabase, matched: Int32s) -> float:
    """The cost, in bits, of a next step in another stretch of work: as seldom as these occurrences show, smoothed."""
    rows = np.sort(np.where(matched >= 0, matched, np.iinfo(np.int32).max), axis=1)
    both = rows[:, 1:] != np.iinfo(np.int32).max
    piece = database.block[database.source[np.where(rows == np.iinfo(np.int32).max, 0, rows)]]
    others = np.count_nonzero((piece[:, 1:] != piece[:, :-1]) & both)
    return -math.log2(smoothed(float(others), float(np.count_nonzero(both)), weight=0.5))


def estimate(database: SequenceDatabase, tokens: Int32s, matched: Int32s) -> Profile:
    """Read the profile off its occurrences.

    Args:
        tokens: one per step.
        matched: rows, one line per occurrence, one column per step, -1 where missing.
    """
    count = len(matched)
    return Profile(
        tokens=tokens,
        presence=smoothed(np.count_nonzero(matched >= 0, axis=0), count, weight=0.5),
        chance=local_chance(database, tokens, NEAR_ROWS),
        order=precedence(matched),
        link=_links(database, matched),
        gap_bits=gap_bits(database, matched, longest=LONGEST_GAP),
        going_on=going_on_bits(database, matched),
    )
