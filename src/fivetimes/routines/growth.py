"""Occurrences -> a table of steps that grew or shrank: one step more, fewer, at a finer level, without interleaved ones."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

import numpy as np

from fivetimes.columns import Bools, Floats, Int32s
from fivetimes.config import ALWAYS_SHARE, USUAL_SHARE, Search
from fivetimes.kernels import growth
from fivetimes.kernels.database import SequenceArrays
from fivetimes.routines.database import SequenceDatabase
from fivetimes.routines.pattern import ENOUGH, NEAR_ROWS, chance_within, gain, local_chance


@dataclass(frozen=True, slots=True)
class _Addition:
    token: int
    position: int  # -1: anywhere
    bits: float


class _View(NamedTuple):
    """Where growth looks for a step: what the compiled loops read, the share of the rows that each token has, the occurrences."""

    arrays: SequenceArrays
    rate: Floats
    matched: Int32s


def _views(database: SequenceDatabase, matched: Int32s) -> list[_View]:
    """Among all rows; and of occurrences on a case, among the rows that hold its values, however far apart these are done."""
    views = [_View(database.arrays, database.rate, matched)]
    held = database.held_rows(matched)
    if (held >= 0).any():
        arrays = database.held_arrays()
        views.append(_View(arrays, np.diff(arrays.begin) / len(arrays.free), held))
    return views


def _best_addition(database: SequenceDatabase, have_tokens: Int32s, view: _View, search: Search) -> _Addition | None:
    """The token that explains most around the occurrences, in one position or anywhere; None where none is worth its cost.

    A token is a step once, and so is what says the same more or less finely: what comes again right after is a repeat, and what
    comes again later is the next occurrence.
    """
    matched = view.matched
    count, steps = matched.shape
    least = max(2, ceil(search.presence_grown * count))
    around = growth.surroundings(matched, least, search.flank, view.arrays, database.scratch)
    cost = 0.5 * np.log2(max(1, count))
    seen = max(1, int((matched >= 0).any(axis=1).sum()))  # those that are in this view
    best: _Addition | None = None
    tokens = around.tokens
    if not len(tokens):
        return None
    related = database.related(tokens, have_tokens)
    if not related.all():
        tokens, k = tokens[~related], around.held[~related].astype(np.float64)
        width = around.width * count / seen
        bits = gain(k, np.full(len(k), float(seen)), chance_within(view.rate[tokens], width))
        bits -= cost + database.name_bits[tokens]
        at = int(np.argmax(bits))
        if bits[at] > 0:
            best = _Addition(int(tokens[at]), -1, float(bits[at]))
    which, position = np.nonzero(around.inside >= least)
    if len(which):
        tokens = around.tokens[which]
        k, n = around.inside[which, position].astype(np.float64), around.have[position].astype(np.float64)
        rate = np.minimum(view.rate[tokens], 0.999999)
        chance = -np.expm1(np.maximum(around.size[position], 0.2) * np.log1p(-rate))
        bits = gain(k, n, chance) - cost - database.name_bits[tokens] - np.log2(steps + 1)
        behind = (position == 0) | ~database.related_pairwise(
            tokens, have_tokens[position - 1]
        )  # else it may be the step itself, done again
        known = (tokens[:, None] == have_tokens).any(axis=1) | (related[which] & behind)
        bits[known] = 0
        at = int(np.argmax(bits))
        if bits[at] > 0 and (best is None or bits[at] > best.bits):
            best = _Addition(int(tokens[at]), int(position[at]), float(bits[at]))
    return best


def grow(
    database: SequenceDatabase, tokens: Int32s, matched: Int32s, search: Search, *, along: bool = True
) -> tuple[Int32s, Int32s]:
    """Add steps while one saves more bits than it costs to say it.

    Args:
        tokens: the steps so far.
        matched: rows, one line per occurrence and one column per step, -1 where the step is missing.
        search: the constants of the search.
        along: whether to look on along the cases that the occurrences are on, too.

    Returns:
        Tokens and matched rows of the steps, old and new.
    """
    while len(tokens) < search.max_steps:
        views = _views(database, matched)[: 2 if along else 1]
        found = [_best_addition(database, tokens, view, search) for view in views]
        addition = max((one for one in found if one is not None), key=lambda one: one.bits, default=None)
        if addition is None:
            break
        rows = _rows_of(database, addition, views[0], search)
        if len(views) > 1:
            matched, rows = _further(database, addition, views[1], matched, rows, search)
        if np.count_nonzero(rows >= 0) < 2:
            break
        tokens = np.append(tokens, np.int32(addition.token))
        matched = np.column_stack((matched, rows)).astype(np.int32)
    return tokens, matched


def _rows_of(database: SequenceDatabase, addition: _Addition, view: _View, search: Search) -> Int32s:
    return growth.rows_of_step(
        view.matched, addition.token, addition.position, search.flank, view.arrays, database.scratch
    )


def _further(
    database: SequenceDatabase, addition: _Addition, held: _View, matched: Int32s, rows: Int32s, search: Search
) -> tuple[Int32s, Int32s]:
    """The occurrences and their rows of the step that is added; those that have none near, with the one on their case.

    What has such a row lies on the case from then on, as far as its other rows are in it.
    """
    lacks = (rows < 0) & (held.matched >= 0).any(axis=1)
    if not lacks.any():
        return matched, rows
    more = np.full(len(rows), -1, dtype=np.int32)
    more[lacks] = _rows_of(database, addition, held._replace(matched=held.matched[lacks]), search)
    known = database.source[np.concatenate((matched[matched >= 0], rows[rows >= 0]))]
    more[np.isin(database.source[more], known)] = -1  # a row is of one occurrence
    return database.on_case(matched, more), np.where(more >= 0, more, rows).astype(np.int32)


def refine(database: SequenceDatabase, tokens: Int32s, matched: Int32s) -> Int32s:
    """Say each step as finely as its rows allow: the token, at any level, that saves most bits over the occurrences."""
    start, found, k = growth.tokens_of_steps(matched, database.levels, database.scratch)
    count = np.full(len(k), float(len(matched)))
    bits = gain(k.astype(np.float64), count, local_chance(database, found, NEAR_ROWS)) - database.name_bits[found]
    out = tokens.copy()
    for step in range(len(out)):
        here = slice(start[step], start[step + 1])
        taken = (found[here, None] == np.delete(out, step)).any(axis=1)
        best = np.where(taken, -np.inf, bits[here])
        most = best.max(initial=-np.inf)
        if np.isfinite(most):
            out[step] = found[here][best == most].min()
    return out


def named_less_finely(database: SequenceDatabase, tokens: Int32s) -> list[Int32s]:
    """The steps at each coarser level of detail, the finest first; one stays as it is where two would be named alike.

    Only what differs from the steps before it.
    """
    levels = database.levels[database.where[database.start[tokens]]]
    own = (levels == tokens[:, None]).argmax(axis=1)
    found = [tokens]
    for level in range(1, levels.shape[1]):
        wide = levels[np.arange(len(own)), np.maximum(own, level)]
        alike = (wide[:, None] == wide).sum(axis=1) > 1
        wide = np.where(alike, tokens, wide).astype(np.int32)
        if (wide != found[-1]).any():
            found.append(wide)
    return found[1:]


def drop_rare(tokens: Int32s, matched: Int32s, *, floor: float) -> tuple[Int32s, Int32s]:
    """Leave out the steps that fewer than a share `floor` of the occurrences (or only one) have, and empty occurrences."""
    present = (matched >= 0).sum(axis=0)
    keep = (present >= 2) & (present >= floor * len(matched))
    matched = matched[:, keep]
    return tokens[keep], matched[(matched >= 0).any(axis=1)]


def _rooms(database: SequenceDatabase, matched: Int32s, *, flank: int) -> Floats:
    """How many rows, on average, each step could have been found on between its neighbours; `flank` beside it at an end."""
    matched = matched[:ENOUGH]
    there = matched >= 0
    nowhere = len(database.free) + 2 * flank  # behind all ranks
    ranks = np.where(there, database.rank[matched], nowhere).astype(np.int64)
    order = np.argsort(ranks, axis=1)
    ranks = np.take_along_axis(ranks, order, axis=1)
    low, high = ranks - flank, ranks + flank
    low[:, 1:] = ranks[:, :-1]
    high[:, :-1] = np.where(ranks[:, 1:] < nowhere, ranks[:, 1:], high[:, :-1])
    rooms = np.empty_like(ranks)
    np.put_along_axis(rooms, order, np.maximum(1, high - low - 1), axis=1)
    seen = there.sum(axis=0)
    return np.asarray(np.where(seen > 0, np.where(there, rooms, 0).sum(axis=0) / np.maximum(1, seen), 1.0))


def unproven(database: SequenceDatabase, tokens: Int32s, matched: Int32s, *, rate: Floats, flank: int) -> Bools:
    """Which optional steps say no more than the work around does: a common action that happened to stand between the others.

    Args:
        tokens: one per step.
        matched: rows, one line per occurrence, one column per step.
        rate: of each step, how common it is in the mode of work in which the routine is done, 0 to 1 (`objective.rates_around`).
        flank: rows beyond the outer steps within which a step may be found.
    """
    count = float(len(matched))
    present = np.count_nonzero(matched >= 0, axis=0)
    weak = np.zeros(len(tokens), dtype=np.bool_)
    optional = np.flatnonzero(present < ALWAYS_SHARE * count)
    if len(optional):
        width = _rooms(database, matched, flank=flank)[optional]
        chance = chance_within(rate[optional], width)
        cost = database.name_bits[tokens[optional]] + 0.5 * np.log2(max(1.0, count))
        weak[optional] = gain(present[optional].astype(np.float64), np.full(len(optional), count), chance) <= cost
    return weak


TOGETHER = 0.5  # correlation from which on optional steps come and go together


def _correlation(present: Floats) -> Floats:
    """Of each two columns; 0 where one is always or never there, for which NumPy's own has no number."""
    centred = present - present.mean(axis=0)
    spread = np.sqrt((centred**2).sum(axis=0))
    return np.asarray(centred.T @ centred / np.maximum(np.outer(spread, spread), 1e-9))


def together(matched: Int32s) -> list[Bools]:
    """The sets of optional steps that come and go together: each with those that come and go with it.

    Args:
        matched: rows, one line per occurrence, one column per step, -1 where missing.

    Returns:
        (steps,) bool each; two steps at least, none of which more than half of the occurrences have.

    Example:
        >>> some = np.array([[1, 2, -1, -1, -1]] * 5 + [[1, 2, 3, 4, 5]] * 3)
        >>> [one.tolist() for one in together(some)]
        [[False, False, True, True, True]]
    """
    present = (matched >= 0).astype(np.float64)
    seen = present.sum(axis=0)
    optional = np.flatnonzero((seen <= USUAL_SHARE * len(matched)) & (seen >= 2))
    alike = _correlation(present[:, optional]) > TOGETHER
    found: dict[bytes, Bools] = {}
    for line in alike[alike.sum(axis=1) > 1]:
        one = np.zeros(matched.shape[1], dtype=np.bool_)
        one[optional[line]] = True
        found.setdefault(one.tobytes(), one)
    return list(found.values())
