"""Routine -> FoldedStep: which tokens of a profile are one step done again, which are ways of doing one step, which are steps.

A profile knows only tokens with shares. Like tokens side by side are one step. Tokens that exclude each other at one step are its
alternatives, where that is no accident: the chance that as many occurrences of each avoid each other is at most one in twenty. A
token that is hardly seen but in the gaps of one step is a spelling variant of that step.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fivetimes.columns import COARSE, FORM, LEVELS, ActionLog, Bools
from fivetimes.config import ALWAYS_SHARE, USUAL_SHARE
from fivetimes.kernels.database import shares_value
from fivetimes.model.candidates import Step
from fivetimes.model.events import Effect, Kind
from fivetimes.routines.database import SequenceDatabase
from fivetimes.routines.matching import Routine
from fivetimes.routines.pattern import precedence, sequence
from fivetimes.stats import binomial_tail

APART = 0.05  # of the rarer one's occurrences may hold both, by a slip or a repeat
SLIPS = 0.2  # share of the occurrences that may hold both then: the other one stood near by for its own reasons
ACCIDENT = 0.05  # chance from which on it is an accident that tokens never meet
OWN_GAP = 0.5  # of all rows of a kind stand in the gaps of one step: then they are a spelling variant of that step
SELDOM_DONE = (
    0.2  # of the occurrences must have a step: a draft would ask for it in each run, and four of five would say no
)
RARER_THAN_CHANCE = 0.6  # of the occurrences that would hold both by chance: fewer exclude each other


def _rows_by_step(found: Routine) -> list[list[list[int]]]:
    """rows[step][occurrence]."""
    matched = found.occurrences.rows
    rows = [[[int(r)] if r >= 0 else [] for r in matched[:, s]] for s in range(matched.shape[1])]
    for occurrence, step, row in found.occurrences.again.tolist():
        rows[step][occurrence].append(row)
    return rows


def _kind(database: SequenceDatabase, rows: Sequence[Sequence[int]]) -> int:
    """The commonest kind of some rows."""
    counts = Counter(int(database.kind[r]) for occurrence in rows for r in occurrence)
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
    if both <= APART * min(one, other):
        return True
    always = int(np.count_nonzero(a | b)) >= ALWAYS_SHARE * count
    return always and both <= min(SLIPS * count, RARER_THAN_CHANCE * one * other / count)


def accident(sets: Sequence[Bools]) -> float:
    """The chance that as many occurrences would be in exactly one of some sets, were the sets drawn without regard to each other.

    Example:
        >>> a, b = np.array([1, 1, 1, 0, 0, 0], dtype=bool), np.array([0, 0, 0, 1, 1, 1], dtype=bool)
        >>> round(accident([a, b]), 6)
        0.015625
        >>> round(accident([a, ~a & b & (np.arange(6) < 4)]), 2)  # two of six are in neither
        0.34
    """
    held = np.array(sets)
    count = held.shape[1]
    share = held.mean(axis=1)
    one = float(sum(share[x] * np.prod(np.delete(1.0 - share, x)) for x in range(len(share))))
    seen = int(np.count_nonzero(held.sum(axis=0) == 1))
    return binomial_tail(seen, count, one)


class _Folding:
    """Joins the profile's tokens, in order, into steps."""

    def __init__(self, database: SequenceDatabase, found: Routine) -> None:
        self.database = database
        self.found = found
        self.size = np.bincount(database.kind, minlength=database.tokens)
        self.rows = _rows_by_step(found)
        self.present = found.occurrences.rows >= 0
        self.order = precedence(found.occurrences.rows)
        self.steps: list[list[int]] = [[s] for s in sequence(self.order) if self.present[:, s].any()]
        self.kinds: dict[tuple[int, ...], int] = {}  # of groups asked for before

    def has(self, group: Sequence[int]) -> Bools:
        return np.asarray(self.present[:, list(group)].any(axis=1))

    def merged(self, group: Sequence[int]) -> list[list[int]]:
        """The rows of a group by occurrence; of ways that exclude each other only one where an occurrence holds both."""
        kinds = [self._rows_of(steps) for steps in self._kinds(group)]
        return [sorted(next(filter(None, held), ())) for held in zip(*kinds, strict=True)]

    def _kind_of(self, group: Sequence[int]) -> int:
        """The commonest kind of a group's rows."""
        key = tuple(group)
        if key not in self.kinds:
            self.kinds[key] = _kind(self.database, self.merged(group))
        return self.kinds[key]

    def _kinds(self, group: Sequence[int]) -> list[list[int]]:
        """The members of a group by what they are, the commonest kind first."""
        by_kind: dict[int, list[int]] = defaultdict(list)
        for step in group:
            by_kind[_kind(self.database, self.rows[step])].append(step)
        return sorted(by_kind.values(), key=lambda steps: (-int(self.has(steps).sum()), steps))

    def _rows_of(self, steps: Sequence[int]) -> Sequence[Sequence[int]]:
        """The rows of some steps by occurrence."""
        if len(steps) == 1:
            return self.rows[steps[0]]
        return [[row for rows in held for row in rows] for held in zip(*(self.rows[s] for s in steps), strict=True)]

    def _apart(self, a: Sequence[int], b: Sequence[int]) -> bool:
        """Whether a step that is nearly always there mostly stands between the two: then they are two steps."""
        fixed = [
            s for s in range(self.present.shape[1]) if self.present[:, s].mean() > 0.9 and s not in a and s not in b
        ]
        before = np.exp2(self.order)
        return any((before[a, s].mean() > 0.5) != (before[b, s].mean() > 0.5) for s in fixed)

    def _like(self, a: Sequence[int], b: Sequence[int]) -> bool:
        """Whether two steps are of one kind, and of one form where an occurrence has both: not `npm run lint`, `npm run build`."""
        if self._kind_of(a) != self._kind_of(b):
            return False
        both = np.flatnonzero(self.has(a) & self.has(b))
        other = sum(self._forms(a, int(m)) != self._forms(b, int(m)) for m in both)
        return other <= SLIPS * len(both)

    def _forms(self, group: Sequence[int], occurrence: int) -> set[int]:
        return {int(self.database.levels[r, FORM]) for s in group for r in self.rows[s][occurrence]}

    def _adjacent(self, a: Sequence[int], b: Sequence[int]) -> bool:
        """Whether like steps follow each other with nothing of the routine between, where both are there."""
        both = np.flatnonzero(self.has(a) & self.has(b))
        others = [s for s in range(self.present.shape[1]) if s not in a and s not in b]
        apart = 0
        for m in both:
            ends = sorted([*(r for s in a for r in self.rows[s][m]), *(r for s in b for r in self.rows[s][m])])
            apart += any(ends[0] < r < ends[-1] for s in others for r in self.rows[s][m])
        return apart <= SLIPS * max(1, len(both))

    def join_like(self) -> None:
        """Like steps side by side become one."""
        joined = True
        while joined:
            joined = self._join_first_like()

    def _join_first_like(self) -> bool:
        for low in range(len(self.steps)):
            for high in range(low + 1, len(self.steps)):
                a, b = self.steps[low], self.steps[high]
                if self._like(a, b) and not self._apart(a, b) and self._adjacent(a, b):
                    self.steps[low] = a + self.steps.pop(high)
                    return True
        return False

    # ---- ways of one step

    def _may_stand_for(self, a: Sequence[int], b: Sequence[int]) -> bool:
        return not self._like(a, b) and not self._apart(a, b) and exclusive(self.has(a), self.has(b))

    def join_ways(self) -> None:
        """Steps that exclude each other at one step become one, the surest first, where that is no accident."""
        while (found := self._surest()) is not None:
            joined = [s for group in found for s in self.steps[group]]
            self.steps = [
                joined if number == found[0] else group
                for number, group in enumerate(self.steps)
                if number not in found[1:]
            ]

    def _surest(self) -> list[int] | None:
        tried = []
        for first in range(len(self.steps)):
            ways = self._ways_with(first)
            if len(ways) > 1:
                tried.append((accident([self.has(self.steps[way]) for way in ways]), sorted(ways)))
        best = min(tried, default=(1.0, []))
        return best[1] if best[0] <= ACCIDENT else None

    def _ways_with(self, first: int) -> list[int]:
        """The groups that exclude this one and each other at its step, the commonest taken in first."""
        ways = [first]
        others = sorted(range(len(self.steps)), key=lambda g: (-int(self.has(self.steps[g]).sum()), g))
        for other in others:
            if other not in ways and all(self._may_stand_for(self.steps[other], self.steps[way]) for way in ways):
                ways.append(other)
        return ways

    # ---- a step in another spelling

    def spelling_variants(self) -> dict[int, dict[int, int]]:
        """step -> occurrence -> a row that stands for the step there: of a kind seen hardly anywhere but in its gaps."""
        out: dict[int, dict[int, int]] = {}
        loose = self._loose()
        for number, group in enumerate(self.steps):
            has = self.has(group)
            if not USUAL_SHARE <= has.mean() < 1.0:
                continue
            gaps = {int(m): self._in_gap(group, int(m), loose[int(m)]) for m in np.flatnonzero(~has)}
            seen = Counter(int(self.database.kind[r]) for rows in gaps.values() for r in rows[:1])
            own = {kind for kind, times in seen.items() if times >= OWN_GAP * self.size[kind]}
            out[number] = {
                m: row for m, rows in gaps.items() for row in rows[:1] if int(self.database.kind[row]) in own
            }
        return out

    def _loose(self) -> dict[int, list[int]]:
        """occurrence -> rows that belong to it and stand at none of its steps."""
        out: dict[int, list[int]] = defaultdict(list)
        for occurrence, row in self.found.strays.tolist():
            out[occurrence].append(row)
        return out

    def _in_gap(self, group: Sequence[int], occurrence: int, loose: Sequence[int]) -> list[int]:
        """The loose rows between the steps that come before and after, those that share a value first."""
        before = np.exp2(self.order)
        line = self.found.occurrences.rows[occurrence]
        here = [s for s in range(len(line)) if line[s] >= 0]
        low = max((int(line[s]) for s in here if before[s, group].mean() > 0.5), default=-1)
        high = min((int(line[s]) for s in here if before[s, group].mean() < 0.5), default=int(line.max()))
        inside = [row for row in loose if low < row < high]
        database = self.database
        linked = [
            any(shares_value(int(line[s]), row, database.value_start, database.values) for s in here) for row in inside
        ]
        return [row for _, row in sorted(zip(linked, inside, strict=True), key=lambda pair: (not pair[0], pair[1]))]


def steps_of(database: SequenceDatabase, found: Routine) -> list[list[int]]:
    """The profile's steps, in order, like ones side by side together."""
    folding = _Folding(database, found)
    folding.join_like()
    return folding.steps


def folded(database: SequenceDatabase, found: Routine) -> list[list[list[int]]]:
    """The rows of each step, occurrence by occurrence: `folded[step][occurrence]`, in order.

    What fewer than one occurrence in five has, by any way of doing it, is no step (`SELDOM_DONE`): its rows are left over.
    """
    folding = _Folding(database, found)
    folding.join_like()
    folding.join_ways()
    spelling_variants = folding.spelling_variants()
    every = [
        [rows or ([extra[m]] if m in extra else []) for m, rows in enumerate(folding.merged(group))]
        for extra, group in ((spelling_variants.get(number, {}), group) for number, group in enumerate(folding.steps))
    ]
    return [rows for rows in every if sum(map(bool, rows)) >= SELDOM_DONE * len(rows)]


# ---- the steps as a person sees them


ONE_WAY = 0.9  # of the rows of one kind are done alike: that level of detail names the way
FEWEST = 2  # a way is done at least so often: once may be a slip
# Share of the rows from which an effect that they announce is that of the step: fewer may have been taken for it by
# mistake, or have a word that only looks like an effect, and a gate that asks for nothing is soon answered without reading.
ANNOUNCED = 0.2


@dataclass(frozen=True, slots=True)
class FoldedStep:
    """A step with its rows: `rows[m]` are the rows of occurrence m, in order, empty where the step was left out."""

    step: Step
    rows: tuple[tuple[int, ...], ...]
    labels: tuple[str, ...]


def _common_token(database: SequenceDatabase, rows: Sequence[int]) -> int | None:
    """The finest token that nearly all rows hold, None where they are of several kinds."""
    for level in range(FORM, LEVELS):
        counts = Counter(database.levels[list(rows), level].tolist())
        token, count = min(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        if count >= ALWAYS_SHARE * len(rows):
            return int(token)
    return None


def _ways(database: SequenceDatabase, actions: ActionLog, flat: Sequence[int]) -> list[tuple[str, list[int]]]:
    """What was done at a step: (label, its rows), the commonest first."""
    token = _common_token(database, flat)
    if token is not None:
        return [(actions.labels[token], list(flat))]
    rows: dict[str, list[int]] = defaultdict(list)
    for row in flat:
        rows[actions.labels[int(database.levels[row, _way_level(database, flat, row)])]].append(row)
    return sorted(rows.items(), key=lambda pair: (-len(pair[1]), pair[0]))


def _way_level(database: SequenceDatabase, flat: Sequence[int], row: int) -> int:
    """The finest level at which this row's way of doing it stands for at least a few rows of its kind."""
    for level in (FORM, FORM + 1):
        like = np.count_nonzero(database.levels[list(flat), level] == database.levels[row, level])
        kind = np.count_nonzero(database.levels[list(flat), COARSE] == database.levels[row, COARSE])
        if like >= ONE_WAY * kind:
            return level
    return COARSE


def _effect(actions: ActionLog, database: SequenceDatabase, ways: Sequence[Sequence[int]]) -> Effect:
    """The gravest effect of a step's ways; that of a way is what enough of its rows announce."""
    return max(announced([int(actions.effect[database.rows[row]]) for row in rows]) for rows in ways)


def announced(effects: Sequence[int]) -> Effect:
    """The gravest effect that at least a fifth of some rows announce, it or a graver one.

    Example:
        >>> announced([Effect.PUBLISH, *[Effect.NONE] * 4]).name, announced([Effect.PUBLISH, *[Effect.NONE] * 5]).name
        ('PUBLISH', 'NONE')
    """
    gravest = sorted(effects, reverse=True)
    return Effect(gravest[math.ceil(ANNOUNCED * len(gravest)) - 1])


def _describe(database: SequenceDatabase, actions: ActionLog, rows: list[list[int]]) -> FoldedStep:
    flat = [r for occurrence in rows for r in occurrence]
    ways = _ways(database, actions, flat)
    times = [len(occurrence) for occurrence in rows if occurrence]
    kinds = Counter(int(actions.kind[database.rows[r]]) for r in flat)
    share = len(times) / len(rows)
    ways_done = [(label, round(len(own) / len(flat), 3)) for label, own in ways if len(own) >= FEWEST]
    alternatives = tuple(ways_done) if len(ways_done) > 1 else ()
    step = Step(
        action=ways[0][0],
        kind=Kind(min(kinds, key=lambda k: (-kinds[k], k))),
        share=round(share, 3),
        repeat=(min(times), max(times)),
        alternatives=alternatives,
        effect=_effect(actions, database, [flat, *(own for _, own in ways if len(own) >= FEWEST)]),
    )
    return FoldedStep(step, tuple(tuple(occurrence) for occurrence in rows), tuple(label for label, _ in ways))


def fold(database: SequenceDatabase, actions: ActionLog, found: Routine) -> list[FoldedStep]:
    """The steps of a routine, first to last."""
    return [_describe(database, actions, rows) for rows in folded(database, found)]
