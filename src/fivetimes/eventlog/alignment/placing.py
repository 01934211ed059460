"""EventLog -> EventLog: histories without times set beside the same person's timed records, by what both tell of (`align`).

A history without times keeps its order, and its commits anchor it. Between two anchors a line may have been typed at any
time; but where it names a value that a skill's record names as well, or where a command and a skill come up in the same stretches
between anchors far more often than chance would have it, they were one piece of work. The heaviest set of such links that do not
cross gives further anchors. Order is never changed by it, and what no link reaches stays where its nearest anchor puts it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fivetimes.eventlog.alignment.links import Companies, Link, company, company_links, habit_links, value_links
from fivetimes.eventlog.alignment.telling import Key, Side, Telling
from fivetimes.kernels.chains import heaviest_chain
from fivetimes.model import EventLog, Floats, Ints, TimeSource

Anchor = tuple[int, float]  # a place in the history, and its time


@dataclass(frozen=True, slots=True)
class _Near:
    """What the anchors that are known say of a line's time.

    reach: seconds within which the events of one piece of work lie. rest: the chance that a longer pause follows on a line.
    """

    anchors: Sequence[Anchor]
    reach: float
    rest: float

    def settled(self, place: int, time: float) -> tuple[float, float]:
        """The time, brought between the anchors around the line, and the bits it costs to say that work rested before and after."""
        at = bisect_right(self.anchors, (place, np.inf))
        cost = 0.0
        for before, sign in ((at - 1, 1.0), (at, -1.0)):
            if 0 <= before < len(self.anchors):
                fixed, when = self.anchors[before]
                time = max(time, when) if sign > 0 else min(time, when)
                if sign * (time - when) > self.reach:
                    cost -= float(np.log2(min(1.0, abs(place - fixed) * self.rest)))
        return time, cost


def _supported(links: Iterable[Link], times: Floats, near: _Near) -> Iterator[tuple[Link, float]]:
    """For each line and event the bits of all links of the line to events about that time, and the time they speak for."""
    by_place: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        by_place[link.place].append(link)
    for place in sorted(by_place):
        mine = sorted(by_place[place], key=lambda link: (link.event, link.later, link.bits))
        event = np.array([link.event for link in mine])
        when = times[event] + np.array([link.later for link in mine])
        bits = np.array([link.bits for link in mine])
        for one in np.unique(event).tolist():
            about = np.abs(times[event] - times[one]) <= near.reach
            time, cost = near.settled(place, float(np.average(when[about], weights=bits[about])))
            if bits[about].sum() > cost:
                yield Link(place, one, float(bits[about].sum()) - cost), time


def _chained(links: Iterable[Link], times: Floats, near: _Near) -> list[Anchor]:
    """Anchors from the heaviest links that do not cross."""
    ordered = sorted(_supported(links, times, near), key=lambda pair: (pair[0].place, -pair[0].event))
    chain = heaviest_chain(
        np.array([link.place for link, _ in ordered], dtype=np.int32),
        np.array([link.event for link, _ in ordered], dtype=np.int32),
        np.array([link.bits for link, _ in ordered], dtype=np.float64),
    )
    return [(ordered[at][0].place, ordered[at][1]) for at in chain.tolist()]


def placed(lines: int, anchors: Sequence[Anchor], *, step: float) -> Floats:
    """Times for all lines: that of the nearest anchor, and `step` seconds for every line between; never past the next one.

    Example:
        >>> placed(4, [(0, 100.0), (3, 1000.0)], step=60.0).tolist()
        [100.0, 160.0, 940.0, 1000.0]
    """
    places = np.array([place for place, _ in anchors])
    times = np.array([time for _, time in anchors])
    here = np.arange(lines)
    after = np.searchsorted(places, here)  # the first anchor not before the line
    right, left = np.minimum(after, len(places) - 1), np.maximum(after - 1, 0)
    to_right = np.where(after < len(places), places[right] - here, np.iinfo(np.int64).max)
    to_left = np.where(after > 0, here - places[left], np.iinfo(np.int64).max)
    guess = np.where(to_right <= to_left, times[right] - step * to_right, times[left] + step * to_left)
    low = np.where(after > 0, times[left], -np.inf)
    high = np.where(after < len(places), times[right], np.inf)
    return np.asarray(np.clip(guess, low, high))


def _sides(
    telling: Telling, lines: Ints, events: Ints, anchors: Sequence[Anchor], reach: float
) -> tuple[Side, Side, int]:
    """The lines and the timed events by stretches between anchors; what is near an anchor in time lies on both sides of it."""
    times = telling.log.columns["time"][events]
    place, when = [place for place, _ in anchors], [time for _, time in anchors]
    own = np.searchsorted(place, np.arange(len(lines)), side="right")
    first, last = np.searchsorted(when, times - reach, side="right"), np.searchsorted(when, times + reach, side="right")
    return telling.side(lines, own, own), telling.side(events, first, last), len(anchors) + 1


def _rising(anchors: Iterable[Anchor]) -> list[Anchor]:
    """Anchors in order of place, whose times do not fall."""
    kept: list[Anchor] = []
    for place, time in sorted(anchors):
        if not kept or place > kept[-1][0]:
            kept.append((place, max(time, kept[-1][1]) if kept else time))
    return kept


def _anchors(telling: Telling, lines: Ints, events: Ints, companies: Companies, near: _Near) -> list[Anchor]:
    """The fixed anchors, and between them those that links give."""
    times = telling.log.columns["time"][events]
    known = {place for place, _ in near.anchors}
    sides = _sides(telling, lines, events, near.anchors, near.reach)
    links = [*value_links(*sides), *habit_links(*sides), *company_links(*sides[:2], companies)]
    chained = _chained([link for link in links if link.place not in known], times, near)
    return _rising([*near.anchors, *chained])


def _rest(log: EventLog, rows: Ints, reach: float) -> float:
    """The share of events with times that a pause longer than `reach` follows; one in twenty where too few are known."""
    same = np.diff(log.columns["person"][rows]) == 0
    long = same & (np.diff(log.columns["time"][rows]) > reach)
    return float((np.count_nonzero(long) + 1) / (np.count_nonzero(same) + 20))


def _fixed(log: EventLog, lines: Ints) -> list[Anchor]:
    """Lines whose commit was found in a repository."""
    committed = log.also[log.also[:, 3] >= 0, 0]
    places = np.flatnonzero(np.isin(lines, committed) & ~np.isnan(log.columns["time"][lines]))
    return [(int(place), float(log.columns["time"][lines[place]])) for place in places]


def _untimed(log: EventLog) -> list[tuple[int, Ints]]:
    """The person and the lines, in order, of every history whose times no record says."""
    columns = log.columns
    unsaid = columns["time_source"] != TimeSource.RECORDED
    partly = np.unique(columns["origin"][~unsaid])  # lines among recorded ones are no history of their own
    rows = np.flatnonzero(unsaid & ~np.isin(columns["origin"], partly))
    rows = rows[np.lexsort((columns["order"][rows], columns["origin"][rows], columns["person"][rows]))]
    cuts = np.flatnonzero(np.diff(columns["origin"][rows]) | np.diff(columns["person"][rows])) + 1
    return [(int(columns["person"][lines[0]]), lines) for lines in np.split(rows, cuts) if len(lines)]


def _names(telling: Telling, rows: Ints) -> set[Key]:
    return {key for names in telling.side(rows, rows, rows).names for key in names}


def align(log: EventLog, *, reach: float, step: float) -> EventLog:
    """Give the lines of histories without times the times that their person's other records speak for.

    Args:
        log: fused: what commits could anchor is anchored.
        reach: seconds within which the events of one piece of work lie.
        step: seconds between two lines that no anchor separates; only order is meant by it.
    """
    histories = _untimed(log)
    if not histories:
        return log
    columns = log.columns
    timed = np.flatnonzero(columns["time_source"] == TimeSource.RECORDED)
    timed = timed[np.lexsort((timed, columns["time"][timed], columns["person"][timed]))]
    beside = timed[np.isin(columns["person"][timed], [person for person, _ in histories])]
    if not len(beside):
        return log
    time, source = columns["time"].copy(), columns["time_source"].copy()
    telling, rest = Telling(log), _rest(log, timed, reach)
    asked = _names(telling, np.concatenate([lines for _, lines in histories]))
    companies = company(telling, timed, lines=asked, events=_names(telling, beside), reach=reach)
    for person, lines in histories:
        events = beside[columns["person"][beside] == person]
        fixed = _rising(_fixed(log, lines))
        anchors = _anchors(telling, lines, events, companies, _Near(fixed, reach, rest)) if len(events) else fixed
        if len(anchors) > len(fixed):
            time[lines] = placed(len(lines), anchors, step=step)
            source[lines] = TimeSource.BOUNDED
    return replace(log, columns={**columns, "time": time, "time_source": source})
