"""Sessions -> a sparse matrix of counts: the pattern miner as a scikit-learn transformer.

Loads scikit-learn; `fivetimes.sequential_patterns.SequenceMiner` does so when it is asked for.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from fivetimes.columns import PatternSet
from fivetimes.config import Mining
from fivetimes.sequential_patterns.database import Count, Keep, Sessions, traces_of
from fivetimes.sequential_patterns.mining import EngineName, mine
from fivetimes.sequential_patterns.occurrences import occurrence_starts, sessions_of

_DEFAULTS = Mining()


class SequenceMiner(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Learns frequent sequences from sessions, and counts them in sessions.

    The parameters are those of `fivetimes.sequential_patterns.mine`. What `transform` counts are disjoint occurrences,
    whatever `count` is for the support; a column of the sessions that were fitted adds up to the support by occurrences.

    Attributes:
        patterns_: the PatternSet found.

    Example:
        >>> miner = SequenceMiner(support=2, min_length=2, keep="maximal")
        >>> counts = miner.fit_transform([["build", "test", "push"], ["build", "test", "push"], ["test"]])
        >>> counts.toarray().tolist(), miner.get_feature_names_out().tolist()
        ([[1], [1], [0]], ['build → test → push'])
    """

    def __init__(  # noqa: PLR0913, PLR0917 - scikit-learn wants every parameter named here
        self,
        support: int = _DEFAULTS.support,
        max_gap: int | None = _DEFAULTS.max_gap,
        min_length: int = _DEFAULTS.min_length,
        max_length: int = _DEFAULTS.max_length,
        count: Count = "occurrences",
        keep: Keep = "all",
        engine: EngineName = "auto",
        top: int | None = None,
        limit: int = _DEFAULTS.limit,
    ) -> None:
        self.support = support
        self.max_gap = max_gap
        self.min_length = min_length
        self.max_length = max_length
        self.count = count
        self.keep = keep
        self.engine = engine
        self.top = top
        self.limit = limit

    patterns_: PatternSet

    def fit(self, X: Sessions, y: object = None) -> Self:  # noqa: ARG002 - every transformer has it
        """Find the patterns of some sessions; `y` is not looked at."""
        self.patterns_ = mine(X, **self.get_params(deep=False))
        return self

    def transform(self, X: Sessions) -> csr_matrix:
        """How often each pattern occurs in each session: one row per session, one column per pattern."""
        check_is_fitted(self)
        traces = traces_of(X)
        session = sessions_of(traces)
        # one column pair of zero length, so that no pattern at all is a matrix too
        found = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
        found.extend(occurrence_starts(self.patterns_, traces, max_gap=self.max_gap, rows=_DEFAULTS.rows_at_once))
        column = np.concatenate([pattern for pattern, _ in found])
        row = session[np.concatenate([position for _, position in found])]
        ones = np.ones(len(row), dtype=np.int64)
        return csr_matrix((ones, (row, column)), shape=(len(traces), len(self.patterns_)))

    def get_feature_names_out(
        self,
        input_features: object = None,  # noqa: ARG002 - every transformer has it
    ) -> npt.NDArray[np.object_]:
        """What the columns are called; `input_features` is not looked at, as sessions have none."""
        check_is_fitted(self)
        return np.array([" → ".join(map(str, p.tokens)) for p in self.patterns_.records()], dtype=object)

    def __sklearn_tags__(self) -> Tags:
        """Sessions are lists of tokens, not rows of numbers."""
        tags: Any = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        return tags
