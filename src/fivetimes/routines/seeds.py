"""SequenceDatabase -> seeds: ordered pairs of tokens that stand together far more often than their frequencies explain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np

from fivetimes.columns import COARSE, FORM, LEVELS, Floats, Int32s, Ints
from fivetimes.config import Search
from fivetimes.kernels import seeds as kernel
from fivetimes.kernels.database import SequenceArrays, shares_value
from fivetimes.model.suppression import SuppressionRule
from fivetimes.routines.database import SequenceDatabase
from fivetimes.routines.trace import KEPT_SEEDS, Recorder

FEWEST_FOR_LINKS = 512  # rows from which the chance of a shared value is measured
UNKNOWN_LINK_CHANCE = 0.01  # that chance below them: too little to measure
LINK_PAIRS = 4000  # random pairs of rows that are measured: a chance of 0.001 is then distinct from none
LINK_SEED = 5  # of the random numbers: the same input gives the same chance
LEAST_LINK_CHANCE, MOST_LINK_CHANCE = 0.001, 0.5  # what is measured is held between these: neither proof nor worthless


class SeedKind(Enum):
    """Where a pair stands together: near in one person's work; there, sharing a value; among what holds the value of a case."""

    NEAR = 0
    LINKED = 1
    CASE = 2


@dataclass(frozen=True, slots=True)
class Seed:
    """Token `first`, then `second` within reach, as `kind` says.

    floor: the surprise, in bits, that the luckiest of as many chance pairs would reach. together: how often they stand so; bits:
    the surprise of that. score: the surprise by how much of the commoner token it explains.
    """

    first: int
    second: int
    kind: SeedKind
    score: float
    floor: float
    together: int
    bits: float

    @property
    def tokens(self) -> Int32s:
        """Both tokens, in order."""
        return np.array([self.first, self.second], dtype=np.int32)

    @property
    def numbers(self) -> dict[str, float]:
        """What the seed was judged by, for the trace."""
        return {"together": self.together, "bits": self.bits, "bar": self.floor}


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


def _scored(
    database: SequenceDatabase,
    keys: Ints,
    arrays: SequenceArrays,
    kind: SeedKind,
    *,
    chance: float,
    ahead: int,
    trace: Recorder,
) -> Iterator[Seed]:
    if not len(keys):
        return
    pairs, together = _counted(keys)
    enough = together >= 2
    floor = np.log2(max(2, len(pairs)))  # of so many pairs looked at, one gets there by luck
    pairs, together = pairs[enough], together[enough]
    first, second = pairs // database.tokens, pairs % database.tokens
    size = np.diff(arrays.begin).astype(np.float64) if kind is SeedKind.CASE else database.size().astype(np.float64)
    rate = size / max(1, len(arrays.free))
    together = np.minimum(together, np.minimum(size[first], size[second])).astype(np.float64)
    bits = surprise(together.astype(np.float64), size[first] * chance, rate[second], ahead=ahead)
    tight = bits * together / np.maximum(size[first], size[second])
    for at in np.flatnonzero(bits > floor):
        yield Seed(
            int(first[at]), int(second[at]), kind, float(tight[at]), float(floor), int(together[at]), float(bits[at])
        )
    trace.uncounted(SuppressionRule.SEED_BY_CHANCE, int(np.count_nonzero(bits <= floor)))
    below = np.flatnonzero((bits > 0) & (bits <= floor))
    for at in below[np.argsort(-bits[below], kind="stable")][:KEPT_SEEDS]:
        trace.below((int(first[at]), int(second[at])), together=together[at], bits=bits[at], bar=floor)


def link_chance(database: SequenceDatabase) -> float:
    """The chance that two near rows share a value although nothing ties them: measured far apart, at least one in a thousand."""
    # a multiple of 64 keeps the draws the same when a few rows are added
    rows = database.own_free
    rows = rows[: len(rows) // 64 * 64]
    if len(rows) < FEWEST_FOR_LINKS:
        return UNKNOWN_LINK_CHANCE
    rng = np.random.default_rng(LINK_SEED)
    pairs = rng.integers(0, len(rows), size=(LINK_PAIRS, 2))
    hits = sum(bool(shares_value(x, y, database.value_start, database.values)) for x, y in rows[pairs].tolist())
    return float(min(MOST_LINK_CHANCE, max(LEAST_LINK_CHANCE, (hits + 1) / len(pairs))))


def seeds(database: SequenceDatabase, search: Search, *, chance: float, trace: Recorder) -> list[Seed]:
    """All seeds among the unclaimed rows, the tightest first."""
    seedable = database.size() >= 2
    own, held = database.own_arrays, database.held_arrays()
    found: list[Seed] = []
    for kind, arrays in ((SeedKind.NEAR, own), (SeedKind.CASE, held)):
        keys = kernel.pair_keys(arrays, seedable, FORM, LEVELS - 1, search.near)
        found += _scored(database, keys, arrays, kind, chance=1.0, ahead=search.near, trace=trace)
    for level in (FORM, COARSE):
        keys = kernel.linked_pair_keys(own, seedable, level, search.linked_near)
        ahead = search.linked_near
        found += _scored(database, keys, own, SeedKind.LINKED, chance=chance, ahead=ahead, trace=trace)
    return sorted(found, key=lambda s: (-s.score, s.kind.value, s.first, s.second))


def occurrences(database: SequenceDatabase, seed: Seed, search: Search) -> Int32s:
    """Disjoint pairs of unclaimed rows that match the seed."""
    linked = seed.kind is SeedKind.LINKED
    ahead = search.linked_near if linked else search.near
    if seed.kind is SeedKind.CASE:
        return kernel.seed_occurrences(database.held_arrays(), seed.first, seed.second, ahead, linked)
    pairs = kernel.seed_occurrences(database.arrays, seed.first, seed.second, ahead, linked)
    return pairs[pairs[:, 0] < database.own]


def surprise_left(database: SequenceDatabase, seed: Seed, pairs: int, search: Search, *, chance: float) -> float:
    """The surprise, in bits, that a seed found earlier still has among what is unclaimed now; `pairs` are its occurrences there."""
    linked = seed.kind is SeedKind.LINKED
    ahead = search.linked_near if linked else search.near
    if pairs < 2:
        return 0.0
    if seed.kind is SeedKind.CASE:
        arrays = database.held_arrays()
        first, second = np.diff(arrays.begin)[[seed.first, seed.second]]
        size = len(arrays.free)
    else:
        first, second = len(database.own_ranks(seed.first)), len(database.own_ranks(seed.second))
        size = len(database.own_free)
    bits = surprise(
        np.array([float(pairs)]),
        np.array([first * (chance if linked else 1.0)]),
        np.array([second / max(1, size)]),
        ahead=ahead,
    )
    return float(bits[0])
