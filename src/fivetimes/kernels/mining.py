"""Coded traces -> a tree of frequent sequences, depth first. `sequential_patterns/database.py` says what the arrays mean.

An occurrence of a sequence is kept as (end, latest start). Both rise together: of two places where a sequence may end, the
later one has the later latest start. So an event that continues a sequence continues its nearest occurrence, each event is
visited once per sequence, and the largest number of disjoint occurrences is counted on the way, taking the earliest end each
time.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from fivetimes.model import Bools, Bytes, Int32s, Ints

MASK_BITS = 8  # the pair filter looks so many events ahead; what stands farther off is simply tried


@njit(cache=True, nogil=True)
def positions(items: Int32s, alphabet: int) -> tuple[Ints, Int32s]:
    """The places of every item, rising: those of item x are `slots[first[x]:first[x + 1]]`."""
    first = np.zeros(alphabet + 1, dtype=np.int64)
    for x in items:
        if x >= 0:
            first[x + 1] += 1
    first = np.cumsum(first)
    filled = first.copy()
    slots = np.empty(first[alphabet], dtype=np.int32)
    for p in range(len(items)):
        x = items[p]
        if x >= 0:
            slots[filled[x]] = p
            filled[x] += 1
    return first, slots


@njit(cache=True, nogil=True)
def gather(
    end: Int32s,
    start: Int32s,
    low: int,
    high: int,
    items: Int32s,
    last: Int32s,
    unit: Int32s,
    mask: Bytes,
    span: int,
    by_session: bool,
    first_only: bool,
    count: Int32s,
    support: Int32s,
    seen: Int32s,
    touched: Int32s,
    hits: Int32s,
) -> tuple[int, int]:
    """Continue the occurrences [low, high) by one event each way: rows (item, place, start) into `hits`.

    Fills `count` and `support` of the items met, which are listed in `touched`; `seen` is scratch. `count` is zero before.
    """
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
    """The mask that only knows where a stretch ends: bit d says that the event d + 1 later is still in it."""
    mask = np.empty(len(last), dtype=np.uint8)
    for e in range(len(last)):
        mask[e] = (1 << min(MASK_BITS, last[e] - e)) - 1
    return mask


@njit(cache=True, nogil=True)
def frequent_pairs(
    items: Int32s, last: Int32s, unit: Int32s, first: Ints, slots: Int32s, span: int, least: int, by_session: bool
) -> Bytes:
    """For every event a bit mask: bit d says that its item is followed often enough by the item d + 1 events later."""
    alphabet = len(first) - 1
    mask = np.zeros(len(items), dtype=np.uint8)
    every = all_pairs(last)
    count = np.zeros(alphabet, dtype=np.int32)
    support = np.zeros(alphabet, dtype=np.int32)
    seen = np.zeros(alphabet, dtype=np.int32)
    touched = np.zeros(alphabet, dtype=np.int32)
    hits = np.empty((1, 3), dtype=np.int32)
    for a in range(alphabet):
        need = min((first[a + 1] - first[a]) * span, len(items))
        if need > len(hits):
            hits = np.empty((min(2 * need, len(items)), 3), dtype=np.int32)
        _, met = gather(
            slots, slots, first[a], first[a + 1], items, last, unit, every, span, by_session, False,
            count, support, seen, touched, hits,
        )  # fmt: skip
        for j in range(first[a], first[a + 1]):
            e = slots[j]
            for ahead in range(min(span, MASK_BITS, last[e] - e)):
                x = items[e + 1 + ahead]
                # an item that only a later occurrence of `a` reaches was counted there
                if x >= 0 and count[x] > 0 and support[x] >= least:
                    mask[e] |= np.uint8(1 << ahead)
        for t in range(met):
            count[touched[t]] = 0
    return mask


@njit(cache=True, nogil=True)
def longer(array: Int32s, size: int) -> Int32s:
    """The same array with room for at least `size` rows."""
    wider = np.empty(max(size, 2 * len(array)), dtype=np.int32)
    wider[: len(array)] = array
    return wider


@njit(cache=True, nogil=True)
def grow(
    items: Int32s,
    last: Int32s,
    unit: Int32s,
    mask: Bytes,
    first: Ints,
    slots: Int32s,
    roots: Int32s,
    span: int,
    least: int,
    longest: int,
    by_session: bool,
    first_only: bool,
    limit: int,
    early: int,
    hopeless: float,
    stop: Bools,
) -> tuple[Int32s, Int32s, Int32s, float]:
    """All frequent sequences that begin with one of `roots`: parent, item and support of each node, and the share done.

    Node 0 is the empty sequence; a node stands after its parent. The share is below 1 when the search was stopped: by `stop`,
    by `limit`, or at `early` nodes when it headed for more than `hopeless` times the limit.
    """
    alphabet = len(first) - 1
    count = np.zeros(alphabet, dtype=np.int32)
    support = np.zeros(alphabet, dtype=np.int32)
    seen = np.zeros(alphabet, dtype=np.int32)
    touched = np.zeros(alphabet, dtype=np.int32)
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
            end, start = longer(end, size), longer(start, size)
        high, unit_before, sessions = 0, -1, 0
        for j in range(first[root], first[root + 1]):
            p = slots[j]
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
            out_parent, out_item = longer(out_parent, 0), longer(out_item, 0)
            out_support = longer(out_support, 0)
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
            n, met = gather(
                end, start, low, high, items, last, unit, mask, span, by_session, first_only,
                count, support, seen, touched, hits,
            )  # fmt: skip
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
                out_parent, out_item = longer(out_parent, found + kept), longer(out_item, found + kept)
                out_support = longer(out_support, found + kept)
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
                end, start = longer(end, high + rows), longer(start, high + rows)
            if todo + kept > len(stack_node):
                room = 2 * (todo + kept)
                stack_node, stack_length = longer(stack_node, room), longer(stack_length, room)
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
                if 0.0 < share < found / (hopeless * limit):
                    return out_parent[:found], out_item[:found], out_support[:found], share
        finished += size
        share = finished / whole
    return out_parent[:found], out_item[:found], out_support[:found], 1.0
