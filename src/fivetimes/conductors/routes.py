"""Candidate -> alternatives: the other paths through the steps that were really taken."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fivetimes.model import Candidate, Occurrence

_FEW = 2  # a path taken once is no alternative
_MOST = 5


def routes(candidate: Candidate) -> list[dict[str, Any]]:
    """The paths taken besides the commonest, by step id, with the share of the occurrences that took them."""
    paths = Counter(path for path in map(_path, candidate.occurrences) if path)
    ranked = sorted(paths.items(), key=lambda path: (-path[1], path[0]))
    total = max(1, len(candidate.occurrences))
    return [
        {"path": [f"s{step + 1}" for step in path], "share": round(times / total, 2)}
        for path, times in ranked[1 : 1 + _MOST]
        if times >= _FEW
    ]


def _path(occurrence: Occurrence) -> tuple[int, ...]:
    return tuple(dict.fromkeys(moment.step for moment in occurrence.moments if moment.step is not None))
