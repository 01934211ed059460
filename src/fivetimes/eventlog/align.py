"""EventLog -> EventLog: lines without times get times among their person's timed events (`align`); the events of a span (`within`).

A history without times keeps its order, and the commits that were found in a repository anchor it. Between two anchors a line may
have been typed at any time; but where it mentions a value that a skill's record mentions as well, or where a command and a skill
come up in the same windows between anchors far more often than chance would have it, they were one piece of work. The heaviest
set of such links that do not cross gives further anchors. Order is never changed by it, and what no link reaches stays where its
nearest anchor puts it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fivetimes.columns import EventLog, Floats, Ints
from fivetimes.config import UNTIMED_STEP
from fivetimes.eventlog.links import (
    Collocations,
    Key,
    Link,
    Mentions,
    Side,
    collocation_links,
    collocations,
    value_links,
    window_links,
)
from fivetimes.model.events import TimeSource
from fivetimes.model.spans import Confined, Span

_PRIOR_EVENTS = (
    20  # events, one of them before a rest, added to those known: keeps the share off 0 where few have times
)

Anchor = tuple[int, float]  # a line of the history (index), and its time


def align(log: EventLog, *, reach: float) -> EventLog:
    """Give the lines of histories without times the times for which their commits and their person's other records are evidence.

    Args:
        log: deduplicated: a typed commit has the time of the commit found.
        reach: seconds within which the events of one piece of work lie.

    Returns:
        The log with the times that were found, as bounded ones. A history without any anchor keeps its times unknown.
    """
    log = _between_commits(log)
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
    mentions, rest = Mentions(log), _rest(log, timed, reach)
    asked = _names(mentions, np.concatenate([lines for _, lines in histories]))
    known = collocations(mentions, timed, lines=asked, events=_names(mentions, beside), reach=reach)
    for person, lines in histories:
        events = beside[columns["person"][beside] == person]
        fixed = _rising(_committed(log, lines))
        anchors = _anchors(mentions, lines, events, known, _Fixed(fixed, reach, rest)) if len(events) else fixed
        if len(anchors) > len(fixed):
            time[lines] = placed(len(lines), anchors, step=UNTIMED_STEP)
            source[lines] = TimeSource.BOUNDED
    return replace(log, columns={**columns, "time": time, "time_source": source})


def placed(lines: int, anchors: Sequence[Anchor], *, step: float) -> Floats:
    """Times for all lines: that of the nearest anchor, and `step` seconds for every line between; never past the next one.

    Args:
        lines: how many lines there are.
        anchors: one at least; rising in line and time.
        step: seconds.

    Example:
        >>> placed(4, [(0, 100.0), (3, 1000.0)], step=60.0).tolist()
        [100.0, 160.0, 940.0, 1000.0]
    """
    at = np.array([line for line, _ in anchors])
    times = np.array([time for _, time in anchors])
    here = np.arange(lines)
    after = np.searchsorted(at, here)  # the first anchor not before the line
    right, left = np.minimum(after, len(at) - 1), np.maximum(after - 1, 0)
    to_right = np.where(after < len(at), at[right] - here, np.iinfo(np.int64).max)
    to_left = np.where(after > 0, here - at[left], np.iinfo(np.int64).max)
    guess = np.where(to_right <= to_left, times[right] - step * to_right, times[left] + step * to_left)
    low = np.where(after > 0, times[left], -np.inf)
    high = np.where(after < len(at), times[right], np.inf)
    return np.asarray(np.clip(guess, low, high))


def within(log: EventLog, span: Span) -> tuple[EventLog, Confined]:
    """The events of some days, and how many others there are.

    An event has the time that was recorded, or that `align` found for it. One without any is left out: nobody knows its day.

    Args:
        log: aligned.
        span: the days.
    """
    time, (begin, end) = log.columns["time"], span.ends
    before, after = time < begin, time >= end  # neither where the time is NaN
    keep = ~(before | after | np.isnan(time))
    row = np.cumsum(keep) - 1
    also = log.also[keep[log.also[:, 0]]]
    also[:, 0] = row[also[:, 0]]
    left_out = Confined(span, int(before.sum()), int(after.sum()), int(np.isnan(time).sum()))
    return replace(log, columns={name: column[keep] for name, column in log.columns.items()}, also=also), left_out


# ---- between commits


def _between_commits(log: EventLog) -> EventLog:
    """Times, bounded by the commits among them, for the untimed lines of every origin that has such a commit."""
    time, source = log.columns["time"].copy(), log.columns["time_source"].copy()
    origin = log.columns["origin"]
    origins = np.unique(origin[source == TimeSource.BOUNDED]).tolist()
    for number in origins:
        lines = np.flatnonzero((origin == number) & (source != TimeSource.RECORDED))
        lines = lines[np.argsort(log.columns["order"][lines], kind="stable")]
        committed = np.flatnonzero(~np.isnan(time[lines]))
        anchors = _not_falling((int(line), float(time[lines[line]])) for line in committed)
        time[lines] = placed(len(lines), anchors, step=UNTIMED_STEP)
        source[lines] = TimeSource.BOUNDED
    return replace(log, columns={**log.columns, "time": time, "time_source": source}) if origins else log


def _not_falling(anchors: Iterable[Anchor]) -> list[Anchor]:
    """The anchors whose times rise with their lines; one that runs backwards is a rebased commit and is left out."""
    kept: list[Anchor] = []
    for line, time in anchors:
        if not kept or time >= kept[-1][1]:
            kept.append((line, time))
    return kept


# ---- beside timed events


def _untimed(log: EventLog) -> list[tuple[int, Ints]]:
    """The person and the lines, in order, of every history none of whose lines has a recorded time."""
    columns = log.columns
    without = columns["time_source"] != TimeSource.RECORDED
    partly = np.unique(columns["origin"][~without])  # lines among recorded ones are no history of their own
    rows = np.flatnonzero(without & ~np.isin(columns["origin"], partly))
    rows = rows[np.lexsort((columns["order"][rows], columns["origin"][rows], columns["person"][rows]))]
    cuts = np.flatnonzero(np.diff(columns["origin"][rows]) | np.diff(columns["person"][rows])) + 1
    return [(int(columns["person"][lines[0]]), lines) for lines in np.split(rows, cuts) if len(lines)]


def _names(mentions: Mentions, rows: Ints) -> set[Key]:
    return {key for names in mentions.names(rows) for key in names}


def _rest(log: EventLog, rows: Ints, reach: float) -> float:
    """The share of events with times that a pause longer than `reach` follows; a low one where too few are known."""
    same = np.diff(log.columns["person"][rows]) == 0
    long = same & (np.diff(log.columns["time"][rows]) > reach)
    return float((np.count_nonzero(long) + 1) / (np.count_nonzero(same) + _PRIOR_EVENTS))


def _committed(log: EventLog, lines: Ints) -> list[Anchor]:
    """Lines whose commit was found in a repository."""
    committed = log.also[log.also[:, 3] >= 0, 0]
    found = np.flatnonzero(np.isin(lines, committed) & ~np.isnan(log.columns["time"][lines]))
    return [(int(line), float(log.columns["time"][lines[line]])) for line in found]


def _rising(anchors: Iterable[Anchor]) -> list[Anchor]:
    """Anchors in order of line, whose times do not fall; one for each line."""
    kept: list[Anchor] = []
    for line, time in sorted(anchors):
        if not kept or line > kept[-1][0]:
            kept.append((line, max(time, kept[-1][1]) if kept else time))
    return kept


@dataclass(frozen=True, slots=True)
class _Fixed:
    """What the anchors that are known already imply for a line's time.

    reach: seconds within which the events of one piece of work lie. rest: the chance that a longer pause follows on a line.
    """

    anchors: Sequence[Anchor]
    reach: float
    rest: float

    def settled(self, line: int, time: float) -> tuple[float, float]:
        """The time, brought between the anchors around the line, and the bits that rests before and after it cost."""
        at = bisect_right(self.anchors, (line, np.inf))
        cost = 0.0
        for before, sign in ((at - 1, 1.0), (at, -1.0)):
            if 0 <= before < len(self.anchors):
                fixed, when = self.anchors[before]
                time = max(time, when) if sign > 0 else min(time, when)
                if sign * (time - when) > self.reach:
                    cost -= float(np.log2(min(1.0, abs(line - fixed) * self.rest)))
        return time, cost


def _anchors(mentions: Mentions, lines: Ints, events: Ints, known: Collocations, fixed: _Fixed) -> list[Anchor]:
    """The fixed anchors, and between them those that links give."""
    times = mentions.log.columns["time"][events]
    have = {line for line, _ in fixed.anchors}
    sides = _sides(mentions, lines, events, fixed)
    links = [*value_links(*sides), *window_links(*sides), *collocation_links(*sides[:2], known)]
    chained = _chained([link for link in links if link.line not in have], times, fixed)
    return _rising([*fixed.anchors, *chained])


def _sides(mentions: Mentions, lines: Ints, events: Ints, fixed: _Fixed) -> tuple[Side, Side, int]:
    """The lines and the timed events by windows between anchors, and how many there are.

    An event that is near an anchor in time lies on both sides of it.
    """
    times = mentions.log.columns["time"][events]
    line, when = [line for line, _ in fixed.anchors], [time for _, time in fixed.anchors]
    own = np.searchsorted(line, np.arange(len(lines)), side="right")
    first = np.searchsorted(when, times - fixed.reach, side="right")
    last = np.searchsorted(when, times + fixed.reach, side="right")
    return mentions.side(lines, own, own), mentions.side(events, first, last), len(fixed.anchors) + 1


def _chained(links: Iterable[Link], times: Floats, fixed: _Fixed) -> list[Anchor]:
    """Anchors from the heaviest links that do not cross."""
    ordered = sorted(_supported(links, times, fixed), key=lambda pair: (pair[0].line, -pair[0].event))
    from fivetimes.kernels.chains import heaviest_chain  # here: where every time is known no loop is made

    chain = heaviest_chain(
        np.array([link.event for link, _ in ordered], dtype=np.int32),
        np.array([link.bits for link, _ in ordered], dtype=np.float64),
    )
    return [(ordered[at][0].line, ordered[at][1]) for at in chain.tolist()]


def _supported(links: Iterable[Link], times: Floats, fixed: _Fixed) -> Iterator[tuple[Link, float]]:
    """For each line and event the bits of all links of the line to events about that time, and the time that they imply."""
    by_line: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        by_line[link.line].append(link)
    for line in sorted(by_line):
        own = sorted(by_line[line], key=lambda link: (link.event, link.later, link.bits))
        event = np.array([link.event for link in own])
        when = times[event] + np.array([link.later for link in own])
        bits = np.array([link.bits for link in own])
        for one in np.unique(event).tolist():
            about = np.abs(times[event] - times[one]) <= fixed.reach
            time, cost = fixed.settled(line, float(np.average(when[about], weights=bits[about])))
            if bits[about].sum() > cost:
                yield Link(line, one, float(bits[about].sum()) - cost), time
