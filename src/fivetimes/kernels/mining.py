"""Coded traces -> the nodes of a tree of frequent sequences, depth first by projected databases.

An occurrence of a sequence is kept as (end, latest start). Both rise together: of two positions where a sequence may end, the
later one has the later latest start. So an event that continues a sequence continues its nearest occurrence, each event is
visited once per sequence, and the largest number of disjoint occurrences is counted on the way, taking the earliest end each
time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from fivetimes.columns import Bools, Bytes, Int32s, Ints

MASK_BITS = (
    8  # the pair filter looks so many events ahead, as a mask is a byte; what stands farther off is simply tried
)


class Events(NamedTuple):
    """A coded sequence database; `sequential_patterns/database.py` says more.

    Attributes:
        items: (events,) int32, from 0 to the size of the alphabet; -1 is a blank.
        last: (events,) int32, index of the last event of the same stretch.
        unit: (events,) int32, rising: the session that counts once.
    """

    items: Int32s
    last: Int32s
    unit: Int32s


class Positions(NamedTuple):
    """Where each item stands: item x at `where[first[x]:first[x + 1]]`, rising.

    Attributes:
        first: (alphabet + 1,) int64.
        where: (events that are no blank,) int32.
    """

    first: Ints
    where: Int32s


class Counting(NamedTuple):
    """How a sequence continues and what its support counts.

    Attributes:
        span: events ahead within which it continues.
        by_session: sessions are counted; else disjoint occurrences.
        first_only: only the first occurrence of each session is followed.
    """

    span: int
    by_session: bool
    first_only: bool


class Bounds(NamedTuple):
    """Which sequences are looked for, and when the search gives up.

    Attributes:
        least: support, at least.
        longest: items, at most.
        limit: sequences, at most.
        early: sequences after which the search looks whether it will keep to the limit; then at twice as many, and so on.
        abort_ratio: times the limit; it ends at once if it heads for more.
    """

    least: int
    longest: int
    limit: int
    early: int
    abort_ratio: float


class _Counters(NamedTuple):
    """Scratch per item of the alphabet, all int32: occurrences met, support, the last position or session counted, items met."""

    total: Int32s
    support: Int32s
    seen: Int32s
    touched: Int32s


@njit(cache=True, nogil=True)
def _counters(alphabet: int) -> _Counters:
    return _Counters(
        np.zeros(alphabet, dtype=np.int32),
        np.zeros(alphabet, dtype=np.int32),
        np.zeros(alphabet, dtype=np.int32),
        np.zeros(alphabet, dtype=np.int32),
    )


@njit(cache=True, nogil=True)
def positions(items: Int32s, alphabet: int) -> Positions:
    """The positions of every item that is no blank."""
    first = np.zeros(alphabet + 1, dtype=np.int64)
    for x in items:
        if x >= 0:
            first[x + 1] += 1
    first = np.cumsum(first)
    filled = first.copy()
    where = np.empty(first[alphabet], dtype=np.int32)
    for p in range(len(items)):
        x = items[p]
        if x >= 0:
            where[filled[x]] = p
            filled[x] += 1
    return Positions(first, where)


@njit(cache=True, nogil=True)
def _extensions(
    end: Int32s,
    start: Int32s,
    low: int,
    high: int,
    events: Events,
    mask: Bytes,
    counting: Counting,
    counters: _Counters,
    hits: Int32s,
) -> tuple[int, int]:
    """Continue the occurrences [low, high) of one prefix by one event in every way.

    Args:
        end: (room,) int32, the last event of each occurrence, rising.
        start: (room,) int32, its first event, the latest possible one.
        low: the first occurrence of the prefix.
        high: the one after its last.
        events: the database.
        mask: (events,) uint8, as `frequent_pairs` gives it.
        counting: how it may continue.
        counters: of the items met, which are listed in `touched`; `total` is zero before.
        hits: (room, 3) int32, takes the rows (item, position, start).

    Returns:
        The number of rows in `hits`, and of items met.
    """
    items, last, unit = events.items, events.last, events.unit
    span, by_session, first_only = counting.span, counting.by_session, counting.first_only
    count, support, seen, touched = counters.total, counters.support, counters.seen, counters.touched
    n, met = 0, 0
    for j in range(low, high):
        e = end[j]
        # the mask knows the end of the stretch as far as it looks: one array less to fetch from
        far = np.int64(e) + span
        if span > MASK_BITS:
            far = min(np.int64(last[e]), far)
        if j + 1 < high and end[j + 1] < far:
            far = np.int64(end[j + 1])
        bits = np.int64(mask[e])
        for p in range(np.int64(e) + 1, far + 1):
            ahead = p - e - 1
            if ahead < MASK_BITS and not (bits >> ahead) & 1:
                continue
            x = items[p]
            if x < 0:
                continue
            begins = unit[p] if by_session else start[j]
            if count[x] == 0:
                touched[met] = x
                met += 1
                seen[x] = -1
                support[x] = 0
            elif first_only and seen[x] == begins:
                continue
            count[x] += 1
            if begins > seen[x]:
                support[x] += 1
                seen[x] = begins if by_session else p
            hits[n, 0] = x
            hits[n, 1] = p
            hits[n, 2] = start[j]
            n += 1
    return n, met


@njit(cache=True, nogil=True)
def all_pairs(last: Int32s) -> Bytes:
    """The mask that only knows where a stretch ends: bit d is set if the event d + 1 later is still in it.

    Args:
        last: (events,) int32, index of the last event of the same stretch.

    Returns:
        (events,) uint8.
    """
    mask = np.empty(len(last), dtype=np.uint8)
    for e in range(len(last)):
        mask[e] = (1 << min(MASK_BITS, last[e] - e)) - 1
    return mask


@njit(cache=True, nogil=True)
def frequent_pairs(events: Events, index: Positions, counting: Counting, least: int) -> Bytes:
    """For every event a bit mask: bit d is set if its item is followed often enough by the item d + 1 events later.

    Args:
        events: the database.
        index: where its items stand.
        counting: what support counts; the same as in `grow`.
        least: support, at least.

    Returns:
        (events,) uint8.
    """
    items, last = events.items, events.last
    first, where = index.first, index.where
    alphabet = len(first) - 1
    mask = np.zeros(len(items), dtype=np.uint8)
    every = all_pairs(last)
    counters = _counters(alphabet)
    count, support, touched = counters.total, counters.support, counters.touched
    every_occurrence = Counting(counting.span, counting.by_session, False)
    span = counting.span
    hits = np.empty((1, 3), dtype=np.int32)
    for a in range(alphabet):
        need = min((first[a + 1] - first[a]) * span, len(items))
        if need > len(hits):
            hits = np.empty((min(2 * need, len(items)), 3), dtype=np.int32)
        _, met = _extensions(where, where, first[a], first[a + 1], events, every, every_occurrence, counters, hits)
        for j in range(first[a], first[a + 1]):
            e = where[j]
            for ahead in range(min(span, MASK_BITS, last[e] - e)):
                x = items[e + 1 + ahead]
                # an item that only a later occurrence of `a` reaches was counted there
                if x >= 0 and count[x] > 0 and support[x] >= least:
                    mask[e] |= np.uint8(1 << ahead)
        for t in range(met):
            count[touched[t]] = 0
    return mask


@njit(cache=True, nogil=True)
def _longer(array: Int32s, size: int) -> Int32s:
    """The same array with room for at least `size` entries, and twice as many as before at least."""
    wider = np.empty(max(size, 2 * len(array)), dtype=np.int32)
    wider[: len(array)] = array
    return wider


@njit(cache=True, nogil=True)
def grow(
    events: Events, mask: Bytes, index: Positions, roots: Int32s, counting: Counting, bounds: Bounds, stop: Bools
) -> tuple[Int32s, Int32s, Int32s, float]:
    """All frequent sequences that begin with one of `roots`.

    Args:
        events: the database.
        mask: (events,) uint8, `all_pairs` or `frequent_pairs`.
        index: where its items stand.
        roots: (roots,) int32 items.
        counting: what support counts.
        bounds: what is looked for; when the search gives up.
        stop: (1,) bool; another thread ends the search by setting it.

    Returns:
        The nodes of a tree, int32 each: parent, last item, support; node 0 is the empty sequence, and a node stands after its
        parent. And the share of the search that was done: below 1 if it was ended by `stop`, by `limit`, or as abort_ratio.
    """
    items, unit = events.items, events.unit
    first, where = index.first, index.where
    span, by_session, first_only = counting.span, counting.by_session, counting.first_only
    least, longest, limit, early = bounds.least, bounds.longest, bounds.limit, bounds.early
    alphabet = len(first) - 1
    counters = _counters(alphabet)
    count, support, touched = counters.total, counters.support, counters.touched
    filled = np.zeros(alphabet, dtype=np.int64)
    hits = np.empty((1024, 3), dtype=np.int32)
    end = np.empty(1024, dtype=np.int32)
    start = np.empty(1024, dtype=np.int32)
    out_parent = np.zeros(1024, dtype=np.int32)
    out_item = np.full(1024, -1, dtype=np.int32)
    out_support = np.zeros(1024, dtype=np.int32)
    found = 1
    # what is still to be looked at: node, length, and where its occurrences stand; the last one is next
    stack_node = np.empty(256, dtype=np.int32)
    stack_length = np.empty(256, dtype=np.int32)
    stack_low = np.empty(256, dtype=np.int64)
    stack_high = np.empty(256, dtype=np.int64)
    whole, finished, share = 0.0, 0.0, 0.0
    for root in roots:
        whole += first[root + 1] - first[root]
    for root in roots:
        size = first[root + 1] - first[root]
        if size > len(end):
            end, start = _longer(end, size), _longer(start, size)
        high, unit_before, sessions = 0, -1, 0
        for j in range(first[root], first[root + 1]):
            p = where[j]
            new = unit[p] != unit_before
            unit_before = unit[p]
            sessions += new
            if new or not first_only:
                end[high] = p
                start[high] = p
                high += 1
        if (sessions if by_session else size) < least:
            finished += size
            continue
        if found == len(out_item):
            out_parent, out_item = _longer(out_parent, found + 1), _longer(out_item, found + 1)
            out_support = _longer(out_support, found + 1)
        out_parent[found] = 0
        out_item[found] = root
        out_support[found] = sessions if by_session else size
        stack_node[0] = found
        stack_length[0] = 1
        stack_low[0] = 0
        stack_high[0] = high
        found += 1
        todo, branches = 1, 0
        while todo > 0:
            left = todo if branches > 0 else 0
            todo -= 1
            node, length = stack_node[todo], stack_length[todo]
            low, high = stack_low[todo], stack_high[todo]
            if length == 2:
                share = (finished + size * (branches - left) / branches) / whole
            if stop[0] or found > limit:
                return out_parent[:found], out_item[:found], out_support[:found], min(share, 0.999999)
            if length >= longest:
                continue
            need = min(int(high - low) * span, len(items))
            if need > len(hits):
                hits = np.empty((min(2 * need, len(items)), 3), dtype=np.int32)
            n, met = _extensions(end, start, low, high, events, mask, counting, counters, hits)
            kept, rows = 0, 0
            for t in range(met):
                x = touched[t]
                if support[x] >= least:
                    touched[kept] = x
                    kept += 1
                    rows += count[x]
                    filled[x] = 0
                else:
                    filled[x] = -1
                    count[x] = 0
            if found + kept > len(out_item):
                out_parent, out_item = _longer(out_parent, found + kept), _longer(out_item, found + kept)
                out_support = _longer(out_support, found + kept)
            if length + 1 >= longest:
                for t in range(kept):
                    x = touched[t]
                    out_parent[found] = node
                    out_item[found] = x
                    out_support[found] = support[x]
                    found += 1
                    count[x] = 0
                continue
            if high + rows > len(end):
                end, start = _longer(end, high + rows), _longer(start, high + rows)
            if todo + kept > len(stack_node):
                room = 2 * (todo + kept)
                stack_node, stack_length = _longer(stack_node, room), _longer(stack_length, room)
                wider = np.empty(room, dtype=np.int64)
                wider[:todo] = stack_low[:todo]
                stack_low = wider
                wider = np.empty(room, dtype=np.int64)
                wider[:todo] = stack_high[:todo]
                stack_high = wider
            # what is looked at last stands lowest, so that what is above the next one is free
            at = high
            for t in range(kept):
                x = touched[t]
                filled[x] = at
                out_parent[found] = node
                out_item[found] = x
                out_support[found] = support[x]
                stack_node[todo] = found
                stack_length[todo] = length + 1
                stack_low[todo] = at
                at += count[x]
                stack_high[todo] = at
                count[x] = 0
                found += 1
                todo += 1
            for h in range(n):
                x = hits[h, 0]
                at = filled[x]
                if at >= 0:
                    end[at] = hits[h, 1]
                    start[at] = hits[h, 2]
                    filled[x] = at + 1
            if length == 1:
                branches = kept
            if found > early:
                early *= 2
                # no branch done yet says nothing: look again later
                if 0.0 < share < found / (bounds.abort_ratio * limit):
                    return out_parent[:found], out_item[:found], out_support[:found], share
        finished += size
        share = finished / whole
    return out_parent[:found], out_item[:found], out_support[:found], 1.0
