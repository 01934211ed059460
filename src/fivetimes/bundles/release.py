"""Bundles -> SharedRoutines: what a merged report may show. The one place where this is defined.

Let k be 3, and 5 for what holds a name that is in no public vocabulary.

1. A routine, a step of it, a way of a step and a quarter are shown if at least k contributors have them.
2. A number that is shown is one that at least three contributors reach: the third largest of theirs. A number of occurrences is the
   sum over the contributors, none counted for more than the third largest of them did, and rounded down to a step of a fixed scale;
   so is the number of contributors. A share is the mean over all contributors, in tenths, each counted alike. Counts are lower
   bounds throughout.
3. Two reports that have a contributor in common are made from the same bundles, or from bundles of which at least k differ: are
   new, changed or withdrawn. What one report shows and the other does not is then the matter of k people, and of no one of them.

For the third rule it must be known from which bundles earlier reports were made (`Release`). Newcomers wait until there are k
of them; where fewer than k are changed or withdrawn, no report can be made: the old bundles are gone, and the new ones would
show by difference what one person does.

The rules hold against who reads the reports. Who has the bundles themselves can read these, and who can make bundles of people
that do not exist can count to k alone.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from fivetimes.bundles.document import Bundle
from fivetimes.bundles.joining import JoinedRoutine, JoinedStep, SharedProfile, join
from fivetimes.bundles.labels import has_local_name, join_key
from fivetimes.bundles.profiles import UNDATED, ProfileStep, RoutineProfile
from fivetimes.config import CONTRIBUTORS, CONTRIBUTORS_OF_A_NAME, MIN_STEPS
from fivetimes.errors import FivetimesError
from fivetimes.model.events import Effect, Kind

# A report gives counts and people in these steps: the rungs of the ladder, then doubled or so each time.
_SCALE = (3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)

Release = Mapping[str, str]  # the series that a report was made from, each with the digest of its bundle


# ---- what may be shown of a routine


@dataclass(frozen=True, slots=True)
class SharedStep:
    """A step as a report may show it.

    share: of the occurrences, as a mean over all contributors. most: how often in a row. ways: where there are several, each with
    the share of the step's people who do it so.
    """

    action: str
    kind: Kind
    share: float
    most: int
    effect: Effect
    ways: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class SharedRoutine:
    """A routine as a report may show it; every number is a lower bound but shares, which are means."""

    steps: tuple[SharedStep, ...]
    people: int
    count: int
    quarters: tuple[str, ...]
    bits: int
    completion: float
    threaded: int
    by_agent: float


@dataclass(frozen=True, slots=True)
class Merged:
    """What many bundles say together.

    joined: every routine of anybody, for who measures or merges on, and for no report. shown: what a report may show.
    contributors: how many series count, rounded down as `shown` is; 0 for fewer than three. waiting: newcomers that are left out.
    """

    joined: tuple[JoinedRoutine, ...]
    shown: tuple[SharedRoutine, ...]
    contributors: int
    waiting: int = 0


def merge(bundles: Iterable[Bundle], *, names: bool = True) -> Merged:
    """Merge the bundles of a team, one for each contributor.

    Args:
        bundles: one of each series; empty ones count for nothing.
        names: whether names beyond the public vocabulary may be shown, where five have them.
    """
    live = [bundle for bundle in bundles if bundle.routines]
    joined = join(SharedProfile(one.series, profile) for one in live for profile in one.routines)
    made = (shown(one, names=names) for one in joined)
    return Merged(joined, tuple(one for one in made if one is not None), rounded_down(len(live)))


def rounded_down(count: int) -> int:
    """The highest step of the scale that a count reaches; 0 below the first.

    Example:
        >>> [rounded_down(count) for count in (2, 3, 4, 19, 73, 25_000)]
        [0, 3, 3, 10, 50, 10000]
    """
    return max((step for step in _SCALE if step <= count), default=0)


def reached(values: Iterable[float], least: int = CONTRIBUTORS) -> float:
    """The number that `least` of them reach: the `least`-th largest; 0 where there are fewer.

    Example:
        >>> reached([9, 2, 5, 3]), reached([9, 2])
        (3, 0)
    """
    ordered = sorted(values, reverse=True)
    return ordered[least - 1] if len(ordered) >= least else 0


def shown(joined: JoinedRoutine, *, names: bool = True) -> SharedRoutine | None:
    """What may be shown of a routine; None where that is fewer than three different steps, or too few people do it.

    Who does it has more than half of the steps that are shown.

    Args:
        joined: the routine of all who have it.
        names: whether names beyond the public vocabulary may be shown, where five have them.
    """
    everybody = len(joined.members)
    if everybody < CONTRIBUTORS:
        return None
    made, holders = [], Counter[str]()
    for step in joined.steps:
        one = _shown_step(step, everybody, names=names)
        if one is not None:
            made.append(one)
            holders.update(_having(step, one.action))
    profiles = [one.profile for one in joined.members if 2 * holders[one.contributor] > len(made)]
    people = len(profiles)
    if len({join_key(step.action, step.kind) for step in made}) < MIN_STEPS or people < CONTRIBUTORS:
        return None
    return SharedRoutine(
        steps=tuple(made),
        people=rounded_down(people),
        count=_count(profiles),
        quarters=_quarters(profiles),
        bits=int(reached(one.bits for one in profiles)),
        completion=reached(one.completion for one in profiles),
        threaded=int(reached(one.threaded for one in profiles)),
        by_agent=_mean([one.by_agent for one in profiles], people),
    )


def _having(step: JoinedStep, label: str) -> set[str]:
    """Who has this label at a step, or one of which it is the key."""
    return {
        who
        for who, one in step.holders.items()
        if label in {name for way in (one.action, *one.instead) for name in (way, join_key(way, one.kind))}
    }


def _count(profiles: Sequence[RoutineProfile]) -> int:
    counts = [one.count.low for one in profiles]
    most = int(reached(counts))
    return rounded_down(sum(min(count, most) for count in counts))


def _quarters(profiles: Sequence[RoutineProfile]) -> tuple[str, ...]:
    having = Counter(name for one in profiles for name, _ in one.times if name != UNDATED)
    return tuple(sorted(name for name, people in having.items() if people >= CONTRIBUTORS))


def _mean(shares: Sequence[float], people: int) -> float:
    return round(sum(shares) / people, 1)


# ---- what may be shown of a step


def _shown_step(step: JoinedStep, people: int, *, names: bool) -> SharedStep | None:
    """The step as enough people have it, None where no way of it is so common."""
    kind = _commonest([one.kind for one in step.holders.values()])
    held = {who: one for who, one in step.holders.items() if one.kind is kind}
    ways = _ways(held, kind, names=names)
    if not ways:
        return None
    own = [one for one in held.values() if any(key in {join_key(label, kind) for label in ways} for key in one.keys)]
    share = max(0.1, _mean([one.share for one in own], people))
    shares = [(label, _mean([1.0] * times, len(own))) for label, times in ways.items()]
    return SharedStep(
        action=shares[0][0],
        kind=kind,
        share=min(1.0, share),
        most=max(1, int(reached(one.most.low for one in own))),
        effect=Effect(int(reached(int(one.effect) for one in own))),
        ways=tuple(shares) if len(shares) > 1 else (),
    )


def _commonest(kinds: Sequence[Kind]) -> Kind:
    counts = Counter(kinds)
    return min(counts, key=lambda kind: (-counts[kind], kind))


def _ways(held: Mapping[str, ProfileStep], kind: Kind, *, names: bool) -> dict[str, int]:
    """The labels that may be shown, each with how many have it, the commonest first: of each key the finest that enough have."""
    having: dict[str, set[str]] = {}
    for who, one in held.items():
        for label in (one.action, *one.instead):
            having.setdefault(label, set()).add(who)
            having.setdefault(join_key(label, kind), set()).add(who)

    def enough(label: str) -> bool:
        local = has_local_name(label, kind)
        return len(having[label]) >= (CONTRIBUTORS_OF_A_NAME if local else CONTRIBUTORS) and (names or not local)

    found: dict[str, int] = {}
    for key in sorted({join_key(label, kind) for label in having}):
        finest = sorted((label for label in having if join_key(label, kind) == key), key=_finest(having, key))
        best = next(filter(enough, finest), None)
        if best is not None:
            found[best] = len(having[best])
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _finest(having: Mapping[str, set[str]], key: str) -> Callable[[str], tuple[bool, int, str]]:
    """The order in which labels of one key are tried: the bare key last, before it the commonest first."""
    return lambda label: (label == key, -len(having[label]), label)


# ---- not by difference


def release_of(bundles: Iterable[Bundle]) -> dict[str, str]:
    """From which bundles a report is made: a digest of what each holds, whatever its revision. Empty ones are none."""
    return {
        one.series: hashlib.blake2b(
            repr((one.names, sorted(map(repr, one.routines)))).encode(), digest_size=8
        ).hexdigest()
        for one in bundles
        if one.routines
    }


def difference(one: Release, other: Release) -> int:
    """How many people two reports differ by: those in one alone, and those whose bundles are not the same."""
    return sum(one.get(series) != other.get(series) for series in {*one, *other})


def released(bundles: Sequence[Bundle], earlier: Sequence[Release]) -> tuple[Merged, Release]:
    """Merge, so that no earlier report and this one together show what fewer than three people have.

    Args:
        bundles: one of each series.
        earlier: from which bundles reports were made before, the newest last.

    Raises:
        FivetimesError: fewer than three bundles are changed or withdrawn since an earlier report; the sentence says how many.
    """
    live = [bundle for bundle in bundles if bundle.routines]
    here = {bundle.series for bundle in live}
    related = [release for release in earlier if here & {*release}]
    known = {series for release in related[-1:] for series in release}
    # all of them; else without those who are new since the last report
    for part in (live, [bundle for bundle in live if bundle.series in known]):
        release = release_of(part)
        gaps = [gap for one in related if (gap := difference(release, one))]
        if part and min(gaps, default=CONTRIBUTORS) >= CONTRIBUTORS:
            merged = merge(part, names=min(gaps, default=CONTRIBUTORS_OF_A_NAME) >= CONTRIBUTORS_OF_A_NAME)
            return Merged(merged.joined, merged.shown, merged.contributors, len(live) - len(part)), release
    changed = min((gap for one in related if (gap := difference(release_of(live), one))), default=0)
    raise FivetimesError(
        f"{changed} of the bundles changed since a report was made from them, and a new report would show by difference what so "
        f"few people do. Merge again when {CONTRIBUTORS - changed} more are new, changed or withdrawn."
    )
