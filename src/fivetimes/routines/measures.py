"""Occurrences of a routine -> its measures: days, people, time, boundaries, rhythm, and how reliable its skills are.

An occurrence is given as the rows of the action log that it is made of, in order of time. What is counted over occurrences is
kept as a `Tally`: sums, so that the numbers of one routine in several partitions of the work add up (`joined`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce

import numpy as np

from fivetimes.columns import ActionLog, Bools, Int32s, Ints, SessionLog
from fivetimes.config import FiveTimesRule
from fivetimes.model.candidates import Boundaries, Cost, Rhythm
from fivetimes.model.events import By, Kind
from fivetimes.model.reliability import Reliability, Unready
from fivetimes.routines.alternatives import FoldedStep
from fivetimes.routines.database import SequenceDatabase
from fivetimes.stats import binomial_tail
from fivetimes.words import WEEKDAYS, on_days

_DAY = 86400.0  # seconds
_FOLDER = frozenset("cd chdir dirs popd pushd z".split())  # programs that change the folder
MOSTLY_SURE = 0.5  # of the occurrences begin (end) at an edge of work, from which on the boundary is called sure
_ASSUMES = (
    "counted from the first step to the last of each occurrence, without pauses that end a session; one command is taken to last"
    " as long as a typical step of the routine"
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which each action was done, as its own clock showed them, and what is looked up of every occurrence.

    day: days since the epoch, -1 where the time is unknown. worked: the days with any action, rising. moved: whether the
    folder changed right before the action.
    """

    sessions: SessionLog
    day: Int32s
    worked: Int32s
    moved: Bools

    @classmethod
    def of(cls, sessions: SessionLog) -> Calendar:
        """Lay it out once for all routines."""
        actions = sessions.actions
        offset = np.nan_to_num(actions.events.columns["offset"][actions.event], nan=0.0)
        local = np.floor((actions.clock + 60.0 * offset) / _DAY).astype(np.int32)
        day = np.where(actions.timed, local, np.int32(-1)).astype(np.int32)
        return cls(sessions, day, np.unique(day[day >= 0]).astype(np.int32), _moved(sessions))

    def days(self, occurrences: Sequence[Int32s]) -> Int32s:
        """The days on which occurrences began, each once, rising."""
        begun = (
            self.day[np.array([occurrence[0] for occurrence in occurrences], dtype=np.int64)]
            if occurrences
            else np.zeros(0, dtype=np.int32)
        )
        return np.unique(begun[begun >= 0]).astype(np.int32)


def _moved(sessions: SessionLog) -> Bools:
    """Whether each action's folder is another than that of the action before, or was changed by that very action."""
    actions = sessions.actions
    if not len(actions):
        return np.zeros(0, dtype=np.bool_)
    where = actions.events.columns["where"][actions.event]
    programs = [token for token, label in enumerate(actions.labels) if label.split(" ")[0] in _FOLDER]
    moving = np.isin(actions.levels[:, -1], programs)
    other = (np.diff(where) != 0) & (where[1:] >= 0) & (where[:-1] >= 0)
    return np.concatenate(([False], (other | moving[:-1]) & (np.diff(actions.person) == 0)))


# ---- what adds up


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted of a routine's occurrences.

    The tallies of two partitions of the work add up where no person, no session and no event is in both.

    Attributes:
        days: those on which an occurrence began, each once, rising; since the epoch, local.
        worked: those on which anything was done.
        people: persons of whom a step is that no bot did.
        begun: person -> occurrences that they began.
        by: steps done by humans, agents and bots.
        took: seconds over all occurrences, without pauses that end a session; None where no times are known.
        saved: those that one command would save.
        starts, ends: occurrences that begin (end) at an edge of work.
        at_least: whether a source that keeps one entry per text is involved.
    """

    days: Int32s
    worked: Int32s
    people: int
    begun: Mapping[str, int]
    by: tuple[int, int, int]
    took: float | None
    saved: float
    starts: int
    ends: int
    at_least: bool

    @property
    def count(self) -> int:
        """How many occurrences."""
        return sum(self.begun.values())


def tally(calendar: Calendar, occurrences: Sequence[Int32s], *, at_least: bool) -> Tally:
    """Count what adds up.

    Args:
        calendar: of the sessions that the occurrences are in.
        occurrences: of one routine, one at least.
        at_least: whether a source that keeps one entry per text is involved.
    """
    sessions = calendar.sessions
    took, saved = cost(sessions, occurrences)
    person = sessions.actions.person
    return Tally(
        days=calendar.days(occurrences),
        worked=calendar.worked,
        people=people(sessions, occurrences),
        begun=Counter(sessions.actions.events.persons[int(person[rows[0]])] for rows in occurrences),
        by=done_by(sessions, occurrences),
        took=took,
        saved=saved,
        starts=sum(_edge(calendar, occurrence, int(occurrence[0])) for occurrence in occurrences),
        ends=sum(_edge(calendar, occurrence, int(occurrence[-1]) + 1) for occurrence in occurrences),
        at_least=at_least,
    )


def joined(tallies: Iterable[Tally]) -> Tally:
    """The tally of several partitions together; of one it is the same."""
    return reduce(_added, tallies)


def _added(a: Tally, b: Tally) -> Tally:
    known = [took for took in (a.took, b.took) if took is not None]
    return Tally(
        days=np.union1d(a.days, b.days),
        worked=np.union1d(a.worked, b.worked),
        people=a.people + b.people,
        begun=Counter(a.begun) + Counter(b.begun),
        by=(a.by[0] + b.by[0], a.by[1] + b.by[1], a.by[2] + b.by[2]),
        took=sum(known) if known else None,
        saved=a.saved + b.saved,
        starts=a.starts + b.starts,
        ends=a.ends + b.ends,
        at_least=a.at_least or b.at_least,
    )


# ---- who


def done_by(sessions: SessionLog, occurrences: Sequence[Int32s]) -> tuple[int, int, int]:
    """How many of the steps humans, agents and bots did."""
    rows = np.concatenate(occurrences)
    by = sessions.actions.events.columns["by"][sessions.actions.event[rows]]
    done = np.bincount(by, minlength=3)
    return int(done[By.HUMAN]), int(done[By.AGENT]), int(done[By.BOT])


def shares(by: tuple[int, int, int]) -> tuple[float, float, float]:
    """The shares of the steps that humans, agents and bots did."""
    human, agent, bot = (round(count / sum(by), 3) for count in by)
    return human, agent, bot


def people(sessions: SessionLog, occurrences: Sequence[Int32s]) -> int:
    """How many people did it: persons of whom a step is that no bot did; an occurrence that was handed over has several."""
    actions = sessions.actions
    rows = np.concatenate(occurrences)
    return len(np.unique(actions.person[rows[actions.events.columns["by"][actions.event[rows]] != By.BOT]]))


def bus_factor(begun: Mapping[str, int]) -> int:
    """How few people did more than half of all occurrences.

    Args:
        begun: person -> occurrences that they began.

    Example:
        >>> bus_factor({"ana": 4, "bo": 1}), bus_factor(dict.fromkeys("abcd", 1)), bus_factor({})
        (1, 3, 0)
    """
    done = 0
    for number, count in enumerate(sorted(begun.values(), reverse=True), 1):
        done += count
        if 2 * done > sum(begun.values()):
            return number
    return 0


# ---- how long


def worked_seconds(sessions: SessionLog, occurrence: Int32s) -> float:
    """The time from the first step of an occurrence to its last, without pauses that end a session."""
    gap = np.diff(sessions.actions.clock[occurrence])
    return float(gap[np.diff(sessions.session[occurrence]) == 0].sum())


def cost(sessions: SessionLog, occurrences: Sequence[Int32s]) -> tuple[float | None, float]:
    """The seconds that the occurrences took, None where no times are known, and those that one command would save."""
    timed = [occurrence for occurrence in occurrences if sessions.actions.timed[occurrence].all()]
    if not timed:
        return None, 0.0
    took = np.array([worked_seconds(sessions, occurrence) for occurrence in timed])
    steps = np.concatenate(
        [
            np.diff(sessions.actions.clock[occurrence])[np.diff(sessions.session[occurrence]) == 0]
            for occurrence in timed
        ]
    )
    one = float(np.median(steps)) if len(steps) else 0.0
    every = len(occurrences) / len(timed)  # occurrences without times are taken to last as long as the others
    return float(took.sum() * every), float(np.maximum(took - one, 0.0).sum() * every)


def in_hours(one: Tally) -> Cost | None:
    """What the occurrences took, and what one command would save; None where no times are known."""
    return None if one.took is None else Cost(round(one.took / 3600, 2), round(one.saved / 3600, 2), _ASSUMES)


# ---- where it begins and ends


def boundaries(one: Tally) -> Boundaries:
    """Whether start and end stand at a session's, at a pause longer than any between the steps, or at a change of folder."""
    start, end = one.starts / one.count, one.ends / one.count
    return Boundaries(round(start, 3), round(end, 3), f"{_sure('start', start)}, {_sure('end', end)}")


def _edge(calendar: Calendar, occurrence: Int32s, after: int) -> bool:
    """Whether there is an edge of work right before row `after`; what only looks around there belongs to neither side."""
    sessions = calendar.sessions
    actions = sessions.actions
    low = after - 1
    inside = bool((occurrence == low).any())
    while not inside and low > 0 and actions.context[low] and not calendar.moved[low + 1]:
        low -= 1
    if low < 0 or after >= len(actions) or sessions.session[low] != sessions.session[min(after, len(actions) - 1)]:
        return True
    longest = float(np.diff(actions.clock[occurrence]).max(initial=0.0))
    paused = bool(actions.timed[low]) and float(actions.clock[after] - actions.clock[after - 1]) > longest > 0
    return paused or bool(calendar.moved[low + 1 : after + 1].any())


def _sure(name: str, share: float) -> str:
    word = "sure" if share > MOSTLY_SURE else "not sure"
    return f"{name} {word} ({share:.0%} at a pause, a session's {name} or a change of folder)"


# ---- rhythm: on which days it is done, by a stated test

# Daily is said of what was done on two of three worked days. A weekday, a week or a month is said only where as many of the days
# (or of the distances between them) agree as would in fewer than one case of a hundred if the days were drawn at random from those
# worked; that seven weekdays (two lengths) were tried is counted. Fewer than four days say nothing.


RHYTHM_DAYS = 4  # days on which it was done, from which on a rhythm is looked for
RHYTHM_CHANCE = 0.01  # chance up to which a rhythm is believed
DAILY = 2 / 3  # of the worked days
# (least and most days between two, as a person would count them the same)
_LENGTHS = ((5, 9), (26, 35))
# (word, least and most days of the median distance that it is said of): seven days are a week, 28 to 31 a month
_NAMED = (("weekly", 7, 7), ("monthly", 28, 31))


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
    if len(days) < RHYTHM_DAYS:
        return Rhythm("unknown", None, 0, len(days), f"done {on_days(len(days))}: too few to tell a rhythm")
    worked = worked[(worked >= days[0]) & (worked <= days[-1])]
    weekday, on_it = _weekday(days, worked)
    word, every = _length(days, worked)
    phrases = []
    if weekday is not None:
        often = "on" if on_it == len(days) else "mostly on"
        phrases.append(f"{often} {WEEKDAYS[weekday]}s ({on_it} of {len(days)} days)")
    if word == "regular":
        phrases.append(f"about every {every} days")
    elif word != "irregular" or not phrases:
        phrases.append(word if word == "irregular" else f"about {word}")
    return Rhythm(word, weekday, on_it, len(days), ", ".join(phrases))


def _weekday(days: Int32s, worked: Int32s) -> tuple[int | None, int]:
    """The weekday that stands out, and how many days fall on it."""
    seen = np.bincount(weekday_of(days), minlength=7)
    base = np.bincount(weekday_of(worked), minlength=7) / max(1, len(worked))
    best = int(np.argmax(seen))
    count = int(seen[best])
    stands_out = 2 * count > len(days) and 7 * binomial_tail(count, len(days), float(base[best])) <= RHYTHM_CHANCE
    return (best, count) if stands_out else (None, 0)


def _length(days: Int32s, worked: Int32s) -> tuple[str, int]:
    """Daily, weekly, monthly, regular (some other distance), or irregular; and the median distance in days."""
    if len(days) >= DAILY * len(worked):
        return "daily", 1
    gaps = np.diff(days)
    rate = (len(days) - 1) / max(1, len(worked) - 1)
    dense = len(worked) / (days[-1] - days[0] + 1)  # worked days in a day of the calendar
    every = int(np.median(gaps) + 0.5)  # where a few were missed, it is still that of the others
    for low, high in _LENGTHS:
        fits = int(np.count_nonzero((gaps >= low) & (gaps <= high)))
        lucky = (1 - rate) ** max(0.0, low * dense - 1) - (1 - rate) ** (high * dense)
        if 2 * fits > len(gaps) and len(_LENGTHS) * binomial_tail(fits, len(gaps), float(lucky)) <= RHYTHM_CHANCE:
            return next((word for word, least, most in _NAMED if least <= every <= most), "regular"), every
    return "irregular", every


# ---- reliability: which skills and tools among the steps are young, failing, or were seen once

# A routine is marked, and its draft asks; neither its tier nor its rank changes.


_DECLARED = (Kind.SKILL, Kind.TOOL)


@dataclass(frozen=True)
class Uses:
    """How often each skill or tool was used at all, by its coarsest token, and how that ended where its source says."""

    actions: ActionLog

    @cached_property
    def counts(self) -> tuple[Ints, Ints, Ints]:
        """Per token: uses, uses whose end is known, failures."""
        actions, width = self.actions, len(self.actions.labels)
        declared = np.flatnonzero(np.isin(actions.kind, _DECLARED))
        token = actions.levels[declared, -1]
        end = actions.events.columns["exit"][actions.event[declared]]
        known = ~np.isnan(end)
        return (
            np.bincount(token, minlength=width),
            np.bincount(token[known], minlength=width),
            np.bincount(token[known & (end != 0)], minlength=width),
        )

    def of(self, step: int, token: int) -> StepSpecialist:
        """The skill or tool of a step.

        Args:
            step: which step it does.
            token: its coarsest token.
        """
        uses, known, failed = (int(column[token]) for column in self.counts)
        return StepSpecialist(step, self.actions.labels[token], Reliability(uses, known, failed))


@dataclass(frozen=True, slots=True)
class StepSpecialist:
    """A skill or tool that does a step, and how often it was used at all."""

    step: int
    name: str
    reliability: Reliability


def specialists(uses: Uses, database: SequenceDatabase, folded: Sequence[FoldedStep]) -> tuple[StepSpecialist, ...]:
    """The skills and tools of a routine in the order of its steps, other ways of doing a step included."""
    actions, out = uses.actions, []
    for number, step in enumerate(folded):
        rows = database.rows[[row for match in step.rows for row in match]]
        declared = rows[np.isin(actions.kind[rows], _DECLARED)]
        out += [uses.of(number, token) for token in np.unique(actions.levels[declared, -1]).tolist()]
    return tuple(out)


def unready(those: Sequence[StepSpecialist], rule: FiveTimesRule) -> tuple[Unready, ...]:
    """What of a routine should mature first.

    Args:
        those: its skills and tools.
        rule: a skill used less often than a routine must be done has not shown that it can be relied on.
    """
    return tuple(
        Unready(one.step, one.name, one.reliability.uses, one.reliability.known, one.reliability.failed, why)
        for one in those
        if (why := one.reliability.unproven(rule.extract)) is not None
    )
