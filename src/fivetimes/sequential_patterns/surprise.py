"""Tree -> bits of surprise: how much more often a sequence is seen than its own parts explain."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from fivetimes.model import Floats, Ints
from fivetimes.sequential_patterns.tree import Tree, suffixes


def surprise(tree: Tree, *, places: float) -> Floats:
    """Bits of surprise per node, 0 where chance explains the count.

    A sequence is cut in two at every place. If its parts fell independently, the second would follow the first about
    support x support / places times; the cut that expects most counts. The surprise is the Poisson bound of seeing so many
    (Chernoff): n log2(n / expected) - (n - expected) / ln 2. A lone item is no surprise.

    Args:
        tree: the frequent sequences.
        places: how many independent places there are for something to follow: events divided by the window.

    Example:
        >>> from fivetimes.sequential_patterns.tree import grown
        >>> tree = grown([0, 0, 0, 1], [-1, 0, 1, 1], [0, 10, 10, 10])
        >>> surprise(tree, places=100.0).round(1).tolist()
        [0.0, 0.0, 0.0, 20.2]
    """
    without = suffixes(tree)
    bits = np.zeros(len(tree))
    for length, (low, high) in enumerate(pairwise(tree.level[2:]), start=2):
        expected = _expected(tree, without, low, high, length) / places
        seen = tree.support[low:high]
        gain = seen * np.log2(seen / expected) - (seen - expected) / np.log(2)
        bits[low:high] = np.where(seen > expected, gain, 0.0)
    return bits


def _expected(tree: Tree, without: Ints, low: int, high: int, length: int) -> Floats:
    """The largest product of the supports of two parts."""
    heads = [np.arange(low, high)]
    tails = [np.arange(low, high)]
    for _ in range(length - 1):
        heads.append(tree.parent[heads[-1]])
        tails.append(without[tails[-1]])
    products = [
        tree.support[heads[length - cut]].astype(np.float64) * tree.support[tails[cut]] for cut in range(1, length)
    ]
    largest: Floats = np.maximum.reduce(products)
    return largest
