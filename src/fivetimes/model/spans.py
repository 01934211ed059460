"""The days that a scan is confined to, and what was left out of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from fivetimes.words import noun


@dataclass(frozen=True, slots=True)
class Span:
    """The days, in UTC and both included, that a scan is confined to; None: no limit at this end.

    Example:
        >>> begin, end = Span(date(2026, 3, 2), date(2026, 3, 8)).ends
        >>> (end - begin) / 86_400  # seconds of a day
        7.0
    """

    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None and self.last < self.first:
            raise ValueError(f"a span ends before it begins: {self.first}, {self.last}")

    @property
    def ends(self) -> tuple[float, float]:
        """Seconds since the epoch: the first moment in it, and the first one behind it; infinite where there is no limit."""
        begin = -math.inf if self.first is None else _midnight(self.first)
        return begin, math.inf if self.last is None else _midnight(self.last + timedelta(days=1))

    @property
    def phrase(self) -> str:
        """The span in words.

        Example:
            >>> Span(first=date(2026, 3, 2)).phrase, Span(date(2026, 3, 2), date(2026, 3, 8)).phrase
            ('since 2026-03-02', 'from 2026-03-02 to 2026-03-08')
        """
        if self.first is None:
            return f"until {self.last}"
        return f"since {self.first}" if self.last is None else f"from {self.first} to {self.last}"


def _midnight(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True)
class Confined:
    """The span that a scan is confined to, and how many events it left out.

    before, after: events of days outside it. untimed: events of which nobody knows the day, neither by a time that was recorded nor
    by one that was found for them between recorded ones.
    """

    span: Span
    before: int
    after: int
    untimed: int

    @property
    def phrase(self) -> str:
        """The span, and what was left out of it, as one sentence.

        Example:
            >>> Confined(Span(first=date(2026, 3, 2)), 120, 0, 1).phrase
            'only what was done since 2026-03-02; left out: 120 events before, 1 event without a known day'
        """
        counts = ((self.before, "before"), (self.after, "after"), (self.untimed, "without a known day"))
        parts = [f"{count:,} {noun(count, 'event')} {where}" for count, where in counts if count]
        return f"only what was done {self.span.phrase}; left out: {', '.join(parts) or 'nothing'}"
