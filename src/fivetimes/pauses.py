"""ActionLog -> the pause that ends a piece of work, learnt from a log that shows no more than now and then a commit."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from fivetimes.model import ActionLog, By, Floats

_LEAST = 50  # pauses; fewer say nothing about their kinds
_ONE_KIND = 0.75  # of the variance of evenly spread pauses is between the two halves of their best cut
_SHORTEST, _LONGEST = timedelta(minutes=30), timedelta(hours=12)  # a pause that ends work, and a night


def learnt(actions: ActionLog) -> timedelta | None:
    """The length at which pauses within a piece of work part from those between two; None where they are of one kind.

    The pauses between the events of one person, bots left out, are cut in two kinds where that explains most of the variance of
    their logarithms (Otsu). They are two kinds if it explains more than a cut of evenly spread ones would, three quarters.

    Source:
        Otsu 1979, a threshold selection method from gray-level histograms, on log time.
    """
    gaps = np.log(_pauses(actions))
    if len(gaps) < _LEAST:
        return None
    gaps.sort()
    place, explained = _cut(gaps)
    if explained <= _ONE_KIND:
        return None
    at = float(np.exp((gaps[place - 1] + gaps[place]) / 2))
    return min(max(timedelta(seconds=round(at)), _SHORTEST), _LONGEST)


def _pauses(actions: ActionLog) -> Floats:
    """Seconds between neighbouring events of one person, without what is of one second."""
    human = actions.timed & (actions.events.columns["by"][actions.event] != By.BOT)
    clock, person = actions.clock[human], actions.person[human]
    gap = np.diff(clock)[np.diff(person) == 0]
    return np.asarray(gap[gap > 1.0])


def _cut(gaps: Floats) -> tuple[int, float]:
    """How many of the rising values are on the lower side of the best cut, and the share of the variance it explains."""
    count = len(gaps)
    low = np.arange(1, count)
    total = np.cumsum(gaps)
    apart = total[:-1] / low - (total[-1] - total[:-1]) / (count - low)
    between = low * (count - low) / count**2 * apart**2
    best = int(np.argmax(between))
    return best + 1, float(between[best] / max(1e-12, gaps.var()))
