"""EventLog -> pairs of rows: lines of a history that stand there a second time as a copy (`copied_lines`).

A backup beside the history, a history that was read into itself, an import: a block of lines counts once. Where the lines have
times, the same line at the same time in two places is a copy, if that happens more than once or twice. Where they have none, a long
run of lines that comes again in the same order is one; what follows says how long.

People repeat themselves too: a routine is lines that come again. So the length that is beyond chance is not enough; a
copy must also be longer than what people do twice in the very same words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np

from fivetimes.config import Search
from fivetimes.eventlog.stamps import typed_lines
from fivetimes.model import Bools, By, EventLog, Ints

Pairs = list[tuple[int, int]]  # (row of the event that stays, row of another record of it)

# Moments of two places with the same line; in two shells nobody gives one command at one second three times over.
_MOMENTS = 3
_WIDTH = 3  # lines in a row that make a place: one or two in a row come again all the time
_GAP = 5  # lines that one of the two may have more between two places: a shell that drops repeats has thinned it out
# Places that came again in order, if they came nowhere else. A routine of so many lines that was done twice, both times without
# one line more or less, would be taken for a copy; done a third time it would not.
_ONCE_MORE = 20
_ALWAYS = Search().max_steps  # places that came again in order, wherever else: more than a routine has steps
_PROOF = 10.0  # bits beyond chance: one run in a thousand persons' histories


def copied_lines(log: EventLog, free: Bools) -> Pairs:
    """(line that stays, copy of it): the first of equal lines stays, by the number of its history and its place there.

    Args:
        log: the redacted events.
        free: rows that are no other event's record.
    """
    return sorted([*_timed(log, free), *_untimed(log, free)], key=lambda pair: pair[1])


# ---- with times


def _timed(log: EventLog, free: Bools) -> Pairs:
    columns = log.columns
    time = columns["time"]
    exact = typed_lines(columns, log.forms, log.sources) | (time % 1 != 0)  # a day's events may well share the day
    rows = np.flatnonzero(free & exact & ~np.isnan(time) & (columns["commit"] < 0))
    rows = rows[np.lexsort((columns["order"][rows], columns["origin"][rows]))]
    if not len(rows):
        return []
    person, source, origin, form, when = (columns[n][rows] for n in ("person", "source", "origin", "form", "time"))
    # what stands side by side at one time was given twice: only another stretch of lines holds copies
    stretch = np.cumsum((np.diff(origin, prepend=-1) != 0) | (np.diff(when, prepend=np.nan) != 0))
    alike = np.lexsort((when, form, source, person))
    new = np.any([np.diff(column[alike], prepend=-1) != 0 for column in (when, form, source, person)], axis=0)
    key = np.empty(len(rows), dtype=np.int64)
    key[alike] = np.cumsum(new) - 1
    by_key: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    counts = np.bincount(key)
    for index in np.flatnonzero(counts[key] > 1).tolist():
        by_key[int(key[index])][int(stretch[index])].append(index)
    found: dict[tuple[int, int], Pairs] = defaultdict(list)
    for stretches in by_key.values():
        first, *others = (stretches[number] for number in sorted(stretches))
        for copies in others:
            pairs = zip(first, copies, strict=False)  # as often as the first place has it; what is more was given again
            found[int(origin[first[0]]), int(origin[copies[0]])] += pairs
    return [
        (int(rows[event]), int(rows[copy]))
        for pairs in found.values()
        if len({float(when[copy]) for _, copy in pairs}) >= _MOMENTS
        for event, copy in pairs
    ]


# ---- without times


def _untimed(log: EventLog, free: Bools) -> Pairs:
    columns = log.columns
    wanted = free & np.isnan(columns["time"]) & typed_lines(columns, log.forms, log.sources)
    rows = np.flatnonzero(wanted & (columns["by"] == By.HUMAN) & (columns["commit"] < 0))
    rows = rows[np.lexsort((columns["order"][rows], columns["origin"][rows], columns["person"][rows]))]
    pairs: Pairs = []
    for lines in np.split(rows, np.flatnonzero(np.diff(columns["person"][rows])) + 1):
        if len(lines) > _ONCE_MORE:
            pairs += [
                (int(lines[a]), int(lines[b])) for a, b in repeated(columns["form"][lines], columns["origin"][lines])
            ]
    return pairs


def repeated(form: Ints, origin: Ints) -> Pairs:
    """(index of a line, index of its copy) of all runs of lines that come again, and are too long for chance and for a routine.

    A run of places (three lines in a row) is a copy of the same places before it, if they come again in order, and there are more
    of them than a routine has steps, or 20 that came nowhere else. By the frequencies of its lines a run must cost 10 bits
    more than the choice of two positions among all lines: of a thousand persons' lines in random order, one has such a run.

    Args:
        form: of one person's lines without times, in order, one history behind the other.
        origin: the history of each.

    Example:
        >>> import numpy as np
        >>> lines = np.concatenate([np.arange(30), [99, 98], np.arange(5, 30)])
        >>> pairs = repeated(lines, np.zeros(len(lines)))
        >>> pairs[0], pairs[-1], len(pairs)
        ((5, 32), (29, 56), 25)
        >>> repeated(np.tile(np.arange(8), 20), np.zeros(160))
        []
    """
    count = len(form)
    bits = -np.log2(np.bincount(form)[form] / count)
    first, uses = _places(form, origin)
    copy_of: dict[int, int] = {}
    for run in _runs(first):
        twice = sum(uses[at] == 2 for _, at in run)
        enough = twice >= _ONCE_MORE or len({at for at, _ in run}) > _ALWAYS
        if enough and sum(bits[at] for _, at in run) >= 2 * np.log2(count) + _PROOF:
            for event, copy in _lines_of(run, form, origin):
                copy_of.setdefault(copy, copy_of.get(event, event))
    return [(event, copy) for copy, event in sorted(copy_of.items())]


def _places(form: Ints, origin: Ints) -> tuple[list[int], list[int]]:
    """Of each place where it came first, and how often it comes; a place has the index of its first line."""
    lines, histories = form.tolist(), origin.tolist()
    end = len(lines) - _WIDTH + 1
    # lines of two histories side by side are no place
    keys = [
        tuple(lines[at : at + _WIDTH]) if histories[at] == histories[at + _WIDTH - 1] else (-at,) for at in range(end)
    ]
    uses = Counter(keys)
    first: dict[tuple[int, ...], int] = {}
    return [first.setdefault(key, at) for at, key in enumerate(keys)], [uses[key] for key in keys]


def _runs(first: list[int]) -> Iterator[list[tuple[int, int]]]:
    """Chains of (place, the same place again) that rise on both sides with few lines between; stray ones are passed over."""
    run: list[tuple[int, int]] = []
    for again, before in enumerate(first):
        if before == again:
            continue
        if run and again - run[-1][1] > _GAP + 1:
            yield run
            run = []
        if not run or 0 < before - run[-1][0] <= _GAP + 1:
            run.append((before, again))
    if run:
        yield run


def _lines_of(run: list[tuple[int, int]], form: Ints, origin: Ints) -> Iterator[tuple[int, int]]:
    """The lines of a run, (before, again), with those around each place that are the same as well."""
    low, high, end = -1, run[0][1], len(form)
    for before, again in run:
        for step, begin in ((-1, -1), (1, 0)):
            one, other = before + begin, again + begin
            while (
                0 <= one < high
                and low < other < end
                and form[one] == form[other]
                and _joined(origin, before, one, again, other)
            ):
                yield one, other
                one, other = one + step, other + step
            low = max(low, other - 1) if step > 0 else low


def _joined(origin: Ints, before: int, one: int, again: int, other: int) -> bool:
    return bool(origin[before] == origin[one] and origin[again] == origin[other])
