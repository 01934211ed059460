"""A date as git writes it -> a moment."""

from __future__ import annotations

import re

from fivetimes.ingest.lines import NAN

_FARTHEST = 14 * 60  # minutes from UTC


def moment_of(date: str) -> tuple[float, float]:
    """Seconds since the epoch and minutes east of UTC, NaN for what is no such thing.

    Example:
        >>> moment_of("1700000000 -0330")
        (1700000000.0, -210.0)
    """
    seconds, _, zone = date.partition(" ")
    known = re.fullmatch(r"([+-])(\d\d)(\d\d)", zone, re.ASCII)
    time = float(seconds) if re.fullmatch(r"[1-9]\d{0,10}", seconds, re.ASCII) else NAN
    offset = float(f"{known[1]}{int(known[2]) * 60 + int(known[3])}") if known else NAN
    return time, offset if abs(offset) <= _FARTHEST else NAN
