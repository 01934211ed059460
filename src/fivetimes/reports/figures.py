"""Scan -> ReportFigures: what a report computes from the routines, and how a figure is written so that it can be looked up.

report.json has every one of these figures; the page and the Markdown only write them. Nothing here names a person or a location:
persons are counted by alias in `people_heat`, which only the page for the owner shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from markupsafe import Markup, escape

from fivetimes.model.candidates import Candidate, Tier
from fivetimes.model.decisions import Status
from fivetimes.model.occurrences import Location, Occurrence
from fivetimes.model.scans import Scan
from fivetimes.model.sources import SourceReport
from fivetimes.model.suppression import Suppressed, SuppressionRule
from fivetimes.redaction import show
from fivetimes.words import noun

WHAT_HABITS_ARE = (
    "Steps that are done together again and again and are no routine: too few, in no fixed order, or everyday work such as edit "
    "and try. No conductor is drafted from them."
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A value as a page writes it, with the JSON pointer (`at`) of that value in report.json.

    Example:
        >>> print(Figure("12 times", "/candidates/0/count").__html__())
        <span data-at="/candidates/0/count">12 times</span>
    """

    text: str
    at: str

    def __str__(self) -> str:
        return self.text

    def __html__(self) -> str:
        return Markup('<span data-at="{}">{}</span>').format(show(self.at), show(self.text))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with figures in it.

    Example:
        >>> str(Sentence(("on ", Figure("9 days", "/days"))))
        'on 9 days'
    """

    parts: tuple[str | Figure, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.parts))

    def __html__(self) -> str:
        return Markup("").join(part if isinstance(part, Figure) else escape(show(part)) for part in self.parts)


def sentence(*parts: str | Figure) -> Sentence:
    """A sentence from its parts."""
    return Sentence(parts)


def number(count: int) -> str:
    """A count with its thousands apart.

    Example:
        >>> number(12345)
        '12,345'
    """
    return f"{count:,}"


def counted(count: int, one: str, many: str = "") -> str:
    """A count with its noun.

    Example:
        >>> counted(1, "day"), counted(3, "day"), counted(2, "person", "people")
        ('1 day', '3 days', '2 people')
    """
    return f"{number(count)} {noun(count, one, many)}"


def percent(share: float) -> str:
    """A share in whole hundredths.

    Example:
        >>> percent(0.931)
        '93 %'
    """
    return f"{share * 100:.0f} %"


def lasting(seconds: float) -> str:
    """A length of time in everyday units.

    Example:
        >>> lasting(40), lasting(1500), lasting(5400), lasting(200_000)
        ('40 s', '25 min', '1 h 30 min', '56 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{round(minutes / 60)} h" if hours >= 10 or not rest else f"{hours} h {rest} min"


def location_text(location: Location) -> str:
    """A location as people read it: path and line, or path and the beginning of a commit; what only memory has stands in no line.

    Example:
        >>> location_text(Location(".bash_history", line=12))
        '.bash_history:12'
    """
    if location.commit is None:
        return f"{location.path}:{location.line}" if location.line is not None else f"{location.path} (from memory)"
    return f"{location.path}@{location.commit[:10]}"


def day(time: datetime | None) -> str:
    """The day of a moment.

    Example:
        >>> day(datetime(2026, 3, 6))
        '6 March 2026'
    """
    return "no date" if time is None else f"{time.day} {time:%B %Y}"


_LONGEST_TREND = 520  # weeks, ten years: more bars than that cannot be distinguished at the width of a page


@dataclass(frozen=True, slots=True)
class ReaderBalance:
    """The balance of all sources of one reader, with the reasons."""

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
class HeatMap:
    """How often each routine was done: a column for each reader (or person), a row for each candidate in its order.

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
class LastWeek:
    """The seven days up to the last one that was read: runs then, and in the seven days before; hours of work that they took.

    to_decide: routines that were repeated often enough and that nobody has decided on, or that wait for a decision again.
    """

    first: date
    last: date
    runs: int
    before: int
    hours: float
    to_decide: int


@dataclass(frozen=True, slots=True)
class Follows:
    """Two routines that were done one after the other in one session, and how often."""

    first: str
    then: str
    count: int


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """What the report shows besides the candidates themselves. `hours` and `saved` are hours of work.

    week: None where nothing has a time. recent: of each candidate, its runs in each of the last twelve weeks, the last at the end.
    """

    first: datetime | None
    last: datetime | None
    ladder: Mapping[Tier, int]
    routines: int
    occurrences: int
    hours: float
    saved: float
    records: int
    set_aside: int
    readers: tuple[ReaderBalance, ...]
    heat: HeatMap
    trend: tuple[Week, ...]
    most_in_a_week: int
    follows: tuple[Follows, ...]
    week: LastWeek | None
    recent: tuple[tuple[int, ...], ...]


def report_figures(scan: Scan) -> ReportFigures:
    """Compute all figures of a report.

    Sums over routines (`routines`, `occurrences`, `hours`, `saved`) leave out those that are only noticed, and the ladder and the
    sums what is a conductor already.
    """
    weeks = _trend(scan.candidates)
    readers = tuple(_reader_balance(scan.sources, name) for name in sorted({s.source.reader for s in scan.sources}))
    counts = Counter(candidate.tier for candidate in scan.to_decide)
    first, last = scan.period
    recent = tuple(_recent(candidate, last) for candidate in scan.candidates)
    ready = [candidate for candidate in scan.to_decide if candidate.tier is not Tier.NOTICED]
    return ReportFigures(
        first=first,
        last=last,
        ladder={tier: counts[tier] for tier in Tier},
        routines=len(ready),
        occurrences=sum(candidate.count for candidate in ready),
        hours=round(sum(c.cost.hours for c in ready if c.cost is not None), 2),
        saved=round(sum(c.cost.saved for c in ready if c.cost is not None), 2),
        records=sum(reader.records for reader in readers),
        set_aside=sum(reader.records - reader.events for reader in readers),
        readers=readers,
        heat=_source_heat(scan),
        trend=weeks,
        most_in_a_week=max((w.noticed + w.extract + w.canonical for w in weeks), default=0),
        follows=_follows(scan.candidates),
        week=_last_week(scan, recent, last),
        recent=recent,
    )


def to_decide(candidate: Candidate) -> bool:
    """Whether it waits for a decision: often enough for a conductor, none already, and not put off."""
    ready = candidate.tier is not Tier.NOTICED and not candidate.already
    return ready and candidate.standing.status is not Status.DEFERRED


def in_four_weeks(times: int, days: float) -> float | None:
    """How often that is in four weeks; None where fewer than seven days were seen, which say nothing of four weeks.

    Example:
        >>> in_four_weeks(6, 42.0), in_four_weeks(1, 2.0)
        (4.0, None)
    """
    return round(28 * times / days, 1) if days >= 7 else None


RECENT_WEEKS = 12  # of the small picture beside each routine: a quarter, so that what is monthly shows three times


def _recent(candidate: Candidate, last: datetime | None) -> tuple[int, ...]:
    """How often it began in each of the last weeks of seven days; the last one ends with the last day that was read."""
    counts = [0] * RECENT_WEEKS
    for occurrence in candidate.occurrences if last is not None else ():
        if occurrence.start is not None and last is not None:
            ago = (last.astimezone(UTC).date() - occurrence.start.astimezone(UTC).date()).days // 7
            if 0 <= ago < RECENT_WEEKS:
                counts[-1 - ago] += 1
    return tuple(counts)


def _last_week(scan: Scan, recent: Sequence[Sequence[int]], last: datetime | None) -> LastWeek | None:
    if last is None:
        return None
    day = last.astimezone(UTC).date()
    hours = sum(
        weeks[-1] * candidate.cost.hours / candidate.count
        for candidate, weeks in zip(scan.candidates, recent, strict=True)
        if candidate.cost is not None
    )
    return LastWeek(
        day - timedelta(days=6),
        day,
        sum(weeks[-1] for weeks in recent),
        sum(weeks[-2] for weeks in recent),
        round(hours, 2),
        sum(map(to_decide, scan.candidates)),
    )


def people_heat(candidates: Sequence[Candidate], alias: Mapping[str, str]) -> HeatMap:
    """How often each alias did each routine."""
    found = [Counter(alias[occurrence.person] for occurrence in candidate.occurrences) for candidate in candidates]
    columns = tuple(alias.values())
    return HeatMap(columns, tuple(tuple(counts[name] for name in columns) for counts in found))


# ---- what was read


def _reader_balance(sources: Iterable[SourceReport], reader: str) -> ReaderBalance:
    reports = [report for report in sources if report.source.reader == reader]
    balances = [report.balance for report in reports]
    ignored: Counter[str] = sum((balance.ignored for balance in balances), Counter())
    bad: Counter[str] = sum((balance.bad for balance in balances), Counter())
    return ReaderBalance(
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


# ---- why nothing is proposed


NEAREST = 3  # near misses that are named: enough to see what is missing
# of actions, not of sequences; and what says only that a sequence is in another one, so that the other's rule is the reason
_NO_REASON = frozenset(
    (
        SuppressionRule.CONTEXT,
        SuppressionRule.LOOP,
        SuppressionRule.CLAIMED,
        SuppressionRule.MERGED,
        SuppressionRule.PART,
    )
)


@dataclass(frozen=True, slots=True)
class NothingProposed:
    """Why a scan proposes nothing: the rule that most sequences failed, how many, and the near misses with their place in the list.

    rule: None where no two actions stood together twice. nearest: (position in `Scan.not_proposed`, entry).
    """

    rule: SuppressionRule | None
    count: int
    nearest: tuple[tuple[int, Suppressed], ...]


def by_rule(scan: Scan) -> dict[SuppressionRule, int]:
    """How many sequences failed each rule, in the order of the rules; of `context` and `loop`, how many actions."""
    rejected = sum(one.rule is SuppressionRule.REJECTED for one in scan.suppressed)  # by people, after the search
    counts = {**scan.trace.totals, SuppressionRule.REJECTED.value: rejected}
    return {rule: counts[rule.value] for rule in SuppressionRule if counts.get(rule.value)}


def why_nothing(scan: Scan) -> NothingProposed | None:
    """Why nothing is proposed; None where something is.

    Nearest to a routine is what has the most steps; of these, what was seen most often. A pair that chance gives counts as the
    reason only where nothing came further.
    """
    if scan.candidates:
        return None
    counts = {rule: count for rule, count in by_rule(scan).items() if rule not in _NO_REASON}
    if counts.keys() > {SuppressionRule.SEED_BY_CHANCE}:
        del counts[SuppressionRule.SEED_BY_CHANCE]
    rule = max(counts, key=lambda one: counts[one], default=None)
    missed = [
        (n, one) for n, one in enumerate(scan.not_proposed) if one.rule not in (*_NO_REASON, SuppressionRule.REJECTED)
    ]
    missed.sort(key=lambda pair: (-len(pair[1].steps), -pair[1].count, pair[0]))
    return NothingProposed(rule, counts[rule] if rule is not None else 0, tuple(missed[:NEAREST]))


# ---- where and when it was done


def _source_heat(scan: Scan) -> HeatMap:
    origins = {report.source.origin: report.source.reader for report in scan.sources}
    seen: dict[str, str] = {}

    def reader(path: str) -> str:
        """The reader of the source that contains a file: of several origins, the longest."""
        if path not in seen:
            holding = [o for o in origins if path == o or path.startswith(o.rstrip("/") + "/")]
            seen[path] = origins[max(holding, key=len)] if holding else ""
        return seen[path]

    found = [Counter(_readers(candidate.occurrences, reader)) for candidate in scan.candidates]
    columns = tuple(sorted({name for counts in found for name in counts}))
    return HeatMap(columns, tuple(tuple(counts[name] for name in columns) for counts in found))


def _readers(occurrences: Iterable[Occurrence], reader: Callable[[str], str]) -> Iterator[str]:
    """The readers in which each occurrence left traces, each reader once for each occurrence."""
    for occurrence in occurrences:
        paths = {at.path for moment in occurrence.moments if moment.step is not None for at in moment.locations}
        yield from {name for name in map(reader, paths) if name}


def _monday(time: datetime) -> date:
    """The Monday of the week of a moment, in UTC.

    Example:
        >>> _monday(datetime(2026, 3, 6, 14, tzinfo=UTC)).isoformat()
        '2026-03-02'
    """
    date_of = time.astimezone(UTC).date()
    return date_of - timedelta(days=date_of.weekday())


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
    """Pairs of different routines that were done one after the other in one session, twice or more."""
    done = sorted(
        (o.session, o.start, o.end or o.start, c.id) for c in candidates for o in c.occurrences if o.start is not None
    )
    pairs = Counter(
        (one[3], two[3]) for one, two in pairwise(done) if one[0] == two[0] and one[3] != two[3] and two[1] >= one[2]
    )
    found = [Follows(first, then, count) for (first, then), count in pairs.items() if count > 1]
    return tuple(sorted(found, key=lambda pair: (-pair.count, pair.first, pair.then)))
