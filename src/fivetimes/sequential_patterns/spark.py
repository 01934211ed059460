"""Coded -> Tree, searched in parts by the workers of a Spark session.

Needs the extra `fivetimes[spark]` and Java. Everybody gets the whole database and a share of the first items; what is too large
for that is read as Parquet and mined by pivots (`parquet.py`). Both count exactly what the other engines count. The session that
is active is used, a cluster's as well; without one, a local one is started that listens on the loopback address alone and is
stopped at the end.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from fivetimes.config import Mining
from fivetimes.errors import MiningError
from fivetimes.model import Int32s
from fivetimes.sequential_patterns import depth
from fivetimes.sequential_patterns.coding import Coded, Task
from fivetimes.sequential_patterns.guard import too_many
from fivetimes.sequential_patterns.tree import Tree, grown

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_DEFAULTS = Mining()
_PARTS = 4  # per core, so that nobody waits long for the slowest
_LOCAL = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


@contextmanager
def session() -> Iterator[SparkSession]:
    """The active Spark session, or a local one for as long as it is needed.

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
    builder = SparkSession.builder.master("local[*]").appName("fivetimes")
    for name, value in _LOCAL.items():
        builder = builder.config(name, value)
    # only this variable decides which Python the workers are; theirs must know us
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


def search(coded: Coded, task: Task) -> Tree:
    """All frequent sequences, by a Spark session.

    Raises:
        MiningError: PySpark is not installed, or there are more patterns than the task's limit.
    """
    with session() as spark:
        return shared_out(spark, coded, task)


def shared_out(spark: SparkSession, coded: Coded, task: Task) -> Tree:
    """All frequent sequences: the database to everybody, the first items shared out.

    Raises:
        MiningError: there are more patterns than the task's limit.
    """
    context = spark.sparkContext
    everywhere = context.broadcast((coded, task))
    parts = _roots(coded, context.defaultParallelism * _PARTS)
    found = context.parallelize(parts, max(1, len(parts))).map(
        lambda roots: depth.nodes(*everywhere.value, roots=roots)
    )
    return _joined(found.collect(), task)


def _roots(coded: Coded, parts: int) -> list[Int32s]:
    """First items dealt out by falling frequency, so that each part has common and rare ones."""
    counts = np.bincount(coded.items[coded.items >= 0], minlength=len(coded.labels))
    order = np.argsort(-counts, kind="stable").astype(np.int32)
    return [order[part::parts] for part in range(min(parts, len(order)))]


def _joined(parts: Sequence[tuple[Int32s, Int32s, Int32s, float]], task: Task) -> Tree:
    """The trees of different first items as one; they share the empty sequence alone."""
    found = sum(len(parent) - 1 for parent, *_ in parts)
    share = sum(share for *_, share in parts) / len(parts) if parts else 1.0
    if share < 1 or found > task.limit:
        raise too_many(task, found=found, share=share)
    before = np.cumsum([0, *(len(parent) - 1 for parent, *_ in parts)])
    parents = [np.where(p[1:] > 0, p[1:] + n, 0) for n, (p, *_) in zip(before.tolist(), parts, strict=False)]
    none = np.zeros(1, dtype=np.int64)
    return grown(
        np.concatenate([none, *parents]),
        np.concatenate([none - 1, *(item[1:] for _, item, *_ in parts)]),
        np.concatenate([none, *(support[1:] for _, _, support, _ in parts)]),
    )
