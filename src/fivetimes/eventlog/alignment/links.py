"""Lines of a history without times and timed events of its person -> links between the two, and the bits that speak for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fivetimes.eventlog.alignment.telling import Key, Side, Telling
from fivetimes.model import Bools, Floats, Ints

_NEAR = 15  # events within which names keep company


@dataclass(frozen=True, slots=True)
class Link:
    """Line `place` of the history and event `event` of the timed ones, and the bits that speak for it."""

    place: int
    event: int
    bits: float
    later: float = 0.0  # seconds by which the line comes after the event


@dataclass(frozen=True, slots=True)
class Company:
    """How much commoner than chance a name stands near another one, in bits a time, and by how many seconds later it comes."""

    bits: float
    later: float


Companies = Mapping[tuple[Key, Key], Company]


def _rate(told: Mapping[int, Sequence[int]], side: Side, *, spare: float = 0.0) -> float:
    """The share of events that tell it, `spare` of them left out."""
    return (len({at for events in told.values() for at in events}) - spare) / len(side.first)


def value_links(lines: Side, events: Side, windows: int) -> Iterator[Link]:
    """Links by a value that both name, weighed by how seldom chance would give the line a partner in its stretch."""
    mine, theirs = lines.where_values(), events.where_values()
    sizes = lines.sizes(windows), events.sizes(windows)
    for value in sorted(mine.keys() & theirs.keys()):
        # the one that is looked at speaks for itself, not for chance
        rates = _rate(mine[value], lines, spare=0.5), _rate(theirs[value], events, spare=0.5)
        for window in sorted(mine[value].keys() & theirs[value].keys()):
            lucky = max(rates[0] * sizes[0][window], rates[1] * sizes[1][window])
            if lucky < 1.0:
                for place in mine[value][window]:
                    for event in theirs[value][window]:
                        yield Link(place, event, -float(np.log2(lucky)))


def _in_order(places: Sequence[int], events: Sequence[int], bits: float, later: float) -> Iterator[Link]:
    """Links of like lines and events of one stretch: as many of both: in order; else each with each, at a price."""
    if len(places) == len(events):
        yield from (Link(place, event, bits, later) for place, event in zip(places, events, strict=True))
        return
    worth = bits - float(np.log2(max(len(places), len(events))))
    if worth > 0:
        yield from (Link(place, event, worth, later) for place in places for event in events)


def habit_links(lines: Side, events: Side, windows: int) -> Iterator[Link]:
    """Links by names that come up in the same stretches more often than chance explains."""
    mine, theirs = lines.where_names(), events.where_names()
    size = events.sizes(windows)
    floor = np.log2(max(2, len(mine) * len(theirs)))  # of so many pairs, one gets there by luck
    for other in sorted(theirs):
        where = theirs[other]
        by_luck = -np.expm1(size * np.log1p(-min(0.999, _rate(where, events))))
        for name in sorted(mine):
            both = sorted(mine[name].keys() & where.keys())
            if len(both) < 2:
                continue
            bits = float(np.log2(len(both) / sum(by_luck[window] for window in mine[name])))
            if len(both) * bits > floor:
                for window in both:
                    yield from _in_order(mine[name][window], where[window], bits, 0.0)


def _neighbours(of: tuple[Ints, Ints, Ints, Floats], wanted: tuple[Bools, Bools], reach: float) -> tuple[Ints, Floats]:
    """Pairs of names that stand near each other, `first * names + second`, sorted, and by how much later the first comes.

    Args:
        of: row, name, person and time, one entry per name of a row.
        wanted: by name, whether it may stand first, and second.
        reach: seconds that two events may lie apart.
    """
    row, name, person, time = of
    pairs, gaps = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
    for ahead in range(1, _NEAR + 1):
        gap = time[ahead:] - time[:-ahead]
        near = (person[ahead:] == person[:-ahead]) & (row[ahead:] != row[:-ahead]) & (gap <= reach)
        for one, other, later in ((name[:-ahead], name[ahead:], -gap), (name[ahead:], name[:-ahead], gap)):
            kept = near & wanted[0][one] & wanted[1][other] & (one != other)
            pairs.append(one[kept] * len(wanted[0]) + other[kept])
            gaps.append(later[kept])
    pair, later = np.concatenate(pairs), np.concatenate(gaps)
    order = np.lexsort((later, pair))
    return pair[order], later[order]


def company(telling: Telling, rows: Ints, *, lines: set[Key], events: set[Key], reach: float) -> Companies:
    """Names that keep company where times are known, whosever they are.

    Args:
        telling: the log.
        rows: events with times, by person and time.
        lines: names that are asked for; the first of a pair.
        events: names beside which they may stand; the second.
        reach: seconds that two events may lie apart.
    """
    told = telling.side(rows, rows, rows).names
    keys = sorted({key for names in told for key in names})
    number = {key: at for at, key in enumerate(keys)}
    row = np.repeat(np.arange(len(rows)), [len(names) for names in told])
    name = np.array([number[key] for names in told for key in sorted(names)], dtype=np.int64)
    columns = telling.log.columns
    wanted = np.array([key in lines for key in keys], dtype=bool), np.array([key in events for key in keys], dtype=bool)
    pair, later = _neighbours((row, name, columns["person"][rows][row], columns["time"][rows][row]), wanted, reach)
    found, start, together = np.unique(pair, return_index=True, return_counts=True)
    if not len(found):
        return {}
    first, second = found // len(keys), found % len(keys)
    count = np.bincount(name, minlength=len(keys))
    n = np.minimum(together, np.minimum(count[first], count[second])).astype(np.float64)
    rate = np.minimum(0.999, count[second] / len(name))
    bits = np.log2(n / (count[first] * -np.expm1(2 * _NEAR * np.log1p(-rate))))
    floor = np.log2(max(2, len(found)))  # of so many pairs, one gets there by luck
    middle = later[start + together // 2]
    kept = np.flatnonzero((n >= 2) & (n * bits > floor)).tolist()
    return {(keys[first[at]], keys[second[at]]): Company(float(bits[at]), float(middle[at])) for at in kept}


def company_links(lines: Side, events: Side, companies: Companies) -> Iterator[Link]:
    """Links by names that keep company where times are known."""
    mine, theirs = lines.where_names(), events.where_names()
    for (name, other), known in sorted(companies.items()):
        if name not in mine or other not in theirs:
            continue
        for window in sorted(mine[name].keys() & theirs[other].keys()):
            yield from _in_order(mine[name][window], theirs[other][window], known.bits, known.later)
