"""Weighted pairs of two ordered sequences -> the heaviest of them that do not cross."""

from __future__ import annotations

import numpy as np

from fivetimes.columns import Floats, Int32s, Ints
from fivetimes.kernels.webassembly import loops, typed


def heaviest_chain(second: Int32s, weight: Floats) -> Ints:
    """The pairs of the heaviest chain in which `first` rises and `second` does not fall, in order.

    In O(n log n), by a Fenwick tree of the heaviest chain up to each position.

    Args:
        second: (pairs,) int32 positions in the other sequence, from 0, in order of `first`, and falling where that is equal; no
            pair stands there twice.
        weight: (pairs,) float64, what each pair is worth, above 0.

    Returns:
        (chain,) int64, indices of pairs.

    Source:
        Fredman, On computing the length of longest increasing subsequences, Discrete Mathematics 1975, with weights; Fenwick 1994.
    """
    width = int(second.max(initial=0)) + 2
    (chain,) = loops().call(
        "heaviest_chain", (np.int64,), typed(second, np.int32), typed(weight, np.float64), len(second), width
    )
    return chain
