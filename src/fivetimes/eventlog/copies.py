"""EventLog -> pairs of rows: lines that stand a second time, in the same history or in another one, as a copy of the same act.

A backup beside the history, a history that was read into itself, an import, a list that was printed: every act counts once. Where
two lines have times, text and time say whether they are one act (`same_moments`). Where one of them has none, its neighbours say
it: a long stretch of lines that stands in two places is one stretch of work (`same_stretches`); what follows says how long.

People repeat themselves too: a routine is lines that come again. So the length that is beyond chance is not enough; a
copy must also be longer than what people do twice in the very same words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from math import lgamma, log, log2

import numpy as np

from fivetimes.columns import Bools, EventLog, Floats, Ints
from fivetimes.config import Search
from fivetimes.eventlog.runs import PlacesOfLines, Stretch, in_both_once, last_uses, rising
from fivetimes.eventlog.stamps import typed_lines
from fivetimes.model.events import By

Pairs = list[tuple[int, int]]  # (row of the event that stays, row of another record of it)

# Places (three lines in a row) that came again in order, if they came nowhere else. A routine of so many lines that was done twice,
# both times without one line more or less, would be taken for a copy; done a third time it would not.
_ONCE_MORE = 20
_ALWAYS = Search().max_steps  # places that came again in order, wherever else: more than a routine has steps
# Moments of one history with the same line at two places: a shell may be given one command twice within a second, with another
# between.
_MOMENTS = 3
_PROOF = 10.0  # bits beyond chance: one run in a thousand persons' histories


# ---- with times


def same_moments(log: EventLog, free: Bools) -> Pairs:
    """(line that stays, another record of it by the same program): the same line at the same second.

    What stands side by side at one second was given twice. In one history such a copy counts if there are more than one or two. The
    place that has the line most often stays, then the first one by the number of its history and its place there.

    Args:
        log: the redacted events.
        free: rows that are no other event's record.
    """
    columns = log.columns
    time = columns["time"]
    exact = typed_lines(columns, log.forms, log.sources) | (time % 1 != 0)  # a day's events may well share the day
    rows = np.flatnonzero(free & exact & ~np.isnan(time) & (columns["commit"] < 0))
    rows = rows[np.lexsort((columns["order"][rows], columns["origin"][rows]))]
    if not len(rows):
        return []
    person, source, origin, form, when = (columns[n][rows] for n in ("person", "source", "origin", "form", "time"))
    side_by_side = np.cumsum((np.diff(origin, prepend=-1) != 0) | (np.diff(when, prepend=np.nan) != 0))
    alike = np.lexsort((when, form, source, person))
    new = np.any([np.diff(column[alike], prepend=-1) != 0 for column in (when, form, source, person)], axis=0)
    key = np.empty(len(rows), dtype=np.int64)
    key[alike] = np.cumsum(new) - 1
    by_key: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index in np.flatnonzero(np.bincount(key)[key] > 1).tolist():
        by_key[int(key[index])][int(side_by_side[index])].append(index)
    found: Pairs = []
    within: dict[int, Pairs] = defaultdict(list)  # of each history those that stand twice in it
    for stretches in by_key.values():
        # as often as the place has it that has it most often: what is more there was given again
        most, *others = sorted(stretches.values(), key=lambda some: (-len(some), some[0]))
        for copies in others:
            own = origin[most[0]] == origin[copies[0]]
            (within[int(origin[most[0]])] if own else found).extend(zip(most, copies, strict=False))
    found += [pair for pairs in within.values() if len({when[copy] for _, copy in pairs}) >= _MOMENTS for pair in pairs]
    return sorted(((int(rows[event]), int(rows[copy])) for event, copy in found), key=lambda pair: pair[1])


# ---- without times


@dataclass(slots=True)
class SameStretches:
    """What stands again without times.

    Attributes:
        pairs: (line that stays, copy of it).
        unsure: histories of which lines were taken for copies that may be acts of their own: there may have been more.
    """

    pairs: Pairs = field(default_factory=list)
    unsure: set[int] = field(default_factory=set)


def same_stretches(log: EventLog, free: Bools, pairs: Pairs) -> SameStretches:
    """Lines without times that stand again: in their own history, in another one without times, or among lines with times.

    Args:
        log: the redacted events.
        free: rows that are no other event's record.
        pairs: the records of one event that are known already.
    """
    columns = log.columns
    wanted = typed_lines(columns, log.forms, log.sources) & (columns["by"] == By.HUMAN) & (columns["commit"] < 0)
    stays = _last_of(pairs, len(log))
    found = SameStretches()
    for person in np.unique(columns["person"][wanted & free & np.isnan(columns["time"])]).tolist():
        rows = np.flatnonzero(wanted & (columns["person"] == person))
        _PersonsLines(log, rows, stays, free).search(found)
    found.pairs.sort(key=lambda pair: pair[1])
    return found


def _last_of(pairs: Pairs, count: int) -> Ints:
    """Of each row the row that stays of its event."""
    stays = np.arange(count, dtype=np.int64)
    for event, copy in pairs:
        stays[copy] = event
    while (stays[stays] != stays).any():
        stays = stays[stays]
    return stays


class _PersonsLines:
    """One person's lines as sequences: each history, and what has times in the order of time, by program and all together."""

    def __init__(self, log: EventLog, rows: Ints, stays: Ints, free: Bools) -> None:
        columns = log.columns
        self._origin, self._form = columns["origin"], columns["form"]
        self._free, self._stays = free, stays
        self._timed = ~np.isnan(columns["time"][stays])
        rows = rows[np.lexsort((columns["order"][rows], columns["origin"][rows]))]
        self._histories = np.split(rows, np.flatnonzero(np.diff(columns["origin"][rows])) + 1)
        self._timelines = list(_timelines(rows[self._timed[rows]], stays, columns["time"], columns["source"]))
        self._once = [int(self._origin[some[0]]) in log.deduplicated for some in self._histories]
        uses = np.bincount(self._form[rows])
        self._bits: list[float] = (-np.log2(np.maximum(uses, 1) / len(rows))).tolist()
        self._count = len(rows)
        self._rows: list[list[list[int]]] = []
        self._lines: list[list[int]] = []
        self._copy_of: dict[int, int] = {}

    def search(self, found: SameStretches) -> None:
        """Add the copies among the lines of each history that has lines without times."""
        asked = [here for here, rows in enumerate(self._histories) if (~self._timed[rows] & self._free[rows]).any()]
        # what stands twice in a history comes first: then a line of another one has one copy in it at most
        for here in asked:
            self._lay_out([self._histories[here].tolist()])
            self._compare(PlacesOfLines(self._lines), 0, {0: True}, found)
        if len(self._histories) == 1 and not self._timelines:
            found.pairs += [(event, copy) for copy, event in self._copy_of.items()]
            return
        self._lay_out([*map(self._events_of, self._histories), *self._timelines])
        places = PlacesOfLines(self._lines)
        for here in asked:
            others = self._beside(here)
            self._compare(places, here, others, found)
            once = [number for number in others if number < len(self._once) and self._once[number]]
            for there in others if self._once[here] else once:
                self._take(here, there, self._in_order(here, there))
        found.pairs += [(event, copy) for copy, event in self._copy_of.items()]

    def _lay_out(self, sequences: Iterable[Sequence[int]]) -> None:
        """Take these rows as the sequences that are compared.

        A line that came several times in a row is one: shells can keep it once (`HISTCONTROL=ignoredups`).
        """
        self._rows = [[list(some) for _, some in groupby(rows, key=self._form_of)] for rows in sequences]
        self._lines = [[self._form_of(some[0]) for some in rows] for rows in self._rows]

    def _form_of(self, row: int) -> int:
        return int(self._form[row])

    def _events_of(self, rows: Ints) -> list[int]:
        """Of a history's rows the first one of each event."""
        seen: dict[int, int] = {}
        for row in rows.tolist():
            event = int(self._stays[row])
            seen.setdefault(self._copy_of.get(event, event), row)
        return list(seen.values())

    def _compare(self, places: PlacesOfLines, here: int, others: Mapping[int, bool], found: SameStretches) -> None:
        for stretch in places.stretches(here, others, least=_ONCE_MORE):
            there = stretch.runs[0].sequence
            pairs = list(stretch.pairs(self._lines[there], self._lines[here]))
            if not self._is_copy(places, stretch, here, pairs):
                continue
            self._take(here, there, pairs)
            (one, other), (last, latest) = pairs[0], pairs[-1]
            # what two files share begins where one of them begins, and ends where one ends
            ends = last == len(self._lines[there]) - 1 or latest == len(self._lines[here]) - 1
            if min(one, other) > 0 or not ends:
                found.unsure |= {int(self._origin[self._rows[number][0][0]]) for number in (here, there)}

    def _beside(self, here: int) -> dict[int, bool]:
        """The sequences in which lines of a history may stand again: the histories before it, and what has times."""
        others = dict.fromkeys(range(here), False)
        for number in range(here + 1, len(self._rows)):
            if number >= len(self._histories) or self._timed[self._histories[number]].any():
                others[number] = False
        return others

    def _take(self, here: int, there: int, pairs: Iterable[tuple[int, int]]) -> None:
        """Note the copies in some pairs of equal lines; a line that is one already stays the copy of what it is."""
        own = self._rows[here] is self._rows[there]
        later = not own and here < there < len(self._histories)
        mine = (row for some in self._rows[here] for row in some)
        have = set() if own else {self._copy_of[row] for row in mine if row in self._copy_of}
        rows = ((self._rows[there][at], self._rows[here][at_here]) for at, at_here in pairs)
        for event, copy in (pair for records, copies in rows for pair in self._paired(records, copies)):
            if not self._free[copy] or self._timed[copy] or copy in self._copy_of or event == copy or event in have:
                continue
            if not later or self._timed[event]:
                self._copy_of[copy] = event

    def _paired(self, records: Iterable[int], copies: Sequence[int]) -> Iterator[tuple[int, int]]:
        """(event, copy) of equal lines that each side has in a row, without those that are one event already."""
        stays = (int(self._stays[record]) for record in records)
        events = [self._copy_of.get(event, event) for event in stays]
        known = {int(self._stays[copy]) for copy in copies} & set(events)
        one, other = ([e for e in events if e not in known], [c for c in copies if int(self._stays[c]) not in known])
        return zip(one, other, strict=False)

    # ---- what is a copy

    def _is_copy(self, places: PlacesOfLines, stretch: Stretch, here: int, pairs: Pairs) -> bool:
        """Whether a stretch is too long for chance and for a routine.

        Its places are more than a routine has steps, or 20 of them stand nowhere else. By the frequencies of its lines it must cost
        10 bits more than the choice of two positions among all lines.
        """
        cost = sum(self._bits[self._lines[here][mine]] for _, mine in pairs)
        if cost < 2 * log2(self._count) + _PROOF:
            return False
        return places.once(stretch, here) >= _ONCE_MORE or len(set(places.of(stretch, here))) > _ALWAYS

    # ---- histories that keep each line once

    def _in_order(self, here: int, there: int) -> list[tuple[int, int]]:
        """(index there, index here) of the same lines, where one of the two histories keeps each line once.

        The lines that stand once in both stand in one order, beyond chance: of n things in random order, k or more rise with a
        probability of at most (n choose k) / k!. Lines that stand side by side in both are one thing, for they may be a routine.
        """
        one, other = self._lines[there], self._lines[here]
        both = in_both_once(one, other)
        anchors = rising(both)
        if not anchors:
            return []
        (low, first), (high, last) = anchors[0], anchors[-1]
        within = [(a, b) for a, b in both if low <= a <= high and first <= b <= last]
        if _ordered_by_chance(_apart(within), _apart(anchors)) < _PROOF + 2 * log2(len(self._rows)):
            return []
        if there < len(self._once) and self._once[there]:
            return list(last_uses(anchors, one, other))
        return [(a, b) for b, a in last_uses([(b, a) for a, b in anchors], other, one)]


def _apart(pairs: Sequence[tuple[int, int]]) -> int:
    """How many pairs do not stand side by side on both sides with the one before them."""
    return 1 + sum(b != (a[0] + 1, a[1] + 1) for a, b in pairwise(pairs))


def _ordered_by_chance(things: int, rising_ones: int) -> float:
    """The bits by which so many rising ones among so many things are beyond chance."""
    return (2 * lgamma(rising_ones + 1) + lgamma(things - rising_ones + 1) - lgamma(things + 1)) / log(2)


def _timelines(rows: Ints, stays: Ints, time: Floats, source: Ints) -> Iterator[list[int]]:
    """The events with times in the order of time: all of them, and those of each program where there are several."""
    chosen: list[Ints] = [rows]
    programs = np.unique(source[rows])
    if len(programs) > 1:
        chosen += [rows[source[rows] == program] for program in programs.tolist()]
    for some in chosen:
        events = np.unique(stays[some])
        if len(events):
            yield events[np.lexsort((events, time[events]))].tolist()
