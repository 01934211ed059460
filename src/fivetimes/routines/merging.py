"""Routine -> Routine: what is one routine done in variants becomes one, so that a person sees it once.

Two routines are as alike as the steps they share in order, each step weighed by the bits of its rarity: sharing `git push` says
little, sharing `bump2version` much. Families are the clusters of average linkage under that likeness; the
cut is where two routines share less than three fifths of what they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from fivetimes.columns import COARSE, Floats, Int32s
from fivetimes.config import USUAL_SHARE
from fivetimes.kernels.matching import MAX_STEPS
from fivetimes.model.trace import Stage
from fivetimes.routines.database import SequenceDatabase
from fivetimes.routines.matching import Occurrences, Routine, ended, kept_apart
from fivetimes.routines.pattern import estimate, sequence
from fivetimes.routines.siblings import apart
from fivetimes.routines.trace import Recorder

FAMILY_CUT = 0.4  # distance, 1 - likeness: routines that share less than three fifths of their weight stay apart


def _coarse_token(database: SequenceDatabase, found: Routine, step: int) -> int:
    """The commonest coarse token of a step's rows; its own token where that is coarser still, or no row was left to it."""
    rows = found.occurrences.rows[:, step]
    seen, counts = np.unique(database.levels[rows[rows >= 0], COARSE], return_counts=True)
    own = int(found.profile.tokens[step])
    any_of_several = len(seen) > 1 and bool((database.levels[rows[rows >= 0], COARSE + 1] == own).all())
    return own if any_of_several or not len(seen) else int(seen[int(np.argmax(counts))])


def coarse_tokens(database: SequenceDatabase, found: Routine) -> list[int]:
    """The usual steps in order, each by its coarse token."""
    usual = found.profile.presence > USUAL_SHARE
    return [_coarse_token(database, found, step) for step in sequence(found.profile.order) if usual[step]]


def _general(database: SequenceDatabase, found: Sequence[Routine]) -> dict[int, int]:
    """Coarse tokens -> what one of the routines says instead: a step that is *any* commit is also the step of a fix."""
    own = np.unique(np.concatenate([one.profile.tokens for one in found]))
    narrow, wide = database.levels[:, COARSE], database.levels[:, COARSE + 1]
    general = np.isin(wide, own) & (narrow != wide)
    return dict(zip(narrow[general].tolist(), wide[general].tolist(), strict=True))


def in_common(a: Sequence[int], b: Sequence[int], general: Mapping[int, int]) -> tuple[list[int], list[int]]:
    """Two sequences, each step said as generally as the other one says it.

    Example:
        >>> in_common([1, 2], [1, 9], {2: 9}), in_common([1, 2], [2, 3], {2: 9})
        (([1, 9], [1, 9]), ([1, 2], [2, 3]))
    """
    return [_as_in(x, b, general) for x in a], [_as_in(y, a, general) for y in b]


def _as_in(token: int, others: Sequence[int], general: Mapping[int, int]) -> int:
    return general[token] if token not in others and general.get(token) in others else token


def likeness(a: Sequence[int], b: Sequence[int], weight: Floats) -> float:
    """The weight of the longest common subsequence, as a share of both: 0 nothing in common, 1 the same.

    Example:
        >>> likeness([0, 1, 2], [0, 2, 3], np.array([1.0, 1.0, 2.0, 2.0]))
        0.6666666666666666
    """
    best = np.zeros((len(a) + 1, len(b) + 1))
    for i, x in enumerate(a, 1):
        for j, y in enumerate(b, 1):
            best[i, j] = max(best[i - 1, j], best[i, j - 1])
            if x == y:
                best[i, j] = max(best[i, j], best[i - 1, j - 1] + weight[x])
    whole = float(sum(weight[x] for x in a) + sum(weight[y] for y in b))
    return float(2 * best[-1, -1] / whole) if whole else 0.0


def clusters(distance: Floats) -> list[list[int]]:
    """The groups of average linkage, cut at `FAMILY_CUT`: the numbers of their members, sorted.

    The two nearest groups become one for as long as the mean distance of their members is not above the cut.

    Args:
        distance: (n, n), symmetric, 0 on the diagonal; n is two or more.

    Example:
        >>> clusters(np.array([[0.0, 0.1, 0.9], [0.1, 0.0, 0.8], [0.9, 0.8, 0.0]]))
        [[0, 1], [2]]

    Source:
        Sokal and Michener, A statistical method for evaluating systematic relationships, 1958 (UPGMA).
    """
    # not by SciPy's `linkage`: loading it took 0.4 of the 2.8 s of a scan of 13,000 events
    members: list[list[int]] = [[number] for number in range(len(distance))]
    apart = distance.astype(np.float64)
    np.fill_diagonal(apart, np.inf)
    while (closest := np.unravel_index(apart.argmin(), apart.shape)) and apart[closest] <= FAMILY_CUT:
        one, other = map(int, closest)
        share = len(members[one]) / (len(members[one]) + len(members[other]))
        apart[one] = apart[:, one] = share * apart[one] + (1 - share) * apart[other]
        apart[other] = apart[:, other] = apart[one, one] = np.inf
        members[one], members[other] = sorted(members[one] + members[other]), []
    return sorted(filter(None, members))


def _columns(database: SequenceDatabase, group: Sequence[Routine]) -> list[list[int]]:
    """For each member the column of each of its steps in the merged table; like coarse tokens share one."""
    columns_of: dict[tuple[int, int], int] = {}
    columns = []
    general = _general(database, group)
    named = {_coarse_token(database, found, step) for found in group for step in range(len(found.profile.tokens))}
    for found in group:
        seen: dict[int, int] = defaultdict(int)
        mine = []
        for step in sequence(found.profile.order):
            token = _coarse_token(database, found, step)
            token = general[token] if general.get(token) in named else token
            mine.append((step, columns_of.setdefault((token, seen[token]), len(columns_of))))
            seen[token] += 1
        columns.append([column for _, column in sorted(mine)])
    return columns


def _merged(database: SequenceDatabase, group: Sequence[Routine]) -> Routine | None:
    """The members as one routine; None where it had more steps than the search can look for."""
    columns = _columns(database, group)
    width = 1 + max(column for mine in columns for column in mine)
    if width > MAX_STEPS:
        return None
    total = sum(len(found.occurrences) for found in group)
    rows = np.full((total, width), -1, dtype=np.int32)
    tokens = np.full(width, -1, dtype=np.int32)
    again, strays, first = [], [], 0
    for found, mine in zip(group, columns, strict=True):
        last = first + len(found.occurrences)
        rows[first:last, mine] = found.occurrences.rows
        free = tokens[mine] < 0
        tokens[np.array(mine)[free]] = found.profile.tokens[free]
        again += [(m + first, mine[s], r) for m, s, r in found.occurrences.again.tolist()]
        strays += [(m + first, r) for m, r in found.strays.tolist()]
        first = last
    occurrences = Occurrences(
        rows,
        np.array(again, dtype=np.int32).reshape(-1, 3),
        np.concatenate([found.occurrences.score for found in group]),
        sum(found.occurrences.broken for found in group),
    )
    table: Int32s = np.array(strays, dtype=np.int32).reshape(-1, 2)
    return Routine(
        estimate(database, tokens, rows), occurrences, sum(found.bits for found in group), table, group[0].number
    )


def _ended(database: SequenceDatabase, found: Routine, end_share: float) -> Routine:
    """The family without the occurrences that were broken off, as the whole family shows where the end is."""
    keep = ended(found.profile, found.occurrences.rows, tail=1.0 - end_share)
    if keep.all() or np.count_nonzero(keep) < 2:
        return found
    number = np.cumsum(keep) - 1
    strays = found.strays[keep[found.strays[:, 0]]]
    strays[:, 0] = number[strays[:, 0]]
    occurrences = kept_apart(found.occurrences, keep)
    bits = found.bits - float(found.occurrences.score[~keep].sum())
    return Routine(estimate(database, found.profile.tokens, occurrences.rows), occurrences, bits, strays, found.number)


def _joined(
    database: SequenceDatabase, members: Sequence[Routine], end_share: float, trace: Recorder
) -> Sequence[Routine]:
    """The members of a family as one routine; as they are where that had too many steps."""
    whole = _merged(database, members)
    if whole is None:
        for one in members:
            trace.add(one.number, Stage.MERGING, "its variants together have too many steps to be one", limit=MAX_STEPS)
        return members
    out = _ended(database, whole, end_share)
    for other in members[1:]:
        trace.merge(other.number, whole.number, occurrences=len(other.occurrences))
    text = "variants became one; occurrences that stop before the end of the whole are counted as broken off"
    dropped = len(whole.occurrences) - len(out.occurrences)
    numbers = {"variants": len(members), "occurrences": len(out.occurrences), "broken_off": dropped}
    trace.add(whole.number, Stage.MERGING, text, **numbers)
    trace.now(whole.number, out.profile.tokens, len(out.occurrences))
    return [out]


def families(
    database: SequenceDatabase, found: Sequence[Routine], *, end_share: float, bar: float, trace: Recorder | None = None
) -> list[Routine]:
    """One routine per family of variants, in the order of their first members.

    Args:
        database: the actions that they are made of.
        found: routines that claim no row in common.
        end_share: the share of the core that lies before the end of an occurrence, at least.
        bar: bits from which on it is shorter to say of each occurrence which of two siblings it is.
        trace: takes what became one.
    """
    trace = trace or Recorder()
    if len(found) < 2:
        return list(found)
    weight = -np.log2(np.maximum(database.rate, 1e-9))
    tokens = [coarse_tokens(database, one) for one in found]
    general = _general(database, found)
    distance = np.array([[1.0 - likeness(*in_common(a, b, general), weight) for b in tokens] for a in tokens])
    np.fill_diagonal(distance, 0.0)
    out: list[Routine] = []
    for group in clusters(distance):
        members = sorted((found[number] for number in group), key=lambda one: -len(one.occurrences))
        for kind in _kinds(database, members, bar):
            out += kind if len(kind) == 1 else _joined(database, kind, end_share, trace)
    return out


def _kinds(database: SequenceDatabase, members: Sequence[Routine], bar: float) -> list[list[Routine]]:
    """The members of a family without its siblings, which are routines of their own."""
    kinds: list[list[Routine]] = []
    for one in members:
        for kind in kinds:
            whole = _merged(database, [*kind, one])
            if whole is None:
                continue
            its = np.arange(len(whole.occurrences)) >= len(whole.occurrences) - len(one.occurrences)
            if apart(database, whole.occurrences.rows, its) <= bar:
                kind.append(one)
                break
        else:
            kinds.append([one])
    return kinds
