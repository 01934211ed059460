"""Scan -> RoutineProfiles: of each routine what is needed to join it across people and to count honestly, and nothing else.

What is in a profile can be read by anybody who receives a bundle. So it holds no event, no place, no value, no unknown name, no
time within a quarter, and no number finer than its use asks for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fivetimes.bundles.labels import is_known, join_key, shareable
from fivetimes.config import MIN_STEPS
from fivetimes.identity.ids import identifier
from fivetimes.model.candidates import Candidate, Step
from fivetimes.model.events import Effect, Kind
from fivetimes.model.occurrences import Occurrence
from fivetimes.model.scans import Scan

UNDATED = "undated"  # the quarter of what has no time

# Counts below five are exact, because the five-times rule has to add them up; a larger one is as fine as the ladder needs it.
_LOWEST = (0, 1, 2, 3, 4, 5, 10, 20, 50)


@dataclass(frozen=True, slots=True, order=True)
class CountRange:
    """A count as a bundle gives it: from `low` to `high`, both included; `high` is None where nothing is known of it.

    Example:
        >>> str(CountRange.of(7)), str(CountRange.of(3)), str(CountRange.of(80)), str(CountRange.of(7) + CountRange.of(3))
        ('5-9', '3', '50+', '8-12')
    """

    low: int
    high: int | None

    @classmethod
    def of(cls, count: int) -> CountRange:
        """The range that a count lies in."""
        at = max(n for n, low in enumerate(_LOWEST) if low <= count)
        return cls(_LOWEST[at], _LOWEST[at + 1] - 1 if at + 1 < len(_LOWEST) else None)

    def __add__(self, other: CountRange) -> CountRange:
        high = None if self.high is None or other.high is None else self.high + other.high
        return CountRange(self.low + other.low, high)

    def __contains__(self, count: int) -> bool:
        return self.low <= count and (self.high is None or count <= self.high)

    def __str__(self) -> str:
        return (
            f"{self.low}+"
            if self.high is None
            else f"{self.low}-{self.high}"
            if self.high > self.low
            else f"{self.low}"
        )


RANGES = {str(CountRange.of(low)): CountRange.of(low) for low in _LOWEST[1:]}  # as they may stand in a bundle


@dataclass(frozen=True, slots=True)
class ProfileStep:
    """A step of a routine as others may know it.

    action: a shareable label. share: of its owner's occurrences, in tenths (0.1 to 1.0). most: how often in a row at most.
    instead: what else was done there, shareable labels, the commonest first.
    """

    action: str
    kind: Kind
    share: float
    most: CountRange
    effect: Effect
    instead: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """By what the step is compared with those of others, the commonest way first."""
        return tuple(dict.fromkeys(join_key(label, self.kind) for label in (self.action, *self.instead)))


@dataclass(frozen=True, slots=True)
class RoutineProfile:
    """A routine of one person as others may know it.

    times: how often in each calendar quarter (`2026-Q1`, UTC; `undated` without a time). bits: that one occurrence saves in its
    owner's history. completion: share of the attempts that went to the end, in tenths. threaded: steps that share a value with
    another. by_agent: share of the steps that an agent did, in tenths.
    """

    steps: tuple[ProfileStep, ...]
    times: tuple[tuple[str, CountRange], ...]
    bits: int
    completion: float
    threaded: int
    by_agent: float

    @property
    def count(self) -> CountRange:
        """How often its owner did it."""
        total = CountRange(0, 0)
        for _, times in self.times:
            total += times
        return total

    @property
    def id(self) -> str:
        """The id of a routine with these steps, the same on every machine."""
        return identifier(as_steps(self.steps))


def as_steps(steps: Iterable[ProfileStep]) -> list[Step]:
    """The steps as the rest of the program has them."""
    return [Step(one.action, one.kind, one.share, effect=one.effect) for one in steps]


def profiles_of(scan: Scan, *, person: str, names: frozenset[str] = frozenset()) -> dict[str, RoutineProfile]:
    """The profile of each routine that a person did twice or more, by the id that it has in the scan, in the scan's order.

    Only this person's occurrences count. A routine of which fewer than three steps can be named has no profile: nobody could say
    whether it is theirs.

    Args:
        scan: what was found; what is merely noticed is taken too, for the sum of several people may reach five.
        person: whose work it is, as the scan calls them.
        names: words beyond the public vocabulary that this person said yes to.
    """
    made = ((candidate.id, _profile(candidate, person, names)) for candidate in scan.candidates)
    kept = {name: profile for name, profile in made if profile is not None and profile.count.low >= scan.rule.noticed}
    return {name: one for name, one in kept.items() if len(_known_keys(one)) >= MIN_STEPS}


def _known_keys(profile: RoutineProfile) -> set[str]:
    return {key for step in profile.steps for key in step.keys if is_known(key)}


def _profile(candidate: Candidate, person: str, names: frozenset[str]) -> RoutineProfile | None:
    own = [one for one in candidate.occurrences if one.person == person]
    if not own:
        return None
    done = [Counter(moment.step for moment in one.moments if moment.step is not None) for one in own]
    everybody = len(own) == len(candidate.occurrences)
    steps = [
        _step(step, [times[number] for times in done], names, everybody=everybody)
        for number, step in enumerate(candidate.steps)
        if any(times[number] for times in done)
    ]
    return RoutineProfile(
        steps=tuple(steps),
        times=_times(own),
        bits=max(0, round(candidate.confidence.bits / max(1, candidate.count))),
        completion=_tenths(candidate.confidence.completion),
        threaded=candidate.confidence.threaded,
        by_agent=round(sum(one.by_agent for one in own) / len(own), 1),
    )


def _tenths(share: float) -> float:
    """A share in tenths; what is there at all is never none."""
    return max(0.1, round(share, 1))


def _step(step: Step, times: Sequence[int], names: frozenset[str], *, everybody: bool) -> ProfileStep:
    action = shareable(step.action, kind=step.kind, names=names)
    # whose ways the others are is not known where several people did it
    others = [shareable(label, kind=step.kind, names=names) for label, _ in step.alternatives] if everybody else []
    return ProfileStep(
        action=action,
        kind=step.kind,
        share=_tenths(sum(map(bool, times)) / len(times)),
        most=CountRange.of(max(times)),
        effect=step.effect,
        instead=tuple(dict.fromkeys(label for label in others if label != action)),
    )


def _times(occurrences: Iterable[Occurrence]) -> tuple[tuple[str, CountRange], ...]:
    counts = Counter(quarter(one.start) for one in occurrences)
    return tuple((name, CountRange.of(count)) for name, count in sorted(counts.items()))


def quarter(time: datetime | None) -> str:
    """The calendar quarter of a moment.

    Example:
        >>> quarter(datetime(2026, 5, 3)), quarter(None)
        ('2026-Q2', 'undated')
    """
    return UNDATED if time is None else f"{time.year}-Q{(time.month + 2) // 3}"
