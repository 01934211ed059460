"""ActionLog -> Composition: which skill calls which, where the logs say so by `parent`: skills, compositions, orchestrators."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from fivetimes.columns import ActionLog
from fivetimes.model.events import Kind
from fivetimes.model.scans import Composition

_DECLARED = (Kind.SKILL, Kind.TOOL, Kind.ACTION)


def compositions(actions: ActionLog) -> tuple[Composition, ...]:
    """Every skill that calls or is called, orchestrators first, then by how often it was used, then by name."""
    rows = np.flatnonzero(np.isin(actions.kind, _DECLARED))
    rows = rows[np.unique(actions.event[rows], return_index=True)[1]]
    parent = actions.events.columns["parent"][actions.event[rows]]
    if not (parent >= 0).any():
        return ()
    names = [actions.labels[token].partition(":")[2] or actions.labels[token] for token in actions.levels[rows, -1]]
    uses = Counter(names)
    calls: dict[str, Counter[str]] = defaultdict(Counter)
    for name, caller in zip(names, parent.tolist(), strict=True):
        if caller >= 0 and actions.events.lexicon.labels[caller] != name:
            calls[actions.events.lexicon.labels[caller]][name] += 1
    every = {*calls, *(name for called in calls.values() for name in called)}
    found = [Composition(name, level(name, calls), uses[name], _ordered(calls.get(name, Counter()))) for name in every]
    return tuple(sorted(found, key=lambda one: (-one.level, -one.uses, one.name)))


def _ordered(called: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(called.items(), key=lambda pair: (-pair[1], pair[0])))


def level(name: str, calls: Mapping[str, Mapping[str, int]], *, above: frozenset[str] = frozenset()) -> int:
    """1 for what calls nothing, 2 for what calls skills, 3 for what calls anything that calls; a circle adds no level.

    Example:
        >>> calls = {"week": {"post": 1}, "post": {"draft": 2, "check": 1}}
        >>> [level(name, calls) for name in ("week", "post", "draft")]
        [3, 2, 1]
    """
    called = [one for one in calls.get(name, ()) if one not in above and one != name]
    if not called:
        return 1
    deepest = max(level(one, calls, above=above | {name}) for one in called) if len(above) < 2 else 1
    return min(3, 1 + deepest)


def joined_compositions(several: Iterable[Sequence[Composition]]) -> tuple[Composition, ...]:
    """The compositions of several logs as one, in the same order."""
    uses: Counter[str] = Counter()
    calls: dict[str, Counter[str]] = defaultdict(Counter)
    for one in (one for some in several for one in some):
        uses[one.name] += one.uses
        calls[one.name].update(dict(one.calls))
    called = {name: found for name, found in calls.items() if found}
    found = [Composition(name, level(name, called), uses[name], _ordered(calls[name])) for name in calls]
    return tuple(sorted(found, key=lambda one: (-one.level, -one.uses, one.name)))
