"""SessionLog -> PatternSet: sequences of tokens and how often they occur."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fivetimes.sequential_patterns.coding import Task, traces_of
from fivetimes.sequential_patterns.mining import ENGINES, mine, search
from fivetimes.sequential_patterns.occurrences import support
from fivetimes.sequential_patterns.prefixspan import classic

if TYPE_CHECKING:
    from fivetimes.sequential_patterns.estimator import SequenceMiner
    from fivetimes.sequential_patterns.parquet import mine_parquet

__all__ = ["ENGINES", "SequenceMiner", "Task", "classic", "mine", "mine_parquet", "search", "support", "traces_of"]


def __getattr__(name: str) -> object:
    """Load what needs scikit-learn or Spark only when it is asked for."""
    if name == "mine_parquet":
        from fivetimes.sequential_patterns.parquet import mine_parquet

        return mine_parquet
    if name == "SequenceMiner":
        from fivetimes.sequential_patterns.estimator import SequenceMiner

        return SequenceMiner
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
