"""Times and counts -> the geometry of the pictures; the templates only draw it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fivetimes.model import Tier
from fivetimes.reports.figures import Week

# The ladder, in units of its view box; small enough to be read at phone width without scaling.
LADDER_WIDTH, LADDER_HEIGHT = 360, 190
_RUNG_WIDTH, _RUNG_LOWEST, _RUNG_LIFT, _GROUND = 112, 34, 36, 156
_DOT_ROOM, _DOTS_A_ROW = 9, 11
_MOST_DOTS = 33

TIMELINE_WIDTH = 600
_EDGE, _RADIUS, _LINE = 8, 4, 9
_HIGHEST = 6  # dots on top of one another
_MANY = 120  # occurrences: above it, dots stand in columns

TREND_WIDTH, TREND_HEIGHT = 720, 96


@dataclass(frozen=True, slots=True)
class Rung:
    """One tier of the ladder: its platform, how often the rule asks for, how many routines stand on it, each a dot.

    A dot is (x, y, whether that routine moved here since the last report); those that moved come first.
    """

    tier: str
    asks: int
    count: int
    x: int
    y: int
    width: int
    height: int
    dots: tuple[tuple[float, float, bool], ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A dot for each occurrence over time, and the spots of the lowest row; `undated` counts those without a time."""

    height: int
    dots: tuple[tuple[float, float], ...]
    lowest: tuple[float, ...]
    months: tuple[float, ...]
    undated: int


def ladder(counts: Mapping[Tier, int], asks: Mapping[Tier, int], moved: Mapping[Tier, int]) -> list[Rung]:
    """The rungs from the lowest to the highest, a dot for each routine as far as there is room."""
    return [_rung(place, tier, counts.get(tier, 0), asks[tier], moved.get(tier, 0)) for place, tier in enumerate(Tier)]


def _rung(place: int, tier: Tier, count: int, asks: int, moved: int) -> Rung:
    height = _RUNG_LOWEST + _RUNG_LIFT * place
    x, y = 6 + place * (_RUNG_WIDTH + 4), _GROUND - height
    dots = tuple(
        (x + 8 + (n % _DOTS_A_ROW) * _DOT_ROOM, y - 8 - (n // _DOTS_A_ROW) * _DOT_ROOM, n < moved)
        for n in range(min(count, _MOST_DOTS))
    )
    return Rung(tier.value, asks, count, x, y, _RUNG_WIDTH, height, dots)


def timeline(times: Sequence[datetime | None], first: datetime | None, last: datetime | None) -> Timeline:
    """Location each time between the first and the last day of the whole report, stacked where they meet.

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
    room = TREND_WIDTH / max(1, len(weeks))
    for place, week in enumerate(weeks):
        y = float(TREND_HEIGHT)
        for tier, count in (("canonical", week.canonical), ("extract", week.extract), ("noticed", week.noticed)):
            height = round(TREND_HEIGHT * count / most, 1) if most else 0.0
            y -= height
            if count:
                bars.append(Bar(tier, round(room * (place + 0.1), 1), round(y, 1), round(room * 0.8, 1), height))
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
