"""Counts -> chances: the tails of two distributions, false discovery control, and shares of few observations.

By themselves, held against SciPy's in the tests; why not SciPy's: `docs/decisions/0062-statistics-from-scipy.md`.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from itertools import count
from typing import TYPE_CHECKING, cast, overload

if TYPE_CHECKING:
    from fivetimes.columns import Bools, Floats, Ints

    _Counts = Bools | Floats | Ints


def binomial_tail(k: int, n: int, p: float) -> float:
    """The chance of k or more successes in n tries of chance p.

    Example:
        >>> binomial_tail(2, 2, 0.5), binomial_tail(0, 3, 0.1), round(binomial_tail(2000, 4000, 0.5), 3)
        (0.25, 1.0, 0.506)
        >>> binomial_tail(3, 2, 0.5), binomial_tail(1, 2, 0.0), binomial_tail(1, 2, 1.0)
        (0.0, 0.0, 1.0)
    """
    if k <= 0 or p >= 1.0:
        return 1.0
    if k > n or p <= 0.0:
        return 0.0
    odds = p / (1.0 - p)

    def log_chance(hits: int) -> float:
        ways = math.lgamma(n + 1) - math.lgamma(hits + 1) - math.lgamma(n - hits + 1)
        return ways + hits * math.log(p) + (n - hits) * math.log1p(-p)

    if k > n * p:
        return _summed(log_chance(k), ((n - hits) / (hits + 1) * odds for hits in range(k, n)))
    return 1.0 - _summed(log_chance(k - 1), (hits / (n - hits + 1) / odds for hits in range(k - 1, 0, -1)))


def poisson_tail(k: int, mean: float) -> float:
    """The chance of k or more where `mean` are expected.

    Example:
        >>> round(poisson_tail(1, 0.01), 5), poisson_tail(0, 3.0), poisson_tail(2, 0.0)
        (0.00995, 1.0, 0.0)
    """
    if k <= 0:
        return 1.0
    if mean <= 0.0:
        return 0.0

    def log_chance(times: int) -> float:
        return times * math.log(mean) - mean - math.lgamma(times + 1)

    if k > mean:
        return _summed(log_chance(k), (mean / (times + 1) for times in count(k)))
    return 1.0 - _summed(log_chance(k - 1), (times / mean for times in range(k - 1, 0, -1)))


def _summed(log_first: float, ratios: Iterable[float]) -> float:
    """The sum of terms that fall, from the logarithm of the first and the ratio of each to the one before it."""
    term = total = math.exp(log_first)
    for ratio in ratios:
        term *= ratio
        total += term
        if term <= total * sys.float_info.epsilon * (1.0 - ratio):  # all that follow together would not change it
            break
    return min(1.0, total)


def at_least_by_chance(k: int, n: int, k_before: int, n_before: int) -> float:
    """The chance that so many of the later tries, or more, are hits if the hits lay anywhere among all tries.

    Args:
        k, n: later hits and tries.
        k_before, n_before: earlier ones.

    Source: Fisher's exact test, one-sided.

    Example:
        >>> round(at_least_by_chance(5, 5, 0, 10), 5), at_least_by_chance(0, 5, 3, 10)
        (0.00033, 1.0)
    """
    hits, tries = k + k_before, n + n_before
    ways = sum(math.comb(hits, x) * math.comb(tries - hits, n - x) for x in range(k, min(n, hits) + 1))
    return ways / math.comb(tries, n)


def false_discovery(chances: Sequence[float], *, tried: int) -> list[float]:
    """For each chance the expected share of false ones among all that are as small, or smaller.

    Args:
        chances: the probability of each finding under the null hypothesis, 0 to 1.
        tried: how many were looked at in all; those not given count as 1.

    Returns:
        The adjusted values, in the given order, at most 1.

    Source: Benjamini and Hochberg 1995, step-up procedure.

    Example:
        >>> false_discovery([0.01, 0.04, 0.001], tried=3)
        [0.015, 0.04, 0.003]
    """
    out, least, every = [1.0] * len(chances), 1.0, max(tried, len(chances))
    ascending = sorted(range(len(chances)), key=chances.__getitem__)
    for rank, place in reversed(list(enumerate(ascending, 1))):
        out[place] = least = min(least, float(chances[place]) * every / rank)
    return out


@overload
def smoothed(hits: float, seen: float, *, weight: float) -> float: ...
@overload
def smoothed(hits: _Counts, seen: float | _Counts, *, weight: float) -> Floats: ...
def smoothed(hits: float | _Counts, seen: float | _Counts, *, weight: float) -> float | Floats:
    """A share that is never 0 or 1: as if `weight` more had been seen, half of them hits.

    Source: Krichevsky and Trofimov 1981, with weight 1.

    Example:
        >>> smoothed(0, 4, weight=1.0), smoothed(4, 4, weight=1.0), smoothed(0, 0, weight=0.5)
        (0.1, 0.9, 0.5)
    """
    share = (hits + weight / 2) / (seen + weight)
    return float(share) if isinstance(share, float) else cast("Floats", share)
