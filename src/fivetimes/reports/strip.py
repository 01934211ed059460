"""Times -> one line of blocks for a terminal: how often it was done, span after span."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

_BLOCKS = "▁▂▃▄▅▆▇█"
_SPANS = ((1, "day"), (7, "week"), (28, "four weeks"), (91, "quarter"), (364, "year"))  # days, what a column stands for
_MOST = 40  # columns


def strip(times: Sequence[datetime]) -> str:
    """A column for every day, week or more from the first time to the last, as high as it was often; a dot where it was not.

    Example:
        >>> from datetime import timedelta
        >>> at = datetime(2026, 2, 4, 9, tzinfo=UTC)
        >>> strip([at + timedelta(days=n) for n in (0, 1, 1, 3)])
        '2026-02-04 ▄█·▄ 2026-02-07, a column a day, at most 2'
        >>> strip([at, at + timedelta(weeks=10)])
        '2026-02-04 █·········█ 2026-04-15, a column a week, at most 1'
        >>> strip([])
        ''
    """
    if not times:
        return ""
    days = sorted(time.astimezone(UTC).date() for time in times)
    reach = (days[-1] - days[0]).days
    length, name = next((span for span in _SPANS if reach // span[0] < _MOST), _SPANS[-1])
    seen = Counter((day - days[0]).days // length for day in days)
    most = max(seen.values())
    columns = range(reach // length + 1)
    row = "".join(_BLOCKS[-(-len(_BLOCKS) * seen[n] // most) - 1] if seen[n] else "·" for n in columns)
    return f"{days[0]} {row} {days[-1]}, a column a {name}, at most {most}"
