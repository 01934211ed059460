"""Scan -> Figures: what a report reckons from the routines; report.json has every one of them, the page only writes them.

Nothing here names a person or a place: persons are counted by alias in `people_heat`, which only the owner's own page shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from fivetimes.model import Candidate, Occurrence, Scan, SourceReport, Tier

_LONGEST_TREND = 520  # weeks: ten years


@dataclass(frozen=True, slots=True)
class Kept:
    """What was read through one reader: the conservation law, with the reasons."""

    reader: str
    sources: int
    records: int
    events: int
    duplicates: int
    held_back: int
    ignored: Mapping[str, int]
    bad: Mapping[str, int]
    deduplicated: int


@dataclass(frozen=True, slots=True)
class Heat:
    """How often each routine was done: a column each of readers (or persons), a row for each candidate in its order.

    An occurrence that left traces in two sources counts in both columns, so a row may add up to more than the count.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Week:
    """Occurrences that began in a week, by the tier of their routine; `start` is its Monday, in UTC."""

    start: date
    noticed: int
    extract: int
    canonical: int


@dataclass(frozen=True, slots=True)
class Follows:
    """Two routines that were done one after the other in one session, and how often."""

    first: str
    then: str
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What the report shows beside the candidates themselves."""

    first: datetime | None
    last: datetime | None
    ladder: Mapping[Tier, int]
    routines: int
    occurrences: int
    hours: float
    saved: float
    records: int
    set_aside: int
    readers: tuple[Kept, ...]
    heat: Heat
    trend: tuple[Week, ...]
    most_in_a_week: int
    follows: tuple[Follows, ...]


def figures(scan: Scan) -> Figures:
    """Reckon them all."""
    weeks = _trend(scan.candidates)
    readers = tuple(_kept(scan.sources, name) for name in sorted({s.source.reader for s in scan.sources}))
    counts = Counter(candidate.tier for candidate in scan.candidates)
    ready = [candidate for candidate in scan.candidates if candidate.tier is not Tier.NOTICED]
    return Figures(
        first=min((source.first for source in scan.sources if source.first is not None), default=None),
        last=max((source.last for source in scan.sources if source.last is not None), default=None),
        ladder={tier: counts[tier] for tier in Tier},
        routines=len(ready),
        occurrences=sum(candidate.count for candidate in ready),
        hours=round(sum(c.cost.hours for c in ready if c.cost is not None), 2),
        saved=round(sum(c.cost.saved for c in ready if c.cost is not None), 2),
        records=sum(kept.records for kept in readers),
        set_aside=sum(kept.records - kept.events for kept in readers),
        readers=readers,
        heat=_source_heat(scan),
        trend=weeks,
        most_in_a_week=max((w.noticed + w.extract + w.canonical for w in weeks), default=0),
        follows=_follows(scan.candidates),
    )


def people_heat(candidates: Sequence[Candidate], alias: Mapping[str, str]) -> Heat:
    """How often each alias did each routine."""
    found = [Counter(alias[occurrence.person] for occurrence in candidate.occurrences) for candidate in candidates]
    columns = tuple(alias.values())
    return Heat(columns, tuple(tuple(counts[name] for name in columns) for counts in found))


# ---- what was read


def _kept(sources: Iterable[SourceReport], reader: str) -> Kept:
    reports = [report for report in sources if report.source.reader == reader]
    balances = [report.balance for report in reports]
    ignored: Counter[str] = sum((balance.ignored for balance in balances), Counter())
    bad: Counter[str] = sum((balance.bad for balance in balances), Counter())
    return Kept(
        reader=reader,
        sources=len(reports),
        records=sum(balance.records for balance in balances),
        events=sum(balance.events for balance in balances),
        duplicates=sum(balance.duplicates for balance in balances),
        held_back=sum(balance.held_back for balance in balances),
        ignored=dict(sorted(ignored.items())),
        bad=dict(sorted(bad.items())),
        deduplicated=sum(report.deduplicated for report in reports),
    )


# ---- where and when it was done


def _source_heat(scan: Scan) -> Heat:
    origins = {report.source.origin: report.source.reader for report in scan.sources}
    seen: dict[str, str] = {}

    def reader(path: str) -> str:
        """The reader of the source in which a file lies; the longest origin that holds it."""
        if path not in seen:
            holding = [o for o in origins if path == o or path.startswith(o.rstrip("/") + "/")]
            seen[path] = origins[max(holding, key=len)] if holding else ""
        return seen[path]

    found = [Counter(_readers(candidate.occurrences, reader)) for candidate in scan.candidates]
    columns = tuple(sorted({name for counts in found for name in counts}))
    return Heat(columns, tuple(tuple(counts[name] for name in columns) for counts in found))


def _readers(occurrences: Iterable[Occurrence], reader: Callable[[str], str]) -> Iterator[str]:
    """The readers of each occurrence, each once."""
    for occurrence in occurrences:
        paths = {p.path for moment in occurrence.moments if moment.step is not None for p in moment.locations}
        yield from {name for name in map(reader, paths) if name}


def _monday(time: datetime) -> date:
    """The first day of its week.

    Example:
        >>> _monday(datetime(2026, 3, 6, 14, tzinfo=UTC)).isoformat()
        '2026-03-02'
    """
    day = time.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def _trend(candidates: Iterable[Candidate]) -> tuple[Week, ...]:
    """Every week from the first occurrence to the last, the empty ones too."""
    counts = Counter((_monday(o.start), c.tier) for c in candidates for o in c.occurrences if o.start is not None)
    if not counts:
        return ()
    first, last = min(monday for monday, _ in counts), max(monday for monday, _ in counts)
    first = max(first, last - timedelta(weeks=_LONGEST_TREND - 1))
    mondays = [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
    return tuple(Week(monday, *(counts[monday, tier] for tier in Tier)) for monday in mondays)


def _follows(candidates: Iterable[Candidate]) -> tuple[Follows, ...]:
    """Pairs of different routines, the second begun after the first ended, next to each other in one session; from twice on."""
    runs = sorted(
        (o.session, o.start, o.end or o.start, c.id) for c in candidates for o in c.occurrences if o.start is not None
    )
    pairs = Counter(
        (one[3], two[3]) for one, two in pairwise(runs) if one[0] == two[0] and one[3] != two[3] and two[1] >= one[2]
    )
    found = [Follows(first, then, count) for (first, then), count in pairs.items() if count > 1]
    return tuple(sorted(found, key=lambda pair: (-pair.count, pair.first, pair.then)))
