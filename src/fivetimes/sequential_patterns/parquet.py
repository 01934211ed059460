"""A Parquet table of events -> PatternSet, read and mined by a Spark session; see `spark.py`.

The table has the columns case, time and activity, as a DataFrame for `mine` has. It is sorted, coded and cut into traces by the
workers; the driver sees the labels and the patterns, and the coded events only while they are few.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from fivetimes.config import Mining
from fivetimes.errors import MiningError
from fivetimes.model import Int32s, Ints, PatternSet, Token
from fivetimes.sequential_patterns import pivots
from fivetimes.sequential_patterns.coding import COLUMNS, Coded, Task, ends, in_order
from fivetimes.sequential_patterns.mining import listed
from fivetimes.sequential_patterns.spark import session, shared_out
from fivetimes.sequential_patterns.tree import Tree

if TYPE_CHECKING:
    from pyspark import RDD
    from pyspark.sql import DataFrame, SparkSession

    Lists: TypeAlias = RDD[Int32s]


def mine_parquet(
    path: Path | str,
    task: Task,
    *,
    top: int | None = None,
    score: bool = False,
    windows_from: int = Mining().windows_from,
) -> PatternSet:
    """What `mine` says of the same table, in the same order.

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
            tree = shared_out(spark, _gathered(traces, labels, task), task)
        else:
            tree = _by_pivots(spark, traces, counts, task)
        window = min(size + 1 if task.max_gap is None else task.max_gap + 1, max(1.0, size / max(1, sessions)))
        return listed(tree, labels, task, places=size / window, top=top, score=score)


def _added(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


def _events(spark: SparkSession, path: str) -> DataFrame:
    from pyspark.sql import functions as f

    table = spark.read.parquet(path)
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise MiningError(f"{path}: no column {', '.join(missing)}. Rename its columns to {', '.join(COLUMNS)}.")
    numbered = table.select(*COLUMNS, f.monotonically_increasing_id().alias("place"))
    return numbered.dropna(subset=["case", "activity"])


def _labels(events: DataFrame, task: Task) -> tuple[tuple[Token, ...], Ints]:
    """The labels that are frequent, in order, and how many events each has."""
    often = events.groupBy("activity").count().where(f"count >= {task.support}").collect()
    counts: dict[Token, int] = {row["activity"]: row["count"] for row in often}
    labels = in_order(counts)
    return tuple(labels), np.array([counts[label] for label in labels], dtype=np.int64)


def _traces(spark: SparkSession, events: DataFrame, labels: tuple[Token, ...], task: Task) -> Lists:
    """The coded events of each case in order of time, those without a time last, equals as they stand in the file."""
    from pyspark.sql import functions as f

    step = f.struct(f.col("time").isNull(), "time", "place", "activity")
    cases = events.groupBy("case").agg(f.sort_array(f.collect_list(step)).alias("steps"))
    number = spark.sparkContext.broadcast({label: place for place, label in enumerate(labels)})
    dense = task.max_gap is None

    def coded(row: Any) -> Int32s:
        codes = np.array([number.value.get(token, -1) for token in row[0]], dtype=np.int32)
        return codes[codes >= 0] if dense else codes

    return cases.select("steps.activity").rdd.map(coded)


def _gathered(traces: Lists, labels: tuple[Token, ...], task: Task) -> Coded:
    def packed(some: Iterable[Int32s]) -> Iterator[tuple[Int32s, Int32s]]:
        each = list(some)
        none = np.zeros(0, dtype=np.int32)
        yield np.concatenate([none, *each]), np.array([len(trace) for trace in each], dtype=np.int32)

    parts = traces.mapPartitions(packed).collect()
    none = np.zeros(0, dtype=np.int32)
    items = np.concatenate([none, *(part for part, _ in parts)])
    lengths = np.concatenate([none, *(part for _, part in parts)])
    unit = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    return Coded(items, ends(unit), unit, labels, len(items) + 1 if task.max_gap is None else task.max_gap + 1)


def _by_pivots(spark: SparkSession, traces: Lists, counts: Ints, task: Task) -> Tree:
    rank = spark.sparkContext.broadcast(pivots.ranks(counts))

    def around(numbered: tuple[Int32s, int]) -> Iterator[tuple[int, pivots.Windows]]:
        trace, number = numbered
        for pivot, stretches in pivots.windows(trace, rank.value, task):
            yield pivot, (number, stretches)

    windows = traces.zipWithUniqueId().flatMap(around)
    found = windows.groupByKey().map(lambda pivot: pivots.mine_pivot(pivot[0], pivot[1], task))
    return pivots.together(found.collect(), task)
