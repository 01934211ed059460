"""Occurrences -> Profile: which steps a routine has, how sure each is, in what order, and which share values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fivetimes.config import Search
from fivetimes.kernels import growth
from fivetimes.model import Bools, Floats, Int32s, Ints
from fivetimes.routines.stream import Stream

_FLOOR = -6.0  # log2 of a precedence never seen
_PRIOR = 10.0  # gaps that the prior counts for
_ALWAYS = 0.95  # share from which a step is no option
_ENOUGH = 400  # occurrences to read gaps, rooms and links from
_LONGEST_GAP = 32  # foreign actions between two neighbours; more than any search allows


@dataclass(frozen=True, slots=True)
class Profile:
    """A routine as probabilities: one entry per step.

    tokens: what is done. presence: share of the occurrences that have the step. chance: that a slot holds the token by luck.
    order[a, b]: log2 of how often a stands before b where both stand, at least -6. link: share of the step's
    rows that share a value with an earlier step. gap_bits[s, g]: the cost of g foreign actions before
    step s.
    """

    tokens: Int32s
    presence: Floats
    chance: Floats
    order: Floats
    link: Floats
    gap_bits: Floats


def gain(k: Floats, n: Floats, q: Floats) -> Floats:
    """Bits saved by telling k of n apart from chance q; 0 or less where it is no commoner than chance."""
    p = np.clip((k + 0.5) / (n + 1.0), 1e-9, 1 - 1e-9)
    q = np.clip(q, 1e-9, 1 - 1e-9)
    bits = k * np.log2(p / q) + (n - k) * np.log2((1 - p) / (1 - q))
    return np.where(p > q, bits, 0.0)


def local_chance(stream: Stream, tokens: Int32s | Ints, width: float) -> Floats:
    """The chance that `width` rows hold each token by luck."""
    rate = np.minimum(stream.rate[tokens], 0.999999)
    return np.asarray(-np.expm1(width * np.log1p(-rate)))


@dataclass(frozen=True, slots=True)
class _Addition:
    token: int
    slot: int  # -1: anywhere
    bits: float


def _unique_counts(keys: Ints) -> tuple[Ints, Ints]:
    found, counts = np.unique(keys, return_counts=True)
    return found, counts.astype(np.int64)


def _best_addition(stream: Stream, have_tokens: Int32s, matched: Int32s, search: Search) -> _Addition | None:
    """The token that explains most around the occurrences, in one slot or anywhere; None where none is worth its cost.

    A token is a step once, and so is what says the same more or less finely: what comes again right after is a repeat, and what
    comes again later is the next occurrence.
    """
    count, steps = matched.shape
    keys, everywhere, size, have, width = growth.slot_counts(
        matched, search.flank, stream.levels, stream.block, stream.free, stream.rank, *stream.scratch
    )
    cost = 0.5 * np.log2(max(1, count))
    best: _Addition | None = None
    tokens, k = _unique_counts(everywhere)
    if len(tokens):
        bits = gain(k.astype(np.float64), np.full(len(k), float(count)), local_chance(stream, tokens, width))
        bits -= cost + stream.name_bits[tokens]
        bits[(k < max(2, search.presence_grown * count)) | stream.kin(tokens, have_tokens)] = 0
        at = int(np.argmax(bits))
        if bits[at] > 0:
            best = _Addition(int(tokens[at]), -1, float(bits[at]))
    pairs, k = _unique_counts(keys)
    if len(pairs):
        tokens, slot = pairs // (steps + 1), pairs % (steps + 1)
        n = have[slot].astype(np.float64)
        rate = np.minimum(stream.rate[tokens], 0.999999)
        chance = -np.expm1(np.maximum(size[slot], 0.2) * np.log1p(-rate))
        bits = gain(k.astype(np.float64), n, chance) - cost - stream.name_bits[tokens] - np.log2(steps + 1)
        behind = (slot == 0) | ~stream.kin_of(
            tokens, have_tokens[slot - 1]
        )  # else it may be the step itself, done again
        known = np.isin(tokens, have_tokens) | (stream.kin(tokens, have_tokens) & behind)
        bits[(k < max(2, search.presence_grown * count)) | known] = 0
        at = int(np.argmax(bits))
        if bits[at] > 0 and (best is None or bits[at] > best.bits):
            best = _Addition(int(tokens[at]), int(slot[at]), float(bits[at]))
    return best


def grow(stream: Stream, tokens: Int32s, matched: Int32s, search: Search) -> tuple[Int32s, Int32s]:
    """Add steps while one saves more bits than it costs to say it.

    Args:
        tokens: the steps so far.
        matched: rows, one line per occurrence and one column per step, -1 where the step is missing.

    Returns:
        Tokens and matched rows of the steps, old and new.
    """
    dead: set[tuple[int, int]] = set()
    while len(tokens) < search.max_steps:
        addition = _best_addition(stream, tokens, matched, search)
        if addition is None or (addition.token, addition.slot) in dead:
            break
        rows = growth.match_step(
            matched,
            addition.token,
            addition.slot,
            search.flank,
            stream.levels,
            stream.block,
            stream.free,
            stream.rank,
            stream.value_start,
            stream.values,
            stream.scratch[2],
        )
        if np.count_nonzero(rows >= 0) < 2:
            dead.add((addition.token, addition.slot))
            break
        tokens = np.append(tokens, np.int32(addition.token))
        matched = np.column_stack((matched, rows)).astype(np.int32)
    return tokens, matched


def refine(stream: Stream, tokens: Int32s, matched: Int32s) -> Int32s:
    """Say each step as finely as its rows allow: the token, at any level, that saves most bits over the occurrences."""
    count = float(len(matched))
    out = tokens.copy()
    for step in range(len(tokens)):
        rows = matched[matched[:, step] >= 0, step]
        if not len(rows):
            continue
        levels = stream.levels[rows].astype(np.int64)
        again = levels[:, 1:] == levels[:, :-1]  # a token that stands at two levels of a row counts once
        found, k = _unique_counts(np.concatenate((levels[:, 0], levels[:, 1:][~again])))
        taken = np.isin(found, np.delete(out, step))
        bits = gain(k.astype(np.float64), np.full(len(k), count), local_chance(stream, found, 3.0))
        bits -= stream.name_bits[found]
        bits[taken] = -np.inf
        if len(bits) and np.isfinite(bits.max()):
            out[step] = found[int(np.argmax(bits))]
    return out


def lifted(stream: Stream, tokens: Int32s, matched: Int32s, *, level: int) -> Int32s:
    """The steps said as coarsely as `level`, where that does not make two of them one."""
    out = tokens.copy()
    for step in range(len(tokens)):
        rows = matched[matched[:, step] >= 0, step]
        if not len(rows):
            continue
        found, k = _unique_counts(stream.levels[rows, level].astype(np.int64))
        out[step] = found[int(np.argmax(k))]
    twice = np.array([np.count_nonzero(out == token) > 1 for token in out])
    return np.where(twice, tokens, out).astype(np.int32)


def drop_rare(tokens: Int32s, matched: Int32s, *, floor: float) -> tuple[Int32s, Int32s]:
    """Leave out the steps that fewer than a share `floor` of the occurrences (or only one) have, and empty occurrences."""
    present = (matched >= 0).sum(axis=0)
    keep = (present >= 2) & (present >= floor * len(matched))
    matched = matched[:, keep]
    return tokens[keep], matched[(matched >= 0).any(axis=1)]


def precedence(matched: Int32s) -> Floats:
    """log2 of how often each step stands before each other one, where both stand; -1 where they never meet."""
    steps = matched.shape[1]
    order = np.zeros((steps, steps))
    for a in range(steps):
        both = (matched[:, [a]] >= 0) & (matched >= 0)
        before = (both & (matched[:, [a]] < matched)).sum(axis=0)
        order[a] = (before + 0.25) / (both.sum(axis=0) + 0.5)
    return np.asarray(np.maximum(np.log2(order), _FLOOR))


def _links(stream: Stream, matched: Int32s) -> Floats:
    """For each step the share of its rows that share a value with an earlier row of the same occurrence."""
    hits, seen = growth.links(matched[:_ENOUGH], stream.value_start, stream.values)
    return np.asarray((hits + 0.25) / (seen + 0.5))


def _room(stream: Stream, matched: Int32s, step: int, *, flank: int) -> float:
    """How many rows, on average, a step could have been found on between its neighbours where it stands; `flank` at an end."""
    rooms = []
    for line in matched[:_ENOUGH]:
        if line[step] < 0:
            continue
        ranks = stream.rank[line[line >= 0]]
        here = stream.rank[line[step]]
        before, after = ranks[ranks < here], ranks[ranks > here]
        low = int(before.max()) if len(before) else int(here) - flank
        high = int(after.min()) if len(after) else int(here) + flank
        rooms.append(max(1, high - low - 1))
    return float(np.mean(rooms)) if rooms else 1.0


def unproven(stream: Stream, tokens: Int32s, matched: Int32s, *, flank: int) -> Bools:
    """Which optional steps say no more than chance would: a common action that happened to stand between the others.

    Args:
        tokens: one per step.
        matched: rows, one line per occurrence, one column per step.
        flank: rows beyond the outer steps within which a step may be found.
    """
    count = float(len(matched))
    present = np.count_nonzero(matched >= 0, axis=0)
    weak = np.zeros(len(tokens), dtype=np.bool_)
    for step in np.flatnonzero(present < _ALWAYS * count):
        width = _room(stream, matched, int(step), flank=flank)
        chance = local_chance(stream, tokens[[step]], width)
        cost = stream.name_bits[tokens[step]] + 0.5 * np.log2(max(1.0, count))
        weak[step] = gain(np.array([float(present[step])]), np.array([count]), chance)[0] <= cost
    return weak


def _harmonic(longest: int) -> Floats:
    """The prior of a gap before anything is known: as likely as 1 / ((g + 1) (g + 2))."""
    size = np.arange(longest + 1, dtype=np.float64)
    prior = 1.0 / ((size + 1) * (size + 2))
    return np.asarray(prior / prior.sum())


def gap_bits(stream: Stream, matched: Int32s, *, longest: int) -> Floats:
    """The cost, in bits, of so many unclaimed rows before each step: what these occurrences show, smoothed.

    Returns:
        One line per step, one column per gap. Where a step was seen little, all steps together speak for it.
    """
    matched = matched[:_ENOUGH]
    ranks = np.where(matched >= 0, stream.rank[matched], np.iinfo(np.int32).max).astype(np.int64)
    order = np.argsort(ranks, axis=1)
    gaps = np.diff(np.take_along_axis(ranks, order, axis=1), axis=1) - 1
    near = (gaps >= 0) & (gaps <= longest)
    seen = np.zeros((matched.shape[1], longest + 1))
    np.add.at(seen, (order[:, 1:][near], gaps[near]), 1.0)
    pooled = seen.sum(axis=0) + _PRIOR * _harmonic(longest)
    shared = _PRIOR * pooled / pooled.sum()
    return np.asarray(-np.log2((seen + shared) / (seen.sum(axis=1, keepdims=True) + _PRIOR)))


def estimate(stream: Stream, tokens: Int32s, matched: Int32s) -> Profile:
    """Read the profile off its occurrences.

    Args:
        tokens: one per step.
        matched: rows, one line per occurrence, one column per step, -1 where missing.
    """
    count = len(matched)
    return Profile(
        tokens=tokens,
        presence=(np.count_nonzero(matched >= 0, axis=0) + 0.25) / (count + 0.5),
        chance=local_chance(stream, tokens, 3.0),
        order=precedence(matched),
        link=_links(stream, matched),
        gap_bits=gap_bits(stream, matched, longest=_LONGEST_GAP),
    )
