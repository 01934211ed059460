"""Days on which a routine was done -> its rhythm, by a stated test.

Daily is said of what was done on two of three worked days. A weekday, a week or a month is said only where so many of the days
(or of the distances between them) agree as days drawn at random from those worked would in fewer than one case of a hundred, all
seven weekdays (both lengths) tried being counted. Fewer than four days say nothing.
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p

import numpy as np

from fivetimes.model import Int32s, Rhythm

_LEAST = 4  # days
_CHANCE = 0.01
_DAILY = 2 / 3  # of the worked days
_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
# (word, least and most days between two, as a person would count them the same)
_LENGTHS = (("weekly", 5, 9), ("monthly", 26, 35))


def tail(k: int, n: int, p: float) -> float:
    """The chance of k or more successes in n tries of chance p.

    Example:
        >>> round(tail(2, 2, 0.5), 9), tail(0, 3, 0.1), round(tail(2000, 4000, 0.5), 3)
        (0.25, 1.0, 0.506)
    """
    if k <= 0 or p >= 1.0:
        return 1.0
    if k > n or p <= 0.0:
        return 0.0
    whole = lgamma(n + 1)
    terms = (whole - lgamma(i + 1) - lgamma(n - i + 1) + i * log(p) + (n - i) * log1p(-p) for i in range(k, n + 1))
    return min(1.0, sum(exp(term) for term in terms))


def weekday_of(day: Int32s) -> Int32s:
    """0 for Monday, of days since the epoch, which was a Thursday."""
    return np.asarray((day + 3) % 7, dtype=np.int32)


def rhythm(days: Int32s, worked: Int32s) -> Rhythm:
    """When it is done.

    Args:
        days: those on which it was done, each once, rising; since the epoch, local.
        worked: those on which anything was done.

    Example:
        >>> fridays = np.arange(1, 78, 7)
        >>> rhythm(fridays, np.arange(80)).phrase
        'on Fridays (11 of 11 days), about weekly'
        >>> rhythm(fridays[:3], np.arange(80)).phrase
        'done on 3 days: too few to tell a rhythm'
    """
    if len(days) < _LEAST:
        return Rhythm("unknown", None, 0, len(days), f"done on {_counted(len(days))}: too few to tell a rhythm")
    worked = worked[(worked >= days[0]) & (worked <= days[-1])]
    weekday, on_it = _weekday(days, worked)
    word = _length(days, worked)
    said = []
    if weekday is not None:
        often = "on" if on_it == len(days) else "mostly on"
        said.append(f"{often} {_DAYS[weekday]} ({on_it} of {len(days)} days)")
    if word != "irregular" or not said:
        said.append(word if word == "irregular" else f"about {word}")
    return Rhythm(word, weekday, on_it, len(days), ", ".join(said))


def _counted(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _weekday(days: Int32s, worked: Int32s) -> tuple[int | None, int]:
    """The weekday that stands out, and how many days fall on it."""
    seen = np.bincount(weekday_of(days), minlength=7)
    base = np.bincount(weekday_of(worked), minlength=7) / max(1, len(worked))
    best = int(np.argmax(seen))
    count = int(seen[best])
    stands_out = 2 * count > len(days) and 7 * tail(count, len(days), float(base[best])) <= _CHANCE
    return (best, count) if stands_out else (None, 0)


def _length(days: Int32s, worked: Int32s) -> str:
    """Daily, weekly, monthly, or irregular."""
    if len(days) >= _DAILY * len(worked):
        return "daily"
    gaps = np.diff(days)
    rate = (len(days) - 1) / max(1, len(worked) - 1)
    dense = len(worked) / (days[-1] - days[0] + 1)  # worked days in a day of the calendar
    for word, low, high in _LENGTHS:
        fits = int(np.count_nonzero((gaps >= low) & (gaps <= high)))
        lucky = (1 - rate) ** max(0.0, low * dense - 1) - (1 - rate) ** (high * dense)
        if 2 * fits > len(gaps) and len(_LENGTHS) * tail(fits, len(gaps), float(lucky)) <= _CHANCE:
            return word
    return "irregular"
