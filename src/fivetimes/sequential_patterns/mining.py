"""Sessions -> PatternSet: all frequent sequences of tokens, counted as `occurrences.py` defines them.

Engines look for them in different ways and give the same answer, in the same order:

* `numba`: depth first, compiled; loading it costs some tenths of a second, the very first time some seconds; in the extra `mining`;
* `numpy`: level by level, nothing is compiled;
* `prefixspan`: the PyPI library; no gap limit, counted by sessions, else it refuses;
* `spark`: the same search in parts, on the workers of a Spark session (needs `fivetimes[spark]`);
* `auto`: `numba` where the job is large enough to pay for it, else `numpy`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.util import find_spec
from typing import Literal, Protocol

import numpy as np

from fivetimes.columns import PatternSet, Traces
from fivetimes.config import Mining
from fivetimes.errors import MiningError
from fivetimes.sequential_patterns import engines, spark
from fivetimes.sequential_patterns.database import CodedDatabase, Count, Keep, Sessions, Task, encode, traces_of
from fivetimes.sequential_patterns.occurrences import with_columns
from fivetimes.sequential_patterns.tree import PrefixTree, listed

EngineName = Literal["auto", "numba", "numpy", "prefixspan", "spark"]
DEFAULTS = Mining()


class MiningEngine(Protocol):
    """Finds all frequent sequences of a coded database."""

    def __call__(self, coded: CodedDatabase, task: Task) -> PrefixTree:
        """The sequences as a tree; raises MiningError where the engine cannot do the task, or there are too many."""
        ...


ENGINES: Mapping[str, MiningEngine] = {
    "numba": engines.depth_first,
    "numpy": engines.breadth_first,
    "prefixspan": engines.prefixspan,
    "spark": spark.spark_search,
}


def mine(  # noqa: PLR0913 - each is a question of its own, and all but the first have an answer
    sessions: Sessions,
    *,
    support: int = DEFAULTS.support,
    max_gap: int | None = DEFAULTS.max_gap,
    min_length: int = DEFAULTS.min_length,
    max_length: int = DEFAULTS.max_length,
    count: Count = "occurrences",
    keep: Keep = "all",
    engine: EngineName = "auto",
    columns: Collection[str] = (),
    top: int | None = None,
    limit: int = DEFAULTS.limit,
) -> PatternSet:
    """All sequences of tokens that are seen often enough, the most frequent first, equals in the order of their tokens.

    Closed means that no super-pattern (within the same gap limit) has support at least as high; maximal, that none is frequent.
    When gaps are limited, inserting a middle item may *raise* support (in `a x y b`, at max_gap 1, `a x b` occurs and `a b`
    does not): a closed set then names for every pattern left out one that holds it and is as frequent at least, but the exact
    support of what was left out cannot be read off it. Super-patterns longer than `max_length` are not known.

    Args:
        sessions: traces as lists of tokens (text or whole numbers), a table with the columns case, time, activity (and person),
            a session log, or Traces.
        support: how often a pattern must be seen, at least 1.
        max_gap: foreign actions allowed between neighbours; 0 adjacent, None any number.
        min_length: tokens that a pattern has at least.
        max_length: and at most.
        count: disjoint occurrences, or the sessions that hold one.
        keep: all patterns, the closed, or the maximal ones.
        engine: see the top of this file.
        columns: counted besides for each pattern kept: "sessions", "days", "people"; or "surprise", in bits.
        top: keep so many, those of the highest surprise; `found` of the answer says how many there were.
        limit: patterns; a search that finds more ends early and says what to set.

    Raises:
        MiningError: something cannot be done as asked, or there are more patterns than the limit.

    Example:
        >>> found = mine([["pull", "build", "test"], ["pull", "lint", "build", "test"]], support=2, keep="maximal")
        >>> [(pattern.tokens, pattern.support) for pattern in found.records()]
        [(('pull', 'build', 'test'), 2)]
    """
    task = Task(support, max_gap, min_length, max_length, count, keep, limit)
    return search(traces_of(sessions), task, engine=engine, columns=columns, top=top)


def search(
    traces: Traces,
    task: Task,
    *,
    engine: str = "auto",
    columns: Collection[str] = (),
    top: int | None = None,
) -> PatternSet:
    """What `mine` does, for a task.

    Raises:
        MiningError: something cannot be done as asked, or there are more patterns than the limit.
    """
    coded = encode(traces, task)
    tree = engine_for(engine, coded)(coded, task)
    windows = len(coded.items) / min(coded.span, max(1.0, _mean_length(coded)))
    found = listed(tree, coded.labels, task, windows=windows, top=top, score="surprise" in columns)
    extra = [name for name in dict.fromkeys(columns) if name != "surprise"]
    if not extra:
        return found
    return with_columns(found, traces, columns=extra, max_gap=task.max_gap, rows=DEFAULTS.rows_at_once)


def engine_for(name: str, coded: CodedDatabase) -> MiningEngine:
    """The engine of that name; `auto` is the compiled one where it is installed and the job pays for loading it."""
    if name == "auto":
        # without a limit the window is all that follows in the session
        window = coded.span if coded.span <= len(coded.items) else _mean_length(coded)
        large = len(coded.items) * window >= DEFAULTS.compiled_from
        return ENGINES["numba" if large and find_spec("numba") else "numpy"]
    if name not in ENGINES:
        raise MiningError(f"{name}: no such engine. Known: auto, {', '.join(ENGINES)}.")
    return ENGINES[name]


def _mean_length(coded: CodedDatabase) -> float:
    return len(coded.unit) / max(1, len(np.unique(coded.last)))
