"""Occurrences -> a table of steps that grew or shrank: one step more, fewer, at a finer level, without interleaved ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from fivetimes.config import ALWAYS_SHARE, Search
from fivetimes.kernels import growth
from fivetimes.model import Bools, Floats, Int32s, Ints
from fivetimes.routines.database import SequenceDatabase
from fivetimes.routines.pattern import ENOUGH, NEAR_ROWS, gain, local_chance


@dataclass(frozen=True, slots=True)
class _Addition:
    token: int
    position: int  # -1: anywhere
    bits: float


def _unique_counts(keys: Ints) -> tuple[Ints, Ints]:
    found, counts = np.unique(keys, return_counts=True)
    return found, counts.astype(np.int64)


def _best_addition(
    database: SequenceDatabase, have_tokens: Int32s, matched: Int32s, search: Search
) -> _Addition | None:
    """The token that explains most around the occurrences, in one position or anywhere; None where none is worth its cost.

    A token is a step once, and so is what says the same more or less finely: what comes again right after is a repeat, and what
    comes again later is the next occurrence.
    """
    count, steps = matched.shape
    keys, everywhere, size, have, width = growth.surroundings(matched, search.flank, database.arrays, database.scratch)
    cost = 0.5 * np.log2(max(1, count))
    best: _Addition | None = None
    tokens, k = _unique_counts(everywhere)
    if len(tokens):
        bits = gain(k.astype(np.float64), np.full(len(k), float(count)), local_chance(database, tokens, width))
        bits -= cost + database.name_bits[tokens]
        bits[(k < max(2, search.presence_grown * count)) | database.related(tokens, have_tokens)] = 0
        at = int(np.argmax(bits))
        if bits[at] > 0:
            best = _Addition(int(tokens[at]), -1, float(bits[at]))
    pairs, k = _unique_counts(keys)
    if len(pairs):
        tokens, position = pairs // (steps + 1), pairs % (steps + 1)
        n = have[position].astype(np.float64)
        rate = np.minimum(database.rate[tokens], 0.999999)
        chance = -np.expm1(np.maximum(size[position], 0.2) * np.log1p(-rate))
        bits = gain(k.astype(np.float64), n, chance) - cost - database.name_bits[tokens] - np.log2(steps + 1)
        behind = (position == 0) | ~database.related_pairwise(
            tokens, have_tokens[position - 1]
        )  # else it may be the step itself, done again
        known = np.isin(tokens, have_tokens) | (database.related(tokens, have_tokens) & behind)
        bits[(k < max(2, search.presence_grown * count)) | known] = 0
        at = int(np.argmax(bits))
        if bits[at] > 0 and (best is None or bits[at] > best.bits):
            best = _Addition(int(tokens[at]), int(position[at]), float(bits[at]))
    return best


def grow(database: SequenceDatabase, tokens: Int32s, matched: Int32s, search: Search) -> tuple[Int32s, Int32s]:
    """Add steps while one saves more bits than it costs to say it.

    Args:
        tokens: the steps so far.
        matched: rows, one line per occurrence and one column per step, -1 where the step is missing.

    Returns:
        Tokens and matched rows of the steps, old and new.
    """
    dead: set[tuple[int, int]] = set()
    while len(tokens) < search.max_steps:
        addition = _best_addition(database, tokens, matched, search)
        if addition is None or (addition.token, addition.position) in dead:
            break
        rows = growth.rows_of_step(
            matched, addition.token, addition.position, search.flank, database.arrays, database.scratch
        )
        if np.count_nonzero(rows >= 0) < 2:
            dead.add((addition.token, addition.position))
            break
        tokens = np.append(tokens, np.int32(addition.token))
        matched = np.column_stack((matched, rows)).astype(np.int32)
    return tokens, matched


def refine(database: SequenceDatabase, tokens: Int32s, matched: Int32s) -> Int32s:
    """Say each step as finely as its rows allow: the token, at any level, that saves most bits over the occurrences."""
    count = float(len(matched))
    out = tokens.copy()
    for step in range(len(tokens)):
        rows = matched[matched[:, step] >= 0, step]
        if not len(rows):
            continue
        levels = database.levels[rows].astype(np.int64)
        again = levels[:, 1:] == levels[:, :-1]  # a token that stands at two levels of a row counts once
        found, k = _unique_counts(np.concatenate((levels[:, 0], levels[:, 1:][~again])))
        taken = np.isin(found, np.delete(out, step))
        bits = gain(k.astype(np.float64), np.full(len(k), count), local_chance(database, found, NEAR_ROWS))
        bits -= database.name_bits[found]
        bits[taken] = -np.inf
        if len(bits) and np.isfinite(bits.max()):
            out[step] = found[int(np.argmax(bits))]
    return out


def drop_rare(tokens: Int32s, matched: Int32s, *, floor: float) -> tuple[Int32s, Int32s]:
    """Leave out the steps that fewer than a share `floor` of the occurrences (or only one) have, and empty occurrences."""
    present = (matched >= 0).sum(axis=0)
    keep = (present >= 2) & (present >= floor * len(matched))
    matched = matched[:, keep]
    return tokens[keep], matched[(matched >= 0).any(axis=1)]


def _room(database: SequenceDatabase, matched: Int32s, step: int, *, flank: int) -> float:
    """How many rows, on average, a step could have been found on between its neighbours where it stands; `flank` at an end."""
    rooms = []
    for line in matched[:ENOUGH]:
        if line[step] < 0:
            continue
        ranks = database.rank[line[line >= 0]]
        here = database.rank[line[step]]
        before, after = ranks[ranks < here], ranks[ranks > here]
        low = int(before.max()) if len(before) else int(here) - flank
        high = int(after.min()) if len(after) else int(here) + flank
        rooms.append(max(1, high - low - 1))
    return float(np.mean(rooms)) if rooms else 1.0


def unproven(database: SequenceDatabase, tokens: Int32s, matched: Int32s, *, flank: int) -> Bools:
    """Which optional steps say no more than chance would: a common action that happened to stand between the others.

    Args:
        tokens: one per step.
        matched: rows, one line per occurrence, one column per step.
        flank: rows beyond the outer steps within which a step may be found.
    """
    count = float(len(matched))
    present = np.count_nonzero(matched >= 0, axis=0)
    weak = np.zeros(len(tokens), dtype=np.bool_)
    for step in np.flatnonzero(present < ALWAYS_SHARE * count):
        width = _room(database, matched, int(step), flank=flank)
        chance = local_chance(database, tokens[[step]], width)
        cost = database.name_bits[tokens[step]] + 0.5 * np.log2(max(1.0, count))
        weak[step] = gain(np.array([float(present[step])]), np.array([count]), chance)[0] <= cost
    return weak


TOGETHER = 0.7  # correlation from which on optional steps come and go together
OWN_STEPS = 3  # optional steps that may be a routine of their own


def _correlation(present: Floats) -> Floats:
    """Of each two columns; 0 where one is always or never there, for which NumPy's own has no number."""
    centred = present - present.mean(axis=0)
    spread = np.sqrt((centred**2).sum(axis=0))
    return np.asarray(centred.T @ centred / np.maximum(np.outer(spread, spread), 1e-9))


def together(matched: Int32s) -> Bools | None:
    """The optional steps, three at least and in fewer than half of the occurrences, that come and go together; None where none do.

    Example:
        >>> some = np.array([[1, 2, -1, -1, -1]] * 5 + [[1, 2, 3, 4, 5]] * 3)
        >>> together(some).tolist()
        [False, False, True, True, True]
    """
    present = (matched >= 0).astype(np.float64)
    share = present.mean(axis=0)
    optional = np.flatnonzero((share < 0.5) & (present.sum(axis=0) >= 2))
    if len(optional) < OWN_STEPS:
        return None
    phi = _correlation(present[:, optional])
    sizes = (phi > TOGETHER).sum(axis=1)
    if sizes.max() < OWN_STEPS:
        return None
    out = np.zeros(matched.shape[1], dtype=np.bool_)
    out[optional[phi[int(np.argmax(sizes))] > TOGETHER]] = True
    return out


def interleaved(matched: Int32s, tied: Callable[[int, int], bool]) -> Bools | None:
    """The steps of another routine that was done at the same time now and then; None where there are none.

    They come and go together, share values with each other and hardly any with the rest, which shares values of its own.

    Args:
        matched: rows, one line per occurrence, one column per step, -1 where missing.
        tied: whether two rows share a value.

    Example:
        >>> some = np.array([[1, 2, -1, -1, -1]] * 5 + [[1, 2, 3, 4, 5]] * 3)
        >>> interleaved(some, lambda x, y: (x < 3) == (y < 3)).tolist(), interleaved(some, lambda x, y: True)
        ([False, False, True, True, True], None)
    """
    group = together(matched)
    if group is None:
        return None
    both = [line for line in matched if np.count_nonzero(line[group] >= 0) > 1]
    theirs = [[int(row) for row in line[group] if row >= 0] for line in both]
    ours = [[int(row) for row in line[~group] if row >= 0] for line in both]
    inside = sum(any(tied(x, y) for x, y in combinations(rows, 2)) for rows in theirs)
    own = sum(any(tied(x, y) for x, y in combinations(rows, 2)) for rows in ours)
    across = sum(any(tied(x, y) for x in a for y in b) for a, b in zip(theirs, ours, strict=True))
    return group if min(inside, own) > len(both) / 2 > 2 * across else None
