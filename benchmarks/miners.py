"""One miner, one job -> a line of JSON: seconds of each call, CPU, patterns, the digest of the set. Runs as a process of its own.

    python benchmarks/miners.py '{"miner": "numba", "file": "db.spmf", "support": 5, "max_gap": 1, "min_length": 2,
                                  "max_length": 6, "count": "sessions", "keep": "all", "times": 3}'

Stands alone, since the peers live in an environment without fivetimes. What is timed begins with the sequences in memory and
ends with all patterns in the miner's own form; reading the file, starting a session, and the digest are not timed.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

Job = dict[str, Any]
Row = tuple[tuple[int, ...], int]
Miner = Callable[[list[list[int]], Job], tuple[Callable[[], Any], Callable[[Any], Iterable[Row]]]]


def read(path: str) -> list[list[int]]:
    """The sequences of an SPMF file."""
    with open(path, encoding="ascii") as file:
        return [[int(word) for word in line.split()[:-1:2]] for line in file if line.strip() and line[0] not in "#%@"]


def ours(engine: str) -> Miner:
    """`mine`, with one of its engines."""

    def prepared(db: list[list[int]], job: Job) -> tuple[Callable[[], Any], Callable[[Any], Iterable[Row]]]:
        from fivetimes.sequential_patterns import Task, search, traces_of

        traces = traces_of(db)
        asked = ("support", "max_gap", "min_length", "max_length", "count", "keep")
        task = Task(*(job[name] for name in asked), limit=50_000_000)
        return (
            lambda: search(traces, task, engine=engine),
            lambda found: ((pattern.tokens, pattern.support) for pattern in found.records()),
        )

    return prepared


def prefixspan(db: list[list[int]], job: Job) -> tuple[Callable[[], Any], Callable[[Any], Iterable[Row]]]:
    """PrefixSpan of PyPI, in Python."""
    from prefixspan import PrefixSpan

    search = PrefixSpan(db)
    search.minlen, search.maxlen = job["min_length"], job["max_length"]
    return (
        lambda: list(search.frequent(job["support"], closed=job["keep"] == "closed")),
        lambda found: ((tuple(tokens), count) for count, tokens in found),
    )


def seq2pat(db: list[list[int]], job: Job) -> tuple[Callable[[], Any], Callable[[Any], Iterable[Row]]]:
    """Seq2Pat of PyPI, in C++; it limits the gap by an attribute that says where each item stands.

    It knows no longest pattern. Its span is set to what the longest pattern asked for may take, so it does no needless work.
    """
    from sequential.seq2pat import Attribute, Seq2Pat

    db = [session for session in db if session]

    def search() -> Any:
        span = (job["max_length"] - 1) * (job["max_gap"] + 1) + 1
        miner = Seq2Pat(sequences=db, max_span=span)
        place = Attribute(values=[list(range(len(session))) for session in db])
        miner.add_constraint(1 <= place.gap() <= job["max_gap"] + 1)
        return miner.get_patterns(min_frequency=job["support"])

    # the shortest it knows has two items; longer ones than asked for are left out here, untimed
    return search, lambda found: ((tuple(row[:-1]), row[-1]) for row in found if len(row) - 1 <= job["max_length"])


def pyspark(db: list[list[int]], job: Job) -> tuple[Callable[[], Any], Callable[[Any], Iterable[Row]]]:
    """PrefixSpan of Spark's MLlib, on this machine's cores; the session is started before the clock."""
    from pyspark.ml.fpm import PrefixSpan
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[*]").config("spark.ui.enabled", "false")
    for name in ("spark.driver.host", "spark.driver.bindAddress"):
        builder = builder.config(name, "127.0.0.1")
    session = builder.config("spark.driver.memory", "4g").config("spark.ui.showConsoleProgress", "false").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    rows = session.createDataFrame(
        [([[item] for item in trace],) for trace in db], "sequence array<array<int>>"
    ).cache()
    rows.count()
    miner = PrefixSpan(
        minSupport=(job["support"] - 0.5) / len(db),
        maxPatternLength=job["max_length"],
        maxLocalProjDBSize=1_000_000_000,
    )
    return (
        lambda: miner.findFrequentSequentialPatterns(rows).collect(),
        lambda found: ((tuple(item for items in row.sequence for item in items), row.freq) for row in found),
    )


def end_java() -> None:
    """End Spark's Java and wait for it, so that what it used counts as ours."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()


MINERS: dict[str, Miner] = {
    "numba": ours("numba"),
    "numpy": ours("numpy"),
    "prefixspan": prefixspan,
    "seq2pat": seq2pat,
    "pyspark": pyspark,
}


def digest(rows: Iterable[Row], *, least: int) -> tuple[str, int, int]:
    """A digest of {pattern: support}, how many patterns, and the sum of their supports."""
    lines = sorted(f"{' '.join(map(str, tokens))}:{count}" for tokens, count in rows if len(tokens) >= least)
    total = sum(int(line.rpartition(":")[2]) for line in lines)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16], len(lines), total


def used() -> float:
    """CPU seconds of this process and of its children that have ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def main() -> None:
    """Do the job in the first argument."""
    job: Job = json.loads(sys.argv[1])
    run, rows = MINERS[job["miner"]](read(job["file"]), job)
    walls, cpus = [], []
    found: Any = None
    for _ in range(job["times"]):
        wall, cpu = time.perf_counter(), used()
        found = run()
        walls.append(time.perf_counter() - wall)
        cpus.append(used() - cpu)
        # said at once, so that what was done counts when the time is over
        print(json.dumps({"walls": walls, "cpus": cpus}), flush=True)
    name, patterns, occurrences = digest(rows(found), least=job["min_length"])
    print(json.dumps({"walls": walls, "cpus": cpus, "digest": name, "patterns": patterns, "occurrences": occurrences}))
    if job["miner"] == "pyspark":
        end_java()


if __name__ == "__main__":
    main()
