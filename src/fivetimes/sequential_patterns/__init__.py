"""SessionLog -> PatternSet: frequent sequences of tokens. `fivetimes patterns`; `scan` uses it only by `--engine prefixspan`.

In the order in which they act:

* `database`: the task, and the sequence database as engines take it;
* `occurrences`: what support counts, and how prefixes are extended;
* `tree`: frequent sequences as a prefix tree; which are closed, maximal, surprising; what is kept;
* `engines`: three searches on one machine, `spark`: one on the workers of a Spark session;
* `mining`: `mine`, which chooses an engine and lists what it finds;
* `estimator`: the same as a scikit-learn transformer;
* `files`: SPMF files, and the text of `fivetimes patterns`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fivetimes.sequential_patterns.database import Task, traces_of
from fivetimes.sequential_patterns.engines import prefixspan_baseline
from fivetimes.sequential_patterns.files import PatternRequest, as_json, as_text, mine_files
from fivetimes.sequential_patterns.mining import mine, search
from fivetimes.sequential_patterns.spark import mine_parquet

if TYPE_CHECKING:
    from fivetimes.sequential_patterns.estimator import SequenceMiner

__all__ = [
    "PatternRequest",
    "SequenceMiner",
    "Task",
    "as_json",
    "as_text",
    "mine",
    "mine_files",
    "mine_parquet",
    "prefixspan_baseline",
    "search",
    "traces_of",
]


def __getattr__(name: str) -> object:
    """Load scikit-learn only when the transformer is asked for."""
    if name == "SequenceMiner":
        from fivetimes.sequential_patterns.estimator import SequenceMiner

        return SequenceMiner
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
