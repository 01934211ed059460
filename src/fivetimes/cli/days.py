"""Days as a person types them -> dates, and the span that a scan is confined to."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fivetimes.model.spans import Span

DAY = "DATE|4w"  # how a day is named in help
_AGO = re.compile(r"([0-9]{1,4})([dwmy])(?: ago)?")
_DAYS = {"d": 1, "w": 7}
_MONTHS = {"m": 1, "y": 12}


def day_of(text: str, *, today: date) -> date:
    """The day that a text means: a date, or so many days, weeks, months or years before today.

    Where a month has fewer days, the last one of it is meant.

    Raises:
        typer.BadParameter: it means none.

    Example:
        >>> monday = date(2026, 3, 30)
        >>> [f"{day_of(text, today=monday)}" for text in ("2026-03-06", "10d", "4w ago", "1m", "2y")]
        ['2026-03-06', '2026-03-20', '2026-03-02', '2026-02-28', '2024-03-30']
    """
    span = _AGO.fullmatch(text)
    try:
        if span is None:
            return datetime.strptime(text, "%Y-%m-%d").date()
        number, unit = int(span[1]), span[2]
        if unit in _DAYS:
            return today - timedelta(days=number * _DAYS[unit])
        year, month = divmod(today.year * 12 + today.month - 1 - number * _MONTHS[unit], 12)
        return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(
            f"{text}: no day. Give one as 2026-03-06, or as days (10d), weeks (4w), months (3m) or years (1y) before today."
        ) from error


def day(text: str | date) -> date:
    """The day that an option means, by today's date in UTC, as all times of reports are."""
    return text if isinstance(text, date) else day_of(text, today=datetime.now(UTC).date())


Since = Annotated[
    date | None,
    typer.Option("--since", parser=day, metavar=DAY, help="Only what was done from this day on.", show_default=False),
]
Until = Annotated[
    date | None,
    typer.Option("--until", parser=day, metavar=DAY, help="Only what was done up to this day.", show_default=False),
]


def span_of(since: date | None, until: date | None) -> Span | None:
    """The days that are asked for; None: all.

    Raises:
        typer.BadParameter: there is none between the two.
    """
    from fivetimes.model.spans import Span

    if since is not None and until is not None and since > until:
        raise typer.BadParameter(f"--since {since} is later than --until {until}")
    return None if since is None and until is None else Span(since, until)


def options_of(span: Span | None) -> str:
    """The options that ask for the same days again, for the next step."""
    ends = () if span is None else (("--since", span.first), ("--until", span.last))
    return "".join(f" {option} {end}" for option, end in ends if end is not None)
