"""Numbers and times -> words."""

from __future__ import annotations

from datetime import datetime


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
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """A share in whole hundredths.

    Example:
        >>> percent(0.931)
        '93 %'
    """
    return f"{share * 100:.0f} %"


def lasting(seconds: float) -> str:
    """A length of time as people say it.

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


def day(time: datetime | None) -> str:
    """The day of a moment.

    Example:
        >>> day(datetime(2026, 3, 6))
        '6 March 2026'
    """
    return "no date" if time is None else f"{time.day} {time:%B %Y}"
