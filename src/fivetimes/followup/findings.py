"""One conductor, the runs of it and what was done by hand -> what became of it, and by which test.

- *Standing*: whether it is used. Its own period is the mean time between two of its executions. After three periods without a run
  it is *worked around* where the work was done by hand meanwhile, and *obsolete* where it was not: where executions come at random,
  a pause of three mean periods has a chance of 5 %. Before that it is *new*.
- *Bypassed*: what was done by hand since the approval, outside of any run, with its share and since when.
- *Drift*: a step that is skipped, added or swapped more often than before the approval, beyond chance (Fisher's exact test,
  one-sided; false discoveries are controlled over everything that one `fivetimes follow` looks at).
- *New ways*: orders and choices of steps that were not known when it was reviewed last.
- *Heroism*: by hand, at hours at which this team seldom works or all by one person of several. It is said of the system.
- *Effect*: how long it takes before and since the first approval, as a ratio of geometric means with an interval (bootstrap-t).
- *Forecast*: when it is due, by the quartiles of its own intervals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

from fivetimes.columns import Floats
from fivetimes.config import USUAL_SHARE
from fivetimes.followup.alignment import Change, align
from fivetimes.routines import Execution
from fivetimes.stats import at_least_by_chance, binomial_tail, false_discovery

PERIODS = 3  # of its own, without a run: by luck alone such a pause has a chance of exp(-3), 5 %
ENOUGH = 5  # executions before an effect or a habit is spoken of: the five-times rule
SURE = 0.05  # share of false findings that is accepted among all that are stated
SELDOM = 0.05  # of what a team does lies at hours at which it seldom works
DRAWS = 2000  # of the bootstrap


class ConductorLife(StrEnum):
    """Whether an approved conductor is used."""

    NEW = "new"
    USED = "used"
    BYPASSED = "bypassed"
    WORKED_AROUND = "worked around"
    OBSOLETE = "obsolete"


@dataclass(frozen=True, slots=True)
class StatedStep:
    """A step of a conductor: its id, what is done there, its share of the occurrences, and whether it may be left out."""

    id: str
    action: str
    share: float
    optional: bool


@dataclass(frozen=True, slots=True)
class FollowedConductor:
    """A conductor as it was approved. `orders` are the orders of steps that it allows, by number, its own first.

    approved: last; first_approved: for the first time. evidence: occurrences that its draft stood on; 0: invented from above.
    """

    id: str
    title: str
    steps: tuple[StatedStep, ...]
    orders: tuple[tuple[int, ...], ...]
    approved: datetime
    first_approved: datetime
    evidence: int


@dataclass(frozen=True, slots=True)
class RunSpan:
    """One run of a conductor. `seconds`: of its steps, None while it is open or where nothing was carried out.
    `revision`: the digest of the conductor as it stood."""

    began: datetime
    ended: datetime | None
    result: str
    seconds: float | None = None
    revision: str = ""


@dataclass(frozen=True, slots=True)
class DriftTest:
    """How often a change was seen before the approval and since. `what`: step ids, or the label of what was added.

    chance: that so many or more of the later executions have it by luck; q: the same, controlled over all tests. after: the id of
    the step behind which it is usually done, of an addition.
    """

    change: Change
    what: tuple[str, ...]
    before: int
    of_before: int
    since: int
    of_since: int
    chance: float
    q: float = 1.0
    after: str = ""
    days: tuple[str, ...] = ()  # on which it was seen since


@dataclass(frozen=True, slots=True)
class MeasuredEffect:
    """How long it takes since the first approval, as a multiple of before, with a 95 % interval; from how many executions."""

    ratio: float
    low: float
    high: float
    before: int
    since: int
    mean_before: float  # seconds; geometric means, whose quotient is the ratio
    mean_since: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """When something is due: the middle, and the earlier and later quartile."""

    due: datetime
    earliest: datetime
    latest: datetime

    def days_ago(self, at: datetime) -> int:
        """Days of the calendar (UTC) from the day on which it was due to another one; 0 where it is due then, or later."""
        return max(0, (at.date() - self.due.date()).days)


@dataclass(frozen=True, slots=True)
class Conduct:
    """What became of one conductor.

    Attributes:
        life: whether it is used.
        runs, done: begun since the approval; and those that were done.
        last_run: when the last one began.
        by_hand: since the approval, outside of any run.
        by_hand_since: when the first of them began.
        by_hand_before: before the approval.
        known_since: when the first of those began.
        approved: when it was approved last.
        untimed: executions of which nobody knows whether they were before or after.
        drift: every test; what is beyond chance has a small q.
        new_ways: paths by step id, and how often each was taken since.
        off_hours: executions by hand at hours at which the team seldom works, where they are too many for chance; else 0.
        one_person: whether one person of several did all that was done by hand.
        effect: None where there is too little to say.
        due: None where it is not known, or nobody does it any more.
        from_above: whether nothing had been seen of it when it was drafted.
        actions: what is done at each step, by its id.
    """

    id: str
    title: str
    life: ConductorLife
    runs: int
    done: int
    last_run: datetime | None
    by_hand: int
    by_hand_since: datetime | None
    by_hand_before: int
    known_since: datetime | None
    approved: datetime
    untimed: int
    drift: tuple[DriftTest, ...]
    new_ways: tuple[tuple[tuple[str, ...], int], ...]
    off_hours: int
    one_person: bool
    effect: MeasuredEffect | None
    due: Forecast | None
    from_above: bool
    actions: Mapping[str, str]

    @property
    def bypassed(self) -> float:
        """The share of what was done since the approval that was done by hand, 0 to 1."""
        return self.by_hand / max(1, self.by_hand + self.runs)

    @property
    def drifting(self) -> tuple[DriftTest, ...]:
        """The changes that are beyond chance."""
        return tuple(one for one in self.drift if one.q <= SURE)


def conduct(
    conductor: FollowedConductor,
    executions: Sequence[Execution],
    runs: Sequence[RunSpan],
    *,
    now: datetime,
    seldom: Callable[[datetime], bool],
    people: int,
) -> Conduct:
    """What became of a conductor.

    Args:
        conductor: as it was approved.
        executions: every time its steps were done, whoever did them, those within runs too.
        runs: of it, in order.
        now: the end of what was read.
        seldom: whether the team seldom works at that time.
        people: how many there are in the team.
    """
    timed = [one for one in executions if one.start is not None]
    alone = [one for one in timed if not _within(one, runs, now)]
    before = [one for one in alone if _start(one) < conductor.approved]
    by_hand = [one for one in alone if _start(one) >= conductor.approved]
    timings = _timings(conductor, alone, runs)
    runs = [run for run in runs if run.began >= conductor.approved]
    starts = sorted({*map(_start, before), *map(_start, by_hand), *(run.began for run in runs)})
    period = _period(starts)
    life = _life(conductor, runs, by_hand, period, now)
    late = sum(seldom(_start(one)) for one in by_hand)
    return Conduct(
        id=conductor.id,
        title=conductor.title,
        life=life,
        runs=len(runs),
        done=sum(run.result == "done" for run in runs),
        last_run=max((run.began for run in runs), default=None),
        by_hand=len(by_hand),
        by_hand_since=min(map(_start, by_hand), default=None),
        by_hand_before=len(before),
        known_since=min(map(_start, before), default=None),
        approved=conductor.approved,
        untimed=len(executions) - len(timed),
        drift=tuple(drift(conductor, before, by_hand)),
        new_ways=_new_ways(conductor, before, by_hand),
        off_hours=late if late and binomial_tail(late, len(by_hand), SELDOM) <= SURE else 0,
        one_person=len(by_hand) >= ENOUGH and people > 1 and len({who for one in by_hand for who in one.people}) == 1,
        effect=effect(*timings),
        due=None if life is ConductorLife.OBSOLETE else forecast(starts),
        from_above=not conductor.evidence,
        actions={step.id: step.action for step in conductor.steps},
    )


def _start(one: Execution) -> datetime:
    assert one.start is not None
    return one.start


def _seconds(one: Execution) -> float:
    return (one.end - one.start).total_seconds() if one.start is not None and one.end is not None else 0.0


def _timings(
    conductor: FollowedConductor, alone: Sequence[Execution], runs: Sequence[RunSpan]
) -> tuple[list[float], list[float]]:
    """(before, since) the first approval: what each execution by hand took, and the steps of each run that was done.

    A run's waiting at a gate is no part of it: nobody works meanwhile.
    """
    first = conductor.first_approved
    done = [run.seconds for run in runs if run.result == "done" and run.seconds and run.began >= first]
    return (
        [_seconds(one) for one in alone if _start(one) < first],
        [*(_seconds(one) for one in alone if _start(one) >= first), *done],
    )


def _within(one: Execution, runs: Sequence[RunSpan], now: datetime) -> bool:
    """Whether a run of it was going on meanwhile: then what was seen is the run's own work."""
    return any(_start(one) <= (run.ended or now) and (one.end or _start(one)) >= run.began for run in runs)


# ---- whether it is used


def _period(starts: Sequence[datetime]) -> timedelta | None:
    """The mean time between two executions; None where fewer than three intervals are known."""
    return (starts[-1] - starts[0]) / (len(starts) - 1) if len(starts) > PERIODS else None


def _life(
    conductor: FollowedConductor,
    runs: Sequence[RunSpan],
    by_hand: Sequence[Execution],
    period: timedelta | None,
    now: datetime,
) -> ConductorLife:
    while_used = ConductorLife.BYPASSED if by_hand else ConductorLife.USED
    if period is None or now - conductor.approved < PERIODS * period:
        return while_used if runs else ConductorLife.NEW
    recent = now - PERIODS * period
    if any(run.began >= recent for run in runs):
        return while_used
    if any(_start(one) >= recent for one in by_hand):
        return ConductorLife.WORKED_AROUND
    return ConductorLife.OBSOLETE


# ---- drift


def changes(conductor: FollowedConductor, one: Execution) -> list[tuple[Change, tuple[str, ...]]]:
    """Where one execution differs from the order of the conductor's that it fits best; of equal ones its own counts.

    A step that may be left out and was is listed too: whether it is left out more often than before is what drift asks.
    """
    ids = [step.id for step in conductor.steps]
    missing = [(Change.SKIP, (ids[step],)) for step in range(len(ids)) if step not in one.steps]
    optional = [step.optional for step in conductor.steps]
    fits = [(align(order, [optional[step] for step in order], one.steps), order) for order in conductor.orders]
    best, order = min(fits, key=lambda entry: entry[0].cost)
    swapped = [
        (Change.SWAP, (ids[order[found.step]], ids[order[found.step + 1]]))
        for found in best.differences
        if found.change is Change.SWAP and found.step is not None
    ]
    return [*missing, *swapped, *((Change.ADD, (label,)) for label in one.others)]


def drift(conductor: FollowedConductor, before: Sequence[Execution], since: Sequence[Execution]) -> list[DriftTest]:
    """Every change that was seen since the approval, tested against before.

    Where the work before the approval is gone, the draft speaks for it: each step was left out as often as its share gives, and
    nothing was added or swapped.
    """
    old = Counter(change for one in before for change in changes(conductor, one))
    of_before = len(before) or conductor.evidence
    if not before:
        old.update({(Change.SKIP, (step.id,)): round((1 - step.share) * of_before) for step in conductor.steps})
    new: dict[tuple[Change, tuple[str, ...]], list[Execution]] = {}
    for one in since:
        for change in changes(conductor, one):
            new.setdefault(change, []).append(one)
    return [
        DriftTest(
            *change,
            before=old[change],
            of_before=of_before,
            since=len(seen),
            of_since=len(since),
            chance=at_least_by_chance(len(seen), len(since), old[change], of_before),
            after=_behind(conductor, change, seen),
            days=tuple(sorted({_start(one).date().isoformat() for one in seen})),
        )
        for change, seen in new.items()
        if len(seen) > 1 and _usual_since(seen, since)
    ]


def controlled(made: Sequence[Conduct]) -> list[Conduct]:
    """The same, with false discoveries controlled over all their tests of drift; the surest first."""
    tests = [test for one in made for test in one.drift]
    adjusted = iter(false_discovery([test.chance for test in tests], tried=len(tests)))
    out = []
    for one in made:
        drift = [replace(test, q=next(adjusted)) for test in one.drift]
        out.append(replace(one, drift=tuple(sorted(drift, key=lambda test: (test.q, test.change, test.what)))))
    return out


def _usual_since(seen: Sequence[Execution], since: Sequence[Execution]) -> bool:
    """Whether more than half of the executions have a change from the day on which it began."""
    later = sum(_start(one) >= _start(seen[0]) for one in since)
    return len(seen) > USUAL_SHARE * later


def _behind(conductor: FollowedConductor, change: tuple[Change, tuple[str, ...]], seen: Sequence[Execution]) -> str:
    """The step behind which an added action is usually done."""
    if change[0] is not Change.ADD:
        return ""
    places = Counter(step for one in seen for label, step in one.behind if label == change[1][0])
    return conductor.steps[places.most_common(1)[0][0]].id if places else ""


def _new_ways(
    conductor: FollowedConductor, before: Sequence[Execution], since: Sequence[Execution]
) -> tuple[tuple[tuple[str, ...], int], ...]:
    known = {one.steps for one in before} | set(conductor.orders)
    ways = Counter(one.steps for one in since if one.steps not in known)
    ordered = sorted(ways.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((tuple(conductor.steps[step].id for step in way), times) for way, times in ordered)


# ---- effect and forecast


def effect(before: Sequence[float], since: Sequence[float]) -> MeasuredEffect | None:
    """How long it takes since, as a multiple of before; None where either has fewer than five executions that took time.

    Args:
        before, since: seconds of each execution.

    Source: Efron and Tibshirani 1993, section 12.5 (the bootstrap-t), on logarithms, drawn with a fixed seed.

    Example:
        >>> effect([60.0] * 4, [30.0] * 9) is None
        True
        >>> found = effect([58.0, 60.0, 61.0, 63.0, 66.0], [28.0, 30.0, 30.5, 31.0, 33.0])
        >>> found is not None and found.low < 0.5 < found.high
        True
    """
    first, second = (np.log([value for value in values if value > 0]) for values in (before, since))
    if len(first) < ENOUGH or len(second) < ENOUGH:
        return None
    middle = float(second.mean() - first.mean())
    error = _error(first[None, :], second[None, :])[0]
    rng = np.random.default_rng(len(first) * 1000 + len(second))
    one = first[rng.integers(0, len(first), (DRAWS, len(first)))]
    two = second[rng.integers(0, len(second), (DRAWS, len(second)))]
    spread = _error(one, two)
    drawn = (two.mean(axis=1) - one.mean(axis=1) - middle)[spread > 0] / spread[spread > 0]
    low, high = np.quantile(drawn, [0.025, 0.975]) if len(drawn) else (0.0, 0.0)
    return MeasuredEffect(
        ratio=float(np.exp(middle)),
        low=float(np.exp(middle - high * error)),
        high=float(np.exp(middle - low * error)),
        before=len(first),
        since=len(second),
        mean_before=float(np.exp(first.mean())),
        mean_since=float(np.exp(second.mean())),
    )


def _error(first: Floats, second: Floats) -> Floats:
    """The standard error of the difference of two means, by row."""
    a, b = (values.var(axis=1, ddof=1) / values.shape[1] for values in (first, second))
    return np.asarray(np.sqrt(a + b))


def forecast(starts: Sequence[datetime]) -> Forecast | None:
    """When something is due again, from when it was done; None where fewer than three intervals are known.

    Example:
        >>> from datetime import UTC
        >>> weekly = [datetime(2026, 3, day, tzinfo=UTC) for day in (2, 9, 16, 24)]
        >>> forecast(weekly).due.date().isoformat()
        '2026-03-31'
    """
    gaps = np.diff([one.timestamp() for one in sorted(starts)])
    if len(gaps) < PERIODS:
        return None
    low, middle, high = np.quantile(gaps, [0.25, 0.5, 0.75])
    last = max(starts)
    return Forecast(*(last + timedelta(seconds=float(value)) for value in (middle, low, high)))
