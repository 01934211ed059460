"""Found -> Step: the probabilistic profile said in a person's words: always, optional, either/or, repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fivetimes.model import COARSE, LEVELS, ActionLog, Effect, Kind, Step
from fivetimes.routines.folding import folded
from fivetimes.routines.search import Found
from fivetimes.routines.stream import Stream

_FEW = 2  # a way is done at least so often: once may be a slip


@dataclass(frozen=True, slots=True)
class FoldedStep:
    """A step with its rows: `rows[m]` are the rows of match m, in order, empty where the step was left out."""

    step: Step
    rows: tuple[tuple[int, ...], ...]
    labels: tuple[str, ...]


def _common_token(stream: Stream, rows: Sequence[int]) -> int | None:
    """The finest token that nearly all rows hold, None where they are of several kinds."""
    for level in range(1, LEVELS - 1):
        counts = Counter(stream.levels[list(rows), level].tolist())
        token, count = min(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        if count >= 0.95 * len(rows):
            return int(token)
    return None


def _ways(stream: Stream, actions: ActionLog, flat: Sequence[int]) -> list[tuple[str, int]]:
    """What was done at a place: (label, how often), the commonest first."""
    token = _common_token(stream, flat)
    if token is not None:
        return [(actions.labels[token], len(flat))]
    counts = Counter(actions.labels[int(stream.levels[r, _way_level(stream, flat, r)])] for r in flat)
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _way_level(stream: Stream, flat: Sequence[int], row: int) -> int:
    """The finest level at which this row's way of doing it stands for at least a few rows of its kind."""
    for level in (1, 2):
        like = np.count_nonzero(stream.levels[list(flat), level] == stream.levels[row, level])
        kind = np.count_nonzero(stream.levels[list(flat), COARSE] == stream.levels[row, COARSE])
        if like >= 0.9 * kind:
            return level
    return COARSE


def _effect(actions: ActionLog, stream: Stream, flat: Sequence[int]) -> Effect:
    """The gravest effect that any of the rows has."""
    return Effect(max(int(actions.effect[stream.rows[r]]) for r in flat))


def _describe(stream: Stream, actions: ActionLog, rows: list[list[int]]) -> FoldedStep:
    flat = [r for match in rows for r in match]
    ways = _ways(stream, actions, flat)
    times = [len(match) for match in rows if match]
    kinds = Counter(int(actions.kind[stream.rows[r]]) for r in flat)
    share = len(times) / len(rows)
    said = [(label, round(count / len(flat), 3)) for label, count in ways if count >= _FEW]
    alternatives = tuple(said) if len(said) > 1 else ()
    step = Step(
        action=ways[0][0],
        kind=Kind(min(kinds, key=lambda k: (-kinds[k], k))),
        share=round(share, 3),
        repeat=(min(times), max(times)),
        alternatives=alternatives,
        effect=_effect(actions, stream, flat),
    )
    return FoldedStep(step, tuple(tuple(match) for match in rows), tuple(label for label, _ in ways))


def fold(stream: Stream, actions: ActionLog, found: Found) -> list[FoldedStep]:
    """The steps of a routine, first to last."""
    return [_describe(stream, actions, rows) for rows in folded(stream, found)]
