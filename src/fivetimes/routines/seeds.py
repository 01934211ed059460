"""Stream -> seeds: ordered pairs of tokens that stand together far more often than their frequencies explain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fivetimes.config import Search
from fivetimes.kernels import stream as loops
from fivetimes.model import Floats, Int32s, Ints
from fivetimes.routines.stream import Stream


@dataclass(frozen=True, slots=True)
class Seed:
    """Token `first`, then `second` within reach; `linked`: only pairs that share a value.

    `floor` is the surprise, in bits, that the luckiest of as many chance pairs would reach.
    """

    first: int
    second: int
    linked: bool
    score: float
    floor: float


def _counted(keys: Ints) -> tuple[Ints, Ints]:
    keys.sort()
    edges = np.flatnonzero(np.diff(keys)) + 1
    at = np.concatenate(([0], edges)).astype(np.int64)
    return keys[at], np.diff(np.concatenate((at, [len(keys)])))


def surprise(together: Floats, first: Floats, rate: Floats, *, ahead: int) -> Floats:
    """Bits by which pairs are commoner than chance: n log2(n / expected), 0 where they are not.

    Args:
        together: how often the pair stands together.
        first: how often its first token stands at all.
        rate: the chance that one row holds the second token.
        ahead: rows within which the second must follow.
    """
    expected = first * -np.expm1(ahead * np.log1p(-np.minimum(rate, 0.999999)))
    with np.errstate(divide="ignore", invalid="ignore"):
        bits = together * np.log2(together / expected)
    return np.where((together > expected) & (together >= 2), bits, 0.0)


def _scored(stream: Stream, keys: Ints, *, linked: bool, chance: float, ahead: int) -> Iterator[Seed]:
    if not len(keys):
        return
    pairs, together = _counted(keys)
    enough = together >= 2
    floor = np.log2(max(2, len(pairs)))  # of so many pairs looked at, one gets there by luck
    pairs, together = pairs[enough], together[enough]
    first, second = pairs // stream.tokens, pairs % stream.tokens
    size = np.diff(stream.start).astype(np.float64)
    together = np.minimum(together, np.minimum(size[first], size[second])).astype(np.float64)
    bits = surprise(together.astype(np.float64), size[first] * chance, stream.rate[second], ahead=ahead)
    tight = bits * together / np.maximum(size[first], size[second])
    for at in np.flatnonzero(bits > floor):
        yield Seed(int(first[at]), int(second[at]), linked, float(tight[at]), float(floor))


def link_chance(stream: Stream) -> float:
    """The chance that two near rows share a value although nothing ties them: measured far apart, at least one in a thousand."""
    rows = stream.free[: len(stream.free) // 64 * 64]
    if len(rows) < 512:
        return 0.01
    rng = np.random.default_rng(5)
    pairs = rng.integers(0, len(rows), size=(4000, 2))
    hits = 0
    for x, y in pairs:
        hits += bool(loops.shares_value(int(rows[x]), int(rows[y]), stream.value_start, stream.values))
    return float(min(0.5, max(0.001, (hits + 1) / len(pairs))))


def seeds(stream: Stream, search: Search, *, chance: float) -> list[Seed]:
    """All seeds among the unclaimed rows, the tightest first."""
    seedable = np.diff(stream.start) >= 2
    common = (stream.levels, stream.block, stream.free, seedable)
    near = loops.pair_keys(*common, 1, 4, search.near, stream.tokens)
    found = list(_scored(stream, near, linked=False, chance=1.0, ahead=search.near))
    for level in (1, 3):
        keys, _ = loops.linked_pair_keys(
            *common, level, search.linked_near, stream.tokens, stream.value_start, stream.values
        )
        found += _scored(stream, keys, linked=True, chance=chance, ahead=search.linked_near)
    return sorted(found, key=lambda s: (-s.score, s.linked, s.first, s.second))


def occurrences(stream: Stream, seed: Seed, search: Search) -> Int32s:
    """Disjoint pairs of unclaimed rows that match the seed."""
    return loops.seed_occurrences(
        seed.first,
        seed.second,
        search.linked_near if seed.linked else search.near,
        seed.linked,
        stream.begin,
        stream.living,
        stream.block,
        stream.free,
        stream.value_start,
        stream.values,
    )


def still_surprising(stream: Stream, seed: Seed, pairs: int, search: Search, *, chance: float) -> bool:
    """Whether a seed found earlier still stands out among what is unclaimed now."""
    ahead = search.linked_near if seed.linked else search.near
    left = len(stream.ranks(seed.first)), len(stream.ranks(seed.second))
    if pairs < 2:
        return False
    bits = surprise(
        np.array([float(pairs)]),
        np.array([left[0] * (chance if seed.linked else 1.0)]),
        np.array([left[1] / max(1, len(stream.free))]),
        ahead=ahead,
    )
    return bool(bits[0] > seed.floor)
