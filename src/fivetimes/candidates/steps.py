"""Found -> Step: the probabilistic profile said in a person's words: always, optional, either/or, repeated.

A profile knows only tokens with shares. Exclusive tokens in one place are ways of doing one step; a token that follows its
like is the step done again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fivetimes.candidates.profile import precedence
from fivetimes.candidates.search import Found
from fivetimes.candidates.stream import Stream
from fivetimes.model import LEVELS, ActionLog, Bools, Effect, Floats, Kind, Step

_COARSE = 3  # the level of subcommand paths
_WHOLE = 0.85  # exclusive tokens that together are there so often are ways of one step
_APART = 0.05  # of the rarer one's matches may hold both, by a slip or a repeat
_ALWAYS = 0.95  # share from which one of the two is always there
_SLIPS = 0.2  # share of the matches that may hold both then: the other one stood near by for its own reasons


@dataclass(frozen=True, slots=True)
class FoldedStep:
    """A step with its rows: `rows[m]` are the rows of match m, in order, empty where the step was left out."""

    step: Step
    rows: tuple[tuple[int, ...], ...]
    labels: tuple[str, ...]


def sequence(order: Floats) -> list[int]:
    """The steps, first to last: by how many others each mostly stands before, then by how surely.

    Args:
        order: log2 of the share in which the row's step stands before the column's.
    """
    before = np.exp2(order)
    np.fill_diagonal(before, 0.5)
    wins = (before > 0.5).sum(axis=1) - (before < 0.5).sum(axis=1)
    margin = (before - before.T).sum(axis=1)
    return sorted(range(len(order)), key=lambda s: (-int(wins[s]), -float(margin[s]), s))


def _rows_by_step(found: Found) -> list[list[list[int]]]:
    """rows[step][match]."""
    matched = found.matches.rows
    rows = [[[int(r)] if r >= 0 else [] for r in matched[:, s]] for s in range(matched.shape[1])]
    for match, step, row in found.matches.again.tolist():
        rows[step][match].append(row)
    return rows


def _coarse(stream: Stream, rows: Sequence[Sequence[int]]) -> int:
    """The commonest coarse token of some rows."""
    counts = Counter(int(stream.levels[r, _COARSE]) for match in rows for r in match)
    return min(counts, key=lambda t: (-counts[t], t))


def exclusive(a: Bools, b: Bools) -> bool:
    """Whether two steps stand for each other: hardly ever both, or far less often than chance and always one of them.

    Example:
        >>> exclusive(np.array([1, 1, 0, 0], dtype=bool), np.array([0, 0, 1, 1], dtype=bool))
        True
        >>> exclusive(np.array([1, 1, 1, 0], dtype=bool), np.array([1, 1, 0, 1], dtype=bool))
        False
    """
    count = len(a)
    both, one, other = (int(np.count_nonzero(x)) for x in (a & b, a, b))
    if both <= _APART * min(one, other):
        return True
    always = int(np.count_nonzero(a | b)) >= _ALWAYS * count
    return always and both <= min(_SLIPS * count, 0.6 * one * other / count)


def _alike(stream: Stream, a: list[list[int]], b: list[list[int]]) -> bool:
    return _coarse(stream, a) == _coarse(stream, b)


class _Folding:
    """Joins the profile's tokens, in order, into steps."""

    def __init__(self, stream: Stream, found: Found) -> None:
        self.stream = stream
        self.rows = _rows_by_step(found)
        self.present = found.matches.rows >= 0
        self.order = precedence(found.matches.rows)
        self.groups: list[list[int]] = [[s] for s in sequence(self.order) if self.present[:, s].any()]

    def has(self, group: Sequence[int]) -> Bools:
        return np.asarray(self.present[:, list(group)].any(axis=1))

    def merged(self, group: Sequence[int]) -> list[list[int]]:
        """The rows of a group, match by match; of ways that exclude each other only one where a match holds both."""
        kinds = self._kinds(group)
        return [sorted(self._of_one_kind(kinds, m)) for m in range(len(self.present))]

    def _kinds(self, group: Sequence[int]) -> list[list[int]]:
        """The members of a group by what they are, the commonest kind first."""
        by_kind: dict[int, list[int]] = defaultdict(list)
        for step in group:
            by_kind[_coarse(self.stream, self.rows[step])].append(step)
        return sorted(by_kind.values(), key=lambda steps: (-int(self.has(steps).sum()), steps))

    def _of_one_kind(self, kinds: Sequence[Sequence[int]], match: int) -> list[int]:
        held = ([r for s in steps for r in self.rows[s][match]] for steps in kinds)
        return next((rows for rows in held if rows), [])

    def _apart(self, a: Sequence[int], b: Sequence[int]) -> bool:
        """Whether a step that is nearly always there mostly stands between the two: then they are two places."""
        fixed = [
            s for s in range(self.present.shape[1]) if self.present[:, s].mean() > 0.9 and s not in a and s not in b
        ]
        before = np.exp2(self.order)
        return any((before[a, s].mean() > 0.5) != (before[b, s].mean() > 0.5) for s in fixed)

    def _joins(self, low: int, high: int, *, alike: bool) -> bool:
        a, b = self.groups[low], self.groups[high]
        if _alike(self.stream, self.merged(a), self.merged(b)) is not alike or self._apart(a, b):
            return False
        if alike:
            return self._adjacent(a, b)
        return exclusive(self.has(a), self.has(b))

    def _adjacent(self, a: Sequence[int], b: Sequence[int]) -> bool:
        """Whether like steps follow each other with nothing of the routine between, where both are there."""
        both = np.flatnonzero(self.has(a) & self.has(b))
        others = [s for s in range(self.present.shape[1]) if s not in a and s not in b]
        apart = 0
        for m in both:
            ends = sorted([*(r for s in a for r in self.rows[s][m]), *(r for s in b for r in self.rows[s][m])])
            apart += any(ends[0] < r < ends[-1] for s in others for r in self.rows[s][m])
        return apart <= 0.2 * max(1, len(both))

    def _join_first(self, *, alike: bool) -> bool:
        for low in range(len(self.groups)):
            for high in range(low + 1, len(self.groups)):
                if self._joins(low, high, alike=alike):
                    self.groups[low] = self.groups[low] + self.groups.pop(high)
                    return True
        return False

    def fold(self) -> list[list[int]]:
        """Like steps side by side first, then ways that exclude each other and together are nearly always there."""
        while self._join_first(alike=True):
            pass
        single = [list(group) for group in self.groups]
        while self._join_first(alike=False):
            pass
        out: list[list[int]] = []
        for group in self.groups:
            parts = [g for g in single if set(g) <= set(group)]
            whole = len(parts) > 1 and self.has(group).mean() >= _WHOLE
            out += [group] if whole or len(parts) == 1 else parts
        return out


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
        kind = np.count_nonzero(stream.levels[list(flat), _COARSE] == stream.levels[row, _COARSE])
        if like >= 0.9 * kind:
            return level
    return _COARSE


def _effect(actions: ActionLog, stream: Stream, flat: Sequence[int]) -> Effect:
    """The gravest effect that any of the rows has."""
    return Effect(max(int(actions.effect[stream.rows[r]]) for r in flat))


def _describe(stream: Stream, actions: ActionLog, rows: list[list[int]]) -> FoldedStep:
    flat = [r for match in rows for r in match]
    ways = _ways(stream, actions, flat)
    times = [len(match) for match in rows if match]
    kinds = Counter(int(actions.kind[stream.rows[r]]) for r in flat)
    share = len(times) / len(rows)
    alternatives = tuple((label, round(count / len(flat), 3)) for label, count in ways) if len(ways) > 1 else ()
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
    folding = _Folding(stream, found)
    return [_describe(stream, actions, folding.merged(group)) for group in folding.fold()]
