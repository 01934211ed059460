"""CodedDatabase or a Parquet table -> PrefixTree or PatternSet, searched by the workers of a Spark session.

Needs the extra `fivetimes[spark]` and Java. Two ways, both count exactly what the other engines count:

* every worker gets the whole coded database and a share of the first items (`spark_search`);
* a Parquet table that is too large for that is mined by pivots (`mine_parquet`): every worker gets the surroundings of some
  items. The table has the columns case, time and activity, as a DataFrame for `mine` has. It is sorted, coded and cut into traces
  by the workers; the driver sees the labels and the patterns, and the coded events only while they are few.

The pivot of a pattern is its rarest item. All occurrences of a pattern lie near its pivot, so whoever has the surroundings of one
pivot, rarer items blanked, counts the patterns of that pivot exactly: an occurrence lies in one window as a whole, and two windows
share none. This balances the work too: the surroundings of a common item hold only the few items that are more common still.

The session that is active is used, a cluster's as well, and under `spark-submit` the one that it names; without any, a
local one is started that listens on the loopback address alone. What is started here is stopped at the end.

Source:
    Miliaraki et al., Mind the gap: large-scale frequent sequence mining (MG-FSM), SIGMOD 2013, for pivots.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from fivetimes.columns import Bools, Int32s, Ints, PatternSet, Token
from fivetimes.config import Mining
from fivetimes.errors import MiningError
from fivetimes.sequential_patterns.database import (
    COLUMNS,
    CodedDatabase,
    Task,
    sorted_labels,
    span_of,
    stretch_ends,
    too_many,
)
from fivetimes.sequential_patterns.engines import Nodes, frequent_nodes
from fivetimes.sequential_patterns.tree import PrefixTree, listed, spelled, tree_of_nodes, tree_of_sequences

if TYPE_CHECKING:
    from pyspark import RDD
    from pyspark.sql import DataFrame, SparkSession

    CodedTraces: TypeAlias = RDD[Int32s]

Windows = tuple[int, Sequence[Int32s]]  # a session, and the stretches of it that lie around a pivot

_PARTS = 4  # shares of the work per core, so that nobody waits long for the slowest
_SUBMITTED = "PYSPARK_GATEWAY_PORT"  # set in the environment of what `spark-submit` runs
_LOCAL = {
    "spark.master": "local[*]",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


@contextmanager
def session() -> Iterator[SparkSession]:
    """The active Spark session, that of `spark-submit`, or a local one for as long as it is needed.

    Raises:
        MiningError: PySpark is not installed, or finds no Java.
    """
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError:
        raise MiningError("the engine spark needs PySpark. Install it: pip install 'fivetimes[spark]'") from None
    active = SparkSession.getActiveSession()
    if active is not None:
        yield active
        return
    builder = SparkSession.builder.appName("fivetimes")
    for name, value in ({} if _SUBMITTED in os.environ else _LOCAL).items():
        builder = builder.config(name, value)
    # only this variable decides which Python the workers run; it must be one that has fivetimes
    try:
        with _set("PYSPARK_PYTHON", sys.executable):
            own = builder.getOrCreate()
    except PySparkRuntimeError as error:
        raise MiningError(f"Spark does not start ({error}). Install Java 17 or newer, or set JAVA_HOME.") from error
    try:
        yield own
    finally:
        own.stop()


@contextmanager
def _set(name: str, value: str) -> Iterator[None]:
    """An environment variable set for a while, unless the user has set it."""
    if name in os.environ:
        yield
        return
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]


def spark_search(coded: CodedDatabase, task: Task) -> PrefixTree:
    """All frequent sequences, by a Spark session.

    Raises:
        MiningError: PySpark is not installed, or there are more patterns than the task's limit.
    """
    with session() as spark:
        return _by_first_items(spark, coded, task)


def _by_first_items(spark: SparkSession, coded: CodedDatabase, task: Task) -> PrefixTree:
    """All frequent sequences: the database to every worker, the first items dealt out.

    Raises:
        MiningError: there are more patterns than the task's limit.
    """
    context = spark.sparkContext
    everywhere = context.broadcast((coded, task))
    parts = _dealt_roots(coded, context.defaultParallelism * _PARTS)
    found = context.parallelize(parts, max(1, len(parts))).map(
        lambda roots: frequent_nodes(*everywhere.value, roots=roots)
    )
    return _joined(found.collect(), task)


def _dealt_roots(coded: CodedDatabase, parts: int) -> list[Int32s]:
    """First items dealt out by falling frequency, so that each part has common and rare ones."""
    counts = np.bincount(coded.items[coded.items >= 0], minlength=len(coded.labels))
    order = np.argsort(-counts, kind="stable").astype(np.int32)
    return [order[part::parts] for part in range(min(parts, len(order)))]


def _joined(parts: Sequence[Nodes], task: Task) -> PrefixTree:
    """The trees of different first items as one; they share the empty sequence alone."""
    found = sum(len(part.parent) - 1 for part in parts)
    share = sum(part.share for part in parts) / len(parts) if parts else 1.0
    if share < 1 or found > task.limit:
        raise too_many(task, found=found, share=share)
    before = np.cumsum([0, *(len(part.parent) - 1 for part in parts)])
    above = [part.parent[1:] for part in parts]
    parents = [np.where(nodes > 0, nodes + n, 0) for n, nodes in zip(before.tolist(), above, strict=False)]
    none = np.zeros(1, dtype=np.int64)
    return tree_of_nodes(
        np.concatenate([none, *parents]),
        np.concatenate([none - 1, *(part.item[1:] for part in parts)]),
        np.concatenate([none, *(part.support[1:] for part in parts)]),
    )


# ---- pivots


@dataclass(frozen=True, slots=True)
class PivotPatterns:
    """The frequent patterns of one pivot.

    Attributes:
        items: ids, pattern after pattern.
        start: where each pattern begins in `items`; one more entry than patterns.
        support: (patterns,) how often each is seen.
        share: the part of the search that was done.
    """

    items: Int32s
    start: Ints
    support: Ints
    share: float = 1.0


def frequency_ranks(counts: Ints) -> Ints:
    """For each item how many are more common, equals in their order.

    Example:
        >>> frequency_ranks(np.array([5, 9, 5])).tolist()
        [1, 0, 2]
    """
    rank = np.empty(len(counts), dtype=np.int64)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return rank


def pivot_windows(trace: Int32s, rank: Ints, task: Task) -> Iterator[tuple[int, Sequence[Int32s]]]:
    """Yield (pivot, stretches of the trace around it, rarer items blanked), for each item of the trace.

    Example:
        >>> task = Task(5, 0, 1, 2, "occurrences", "all", 100)
        >>> trace = np.array([0, 1, 0, 0, 0, 2, 1], dtype=np.int32)
        >>> for pivot, stretches in pivot_windows(trace, np.array([0, 1, 2]), task):
        ...     print(pivot, [stretch.tolist() for stretch in stretches])
        0 [[0, -1, 0, 0, 0]]
        1 [[0, 1, 0], [1]]
        2 [[0, 2, 1]]
    """
    ranked = np.append(rank, len(rank))[trace]  # a blank, -1, has the last rank of all
    for pivot in np.unique(trace[trace >= 0]).tolist():
        common = np.where(ranked <= rank[pivot], trace, -1)
        if task.max_gap is None:
            yield pivot, [common[common >= 0]]
        else:
            reach = (task.max_length - 1) * (task.max_gap + 1)
            yield pivot, [_trimmed(common[low:high]) for low, high in _around(common == pivot, reach)]


def _around(here: Bools, reach: int) -> Iterator[tuple[int, int]]:
    """The stretches within reach of a flag; those that meet are one."""
    position = np.flatnonzero(here)
    first = np.diff(position, prepend=-(2 * reach + 2)) > 2 * reach + 1
    last = np.append(first[1:], True)
    low, high = np.maximum(position[first] - reach, 0), np.minimum(position[last] + reach + 1, len(here))
    return zip(low.tolist(), high.tolist(), strict=True)


def _trimmed(stretch: Int32s) -> Int32s:
    """Without the blanks at both ends."""
    known = np.flatnonzero(stretch >= 0)
    return stretch[known[0] : known[-1] + 1]


def mine_pivot(pivot: int, around: Iterable[Windows], task: Task) -> PivotPatterns:
    """The frequent patterns of which the pivot is the rarest item; a share below 1 says that the limit was met."""
    sessions = sorted(around, key=lambda session: session[0])
    stretches = [stretch for _, session in sessions for stretch in session]
    unit = np.repeat(np.arange(len(sessions), dtype=np.int32), [sum(map(len, session)) for _, session in sessions])
    stretch = np.repeat(np.arange(len(stretches), dtype=np.int32), list(map(len, stretches)))
    blank = np.full(1, -1, dtype=np.int32)
    known, items = np.unique(np.concatenate([blank, *stretches]), return_inverse=True)
    numbers, labels = (items[1:] - 1).astype(np.int32), tuple(known[1:].tolist())
    coded = CodedDatabase(numbers, stretch_ends(stretch), unit, labels, span_of(task.max_gap, len(stretch)))
    found = frequent_nodes(coded, task)
    tree = tree_of_nodes(found.parent, found.item, found.support)
    nodes = np.flatnonzero(_holding(tree, labels.index(pivot)))
    spelling, start = spelled(tree, nodes)
    return PivotPatterns(known[spelling + 1].astype(np.int32), start, tree.support[nodes], found.share)


def _holding(tree: PrefixTree, item: int) -> Bools:
    """Which sequences hold the item."""
    held: Bools = tree.item == item
    for low, high in zip(tree.level[1:], tree.level[2:], strict=False):
        held[low:high] |= held[tree.parent[low:high]]
    return held


def joined_pivots(parts: Sequence[PivotPatterns], task: Task) -> PrefixTree:
    """The patterns of all pivots as one tree; the prefix of a frequent pattern is in it as well, from its own pivot.

    Raises:
        MiningError: there are more than the task's limit.
    """
    found = sum(len(part.support) for part in parts)
    share = min((part.share for part in parts), default=1.0)
    if share < 1 or found > task.limit:
        raise too_many(task, found=found, share=share)
    none = np.zeros(0, dtype=np.int64)
    lengths = np.concatenate([none, *(np.diff(part.start) for part in parts)])
    items = np.concatenate([none, *(part.items for part in parts)]).astype(np.int32)
    tree, node = tree_of_sequences(items, np.concatenate(([0], np.cumsum(lengths))))
    tree.support[node] = np.concatenate([none, *(part.support for part in parts)])
    return tree


# ---- a Parquet table


def mine_parquet(
    path: Path | str,
    task: Task,
    *,
    top: int | None = None,
    score: bool = False,
    windows_from: int = Mining().windows_from,
) -> PatternSet:
    """What `mine` finds in the same table, in the same order.

    Args:
        path: a Parquet file or folder, as Spark finds it (a cluster's paths as well).
        task: what to look for.
        top: keep so many, the most surprising ones.
        score: whether to add the column `surprise`.
        windows_from: events; from here on the workers get windows around pivots instead of the whole database.

    Raises:
        MiningError: PySpark or a column is missing, or there are more patterns than the task's limit.
    """
    with session() as spark:
        events = _events(spark, str(path))
        labels, counts = _labels(events, task)
        traces = _traces(spark, events, labels, task).cache()
        size, sessions = traces.map(lambda trace: (len(trace), int(len(trace) > 0))).fold((0, 0), _added)
        if size < windows_from:
            tree = _by_first_items(spark, _gathered(traces, labels, task), task)
        else:
            tree = _by_pivots(spark, traces, counts, task)
        window = min(span_of(task.max_gap, size), max(1.0, size / max(1, sessions)))
        return listed(tree, labels, task, windows=size / window, top=top, score=score)


def _added(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


def _events(spark: SparkSession, path: str) -> DataFrame:
    from pyspark.sql import functions as f

    table = spark.read.parquet(path)
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise MiningError(f"{path}: no column {', '.join(missing)}. Rename its columns to {', '.join(COLUMNS)}.")
    numbered = table.select(*COLUMNS, f.monotonically_increasing_id().alias("row"))
    return numbered.dropna(subset=["case", "activity"])


def _labels(events: DataFrame, task: Task) -> tuple[tuple[Token, ...], Ints]:
    """The labels that are frequent, in order, and how many events each has."""
    often = events.groupBy("activity").count().where(f"count >= {task.support}").collect()
    counts: dict[Token, int] = {row["activity"]: row["count"] for row in often}
    labels = sorted_labels(counts)
    return tuple(labels), np.array([counts[label] for label in labels], dtype=np.int64)


def _traces(spark: SparkSession, events: DataFrame, labels: tuple[Token, ...], task: Task) -> CodedTraces:
    """The coded events of each case in order of time, those without a time last, equals as they stand in the file."""
    from pyspark.sql import functions as f

    step = f.struct(f.col("time").isNull(), "time", "row", "activity")
    cases = events.groupBy("case").agg(f.sort_array(f.collect_list(step)).alias("steps"))
    number = spark.sparkContext.broadcast({label: index for index, label in enumerate(labels)})
    dense = task.max_gap is None

    def coded(row: Any) -> Int32s:
        codes = np.array([number.value.get(token, -1) for token in row[0]], dtype=np.int32)
        return codes[codes >= 0] if dense else codes

    return cases.select("steps.activity").rdd.map(coded)


def _gathered(traces: CodedTraces, labels: tuple[Token, ...], task: Task) -> CodedDatabase:
    def packed(some: Iterable[Int32s]) -> Iterator[tuple[Int32s, Int32s]]:
        each = list(some)
        none = np.zeros(0, dtype=np.int32)
        yield np.concatenate([none, *each]), np.array([len(trace) for trace in each], dtype=np.int32)

    parts = traces.mapPartitions(packed).collect()
    none = np.zeros(0, dtype=np.int32)
    items = np.concatenate([none, *(part for part, _ in parts)])
    lengths = np.concatenate([none, *(part for _, part in parts)])
    unit = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    return CodedDatabase(items, stretch_ends(unit), unit, labels, span_of(task.max_gap, len(items)))


def _by_pivots(spark: SparkSession, traces: CodedTraces, counts: Ints, task: Task) -> PrefixTree:
    rank = spark.sparkContext.broadcast(frequency_ranks(counts))

    def around(numbered: tuple[Int32s, int]) -> Iterator[tuple[int, Windows]]:
        trace, number = numbered
        for pivot, stretches in pivot_windows(trace, rank.value, task):
            yield pivot, (number, stretches)

    windows = traces.zipWithUniqueId().flatMap(around)
    found = windows.groupByKey().map(lambda pivot: mine_pivot(pivot[0], pivot[1], task))
    return joined_pivots(found.collect(), task)
