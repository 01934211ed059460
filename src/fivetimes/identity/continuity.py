"""Candidates of today and what was known before -> the same routine keeps its id, and what has changed is listed.

A routine is one of the last scan if at least half of the events of one are events of the other. Where no event is shared, because a
history was cut off, another one was read, or what is known stands in a ledger, its steps decide: it is one that is known
(`recognised`) if they share most of their steps and one has all usual steps of the other, and one of the last scan if they share
most of their core steps. One to one, the largest overlap first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from fivetimes.config import USUAL_SHARE
from fivetimes.identity.ids import core_key, identity
from fivetimes.identity.phrases import same_action
from fivetimes.model.candidates import Candidate, Tier
from fivetimes.model.changes import Baseline, Changes, Gone, Identity, Promotion, ReportedRoutine
from fivetimes.model.scans import Scan
from fivetimes.model.suppression import Suppressed, SuppressionRule

_SAME = 0.5  # share of the events, or of the core steps, from which two are one routine
_RUNGS = (Tier.NOTICED, Tier.EXTRACT, Tier.CANONICAL)

_Overlap = tuple[float, int, int]  # how large, which of the new ones, which of the old ones


def _events(candidate: Candidate) -> Counter[str]:
    """What it is made of, by what survives when lines move and files are named otherwise: the commit, else the record's digest."""
    return Counter(
        place.commit or f"{place.digest:x}"
        for occurrence in candidate.occurrences
        for moment in occurrence.moments
        for place in moment.locations
    )


def _shared_events(found: Sequence[Candidate], before: Sequence[Candidate]) -> Iterator[_Overlap]:
    """(how many events are shared, new, old) where that is at least half of either; looked up, not compared all with all."""
    old = [_events(candidate) for candidate in before]
    holders: dict[str, list[int]] = defaultdict(list)
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


def _shared_steps(found: Sequence[Candidate], before: Sequence[Candidate]) -> Iterator[_Overlap]:
    """(share of the core steps, new, old)."""
    keys = [set(core_key(candidate.steps)) for candidate in before]
    for number, candidate in enumerate(found):
        mine = set(core_key(candidate.steps))
        for other, key in enumerate(keys):
            share = len(mine & key) / len(mine | key)
            if share > _SAME:
                yield share, number, other


def _same_steps(found: Sequence[Identity], known: Sequence[Identity]) -> Iterator[_Overlap]:
    """(share of the steps, weighed by how usual they are, new, old) where that is most, and one has all usual steps of the other.

    With more of the history a routine gains steps that were too rare to be seen; it is another one where each lacks a usual step.
    """
    usual = [_usual(one) for one in known]
    for number, one in enumerate(found):
        mine = _usual(one)
        for other, (steps, theirs) in enumerate(zip((k.steps for k in known), usual, strict=True)):
            share = _alike(one.steps, steps)
            if share > _SAME and (mine <= steps.keys() or theirs <= one.steps.keys()):
                yield share, number, other


def _usual(one: Identity) -> frozenset[str]:
    return frozenset(step for step, share in one.steps.items() if share > USUAL_SHARE)


def _alike(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    """The weighted Jaccard index of two sets of steps (Ioffe 2010, ICDM)."""
    every = first.keys() | second.keys()
    shared = sum(min(first.get(step, 0.0), second.get(step, 0.0)) for step in every)
    return shared / sum(max(first.get(step, 0.0), second.get(step, 0.0)) for step in every)


def _paired(overlaps: Iterable[_Overlap], pairs: dict[int, int]) -> dict[int, int]:
    """The pairs and those that these overlaps add, the largest first, each new and each old one once."""
    made, taken = dict(pairs), set(pairs.values())
    for _, new, old in sorted(overlaps, key=lambda one: (-one[0], one[1], one[2])):
        if new not in made and old not in taken:
            made[new] = old
            taken.add(old)
    return made


# ---- ids


def continued(
    found: Sequence[Candidate], before: Sequence[Candidate], known: Sequence[Identity] = ()
) -> list[Candidate]:
    """The candidates, each under the id that it had before; the others under an id that nothing known has.

    Args:
        found: of today.
        before: of the last scan of the same sources.
        known: all routines that were ever seen here, whatever was read.
    """
    pairs = _paired(_shared_events(found, before), {})
    names = {new: before[old].id for new, old in pairs.items()}
    names = _recognised(found, known, names)
    old = {candidate.id: number for number, candidate in enumerate(before)}
    pairs = {new: old[name] for new, name in names.items() if name in old}
    left = [overlap for overlap in _shared_steps(found, before) if overlap[1] not in names]
    names |= {new: before[number].id for new, number in _paired(left, pairs).items()}
    return _with_ids(found, names, [*(one.id for one in known), *old])


def recognised(found: Sequence[Candidate], known: Sequence[Identity]) -> list[Candidate]:
    """The candidates, each that is a known routine by its steps under the id of that one.

    A candidate whose id is known keeps it, and no id is given twice.

    Args:
        found: of a scan, with their ids.
        known: what people decided on; one id may have several descriptions, of different days.
    """
    ids = {one.id for one in known}
    names = {number: candidate.id for number, candidate in enumerate(found) if candidate.id in ids}
    return _with_ids(found, _recognised(found, known, names), ())


def _recognised(found: Sequence[Candidate], known: Sequence[Identity], names: dict[int, str]) -> dict[int, str]:
    """The ids of candidates by their number: `names`, and for the others those of known routines of the same steps."""
    taken = set(names.values())
    free = [one for one in known if one.id not in taken]
    ids = list(dict.fromkeys(one.id for one in free))
    number_of = {name: number for number, name in enumerate(ids)}
    overlaps = (
        (share, new, number_of[free[old].id])
        for share, new, old in _same_steps([identity(candidate.id, candidate.steps) for candidate in found], free)
        if new not in names
    )
    return names | {new: ids[old] for new, old in _paired(overlaps, {}).items()}


def _with_ids(found: Sequence[Candidate], names: Mapping[int, str], known: Iterable[str]) -> list[Candidate]:
    taken = {*names.values(), *known}
    out = []
    for number, candidate in enumerate(found):
        name = names.get(number)
        if name is None:
            name = next(one for one in _numbered(candidate.id) if one not in taken)
            taken.add(name)
        out.append(candidate if name == candidate.id else replace(candidate, id=name))
    return out


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


# ---- what has changed since a report


def baseline(scan: Scan, *, places: Mapping[str, str], at: datetime) -> Baseline:
    """What is kept of a report, so that later ones can be compared with it.

    Args:
        scan: what the report shows; its titles are those that people gave.
        places: of each origin of a source, the place that it has however it was named.
        at: when it is written.
    """
    shown = tuple(_reported(candidate, places) for candidate in scan.candidates)
    return Baseline(at, shown, tuple(sorted(set(places.values()))))


def _reported(candidate: Candidate, places: Mapping[str, str]) -> ReportedRoutine:
    return ReportedRoutine(
        identity(candidate.id, candidate.steps),
        candidate.title,
        candidate.tier,
        candidate.count,
        tuple(step.action for step in candidate.steps if step.share > USUAL_SHARE),
        tuple(sorted(_seen_in(candidate, places))),
    )


def _seen_in(candidate: Candidate, places: Mapping[str, str]) -> set[str]:
    """The places of the sources that hold its steps."""
    files = {
        at.path for occurrence in candidate.occurrences for moment in occurrence.moments for at in moment.locations
    }
    return {
        place
        for origin, place in places.items()
        if any(file == origin or file.startswith(f"{origin.rstrip('/')}/") for file in files)
    }


def compared(scan: Scan, before: Baseline, *, places: Mapping[str, str]) -> Changes:
    """What is new, what climbed and what is gone since a report, with the reason for each that is gone.

    Only what both read can differ: a routine of sources that one of the two did not read is neither new nor gone.

    Args:
        scan: of today, as people decided.
        before: of the report.
        places: as in `baseline`, of today's sources.
    """
    known = {one.identity.id: one for one in before.routines}
    names = {number: c.id for number, c in enumerate(scan.candidates) if c.id in known}
    names = _recognised(scan.candidates, [one.identity for one in before.routines], names)
    old = {scan.candidates[number].id: known[name] for number, name in names.items()}
    here = set(names.values())
    climbed = [
        Promotion(c.id, old[c.id].tier, c.tier)
        for c in scan.candidates
        if c.id in old and _RUNGS.index(c.tier) > _RUNGS.index(old[c.id].tier)
    ]
    new = [c.id for c in scan.candidates if c.id not in old and _read_by_both(_seen_in(c, places), before.places)]
    gone = [
        _gone(one, scan)
        for name, one in known.items()
        if name not in here and _read_by_both(one.places, places.values())
    ]
    times = {c.id: old[c.id].count for c in scan.candidates if c.id in old}
    return Changes(tuple(new), tuple(climbed), tuple(gone), before.at, times)


def _read_by_both(places: Iterable[str], others: Iterable[str]) -> bool:
    """Whether the other scan read a source of it too; what has no source (bundles) can be compared anyway."""
    mine = set(places)
    return not mine or not mine.isdisjoint(others)


def _gone(one: ReportedRoutine, scan: Scan) -> Gone:
    """Why a routine of a report is not proposed any more: the rule that most of its steps failed, and what it went into."""
    name, title, count = one.identity.id, one.title, one.count
    failed = max(scan.suppressed, key=lambda other: _has(one, other.steps), default=None)
    into = max(scan.candidates, key=lambda c: _held(one, c), default=None)
    if failed is not None and _has(one, failed.steps) > _SAME and not _is_part(failed, into, one):
        return Gone(name, title, count, failed.reason)
    if into is not None and _held(one, into) > _SAME:
        rule = SuppressionRule.PART if _held(one, into) == 1.0 else SuppressionRule.MERGED
        return Gone(name, title, count, f"{rule.text}: {into.title} ({into.id})", into.id)
    kept = max((s for s in scan.trace.sequences if s.rule is not None), key=lambda s: _has(one, s.steps), default=None)
    if kept is not None and kept.rule is not None and _has(one, kept.steps) > _SAME:
        return Gone(name, title, count, kept.events[-1].text if kept.events else kept.rule.heading, kept.id or "")
    if failed is not None and _has(one, failed.steps) > 0:
        return Gone(name, title, count, f"its steps are in what was not proposed: {failed.reason}")
    return Gone(name, title, count, "its steps are not in what was read any more")


def _has(one: ReportedRoutine, steps: Sequence[str]) -> float:
    """The share of its usual steps that are among these labels, at some level of detail."""
    return sum(any(same_action(label, step) for step in steps) for label in one.labels) / max(1, len(one.labels))


def _held(one: ReportedRoutine, candidate: Candidate) -> float:
    """The share of its usual steps that are steps of a routine."""
    labels = [label for step in candidate.steps for label in (step.action, *(way for way, _ in step.alternatives))]
    return _has(one, labels)


def _is_part(failed: Suppressed, into: Candidate | None, one: ReportedRoutine) -> bool:
    """Whether a sequence failed because another routine has its steps: then that routine is named."""
    part = failed.rule in (SuppressionRule.PART, SuppressionRule.MERGED, SuppressionRule.CLAIMED)
    return part and into is not None and _held(one, into) > _SAME
