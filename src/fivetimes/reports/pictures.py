"""Times, counts and names -> the geometry of the pictures: weeks, timeline, trend, graph; one line of blocks for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fivetimes.model.candidates import Candidate
from fivetimes.model.events import Kind
from fivetimes.model.scans import Composition, Scan
from fivetimes.reports.figures import Follows, Week

SPARK_WIDTH, SPARK_HEIGHT = 120, 20

TIMELINE_WIDTH = 600
_EDGE, _RADIUS, _LINE = 8, 4, 9
_HIGHEST = 6  # dots on top of one another
_MANY = 120  # occurrences: above it, dots stand in columns

TREND_WIDTH, TREND_HEIGHT = 720, 96


@dataclass(frozen=True, slots=True)
class Timeline:
    """A dot for each occurrence over time, and the spots of the lowest row; `undated` counts those without a time."""

    height: int
    dots: tuple[tuple[float, float], ...]
    lowest: tuple[float, ...]
    months: tuple[float, ...]
    undated: int


def spark(weeks: Sequence[int]) -> list[tuple[int, int]]:
    """The bars of a small picture, as (middle, height), for the weeks with a run.

    Example:
        >>> spark([0, 1, 2])
        [(60, 10), (100, 20)]
    """
    most, width = max(weeks, default=0), SPARK_WIDTH // max(1, len(weeks))
    return [
        (n * width + width // 2, max(2, round(SPARK_HEIGHT * count / most))) for n, count in enumerate(weeks) if count
    ]


def timeline(times: Sequence[datetime | None], first: datetime | None, last: datetime | None) -> Timeline:
    """A dot for each time between the first and the last day of the whole report, stacked where they meet.

    Where there are more than a picture can tell apart, those on the same spot are one dot.
    """
    known = sorted(time for time in times if time is not None)
    if first is None or last is None or not known:
        return Timeline(2 * _LINE, (), (), (), len(times) - len(known))
    width = max((last - first).total_seconds(), 1.0)

    def across(time: datetime) -> float:
        return round(_EDGE + (TIMELINE_WIDTH - 2 * _EDGE) * (time - first).total_seconds() / width, 1)

    stacked: Counter[int] = Counter()
    spots: list[tuple[float, int]] = []
    for x in map(across, known):
        column = int(x // (2 * _RADIUS))
        spots.append((float(2 * _RADIUS * column) if len(known) > _MANY else x, min(stacked[column], _HIGHEST - 1)))
        stacked[column] += 1
    height = _LINE * (max(level for _, level in spots) + 2)
    dots = tuple((x, height - _LINE * (level + 1) + 1.0) for x, level in dict.fromkeys(spots))
    lowest = tuple(dict.fromkeys(x for x, level in spots if not level))
    return Timeline(
        height, dots, lowest, tuple(across(month) for month in _months(first, last)), len(times) - len(known)
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a week's bar: the occurrences of one tier."""

    tier: str
    x: float
    y: float
    width: float
    height: float


def trend(weeks: Sequence[Week], *, most: int) -> list[Bar]:
    """Bars for every week, the highest tier at the bottom; `most` is the count that a full bar stands for."""
    bars: list[Bar] = []
    space = TREND_WIDTH / max(1, len(weeks))
    for index, week in enumerate(weeks):
        y = float(TREND_HEIGHT)
        for tier, count in (("canonical", week.canonical), ("extract", week.extract), ("noticed", week.noticed)):
            height = round(TREND_HEIGHT * count / most, 1) if most else 0.0
            y -= height
            if count:
                bars.append(Bar(tier, round(space * (index + 0.1), 1), round(y, 1), round(space * 0.8, 1), height))
    return bars


def _months(first: datetime, last: datetime) -> list[datetime]:
    """The first of each month between two moments."""
    months = []
    month = first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while month <= last:
        if month >= first:
            months.append(month)
        month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    return months[:60]


GRAPH_WIDTH = 900
_TOP, _ROW, _NODE, _GAP = 28, 30, 24, 75
_BOX = (GRAPH_WIDTH - 2 * _GAP) // 3
_MOST_NODES = 40  # of a column: more make a picture that nobody reads
_LETTERS = 31  # of a name, as many as a box holds
_HEADS = tuple((name, n * (_BOX + _GAP)) for n, name in enumerate(("skills, steps", "compositions", "orchestrators")))
_CALLS = (Kind.SKILL, Kind.TOOL, Kind.ACTION)


@dataclass(frozen=True, slots=True)
class Node:
    """A name in its column (0: steps, 1: compositions, 2: orchestrators); `tier` where it is a routine of the report."""

    name: str
    label: str
    column: int
    x: int
    y: int
    tier: str


@dataclass(frozen=True, slots=True)
class Graph:
    """The nodes, the lines between them as SVG paths, and the same in words: (what, what it calls)."""

    height: int
    width: int
    box: tuple[int, int]
    columns: tuple[tuple[str, int], ...]
    nodes: tuple[Node, ...]
    lines: tuple[str, ...]
    calls: tuple[tuple[str, tuple[str, ...]], ...]


def graph(scan: Scan, follows: Sequence[Follows]) -> Graph:
    """The graph of a scan: skills on the left, routines and skills that call skills in the middle, what calls those on the right.

    A routine is a composition that the work itself shows; routines done one after the other in one session may become an
    orchestrator. A step that is no skill or tool is drawn where two routines share it.
    """
    parts = _parts(scan.candidates)
    calls = {c.id: parts[c.id] for c in scan.candidates if parts[c.id]}
    titles = _titles(scan.candidates)
    tiers = {c.id: c.tier.value for c in scan.candidates}
    declared = {one.name: one for one in scan.compositions}
    chains = {f"{f.first} → {f.then}": (f.first, f.then) for f in follows}
    titles |= {name: f"{titles[first]}, then {titles[then]}" for name, (first, then) in chains.items()}
    columns = (
        _first_column(calls, scan.compositions),
        [*calls, *(name for pair in chains.values() for name in pair), *_of_level(scan.compositions, 2)],
        [*_of_level(scan.compositions, 3), *chains],
    )
    edges: dict[str, Sequence[str]] = {
        **calls,
        **{name: tuple(called for called, _ in declared[name].calls) for name in declared if declared[name].calls},
        **chains,
    }
    nodes = tuple(_nodes(columns, titles, tiers))
    by_name = {node.name: node for node in nodes}
    lines = tuple(
        _curve(by_name[part], by_name[whole])
        for whole, named in edges.items()
        for part in named
        if part in by_name and whole in by_name and by_name[part].column < by_name[whole].column
    )
    height = max((node.y for node in nodes), default=0) + _ROW
    in_words = tuple(
        (titles.get(whole, whole), tuple(titles.get(part, part) for part in named)) for whole, named in edges.items()
    )
    return Graph(height, GRAPH_WIDTH, (_BOX, _NODE), _HEADS, nodes, lines, in_words)


def _titles(candidates: Sequence[Candidate]) -> dict[str, str]:
    """The title of each routine, by id; equal titles get the end of the id."""
    times = Counter(c.title for c in candidates)
    return {c.id: c.title if times[c.title] == 1 else f"{c.title} ({c.id[-4:]})" for c in candidates}


def _parts(candidates: Iterable[Candidate]) -> dict[str, tuple[str, ...]]:
    """The parts of each routine, by id: its skills, tools and actions, and the other steps that it shares with another routine."""
    named = {c.id: {_name(step.action): step.kind for step in c.steps} for c in candidates}
    shared = Counter(name for steps in named.values() for name in steps)
    return {
        key: tuple(name for name, kind in steps.items() if kind in _CALLS or shared[name] > 1)
        for key, steps in named.items()
    }


def _name(action: str) -> str:
    """A step without its arguments.

    Example:
        >>> _name("skill:draft-post notes * slug *"), _name("git push --follow-tags"), _name("make")
        ('draft-post', 'git push', 'make')
    """
    words = action.split()
    if not words:
        return action
    if words[0].startswith(("skill:", "tool:")):
        return words[0].partition(":")[2]
    return " ".join(words[:2]) if len(words) > 1 and words[1][:1].isalpha() else words[0]


def _first_column(calls: Mapping[str, Sequence[str]], compositions: Iterable[Composition]) -> list[str]:
    """Parts in the order of the routines that use them, those of several first."""
    used = Counter(name for parts in calls.values() for name in parts)
    order = [name for parts in calls.values() for name in parts] + list(_of_level(compositions, 1))
    above = {one.name for one in compositions if one.level > 1}
    return [name for name in sorted(dict.fromkeys(order), key=lambda name: -used[name]) if name not in above]


def _of_level(compositions: Iterable[Composition], level: int) -> Iterable[str]:
    return (one.name for one in compositions if one.level == level)


def _nodes(columns: Sequence[Iterable[str]], titles: Mapping[str, str], tiers: Mapping[str, str]) -> Iterable[Node]:
    """Each name once, the columns side by side, each spread over the height of the longest."""
    named = [list(dict.fromkeys(column))[:_MOST_NODES] for column in columns]
    tallest = max(map(len, named)) * _ROW
    for number, names in enumerate(named):
        for row, name in enumerate(names):
            title = titles.get(name, name)
            label = title if len(title) <= _LETTERS else title[: _LETTERS - 1] + "…"
            y = _TOP + round((row + 0.5) * tallest / len(names) - _ROW / 2)
            yield Node(name, label, number, number * (_BOX + _GAP), y, tiers.get(name, ""))


def _curve(part: Node, whole: Node) -> str:
    """A curve from the right edge of a part to the left edge of its whole."""
    x0, y0 = part.x + _BOX, part.y + _NODE // 2
    x1, y1 = whole.x, whole.y + _NODE // 2
    bend = (x1 - x0) // 2
    return f"M{x0} {y0}C{x0 + bend} {y0} {x1 - bend} {y1} {x1} {y1}"


_BLOCKS = "▁▂▃▄▅▆▇█"
_SPANS = ((1, "day"), (7, "week"), (28, "four weeks"), (91, "quarter"), (364, "year"))  # (days, name) of a column
_MOST_COLUMNS = 40  # of the sparkline: it fits beside its dates into 80 columns


def sparkline(times: Sequence[datetime]) -> str:
    """One line of blocks for a terminal: a column for each day, week or longer span, a dot for a span without an occurrence.

    Example:
        >>> from datetime import timedelta
        >>> at = datetime(2026, 2, 4, 9, tzinfo=UTC)
        >>> sparkline([at + timedelta(days=n) for n in (0, 1, 1, 3)])
        '2026-02-04 ▄█·▄ 2026-02-07, a column a day, at most 2'
        >>> sparkline([at, at + timedelta(weeks=10)])
        '2026-02-04 █·········█ 2026-04-15, a column a week, at most 1'
        >>> sparkline([])
        ''
    """
    if not times:
        return ""
    days = sorted(time.astimezone(UTC).date() for time in times)
    reach = (days[-1] - days[0]).days
    length, name = next((span for span in _SPANS if reach // span[0] < _MOST_COLUMNS), _SPANS[-1])
    seen = Counter((day - days[0]).days // length for day in days)
    most = max(seen.values())
    columns = range(reach // length + 1)
    row = "".join(_BLOCKS[-(-len(_BLOCKS) * seen[n] // most) - 1] if seen[n] else "·" for n in columns)
    return f"{days[0]} {row} {days[-1]}, a column a {name}, at most {most}"
