"""Coded -> Tree, depth first by compiled code: what large jobs are for. Loads numba when it is called."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

import numpy as np

from fivetimes.config import Mining
from fivetimes.model import Bools, Int32s
from fivetimes.sequential_patterns.coding import Coded, Task
from fivetimes.sequential_patterns.guard import too_many
from fivetimes.sequential_patterns.tree import Tree, grown

_DEFAULTS = Mining()
T = TypeVar("T")
_WAIT = 1.0  # seconds; a wait without an end cannot be interrupted on every system


def search(coded: Coded, task: Task) -> Tree:
    """All frequent sequences.

    Raises:
        MiningError: there are more than the task's limit.
    """
    parent, item, support, share = nodes(coded, task)
    if share < 1:
        raise too_many(task, found=len(parent) - 1, share=share)
    return grown(parent, item, support)


def nodes(coded: Coded, task: Task, *, roots: Int32s | None = None) -> tuple[Int32s, Int32s, Int32s, float]:
    """The frequent sequences, or those that begin with one of `roots`, as nodes in no order: parent, item, support.

    The last number is the part of the search that was done; below 1 there are more than the task's limit.
    """
    stop = np.zeros(1, dtype=np.bool_)
    return interruptible(lambda: grow(coded, task, roots, stop), stop)


def grow(coded: Coded, task: Task, roots: Int32s | None, stop: Bools) -> tuple[Int32s, Int32s, Int32s, float]:
    from fivetimes.kernels import mining as kernel

    first, slots = kernel.positions(coded.items, len(coded.labels))
    if task.max_gap is None:
        mask = kernel.all_pairs(coded.last)
    else:
        mask = kernel.frequent_pairs(
            coded.items, coded.last, coded.unit, first, slots, coded.span, task.support, task.by_session
        )
    return kernel.grow(
        coded.items,
        coded.last,
        coded.unit,
        mask,
        first,
        slots,
        _shuffled(len(coded.labels)) if roots is None else roots,
        coded.span,
        task.support,
        task.max_length,
        task.by_session,
        task.first_only,
        task.limit,
        max(1, int(task.limit * _DEFAULTS.early)),
        _DEFAULTS.hopeless,
        stop,
    )


def _shuffled(alphabet: int) -> Int32s:
    """First items in no order of theirs, the same every time: so the part done tells what the whole will be."""
    return np.random.default_rng(alphabet).permutation(alphabet).astype(np.int32)


def interruptible(work: Callable[[], T], stop: Bools) -> T:
    """Do the work in a thread and wait for it: compiled code hears no Ctrl-C, the one who waits does."""
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        future = pool.submit(work)
        while True:
            with suppress(TimeoutError):
                return future.result(timeout=_WAIT)
    finally:
        stop[0] = True
        pool.shutdown(wait=False)
