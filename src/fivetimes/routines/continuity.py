"""Candidates of today and of the last scan -> the same routine keeps its id, and what has changed is said.

A routine is the same as one of the last scan if at least half of the events of one are events of the other; where they share no
event, because a history was cut off, if they share most of their core steps. One to one, the largest overlap first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from fivetimes.model import Candidate, Changes, Promotion, Tier
from fivetimes.routines.naming import core_key

_SAME = 0.5  # share of the events, or of the core steps, from which two are one routine
_RUNGS = (Tier.NOTICED, Tier.EXTRACT, Tier.CANONICAL)


def _events(candidate: Candidate) -> Counter[tuple[str, str]]:
    """What it is made of, by what survives when lines move: the commit, else the digest of the record."""
    return Counter(
        (place.path, place.commit or f"{place.digest:x}")
        for occurrence in candidate.occurrences
        for moment in occurrence.moments
        for place in moment.locations
    )


def _shared_events(found: Sequence[Candidate], before: Sequence[Candidate]) -> Iterator[tuple[float, int, int]]:
    """(how many events are shared, new, old) where that is at least half of either; looked up, not compared all with all."""
    old = [_events(candidate) for candidate in before]
    holders: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, events in enumerate(old):
        for event in events:
            holders[event].append(number)
    for number, candidate in enumerate(found):
        mine = _events(candidate)
        shared: Counter[int] = Counter()
        for event, times in mine.items():
            for other in holders.get(event, ()):
                shared[other] += min(times, old[other][event])
        for other, times in shared.items():
            if times >= _SAME * min(mine.total(), old[other].total()):
                yield float(times), number, other


def _shared_steps(found: Sequence[Candidate], before: Sequence[Candidate]) -> Iterator[tuple[float, int, int]]:
    """(share of the core steps, new, old)."""
    keys = [set(core_key(candidate.steps)) for candidate in before]
    for number, candidate in enumerate(found):
        mine = set(core_key(candidate.steps))
        for other, key in enumerate(keys):
            share = len(mine & key) / len(mine | key)
            if share > _SAME:
                yield share, number, other


def same(found: Sequence[Candidate], before: Sequence[Candidate]) -> dict[int, int]:
    """Which of the new candidates (by number) is which of the old ones."""
    pairs: dict[int, int] = {}
    for measure in (_shared_events, _shared_steps):
        ranked = sorted(measure(found, before), key=lambda pair: (-pair[0], pair[1], pair[2]))
        for _, new, old in ranked:
            if new not in pairs and old not in pairs.values():
                pairs[new] = old
    return pairs


def continued(found: Sequence[Candidate], before: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, each under the id that it had in the last scan; the others under an id that none of these has."""
    pairs = same(found, before)
    kept = {new: before[old].id for new, old in pairs.items()}
    taken = set(kept.values())
    out = []
    for number, candidate in enumerate(found):
        name = kept.get(number)
        if name is None:
            name = next(one for one in _names(candidate.id) if one not in taken)
            taken.add(name)
        out.append(candidate if name == candidate.id else replace(candidate, id=name))
    return out


def _names(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def changes(found: Sequence[Candidate], before: Sequence[Candidate]) -> Changes:
    """What is new, what climbed and what is gone, for candidates that bear their old ids already."""
    old = {candidate.id: candidate for candidate in before}
    here = {candidate.id for candidate in found}
    climbed = [
        Promotion(c.id, old[c.id].tier, c.tier)
        for c in found
        if c.id in old and _RUNGS.index(c.tier) > _RUNGS.index(old[c.id].tier)
    ]
    return Changes(
        new=tuple(c.id for c in found if c.id not in old),
        promoted=tuple(climbed),
        gone=tuple((c.id, c.title) for c in before if c.id not in here),
    )
