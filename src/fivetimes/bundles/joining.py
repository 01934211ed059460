"""RoutineProfiles of several people -> JoinedRoutines: which of them are the same routine, and their steps side by side.

Two profiles are as alike as two routines of one search (`routines.merging`): by the steps that they share in order, each weighed by
its rarity. What one person's search keeps apart stays apart: a group holds one profile of each person at most (a cannot-link
constraint, Wagstaff and Cardie, 2000). Groups are the clusters of average linkage, cut where the search cuts its families.

Nothing here knows how many people it takes before something may be shown: see `release`.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from fivetimes.bundles.labels import is_known
from fivetimes.bundles.profiles import CountRange, ProfileStep, RoutineProfile
from fivetimes.columns import Floats
from fivetimes.routines.merging import FAMILY_CUT, clusters

_NEVER = 1e6  # distance of two profiles of one person: no mean with it in is below the cut
_PLACEHOLDER_BITS = (
    0.01  # weight of an unknown name: enough to line up two of them, too little to make two routines alike
)
_ANY_COMMIT = "commit"

Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SharedProfile:
    """A profile and whose it is; `contributor` is the random id of a series of bundles."""

    contributor: str
    profile: RoutineProfile


@dataclass(frozen=True, slots=True)
class JoinedStep:
    """One step of a routine, as each contributor who has it does it."""

    holders: Mapping[str, ProfileStep]


@dataclass(frozen=True, slots=True)
class JoinedRoutine:
    """One routine of several people, before it is asked what of it may be shown. Steps are in order; members are sorted."""

    members: tuple[SharedProfile, ...]
    steps: tuple[JoinedStep, ...]

    @property
    def contributors(self) -> tuple[str, ...]:
        """Whose routine it is, each once."""
        return tuple(one.contributor for one in self.members)

    @property
    def count(self) -> CountRange:
        """How often all of them did it: the true sum lies between."""
        total = CountRange(0, 0)
        for one in self.members:
            total += one.profile.count
        return total


def join(shared: Iterable[SharedProfile]) -> tuple[JoinedRoutine, ...]:
    """The routines of all contributors, each with everybody who has it; those of one person alone too.

    The order of the input plays no part. Groups come by their first member, sorted by contributor and id.
    """
    ordered = sorted(shared, key=_order)
    if not ordered:
        return ()
    weights = key_weights(ordered)
    groups = _groups(ordered, weights)
    return tuple(_joined([ordered[number] for number in group], weights) for group in sorted(groups))


def _order(one: SharedProfile) -> tuple[str, str, str]:
    return one.contributor, one.profile.id, repr(one.profile)


def key_weights(shared: Sequence[SharedProfile]) -> dict[str, float]:
    """Bits of each key: how seldom one person's routines have it, as a mean over the people who do.

    That many people do a step says nothing against it, that it is in many routines of one person does.
    """
    routines: dict[str, list[RoutineProfile]] = defaultdict(list)
    for one in shared:
        routines[one.contributor].append(one.profile)
    shares: dict[str, list[float]] = defaultdict(list)
    for profiles in routines.values():
        having = Counter(key for profile in profiles for key in _keys(profile))
        for key, times in having.items():
            shares[key].append((times + 0.5) / (len(profiles) + 1))
    bits = {key: -math.log2(sum(found) / len(found)) for key, found in shares.items()}
    return {key: value if is_known(key) else _PLACEHOLDER_BITS for key, value in bits.items()}


def _keys(profile: RoutineProfile) -> set[str]:
    return {key for step in profile.steps for key in step.keys}


# ---- how alike two are


def _match(a: Sequence[str], b: Sequence[str], weights: Weights) -> float:
    """The weight of what two steps have in common; a step that is any commit is also the step of a fix."""
    best = max((weights[key] for key in a if key in b), default=0.0)
    if not best and (_ANY_COMMIT in a or _ANY_COMMIT in b) and all(_is_commit(step) for step in (a, b)):
        return weights[_ANY_COMMIT]
    return best


def _is_commit(step: Sequence[str]) -> bool:
    return any(key == _ANY_COMMIT or key.startswith("commit:") for key in step)


def _aligned(
    a: Sequence[Sequence[str]], b: Sequence[Sequence[str]], weights: Weights
) -> tuple[float, list[tuple[int, int]]]:
    """The heaviest common subsequence of two sequences of steps: its weight, and its pairs of positions."""
    best = np.zeros((len(a) + 1, len(b) + 1))
    match = [[_match(x, y, weights) for y in b] for x in a]
    for i in range(len(a)):
        for j in range(len(b)):
            both = best[i, j] + match[i][j] if match[i][j] else 0.0
            best[i + 1, j + 1] = max(best[i, j + 1], best[i + 1, j], both)
    pairs, i, j = [], len(a), len(b)
    while i and j:
        if best[i, j] == best[i - 1, j]:
            i -= 1
        elif best[i, j] == best[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return float(best[-1, -1]), pairs[::-1]


def _weight(profile: RoutineProfile, weights: Weights) -> float:
    return sum(max(weights[key] for key in step.keys) for step in profile.steps)


def likeness(a: RoutineProfile, b: RoutineProfile, weights: Weights) -> float:
    """The weight of the steps that two profiles share in order, as a share of both: 0 nothing in common, 1 the same.

    Args:
        a: one profile.
        b: another.
        weights: of all their keys, as `key_weights` gives them.
    """
    whole = _weight(a, weights) + _weight(b, weights)
    common, _ = _aligned([step.keys for step in a.steps], [step.keys for step in b.steps], weights)
    return 2 * common / whole if whole else 0.0


# ---- groups


def _groups(shared: Sequence[SharedProfile], weights: Weights) -> list[list[int]]:
    """Which profiles are one routine, by number.

    Pairs that cannot be alike enough are not compared in full; clusters lie within what the others connect.
    """
    pairs = {(a, b): likeness(shared[a].profile, shared[b].profile, weights) for a, b in _near(shared, weights)}
    near = [(a, b) for (a, b), alike in pairs.items() if alike >= 1 - FAMILY_CUT]
    size = len(shared)
    graph = sp.coo_array((np.ones(len(near)), ([a for a, _ in near], [b for _, b in near])), shape=(size, size))
    _, component = connected_components(graph, directed=False)
    members: dict[int, list[int]] = defaultdict(list)
    for number, label in enumerate(component.tolist()):
        members[label].append(number)
    return [part for group in members.values() for part in _split(group, shared, pairs)]


def _near(shared: Sequence[SharedProfile], weights: Weights) -> list[tuple[int, int]]:
    """Pairs of different people that share enough weight, whatever the order of the steps."""
    columns = {key: number for number, key in enumerate(sorted(weights))}
    rows, cols, data = [], [], []
    for number, one in enumerate(shared):
        for key in sorted(_shared_keys(one.profile)):
            if key in columns:
                rows.append(number)
                cols.append(columns[key])
                data.append(sum(key in _with_general(step.keys) for step in one.profile.steps) * weights[key])
    table = sp.csr_array((data, (rows, cols)), shape=(len(shared), len(columns)))
    binary = sp.csr_array((np.ones(len(data)), (rows, cols)), shape=table.shape)
    bound = sp.coo_array(table @ binary.T)  # at least the weight of what they share
    whole = [_weight(one.profile, weights) for one in shared]
    return sorted(
        (a, b)
        for a, b, common in zip(*map(np.ndarray.tolist, (*bound.coords, bound.data)), strict=True)
        if a < b
        and shared[a].contributor != shared[b].contributor
        and 2 * common >= (1 - FAMILY_CUT) * (whole[a] + whole[b])
    )


def _with_general(keys: Sequence[str]) -> set[str]:
    return {*keys, _ANY_COMMIT} if _is_commit(keys) else {*keys}


def _shared_keys(profile: RoutineProfile) -> set[str]:
    return {key for step in profile.steps for key in _with_general(step.keys)}


def _split(
    group: Sequence[int], shared: Sequence[SharedProfile], pairs: Mapping[tuple[int, int], float]
) -> list[list[int]]:
    """The clusters within what is connected, one profile of each person at most in each."""
    if len(group) < 2:
        return [list(group)]
    distance: Floats = np.zeros((len(group), len(group)))
    for i, a in enumerate(group):
        for j, b in enumerate(group[:i]):
            same = shared[a].contributor == shared[b].contributor
            distance[i, j] = distance[j, i] = _NEVER if same else 1.0 - pairs.get((b, a), 0.0)
    return [[group[number] for number in part] for part in clusters(distance)]


# ---- steps side by side


def _joined(members: Sequence[SharedProfile], weights: Weights) -> JoinedRoutine:
    """Align the members one after the other, beginning with the one that is most like all others."""
    alike = {one: sum(likeness(one.profile, other.profile, weights) for other in members) for one in members}
    steps: list[dict[str, ProfileStep]] = []
    for one in sorted(members, key=lambda one: (-alike[one], one.contributor)):
        steps = _with(steps, one, weights)
    return JoinedRoutine(tuple(members), tuple(JoinedStep(dict(sorted(holders.items()))) for holders in steps))


def _with(
    steps: Sequence[dict[str, ProfileStep]], one: SharedProfile, weights: Weights
) -> list[dict[str, ProfileStep]]:
    """The steps with those of one more member: at the steps that it shares, its own between them."""
    known = [tuple(dict.fromkeys(key for step in holders.values() for key in step.keys)) for holders in steps]
    _, pairs = _aligned(known, [step.keys for step in one.profile.steps], weights)
    out: list[dict[str, ProfileStep]] = []
    here = there = 0
    for i, j in [*pairs, (len(steps), len(one.profile.steps))]:
        out += [dict(holders) for holders in steps[here:i]]
        out += [{one.contributor: step} for step in one.profile.steps[there:j]]
        if i < len(steps):
            out.append({**steps[i], one.contributor: one.profile.steps[j]})
        here, there = i + 1, j + 1
    return out
