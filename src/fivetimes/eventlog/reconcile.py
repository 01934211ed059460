"""Rows that memory holds of a file, and the rows that stand in it now -> which are one act, and which are new (`reconcile`).

Files lose rows: shells keep the last 500 lines, drop earlier copies of a line, or write back what one of two shells had read;
people edit and clear them. So absence deletes nothing, and a row of the file is new only if memory does not hold it.

With an id or a time, a row is known by it and by its text. Without, the neighbours say it:

- what stands last in memory stands first in the file, the rest was appended (the longest such overlap);
- the file keeps each line once: what keeps its order was there, and from the first line on that does not, lines were given again;
- the file was written anew: stretches of lines that stand in both are one, if they are longer than what people do twice in the very
  same words. All others are new.

Where equal lines leave it open which of these happened, as few lines as possible are new; how many may be counted wrongly is
stated (`uncertain`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import lgamma, log, log2

import numpy as np
import numpy.typing as npt

from fivetimes.columns import Bools, Floats, Ints
from fivetimes.eventlog.runs import in_both_once, rising
from fivetimes.eventlog.stamps import AT_ONCE

_PROOF = 10.0  # bits beyond chance, as for copies: one false match in a thousand files
_ONCE_MORE = 20  # lines in a row that stand in both; a routine done twice in the very same words is shorter
_WINDOW = 4  # lines that are compared at once to find where a stretch may lie; they stand once on each side


@dataclass(frozen=True, slots=True)
class FileRows:
    """Rows of one file in its order: keyed digests of their texts, times (seconds since the epoch, NaN unknown), and the keyed
    digests of the ids that their program gave them (0: none)."""

    digest: npt.NDArray[np.uint64]
    time: Floats
    key: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.digest)

    def first(self, count: int) -> FileRows:
        """So many of them."""
        return FileRows(self.digest[:count], self.time[:count], self.key[:count])


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What the rows of a file are.

    Attributes:
        known: of each row of the file the row of memory that is the same act, -1: it is new.
        uncertain: rows that may have been taken for new, or for known, wrongly.
    """

    known: Ints
    uncertain: int = 0


def reconcile(kept: FileRows, now: FileRows, *, once: bool) -> Reconciled:
    """Find the rows of a file that memory holds.

    Args:
        kept: what memory holds of it, in order.
        now: what stands in it, in order.
        once: the file keeps each line once.

    Example:
        >>> def rows(*lines):
        ...     none = np.zeros(len(lines), dtype=np.uint64)
        ...     return FileRows(np.array(lines, dtype=np.uint64), np.full(len(lines), np.nan), none)
        >>> reconcile(rows(1, 2, 3, 4), rows(3, 4, 5), once=False).known.tolist()
        [2, 3, -1]
    """
    known = np.full(len(now), -1, dtype=np.int64)
    free = np.ones(len(kept), dtype=np.bool_)
    timed = ~_untimed(now)
    _by_identity(kept, now, known, free, np.flatnonzero(timed | (now.key > 0)))
    asked, left = np.flatnonzero(~timed & (now.key == 0)), np.flatnonzero(free & (kept.key == 0))
    if not len(asked) or not len(left):
        return Reconciled(known)
    found = _by_neighbours(kept.digest[left].tolist(), now.digest[asked].tolist(), once=once)
    for before, at in found.pairs:
        known[asked[at]] = left[before]
    return Reconciled(known, found.uncertain)


def positions(kept: Floats, known: Ints) -> Floats:
    """A position among those of memory for each row of a file: a known one has its own, a new one lies between its neighbours'.

    New rows at the end of the file stand behind all that memory holds. Equal positions are in the order in which they came.

    Args:
        kept: the positions of memory's rows, rising.
        known: as `reconcile` found.

    Example:
        >>> positions(np.array([1.0, 2.0, 3.0]), np.array([0, -1, 1, -1])).tolist()
        [1.0, 1.5, 2.0, 4.0]
    """
    placed = np.where(known >= 0, kept[known] if len(kept) else 0.0, np.nan)
    last = float(kept[-1]) if len(kept) else 0.0
    new = np.flatnonzero(known < 0)
    for run in np.split(new, np.flatnonzero(np.diff(new) > 1) + 1):
        if not len(run):
            continue
        if run[-1] == len(known) - 1:
            placed[run] = last + np.arange(1, len(run) + 1)
            continue
        if run[0] == 0:
            high = float(placed[run[-1] + 1])
            before = kept[kept < high]
            low = float(before[-1]) if len(before) else high - len(run) - 1
        else:
            low = float(placed[run[0] - 1])
            after = kept[kept > low]
            high = float(after[0]) if len(after) else low + len(run) + 1
        placed[run] = low + (high - low) * np.arange(1, len(run) + 1) / (len(run) + 1)
    return placed


def _untimed(rows: FileRows) -> Bools:
    """Rows without a time of their own; a whole block of lines at one second was stamped when it was written."""
    bare: Bools = np.isnan(rows.time)
    stamp = np.cumsum(np.append(True, np.diff(np.floor(rows.time)) != 0)[: len(rows)]) - 1
    if len(rows):
        bare |= np.bincount(stamp)[stamp] >= AT_ONCE
    return bare


# ---- with an id or a time


def _by_identity(kept: FileRows, now: FileRows, known: Ints, free: Bools, asked: Ints) -> None:
    """Match each of the rows asked for with the first free row of memory of the same text and id, or text and time."""

    def identity(rows: FileRows, at: int) -> tuple[float, float, int]:
        key = int(rows.key[at])
        return (int(rows.digest[at]), 0.0 if key else float(rows.time[at]), key)

    places: dict[tuple[float, float, int], deque[int]] = defaultdict(deque)
    for at in np.flatnonzero((kept.key > 0) | ~np.isnan(kept.time)).tolist():
        places[identity(kept, at)].append(at)
    for at in asked.tolist():
        found = places.get(identity(now, at))
        if found:
            known[at] = found.popleft()
            free[known[at]] = False


# ---- by neighbours


@dataclass(frozen=True, slots=True)
class _Matched:
    pairs: Sequence[tuple[int, int]]  # (index in memory, index in the file)
    uncertain: int = 0


def _by_neighbours(kept: list[int], now: list[int], *, once: bool) -> _Matched:
    """The explanation that leaves the fewest lines new; of equal ones that which leaves more open."""
    ways = [_appended(kept, now)]
    if len(ways[0].pairs) < min(len(kept), len(now)):
        ways.append(_still_in_order(kept, now) if once else _written_anew(kept, now))
    return max(ways, key=lambda way: (len(way.pairs), way.uncertain))


def _appended(kept: Sequence[int], now: Sequence[int]) -> _Matched:
    """What stands last in memory stands first in the file."""
    lengths = _overlaps(kept, now)
    if not lengths:
        return _Matched(())
    length, end = lengths[0]
    other = next((one for one, _ in lengths[1:] if one >= _ONCE_MORE), length)
    # a new file may begin with what was done last
    begun_anew = length if length < min(len(kept), _ONCE_MORE) else 0
    return _Matched([(end - length + at, at) for at in range(length)], max(length - other, begun_anew))


def _written_anew(kept: Sequence[int], now: Sequence[int]) -> _Matched:
    """Stretches that stand in both, and are no repetition."""
    cost = _Bits(kept, now)
    blocks = [block for block in _stretches(kept, now) if _is_one(block, kept, now, cost)]
    pairs = [(before + at, here + at) for before, here, count in blocks for at in range(count)]
    short = sum(count for _, _, count in blocks if count < _ONCE_MORE)
    return _Matched(pairs, short + _left_open(kept, now, blocks))


def _is_one(block: tuple[int, int, int], kept: Sequence[int], now: Sequence[int], cost: _Bits) -> bool:
    """Whether a stretch was given once: it is long, or stands first in the file or last in memory, where an edited file has it."""
    before, here, count = block
    if cost.of(now[here : here + count]) < _PROOF:
        return False
    return count >= _ONCE_MORE or here == 0 or before + count == len(kept)


class _Bits:
    """What it costs to have some lines by chance, by the frequencies of all lines on both sides."""

    def __init__(self, kept: Sequence[int], now: Sequence[int]) -> None:
        self._uses = Counter(kept)
        self._uses.update(now)
        self._all = len(kept) + len(now)

    def of(self, lines: Sequence[int]) -> float:
        return sum(log2(self._all / self._uses[line]) for line in lines) - log2(self._all)


def _overlaps(kept: Sequence[int], now: Sequence[int]) -> list[tuple[int, int]]:
    """(length, where it ends in memory) of what the file begins with and memory ends with, the longest first.

    If the whole file stands within memory, that place, the last one, is all. (Knuth, Morris and Pratt.)
    """
    border = [0] * len(now)  # of each beginning of the file the longest other beginning that it ends with

    def longer(length: int, line: int) -> int:
        while length and (length == len(now) or line != now[length]):
            length = border[length - 1]
        return length + (line == now[length])

    for at in range(1, len(now)):
        border[at] = longer(border[at - 1], now[at])
    length, whole = 0, len(kept)
    for at, line in enumerate(kept, 1):
        length = longer(length, line)
        whole = at if length == len(now) else whole
    if whole < len(kept):
        return [(len(now), whole)]
    found = []
    while length:
        found.append((length, len(kept)))
        length = border[length - 1]
    return found


def _still_in_order(kept: Sequence[int], now: Sequence[int]) -> _Matched:
    """What a file that keeps each line once begins with, as long as it stands in the order of memory: a line that was given again
    is behind all that were not.

    The order is that of the last uses. It is that of other uses where much more of the file keeps it: another shell, whose
    lines the file has lost, used some of them later.
    """
    places: dict[int, list[int]] = defaultdict(list)
    for at, line in enumerate(kept):
        places[line].append(at)
    by_last = _as_far_as_rising(now, lambda line, _: places[line][-1] if line in places else -1)
    by_any = _as_far_as_rising(now, lambda line, low: _next_place(places.get(line, ()), low))
    further = len(by_any) - len(by_last)
    pairs = by_any if _ordered(further) else by_last
    return _Matched(pairs, (0 if _ordered(len(pairs)) else len(pairs)) + (0 if _ordered(further) else further))


def _ordered(things: int) -> bool:
    """Whether so many things in one order are beyond chance, which gives it once in n!."""
    return lgamma(things + 1) / log(2) >= _PROOF


def _as_far_as_rising(now: Sequence[int], place: Callable[[int, int], int]) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for at, line in enumerate(now):
        low = pairs[-1][0] if pairs else -1
        found = place(line, low)
        if found <= low:
            break
        pairs.append((found, at))
    return pairs


def _next_place(places: Sequence[int], low: int) -> int:
    at = bisect_right(places, low)
    return places[at] if at < len(places) else -1


def _stretches(kept: Sequence[int], now: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """(index in memory, index in the file, length) of the stretches that stand in both and do not cross.

    They are found by the windows that stand once on each side (patience sorting), and reach as far as the lines are the same.
    """
    names: dict[tuple[int, ...], int] = {}
    windows = [
        [names.setdefault(tuple(lines[at : at + _WINDOW]), len(names)) for at in range(len(lines) - _WINDOW + 1)]
        for lines in (kept, now)
    ]
    low, low_now = 0, 0  # behind the stretch before
    for before, here in rising(in_both_once(*windows)):
        if before < low or here < low_now:
            continue
        start = 0
        while before - start > low and here - start > low_now and kept[before - start - 1] == now[here - start - 1]:
            start += 1
        count = 0
        while before + count < len(kept) and here + count < len(now) and kept[before + count] == now[here + count]:
            count += 1
        yield before - start, here - start, start + count
        low, low_now = before + count, here + count


def _left_open(kept: Sequence[int], now: Sequence[int], blocks: Sequence[tuple[int, int, int]]) -> int:
    """Lines between the stretches that stand on both sides all the same: they may have been given once, or once more."""
    ends = [(0, 0, 0), *blocks, (len(kept), len(now), 0)]
    return sum(
        (Counter(kept[before + count : after]) & Counter(now[here + count : there])).total()
        for (before, here, count), (after, there, _) in pairwise(ends)
    )
